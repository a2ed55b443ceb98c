//! What the registry says of the images a service runs: the tags to choose from, what is told of an image before it
//! is deployed, and what `force` would bring. Pure: of what was read, sentences.

use std::collections::BTreeSet;

use super::Slot;
use super::actions::{definition, serving, serving_first};
use super::rollback;
use crate::change::gate::FRESH;
use crate::kinds::ecr_repository;
use crate::kinds::ecr_repository::Repository;
use crate::kinds::ecs_service::model::Service;
use crate::kinds::task_definition::image_reference;
use crate::kinds::task_definition::{ContainerDefinition, image_name};
use crate::operations::{ActionContext, Choice, Prompt};
use crate::world::read_request::ReadRequest;
use crate::world::{KindStore, Resource};

/// What `deploy` needs to be told: a tag of ECR is chosen, what stands elsewhere can only be typed; and where it is not
/// clear which container is meant, that is asked first.
pub(crate) fn which(item: &Service, context: &ActionContext<'_>) -> Prompt {
    match definition(item, context).map(|known| serving(item, known)) {
        Some(Err(_)) => {
            let prompt = "which container gets another image (:deploy CONTAINER=TAG types both)".to_owned();
            Prompt::Narrow { prompt, reads: all(images(item, context).into_iter().map(|(_, image)| image), context) }
        }
        Some(Ok((_, image))) => of_image(image.as_deref().unwrap_or_default(), None, context),
        None => of_image("", None, context),
    }
}

/// The question for an image in the place of `image`; of the container that was chosen, if it was.
fn of_image(image: &str, container: Option<&str>, context: &ActionContext<'_>) -> Prompt {
    let reads = crate::operations::ecs_service::wants(context.cx.scope, image);
    let tag = image_reference::tag(image).unwrap_or_default();
    match (reads.is_empty(), container) {
        (true, None) => {
            Prompt::Text { prompt: "image tag, whole image, or CONTAINER=TAG".to_owned(), initial: tag.to_owned() }
        }
        (true, Some(name)) => Prompt::Text {
            prompt: format!("{name}=TAG, or {name}= and a whole image"),
            initial: format!("{name}={tag}"),
        },
        (false, None) => Prompt::Choice {
            prompt: "which image (:deploy TAG, or :deploy CONTAINER=TAG, types one)".to_owned(),
            reads,
        },
        (false, Some(name)) => {
            Prompt::Choice { prompt: format!("which image of {name} (:deploy {name}=TAG types one)"), reads }
        }
    }
}

/// What can be chosen for `deploy`: the tags of the container that was `chosen`, or of the one that is clear; else the
/// containers.
pub(crate) fn choices(item: &Service, chosen: Option<&str>, context: &ActionContext<'_>) -> Vec<Choice> {
    let Some(known) = definition(item, context) else { return Vec::new() };
    match (chosen, serving(item, known)) {
        (Some(name), _) => {
            let image = known.containers.iter().find(|one| one.name == name).and_then(|one| one.image.as_deref());
            let named = |choice: Choice| Choice { value: format!("{name}={}", choice.value), ..choice };
            tags(item, name, image.unwrap_or_default(), context).into_iter().map(named).collect()
        }
        (None, Ok((name, image))) => tags(item, &name, image.as_deref().unwrap_or_default(), context),
        (None, Err(_)) => {
            let container = |(one, serves): (&ContainerDefinition, bool)| {
                let image = one.image.as_deref().unwrap_or_default();
                Choice {
                    label: one.name.clone(),
                    note: [image_name(image), if serves { "serves a target group" } else { "" }].join("  "),
                    disabled_reason: None,
                    value: one.name.clone(),
                    then: of_image(image, Some(&one.name), context),
                }
            };
            serving_first(item, known).into_iter().map(container).collect()
        }
    }
}

/// The tags of the repository that a container's image is from, once that was read.
fn tags(item: &Service, container: &str, image: &str, context: &ActionContext<'_>) -> Vec<Choice> {
    let running = digests(item, container, context);
    let architecture = definition(item, context).and_then(|known| known.architecture.as_deref());
    let slot = Slot { image, architecture, running: &running, now: context.cx.now };
    let found = crate::operations::ecs_service::known(context.cx.world, context.cx.scope, image);
    found.map(|repository| crate::operations::ecs_service::tag_choices(repository, &slot)).unwrap_or_default()
}

