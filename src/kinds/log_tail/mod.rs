//! The last lines of one log stream. `model` our type, `fetch` the reading.
//! Read only when something wants it; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Line, LogTail, part};

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind. A part is a [`part`]: log group and stream.
pub struct LogTails;

impl Kind for LogTails {
    type Item = LogTail;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] = &["logs:GetLogEvents"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<LogTail>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
