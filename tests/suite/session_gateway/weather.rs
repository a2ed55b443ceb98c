//! Bad weather and bad peers: what is not there, not allowed, silent, asleep, or sends what nobody can read. Clear words,
//! nothing lost, nothing left running, nothing that hangs.

use std::time::Duration;

use toban::ssm::channel::{Channel, End, Incoming, Link, Outgoing, Settings};
use toban::ssm::start_request::StartRequest;
use toban::world::FaultKind;

use super::{Person, open, sessions, settings, within};
use crate::gateway::{Gateway, Weather};

/// A channel to a shell whose prompt was seen.
async fn prompted(gateway: &Gateway, settings: Settings) -> Channel {
    let source = sessions(gateway);
    let opened = source.open(&StartRequest::shell("i-1")).await.unwrap();
    let mut channel = Channel::start(source, opened, settings);
    while !matches!(within(channel.next()).await.unwrap(), Incoming::Bytes(_)) {}
    channel
}

/// Reads on until the session is over.
async fn ends(mut channel: Channel) -> End {
    within(async {
        while channel.next().await.is_some() {}
        channel.end().await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_gone_or_forbidden_is_told_by_aws_in_its_own_words() {
    let gateway = Gateway::start().await;
    let source = sessions(&gateway);
    let gone = source.open(&StartRequest::shell("i-gone")).await.unwrap_err();
    assert!(gone.sentence().contains("i-gone is not a target"), "{}", gone.sentence());
    let forbidden = source.open(&StartRequest::shell("i-forbidden")).await.unwrap_err();
    assert_eq!(forbidden.kind, FaultKind::Denied);
    assert!(forbidden.sentence().contains("not authorized to perform: ssm:StartSession"), "{}", forbidden.sentence());
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_may_not_be_opened_ends_the_session_at_once() {
    let gateway = Gateway::start().await;
    gateway.weather(Weather { is_locked: true, ..Weather::default() });
    let End::Lost(fault) = ends(open(&gateway, &StartRequest::shell("i-1")).await).await else { panic!("it is lost") };
    assert_eq!(fault.kind, FaultKind::Denied);
    assert!(fault.sentence().contains("ssmmessages:OpenDataChannel"), "{}", fault.sentence());
    assert!(toban::ssm::preflight::remedy(None, &fault.message).is_some_and(|remedy| remedy.contains("session/*")));
    gateway.wait_for_calls("TerminateSession", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_stops_during_a_session_is_told_and_so_is_its_end() {
    let gateway = Gateway::start().await;
    let channel = prompted(&gateway, settings(false)).await;
    let mut status = channel.status();
    gateway.sentence("pause_publication").await;
    within(status.wait_for(|status| status.link == Link::Away)).await.unwrap();
    gateway.sentence("start_publication").await;
    within(status.wait_for(|status| status.link == Link::Up)).await.unwrap();
    gateway.sentence("pause_publication").await;
    within(status.wait_for(|status| status.link == Link::Away)).await.unwrap();
    gateway.ends("The task was stopped.");
    assert_eq!(ends(channel).await, End::Closed("The task was stopped.".to_owned()));
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_session_ends_with_the_services_reason() {
    let gateway = Gateway::start().await;
    let mut person = Person::at(open(&gateway, &StartRequest::shell("i-1")).await).await;
    person.sees("$ ").await;
    gateway.time_out();
    let End::Closed(why) = person.ends().await else { panic!("the service closed it") };
    assert!(why.contains("timed out due to inactivity"), "{why}");
    assert_eq!(gateway.calls(), ["StartSession"], "what is over needs no end");
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shell_that_ends_before_anything_was_typed_says_what_that_usually_means() {
    let gateway = Gateway::start().await;
    let mut person = Person::at(open(&gateway, &StartRequest::shell("i-1")).await).await;
    person.sees("$ ").await;
    gateway.ends("");
    let End::Closed(why) = person.ends().await else { panic!("the service closed it") };
    assert!(why.contains("root disk is full") && why.contains("shell profile"), "{why}");
    gateway.assert_clean();
}

/// Gives up a silent connection soon.
fn alert() -> Settings {
    let quick = Duration::from_millis(100);
    Settings { ping: quick, silence: quick * 4, ..settings(false) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_laptop_that_slept_comes_back_to_its_session_as_it_was() {
    let gateway = Gateway::start().await;
    let mut channel = prompted(&gateway, alert()).await;
    gateway.sleeps(false);
    channel.sender().send(Outgoing::Bytes("echo a''wake\r".into())).await.unwrap();
    let mut seen = String::new();
    while !seen.contains("awake") {
        if let Incoming::Bytes(bytes) = within(channel.next()).await.unwrap() {
            seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    assert!(gateway.calls().contains(&"ResumeSession".to_owned()));
    assert_eq!(within(channel.end()).await, End::Left);
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_laptop_that_slept_too_long_is_told_that_the_session_is_over() {
    let gateway = Gateway::start().await;
    let channel = prompted(&gateway, alert()).await;
    gateway.sleeps(true);
    assert_eq!(ends(channel).await, End::Closed("it timed out, or was ended by someone else".to_owned()));
    gateway.assert_clean();
}

/// Frames that nobody can read: empty, short, of another layout, with lengths that are not theirs.
fn garbage() -> Vec<Vec<u8>> {
    let header = |length: u32| {
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.resize(120, b' ');
        bytes
    };
    let mut huge = header(116);
    huge[116..120].copy_from_slice(&u32::MAX.to_be_bytes());
    vec![Vec::new(), vec![0; 3], vec![255; 120], header(0), header(u32::MAX), header(115), huge, vec![7; 70_000]]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_is_put_up_with_until_there_is_nothing_else() {
    let gateway = Gateway::start().await;
    let mut person = Person::at(open(&gateway, &StartRequest::shell("i-1")).await).await;
    person.sees("$ ").await;
    // Much of it, but never too much in a row.
    for word in ["one", "two"] {
        for _ in 0..100 {
            within(gateway.sends(&garbage())).await;
        }
        person.type_in(&format!("echo still''{word}\r")).await;
        person.sees(&format!("still{word}")).await;
    }
    // However much it takes: whatever can be read in between, as a prompt that came late, begins the count anew.
    within(async {
        while !person.session.is_finished() {
            gateway.sends(&garbage()).await;
            tokio::task::yield_now().await;
        }
    })
    .await;
    let End::Broken(why) = person.ends().await else { panic!("it was given up") };
    assert!(why.contains("sends what cannot be read"), "{why}");
    gateway.wait_for_calls("TerminateSession", 1).await;
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_duplicates_repeat_and_lose_nothing() {
    let gateway = Gateway::start().await;
    gateway.weather(Weather { floods: 4000, ..Weather::default() });
    let mut person = Person::at(open(&gateway, &StartRequest::shell("i-1")).await).await;
    person.sees("$ ").await;
    person.type_in("seq 2000; echo al''l\r").await;
    let shown = person.sees("all").await;
    let numbers: Vec<u32> = shown.lines().filter_map(|line| line.trim().parse().ok()).collect();
    assert!(numbers.into_iter().eq(1..=2000), "lines were lost or repeated");
    person.type_in("exit\r").await;
    assert_eq!(person.ends().await, End::Closed(String::new()));
    gateway.assert_clean();
}
