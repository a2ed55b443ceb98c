//! The tag picker, and what is said of an image before it is deployed: how old it is, what a scan found, whether it
//! fits the task definition's CPU, whether it runs already. Pure: a repository and what runs in, sentences out.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::kinds::ecr_repository::image_location::{ImageLocation, place, tag};
use crate::kinds::ecr_repository::model::{Image, Repository};
use crate::operations::{Choice, Prompt};
use crate::text;
use crate::world::read_request::ReadRequest;
use crate::world::{Resource, Scope, World};

/// The place an image is chosen for: one container of a service.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    /// Its image as the task definition has it.
    pub image: &'a str,
    /// `X86_64`, `ARM64` of the task definition's runtimePlatform; absent means x86.
    pub architecture: Option<&'a str>,
    /// The digests that its running containers report.
    pub running: &'a [String],
    /// Now.
    pub now: Timestamp,
}

/// Where a repository is read: by the credentials of whoever runs its image, in the repository's own region, which need
/// not be one that toban was told to look in.
#[must_use]
pub fn home(scope: &Scope, at: ImageLocation<'_>) -> Scope {
    Scope::new(scope.source.clone(), at.region)
}

/// What must be read before an image can be chosen where `image` runs; nothing for images outside ECR.
#[must_use]
pub fn wants(scope: &Scope, image: &str) -> Vec<ReadRequest> {
    place(image).map(|at| ReadRequest::part(&home(scope, at), Repository::KIND, at.uri)).into_iter().collect()
}

/// The repository of an image, if it was read.
#[must_use]
pub fn known<'a>(world: &'a World, scope: &Scope, image: &str) -> Option<&'a Repository> {
    let at = place(image)?;
    world.by_key::<Repository>(&home(scope, at), at.uri)
}

/// A choice for every tag, newest first. What does not fit is barred; the value is the whole reference.
#[must_use]
pub fn tag_choices(repository: &Repository, slot: &Slot<'_>) -> Vec<Choice> {
    let here = tag(slot.image).filter(|_| place(slot.image).is_some_and(|at| at.uri == repository.uri));
    let mut choices = Vec::new();
    for image in &repository.images {
        let runs = slot.running.iter().any(|digest| image.is(digest));
        for tag in &image.tags {
            let on = here == Some(tag.as_str());
            let disabled_reason = match unfit(image, slot.architecture) {
                Some(why) => Some(why),
                None if on && runs => Some("the service runs this already; `force` replaces its tasks".to_owned()),
                None if on => {
                    Some("the service is on this tag, which means another image now: `force` deploys it".to_owned())
                }
                None => None,
            };
            choices.push(Choice {
                label: tag.clone(),
                note: note(image, runs, slot.now),
                disabled_reason,
                value: format!("{}:{tag}", repository.uri),
                then: Prompt::Nothing,
            });
        }
    }
    choices
}

fn note(image: &Image, runs: bool, now: Timestamp) -> String {
    let age = image.pushed_at.map_or_else(|| "–".to_owned(), |at| text::ago(now.duration_since(at).as_secs()));
    let size = image.size.map_or_else(|| "–".to_owned(), text::bytes);
    let parts = [text::fit(&age, 10), short(&image.digest), text::fit_right(&size, 8)];
    let more = [runs.then(|| "runs now".to_owned()), scanned(image)];
    parts.into_iter().chain(more.into_iter().flatten()).collect::<Vec<_>>().join("  ")
}

/// A digest as people tell digests apart.
fn short(digest: &str) -> String {
    digest.chars().take(19).collect()
}

/// What a scan found, if it found anything or could not look.
fn scanned(image: &Image) -> Option<String> {
    let counts = image.findings.as_ref().map(severities).unwrap_or_default();
    let worst: Vec<String> =
        counts.iter().take(2).map(|(severity, count)| format!("{count} {}", severity.to_lowercase())).collect();
    match (worst.is_empty(), image.scan.as_deref()) {
        (false, _) => Some(worst.join(", ")),
        (true, Some("FAILED")) => Some("its scan failed".to_owned()),
        (true, Some("IN_PROGRESS" | "PENDING")) => Some("being scanned".to_owned()),
        (true, _) => None,
    }
}

