//! Where an image comes from, read off its reference: an ECR repository of some account and region, or
//! elsewhere. Pure text.

use crate::world::registry_host;

/// A private ECR repository.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ImageLocation<'a> {
    /// Host and name: the part the repository is read by.
    pub uri: &'a str,
    /// The account.
    pub account: &'a str,
    /// The region.
    pub region: &'a str,
    /// The name.
    pub name: &'a str,
}

/// Host, repository, and what stands behind it.
fn split(image: &str) -> (&str, &str) {
    let end = image.find('@').unwrap_or(image.len());
    let (name, _) = image.split_at(end);
    match name.rsplit_once(':') {
        // A port of the registry is no tag.
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (name, ""),
    }
}

/// The tag of an image: `latest` where it names neither tag nor digest, `None` where only a digest counts.
#[must_use]
pub fn tag(image: &str) -> Option<&str> {
    match (split(image).1, image.contains('@')) {
        (_, true) => None,
        ("", false) => Some("latest"),
        (tag, false) => Some(tag),
    }
}

/// The private ECR repository an image is in; `None` if it is in another registry.
#[must_use]
pub fn place(image: &str) -> Option<ImageLocation<'_>> {
    let (uri, _) = split(image);
    let (host, name) = uri.split_once('/')?;
    let (account, region) = registry_host(host)?;
    (!name.is_empty()).then_some(ImageLocation { uri, account, region, name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const HOST: &str = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com";

    #[rstest]
    #[case::tagged(":v1", Some("v1"))]
    #[case::bare("", Some("latest"))]
    #[case::digest("@sha256:ab", None)]
    #[case::both(":v1@sha256:ab", None)]
    fn a_private_repository_and_its_tag(#[case] tail: &str, #[case] is: Option<&str>) {
        let image = format!("{HOST}/team/app{tail}");
        let found = place(&image).unwrap();
        assert_eq!((found.account, found.region, found.name), ("123456789012", "ap-northeast-1", "team/app"));
        assert_eq!((found.uri, tag(&image)), (format!("{HOST}/team/app").as_str(), is));
    }

    #[rstest]
    #[case::fips("dkr.ecr-fips.us-east-1.amazonaws.com", "us-east-1")]
    #[case::dual_stack("dkr-ecr.us-east-1.on.aws", "us-east-1")]
    #[case::china("dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1")]
    #[case::sovereign("dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1")]
    fn every_spelling_of_a_registry_is_one(#[case] host: &str, #[case] region: &str) {
        let image = format!("123456789012.{host}/app:v1");
        assert_eq!(place(&image).map(|found| (found.region, found.name)), Some((region, "app")));
    }

    #[rstest]
    #[case::look_alike("123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.com/app")]
    #[case::hub("nginx:1.27")]
    #[case::public("public.ecr.aws/nginx/nginx:1")]
    #[case::port("localhost:5000/app:v1")]
    #[case::no_account("x.dkr.ecr.ap-northeast-1.amazonaws.com/app")]
    #[case::no_name("123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/")]
    #[case::odd("項目:@/")]
    fn other_registries_are_elsewhere(#[case] image: &str) {
        assert_eq!(place(image), None);
    }
}
