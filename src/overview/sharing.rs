//! What several environments use and none has for itself: judged in each of them, listed once, stopped by none.
//! Pure; which resources these are is inference's to say.

use std::collections::BTreeMap;

use super::Shared;
use super::assemble::{Surroundings, members};
use crate::diagnosis::{Finding, Verdict};
use crate::environment::{Member, Placed};
use crate::kinds::KindContext;
use crate::kinds::catalog::kind;
use crate::world::{EnvironmentName, Health, World};

/// All shared resources, with who uses each.
#[derive(Default)]
pub(super) struct Sharing {
    placed: Vec<Placed>,
    by_user: BTreeMap<EnvironmentName, Vec<usize>>,
}

impl Sharing {
    /// Adds one.
    pub(super) fn add(&mut self, placed: Placed) {
        for user in &placed.shared {
            self.by_user.entry(user.clone()).or_default().push(self.placed.len());
        }
        self.placed.push(placed);
    }

    /// What `user` shares with others, judged as strictly as production: others may need it now.
    pub(super) fn of(&self, user: &EnvironmentName, around: &Surroundings<'_>) -> Vec<Member> {
        let Some(own) = self.by_user.get(user) else { return Vec::new() };
        let placed: Vec<Placed> = own.iter().filter_map(|at| self.placed.get(*at)).cloned().collect();
        let mut members = members(around.world, placed);
        for member in &mut members {
            let cx = KindContext {
                world: around.world,
                resource_index: around.resource_index,
                scope: &member.id.scope,
                protected: true,
                now: around.now,
                zone: around.zone,
            };
            member.assessment = kind(member.id.kind).and_then(|kind| kind.assess(&member.id, &cx));
        }
        members
    }

    /// All of them, in the order of kinds, then by name.
    pub(super) fn all(self, world: &World) -> Vec<Shared> {
        let users: BTreeMap<_, _> =
            self.placed.iter().map(|placed| (placed.id.clone(), placed.shared.clone())).collect();
        let all = members(world, self.placed).into_iter();
        all.map(|member| Shared { users: users.get(&member.id).cloned().unwrap_or_default(), member }).collect()
    }
}

impl Verdict {
    /// Adds what is amiss with what is shared. What sleeps or is well adds nothing.
    pub(super) fn with_shared(&mut self, shared: &[Member]) {
        for member in shared {
            let Some(assessment) = member.assessment.as_ref().filter(|it| it.health > Health::Asleep) else { continue };
            let why = assessment.why.clone().unwrap_or_else(|| assessment.health.word().to_owned());
            let message = if why.contains(&member.name) {
                format!("{why}; shared with other environments")
            } else {
                format!("{}, shared with other environments: {why}", member.name)
            };
            let finding = Finding {
                health: assessment.health,
                depth: 2,
                message,
                about: Some(member.id.clone()),
                evidence: member.because.iter().map(|step| step.message.clone()).collect(),
            };
            let before = |other: &Finding| {
                (other.health, std::cmp::Reverse(other.depth)) >= (finding.health, std::cmp::Reverse(finding.depth))
            };
            let at = self.findings.iter().take_while(|other| before(other)).count();
            self.findings.insert(at, finding);
            self.health = self.health.max(assessment.health);
        }
        self.own_up();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Assessment, KindName, ResourceId, Scope};

    fn member(name: &str, assessment: Option<Assessment>) -> Member {
        let id = ResourceId { kind: KindName("db-instance"), scope: Scope::new("s", "r"), key: name.into() };
        Member { id, name: name.to_owned(), assessment, because: Vec::new() }
    }

    #[test]
    fn what_is_amiss_with_a_shared_database_is_amiss_in_who_uses_it() {
        let mut verdict = Verdict { health: Health::Worrying, ..Verdict::default() };
        verdict.findings.push(Finding {
            health: Health::Worrying,
            depth: 0,
            message: "one task is missing".to_owned(),
            about: None,
            evidence: Vec::new(),
        });
        verdict.with_shared(&[
            member("fine", Some(Assessment::well())),
            member("unjudged", None),
            member("common-db", Some(Assessment::new(Health::Bad, "stopped"))),
        ]);
        let message: Vec<&str> = verdict.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(message, ["common-db, shared with other environments: stopped", "one task is missing"]);
        assert_eq!((verdict.health, verdict.headline()), (Health::Bad, message[0]));
    }

    #[test]
    fn a_shared_thing_that_is_well_changes_nothing() {
        let mut verdict = Verdict { health: Health::Asleep, ..Verdict::default() };
        verdict.with_shared(&[member("common-db", Some(Assessment::well()))]);
        assert_eq!(verdict, Verdict { health: Health::Asleep, ..Verdict::default() });
    }
}
