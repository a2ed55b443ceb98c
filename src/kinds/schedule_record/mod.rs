//! What is written on the schedule groups that are their environments' records: overrides, holds, and what services had
//! before they slept. Read of the groups that the configuration names so, one call each, and of no others. `model` our
//! type, `fetch` the reading, `change` the writing; nothing here draws.

pub mod change;
mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Notes, arn_of, noted};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct Records;

impl Kind for Records {
    type Item = Notes;

    // Which groups are records is told by the configuration, which no reading knows.
    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["scheduler:ListTagsForResource"];
    const CHANGES: &'static [&'static str] =
        &["scheduler:CreateScheduleGroup", "scheduler:TagResource", "scheduler:UntagResource"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Notes>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}

#[cfg(test)]
mod tests;