/// The digests that a container's running tasks report.
fn digests(item: &Service, container: &str, context: &ActionContext<'_>) -> Vec<String> {
    let tasks =
        context.cx.resource_index.tasks_of(context.cx.scope, item).iter().filter(|task| task.stopped_at.is_none());
    let containers = tasks.flat_map(|task| &task.containers).filter(|one| one.name == container);
    containers.filter_map(|one| one.digest.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What the registry says of an image for a container, if it was read a moment ago: what is older may lack the very tag
/// that was just pushed.
///
/// # Errors
/// A sentence, where the image cannot work there.
pub(crate) fn registered(
    item: &Service,
    container: &str,
    image: &str,
    context: &ActionContext<'_>,
) -> Result<Vec<String>, String> {
    let Some(known) = definition(item, context) else { return Ok(Vec::new()) };
    let Some(repository) = crate::operations::ecs_service::known(context.cx.world, context.cx.scope, image) else {
        return Ok(Vec::new());
    };
    let read_at = store(image, context).and_then(|store| store.read_at(&repository.uri));
    if read_at.is_none_or(|at| context.cx.world.age(at, context.cx.now) > FRESH) {
        return Ok(Vec::new());
    }
    let running = digests(item, container, context);
    let slot = Slot { image, architecture: known.architecture.as_deref(), running: &running, now: context.cx.now };
    crate::operations::ecs_service::told(repository, image, &slot)
}

/// The store that holds the repository of `image`, if one was read there.
fn store<'a>(image: &str, context: &ActionContext<'a>) -> Option<&'a KindStore> {
    let at = ecr_repository::place(image)?;
    context.cx.world.store(&crate::operations::ecs_service::home(context.cx.scope, at), Repository::KIND)
}

/// What `force` needs read: the repositories of the tags it would bring anew.
pub(crate) fn prompt(item: &Service, context: &ActionContext<'_>) -> Prompt {
    let tagged = images(item, context).into_iter().map(|(_, image)| image);
    let reads = all(tagged.filter(|image| ecr_repository::tag(image).is_some()), context);
    if reads.is_empty() { Prompt::Nothing } else { Prompt::Look { reads } }
}

/// The repositories of these images, each once.
fn all<'a>(images: impl Iterator<Item = &'a str>, context: &ActionContext<'_>) -> Vec<ReadRequest> {
    let mut reads: Vec<ReadRequest> = Vec::new();
    for want in images.flat_map(|image| crate::operations::ecs_service::wants(context.cx.scope, image)) {
        if !reads.contains(&want) {
            reads.push(want);
        }
    }
    reads
}

/// Each container with its image as defined.
fn images<'a>(item: &Service, context: &ActionContext<'a>) -> Vec<(&'a str, &'a str)> {
    let containers = definition(item, context).into_iter().flat_map(|one| &one.containers);
    containers.filter_map(|one| Some((one.name.as_str(), one.image.as_deref()?))).collect()
}

/// What to read to know what the tag of `image` means; nothing where a digest fixes it, or no registry toban reads has
/// it.
fn to_json(image: &str, context: &ActionContext<'_>) -> Vec<ReadRequest> {
    let tagged = ecr_repository::tag(image).is_some();
    if tagged { crate::operations::ecs_service::wants(context.cx.scope, image) } else { Vec::new() }
}

