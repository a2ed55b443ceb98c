//! Tests of how managed nodes are judged where no EC2 instance tells of them.

use rstest::rstest;

use super::{Node, Nodes};
use crate::environment::Counts;
use crate::kinds::Kind;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::sample::*;
use crate::world::Health;

#[rstest]
#[case("Online", Health::Well, None)]
#[case("ConnectionLost", Health::Worrying, Some("node ip-10-0-3-10 does not answer Systems Manager since 13:42"))]
#[case("Inactive", Health::Well, Some("node ip-10-0-3-10 is inactive since 13:42"))]
#[case("Shiny", Health::Unknown, Some("node ip-10-0-3-10 has the state Shiny, which toban does not know"))]
fn pings(#[case] ping: &str, #[case] health: Health, #[case] why: Option<&str>) {
    let opinion = Shelves::default().seen(true, |cx| Nodes::opinion(&node(ping), cx)).unwrap();
    assert_eq!((opinion.health, opinion.why.as_deref()), (health, why));
}

#[test]
fn the_instance_tells_of_both() {
    Shelves::default().with([instance()]).seen(true, |cx| {
        assert_eq!(Nodes::opinion(&node("ConnectionLost"), cx), None);
        assert!(Nodes::rows(&node("Online"), cx).is_empty());
        assert_eq!(Nodes::listed(&node("Online"), cx), None);
    });
}

#[test]
fn a_node_whose_instance_is_gone_is_gone_but_a_machine_of_ours_is_not() {
    let other = Instance { id: "i-9".to_owned(), ..instance() };
    let machine = Node { id: "mi-0123".to_owned(), ..node("ConnectionLost") };
    Shelves::default().with([other]).seen(true, |cx| {
        assert_eq!(Nodes::opinion(&node("ConnectionLost"), cx), None);
        assert_eq!(Nodes::opinion(&machine, cx).unwrap().health, Health::Worrying);
    });
}

#[test]
fn its_object_line_page_and_count() {
    let mut counts = Counts::default();
    Shelves::default().seen(true, |cx| {
        let listed = Nodes::listed(&node("Online"), cx).unwrap();
        insta::assert_snapshot!(listed.to_string(), @r#"{"id":"i-0123456789abcdef0","name":"ip-10-0-3-10","state":null,"ssm":"online","health":"well","why":null}"#);
        assert_eq!(Nodes::rows(&node("Online"), cx)[0].cells.len(), Nodes::SHOWN.unwrap().columns.len());
        assert_eq!(Nodes::detail(&node("Online"), cx).len(), 1);
        Nodes::count(&node("Online"), cx, &mut counts);
    });
    assert_eq!((counts.instances_running, counts.instances_total), (1, 1));
    assert!(Nodes::web(&node("Online"), &scope()).unwrap().contains("/managed-nodes/i-0123456789abcdef0/"));
}
