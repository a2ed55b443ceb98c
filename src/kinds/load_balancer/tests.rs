//! Tests of how load balancers are judged and what their page shows.

use rstest::rstest;

use super::{LoadBalancer, LoadBalancers};
use crate::display::Section;
use crate::kinds::Kind;
use crate::kinds::listener::{Listener, ListenerSet, Rule, WeightedGroup};
use crate::kinds::testing_samples::*;
use crate::world::{Arn, Health, Resource};

#[rstest]
#[case(Some("active"), Some(Health::Well))]
#[case(Some("provisioning"), Some(Health::Changing))]
#[case(Some("active_impaired"), Some(Health::Worrying))]
#[case(Some("failed"), Some(Health::Bad))]
#[case(Some("shiny"), Some(Health::Unknown))]
#[case(None, None)]
fn states(#[case] state: Option<&str>, #[case] health: Option<Health>) {
    let balancer = LoadBalancer { state: state.map(str::to_owned), ..balancer() };
    let assessment = Shelves::default().seen(true, |cx| LoadBalancers::assess(&balancer, cx));
    assert_eq!(assessment.map(|assessment| assessment.health), health);
}

#[test]
fn its_page_shows_rules_that_lead_on() {
    let rule = |priority: &str, conditions: &[&str], action: &str, groups: Vec<Arn>| Rule {
        arn: Arn::from(priority),
        priority: priority.to_owned(),
        conditions: conditions.iter().map(|it| (*it).to_owned()).collect(),
        action: action.to_owned(),
        weights: groups.iter().map(|group| WeightedGroup { group: group.clone(), weight: 1 }).collect(),
        target_groups: groups,
    };
    let set = ListenerSet {
        load_balancer: balancer().arn,
        listeners: vec![Listener {
            arn: Arn::from("listener"),
            port: Some(443),
            protocol: Some("HTTPS".to_owned()),
            rules: vec![
                rule("10", &["path /api/*"], "forward", vec![group().arn]),
                rule("default", &[], "answer 404", Vec::new()),
            ],
        }],
    };
    let shelves = Shelves::default().with([set]).with([group()]).with([targets([healthy(5)])]);
    let sections = shelves.seen(true, |cx| LoadBalancers::detail(&balancer(), cx));
    let Section::Table { rows, .. } = &sections[1] else { panic!("rules second") };
    let texts = |at: usize| rows[at].cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>();
    assert_eq!(texts(0), ["HTTPS:443", "10", "path /api/*", "forward", "city-backend"]);
    assert_eq!(texts(1), ["HTTPS:443", "default", "everything else", "answer 404", "–"]);
    assert_eq!(rows[0].open, Some(group().id(&scope())));
    let Section::Table { rows, .. } = &sections[2] else { panic!("groups third") };
    assert_eq!(rows[0].cells[1].text, "1/1");
    assert!(LoadBalancers::web(&balancer(), &scope()).unwrap().contains("#LoadBalancer:loadBalancerArn=arn%3Aaws"));
}
