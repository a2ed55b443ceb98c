//! How a load balancer is judged, with a sentence. Pure. A good one has no say: its target groups tell
//! whether anybody is served.

use super::model::LoadBalancer;
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::text::first_line;
use crate::world::{Assessment, Health};

/// How `item` is; `None` if its state was not told.
pub(super) fn assess(item: &LoadBalancer, _cx: &KindContext<'_>) -> Option<Assessment> {
    let name = &item.name;
    let reason = item.state_reason.as_deref().filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| format!(": {}", first_line(reason, 120))).unwrap_or_default();
    Some(match item.state.as_deref()? {
        "active" => Assessment::well(),
        "provisioning" => Assessment::new(Health::Changing, format!("load balancer {name} is being created")),
        "active_impaired" => {
            Assessment::new(Health::Worrying, format!("load balancer {name} cannot scale as it should{reason}"))
        }
        "failed" => Assessment::new(Health::Bad, format!("load balancer {name} could not be created{reason}")),
        other => Assessment::new(
            Health::Unknown,
            format!("load balancer {name} has the state {other}, which toban does not know"),
        ),
    })
}

/// Adds nothing: its targets are counted.
pub(super) fn count(_item: &LoadBalancer, _cx: &KindContext<'_>, _counts: &mut Counts) {}
