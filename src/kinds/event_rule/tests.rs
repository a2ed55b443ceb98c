//! What is read of rules: all pages, those with a schedule only, and what stays where a part of it is refused.

use serde_json::{Value, json};

use super::change::{Mark, Switch};
use super::{Rule, fetch};
use crate::aws::{Clients, Json, Script};
use crate::change::gate::{Confirmation, Gate, GateContext};
use crate::change::receipt::Receipt;
use crate::kinds::testing::{ask, know, parts, scope};
use crate::schedule::stored::target_effect::Target;
use crate::world::{Arn, Coverage, Fault, FaultKind, Reading, World};

fn answer(value: &Value) -> &'static str {
    Box::leak(value.to_string().into_boxed_str())
}

fn rule(name: &str, expression: Option<&str>) -> Value {
    let arn = format!("arn:aws:events:ap-northeast-1:1:rule/{name}");
    json!({ "Name": name, "Arn": arn, "State": "ENABLED", "ScheduleExpression": expression })
}

async fn read(script: &Script, known: &World, coverage: &Coverage) -> Result<Reading<Rule>, Fault> {
    let aws = Clients { events: Json::events_by(script), ..Clients::silent() };
    let scope = scope();
    fetch::read(ask(&aws, &scope, known, coverage)).await
}

fn items(reading: &Reading<Rule>) -> &[Rule] {
    let [(_, Ok(rules))] = reading.parts.as_slice() else { panic!("one part: {:?}", reading.parts) };
    rules
}

#[tokio::test]
async fn rules_that_fire_by_the_clock_are_read_with_their_targets() {
    let first = json!({ "Rules": [rule("stop", Some("cron(0 22 * * ? *)")), rule("on-push", None)], "NextToken": "n" });
    let second = json!({ "Rules": [rule("daily", Some("rate(1 day)"))] });
    let document = "arn:aws:ssm:ap-northeast-1:1:automation-definition/AWS-StopRdsInstance:$DEFAULT";
    let stop = json!({ "Targets": [{ "Id": "1", "Arn": document, "Input": "{\"InstanceId\":[\"x\"]}" }] });
    let task = "arn:aws:ecs:ap-northeast-1:1:task-definition/daily:3";
    let daily = json!({ "Targets": [{
        "Id": "1", "Arn": "arn:aws:ecs:ap-northeast-1:1:cluster/c", "EcsParameters": { "TaskDefinitionArn": task },
    }] });
    let script = Script::new([first, second, stop, daily].iter().map(|it| (200, answer(it))));
    let reading = read(&script, &World::default(), &Coverage::All).await.expect("a harvest");
    assert!(reading.notes.is_empty(), "{:?}", reading.notes);
    let [stop, daily] = items(&reading) else { panic!("two rules: {reading:?}") };
    assert_eq!((stop.name.as_str(), stop.expression.as_str(), stop.enabled), ("stop", "cron(0 22 * * ? *)", true));
    assert_eq!(stop.targets[0].input.as_deref(), Some("{\"InstanceId\":[\"x\"]}"));
    assert_eq!(daily.targets[0].task_definition.as_deref(), Some(task));
    let bodies: Vec<String> = script.sent().into_iter().map(|sent| sent.body).collect();
    assert!(bodies[0].contains("\"Limit\":100") && !bodies[0].contains("NextToken"), "{bodies:?}");
    assert!(bodies[1].contains("\"NextToken\":\"n\"") && bodies[2].contains("\"Rule\":\"stop\""), "{bodies:?}");
    assert_eq!(bodies.len(), 4, "nothing is asked of a rule that waits for events");
}

#[tokio::test]
async fn targets_that_may_not_be_read_leave_what_was_known_and_are_told_once() {
    let list = json!({ "Rules": [rule("stop", Some("cron(0 22 * * ? *)")), rule("start", Some("cron(0 9 * * ? *)"))] });
    let no = json!({ "__type": "AccessDeniedException", "Message": "not authorized" });
    let script = Script::new([(200, answer(&list)), (400, answer(&no)), (400, answer(&no))]);
    let mut known = World::default();
    let target = Target { arn: "t".to_owned(), ..Target::default() };
    know(
        &mut known,
        vec![Rule {
            arn: Arn::from("arn:aws:events:ap-northeast-1:1:rule/stop"),
            name: "stop".to_owned(),
            expression: "cron(0 21 * * ? *)".to_owned(),
            enabled: false,
            about: None,
            managed_by: None,
            waits: false,
            targets: vec![target.clone()],
            whole: true,
        }],
    );
    let reading = read(&script, &known, &Coverage::All).await.expect("a harvest");
    let [stop] = items(&reading) else { panic!("{reading:?}") };
    assert_eq!((stop.targets.as_slice(), stop.enabled), ([target].as_slice(), true), "the list is believed");
    assert!(!stop.whole, "what it calls now is not known");
    let [note] = reading.notes.as_slice() else { panic!("{:?}", reading.notes) };
    assert_eq!((note.kind, note.operation.as_str()), (FaultKind::Denied, "events:ListTargetsByRule"));
}

