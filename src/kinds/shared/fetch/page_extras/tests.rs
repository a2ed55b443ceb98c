//! What waits to be done, read from mocked answers through the kinds that show it, and put beside the rest.

use aws_sdk_cloudwatch::operation::get_metric_data::{GetMetricDataError, GetMetricDataOutput};
use aws_sdk_rds::Client;
use aws_sdk_rds::operation::describe_db_recommendations::DescribeDbRecommendationsOutput;
use aws_sdk_rds::operation::describe_events::DescribeEventsOutput;
use aws_sdk_rds::operation::describe_pending_maintenance_actions::DescribePendingMaintenanceActionsOutput;
use aws_sdk_rds::types::{DbRecommendation, Event, PendingMaintenanceAction, ResourcePendingMaintenanceActions};
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::DateTime;
use aws_smithy_types::error::ErrorMetadata;
use jiff::Timestamp;

use super::pending_maintenance;
use crate::aws::Clients;
use crate::aws::mocked;
use crate::display::{Extra, Tone};
use crate::kinds::db_cluster::DbClusters;
use crate::kinds::testing::{ask, scope};
use crate::kinds::{Kind, testing_samples};
use crate::world::{Coverage, Fault, FaultKind, World};

const ARN: &str = "arn:aws:rds:ap-northeast-1:1:db:x";

fn page(actions: Vec<PendingMaintenanceAction>, next: Option<&str>) -> DescribePendingMaintenanceActionsOutput {
    let of = ResourcePendingMaintenanceActions::builder()
        .resource_identifier(ARN)
        .set_pending_maintenance_action_details(Some(actions))
        .build();
    DescribePendingMaintenanceActionsOutput::builder()
        .pending_maintenance_actions(of)
        .set_marker(next.map(str::to_owned))
        .build()
}

fn one(name: &str) -> PendingMaintenanceAction {
    PendingMaintenanceAction::builder().action(name).description("New system").build()
}

fn denied(operation: &str) -> String {
    format!(
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: {operation}</Message>\
         </Error></ErrorResponse>"
    )
}

fn second(at: i64) -> Timestamp {
    Timestamp::from_second(at).expect("a second in range")
}

#[tokio::test]
async fn all_pages_are_read_with_the_dates_that_are_told() {
    let dated = || {
        PendingMaintenanceAction::builder()
            .action("levitation")
            .current_apply_date(DateTime::from_secs(10))
            .auto_applied_after_date(DateTime::from_secs(20))
            .forced_apply_date(DateTime::from_secs(30))
            .build()
    };
    let first = mock!(Client::describe_pending_maintenance_actions)
        .match_requests(|input| input.resource_identifier() == Some(ARN) && input.marker().is_none())
        .then_output(move || page(vec![dated()], Some("m")));
    let second_page = mock!(Client::describe_pending_maintenance_actions)
        .match_requests(|input| input.resource_identifier() == Some(ARN) && input.marker() == Some("m"))
        .then_output(|| page(vec![one("system-update")], None));
    let rules = [first, second_page];
    let aws = Clients { rds: mocked!(aws_sdk_rds, &rules), ..Clients::silent() };
    let ahead = pending_maintenance(&aws, ARN).await.expect("actions");
    let message: Vec<&str> = ahead.iter().map(|ahead| ahead.message.text.as_str()).collect();
    assert_eq!(message, ["levitation", "system-update: New system (no date: pending until somebody applies it)"]);
    let dates =
        [("applied", second(10)), ("in a window after", second(20)), ("at any time after", second(30))].to_vec();
    assert_eq!((&ahead[0].dates, ahead[1].dates.is_empty()), (&dates, true));
}

/// Looks at a cluster whose events and maintenance are answered so.
async fn look(events: Rule, pending: Rule) -> Result<Extra, Fault> {
    let metrics =
        mock!(aws_sdk_cloudwatch::Client::get_metric_data).then_output(|| GetMetricDataOutput::builder().build());
    look_by(metrics, events, pending).await
}

