//! Starting and stopping DB instances against mocked answers: taken, so already, busy, denied.

use aws_sdk_rds::Client;
use aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput;
use aws_sdk_rds::operation::start_db_instance::StartDbInstanceOutput;
use aws_sdk_rds::operation::stop_db_instance::StopDbInstanceOutput;
use aws_sdk_rds::types::DbInstance as Sdk;
use aws_smithy_mocks::{Rule, mock};

use super::*;
use crate::aws::mocked;
use crate::change::gate::{Confirmation, Gate, GateContext};
use crate::kinds::testing_samples::{database, now, scope};
use crate::world::FaultKind;

/// Does `act` through the gate to an RDS that answers by `rules`.
async fn act(act: StageAction, rules: &[Rule]) -> Result<Receipt, Fault> {
    let aws = Clients { rds: mocked!(aws_sdk_rds, rules), ..Clients::silent() };
    let change = of(&database(), act, &"city-dev".into(), &scope()).expect("it starts and stops");
    let at = GateContext::seen_at(now());
    let approved = Gate::default().approve(change, &Confirmation::Yes, None, &at).expect("nothing hinders it");
    approved.perform(&aws).await
}

fn refused(code: &str) -> (u16, Option<String>) {
    let body =
        format!("<ErrorResponse><Error><Code>{code}</Code><Message>it is busy</Message></Error></ErrorResponse>");
    (400, Some(body))
}

fn seen(status: &'static str) -> Rule {
    mock!(Client::describe_db_instances)
        .match_requests(|input| input.db_instance_identifier() == Some("city-db"))
        .then_output(move || {
            let one = Sdk::builder().db_instance_status(status).build();
            DescribeDbInstancesOutput::builder().db_instances(one).build()
        })
}

#[tokio::test]
async fn it_is_stopped_and_started_by_its_identifier() {
    let stop = mock!(Client::stop_db_instance)
        .match_requests(|input| input.db_instance_identifier() == Some("city-db"))
        .then_output(|| StopDbInstanceOutput::builder().build());
    let start = mock!(Client::start_db_instance)
        .match_requests(|input| input.db_instance_identifier() == Some("city-db"))
        .then_output(|| StartDbInstanceOutput::builder().build());
    let rules = [stop, start];
    assert_eq!(act(StageAction::Stop, &rules).await.map(|got| got.message), Ok(Some("city-db is stopping".to_owned())));
    assert_eq!(
        act(StageAction::Start, &rules).await.map(|got| got.message),
        Ok(Some("city-db is starting".to_owned()))
    );
    assert_eq!((rules[0].num_calls(), rules[1].num_calls()), (1, 1));
}

#[tokio::test]
async fn what_is_so_already_is_done() {
    let (status, body) = refused("InvalidDBInstanceState");
    let rules = [mock!(Client::stop_db_instance).sequence().http_status(status, body).build(), seen("stopped")];
    assert_eq!(
        act(StageAction::Stop, &rules).await.map(|got| got.message),
        Ok(Some("city-db is stopped already".to_owned()))
    );
}

#[tokio::test]
async fn busy_and_denied_come_back_as_they_are() {
    let (status, body) = refused("InvalidDBInstanceState");
    let rules = [mock!(Client::stop_db_instance).sequence().http_status(status, body).build(), seen("modifying")];
    let fault = act(StageAction::Stop, &rules).await.expect_err("it is busy");
    assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Refused, Some("InvalidDBInstanceState")));
    let (status, body) = refused("AccessDenied");
    let rules = [mock!(Client::start_db_instance).sequence().http_status(status, body).build()];
    let fault = act(StageAction::Start, &rules).await.expect_err("it is denied");
    assert_eq!((fault.kind, fault.operation.as_str()), (FaultKind::Denied, "rds:StartDBInstance"));
}

#[test]
fn it_knows_no_other_act_and_is_itself_as_data() {
    let none = of(&database(), StageAction::Count(2), &"city-dev".into(), &scope());
    assert!(none.is_none(), "a database has no count");
    let stop = of(&database(), StageAction::Stop, &"city-dev".into(), &scope()).expect("it stops");
    assert_eq!((stop.change_request().verb, stop.plan().message.as_str()), ("stop", "stop DB instance city-db"));
}
