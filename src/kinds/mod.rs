//! Resource kinds: everything the program knows of one kind of AWS resource stands in that
//! kind's folder, behind the [`Kind`] trait, and the rest of the program learns of it through
//! one line in [`KINDS`]. Nothing outside a kind's folder may match on its name.

mod action_context;
mod any_kind;
mod console_url;
pub mod external_schedule;
pub mod iam_simulation;
pub mod lambda_alias_metrics;
pub mod lambda_version;
pub mod resource_tags;
pub mod shared;
mod subject;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
pub(crate) mod testing_samples;
mod unresolved;

pub mod alarm;
pub mod alarm_history;
pub mod automation_run;
pub mod batch_definition;
pub mod batch_queue;
pub mod catalog;
pub mod certificate;
pub mod command_invocation;
pub mod counts;
pub mod cpu_credits;
pub mod db_backup;
pub mod db_blue_green;
pub mod db_cluster;
pub mod db_event;
pub mod db_instance;
pub mod db_maintenance;
pub mod db_subnet_group;
pub mod deploy_lock;
pub mod distribution;
pub mod dns_zone;
pub mod ec2_instance;
pub mod ecr_repository;
pub mod ecs_cluster;
pub mod ecs_service;
pub mod ecs_task;
pub mod event_rule;
pub mod job;
pub mod job_activity;
pub mod lambda_function;
pub mod listener;
pub mod load_balancer;
pub mod log_group;
pub mod log_page;
pub mod log_tail;
pub mod managed_node;
pub mod metric_filter;
pub mod metric_series;
pub mod mute_rule;
pub mod rest_api;
pub mod scalable_target;
pub mod scaling_activity;
pub mod schedule_group;
pub mod schedule_record;
pub mod scheduled_action;
pub mod scheduler_role;
pub mod security_group;
pub mod service_deployment;
pub mod session_settings;
pub mod stack;
pub mod state_machine;
pub mod subnet;
pub mod target_group;
pub mod target_health;
pub mod task_definition;
pub mod topic;
pub mod trail_event;
pub mod user_pool;
pub mod vpc_network;
pub mod web_acl;

pub use counts::Counts;
use futures_util::future::BoxFuture;

pub use subject::{Relation, Subject, Tie};

use jiff::Timestamp;

use crate::display::Column;
use crate::display::Extra;
use crate::display::Row;
use crate::display::Section;
pub use action_context::{KindContext, ResourceIndex};
pub use any_kind::{AnyKind, Erased};
pub use unresolved::{ObservedOutcome, UnresolvedChange};

use crate::aws::Clients;
use crate::change::gate::Change;
use crate::schedule::transition::sleep_wake_order;
use crate::ssm::preflight::SessionAccess;
use crate::world::read_request::ReadRequest;
use crate::world::{
    Assessment, Coverage, EnvironmentName, Fault, KindName, Reading, Resource, ResourceId, Scope, World,
};

/// How often a kind is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PollClass {
    /// State: every 15 s for the environment in focus, every 60 s otherwise.
    Live,
    /// Structure that changes with deployments of infrastructure: every 10 min, and on request.
    Topology,
    /// Only when something needs it: never by the clock.
    OnDemand,
}

/// What becomes of verdicts while a kind cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// Nothing: no environment is judged by it.
    None,
    /// Nobody can tell that an environment is not bad.
    Needed,
    /// The same, but the right to read it may be missing on purpose: then that is only told, and what is known stands,
    /// unless something known points to what is hidden (`diagnosis/hidden_evidence.rs`).
    Optional,
}

/// One reading to be done.
#[derive(Clone, Copy)]
pub struct FetchContext<'a> {
    /// The clients of this scope's source and region.
    pub aws: &'a Clients,
    /// Where to read.
    pub scope: &'a Scope,
    /// What is known already: kinds named in [`Kind::NEEDS`] have been read at least once.
    pub known: &'a World,
    /// Which parts are wanted.
    pub coverage: &'a Coverage,
}

impl<'a> FetchContext<'a> {
    /// The resources of a kind named in [`Kind::NEEDS`].
    ///
    /// # Errors
    /// The fault of their own reading, when that is why nothing is known of them.
    pub fn needed<T: Resource>(&self) -> Result<Vec<&'a T>, Fault> {
        let store = self.known.store(self.scope, T::KIND);
        match store.filter(|store| store.oldest().is_none()).and_then(|store| store.faults().next()) {
            Some(fault) => Err(fault.clone()),
            None => Ok(self.known.all::<T>(self.scope).collect()),
        }
    }
}

/// How a kind appears on screen and in `status --json`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListLayout {
    /// Key of its list in JSON and title of its panel: `services`, `databases`. Kinds that share it share a panel.
    pub list: &'static str,
    /// What one is called: `service`, `DB instance`.
    pub singular: &'static str,
    /// The panel's columns (the first kind of a list decides).
    pub columns: &'static [Column],
}

