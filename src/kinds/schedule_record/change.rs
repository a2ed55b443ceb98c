//! Writing on a schedule group that is a record: scheduler:TagResource, UntagResource, and CreateScheduleGroup where it is
//! not there. The calls need the gate's pass; each sets or removes single keys, so that two who write never undo each
//! other, and repeating one changes nothing.

use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

use aws_sdk_scheduler::types;

use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::kinds::schedule_group::change::{SchedulePlace, is_gone, is_there};
use crate::schedule::Remembered;
use crate::schedule::stored::tags;
use crate::world::{Fault, FaultKind, ResourceId};

const MAKE: &str = "scheduler:CreateScheduleGroup";
const TAG: &str = "scheduler:TagResource";
const UNTAG: &str = "scheduler:UntagResource";

/// Writes tags on a group, or takes some away: a value to write, none to remove.
#[derive(Clone, Debug)]
pub struct Note {
    /// Where.
    pub place: SchedulePlace,
    /// The group's ARN.
    pub arn: String,
    /// The tags, by key.
    pub tags: BTreeMap<String, Option<String>>,
    /// Whether the group is there.
    pub known: bool,
    /// The service it is about, where it is what one has: its name and place, for journal and plan.
    pub about: Option<About>,
}

/// A service whose memory is written or taken away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct About {
    /// Which.
    pub on: ResourceId,
    /// Its name.
    pub name: String,
    /// What it had; `None` once it is awake again.
    pub memory: Option<Remembered>,
}

impl Note {
    /// Writes what `other` would as well. Both are for one group.
    pub fn join(&mut self, other: Self) {
        self.tags.extend(other.tags);
    }

    fn set(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tags.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_deref()?)))
    }

    fn unset(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| key.as_str())
    }

    fn words(&self) -> String {
        let set = self.set().map(|(key, value)| format!("{key}={value}"));
        set.chain(self.unset().map(|key| format!("no {key}"))).collect::<Vec<_>>().join(", ")
    }

    /// Whether it makes the group.
    #[must_use]
    pub fn makes(&self) -> bool {
        !self.known && self.set().next().is_some()
    }

    /// The call that makes the group, as plans tell it.
    #[must_use]
    pub fn making(place: &SchedulePlace) -> String {
        format!("{MAKE} {}", place.group)
    }

    fn tag(key: &str, value: &str) -> Result<types::Tag, Fault> {
        let tag = types::Tag::builder().key(key).value(value).build();
        tag.map_err(|why| Fault::new(FaultKind::Refused, TAG, why.to_string()))
    }

    /// Makes the group with these tags on it.
    async fn make(&self, aws: &Clients) -> Result<(), Fault> {
        let SchedulePlace { environment, group, .. } = &self.place;
        let mine = tags::allowed(environment.as_str());
        let set = self.set().chain([(tags::ENV, mine.as_str())]).map(|(key, value)| Self::tag(key, value));
        let tags = set.collect::<Result<Vec<_>, Fault>>()?;
        // The SDK gives each request a token of its own: with one that was used before, AWS could take the making of a group
        // that was deleted since for a repetition.
        let request = aws.scheduler.create_schedule_group().name(group).set_tags(Some(tags));
        aws.call(MAKE, Some(group), request.send()).await.map(|_| ())
    }

    async fn write(&self, aws: &Clients) -> Result<(), Fault> {
        let tags = self.set().map(|(key, value)| Self::tag(key, value)).collect::<Result<Vec<_>, Fault>>()?;
        if tags.is_empty() {
            return Ok(());
        }
        let request = aws.scheduler.tag_resource().resource_arn(&self.arn).set_tags(Some(tags));
        aws.call(TAG, Some(&self.place.group), request.send()).await.map(|_| ())
    }

    async fn remove(&self, aws: &Clients) -> Result<(), Fault> {
        let keys: Vec<String> = self.unset().map(str::to_owned).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let request = aws.scheduler.untag_resource().resource_arn(&self.arn).set_tag_keys(Some(keys));
        match aws.call(UNTAG, Some(&self.place.group), request.send()).await {
            // A group that went took its words with it.
            Err(fault) if is_gone(&fault) => Ok(()),
            got => got.map(|_| ()),
        }
    }
}

impl Change for Note {
    fn plan(&self) -> Plan {
        let group = &self.place.group;
        let mut calls: Vec<String> = self.makes().then(|| Self::making(&self.place)).into_iter().collect();
        let calls_of = [(TAG, self.set().next().is_some()), (UNTAG, self.unset().next().is_some())];
        let names: Vec<&str> = calls_of.into_iter().filter(|(_, made)| *made).map(|(name, _)| name).collect();
        calls.push(format!("{} {group} {}", names.join(", "), self.words()));
        let (message, on) = match &self.about {
            Some(About { on, name, memory: Some(memory) }) => {
                (format!("remember on the schedule group {group} what service {name} has: {memory}"), on.clone())
            }
            Some(About { on, name, memory: None }) => {
                (format!("forget what service {name} had before it slept"), on.clone())
            }
            None => (format!("write {} on the schedule group {group}", self.words()), self.place.id()),
        };
        Plan::new(message, self.place.environment.clone(), on, calls)
    }

    fn change_request(&self) -> ChangeRequest {
        let group = || ("record", self.place.group.clone());
        let owner = || ("environment", self.place.environment.to_string());
        let keys = || self.tags.keys().map(|key| ("key", key.clone()));
        match &self.about {
            Some(About { on, memory: Some(memory), .. }) => {
                let arguments = [("memory", memory.to_string()), group(), owner()].into_iter().chain(keys()).collect();
                ChangeRequest { verb: "remember", on: on.clone(), arguments }
            }
            Some(About { on, memory: None, .. }) => ChangeRequest {
                verb: "forget",
                on: on.clone(),
                arguments: std::iter::once(group()).chain(keys()).collect(),
            },
            None => {
                // No tag of ours has a comma: the journal holds each name once.
                let set = self.set().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ");
                let unset = self.unset().collect::<Vec<_>>().join(", ");
                let all = [("set", set), ("unset", unset)].into_iter().filter(|(_, text)| !text.is_empty());
                let arguments = all.chain([owner()]).collect();
                ChangeRequest { verb: "note", on: self.place.id(), arguments }
            }
        }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            // What was seen may be old: each way falls back to the other. A group that went takes only its words along.
            let written = match self.makes() {
                true => match self.make(aws).await {
                    Err(fault) if is_there(&fault) => self.write(aws).await,
                    got => got,
                },
                false => match self.write(aws).await {
                    Err(fault) if is_gone(&fault) => self.make(aws).await,
                    got => got,
                },
            };
            written?;
            self.remove(aws).await?;
            Ok(Receipt { message: Some(self.plan().message), ..Receipt::default() })
        })
    }
}
