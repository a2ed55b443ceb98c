//! The health check by hand, in the console: which task and command, what bars it, and how its answer reads.

use super::*;
use crate::change::gate::Gate;
use crate::console::msg::Event;
use crate::console::screens::rig::{demo, tell};
use crate::ssm::channel::End;
use crate::ssm::start_request::StartRequest;

/// A task of the simulation whose container has this health check, running and unhealthy.
fn with_check(model: &mut Model, command: &[&str]) -> ResourceId {
    let fits = |task: &&Task| task.last_status == "RUNNING" && task.exec_enabled && task.service().is_some();
    let (scope, task) = {
        let found = model.world.everywhere::<Task>().find(|(_, task)| fits(task));
        let (scope, task) = found.expect("a task that can be entered");
        (scope.clone(), task.clone())
    };
    let mut definition = model
        .world
        .by_key::<TaskDefinition>(&scope, task.task_definition.as_str())
        .expect("its revision was read")
        .clone();
    definition.containers[0].health_command = command.iter().map(|word| (*word).to_owned()).collect();
    let others: Vec<TaskDefinition> =
        model.world.all::<TaskDefinition>(&scope).filter(|other| other.arn != definition.arn).cloned().collect();
    let all = std::iter::once(definition).chain(others).collect();
    let reading = crate::world::Reading::whole(all).into();
    let world = std::sync::Arc::make_mut(&mut model.world);
    world.put(&scope, TaskDefinition::KIND, &crate::world::Coverage::All, Ok(reading), model.now);
    task.id(&scope)
}

fn command_of(effects: &[Effect]) -> &SessionCommand {
    match effects {
        [Effect::RunInSession(command)] => command,
        other => panic!("{other:?}"),
    }
}

fn texts(model: &Model) -> Vec<String> {
    match model.here() {
        Some(Page::Viewer(viewer)) => viewer.lines.iter().map(|line| line.text.clone()).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_containers_own_command_is_run_in_its_task_and_its_answer_is_shown() {
    let mut model = demo(0);
    let id = with_check(&mut model, &["CMD-SHELL", "curl -f http://localhost:3000/health || exit 1"]);
    let effects = run(&mut model, &id);
    let command = command_of(&effects);
    assert_eq!(command.line, "curl -f http://localhost:3000/health || exit 1");
    assert!(command.nonce.is_some(), "ECS tells no exit code by itself");
    let StartRequest::Exec { command: sent, .. } = &command.session.ask else { panic!("{:?}", command.session.ask) };
    assert!(sent.contains("curl -f http://localhost:3000/health || exit 1"), "{sent}");
    let answer =
        Answer { exit: Some(1), output: "curl: (22) 503\npassword=hunter2\n".to_owned(), cut: false, end: End::Left };
    let message = command.session.plan.message.clone();
    tell(&mut model, Event::Answered(message, "curl -u a:hunter2".to_owned(), Ok(answer)));
    let lines = texts(&model);
    assert!(lines.iter().any(|line| line.contains("exit code 1: ECS takes this for unhealthy")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("curl: (22) 503")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("password=hunter2")), "secrets stay out: {lines:#?}");
}

#[test]
fn words_stay_words_and_what_cannot_be_run_says_why() {
    let mut model = demo(0);
    let id = with_check(&mut model, &["CMD", "/bin/check", "a b"]);
    let effects = run(&mut model, &id);
    let StartRequest::Exec { command: sent, .. } = &command_of(&effects).session.ask else { panic!("{effects:?}") };
    assert!(sent.contains("a b"), "{sent}");
    let id = with_check(&mut model, &["NONE"]);
    assert_eq!(run(&mut model, &id), []);
    let id = with_check(&mut model, &["CMD-SHELL", "true"]);
    model.gate = Gate { read_only: true };
    assert_eq!(run(&mut model, &id), [], "a session is opened in nothing while toban is read-only");
}

#[test]
fn a_session_that_breaks_is_no_answer() {
    let mut model = demo(0);
    let broken = Answer { exit: None, output: String::new(), cut: false, end: End::Broken("no route".to_owned()) };
    tell(&mut model, Event::Answered("run the health check in x".to_owned(), "true".to_owned(), Ok(broken)));
    let lines = texts(&model);
    assert!(lines.iter().any(|line| line.contains("no exit code came")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("healthy")), "{lines:#?}");
}
