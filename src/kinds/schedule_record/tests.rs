//! A record is read by its group's name and written key by key; a group that is not there is made with the words on it.

use std::sync::{Arc, Mutex};

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::operation::{
    create_schedule_group::CreateScheduleGroupOutput, list_tags_for_resource::ListTagsForResourceOutput,
    tag_resource::TagResourceOutput, untag_resource::UntagResourceOutput,
};
use aws_sdk_scheduler::types::Tag;
use aws_smithy_mocks::{Rule, mock};
use jiff::Timestamp;

use super::change::{About, Note};
use super::{Notes, arn_of, fetch};
use crate::aws::{Clients, mocked};
use crate::change::gate::{Change, Confirmation, Gate, GateContext};
use crate::change::receipt::Receipt;
use crate::kinds::schedule_group::change::SchedulePlace;
use crate::kinds::testing::{ask, parts, scope};
use crate::world::{Arn, Fault, FaultKind, Identity, Reading, Resource, ResourceId, World};

const ARN: &str = "arn:aws:scheduler:ap-northeast-1:123456789012:schedule-group/toban-dev";

fn known() -> World {
    let mut world = World::default();
    let arn = Arn::from("arn:aws:sts::123456789012:assumed-role/duty/tanaka");
    world.identify(&scope(), Ok(Identity { account: "123456789012".into(), arn, login: None }));
    world
}

