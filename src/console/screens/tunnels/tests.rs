//! Pictures of the list of tunnels, and what keys do with one.

use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::question::Question;
use crate::console::screens::rig::*;
use crate::console::tunnels::Report;
use crate::engine::tunnel_supervisor::{Health, State};
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::ssm::forward::Traffic;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, FaultKind};

/// A console in kajimaru with its cursor on the database.
fn at_database() -> Model {
    let mut model = demo(0);
    type_line(&mut model, "env kajimaru");
    let at = model.sheet().and_then(|sheet| sheet.rows().position(|(_, item)| item.name == "kajimaru-db"));
    model.sheet_mut().expect("rows").go(at.expect("the database"));
    model
}

fn type_line(model: &mut Model, line: &str) {
    press(model, &[":"]);
    type_in(model, line);
    press(model, &["enter"]);
}

/// Asks for a tunnel there, up to where IAM is asked: the question's number and what it takes.
fn wished(model: &mut Model) -> (Question, Vec<ReadRequest>) {
    let effects = press(model, &["F"]);
    let [Effect::Consult(ask, wants)] = &effects[..] else { panic!("it reads first: {effects:?}") };
    assert_eq!(wants.len(), 1);
    let (ask, wants) = (*ask, wants.clone());
    let effects = tell(model, Event::Consulted(ask, read_of_demo(&wants)));
    let [Effect::Foresee(ask, wants)] = &effects[..] else { panic!("then it asks IAM: {effects:?}") };
    (*ask, wants.clone())
}

/// The same after a tunnel was asked for; gives its number.
fn dug() -> (Model, u64) {
    let mut model = at_database();
    let (ask, wants) = wished(&mut model);
    let effects = tell(&mut model, Event::Consulted(ask, read_of_demo(&wants)));
    let [Effect::OpenTunnel(id, dig)] = &effects[..] else { panic!("it is asked for: {effects:?}") };
    assert_eq!(dig.carriers[0].name, "kajimaru-ec2-01", "by the database's security group");
    assert!(dig.carriers[0].why.contains("let in by the database on port 3306"), "{}", dig.carriers[0].why);
    (model, *id)
}

fn report(health: Health) -> Report {
    Report {
        address: "127.0.0.1:13306".parse().expect("an address"),
        state: State {
            health,
            via: Some(("kajimaru-ec2-01".to_owned(), "i-0123456789abcdef0".to_owned())),
            session: Some("s-1".to_owned()),
            sessions: 1,
        },
        traffic: Traffic { up: 4_200, down: 81_000_000, open: 2, total: 7, ..Traffic::default() },
    }
}