/// What `force` would bring: for each tag, what runs and what the registry has now, or why that is not known. Nothing
/// here hinders it: what cannot work is ECS's to find out.
pub(crate) fn of_force(item: &Service, context: &ActionContext<'_>) -> Vec<String> {
    let images = images(item, context);
    let several = images.len() > 1;
    let mut message = Vec::new();
    for (container, image) in images {
        let known = !to_json(image, context).is_empty();
        if !known && !image_reference::floats(image) {
            continue;
        }
        let runs = digests(item, container, context);
        let why = match known {
            true => unread(image, context),
            false => Some("; it is in no private ECR, so toban does not read what the tag means now".to_owned()),
        };
        let lines = match why {
            None => match registered(item, container, image, context) {
                Ok(mut lines) => {
                    if runs.is_empty() {
                        lines.push("what runs is not known, so neither is whether it is the same".to_owned());
                    }
                    lines
                }
                Err(why) => vec![format!("its new tasks cannot start: {why}")],
            },
            Some(why) => {
                let now = if runs.is_empty() {
                    "what runs is not known".to_owned()
                } else {
                    let short: Vec<String> = runs.iter().map(|digest| rollback::short(digest)).collect();
                    format!("{} runs now", short.join(" "))
                };
                message.push(format!("{container} gets what {} means by then; {now}{why}", image_name(image)));
                continue;
            }
        };
        let named = |line: String| if several { format!("{container}: {line}") } else { line };
        message.extend(lines.into_iter().map(named));
    }
    message
}

