//! References of container images, `[registry/]repository[:tag][@digest]`: another tag for one, and whether one may
//! mean something else tomorrow. Pure text.

/// Why a text is no tag; `None` if it is one.
fn not_a_tag(tag: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let starts = tag.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    let good = starts && tag.len() <= 128 && tag.chars().all(fits);
    (!good).then(|| format!("{tag:?} is no image tag: letters, digits, `_`, `.` and `-`, 128 at most"))
}

/// The repository of an image with its registry, without tag and digest.
#[must_use]
pub fn repository(image: &str) -> &str {
    let image = image.split_once('@').map_or(image, |(name, _)| name);
    match image.rsplit_once(':') {
        // A port of the registry is no tag.
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// The tag of an image, if it names one.
#[must_use]
pub fn tag(image: &str) -> Option<&str> {
    let image = image.split_once('@').map_or(image, |(name, _)| name);
    image.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/'))
}

/// Whether an image's tag may mean something else tomorrow by custom: `latest`, or none at all. A digest never does.
#[must_use]
pub fn floats(image: &str) -> bool {
    !image.contains('@') && tag(image).is_none_or(|tag| tag == "latest")
}

/// What `typed` means where `now` runs: a tag of the same repository, or a whole reference.
///
/// # Errors
/// A sentence, if it is neither.
pub fn meant(typed: &str, now: &str) -> Result<String, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err("name an image tag, or a whole image".to_owned());
    }
    if let Some(bad) = typed.chars().find(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!("{typed:?} is no image: there is {bad:?} in it"));
    }
    if typed.contains(['/', '@', ':']) {
        return Ok(typed.to_owned());
    }
    match not_a_tag(typed) {
        Some(why) => Err(why),
        None => Ok(format!("{}:{typed}", repository(now))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const ECR: &str = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/prooflink-dev-app";

    #[rstest]
    #[case::tag("v2", "app:v1", Ok("app:v2"))]
    #[case::digest_goes("v2", "app@sha256:00", Ok("app:v2"))]
    #[case::port("v2", "localhost:5000/app", Ok("localhost:5000/app:v2"))]
    #[case::whole("nginx:1.27", "app:v1", Ok("nginx:1.27"))]
    #[case::by_digest("app@sha256:ab", "app:v1", Ok("app@sha256:ab"))]
    #[case::empty(" ", "app:v1", Err("name an image tag"))]
    #[case::spaced("v 2", "app:v1", Err("there is ' ' in it"))]
    #[case::dotted(".v2", "app:v1", Err("no image tag"))]
    fn a_tag_or_a_whole_image(#[case] typed: &str, #[case] now: &str, #[case] image: Result<&str, &str>) {
        match (meant(typed, now), image) {
            (Ok(got), Ok(image)) => assert_eq!(got, image),
            (Err(got), Err(message)) => assert!(got.contains(message), "{got}"),
            (got, wanted) => panic!("{got:?}, not {wanted:?}"),
        }
    }

    #[test]
    fn latest_and_nothing_float() {
        let of = |tail: &str| floats(&format!("{ECR}{tail}"));
        assert_eq!((of(""), of(":latest"), of(":v1"), of("@sha256:00")), (true, true, false, false));
        assert_eq!((repository("localhost:5000/app"), tag("localhost:5000/app")), ("localhost:5000/app", None));
    }
}
