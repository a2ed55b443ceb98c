//! Placement: which environment each resource belongs to, and why.
//! Pure and independent of the order resources arrive in.

use super::{Step, Subject, Wishes};
use crate::world::{EnvironmentName, ResourceId};

/// Where one resource was placed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Who.
    pub id: ResourceId,
    /// Its environment; `None` if nothing placed it.
    pub environment: Option<EnvironmentName>,
    /// The system its environment is of.
    pub project: Option<String>,
    /// The stage its environment is of.
    pub stage: Option<String>,
    /// Why, step by step.
    pub because: Vec<Step>,
}

/// Places every subject. The answer is sorted by id and does not depend on the order of `subjects`.
#[must_use]
pub fn place(subjects: &[Subject], _wishes: &Wishes) -> Vec<Placed> {
    let mut placed: Vec<Placed> = subjects
        .iter()
        .map(|subject| Placed {
            id: subject.id.clone(),
            environment: None,
            project: None,
            stage: None,
            because: Vec::new(),
        })
        .collect();
    placed.sort_by(|a, b| a.id.cmp(&b.id));
    placed
}
