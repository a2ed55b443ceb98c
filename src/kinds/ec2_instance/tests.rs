//! Tests of how EC2 instances are judged with their agents, counted and listed.

use rstest::rstest;

use super::{Instance, Instances};
use crate::display::Section;
use crate::kinds::Counts;
use crate::kinds::Kind;
use crate::kinds::managed_node::Node;
use crate::kinds::target_group::TargetGroup;
use crate::kinds::target_health::Target;
use crate::kinds::testing_samples::*;
use crate::world::Health;

#[rstest]
#[case::running("running", Some("Online"), Some(Health::Well), Some(Health::Well))]
#[case::no_agent("running", None, Some(Health::Well), Some(Health::Well))]
#[case::lost("running", Some("ConnectionLost"), Some(Health::Worrying), Some(Health::Worrying))]
#[case::pending("pending", None, Some(Health::Changing), Some(Health::Changing))]
#[case::stopping("stopping", Some("ConnectionLost"), Some(Health::Changing), Some(Health::Changing))]
#[case::stopped("stopped", Some("ConnectionLost"), Some(Health::Asleep), Some(Health::Worrying))]
#[case::gone("terminated", None, None, None)]
#[case::odd("shiny", None, Some(Health::Unknown), Some(Health::Unknown))]
fn states(
    #[case] state: &str,
    #[case] ping: Option<&str>,
    #[case] open: Option<Health>,
    #[case] protected: Option<Health>,
) {
    let shelves = Shelves::default().with(ping.map(node));
    let instance = Instance { state: state.to_owned(), ..instance() };
    let health =
        |guarded| shelves.seen(guarded, |cx| Instances::assess(&instance, cx)).map(|assessment| assessment.health);
    assert_eq!((health(false), health(true)), (open, protected));
}

fn serving() -> Target {
    Target { id: instance().id, ..healthy(1) }
}

#[test]
fn a_stopped_target_of_a_protected_environment_is_bad() {
    let shelves = Shelves::default().with([targets([serving()])]);
    let instance = Instance { state: "stopped".to_owned(), ..instance() };
    let assessment = shelves.seen(true, |cx| Instances::assess(&instance, cx)).unwrap();
    assert_eq!(
        (assessment.health, assessment.why.as_deref()),
        (Health::Bad, Some("instance kajimaru-ec2-01 is stopped"))
    );
}

#[rstest]
#[case::its_own("vpc-1", "ap-northeast-1a", 1)]
#[case::of_another_vpc("vpc-2", "ap-northeast-1a", 0)]
#[case::beyond_the_vpc("vpc-1", "all", 0)]
fn an_address_is_this_instance_only_in_its_own_vpc(#[case] vpc: &str, #[case] zone: &str, #[case] serves: usize) {
    let address = instance().private_ip.unwrap();
    let target = Target { id: address, zone: Some(zone.to_owned()), ..healthy(1) };
    let group = TargetGroup { vpc: Some(vpc.to_owned()), ..group() };
    let shelves = Shelves::default().with([targets([target])]).with([group]);
    let item = instance();
    assert_eq!(shelves.seen(false, |cx| super::rules::serving(&item, cx).count()), serves);
}

#[test]
fn its_object_line_page_and_count() {
    let shelves = Shelves::default().with([targets([serving()])]).with([group()]).with([node("ConnectionLost")]);
    let mut counts = Counts::default();
    shelves.seen(true, |cx| {
        let listed = Instances::to_json(&instance(), cx).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&listed).unwrap(), @r#"
    {
      "id": "i-0123456789abcdef0",
      "name": "kajimaru-ec2-01",
      "state": "running",
      "ssm": "connection_lost",
      "health": "worrying",
      "why": "instance kajimaru-ec2-01 runs, but its SSM agent does not answer since 13:42"
    }
    "#);
        let rows = Instances::rows(&instance(), cx);
        assert_eq!(rows[0].cells.len(), Instances::SHOWN.unwrap().columns.len());
        let sections = Instances::detail(&instance(), cx);
        let Section::Table { rows, .. } = &sections[1] else { panic!("serves second") };
        assert_eq!(rows[0].cells[0].text, "city-backend");
        Instances::count(&instance(), cx, &mut counts);
        Instances::count(&Instance { state: "stopped".to_owned(), ..instance() }, cx, &mut counts);
        Instances::count(&Instance { state: "terminated".to_owned(), ..instance() }, cx, &mut counts);
    });
    assert_eq!((counts.instances_running, counts.instances_total), (1, 2));
    assert!(Instances::web(&instance(), &scope()).unwrap().ends_with("instanceId=i-0123456789abcdef0"));
}

#[test]
fn an_unmanaged_instance_has_no_ssm_word() {
    let none: Vec<Node> = Vec::new();
    let listed = Shelves::default().with(none).seen(true, |cx| Instances::to_json(&instance(), cx)).unwrap();
    assert_eq!(listed["ssm"], serde_json::Value::Null);
}
