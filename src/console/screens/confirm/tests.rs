//! A plan and its answers: `y` for an ordinary one, the name for a protected environment, and no
//! for everything else.

use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Difference, Plan};
use crate::change::receipt::Receipt;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::screens::rig::{
    demo, fleet, id, picture, press, read_of_demo, scope, showing, tell, text, type_in,
};
use crate::console::update::propose;
use crate::environment::Rule;
use crate::schedule::{ClockTime, Days, Period, Schedule};
use crate::world::{EnvironmentName, Fault, FaultKind};
use futures_util::future::BoxFuture;

struct Stop(Plan);

impl Change for Stop {
    fn plan(&self) -> Plan {
        self.0.clone()
    }
    fn change_request(&self) -> ChangeRequest {
        ChangeRequest { verb: "stop", on: self.0.on.clone(), arguments: Vec::new() }
    }
    fn perform<'a>(&'a self, _aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async { Ok(Receipt::default()) })
    }
}

pub(crate) fn plan(environment: &str) -> Plan {
    Plan {
        message: format!("stop DB instance {environment}-db"),
        environment: EnvironmentName::from(environment),
        scope: scope(),
        on: id(&format!("{environment}-db")),
        calls: vec![format!("rds:StopDBInstance on {environment}-db")],
        notices: vec!["alarm 5xx is firing since 13:58".to_owned()],
        irreversible: Some("connections that are open are cut".to_owned()),
        differences: Vec::new(),
        command: None,
        besides: Vec::new(),
    }
}

fn asked(environment: &str) -> Model {
    let mut model = showing(fleet());
    ask(&mut model, environment);
    model
}

/// Puts a plan before the reader.
pub(crate) fn ask(model: &mut Model, environment: &str) {
    propose(model, crate::change::procedure::Proposal::Change(Box::new(Stop(plan(environment)))), ("stop", 1));
}

fn is_change(effects: &[Effect]) -> bool {
    matches!(effects, [Effect::Change(approved)] if approved.change_request().verb == "stop")
}

#[test]
fn y_does_an_ordinary_one_and_its_outcome_is_told() {
    let mut model = asked("city-dev");
    insta::assert_snapshot!(picture(&mut model, 80, 16));
    assert!(is_change(&press(&mut model, &["y"])));
    assert!(matches!(model.overlay, Overlay::None));
    let receipt = Receipt { message: Some("stopping".into()), ..Receipt::default() };
    tell(&mut model, Event::Changed(plan("city-dev"), Ok(receipt)));
    assert!(text(&mut model, 80, 12).contains("stop DB instance city-dev-db: stopping"));
}

#[test]
fn anything_else_means_no() {
    for key in ["enter", "n", "esc", "ctrl-y", "Y", "q"] {
        let mut model = asked("city-dev");
        assert!(press(&mut model, &[key]).is_empty(), "{key}");
        assert!(text(&mut model, 80, 12).contains("nothing was changed"), "{key}");
    }
}

#[test]
fn a_protected_environment_wants_its_name() {
    let mut model = asked("prooflink-prod");
    assert!(press(&mut model, &["y", "enter"]).is_empty());
    assert!(text(&mut model, 100, 12).contains("prooflink-prod is protected"));
    let mut model = asked("prooflink-prod");
    type_in(&mut model, "prooflink-prod");
    insta::assert_snapshot!(picture(&mut model, 80, 16));
    assert!(is_change(&press(&mut model, &["enter"])));
}

#[test]
fn a_name_that_confirms_cannot_be_pasted() {
    let mut model = asked("prooflink-prod");
    tell(&mut model, Event::Pasted("prooflink-prod".into()));
    assert!(press(&mut model, &["enter"]).is_empty());
}

#[test]
fn read_only_refuses_before_asking() {
    let mut model = showing(fleet());
    model.gate.read_only = true;
    propose(&mut model, crate::change::procedure::Proposal::Change(Box::new(Stop(plan("city-dev")))), ("stop", 1));
    insta::assert_snapshot!(picture(&mut model, 80, 16));
    assert!(press(&mut model, &["y"]).is_empty());
}

#[test]
fn an_environment_nobody_knows_is_protected() {
    let mut model = asked("unknown-dev");
    assert!(press(&mut model, &["y"]).is_empty());
}