/// The same, with its metrics answered so.
async fn look_by(metrics: Rule, events: Rule, pending: Rule) -> Result<Extra, Fault> {
    let (rules, metrics) = ([events, pending, recommended("another")], [metrics]);
    let cloudwatch = mocked!(aws_sdk_cloudwatch, &metrics);
    let aws = Clients { rds: mocked!(aws_sdk_rds, &rules), cloudwatch, ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    let item = testing_samples::cluster();
    DbClusters::look(ask(&aws, &scope, &world, &Coverage::All), &item, Timestamp::UNIX_EPOCH).await
}

fn events() -> Rule {
    mock!(Client::describe_events).then_output(|| {
        let event = Event::builder().message("it began").date(DateTime::from_secs(1)).build();
        DescribeEventsOutput::builder().events(event).build()
    })
}

/// What RDS recommends: something for a database of that name, and something it says nothing of.
fn recommended(database: &'static str) -> Rule {
    mock!(Client::describe_db_recommendations).then_output(move || {
        let arn = format!("arn:aws:rds:ap-northeast-1:1:db:{database}");
        let one = DbRecommendation::builder().resource_arn(&arn).severity("high").recommendation("Turn on backups");
        let blank = DbRecommendation::builder().resource_arn(&arn);
        DescribeDbRecommendationsOutput::builder()
            .db_recommendations(one.build())
            .db_recommendations(blank.build())
            .build()
    })
}

#[tokio::test]
async fn what_is_recommended_for_one_is_told_and_a_missing_right_costs_a_line() {
    let told = |rule: Rule| async move {
        let rules = [rule];
        let aws = Clients { rds: mocked!(aws_sdk_rds, &rules), ..Clients::silent() };
        let all = super::recommendations(&aws, ARN).await;
        all.into_iter().map(|ahead| ahead.message.text).collect::<Vec<_>>()
    };
    assert_eq!(told(recommended("x")).await, ["recommended (high): Turn on backups"]);
    assert!(told(recommended("another")).await.is_empty());
    let body = denied("rds:DescribeDBRecommendations");
    let no = mock!(Client::describe_db_recommendations).sequence().http_status(403, Some(body)).build();
    let line = told(no).await;
    assert!(line.len() == 1 && line[0].starts_with("recommendations not shown: "), "{line:?}");
}

fn no_events() -> Rule {
    let body = denied("rds:DescribeEvents");
    mock!(Client::describe_events).sequence().http_status(403, Some(body)).build()
}

fn no_pending() -> Rule {
    let body = denied("rds:DescribePendingMaintenanceActions");
    mock!(Client::describe_pending_maintenance_actions).sequence().http_status(403, Some(body)).build()
}

fn pending(actions: Vec<PendingMaintenanceAction>) -> Rule {
    mock!(Client::describe_pending_maintenance_actions).then_output(move || page(actions.clone(), None))
}

#[tokio::test]
async fn none_that_waits_leaves_the_page_as_it_is() {
    let extra = look(events(), pending(Vec::new())).await.expect("a look");
    assert_eq!((extra.moments.len(), extra.ahead), (1, Vec::new()));
}

#[tokio::test]
async fn a_denial_costs_only_its_line() {
    let extra = look(events(), no_pending()).await.expect("a look");
    let line = &extra.ahead[0].message;
    assert!(line.text.starts_with("not shown: ") && line.text.contains("rds:DescribePendingMaintenanceActions"));
    assert_eq!((line.tone, extra.moments[0].message.as_str()), (Tone::Dim, "it began"));
}

#[tokio::test]
async fn what_waits_is_shown_where_events_may_not_be_read() {
    let extra = look(no_events(), pending(vec![one("db-upgrade")])).await.expect("a look");
    assert!(extra.ahead[0].message.text.starts_with("db-upgrade: New system"), "{extra:?}");
    assert!(extra.moments[0].message.contains("rds:DescribeEvents"), "{extra:?}");
    let no_metrics = mock!(aws_sdk_cloudwatch::Client::get_metric_data).then_error(|| {
        GetMetricDataError::generic(ErrorMetadata::builder().code("AccessDenied").message("no").build())
    });
    let fault = look_by(no_metrics, no_events(), no_pending()).await.expect_err("nothing could be read");
    assert_eq!(fault.kind, FaultKind::Denied);
}