/// What scans count by, worst first.
fn severities(findings: &BTreeMap<String, u32>) -> Vec<(&str, u32)> {
    const ORDER: [&str; 6] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"];
    let rank = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
    let mut all: Vec<(&str, u32)> = findings.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    all.retain(|(_, count)| *count > 0);
    all.sort_by_key(|(name, _)| rank(name));
    all
}

/// How registries call a CPU that ECS calls otherwise.
fn docker(architecture: Option<&str>) -> &str {
    match architecture {
        None | Some("X86_64") => "amd64",
        Some("ARM64") => "arm64",
        Some(other) => other,
    }
}

/// Why an image cannot run on the CPU the task definition wants; `None` if it can, or the registry does not tell.
fn unfit(image: &Image, architecture: Option<&str>) -> Option<String> {
    let wanted = docker(architecture);
    if image.platforms.is_empty() || image.platforms.iter().any(|platform| platform.architecture == wanted) {
        return None;
    }
    let made: Vec<&str> = image.platforms.iter().map(|platform| platform.architecture.as_str()).collect();
    Some(format!("it is built for {} only, and the task definition requires {wanted}", made.join(" and ")))
}

/// What a reader should know of `image` before it goes into the slot.
///
/// # Errors
/// A sentence, where it cannot work: no such tag, another CPU.
pub fn told(repository: &Repository, image: &str, slot: &Slot<'_>) -> Result<Vec<String>, String> {
    let by_digest = || {
        let digest = image.split_once('@')?.1;
        repository.images.iter().find(|one| one.is(digest))
    };
    let found = match tag(image) {
        Some(tag) => Some(repository.tagged(tag).ok_or_else(|| unknown(repository, tag))?),
        // An image without a tag is not listed, so nothing can be said against it.
        None => by_digest(),
    };
    let Some(found) = found else { return Ok(Vec::new()) };
    if let Some(why) = unfit(found, slot.architecture) {
        return Err(format!("{image} cannot run here: {why}"));
    }
    let mut message = Vec::new();
    let runs = |digest: &String| found.is(digest);
    let name = tag(image).map_or_else(|| repository.name.clone(), |tag| format!("{}:{tag}", repository.name));
    let age = found.pushed_at.map(|at| format!(", pushed {}", text::ago(slot.now.duration_since(at).as_secs())));
    let age = age.unwrap_or_default();
    let digest = short(&found.digest);
    if slot.running.is_empty() {
        message.push(format!("{name} is {digest}{age}"));
    } else if slot.running.iter().all(runs) {
        message.push(format!("already running this: {name} is {digest}{age}, and every running task has it"));
    } else {
        let now: Vec<String> = slot.running.iter().filter(|digest| !runs(digest)).map(|digest| short(digest)).collect();
        message.push(format!("{name} is {digest}{age}; {} runs now", now.join(" and ")));
    }
    message.extend(scanned(found).map(|found| format!("its scan says: {found}")));
    message.extend(repository.missing.iter().map(|missing| format!("not everything is known of the image: {missing}")));
    if found.platforms.is_empty() && slot.architecture == Some("ARM64") {
        message.push(
            "the registry does not tell which CPU it is built for; the task definition requires ARM64".to_owned(),
        );
    }
    if repository.immutable() {
        message.push(format!("tags of {} cannot be moved: this one always means this image", repository.name));
    }
    Ok(message)
}

