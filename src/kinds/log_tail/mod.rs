//! The last lines of one log stream. `model` our type, `fetch` the reading.
//! Read only when something wants it; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Line, LogTail, part};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind. A part is a [`part`]: log group and stream.
pub struct LogTails;

impl Kind for LogTails {
    type Item = LogTail;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["logs:GetLogEvents"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<LogTail>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
