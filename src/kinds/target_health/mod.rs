//! The health of a target group's targets. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading,
//! `subject` what inference may know. Nothing here draws.

mod fetch;
mod model;
mod subject;

use futures_util::future::BoxFuture;
pub use model::{Anomaly, Override, Target, TargetHealth};

use super::Subject;
use super::{Evidence, FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct TargetHealths;

impl Kind for TargetHealths {
    type Item = TargetHealth;

    const PACE: PollClass = PollClass::Live;
    const NEEDS: &'static [KindName] = &[super::target_group::TargetGroup::KIND];
    const PARTS_OF: Option<KindName> = Some(super::target_group::TargetGroup::KIND);
    const EVIDENCE: Evidence = Evidence::Needed;
    const PERMISSIONS: &'static [&'static str] = &["elasticloadbalancing:DescribeTargetHealth"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<TargetHealth>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &TargetHealth) -> &str {
        item.group.last()
    }

    fn subject(item: &TargetHealth, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }
}