fn unknown(repository: &Repository, tag: &str) -> String {
    let newest: Vec<&str> =
        repository.images.iter().flat_map(|image| &image.tags).take(5).map(String::as_str).collect();
    let there = match newest.as_slice() {
        [] => "it holds no tagged image".to_owned(),
        newest => format!("the newest are {}", newest.join(", ")),
    };
    format!("there is no tag {tag:?} in the repository {}; {there}", repository.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ecr_repository::model::Platform;
    use crate::kinds::testing_samples::{ago, now};

    const URI: &str = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/app";

    fn image(digest: &str, tags: &[&str], minutes: i64) -> Image {
        Image {
            digest: format!("sha256:{digest}"),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            pushed_at: Some(ago(minutes)),
            size: Some(88_000_000),
            media_type: None,
            findings: None,
            scan: None,
            platforms: Vec::new(),
        }
    }

    fn built(architectures: &[&str]) -> Vec<Platform> {
        let platform = |architecture: &&str| Platform {
            os: "linux".to_owned(),
            architecture: (*architecture).to_owned(),
            digest: format!("sha256:{architecture}"),
        };
        architectures.iter().map(platform).collect()
    }

    fn repository() -> Repository {
        let newest = Image {
            findings: Some([("CRITICAL".to_owned(), 2), ("LOW".to_owned(), 7), ("HIGH".to_owned(), 0)].into()),
            ..image("cc", &["latest", "v3"], 20)
        };
        let multi = Image { platforms: built(&["amd64", "arm64"]), ..image("bb", &["v2"], 300) };
        let arm = Image { platforms: built(&["arm64"]), ..image("aa", &["v1"], 9000) };
        Repository {
            uri: URI.to_owned(),
            registry: "123456789012".to_owned(),
            name: "app".to_owned(),
            mutability: Some("MUTABLE".to_owned()),
            images: vec![newest, multi, arm],
            missing: Vec::new(),
        }
    }

    fn slot<'a>(image: &'a str, running: &'a [String]) -> Slot<'a> {
        Slot { image, architecture: None, running, now: now() }
    }

    #[test]
    fn every_tag_is_a_choice_newest_first_with_what_speaks_against_it() {
        let (image, running) = (format!("{URI}:v2"), ["sha256:amd64".to_owned()]);
        let lines: Vec<String> = tag_choices(&repository(), &slot(&image, &running))
            .into_iter()
            .map(|one| format!("{} | {} | {}", one.label, one.note, one.disabled_reason.unwrap_or_default()))
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_tag_that_was_moved_under_the_service_is_deployed_by_force() {
        let (image, running) = (format!("{URI}:latest"), ["sha256:old".to_owned()]);
        let choices = tag_choices(&repository(), &slot(&image, &running));
        assert!(choices[0].disabled_reason.as_deref().is_some_and(|why| why.contains("means another image now")));
        assert_eq!(
            (choices[1].disabled_reason.as_deref(), choices[1].value.as_str()),
            (None, format!("{URI}:v3").as_str())
        );
    }

    #[test]
    fn the_same_digest_is_running_already() {
        let image = format!("{URI}:latest");
        let same = told(&repository(), &image, &slot(&image, &["sha256:cc".to_owned()])).unwrap();
        assert!(same[0].starts_with("already running this: app:latest is sha256:cc, pushed 20 min ago"), "{same:?}");
        assert_eq!(same[1], "its scan says: 2 critical, 7 low");
        let moved = told(&repository(), &image, &slot(&image, &["sha256:old".to_owned()])).unwrap();
        assert_eq!(moved[0], "app:latest is sha256:cc, pushed 20 min ago; sha256:old runs now");
    }

    #[test]
    fn what_cannot_work_is_refused_with_what_there_is() {
        let there = told(&repository(), &format!("{URI}:v9"), &slot(URI, &[])).unwrap_err();
        assert_eq!(there, "there is no tag \"v9\" in the repository app; the newest are latest, v3, v2, v1");
        let cpu = told(&repository(), &format!("{URI}:v1"), &slot(URI, &[])).unwrap_err();
        assert!(cpu.ends_with("it is built for arm64 only, and the task definition requires amd64"), "{cpu}");
        let arm = Slot { architecture: Some("ARM64"), ..slot(URI, &[]) };
        assert!(told(&repository(), &format!("{URI}:v1"), &arm).is_ok());
        assert!(told(&repository(), &format!("{URI}@sha256:unlisted"), &arm).unwrap().is_empty());
    }

    #[test]
    fn an_immutable_repository_is_told() {
        let repository = Repository { mutability: Some("IMMUTABLE".to_owned()), ..repository() };
        let message = told(&repository, &format!("{URI}:v2"), &slot(URI, &[])).unwrap();
        assert!(message.iter().any(|line| line.contains("cannot be moved")), "{message:?}");
    }

    #[test]
    fn a_repository_is_read_in_its_own_region_and_what_is_in_no_ecr_is_typed() {
        let scope = crate::kinds::testing::scope();
        assert!(wants(&scope, "nginx:1.27").is_empty());
        let away = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app";
        let there = Scope::new(scope.source.clone(), "us-east-1");
        assert_eq!(wants(&scope, &format!("{away}:v1")), [ReadRequest::part(&there, Repository::KIND, away)]);
        assert_eq!(wants(&scope, URI), [ReadRequest::part(&scope, Repository::KIND, URI)]);
    }
}
