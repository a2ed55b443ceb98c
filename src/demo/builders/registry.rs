//! ECR repositories of the services' images: what was pushed when, what a scan found, which platforms it is made
//! for. `:latest` means what was pushed last, so that tasks started before a push run something else. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::service::{Crate, Deploy, Kept, Tag};
use crate::demo::account::SimulatedAccount;
use crate::demo::rollout::Script;
use crate::demo::scenario_context::{REGION, ScenarioContext};
use crate::kinds::ecr_repository::{Image, Platform, Repository};

/// When `:latest` was pushed, in seconds before and after the start.
const PUSHES: [i64; 7] = [-40 * 86_400, -12 * 86_400, -5 * 86_400, -3 * 86_400 - 1800, -2400, 1500, 5100];
/// Revisions before and after the first deployment's that there are images of.
const BUILDS: std::ops::RangeInclusive<i32> = -4..=3;

/// Tags to try a deployment with, each with its push: one that works, one that crashes, one whose layers are gone.
const TRIES: [(&str, i64); 3] = [("v2", -90_000), ("v2-broken", -93_600), ("missing-layers", -97_200)];

/// What stands before the tag: in this account's ECR if the repository has no `/`, else as written.
pub(super) fn uri(scenario: &ScenarioContext<'_>, held: &Crate) -> String {
    if held.repository.contains('/') {
        return held.repository.clone();
    }
    format!("{}.dkr.ecr.{REGION}.amazonaws.com/{}", scenario.account, held.repository)
}

/// The tag of a revision whose images are named by commit.
pub(super) fn commit(scenario: &ScenarioContext<'_>, facts: &Deploy, revision: i32) -> String {
    scenario.hex(&format!("{}:{revision}/commit", facts.family), 7)
}

/// What makes the digest of the image that `:latest` means at `second`.
pub(super) fn latest(held: &Crate, second: i64) -> String {
    let push = PUSHES.iter().rev().find(|push| **push <= second).unwrap_or(&0);
    format!("{}/{push}", held.repository)
}

/// Adds the repositories of the service's containers.
pub(super) fn repositories(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    facts: &Deploy,
    script: &Script,
) {
    let first = script.rollouts.first().map_or(1, |rollout| rollout.revision);
    for held in facts.crates.iter().filter(|held| !held.repository.contains('/')) {
        let uri = uri(scenario, held);
        let mut images = match held.tag {
            Tag::Latest => floating(scenario, held).into_iter().chain(tries(scenario, held, &uri)).collect(),
            Tag::Commit => {
                let deployed = script.rollouts.iter().map(|rollout| rollout.revision - first);
                let steps: BTreeSet<i32> = BUILDS.chain(deployed).collect();
                let builds = steps.into_iter().map(|step| build(scenario, (facts, held), &uri, (first, step)));
                builds.chain(tries(scenario, held, &uri)).collect()
            }
            Tag::Fixed(tag) => {
                vec![image(scenario, held, &format!("{uri}:{tag}"), (vec![tag.to_owned()], -90 * 86_400))]
            }
        };
        images.retain(|image| image.pushed_at.is_none_or(|at| at <= scenario.at(scenario.now)));
        let mutability = if held.kept == Kept::Immutable { "IMMUTABLE" } else { "MUTABLE" };
        let repository = Repository {
            registry: scenario.account.to_owned(),
            name: held.repository.clone(),
            mutability: Some(mutability.to_owned()),
            images,
            missing: Vec::new(),
            uri: uri.clone(),
        };
        let Some(there) = simulated.open::<Repository>(&uri) else { continue };
        match there.first_mut() {
            // Stages share a repository.
            Some(known) => known.images.extend(repository.images),
            None => there.push(repository),
        }
        for known in there {
            known.images.sort_by(|a, b| (b.pushed_at, &a.digest).cmp(&(a.pushed_at, &b.digest)));
            known.images.dedup_by(|a, b| a.digest == b.digest);
        }
    }
}

/// What was pushed as `:latest`, each with a tag of its day; only the newest is `:latest` now.
fn floating(scenario: &ScenarioContext<'_>, held: &Crate) -> Vec<Image> {
    let now = PUSHES.iter().rev().find(|push| **push <= scenario.now).copied();
    let one = |push: &i64| {
        let day = scenario.at(*push).strftime("%Y%m%d-%H%M").to_string();
        let tags = if Some(*push) == now { vec!["latest".to_owned(), day] } else { vec![day] };
        image(scenario, held, &latest(held, *push), (tags, *push))
    };
    PUSHES.iter().map(one).collect()
}

/// The images to try a deployment with.
fn tries(scenario: &ScenarioContext<'_>, held: &Crate, uri: &str) -> Vec<Image> {
    let one = |(tag, pushed): &(&str, i64)| {
        image(scenario, held, &format!("{uri}:{tag}"), (vec![(*tag).to_owned()], *pushed))
    };
    TRIES.iter().map(one).collect()
}

/// The build of a revision, `step` after the first one deployed: some days apart, the later ones by hours.
fn build(
    scenario: &ScenarioContext<'_>,
    (facts, held): (&Deploy, &Crate),
    uri: &str,
    (first, step): (i32, i32),
) -> Image {
    let tag = commit(scenario, facts, first + step);
    let pushed = match step {
        ..=0 => i64::from(step - 1) * 4 * 86_400,
        1..=3 => i64::from(step - 4) * 9_000,
        _ => -3_600,
    };
    let mut image = image(scenario, held, &format!("{uri}:{tag}"), (vec![tag], pushed));
    if step == 2 {
        // Somebody built it on another machine than usual.
        image.platforms.retain(|platform| platform.architecture == "arm64");
    }
    if held.kept == Kept::Scanned && step == 3 {
        image.findings = Some([("CRITICAL".to_owned(), 1), ("HIGH".to_owned(), 4), ("LOW".to_owned(), 11)].into());
    }
    image
}

fn image(scenario: &ScenarioContext<'_>, held: &Crate, bits: &str, (tags, pushed): (Vec<String>, i64)) -> Image {
    let built = |architecture: &str| Platform {
        os: "linux".to_owned(),
        architecture: architecture.to_owned(),
        digest: format!("sha256:{}", scenario.hex(&format!("{bits}/{architecture}"), 64)),
    };
    let several = held.kept != Kept::Movable;
    Image {
        digest: format!("sha256:{}", scenario.hex(bits, 64)),
        tags,
        pushed_at: Some(scenario.at(pushed)),
        size: Some(scenario.dice(bits).u64(70_000_000..260_000_000)),
        media_type: Some(
            if several {
                "application/vnd.oci.image.index.v1+json"
            } else {
                "application/vnd.oci.image.manifest.v1+json"
            }
            .to_owned(),
        ),
        findings: (held.kept == Kept::Scanned).then(BTreeMap::new),
        scan: (held.kept == Kept::Scanned).then(|| "COMPLETE".to_owned()),
        platforms: if several { vec![built("amd64"), built("arm64")] } else { Vec::new() },
    }
}
