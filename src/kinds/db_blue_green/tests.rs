//! Blue/green deployments of RDS: read from all pages, told as one thing, and binding until they are switched over.

use aws_sdk_rds::Client;
use aws_sdk_rds::operation::describe_blue_green_deployments::DescribeBlueGreenDeploymentsOutput;
use aws_sdk_rds::types::{BlueGreenDeployment, BlueGreenDeploymentTask, SwitchoverDetail};
use aws_smithy_mocks::mock;
use rstest::rstest;

use super::{BlueGreen, Role, fetch, pair_of};
use crate::aws::{Clients, mocked};
use crate::kinds::db_instance::{DbInstance, DbInstances};
use crate::kinds::testing::{ask, know, scope};
use crate::kinds::testing_samples::{Shelves, database};
use crate::kinds::{Counts, Kind};
use crate::schedule::stoppable::Ineligible;
use crate::world::{Arn, Coverage, Health, Resource, World};

const BLUE: &str = "arn:aws:rds:ap-northeast-1:1:db:shop-db";
const GREEN: &str = "arn:aws:rds:ap-northeast-1:1:db:shop-db-green-x1y2z3";

fn pair(status: &str) -> BlueGreen {
    BlueGreen {
        id: "bgd-1".to_owned(),
        name: "shop-17".to_owned(),
        blue: Arn::from(BLUE),
        green: Some(Arn::from(GREEN)),
        status: status.to_owned(),
        details: None,
        tasks: vec![("CREATING_READ_REPLICA_OF_SOURCE".to_owned(), "COMPLETED".to_owned())],
        members: Vec::new(),
        created_at: None,
    }
}

#[tokio::test]
async fn deployments_of_all_pages_are_read_with_both_sides() {
    let page = |id: &str, next: Option<&str>| {
        let task = BlueGreenDeploymentTask::builder().name("CONFIGURE_BACKUPS").status("PENDING").build();
        let members = SwitchoverDetail::builder().source_member(BLUE).target_member(GREEN).build();
        let one = BlueGreenDeployment::builder()
            .blue_green_deployment_identifier(id)
            .blue_green_deployment_name("shop-17")
            .source(BLUE)
            .target(GREEN)
            .status("PROVISIONING")
            .tasks(task)
            .switchover_details(members)
            .build();
        let nameless = BlueGreenDeployment::builder().source(BLUE).build();
        DescribeBlueGreenDeploymentsOutput::builder()
            .blue_green_deployments(one)
            .blue_green_deployments(nameless)
            .set_marker(next.map(str::to_owned))
            .build()
    };
    let first = mock!(Client::describe_blue_green_deployments)
        .match_requests(|input| input.marker().is_none())
        .then_output(move || page("bgd-1", Some("n")));
    let second = mock!(Client::describe_blue_green_deployments)
        .match_requests(|input| input.marker() == Some("n"))
        .then_output(move || page("bgd-2", None));
    let aws = Clients { rds: mocked!(aws_sdk_rds, &[first, second]), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    let reading = fetch::read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("a reading");
    let all = reading.parts[0].1.as_ref().expect("a list");
    let ids: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!((ids, reading.notes.len()), (vec!["bgd-1", "bgd-2"], 1), "records without an id are counted");
    assert_eq!(all[0].role_of(GREEN), Some(Role::Green));
    assert!(all[0].sentence(Role::Blue).ends_with("provisioning, still to do: configure backups"), "{:?}", all[0]);
}

#[rstest]
#[case::made("PROVISIONING", true)]
#[case::there("AVAILABLE", true)]
#[case::switching("SWITCHOVER_IN_PROGRESS", true)]
#[case::failed("SWITCHOVER_FAILED", true)]
#[case::never_seen("THINKING", true)]
#[case::through("SWITCHOVER_COMPLETED", false)]
#[case::going("DELETING", false)]
fn the_two_belong_together_until_they_are_switched_over(#[case] status: &str, #[case] binds: bool) {
    let mut world = World::default();
    know(&mut world, vec![pair(status)]);
    assert_eq!(pair_of(BLUE, &world, &scope()).map(|(_, role)| role), binds.then_some(Role::Blue));
    assert_eq!(pair_of(GREEN, &world, &scope()).map(|(_, role)| role), binds.then_some(Role::Green));
    let other = DbInstance { arn: Arn::from("arn:aws:rds:ap-northeast-1:1:db:blog-db"), ..database() };
    assert!(pair_of(other.key(), &world, &scope()).is_none());
}

#[rstest]
#[case::blue(BLUE, "blue of the blue/green deployment shop-17 with shop-db-green-x1y2z3: available")]
#[case::green(GREEN, "green of the blue/green deployment shop-17 with shop-db: available")]
fn neither_is_stopped_meanwhile_and_the_reason_is_said(#[case] arn: &str, #[case] message: &str) {
    let mut world = World::default();
    know(&mut world, vec![pair("AVAILABLE")]);
    let item = DbInstance { arn: Arn::from(arn), ..database() };
    let state = crate::kinds::db_instance::power_state::member_state(&item, &world, &scope());
    let why = state.ineligible.expect("it is barred");
    assert!(matches!(why, Ineligible::BlueGreen(_)) && why.to_string().contains("shop-17"), "{why}");
    let (found, role) = pair_of(arn, &world, &scope()).expect("the pair");
    assert_eq!(found.sentence(role), message);
}

/// How the database in use is told meanwhile; the copy has no say and counts nowhere.
#[rstest]
#[case::made("PROVISIONING", Health::Well)]
#[case::there("AVAILABLE", Health::Well)]
#[case::switching("SWITCHOVER_IN_PROGRESS", Health::Changing)]
#[case::not_made("PROVISIONING_FAILED", Health::Worrying)]
#[case::not_switched("SWITCHOVER_FAILED", Health::Worrying)]
#[case::unusable("INVALID_CONFIGURATION", Health::Worrying)]
#[case::never_seen("THINKING", Health::Well)]
fn the_pair_is_judged_as_one_thing(#[case] status: &str, #[case] health: Health) {
    let of = |arn: &str, id: &str| DbInstance { arn: Arn::from(arn), id: id.to_owned(), ..database() };
    let (blue, green) = (of(BLUE, "shop-db"), of(GREEN, "shop-db-green-x1y2z3"));
    let shelves = Shelves::default().with([blue.clone(), green.clone()]).with([pair(status)]);
    shelves.seen(true, |cx| {
        let told = DbInstances::assess(&blue, cx).expect("an opinion");
        let why = told.why.expect("a reason");
        assert_eq!(told.health, health, "{why}");
        assert!(why.starts_with("database shop-db is the blue of the blue/green deployment shop-17"), "{why}");
        assert_eq!(DbInstances::assess(&green, cx), None);
        let mut counts = Counts::default();
        for one in [&blue, &green] {
            DbInstances::count(one, cx, &mut counts);
        }
        assert_eq!(counts.databases.len(), 1, "{:?}", counts.databases);
        let lines: Vec<String> = DbInstances::rows(&blue, cx).iter().map(|row| row.cells[0].text.clone()).collect();
        assert_eq!(lines, ["shop-db", "shop-db-green-x1y2z3"], "the copy stands under what it is a copy of");
    });
    // What is wrong with the database itself is said first.
    let full = DbInstance { status: "storage-full".to_owned(), ..blue };
    shelves.seen(true, |cx| {
        let told = DbInstances::assess(&full, cx).expect("an opinion");
        assert_eq!(told.health, Health::Bad);
        assert!(told.why.is_some_and(|why| why.contains("storage-full")));
    });
}