#[test]
fn shift_f_on_a_database_opens_a_tunnel_and_the_list_shows_it() {
    let (mut model, id) = dug();
    assert!(matches!(model.here(), Some(Page::Tunnels(_))));
    assert!(text(&mut model, 120, 20).contains("opening…"));
    tell(&mut model, Event::Tunnel(id, report(Health::Up)));
    let shown = text(&mut model, 140, 20);
    for part in [
        "1 tunnel",
        "127.0.0.1:13306",
        "kajimaru/kajimaru-db",
        "kajimaru-ec2-01",
        "2/7",
        "mysql --host=127.0.0.1",
        "VERIFY_CA",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    insta::assert_snapshot!(picture(&mut model, 120, 16));
}

#[test]
fn what_iam_denies_is_told_before_anything_opens() {
    let mut model = at_database();
    let (ask, wants) = wished(&mut model);
    assert!(wants.len() >= 3, "the document, the channel, who carries it: {wants:?}");
    assert_eq!(tell(&mut model, Event::Consulted(ask, decided_by_iam(&wants, &[":document/"]))), []);
    assert!(model.tunnels.is_empty());
    let shown = text(&mut model, 160, 24);
    for part in [
        "no tunnel to kajimaru-db:",
        "✗ may open it: your policies do not allow ssm:StartSession on the document AWS-StartPortForwardingSessionToRemoteHost",
        "→ allow it for",
        "● may open its channel",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

#[test]
fn who_iam_denies_alone_is_passed_over() {
    let mut model = at_database();
    let (ask, wants) = wished(&mut model);
    let first = model.world.everywhere::<Instance>().find(|(_, one)| one.name.as_deref() == Some("kajimaru-ec2-01"));
    let first = first.expect("an instance").1.id.clone();
    let effects = tell(&mut model, Event::Consulted(ask, decided_by_iam(&wants, &[&first])));
    let [Effect::OpenTunnel(_, dig)] = &effects[..] else { panic!("others can: {effects:?}") };
    assert_eq!(dig.carriers[0].name, "kajimaru-ec2-02");
}

#[test]
fn where_asking_comes_to_nothing_it_opens_and_nobody_waits_again() {
    let mut model = at_database();
    let (ask, _) = wished(&mut model);
    let effects = tell(&mut model, Event::Consulted(ask, Vec::new()));
    let [Effect::OpenTunnel(id, _)] = &effects[..] else { panic!("it goes on: {effects:?}") };
    tell(&mut model, Event::TunnelGone(*id, None));
    press(&mut model, &["esc"]);
    let effects = press(&mut model, &["F"]);
    let [Effect::Consult(ask, wants)] = &effects[..] else { panic!("it reads first: {effects:?}") };
    let (ask, wants) = (*ask, wants.clone());
    let effects = tell(&mut model, Event::Consulted(ask, read_of_demo(&wants)));
    assert!(matches!(&effects[..], [Effect::OpenTunnel(..)]), "at once: {effects:?}");
}

#[test]
fn its_menu_copies_reopens_and_closes() {
    let (mut model, id) = dug();
    tell(&mut model, Event::Tunnel(id, report(Health::Up)));
    press(&mut model, &["enter"]);
    let Overlay::Menu(menu) = &model.overlay else { panic!("a menu") };
    let labels: Vec<&str> = menu.entries.iter().map(|entry| entry.label.as_str()).collect();
    assert_eq!(labels, ["copy mysql", "copy url", "copy address", "reopen", "close"]);
    let effects = press(&mut model, &["enter"]);
    assert!(matches!(&effects[..], [Effect::Copy(text)] if text.starts_with("mysql --host=127.0.0.1 --port=13306")));
    assert_eq!(press(&mut model, &["a", "j", "j", "j", "enter"]), [Effect::Reconnect(id)]);
    assert_eq!(press(&mut model, &["a", "G", "enter"]), [Effect::CloseTunnel(id)]);
    tell(&mut model, Event::TunnelGone(id, None));
    assert!(model.tunnels.is_empty() && text(&mut model, 100, 10).contains("no tunnel is open"));
}

#[test]
fn what_goes_wrong_is_told_where_it_is_shown() {
    let (mut model, id) = dug();
    let fault = Fault::new(FaultKind::Refused, "ssm:StartSession", "i-0123 is not connected.");
    tell(&mut model, Event::Tunnel(id, report(Health::Down(fault))));
    assert!(text(&mut model, 160, 12).contains("not open: ssm:StartSession was refused: i-0123 is not connected."));
    tell(&mut model, Event::Tunnel(id, report(Health::Resting("timed out due to inactivity".to_owned()))));
    assert!(text(&mut model, 160, 12).contains("resting, the next connection opens it again"));
    tell(&mut model, Event::TunnelGone(id, Some("port 13306 of this machine is taken".to_owned())));
    assert!(text(&mut model, 160, 12).contains("is taken"));
}

#[test]
fn a_second_wish_for_the_same_database_shows_the_first() {
    let (mut model, _) = dug();
    press(&mut model, &["esc"]);
    assert_eq!(press(&mut model, &["F"]), []);
    assert!(matches!(model.here(), Some(Page::Tunnels(_))) && model.tunnels.len() == 1);
}

#[test]
fn what_cannot_be_says_so_at_once() {
    let mut asleep = at_database();
    let id = asleep.resource().cloned().expect("the database");
    let one = asleep.world.get::<DbInstance>(&id).cloned().expect("there");
    let world = std::sync::Arc::make_mut(&mut asleep.world);
    let stopped = DbInstance { status: "stopped".to_owned(), ..one };
    let reading = crate::world::Reading::whole(vec![stopped]);
    world.put(&id.scope, id.kind, &crate::world::Coverage::All, Ok(reading.into()), asleep.now);
    assert_eq!(press(&mut asleep, &["F"]), []);
    assert!(text(&mut asleep, 140, 20).contains("kajimaru-db is stopped: start it first"));
    let mut guarded = at_database();
    guarded.gate.read_only = true;
    assert_eq!(press(&mut guarded, &["F"]), []);
    assert!(text(&mut guarded, 140, 20).contains("read-only"));
    let mut fleet = demo(0);
    press(&mut fleet, &["f"]);
    assert!(text(&mut fleet, 120, 12).contains("no tunnel is open; on a database, F opens one"));
}
