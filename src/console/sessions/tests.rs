//! Shells from the console: what is opened, what is chosen, what is barred and why. No terminal, no session.

use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::question::Question;
use crate::console::screens::rig::{decided_by_iam, demo, press, tell, type_in};
use crate::demo::Demo;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::ssm::channel::End;
use crate::ssm::start_request::StartRequest;
use crate::world::read_request::ReadRequest;
use crate::world::{Resource, ResourceId};

/// The console on the page of the first resource of a kind that `fits`.
fn on<T: Resource>(model: &mut Model, fits: impl Fn(&T) -> bool) -> ResourceId {
    let found = model.world.everywhere::<T>().find(|(_, item)| fits(item)).map(|(scope, item)| item.id(scope));
    let id = found.expect("such a resource");
    model.enter(Page::Detail(Box::new(crate::console::screens::detail::Detail::new(id.clone(), String::new()))));
    id
}

/// Answers what a checklist takes, as the simulated account does; else gives the effects back.
fn answered(model: &mut Model, effects: Vec<Effect>) -> Vec<Effect> {
    let Some((ask, wants)) = foretold(&effects) else { return effects };
    let demo = Demo::at(7, 0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let patience = crate::engine::session::IN_PASSING;
    let got = runtime.block_on(crate::engine::session::foresee(&demo, wants, &model.world, patience));
    tell(model, Event::Consulted(ask, got))
}

/// What is to be read before a session.
fn foretold(effects: &[Effect]) -> Option<(Question, Vec<ReadRequest>)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Foresee(ask, wants) => Some((*ask, wants.clone())),
        _ => None,
    })
}

fn press_on(model: &mut Model, keys: &[&str]) -> Vec<Effect> {
    let effects = press(model, keys);
    answered(model, effects)
}

fn asked(effects: &[Effect]) -> Option<&StartRequest> {
    effects.iter().find_map(|effect| match effect {
        Effect::OpenSession(session_request) => Some(&session_request.ask),
        _ => None,
    })
}

#[test]
fn s_on_an_instance_opens_a_shell_there() {
    let mut model = demo(0);
    let id = on::<Instance>(&mut model, |instance| instance.state == "running");
    let effects = press_on(&mut model, &["s"]);
    assert_eq!(asked(&effects), Some(&StartRequest::shell(&id.key)), "{effects:?}");
}

#[test]
fn s_on_a_service_enters_its_newest_running_task_by_the_container_that_serves() {
    let mut model = demo(0);
    on::<Service>(&mut model, |service| service.running > 0 && !service.attachments.is_empty());
    let effects = press_on(&mut model, &["s"]);
    assert!(matches!(asked(&effects), Some(StartRequest::Exec { .. })), "{effects:?}");
}

#[test]
fn a_task_that_cannot_be_entered_shows_the_checklist() {
    let mut model = demo(0);
    on::<Task>(&mut model, |task| task.last_status == "STOPPED");
    let effects = press_on(&mut model, &["s"]);
    assert_eq!(asked(&effects), None);
    assert_eq!(model.notices.now(), None, "nothing is being asked any more");
    let Some(Page::Viewer(viewer)) = model.here() else { panic!("no checklist") };
    assert!(viewer.lines.iter().any(|line| line.text.starts_with("✗ task running")), "{:?}", viewer.lines);
    assert!(viewer.lines.iter().any(|line| line.text.contains("→")), "with a remedy: {:?}", viewer.lines);
}

#[test]
fn several_containers_are_chosen_from() {
    let mut model = demo(0);
    let id = on::<Task>(&mut model, |task| task.last_status == "RUNNING" && task.desired_status == "RUNNING");
    let world = std::sync::Arc::make_mut(&mut model.world);
    let mut task = world.get::<Task>(&id).expect("the task").clone();
    task.group = None;
    let mut second = task.containers[0].clone();
    second.name = "sidecar".to_owned();
    task.containers.push(second);
    let found = crate::world::AnyReading::from(crate::world::Reading::whole(vec![task]));
    world.put(&id.scope, Task::KIND, &crate::world::Coverage::All, Ok(found), model.now);
    assert_eq!(asked(&press_on(&mut model, &["s"])), None);
    let Overlay::Menu(menu) = &model.overlay else { panic!("no menu: {:?}", model.overlay) };
    assert!(menu.entries.iter().any(|entry| entry.label == "sidecar"), "{menu:?}");
    let effects = press_on(&mut model, &["enter"]);
    assert!(matches!(asked(&effects), Some(StartRequest::Exec { .. })), "{effects:?}");
}

