//! Tests of how tasks are judged and shown.

use rstest::rstest;

use super::{Task, Tasks};
use crate::display::Section;
use crate::kinds::Kind;
use crate::kinds::ecs_cluster::{Cluster, Exec, Logging};
use crate::kinds::iam_simulation::{Question, Simulation, Verdict};
use crate::kinds::session_settings::{Group, SessionSettings, Settings, group_part};
use crate::kinds::task_definition::TaskDefinition;
use crate::kinds::testing_samples::*;
use crate::world::{Arn, Coverage, Health, Identity};

fn job(code: i32, minutes: i64) -> Task {
    let mut task = stopped("job", minutes, "EssentialContainerExited", "Essential container in task exited");
    task.group = Some("family:city-prod-backend".to_owned());
    task.containers[0].exit_code = Some(code);
    task
}

#[rstest]
#[case::running(task("a"), None)]
#[case::unhealthy(Task { health: Some("UNHEALTHY".to_owned()), ..task("a") }, Some(Health::Worrying))]
#[case::told_by_its_service(stopped("a", 5, "TaskFailedToStart", "CannotPullContainerError: x"), None)]
#[case::job_done(job(0, 5), None)]
#[case::job_failed(job(1, 5), Some(Health::Worrying))]
#[case::job_failed_long_ago(job(1, 90), None)]
#[case::job_stopped_by_hand(Task { stop_code: Some("UserInitiated".to_owned()), ..job(143, 5) }, None)]
fn tasks_have_a_say_only_when_nobody_else_has(#[case] task: Task, #[case] health: Option<Health>) {
    let shelves = Shelves::default().with([service()]);
    assert_eq!(shelves.seen(true, |cx| Tasks::assess(&task, cx)).map(|assessment| assessment.health), health);
}

#[test]
fn a_failed_job_says_what_and_when() {
    let assessment = Shelves::default().seen(true, |cx| Tasks::assess(&job(1, 5), cx)).unwrap();
    assert_eq!(assessment.why.as_deref(), Some("task city-prod-backend:117 failed at 13:57: app exited with code 1"));
}

#[test]
fn tasks_of_services_stand_on_their_service_page() {
    let shelves = Shelves::default().with([service()]);
    shelves.seen(true, |cx| {
        assert!(Tasks::rows(&task("a"), cx).is_empty());
        let rows = Tasks::rows(&job(1, 5), cx);
        assert_eq!(rows[0].cells.len(), Tasks::SHOWN.unwrap().columns.len());
        assert_eq!(
            (rows[0].health, rows[0].cells[6].text.as_str()),
            (Some(Health::Worrying), "app exited with code 1")
        );
    });
}

#[test]
fn its_page_shows_containers_with_what_really_runs() {
    let shelves = Shelves::default().with([service()]);
    let sections = shelves.seen(true, |cx| Tasks::detail(&job(1, 5), cx));
    let Section::Facts { facts, .. } = &sections[0] else { panic!("facts first") };
    let fact = |label: &str| facts.iter().find(|fact| fact.label == label).unwrap();
    assert_eq!(fact("why it stopped").value.text, "app exited with code 1");
    assert_eq!(fact("size").value.text, "0.5 vCPU, 1 GiB");
    let Section::Table { rows, columns, .. } = &sections[1] else { panic!("then containers") };
    let texts: Vec<&str> = rows[0].cells.iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(texts, ["app", "running", "1", "city-backend:latest", "sha256:0123456789ab", "running", ""]);
    assert_eq!(columns.len(), texts.len());
    assert!(
        Tasks::web(&task("a"), &scope())
            .unwrap()
            .ends_with("/clusters/city-prod/tasks/a/configuration?region=ap-northeast-1")
    );
}

/// What IAM says where `denied` are denied and everything else is allowed, to all that a task's checklist asks.
fn told(shelves: Shelves, denied: &[&str]) -> Shelves {
    let wants = shelves.seen(false, |cx| super::session_access(&task("a"), cx).rights.wants);
    let answers = wants.iter().flat_map(|want| match &want.coverage {
        Coverage::Parts(parts) => parts.iter().filter_map(|part| Question::of(part)).collect::<Vec<_>>(),
        Coverage::All => Vec::new(),
    });
    let answer = |question: Question| {
        let verdict = |action: &String, on: &String| Verdict {
            action: action.clone(),
            on: on.clone(),
            decision: if denied.contains(&action.as_str()) { "implicitDeny" } else { "allowed" }.to_owned(),
            missing: Vec::new(),
        };
        let all = question.actions.iter().flat_map(|action| question.on.iter().map(move |on| verdict(action, on)));
        let all: Vec<Verdict> = all.collect();
        Simulation { question: question.part().to_string(), answer: Ok(all) }
    };
    let answers: Vec<Simulation> = answers.map(answer).collect();
    assert!(!answers.is_empty(), "nothing is asked");
    shelves.with(answers)
}

