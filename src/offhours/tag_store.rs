//! What is known of the schedule group that is an environment's record, what is to be written on it, and what keeps it
//! from being deleted. Pure; the tags come from the world, and a procedure writes them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::scheduled_members::{ScheduledMember, scheduled_members_named};
use crate::environment::Environment;
use crate::kinds::ecs_service::Service;
use crate::kinds::schedule_group::change::{Mark, SchedulePlace};
use crate::kinds::schedule_record::change::Note;
use crate::kinds::schedule_record::{Notes, arn_of, noted};
use crate::offhours::OffHours;
use crate::schedule::stored::tag_record::{MAX_TAGS, Tags, key_of, live};
use crate::schedule::stored::tags;
use crate::schedule::{MemberKind, Record, wording};
use crate::text::counted;
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, FaultKind, Resource, Scope, World};

/// What is known of the record.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum RecordState {
    /// All that is to be known: the members are the record, or the group was read.
    #[default]
    Known,
    /// The group is not there: nothing is written on it, or what was is gone.
    Gone(String),
    /// Nobody knows what is written on it; why, in a sentence.
    Unknown(String),
}

impl RecordState {
    /// Why nothing may be done that goes by the record, if that is so.
    #[must_use]
    pub fn unknown(&self) -> Option<&str> {
        match self {
            Self::Unknown(why) => Some(why),
            Self::Known | Self::Gone(_) => None,
        }
    }

    /// What a reader should know of it, if anything.
    #[must_use]
    pub fn sentence(&self) -> Option<&str> {
        self.unknown().or_else(|| self.gone())
    }

    /// That the group is not there, if that is so.
    #[must_use]
    pub fn gone(&self) -> Option<&str> {
        match self {
            Self::Gone(message) => Some(message),
            Self::Known | Self::Unknown(_) => None,
        }
    }
}

/// What is to be read of the record of `environment`: one call for each place its members are in, and none where its
/// members are the record.
#[must_use]
pub fn record_reads(environment: &Environment, world: &World) -> Vec<ReadRequest> {
    let Record::Group(group) = &environment.record else { return Vec::new() };
    let members = scheduled_members_named(environment, world, &environment.named);
    let mut scopes: Vec<&Scope> = members.iter().filter_map(|it| it.id.as_ref()).map(|id| &id.scope).collect();
    if scopes.is_empty() {
        scopes.extend(environment.scopes.first());
    }
    scopes.sort();
    scopes.dedup();
    scopes.into_iter().map(|scope| ReadRequest::part(scope, Notes::KIND, group)).collect()
}

/// What is known of the record of `environment` in `scope`.
#[must_use]
pub fn standing(environment: &Environment, scope: &Scope, world: &World) -> RecordState {
    let Record::Group(group) = &environment.record else { return RecordState::Known };
    let bin = world.store(scope, Notes::KIND).and_then(|store| store.bin(group));
    let gone = || {
        RecordState::Gone(format!(
            "the schedule group {group}, its record, is not there: nothing is written on it, and what ever was is gone"
        ))
    };
    let Some(bin) = bin else {
        return RecordState::Unknown(format!("its record, the schedule group {group}, was not read yet"));
    };
    match &bin.fault {
        Some(fault) if fault.kind == FaultKind::Gone => return gone(),
        Some(fault) => {
            return RecordState::Unknown(format!(
                "its record, the schedule group {group}, could not be read: {}",
                fault.sentence()
            ));
        }
        None => {}
    }
    match world.by_key::<Notes>(scope, group) {
        None => gone(),
        Some(notes) => match stranger(&environment.name, notes) {
            Some(message) => RecordState::Unknown(message),
            None => RecordState::Known,
        },
    }
}

/// That a group is no record of `environment`, if another's name or none stands on it.
#[must_use]
pub fn stranger(environment: &EnvironmentName, notes: &Notes) -> Option<String> {
    let mine = tags::allowed(environment.as_str());
    let group = &notes.group;
    match notes.tags.get(tags::ENV) {
        Some(owner) if *owner == mine => None,
        Some(owner) => Some(format!("the schedule group {group} belongs to {owner}: it is no record of {mine}")),
        None => Some(format!(
            "the schedule group {group} lacks the tag {}={mine}: somebody else created it, and it is no record",
            tags::ENV
        )),
    }
}

/// What is written on the record of `environment` in `scope`, if a group is its record and that is known.
#[must_use]
pub fn notes<'w>(environment: &Environment, scope: &Scope, world: &'w World) -> Option<&'w Tags> {
    let group = environment.record.group()?;
    let notes = world.by_key::<Notes>(scope, group)?;
    stranger(&environment.name, notes).is_none().then_some(&notes.tags)
}

/// Why nothing of `environment` may be stopped, where the group that is its record says so: for a member in `scope`.
#[must_use]
pub fn record_forbids(environment: &Environment, scope: &Scope, world: &World) -> Option<String> {
    let held = notes(environment, scope, world)?;
    held.get(tags::PROTECT).filter(|value| *value == "true")?;
    let group = environment.record.group()?;
    Some(format!("its record, the schedule group {group}, has the tag {}=true", tags::PROTECT))
}

