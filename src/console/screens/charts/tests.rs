//! The page of charts over the simulated account: the four golden rows, one resource, other spans, and what cannot be read.

use std::sync::Arc;

use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::page::Page;
use crate::console::screens::rig::{demo, denied, press, read_of_demo, tell, text, type_in};
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::metric_series::MetricSeries;
use crate::world::{Coverage, Resource};

/// Answers what was asked for beside the clock.
fn answered(model: &mut Model, effects: Vec<Effect>) {
    for effect in effects {
        if let Effect::Consult(ask, wants) = effect {
            tell(model, Event::Consulted(ask, read_of_demo(&wants)));
        }
    }
}

fn environment(name: &str) -> Model {
    let mut model = demo(0);
    press(&mut model, &[":"]);
    type_in(&mut model, &format!("env {name}"));
    press(&mut model, &["enter"]);
    model
}

#[test]
fn an_environment_shows_its_golden_rows_on_one_clock() {
    let mut model = environment("prooflink-prod");
    model.sheet_mut().unwrap().go(0);
    let effects = tell(&mut model, Event::Key("v".parse().unwrap()));
    let calls: Vec<usize> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Consult(_, wants) => Some(wants.iter().filter(|want| want.kind == MetricSeries::KIND).count()),
            _ => None,
        })
        .collect();
    assert_eq!(calls, [1], "all metrics of an account in one request: {effects:?}");
    answered(&mut model, effects);
    insta::assert_snapshot!(text(&mut model, 110, 34));
    press(&mut model, &["G"]);
    assert!(text(&mut model, 110, 34).contains("saturation"));
    press(&mut model, &["g"]);
    assert!(text(&mut model, 110, 34).contains("traffic"));
    let narrow = text(&mut model, 40, 12);
    assert!(narrow.contains("traffic"), "{narrow}");
}

#[test]
fn one_resource_shows_all_that_is_measured_of_it() {
    let mut model = demo(0);
    let (scope, balancer) = model
        .world
        .everywhere::<LoadBalancer>()
        .find(|(_, balancer)| balancer.name == "prooflink-alb")
        .map(|(scope, balancer)| (scope.clone(), balancer.clone()))
        .expect("the load balancer");
    let page = model.page_of(&balancer.id(&scope));
    model.enter(page);
    let effects = tell(&mut model, Event::Key("v".parse().unwrap()));
    answered(&mut model, effects);
    let page = text(&mut model, 120, 50);
    for metric in ["requests", "5xx of targets", "latency p99", "−3 h", "now", "alarm >"] {
        assert!(page.contains(metric), "{metric} in\n{page}");
    }
    let effects = tell(&mut model, Event::Key("+".parse().unwrap()));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Consult(..))), "another span is another question");
    answered(&mut model, effects);
    assert!(text(&mut model, 120, 50).contains("−12 h"));
    press(&mut model, &["-", "-", "-"]);
    let (_, said) = model.notices.now().expect("a notice");
    assert!(said.contains("shortest"), "{said}");
}

#[test]
fn what_may_not_be_read_is_said_once_with_its_remedy() {
    let mut model = environment("prooflink-prod");
    model.sheet_mut().unwrap().go(0);
    press(&mut model, &["v"]);
    let Some(Page::Charts(view)) = model.here().cloned() else { panic!("charts") };
    let now = model.now;
    for want in crate::charts::wants(&view.groups(&model.world), view.span()) {
        let Coverage::Parts(_) = &want.coverage else { panic!("parts") };
        Arc::make_mut(&mut model.world).put(&want.scope, want.kind, &want.coverage, Err(denied()), now);
    }
    let page = text(&mut model, 120, 30);
    assert_eq!(page.matches("is not allowed").count(), 1, "{page}");
}

#[test]
fn what_is_not_measured_says_so() {
    let mut model = environment("prooflink-prod");
    let alarm =
        model.sheet().and_then(|sheet| sheet.rows().position(|(block, _)| block.key == "alarms")).expect("an alarm");
    model.sheet_mut().unwrap().go(alarm);
    press(&mut model, &["v"]);
    assert!(matches!(model.here(), Some(Page::Charts(_))), "the environment's, where a row has none of its own");
}
