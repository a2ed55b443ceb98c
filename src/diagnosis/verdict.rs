//! A verdict and its findings: how an environment is, worst cause first. Plain data.
//! The rules that make findings stand beside.

use crate::world::Health;
use crate::world::ResourceId;

/// How an environment is, with the worst cause first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Verdict {
    /// Never better than its worst part that counts.
    pub health: Health,
    /// Findings, deepest cause of the worst health first.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// The first line a reader sees: the worst finding, or the health's word where all findings are mere notes.
    #[must_use]
    pub fn headline(&self) -> &str {
        self.findings
            .first()
            .filter(|finding| self.health != Health::Well && finding.health == self.health)
            .map_or_else(|| self.health.word(), |finding| finding.message.as_str())
    }

    /// Not everything of it was read yet: what is amiss is so already, but that all is well nobody can tell.
    pub(crate) fn withhold(&mut self) {
        if matches!(self.health, Health::Well | Health::Asleep) {
            self.health = Health::Unknown;
            let message = "still being read".to_owned();
            self.findings
                .insert(0, Finding { health: self.health, depth: 0, message, about: None, evidence: Vec::new() });
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