#[test]
fn read_only_opens_nothing_and_says_why() {
    let mut model = demo(0);
    model.gate.read_only = true;
    on::<Instance>(&mut model, |instance| instance.state == "running");
    assert_eq!(asked(&press_on(&mut model, &["s"])), None);
    assert!(model.notices.now().is_some_and(|(_, text)| text.contains("read-only")), "{:?}", model.notices);
}

#[test]
fn a_database_has_no_shell() {
    let mut model = demo(0);
    on::<crate::kinds::db_instance::DbInstance>(&mut model, |_| true);
    assert_eq!(asked(&press_on(&mut model, &["s"])), None);
    assert!(model.notices.now().is_some_and(|(_, text)| text.contains("have a shell")), "{:?}", model.notices);
    type_in(&mut model, "");
}

#[test]
fn an_ordinary_end_is_a_word_and_any_other_stays() {
    let mut model = demo(0);
    tell(&mut model, Event::Visited("open a shell in i-1".to_owned(), Ok(End::Left)));
    assert!(model.notices.now().is_some_and(|(_, text)| text.contains("closed from here")));
    let why = "Your session timed out due to inactivity and has been terminated.";
    tell(&mut model, Event::Visited("open a shell in i-1".to_owned(), Ok(End::Closed(why.to_owned()))));
    let Some(Page::Viewer(viewer)) = model.here() else { panic!("nothing stays") };
    assert!(viewer.lines.iter().any(|line| line.text.contains(why)), "{:?}", viewer.lines);
}

#[test]
fn what_is_known_to_be_allowed_is_not_asked_again() {
    let mut model = demo(0);
    on::<Instance>(&mut model, |instance| instance.state == "running");
    let effects = press(&mut model, &["s"]);
    assert_eq!(foretold(&effects).map(|(_, wants)| wants.len()), Some(4), "{effects:?}");
    assert!(asked(&answered(&mut model, effects)).is_some());
    let again = press(&mut model, &["s"]);
    assert!(asked(&again).is_some(), "at once: {again:?}");
}

#[test]
fn who_cannot_ask_iam_gets_a_session_all_the_same() {
    let mut model = demo(0);
    on::<Instance>(&mut model, |instance| instance.state == "running");
    let effects = press(&mut model, &["s"]);
    let (ask, _) = foretold(&effects).expect("it asks first");
    assert!(asked(&tell(&mut model, Event::Consulted(ask, Vec::new()))).is_some(), "nothing was answered in time");
    let again = press(&mut model, &["s"]);
    assert!(asked(&again).is_some(), "nobody waits a second time: {again:?}");
}

#[test]
fn what_iam_denies_is_told_before_anyone_waits() {
    let mut model = demo(0);
    let id = on::<Instance>(&mut model, |instance| instance.state == "running");
    let effects = press(&mut model, &["s"]);
    let (ask, wants) = foretold(&effects).expect("it asks first");
    let got = decided_by_iam(&wants, &[""]);
    assert_eq!(asked(&tell(&mut model, Event::Consulted(ask, got))), None);
    let Some(Page::Viewer(viewer)) = model.here() else { panic!("no checklist") };
    let text: Vec<&str> = viewer.lines.iter().map(|line| line.text.as_str()).collect();
    let message = |begins: &str, holds: &str| text.iter().any(|line| line.starts_with(begins) && line.contains(holds));
    assert!(message("✗ may open it", "do not allow ssm:StartSession"), "{text:?}");
    assert!(message("✗ may open its channel", "ssmmessages:OpenDataChannel"), "{text:?}");
    assert!(
        message("! may resume it", "within the hour") && message("! may do more", "a tunnel through it"),
        "{text:?}"
    );
    assert!(message("    → allow it for you on arn:aws:ec2", &id.key), "{text:?}");
}
