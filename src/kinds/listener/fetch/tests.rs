//! Listeners read from mocked answers: rules are asked for of application load balancers alone.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::operation::describe_listeners::DescribeListenersOutput;
use aws_sdk_elasticloadbalancingv2::operation::describe_rules::DescribeRulesOutput;
use aws_sdk_elasticloadbalancingv2::types::{Action, ActionTypeEnum, Listener, Rule};
use aws_smithy_mocks::mock;
use rstest::rstest;

use super::read;
use crate::aws::{Clients, mocked};
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::testing::{ask, know, scope};
use crate::world::{Coverage, Fault, World};

fn balancer(flavour: &str) -> LoadBalancer {
    LoadBalancer {
        arn: "lb".into(),
        name: "lb".to_owned(),
        dns: None,
        scheme: None,
        flavour: Some(flavour.to_owned()),
        state: None,
        state_reason: None,
        vpc: None,
        zones: Vec::new(),
        security_groups: Vec::new(),
        created_at: None,
    }
}

#[rstest]
#[case::application("application", 1, "rule")]
#[case::network("network", 0, "listener")]
#[case::gateway("gateway", 0, "listener")]
#[case::one_that_is_new("quantum", 1, "rule")]
#[tokio::test]
async fn rules_are_asked_for_where_there_are_rules(#[case] flavour: &str, #[case] calls: usize, #[case] rule: &str) {
    let forward = || Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn("tg").build();
    let listeners = mock!(Client::describe_listeners).then_output(move || {
        let listener = Listener::builder().listener_arn("listener").port(443).default_actions(forward()).build();
        DescribeListenersOutput::builder().listeners(listener).build()
    });
    let rules = mock!(Client::describe_rules).then_output(move || {
        let rule = Rule::builder().rule_arn("rule").priority("default").actions(forward()).build();
        DescribeRulesOutput::builder().rules(rule).build()
    });
    let both = [listeners, rules.clone()];
    let aws = Clients { elb: mocked!(aws_sdk_elasticloadbalancingv2, &both), ..Clients::silent() };
    let (scope, mut world) = (scope(), World::default());
    know(&mut world, vec![balancer(flavour)]);
    let found = read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("a reading");
    assert_eq!((rules.num_calls(), &found.notes), (calls, &Vec::<Fault>::new()));
    let [(_, Ok(sets))] = &found.parts[..] else { panic!("{found:?}") };
    let told = &sets[0].listeners[0].rules[0];
    assert_eq!((told.arn.as_str(), told.target_groups.len()), (rule, 1), "{told:?}");
}