fn refusal(code: &str) -> Option<String> {
    Some(format!(r#"{{"__type":"{code}","Message":"said AWS"}}"#))
}

async fn read(rule: Rule, world: &World) -> Result<Vec<Notes>, Fault> {
    let aws = Clients { scheduler: mocked!(aws_sdk_scheduler, &[rule]), ..Clients::silent() };
    let scope = scope();
    let Reading { parts, .. } = fetch::read(ask(&aws, &scope, world, &parts(&["toban-dev"]))).await.unwrap();
    parts.into_iter().next().unwrap().1
}

#[tokio::test]
async fn one_call_brings_what_is_written_and_a_group_that_is_not_there_has_nothing() {
    let tags = mock!(Client::list_tags_for_resource)
        .match_requests(|input| input.resource_arn() == Some(ARN))
        .then_output(|| {
            let tag = Tag::builder().key("toban:override").value("running/2026-11-24T23:30+09:00/a").build().unwrap();
            ListTagsForResourceOutput::builder().tags(tag).build()
        });
    let found = read(tags, &known()).await.unwrap();
    assert_eq!(found[0].tags["toban:override"], "running/2026-11-24T23:30+09:00/a");
    let refused = |status, code: &str| {
        mock!(Client::list_tags_for_resource).sequence().http_status(status, refusal(code)).build()
    };
    assert_eq!(read(refused(404, "ResourceNotFoundException"), &known()).await, Ok(Vec::new()));
    let denied = read(refused(403, "AccessDeniedException"), &known()).await.unwrap_err();
    assert_eq!((denied.kind, denied.operation.as_str()), (FaultKind::Denied, "scheduler:ListTagsForResource"));
    let nobody = read(refused(500, "unasked"), &World::default()).await.unwrap_err();
    assert_eq!(nobody.kind, FaultKind::Unavailable, "without the account there is no ARN to ask for");
}

#[test]
fn a_group_has_the_arn_of_its_partition() {
    let mut world = known();
    assert_eq!(arn_of(&world, &scope(), "toban-dev").as_deref(), Some(ARN));
    let arn = Arn::from("arn:aws-cn:sts::1:assumed-role/duty/li");
    world.identify(&scope(), Ok(Identity { account: "1".into(), arn, login: None }));
    assert!(arn_of(&world, &scope(), "g").unwrap().starts_with("arn:aws-cn:scheduler:"));
}

fn note(tags: &[(&str, Option<&str>)], known: bool) -> Note {
    let place = SchedulePlace { environment: "dev".into(), scope: scope(), group: "toban-dev".to_owned() };
    let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect();
    Note { place, arn: ARN.to_owned(), tags, known, about: None }
}

async fn perform(note: Note, rules: &[Rule]) -> Result<Receipt, Fault> {
    let aws = Clients { scheduler: mocked!(aws_sdk_scheduler, rules), ..Clients::silent() };
    let now = Timestamp::UNIX_EPOCH;
    let at = GateContext::seen_at(now);
    Gate::default().approve(Box::new(note), &Confirmation::Yes, None, &at).unwrap().perform(&aws).await
}

fn makes() -> Rule {
    mock!(Client::create_schedule_group)
        .match_requests(|input| {
            let mut tags: Vec<(&str, &str)> = input.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
            tags.sort_unstable();
            input.name() == Some("toban-dev") && tags == [("a", "1"), ("toban:env", "dev")]
        })
        .sequence()
        .output(|| CreateScheduleGroupOutput::builder().schedule_group_arn(ARN).build().unwrap())
        .http_status(409, refusal("ConflictException"))
        .build()
}

fn writes() -> Rule {
    mock!(Client::tag_resource)
        .match_requests(|input| {
            let tags: Vec<(&str, &str)> = input.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
            input.resource_arn() == Some(ARN) && tags == [("a", "1")]
        })
        .sequence()
        .output(|| TagResourceOutput::builder().build())
        .http_status(404, refusal("ResourceNotFoundException"))
        .build()
}

#[tokio::test]
async fn single_keys_are_written_and_taken_away() {
    let removes = mock!(Client::untag_resource)
        .match_requests(|input| input.resource_arn() == Some(ARN) && input.tag_keys() == ["b"])
        .sequence()
        .output(|| UntagResourceOutput::builder().build())
        .http_status(404, refusal("ResourceNotFoundException"))
        .build();
    let rules = [writes(), removes];
    assert!(perform(note(&[("a", Some("1")), ("b", None)], true), &rules).await.is_ok());
    assert!(perform(note(&[("b", None)], true), &rules).await.is_ok(), "the group went, and its words with it");
    assert_eq!(rules.map(|rule| rule.num_calls()), [1, 2]);
}

#[tokio::test]
async fn a_group_that_is_not_there_is_made_with_the_words_on_it_whatever_was_seen() {
    let rules = [makes(), writes()];
    assert!(perform(note(&[("a", Some("1"))], false), &rules).await.is_ok(), "it was made");
    assert!(perform(note(&[("a", Some("1"))], false), &rules).await.is_ok(), "another console was first");
    assert_eq!((rules[0].num_calls(), rules[1].num_calls()), (2, 1));
    let rules = [makes(), writes()];
    assert!(perform(note(&[("a", Some("1"))], true), &rules).await.is_ok());
    assert!(perform(note(&[("a", Some("1"))], true), &rules).await.is_ok(), "somebody deleted it meanwhile");
    assert_eq!((rules[0].num_calls(), rules[1].num_calls()), (1, 2));
}

#[tokio::test]
async fn a_group_is_asked_for_anew_each_time() {
    let tokens: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
    let seen = Arc::clone(&tokens);
    let makes = mock!(Client::create_schedule_group)
        .match_requests(move |input| {
            seen.lock().unwrap().push(input.client_token().map(str::to_owned));
            true
        })
        .then_output(|| CreateScheduleGroupOutput::builder().schedule_group_arn(ARN).build().unwrap());
    for _ in 0..2 {
        assert!(perform(note(&[("a", Some("1"))], false), std::slice::from_ref(&makes)).await.is_ok());
    }
    let mut tokens = tokens.lock().unwrap().clone();
    tokens.dedup();
    assert!(tokens.len() > 1, "deleted in between, it is made again: {tokens:?}");
}

#[test]
fn its_plan_names_the_group_and_its_deed_the_service_that_is_remembered() {
    let plain = note(&[("toban:override", Some("x"))], false).plan();
    assert_eq!(
        plain.calls,
        ["scheduler:CreateScheduleGroup toban-dev", "scheduler:TagResource toban-dev toban:override=x"]
    );
    let gone = note(&[("toban:override", None)], true).plan();
    assert_eq!(gone.calls, ["scheduler:UntagResource toban-dev no toban:override"]);
    let on = ResourceId { kind: Notes::KIND, scope: scope(), key: "arn:web".into() };
    let memory = Some("desired=2".parse().unwrap());
    let mut one = note(&[("toban:remembered/c/web", Some("desired=2"))], true);
    one.about = Some(About { on: on.clone(), name: "web".to_owned(), memory });
    assert_eq!(one.plan().message, "remember on the schedule group toban-dev what service web has: desired=2");
    let change_request = one.change_request();
    assert_eq!((change_request.verb, &change_request.on), ("remember", &on));
    assert_eq!(change_request.arguments[..2], [("memory", "desired=2".to_owned()), ("record", "toban-dev".to_owned())]);
}