/// Everything one resource kind says about itself. A zero-sized type in the kind's folder implements it.
pub trait Kind: Send + Sync + 'static {
    /// Our type for one of them.
    type Item: Resource;

    /// How often it is read.
    const PACE: PollClass;
    /// Kinds that must have been read before this one can be.
    const NEEDS: &'static [KindName] = &[];
    /// Kinds whose first reading goes before this one's, for they tell how things are by calls of the same rate. Unlike
    /// [`Kind::NEEDS`], nothing of this one follows from them.
    const AFTER: &'static [KindName] = &[];
    /// Whether verdicts rest on it, by its opinions or by what it tells of others.
    const EVIDENCE: Evidence = Evidence::None;
    /// The kind whose resources are its parts, where one part takes calls of its own and seldom changes: what an earlier run
    /// read of those that are still there is not read again before there is a picture.
    const SLOW_PARTS_OF: Option<KindName> = None;
    /// The kind whose resources are its parts, where each part takes a call of its own: a first reading of many brings them
    /// a few at a time, so that nobody waits for the last of them.
    const PARTS_OF: Option<KindName> = Self::SLOW_PARTS_OF;
    /// Whether what it tells may change where something is placed. What is in no environment and ties nothing to one does
    /// not: nobody waits for it to place the rest.
    const PLACES: bool = true;
    /// The IAM actions that reading it and looking closer take: source of `policy --read-only` and `doctor`.
    const PERMISSIONS: &'static [&'static str];
    /// The IAM actions that its changes take: source of `policy --operator`. What only passes a role on
    /// (`iam:PassRole`) stands here too.
    const CHANGES: &'static [&'static str] = &[];
    /// How it is shown; `None` for kinds that only serve others (tags, metric filters).
    const SHOWN: Option<ListLayout> = None;
    /// Whether one comes and goes by itself, such as a task: a configuration need not name it.
    const PASSING: bool = false;
    /// Whether a shell can be opened in one at all: only then [`Kind::session_access`] is asked.
    const SHELL: bool = false;
    /// Whether two of them can be compared: only then [`Kind::compared`] is asked.
    const COMPARABLE: bool = false;

    /// Reads it. The only function of a kind that may touch the network; lives in `fetch.rs`.
    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Self::Item>, Fault>>;

    /// More about one of them, asked for while its page is open: metrics, history.
    fn look<'a>(_ask: FetchContext<'a>, _item: &'a Self::Item, _now: Timestamp) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(async { Ok(Extra::default()) })
    }

    /// What AWS measures of it, the most telling first; what its page and its charts show.
    fn metrics(_item: &Self::Item) -> Vec<metric_series::Metric> {
        Vec::new()
    }

    /// The name a person calls it by.
    fn name(item: &Self::Item) -> &str {
        item.key()
    }

    /// What inference may know of it; `None` if it is never a member of an environment.
    fn subject(_item: &Self::Item, _scope: &Scope) -> Option<Subject> {
        None
    }

    /// How it is. `None` where this kind has no say (its state is told by another kind).
    fn assess(_item: &Self::Item, _cx: &KindContext<'_>) -> Option<Assessment> {
        None
    }

    /// Adds it to its environment's counts for the fleet line.
    fn count(_item: &Self::Item, _cx: &KindContext<'_>, _counts: &mut Counts) {}

    /// Its lines in the environment screen; none where it stands inside another's line.
    fn rows(_item: &Self::Item, _cx: &KindContext<'_>) -> Vec<Row> {
        Vec::new()
    }

    /// Its lines in a list over all environments, where no other line tells of it.
    fn list_rows(item: &Self::Item, cx: &KindContext<'_>) -> Vec<Row> {
        Self::rows(item, cx)
    }

    /// Its object in `status --json`; `None` where it stands inside another's object.
    fn to_json(_item: &Self::Item, _cx: &KindContext<'_>) -> Option<serde_json::Value> {
        None
    }

    /// The sections of its detail page.
    fn detail(_item: &Self::Item, _cx: &KindContext<'_>) -> Vec<Section> {
        Vec::new()
    }

    /// What is read while its page is open, besides what is read anyway.
    fn page_reads(_item: &Self::Item, _world: &World, _scope: &Scope) -> Vec<ReadRequest> {
        Vec::new()
    }

    /// The resource whose environment it belongs to, where it is no member of one itself.
    fn owner(_item: &Self::Item, _world: &World, _scope: &Scope) -> Option<ResourceId> {
        None
    }

    /// How two of them differ, the older side first; for kinds of which that can be told.
    fn compared(_item: &Self::Item, _other: &Self::Item, _cx: &KindContext<'_>) -> Vec<Section> {
        Vec::new()
    }

    /// What can be told, from how it is now, of a change to it whose end nobody wrote down; `None` where nothing can.
    fn settled(_item: &Self::Item, _loose: &UnresolvedChange<'_>) -> Option<ObservedOutcome> {
        None
    }

    /// How it stands as something that sleeps and wakes; `None` for kinds that do not.
    fn member_state(_item: &Self::Item, _world: &World, _scope: &Scope) -> Option<sleep_wake_order::MemberState> {
        None
    }

    /// What has to be read to see that anew.
    fn watch(_item: &Self::Item, scope: &Scope) -> Vec<ReadRequest> {
        vec![ReadRequest::all(scope, Self::Item::KIND)]
    }

    /// The change that does `act` to it on its way to sleep or back; `None` where the kind knows no such act.
    fn act(
        _item: &Self::Item,
        _act: sleep_wake_order::StageAction,
        _environment: &EnvironmentName,
        _scope: &Scope,
    ) -> Option<Box<dyn Change>> {
        None
    }

    /// How a shell gets into it, with the checklist of what that takes; `None` for kinds that have no inside.
    fn session_access(_item: &Self::Item, _cx: &KindContext<'_>) -> Option<SessionAccess> {
        None
    }

    /// Its page in the AWS web console.
    fn web(_item: &Self::Item, _scope: &Scope) -> Option<String> {
        None
    }
}