#[test]
fn the_question_is_never_cut_off() {
    let mut model = asked("city-dev");
    for rows in 8..14 {
        assert!(text(&mut model, 80, rows).contains("any other key: no"), "{rows} rows");
    }
    for (columns, rows) in [(1, 1), (3, 3), (20, 5)] {
        text(&mut model, columns, rows);
    }
}

/// A deployment's plan: differences of two task definitions, notices of every kind, many calls.
fn deployment() -> Model {
    let differs = |what: &str, from: Option<&str>, to: Option<&str>| Difference {
        what: what.to_owned(),
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
    };
    let host = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com";
    let mut plan = plan("city-dev");
    plan.message = "deploy ウェブ:v12 to web".to_owned();
    plan.irreversible = None;
    plan.notices = [
        "changing: a rollout is on its way",
        "circuit breaker off: if its tasks keep failing, ECS tries again for ever",
        "worrying: 1 of 9 alarms is muted",
        "bad: 3 of 4 targets answer 502 since 13:58",
        "it cannot move: desired 1 task with minimum 100 % and maximum 100 %",
    ]
    .map(str::to_owned)
    .to_vec();
    plan.differences = vec![
        differs("revision", Some("web:7"), Some("a new revision of web")),
        differs("image of ウェブ", Some(&format!("{host}/web:v11")), Some(&format!("{host}/web:v12"))),
        differs("secret DB_PASSWORD of web", None, Some("•••• (masked)")),
    ];
    plan.calls = (1..=14).map(|n| format!("ecs:UpdateService web, step {n}")).collect();
    let mut model = showing(fleet());
    propose(&mut model, crate::change::procedure::Proposal::Change(Box::new(Stop(plan))), ("stop", 1));
    model
}

#[test]
fn what_will_differ_stands_side_by_side_where_there_is_room() {
    insta::assert_snapshot!(picture(&mut deployment(), 120, 35));
}

#[test]
fn at_eighty_by_twenty_four_the_worst_is_seen_and_the_rest_can_be_reached() {
    let mut model = deployment();
    insta::assert_snapshot!(picture(&mut model, 80, 24));
    let first = text(&mut model, 80, 24);
    assert!(first.contains("in city-dev") && first.contains("! bad: 3 of 4") && first.contains("any other key: no"));
    assert!(!first.contains("step 14"));
    for _ in 0..60 {
        tell(&mut model, Event::Key("down".parse().expect("a chord")));
        text(&mut model, 80, 24);
    }
    assert!(text(&mut model, 80, 24).contains("step 14"), "{}", text(&mut model, 80, 24));
    tell(&mut model, Event::Key("up".parse().expect("a chord")));
    assert!(!text(&mut model, 80, 24).contains("step 14"), "one line up is one line up");
    for (key, end) in [("ctrl-b", "in city-dev"), ("ctrl-f", "step 14"), ("pgup", "in city-dev"), ("pgdn", "step 14")] {
        for _ in 0..6 {
            assert!(tell(&mut model, Event::Key(key.parse().expect("a chord"))).is_empty(), "{key} is no answer");
            text(&mut model, 80, 24);
        }
        assert!(text(&mut model, 80, 24).contains(end), "{key}: {}", text(&mut model, 80, 24));
    }
    assert!(is_change(&press(&mut model, &["y"])), "it is still the same question");
}

#[test]
fn a_reason_is_written_down_and_y_in_it_is_no_yes() {
    let mut model = asked("city-dev");
    press(&mut model, &["r"]);
    type_in(&mut model, "why not");
    tell(&mut model, Event::Pasted(" 緊急".into()));
    insta::assert_snapshot!(picture(&mut model, 80, 16));
    assert!(press(&mut model, &["enter"]).is_empty(), "enter keeps the reason, no more");
    let effects = press(&mut model, &["y"]);
    assert!(matches!(effects.as_slice(), [Effect::Change(approved)] if approved.reason() == Some("why not 緊急")));
}