/// A scheduled member with the memory that its environment's record holds of it in the place of its own tags. What its
/// own tags
/// still say from before counts where the record says nothing, and of what it had only while it sleeps: nobody takes it
/// away once it is up.
pub(crate) fn recorded(mut it: ScheduledMember, environment: &Environment, world: &World) -> ScheduledMember {
    let service = (it.member.kind == MemberKind::EcsService).then_some(it.id.as_ref()).flatten();
    if environment.record.group().is_none() || service.is_none() {
        return it;
    }
    for key in [tags::REMEMBERED, tags::WAKES_TO] {
        match noted_of(&it, key, world).map(str::to_owned) {
            Some(value) => {
                it.tags.insert(key.to_owned(), value);
            }
            None if key == tags::REMEMBERED && it.desired != Some(0) => {
                it.tags.remove(key);
            }
            None => {}
        }
    }
    it
}

/// What the record says under `what` of one who sleeps.
pub(crate) fn noted_of<'w>(it: &ScheduledMember, what: &str, world: &'w World) -> Option<&'w str> {
    let id = it.id.as_ref()?;
    noted(world, &id.scope, what, (it.member.cluster.as_deref()?, &it.member.id))
}

/// The change that writes `words` on the record at `place`; `None` where nothing would differ.
///
/// # Errors
/// A sentence: what is written there is not known.
pub fn note(
    environment: &Environment,
    place: &SchedulePlace,
    world: &World,
    mut words: BTreeMap<String, Option<String>>,
) -> Result<Option<Mark>, String> {
    if let RecordState::Unknown(why) = standing(environment, &place.scope, world) {
        return Err(why);
    }
    let held = notes(environment, &place.scope, world);
    let there = |key: &str| held.is_some_and(|held| held.contains_key(key));
    words.retain(|key, value| value.is_some() || there(key));
    if words.is_empty() {
        return Ok(None);
    }
    let arn = arn_of(world, &place.scope, &place.group)
        .ok_or_else(|| format!("the account of {} is not known: nothing can be written", environment.name))?;
    let known = held.is_some();
    Ok(Some(Mark::Note(Note { place: place.clone(), arn, tags: words, known, about: None })))
}

/// Whether the group `group` that wears `held` has room for `words` as well; a group that is to be made will wear the
/// environment's name.
///
/// # Errors
/// A sentence, where it has not.
pub fn room<'k>(group: &str, held: Option<&Tags>, words: impl Iterator<Item = (&'k str, bool)>) -> Result<(), String> {
    let there = |key: &str| held.is_some_and(|held| held.contains_key(key));
    let has = held.map_or(1, BTreeMap::len);
    let (mut more, mut less) = (0, 0);
    for (key, set) in words {
        more += usize::from(set && !there(key));
        less += usize::from(!set && there(key));
    }
    if (has + more).saturating_sub(less) <= MAX_TAGS {
        return Ok(());
    }
    Err(format!(
        "the schedule group {group} has {} and has no room for {more} more (AWS allows {MAX_TAGS}): record = \"tags\" in \
         the configuration writes on databases and services instead",
        counted(has, "tag")
    ))
}

/// Why a group with these tags must not be deleted: what it holds of `scope` would be lost, and how to go on.
#[must_use]
pub fn must_stay(
    (group, held): (&str, &Tags),
    name: &str,
    (scope, world): (&Scope, &World),
    (now, zone): (Timestamp, &TimeZone),
) -> Option<String> {
    let mut holds: Vec<String> = live(held, now)
        .into_iter()
        .map(|(what, until)| format!("{what} until {}", wording::when(until, now, zone)))
        .collect();
    let mut ways = if holds.is_empty() { Vec::new() } else { vec![format!("`toban schedule clear {name}`")] };
    let remembers = |service: &&Service| {
        let holds = |what: &str| held.contains_key(&key_of(what, service.cluster.last(), &service.name));
        // What one had is there until it is up again; what it wakes to matters while it sleeps.
        holds(tags::REMEMBERED) || (service.desired == 0 && holds(tags::WAKES_TO))
    };
    let services: Vec<&str> =
        world.all::<Service>(scope).filter(remembers).map(|service| service.name.as_str()).collect();
    if !services.is_empty() {
        holds.push(format!("what {} had before it slept", services.join(", ")));
        ways.push(format!("`toban wake {name}`"));
    }
    (!holds.is_empty()).then(|| {
        format!(
            "the schedule group {group} is a record and holds {}: it stays until {} took that back",
            holds.join(" and "),
            ways.join(" and ")
        )
    })
}

/// Where the environment's schedules are: with its first scheduled member.
pub(crate) fn place(environment: &Environment, off: &OffHours) -> Option<SchedulePlace> {
    let scope: &Scope = off
        .scheduled_members
        .iter()
        .find_map(|it| it.id.as_ref())
        .map(|id| &id.scope)
        .or_else(|| environment.scopes.first())?;
    let group = off.routine.group_of(environment.name.as_str());
    Some(SchedulePlace { environment: environment.name.clone(), scope: scope.clone(), group })
}

/// Where the schedules of `environment` are kept: with its first scheduled member.
#[must_use]
pub fn schedule_place(environment: &Environment, off: &OffHours) -> Option<Scope> {
    place(environment, off).map(|place| place.scope)
}

#[cfg(test)]
mod tests;
