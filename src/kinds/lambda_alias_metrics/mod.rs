//! How one version of a Lambda function fares behind an alias: calls, errors, duration since a moment. Read only while
//! a share of the calls goes to a new version; `model` our type, `fetch` the reading; nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{AliasMetrics, part};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct Loads;

impl Kind for Loads {
    type Item = AliasMetrics;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["cloudwatch:GetMetricData"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<AliasMetrics>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
