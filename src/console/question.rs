//! A question that was sent beside the pace of polling: who waits for its answer, and its number. The answer carries it
//! back, so that it goes straight to who asked. What is asked, and what an answer means, is theirs.

use super::model::Model;

/// Who waits for an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asker {
    /// A page that shows what is read only while somebody looks.
    Page,
    /// An operation whose choices or plan rest on it.
    Action,
    /// A shell whose checklist is gone through first.
    Shell,
    /// A tunnel that chooses who carries it.
    Tunnel,
}

/// A question under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question {
    /// Who waits.
    pub by: Asker,
    /// Its number; no two are alike in one console.
    pub number: u64,
}

impl Question {
    /// The next one.
    pub(super) const fn next(model: &mut Model, by: Asker) -> Self {
        model.asked += 1;
        Self { by, number: model.asked }
    }
}
