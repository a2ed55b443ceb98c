//! The rules: each looks for causes of one sort and proposes them with what speaks for and against. One file a sort.
//! A rule may propose what turns out to be wrong; `weigh` decides. Pure.

pub(super) mod alarms;
pub(super) mod databases;
pub(super) mod functions;
pub(super) mod grace;
pub(super) mod instances;
pub(super) mod network;
pub(super) mod own_words;
pub(super) mod placement;
pub(super) mod rollouts;
pub(super) mod taken;
pub(super) mod targets;
pub(super) mod task_exit;
pub(super) mod task_start;

use super::facts::ServiceFacts;
use super::hypothesis::Hypothesis;
use super::symptoms::Symptom;
use crate::diagnosis::context::DiagnosisContext;
use crate::timeline::Event;

/// What rules look at.
pub(super) struct Site<'s, 'a> {
    /// The environment and its surroundings.
    pub(super) cx: &'s DiagnosisContext<'a>,
    /// Its services.
    pub(super) services: &'s [ServiceFacts<'a>],
    /// What is wrong to begin with.
    pub(super) symptoms: &'s [Symptom<'a>],
    /// What happened before, oldest first.
    pub(super) events: &'s [Event],
}

/// Everything the rules propose.
pub(super) fn propose<'a>(site: &Site<'_, 'a>) -> Vec<Hypothesis<'a>> {
    let mut all = Vec::new();
    for facts in site.services.iter().filter(|facts| site.is_in_trouble(facts)) {
        all.extend(task_exit::propose(site, facts));
    }
    for facts in site.services.iter().filter(|facts| !facts.health.is_fine()) {
        all.extend(task_start::propose(site, facts));
        all.extend(grace::propose(site, facts));
        all.extend(placement::propose(site, facts));
        all.extend(taken::propose(facts));
        all.extend(rollouts::propose(site, facts));
    }
    all.extend(targets::propose(site));
    all.extend(network::propose(site));
    all.extend(databases::propose(site));
    all.extend(instances::propose(site));
    all.extend(functions::propose(site));
    all.extend(alarms::propose(site));
    all.extend(alarms::balancers(site));
    all.extend(own_words::propose(site));
    all
}

impl<'a> Site<'_, 'a> {
    /// The symptom of a member.
    pub(super) fn symptom(&self, id: &crate::world::ResourceId) -> Option<&Symptom<'a>> {
        self.symptoms.iter().find(|symptom| symptom.member.id == *id)
    }
}
