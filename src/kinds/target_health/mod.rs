//! The health of a target group's targets. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading,
//! `subject` what inference may know. Nothing here draws.

mod fetch;
mod model;
mod subject;

use futures_util::future::BoxFuture;
pub use model::{Target, TargetHealth};

use super::Subject;
use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest, KindName, Resource, Scope};

/// The kind.
pub struct TargetHealths;

impl Kind for TargetHealths {
    type Item = TargetHealth;

    const PACE: Pace = Pace::Live;
    const NEEDS: &'static [KindName] = &[super::target_group::TargetGroup::KIND];
    const PERMISSIONS: &'static [&'static str] = &["elasticloadbalancing:DescribeTargetHealth"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<TargetHealth>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &TargetHealth) -> &str {
        item.group.last()
    }

    fn subject(item: &TargetHealth, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }
}
