//! Reads this kind from AWS: rds:DescribePendingMaintenanceActions, of all databases of a region in one listing.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use std::collections::BTreeMap;

use super::model::PendingMaintenance;
use crate::aws::{Paged, named_pages, text};
use crate::kinds::FetchContext;
use crate::world::{Fault, Reading};

const PENDING: &str = "rds:DescribePendingMaintenanceActions";

/// Reads how much waits for each database that has some waiting.
///
/// # Errors
/// The fault of the listing; also when it was cut short: who is missing from half a list may have some waiting.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<PendingMaintenance>, Fault> {
    let Paged { items, cut } = named_pages(PENDING, None, |token| async move {
        let request = ask.aws.rds.describe_pending_maintenance_actions().max_records(100).set_marker(token);
        let answer = ask.aws.call(PENDING, None, request.send()).await?;
        let of = answer.pending_maintenance_actions().iter().map(|resource| {
            let actions = u32::try_from(resource.pending_maintenance_action_details().len()).unwrap_or(u32::MAX);
            Some((text(resource.resource_identifier())?, actions))
        });
        Ok((of.collect::<Vec<_>>(), text(answer.marker())))
    })
    .await?;
    if let Some(fault) = cut {
        return Err(fault);
    }
    // A page may end within the actions of one database.
    let mut all: BTreeMap<String, u32> = BTreeMap::new();
    for (arn, actions) in items {
        let sum = all.entry(arn).or_default();
        *sum = sum.saturating_add(actions);
    }
    Ok(Reading::whole(all.into_iter().map(|(arn, actions)| PendingMaintenance { arn, actions }).collect()))
}

#[cfg(test)]
mod tests {
    use aws_sdk_rds::Client;
    use aws_sdk_rds::operation::describe_pending_maintenance_actions::DescribePendingMaintenanceActionsOutput as Output;
    use aws_sdk_rds::types::{PendingMaintenanceAction, ResourcePendingMaintenanceActions};
    use aws_smithy_mocks::mock;

    use super::*;
    use crate::aws::{Clients, mocked};
    use crate::kinds::testing::{ask, scope};
    use crate::world::{Coverage, FaultKind, World};

    fn page(of: &[(&str, usize)], next: Option<&str>) -> Output {
        let one = |(arn, actions): &(&str, usize)| {
            let action = || PendingMaintenanceAction::builder().action("system-update").build();
            ResourcePendingMaintenanceActions::builder()
                .resource_identifier(*arn)
                .set_pending_maintenance_action_details(Some((0..*actions).map(|_| action()).collect()))
                .build()
        };
        Output::builder()
            .set_pending_maintenance_actions(Some(of.iter().map(one).collect()))
            .set_marker(next.map(str::to_owned))
            .build()
    }

    #[tokio::test]
    async fn all_databases_of_a_region_are_counted_in_one_listing() {
        let first = mock!(Client::describe_pending_maintenance_actions)
            .match_requests(|input| input.marker().is_none() && input.resource_identifier().is_none())
            .then_output(|| page(&[("a", 2), ("b", 1)], Some("n")));
        let second = mock!(Client::describe_pending_maintenance_actions)
            .match_requests(|input| input.marker() == Some("n"))
            .then_output(|| page(&[("b", 1)], None));
        let rules = [first, second];
        let aws = Clients { rds: mocked!(aws_sdk_rds, &rules), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let reading = read(ask(&aws, &scope, &world, &Coverage::All)).await.unwrap();
        let waiting = |arn: &str| PendingMaintenance { arn: arn.to_owned(), actions: 2 };
        assert_eq!(reading.parts[0].1, Ok(vec![waiting("a"), waiting("b")]));
        assert_eq!(rules.map(|rule| rule.num_calls()), [1, 1]);
    }

    #[tokio::test]
    async fn a_denial_is_one_and_nobody_is_said_to_have_none_waiting() {
        let message = r#"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"#;
        let no = mock!(Client::describe_pending_maintenance_actions).sequence();
        let no = no.http_status(403, Some(message.to_owned())).build();
        let aws = Clients { rds: mocked!(aws_sdk_rds, &[no]), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let fault = read(ask(&aws, &scope, &world, &Coverage::All)).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Denied);
    }
}
