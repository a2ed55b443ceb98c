//! The names that a command line may be completed with: what each environment was last seen to hold, kept between runs beside
//! what was read. Names alone, no state and nothing secret; what is long not seen is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::environment::Member;
use crate::kinds::catalog::kind;
use crate::kinds::ecr_repository::Repository;
use crate::kinds::ecs_service::Service;
use crate::kinds::task_definition::TaskDefinition;
use crate::kinds::task_definition::image_reference::{repository, tag};
use crate::overview::{EnvironmentStatus, Picture};
use crate::store::{CachedPart, Place, Store, StoreFault};
use crate::world::World;

/// The kind under which names are kept.
const NAMES: &str = "names";
/// How they are written.
const FORM: &str = "1";
/// Names older than this complete nothing any more.
const OLDEST: SignedDuration = SignedDuration::from_hours(24 * 30);
/// More of one list are not kept: nobody chooses from them with the tabulator.
const MOST: usize = 500;

/// What an environment was last seen to hold.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct KnownEnvironment {
    /// Its name.
    pub name: String,
    /// The names of its resources, by the lists of `status --json`.
    pub lists: BTreeMap<String, BTreeSet<String>>,
    /// Tags of images that its services run or could run.
    pub tags: BTreeSet<String>,
}

/// What a picture tells, by account.
#[must_use]
pub fn known(picture: &Picture, world: &World) -> BTreeMap<String, Vec<KnownEnvironment>> {
    let mut all: BTreeMap<String, Vec<KnownEnvironment>> = BTreeMap::new();
    for environment in &picture.environments {
        let account = environment.account.as_ref().map(ToString::to_string).unwrap_or_default();
        all.entry(account).or_default().push(of(environment, world));
    }
    all
}

fn of(environment: &EnvironmentStatus, world: &World) -> KnownEnvironment {
    let mut known = KnownEnvironment { name: environment.name.to_string(), ..KnownEnvironment::default() };
    for member in &environment.members {
        let Some(shown) = kind(member.id.kind).and_then(|kind| kind.shown()) else { continue };
        let names = known.lists.entry(shown.list.to_owned()).or_default();
        if names.len() < MOST {
            names.insert(member.name.clone());
        }
        tags(member, world, &mut known.tags);
    }
    known
}

/// The tags of what a service runs, and of its repositories as far as they were read.
fn tags(member: &Member, world: &World, into: &mut BTreeSet<String>) {
    let scope = &member.id.scope;
    let Some(service) = world.get::<Service>(&member.id) else { return };
    let Some(definition) = world.by_key::<TaskDefinition>(scope, service.task_definition.as_str()) else { return };
    for image in definition.containers.iter().filter_map(|container| container.image.as_deref()) {
        let pushed = world.by_key::<Repository>(scope, repository(image));
        let pushed = pushed.into_iter().flat_map(|found| &found.images).flat_map(|image| &image.tags);
        let running = tag(image).map(str::to_owned);
        into.extend(running.into_iter().chain(pushed.cloned()).take(MOST.saturating_sub(into.len())));
    }
}

/// Keeps them; what an account is not seen to hold any more goes.
///
/// # Errors
/// As [`Store::open`].
pub fn keep(store: &Store, known: &BTreeMap<String, Vec<KnownEnvironment>>, now: Timestamp) -> Result<(), StoreFault> {
    for (account, environments) in known {
        let part = |environment: &KnownEnvironment| CachedPart {
            kind: NAMES.to_owned(),
            part: environment.name.clone(),
            form: FORM.to_owned(),
            read_at: now,
            body: serde_json::to_vec(environment).unwrap_or_default(),
        };
        let parts: Vec<CachedPart> = environments.iter().map(part).collect();
        store.keep_kind(&place(account), NAMES, now, &parts)?;
    }
    Ok(())
}

/// Every environment that is known, of whatever account, in the order of names.
///
/// # Errors
/// As [`Store::open`].
pub fn recall(store: &Store, now: Timestamp) -> Result<Vec<KnownEnvironment>, StoreFault> {
    let since = now.checked_sub(OLDEST).unwrap_or(Timestamp::MIN);
    let mut all = Vec::new();
    for share in store.shares()?.into_iter().filter(|share| share.kind == NAMES) {
        let parts = store.parts(&share.place, FORM, since)?;
        all.extend(parts.into_iter().filter(|part| part.kind == NAMES).filter_map(|part| {
            let environment: Option<KnownEnvironment> = serde_json::from_slice(&part.body).ok();
            environment
        }));
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// Where the names of an account are kept: beside what is of AWS, so that no listing of that shows them.
fn place(account: &str) -> Place {
    Place { account: String::new(), region: format!("{NAMES}/{account}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, services: &[&str]) -> KnownEnvironment {
        let services = services.iter().map(|name| (*name).to_owned()).collect();
        KnownEnvironment {
            name: name.to_owned(),
            lists: [("services".to_owned(), services)].into(),
            tags: ["v1".to_owned()].into(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_account_is_kept_as_it_was_seen_last_and_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let one = |account: &str, names: &[&str]| {
            [(account.to_owned(), names.iter().map(|name| named(name, &["web"])).collect())].into()
        };
        keep(&store, &one("1", &["dev", "old"]), at(1_000)).unwrap();
        keep(&store, &one("2", &["prod"]), at(1_000)).unwrap();
        keep(&store, &one("1", &["dev"]), at(2_000)).unwrap();
        let names = |now| recall(&store, now).unwrap().into_iter().map(|known| known.name).collect::<Vec<_>>();
        assert_eq!(names(at(3_000)), ["dev", "prod"]);
        assert_eq!(recall(&store, at(3_000)).unwrap()[0], named("dev", &["web"]));
        assert!(names(at(2_000 + OLDEST.as_secs() + 1)).is_empty(), "what is long not seen completes nothing");
    }
}