#[test]
fn a_protected_one_takes_its_reason_by_tab() {
    let mut model = asked("prooflink-prod");
    press(&mut model, &["tab"]);
    type_in(&mut model, "r");
    press(&mut model, &["tab"]);
    type_in(&mut model, "prooflink-prod");
    insta::assert_snapshot!(picture(&mut model, 80, 16));
    let effects = press(&mut model, &["enter"]);
    assert!(matches!(effects.as_slice(), [Effect::Change(approved)] if approved.reason() == Some("r")));
}

#[test]
fn esc_drops_a_reason_and_then_the_plan() {
    let mut model = asked("city-dev");
    press(&mut model, &["r", "x", "esc"]);
    assert!(matches!(&model.overlay, Overlay::Confirm(confirm) if confirm.reason.value().is_empty()));
    press(&mut model, &["esc"]);
    assert!(matches!(model.overlay, Overlay::None));
}

/// The console of the simulation after `force` was taken up for the service of prooflink-dev, its registry answering
/// or not.
fn forced(answers: bool) -> Model {
    let mut model = demo(0);
    for line in ["env prooflink-dev", "force"] {
        if line == "force" {
            let row = |item: &str| item == "prooflink-dev-service" || item == "service";
            let at = model.sheet().and_then(|sheet| sheet.rows().position(|(_, item)| row(&item.name)));
            model.sheet_mut().expect("rows").go(at.expect("the service"));
        }
        press(&mut model, &[":"]);
        type_in(&mut model, line);
        let effects = press(&mut model, &["enter"]);
        if line == "force" {
            let [Effect::Consult(ask, wants)] = &effects[..] else { panic!("it reads first: {effects:?}") };
            assert!(matches!(model.overlay, Overlay::None), "no plan before the registry was read");
            let mut got = read_of_demo(wants);
            if !answers {
                let fault = Fault::new(FaultKind::Denied, "ecr:DescribeImages", "no policy allows it");
                got = got.into_iter().map(|(want, _)| (want, Err(fault.clone()))).collect();
            }
            tell(&mut model, Event::Consulted(*ask, got));
        }
    }
    model
}

#[test]
fn force_reads_the_registry_before_its_plan_and_tells_what_it_says() {
    let told = |answers: bool| match &forced(answers).overlay {
        Overlay::Confirm(confirm) => confirm.plan.notices.join("\n"),
        other => panic!("a plan: {other:?}"),
    };
    let read = told(true);
    assert!(read.contains("prooflink-dev-app:latest is sha256:") && read.contains(", pushed "), "{read}");
    let denied = told(false);
    assert!(denied.contains("its registry could not be read: ecr:DescribeImages is not allowed"), "{denied}");
}

/// A console in which `rule` holds, with a plan before its reader.
fn under(rule: Rule, environment: &str) -> Model {
    let mut model = showing(fleet());
    model.settings.configured_environments.rules = vec![rule];
    ask(&mut model, environment);
    model
}

#[test]
fn a_rule_that_denies_closes_the_plan_with_its_reason() {
    let mut model = under(Rule { deny: Some("ask the duty first".to_owned()), ..Rule::default() }, "city-dev");
    assert!(text(&mut model, 100, 20).contains("denied by a rule of the configuration: ask the duty first"));
    assert!(press(&mut model, &["y"]).is_empty());
}

#[test]
fn at_some_hours_one_yes_is_not_enough() {
    let always = Period::new(Days::ALL, ClockTime::MIDNIGHT, ClockTime::new(24, 0).expect("a time")).expect("a day");
    let hours = Schedule { on: vec![always], ..Schedule::new("rule", jiff::tz::TimeZone::UTC) };
    let mut model = under(Rule { twice: Some(hours), ..Rule::default() }, "city-dev");
    assert!(press(&mut model, &["y"]).is_empty());
    assert!(text(&mut model, 100, 20).contains("once more"), "{}", text(&mut model, 100, 20));
    assert!(is_change(&press(&mut model, &["y"])));
}

#[test]
fn a_rule_can_want_the_name_of_what_is_not_protected() {
    let mut model = under(Rule { confirm: true, ..Rule::default() }, "city-dev");
    assert!(press(&mut model, &["y", "enter"]).is_empty());
    let mut model = under(Rule { confirm: true, ..Rule::default() }, "city-dev");
    type_in(&mut model, "city-dev");
    assert!(is_change(&press(&mut model, &["enter"])));
}
