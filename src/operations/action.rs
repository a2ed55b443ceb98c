//! What can be done with one resource: offers with what they ask for, and choices to answer with.
//! Pure data; a kind makes them in its `commands.rs`, the faces show them, the gate decides.

use std::collections::BTreeSet;

use crate::overview::EnvironmentStatus;
use jiff::{Timestamp, tz::TimeZone};

use crate::change::plan::Plan;
use crate::kinds::{KindContext, ResourceIndex};
use crate::world::read_request::ReadRequest;
use crate::world::{Health, ResourceId, Scope, World};

/// One thing that can be done with a resource. Shown even when barred, with the reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// Its name, typed after `:` too: `deploy`, `scale`, `stop`.
    pub verb: &'static str,
    /// What it does, in a sentence without a full stop.
    pub message: String,
    /// Why it cannot be done now.
    pub disabled_reason: Option<String>,
    /// What has to be said besides.
    pub prompt: Prompt,
    /// Whether it changes nothing, so that it may be done read-only too.
    pub harmless: bool,
}

impl Action {
    /// An offer that asks for nothing.
    #[must_use]
    pub fn new(verb: &'static str, message: impl Into<String>) -> Self {
        Self { verb, message: message.into(), disabled_reason: None, prompt: Prompt::Nothing, harmless: false }
    }

    /// The same, asking for something.
    #[must_use]
    pub fn asking(self, prompt: Prompt) -> Self {
        Self { prompt, ..self }
    }

    /// The same, changing nothing: its plan has no calls.
    #[must_use]
    pub fn harmless(self) -> Self {
        Self { harmless: true, ..self }
    }

    /// The same, barred if there is a reason.
    #[must_use]
    pub fn disabled_reason(self, why: Option<String>) -> Self {
        Self { disabled_reason: why, ..self }
    }
}

/// What an offer asks for before it can become a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Prompt {
    /// Nothing.
    Nothing,
    /// Nothing, but the plan is made once these have been read: it tells of them. What cannot be read hinders nothing.
    Look {
        /// What to read first.
        reads: Vec<ReadRequest>,
    },
    /// A text: a count, a reference, a time.
    Text {
        /// What is asked.
        prompt: String,
        /// What stands there to begin with.
        initial: String,
    },
    /// A text, asked once these have been read: the plan needs to know them.
    Informed {
        /// What is asked.
        prompt: String,
        /// What stands there to begin with.
        initial: String,
        /// What to read first.
        reads: Vec<ReadRequest>,
    },
    /// One of the kind's [`super::Kind::choices`], which are made once these have been read.
    Choice {
        /// What is asked.
        prompt: String,
        /// What to read first.
        reads: Vec<ReadRequest>,
    },
    /// One of the kind's [`super::Kind::choices`], which are there at once: each leads on to another question.
    Narrow {
        /// What is asked.
        prompt: String,
        /// What to read first where the whole answer was typed: the plan tells of it.
        reads: Vec<ReadRequest>,
    },
}

impl Prompt {
    /// What is read before the choices, or the plan, are made.
    #[must_use]
    pub fn reads(&self) -> &[ReadRequest] {
        match self {
            Self::Nothing | Self::Text { .. } => &[],
            Self::Look { reads }
            | Self::Informed { reads, .. }
            | Self::Choice { reads, .. }
            | Self::Narrow { reads, .. } => reads,
        }
    }
}

/// One answer to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What it says.
    pub label: String,
    /// More about it.
    pub note: String,
    /// Why it cannot be chosen.
    pub disabled_reason: Option<String>,
    /// What the kind's `propose` gets; where it leads on, what its `choices` get.
    pub value: String,
    /// What is asked next, before anything is proposed.
    pub then: Prompt,
}

/// Where something is to be done: the resource's surroundings and its environment.
#[derive(Clone, Copy)]
pub struct ActionContext<'a> {
    /// The resource's surroundings.
    pub cx: KindContext<'a>,
    /// Its environment.
    pub environment: &'a EnvironmentStatus,
}

impl ActionContext<'_> {
    /// Hands `use_it` the surroundings of whatever of `environment` is in `scope`, as of a moment, in a time zone.
    pub fn within<T>(
        environment: &EnvironmentStatus,
        scope: &Scope,
        world: &World,
        (now, zone): (Timestamp, &TimeZone),
        use_it: impl FnOnce(&ActionContext<'_>) -> T,
    ) -> T {
        let resource_index = ResourceIndex::of(world);
        let cx =
            KindContext { world, resource_index: &resource_index, scope, protected: environment.protected, now, zone };
        use_it(&ActionContext { cx, environment })
    }

    /// The beginning of a plan: `says` on `on`, by `calls`, with what a reader should know of the environment first:
    /// what is not well there, and what is moving.
    #[must_use]
    pub fn plan(&self, message: impl Into<String>, on: ResourceId, calls: Vec<String>) -> Plan {
        let mut plan = Plan::new(message, self.environment.name.clone(), on, calls);
        let telling = |health: Health| matches!(health, Health::Bad | Health::Worrying | Health::Changing);
        let findings = self.environment.verdict.findings.iter().filter(|finding| telling(finding.health));
        // The same is found of each of several tasks, and told once.
        let mut told = BTreeSet::new();
        let lines = findings.map(|finding| format!("{}: {}", finding.health.word(), finding.message));
        plan.notices.extend(lines.filter(|line| told.insert(line.clone())).take(4));
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples::{Shelves, scope, service};
    use crate::world::Resource;

    #[test]
    fn what_is_found_of_several_tasks_is_told_once() {
        let mut environment = EnvironmentStatus::new("city-dev", vec![scope()]);
        let finding = |message: &str| crate::diagnosis::Finding {
            health: Health::Bad,
            depth: 0,
            message: message.to_owned(),
            about: None,
            evidence: Vec::new(),
        };
        environment.verdict.findings =
            ["out of memory", "out of memory", "full", "out of memory"].map(finding).to_vec();
        let plan = Shelves::default().seen(false, |cx| {
            ActionContext { cx: *cx, environment: &environment }.plan("stop it", service().id(&scope()), Vec::new())
        });
        assert_eq!(plan.notices, ["bad: out of memory", "bad: full"]);
    }
}
