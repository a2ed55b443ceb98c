//! Short names of a revision and of an image, as people say them. Pure text; tolerant of the bare
//! `family:revision` that some answers give where an ARN is due.

use crate::world::{Arn, registry_host};

/// `family:revision`.
#[must_use]
pub fn revision_name(arn: &Arn) -> &str {
    let resource = arn.resource();
    resource.rsplit('/').next().unwrap_or(resource)
}

/// The revision's number as text, if it has one.
#[must_use]
pub fn revision_number(arn: &Arn) -> Option<&str> {
    revision_name(arn).rsplit_once(':').map(|(_, number)| number)
}

/// An image without the host of a private ECR registry: `prooflink-dev-app:latest`.
#[must_use]
pub fn image_name(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, rest)) if registry_host(host).is_some() => rest,
        _ => image,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_and_images_have_short_names() {
        let arn = Arn::from("arn:aws:ecs:ap-northeast-1:123456789012:task-definition/prooflink-dev-task:7");
        assert_eq!((revision_name(&arn), revision_number(&arn)), ("prooflink-dev-task:7", Some("7")));
        assert_eq!(revision_name(&Arn::from("td:2")), "td:2");
        assert_eq!(image_name("123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/app:latest"), "app:latest");
        assert_eq!(image_name("public.ecr.aws/nginx/nginx:1"), "public.ecr.aws/nginx/nginx:1");
        assert_eq!(image_name("123456789012.dkr-ecr.eu-west-1.on.aws/app:latest"), "app:latest");
        assert_eq!(image_name("nginx"), "nginx");
    }
}