/// A task whose cluster wants `exec`, with a role, seen by somebody known.
fn context(exec: Exec) -> Shelves {
    let cluster = Cluster {
        arn: task("a").cluster,
        name: "city-prod".to_owned(),
        status: "ACTIVE".to_owned(),
        exec,
        tags: [].into(),
    };
    let role = Some(Arn::from("arn:aws:iam::123456789012:role/app-task"));
    let mut shelves = Shelves::default().with([service()]).with([cluster]);
    shelves = shelves.with([TaskDefinition { task_role: role, ..definition() }]);
    let arn = Arn::from("arn:aws:iam::123456789012:user/ann");
    shelves.0.identify(&scope(), Ok(Identity { account: "123456789012".into(), arn, login: None }));
    shelves
}

fn checklist(shelves: &Shelves) -> String {
    shelves.seen(false, |cx| super::session_access(&task("a"), cx).text().join("\n"))
}

#[test]
fn rights_are_unknown_until_iam_was_asked_and_hold_then() {
    let shelves = context(Exec::default());
    let before = checklist(&shelves);
    assert!(
        before.contains("? your permissions: not asked of IAM yet") && before.contains("? task role may"),
        "{before}"
    );
    let after = checklist(&told(shelves, &[]));
    for line in [
        "● may open it: ecs:ExecuteCommand is allowed",
        "● may open its channel: ssmmessages:OpenDataChannel is allowed",
        "● may resume it",
        "● may end it",
        "● task role may: all that its agent needs",
        "● encryption: TLS",
    ] {
        assert!(after.contains(line), "{line} in\n{after}");
    }
    assert!(!after.contains("✗") && !after.contains("!"), "{after}");
}

#[rstest]
#[case(
    "ecs:ExecuteCommand",
    "✗ may open it: your policies do not allow ecs:ExecuteCommand",
    "allow it for ann on arn:aws:ecs"
)]
#[case("ssmmessages:OpenDataChannel", "✗ may open its channel", "allow it on arn:aws:ssm:*:*:session/*")]
#[case(
    "ssmmessages:OpenDataChannel",
    "✗ task role may: not ssmmessages:OpenDataChannel",
    "allow ssmmessages:OpenDataChannel for the role app-task, on *"
)]
#[case("ssmmessages:CreateControlChannel", "✗ task role may: not ssmmessages:CreateControlChannel", "app-task")]
#[case(
    "ssm:TerminateSession",
    "! may end it: your policies do not allow ssm:TerminateSession",
    "allow it on your sessions"
)]
#[case("ssm:StartSession", "! may do more: your policies do not allow ssm:StartSession", "allow it")]
fn what_iam_denies_fails_with_its_remedy(#[case] denied: &str, #[case] line: &str, #[case] remedy: &str) {
    let text = checklist(&told(context(Exec::default()), &[denied]));
    assert!(text.contains(line), "{text}");
    assert!(text.lines().any(|line| line.starts_with("  → ") && line.contains(remedy)), "{text}");
}

#[test]
fn a_cluster_that_encrypts_and_logs_is_held_to_it() {
    let logging = Logging::Override {
        group: Some("/exec".to_owned()),
        encrypted_group: true,
        bucket: Some("logs-of-exec".to_owned()),
        encrypted_bucket: false,
    };
    let key = Some("arn:aws:kms:ap-northeast-1:123456789012:key/0123-abc".to_owned());
    let shelves = context(Exec { key, logging });
    let plain = SessionSettings { part: group_part("/exec").to_string(), settings: Settings::Group(Group::Plain) };
    let shelves = told(shelves, &["kms:GenerateDataKey", "kms:Decrypt", "logs:PutLogEvents"]).with([plain]);
    let text = checklist(&shelves);
    for line in [
        "! encryption: by the KMS key arn:aws:kms:ap-northeast-1:123456789012:key/0123-abc, and your policies do not allow",
        "! task role decrypts: its policies do not allow kms:Decrypt",
        "! task role may: not logs:PutLogEvents on everything",
        "✗ logs: it is to be logged to /exec, encrypted, and that log group is not",
        "  → give /exec a KMS key",
        "● logs: it is logged to the bucket logs-of-exec",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}

#[test]
fn who_may_not_ask_iam_is_told_what_it_takes() {
    let mut shelves = context(Exec::default());
    let wants = shelves.seen(false, |cx| super::session_access(&task("a"), cx).rights.wants);
    let refused = wants.iter().flat_map(|want| match &want.coverage {
        Coverage::Parts(parts) => parts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        Coverage::All => Vec::new(),
    });
    let refused: Vec<Simulation> = refused
        .map(|question| Simulation { question, answer: Err("iam:SimulatePrincipalPolicy: no".to_owned()) })
        .collect();
    shelves = shelves.with(refused);
    let text = checklist(&shelves);
    assert!(text.contains("? your permissions: not checked") && text.contains("iam:SimulatePrincipalPolicy"), "{text}");
    assert!(text.contains("? task role may") && !text.contains("✗"), "{text}");
}