#[tokio::test]
async fn a_list_that_is_refused_is_a_fault_and_a_probe_asks_little() {
    let no = json!({ "__type": "AccessDeniedException", "Message": "not authorized" });
    let got = read(&Script::new([(400, answer(&no))]), &World::default(), &Coverage::All).await;
    assert_eq!(got.expect_err("a denial").operation, "events:ListRules");
    let many: Vec<Value> = (0..9).map(|at| rule(&format!("r{at}"), Some("rate(1 day)"))).collect();
    let mut answers = vec![(200, answer(&json!({ "Rules": many })))];
    answers.extend([(200, "{\"Targets\":[]}"); 3]);
    let script = Script::new(answers);
    read(&script, &World::default(), &parts(&[""])).await.expect("a harvest");
    assert_eq!(script.sent().len(), 4);
}

async fn switched(script: &Script, enable: bool) -> Result<Receipt, Fault> {
    marked(script, enable, Mark::Keep).await
}

async fn marked(script: &Script, enable: bool, mark: Mark) -> Result<Receipt, Fault> {
    let aws = Clients { events: Json::events_by(script), ..Clients::silent() };
    let rule = Rule {
        arn: Arn::from("arn:aws:events:ap-northeast-1:1:rule/stop"),
        name: "stop".to_owned(),
        expression: "rate(1 day)".to_owned(),
        enabled: !enable,
        about: None,
        managed_by: None,
        waits: false,
        targets: Vec::new(),
        whole: true,
    };
    let change = Box::new(Switch::of(&rule, &scope(), &"dev".into(), enable).marking(mark));
    let now = jiff::Timestamp::UNIX_EPOCH;
    let at = GateContext::seen_at(now);
    Gate::default().approve(change, &Confirmation::Yes, None, &at).expect("nothing hinders it").perform(&aws).await
}

#[tokio::test]
async fn a_rule_is_switched_off_and_on_by_its_name_and_one_that_is_gone_is_off() {
    let script = Script::new([(200, ""), (200, "")]);
    let off = switched(&script, false).await.expect("it is taken");
    assert_eq!(off.message.as_deref(), Some("the rule stop is disabled"));
    assert!(switched(&script, true).await.is_ok());
    let sent: Vec<String> = script.sent().into_iter().map(|sent| sent.body).collect();
    assert_eq!(sent, [r#"{"Name":"stop"}"#, r#"{"Name":"stop"}"#]);

    let gone = || answer(&json!({ "__type": "ResourceNotFoundException", "message": "Rule stop does not exist." }));
    let off = switched(&Script::new([(400, gone())]), false).await.expect("it fires no more");
    assert_eq!(off.message.as_deref(), Some("the rule stop is gone already"));
    let on = switched(&Script::new([(400, gone())]), true).await;
    assert_eq!(on.expect_err("nothing could be enabled").operation, "events:EnableRule");
    let managed = answer(&json!({ "__type": "ManagedRuleException", "message": "managed by x" }));
    assert!(switched(&Script::new([(400, managed)]), false).await.is_err());
}

#[tokio::test]
async fn a_rule_says_why_it_is_off_before_it_is_and_no_longer_once_it_is_on() {
    let why = || {
        Mark::Write(vec![(crate::schedule::stored::tags::OVERRIDE, "running/2026-11-21T23:30+09:00/you".to_owned())])
    };
    let script = Script::new([(200, ""), (200, ""), (200, ""), (200, "")]);
    assert!(marked(&script, false, why()).await.is_ok() && marked(&script, true, Mark::Take).await.is_ok());
    let sent: Vec<String> = script.sent().into_iter().map(|sent| sent.body).collect();
    assert!(sent[0].contains(r#""Key":"toban:override","Value":"running/2026-11-21T23:30+09:00/you""#), "{sent:?}");
    assert!(
        sent[0].contains(":rule/stop") && sent[3].contains(r#""TagKeys":["toban:override","toban:hold"]"#),
        "{sent:?}"
    );
    assert_eq!((sent[1].as_str(), sent[2].as_str()), (r#"{"Name":"stop"}"#, r#"{"Name":"stop"}"#));

    let no = || answer(&json!({ "__type": "AccessDeniedException", "message": "not authorized" }));
    let script = Script::new([(400, no())]);
    let refused = marked(&script, false, why()).await.expect_err("nobody would know why it is off");
    assert_eq!((refused.operation.as_str(), script.sent().len()), ("events:TagResource", 1));
    let script = Script::new([(200, ""), (400, no())]);
    assert!(marked(&script, true, Mark::Take).await.is_ok(), "it is on, whatever it wears");
}