/// Why it is not known what the tag of `image` means now, as the end of a sentence; `None` if it is.
fn unread(image: &str, context: &ActionContext<'_>) -> Option<String> {
    let part = ecr_repository::place(image)?.uri;
    let store = store(image, context);
    let fault = store.and_then(|store| store.bin(part).and_then(|bin| bin.fault.as_ref()).or(store.fault.as_ref()));
    if let Some(fault) = fault {
        return Some(format!("; its registry could not be read: {}", fault.sentence()));
    }
    let read_at = store.and_then(|store| store.read_at(part));
    let stale = read_at.is_none_or(|at| context.cx.world.age(at, context.cx.now) > FRESH);
    stale.then(|| "; its registry was not read".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ecr_repository::Image;
    use crate::kinds::testing_samples::{Shelves, ago, container, definition, now, scope, service, task};
    use crate::overview::EnvironmentStatus;
    use crate::world::{Coverage, Fault, FaultKind, Part, Reading, Scope};

    const URI: &str = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/city-backend";
    const AWAY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/city-backend";

    fn held(tag: &str, digest: &str) -> Repository {
        let image = Image {
            digest: digest.to_owned(),
            tags: vec![tag.to_owned()],
            pushed_at: Some(ago(20)),
            size: None,
            media_type: None,
            findings: None,
            scan: None,
            platforms: Vec::new(),
        };
        Repository {
            uri: URI.to_owned(),
            registry: "123456789012".to_owned(),
            name: "city-backend".to_owned(),
            mutability: Some("MUTABLE".to_owned()),
            images: vec![image],
            missing: Vec::new(),
        }
    }

    fn shelves() -> Shelves {
        Shelves::default().with([service()]).with([definition()]).with([task("a")])
    }

    /// The notices of the plan of `force`: all of them are the registry's or the rollout's.
    fn told(shelves: &Shelves) -> Vec<String> {
        let environment = EnvironmentStatus::new("city-prod", vec![scope()]);
        shelves.seen(true, |cx| {
            let context = ActionContext { cx: *cx, environment: &environment };
            let proposal = crate::operations::ecs_service::actions::propose(&service(), "force", None, &context);
            proposal.expect("nothing of the registry hinders it").plan().notices
        })
    }

    #[test]
    fn force_has_the_repository_of_a_tag_read_first_and_of_nothing_else() {
        let environment = EnvironmentStatus::new("city-prod", vec![scope()]);
        let asked = |shelves: &Shelves| {
            shelves.seen(true, |cx| prompt(&service(), &ActionContext { cx: *cx, environment: &environment }))
        };
        assert_eq!(asked(&shelves()).reads(), [ReadRequest::part(&scope(), Repository::KIND, URI)]);
        for image in [format!("{URI}@sha256:ab"), "nginx:latest".to_owned()] {
            let mut other = definition();
            other.containers[0].image = Some(image);
            assert_eq!(asked(&shelves().with([other])), Prompt::Nothing);
        }
        assert_eq!(asked(&Shelves::default().with([service()])), Prompt::Nothing, "no definition, no image");
    }

    #[test]
    fn the_same_digest_is_running_already() {
        let digest = container("app").digest.expect("it runs");
        let message = told(&shelves().with([held("latest", &digest)]));
        let line = "already running this: city-backend:latest is sha256:0123456789ab, pushed 20 min ago";
        assert!(message[0].starts_with(line), "{message:?}");
    }

    #[test]
    fn a_tag_that_moved_is_told_beside_what_runs() {
        let message = told(&shelves().with([held("latest", "sha256:feedfeedfeedfeed")]));
        let line = "city-backend:latest is sha256:feedfeedfeed, pushed 20 min ago; sha256:0123456789ab runs now";
        assert_eq!(message[0], line);
    }

    #[test]
    fn a_registry_that_may_not_be_read_is_said_and_hinders_nothing() {
        let fault = Fault::new(FaultKind::Denied, "ecr:DescribeImages", "no identity-based policy allows it");
        let message = told(&shelves().failing::<Repository>(fault));
        let begins = "app gets what city-backend:latest means by then; sha256:0123456789ab runs now; its registry could \
                      not be read: ecr:DescribeImages is not allowed";
        assert!(message[0].starts_with(begins), "{message:?}");
        assert!(told(&shelves())[0].ends_with("; its registry was not read"), "{:?}", told(&shelves()));
    }

    #[test]
    fn a_tag_that_is_gone_is_told_and_hinders_nothing() {
        let message = told(&shelves().with([held("v1", "sha256:feed")]));
        assert!(message[0].starts_with("its new tasks cannot start: there is no tag \"latest\""), "{message:?}");
    }

    #[test]
    fn what_runs_unknown_is_said() {
        let shelves = Shelves::default().with([service()]).with([definition()]).with([held("latest", "sha256:feed")]);
        let message = told(&shelves);
        assert_eq!(message[0], "city-backend:latest is sha256:feed, pushed 20 min ago");
        assert!(message[1].starts_with("what runs is not known"), "{message:?}");
    }

    /// The same with the image in a repository of another region.
    fn away(shelves: Shelves) -> Shelves {
        let mut other = definition();
        other.containers[0].image = Some(format!("{AWAY}:latest"));
        shelves.with([other])
    }

    #[test]
    fn a_repository_of_another_region_is_read_there() {
        let environment = EnvironmentStatus::new("city-prod", vec![scope()]);
        let there = Scope::new(scope().source, "us-east-1");
        let shelves = away(shelves());
        let asked = shelves.seen(true, |cx| prompt(&service(), &ActionContext { cx: *cx, environment: &environment }));
        assert_eq!(asked.reads(), [ReadRequest::part(&there, Repository::KIND, AWAY)]);

        let mut shelves = shelves;
        let held = Repository { uri: AWAY.to_owned(), ..held("latest", "sha256:feedfeedfeedfeed") };
        let part = Coverage::Parts([Part::from(AWAY)].into());
        let found = Reading::of(vec![(Part::from(AWAY), Ok(vec![held]))]);
        shelves.0.put(&there, Repository::KIND, &part, Ok(found.into()), now());
        let line = "city-backend:latest is sha256:feedfeedfeed, pushed 20 min ago; sha256:0123456789ab runs now";
        assert_eq!(told(&shelves)[0], line);
    }

    #[test]
    fn a_repository_of_another_region_that_may_not_be_read_is_said() {
        let mut shelves = away(shelves());
        let there = Scope::new(scope().source, "us-east-1");
        let part = Coverage::Parts([Part::from(AWAY)].into());
        let fault = Fault::new(FaultKind::Denied, "ecr:DescribeImages", "an organization's policy denies the region");
        shelves.0.put(&there, Repository::KIND, &part, Err(fault), now());
        let message = told(&shelves);
        assert!(
            message[0].contains("its registry could not be read: ecr:DescribeImages is not allowed"),
            "{message:?}"
        );
    }

    #[test]
    fn a_floating_tag_outside_ecr_is_said_not_to_be_read() {
        let mut other = definition();
        other.containers[0].image = Some("nginx:latest".to_owned());
        let message = told(&shelves().with([other]));
        assert!(
            message[0]
                .starts_with("app gets what nginx:latest means by then; sha256:0123456789ab runs now; it is in no"),
            "{message:?}"
        );
    }
}
