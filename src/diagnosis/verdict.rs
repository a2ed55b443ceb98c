//! A verdict and its findings: how an environment is, worst cause first. Plain data.
//! The rules that make findings stand beside.

use jiff::{SignedDuration, Timestamp};

use crate::text::span;
use crate::world::Health;
use crate::world::ResourceId;

/// How an environment is, with the worst cause first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Verdict {
    /// Never better than its worst part that counts; unknown where it is not bad and evidence is missing.
    pub health: Health,
    /// Whether evidence is missing, so that nobody can tell that it is not bad.
    pub blind: bool,
    /// Findings, deepest cause of the worst health first.
    pub findings: Vec<Finding>,
    /// Since when it is not well, as far as what was read tells; `None` where it is, or nothing tells.
    pub since: Option<Timestamp>,
}

impl Verdict {
    /// The first line a reader sees: the worst finding, or the health's word where all findings are mere notes. Where
    /// evidence is missing, what is known to be amiss goes before what is not known.
    #[must_use]
    pub fn headline(&self) -> &str {
        let tells = |health: Health| health == self.health || (self.blind && health > self.health);
        self.findings
            .first()
            .filter(|finding| self.health != Health::Well && tells(finding.health))
            .map_or_else(|| self.health.word(), |finding| finding.message.as_str())
    }

    /// An earlier run read some of it, that long ago: the headline says so, and that it is not bad nobody can tell.
    pub(crate) fn recall(&mut self, age: SignedDuration) {
        let message = format!("{} ago: {}", span(age.as_secs()), self.headline());
        let worst = self.findings.first().map_or(Health::Unknown, |finding| finding.health.max(Health::Unknown));
        self.findings.insert(0, Finding { health: worst, depth: 0, message, about: None, evidence: Vec::new() });
        self.blind = true;
        self.own_up();
    }

    /// Not everything of it was read yet: what is bad is so already, but anything better nobody can tell.
    pub(crate) fn withhold(&mut self, awaited: &str) {
        if self.health != Health::Bad {
            let message = match awaited {
                "" => "still being read".to_owned(),
                awaited => format!("still being read: {awaited}"),
            };
            let health = Health::Unknown;
            let at = self.findings.iter().take_while(|finding| finding.health > health).count();
            self.findings.insert(at, Finding { health, depth: 0, message, about: None, evidence: Vec::new() });
        }
        self.blind = true;
        self.own_up();
    }

    /// What evidence is missing may hide anything: what is not bad without it may be.
    pub(crate) fn own_up(&mut self) {
        if self.blind && self.health != Health::Bad {
            self.health = Health::Unknown;
        }
    }
}

/// One thing worth saying about an environment.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// How bad it is.
    pub health: Health,
    /// Causal depth: 0 is a root cause (an image that cannot be pulled), higher are consequences (an alarm).
    pub depth: u8,
    /// One sentence.
    pub message: String,
    /// What it is about.
    pub about: Option<ResourceId>,
    /// What it rests on, a line each.
    pub evidence: Vec<String>,
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Verdict;
    use crate::world::Health::{self, Asleep, Bad, Changing, Unknown, Well, Worrying};

    /// How a word looks to whoever relies on it, as the exit codes have it: unknown claims least.
    const fn looks(health: Health) -> u8 {
        match health {
            Well | Changing | Asleep => 0,
            Worrying => 10,
            Bad => 20,
            Unknown => 30,
        }
    }

    /// What is known to be bad is bad whatever else is missing; anything better nobody can tell.
    #[rstest]
    #[case(Well, Unknown)]
    #[case(Asleep, Unknown)]
    #[case(Changing, Unknown)]
    #[case(Unknown, Unknown)]
    #[case(Worrying, Unknown)]
    #[case(Bad, Bad)]
    fn what_remains_without_evidence(#[case] remains: Health, #[case] told: Health) {
        let mut verdict = Verdict { health: remains, blind: true, ..Verdict::default() };
        verdict.own_up();
        assert_eq!(verdict.health, told);
        let mut verdict = Verdict { health: remains, ..Verdict::default() };
        verdict.own_up();
        assert_eq!(verdict.health, remains, "with all of its evidence it is as it is");
    }

    /// Whatever it was, and whatever of it remains: it never looks better once evidence is missing.
    #[test]
    fn a_loss_of_evidence_never_looks_better() {
        for before in Health::ALL {
            for remains in Health::ALL.into_iter().filter(|remains| *remains <= before) {
                let mut verdict = Verdict { health: remains, blind: true, ..Verdict::default() };
                verdict.own_up();
                assert!(looks(verdict.health) >= looks(before), "{before:?}, {remains:?}: {:?}", verdict.health);
            }
        }
    }
}
