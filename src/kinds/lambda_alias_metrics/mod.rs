//! How one version of a Lambda function fares behind an alias: calls, errors, duration since a moment. Read only while
//! a share of the calls goes to a new version; `model` our type, `fetch` the reading; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Load, part};

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest};

/// The kind.
pub struct Loads;

impl Kind for Loads {
    type Item = Load;

    const PACE: Pace = Pace::Asked;
    const PERMISSIONS: &'static [&'static str] = &["cloudwatch:GetMetricData"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<Load>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
