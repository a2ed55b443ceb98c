//! Tests of how managed nodes are judged where no EC2 instance tells of them.

use rstest::rstest;

use super::{Node, Nodes};
use crate::kinds::Counts;
use crate::kinds::Kind;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::session_settings::{Group, PREFERENCES, Preferences, SessionSettings, Settings, group_part};
use crate::kinds::testing_samples::*;
use crate::world::{Arn, Health, Identity};

#[rstest]
#[case("Online", Health::Well, None)]
#[case("ConnectionLost", Health::Worrying, Some("node ip-10-0-3-10 does not answer Systems Manager since 13:42"))]
#[case("Inactive", Health::Well, Some("node ip-10-0-3-10 is inactive since 13:42"))]
#[case("Shiny", Health::Unknown, Some("node ip-10-0-3-10 has the state Shiny, which toban does not know"))]
fn pings(#[case] ping: &str, #[case] health: Health, #[case] why: Option<&str>) {
    let assessment = Shelves::default().seen(true, |cx| Nodes::assess(&node(ping), cx)).unwrap();
    assert_eq!((assessment.health, assessment.why.as_deref()), (health, why));
}

#[test]
fn the_instance_tells_of_both() {
    Shelves::default().with([instance()]).seen(true, |cx| {
        assert_eq!(Nodes::assess(&node("ConnectionLost"), cx), None);
        assert!(Nodes::rows(&node("Online"), cx).is_empty());
        assert_eq!(Nodes::to_json(&node("Online"), cx), None);
    });
}

#[test]
fn a_node_whose_instance_is_gone_is_gone_but_a_machine_of_ours_is_not() {
    let other = Instance { id: "i-9".to_owned(), ..instance() };
    let machine = Node { id: "mi-0123".to_owned(), ..node("ConnectionLost") };
    Shelves::default().with([other]).seen(true, |cx| {
        assert_eq!(Nodes::assess(&node("ConnectionLost"), cx), None);
        assert_eq!(Nodes::assess(&machine, cx).unwrap().health, Health::Worrying);
    });
}

#[test]
fn its_object_line_page_and_count() {
    let mut counts = Counts::default();
    Shelves::default().seen(true, |cx| {
        let listed = Nodes::to_json(&node("Online"), cx).unwrap();
        insta::assert_snapshot!(listed.to_string(), @r#"{"id":"i-0123456789abcdef0","name":"ip-10-0-3-10","state":null,"ssm":"online","health":"well","why":null}"#);
        assert_eq!(Nodes::rows(&node("Online"), cx)[0].cells.len(), Nodes::SHOWN.unwrap().columns.len());
        assert_eq!(Nodes::detail(&node("Online"), cx).len(), 1);
        Nodes::count(&node("Online"), cx, &mut counts);
    });
    assert_eq!((counts.instances_running, counts.instances_total), (1, 1));
    assert!(Nodes::web(&node("Online"), &scope()).unwrap().contains("/managed-nodes/i-0123456789abcdef0/"));
}

/// The checklist of a node of an account with these preferences, where IAM allows everything.
fn checklist(settings: Settings, group: Option<Group>) -> String {
    let mut shelves = Shelves::default();
    let arn = Arn::from("arn:aws:iam::123456789012:user/ann");
    shelves.0.identify(&scope(), Ok(Identity { account: "123456789012".into(), arn, login: None }));
    let mut all = vec![SessionSettings { part: PREFERENCES.to_owned(), settings }];
    all.extend(
        group.map(|group| SessionSettings { part: group_part("/ssm").to_string(), settings: Settings::Group(group) }),
    );
    let shelves = shelves.with(all);
    shelves.seen(false, |cx| Nodes::session_access(&node("Online"), cx).expect("an inside").text().join("\n"))
}

#[rstest]
#[case::nothing(Preferences::default(), None, "● encryption: TLS; Session Manager's preferences name no KMS key")]
#[case::limits(
    Preferences { idle_minutes: Some("60".to_owned()), most_minutes: Some("480".to_owned()), ..Preferences::default() },
    None,
    "● time limits: it ends after 60 idle minutes, and after 480 in any case"
)]
#[case::an_alias(
    Preferences { key: Some("alias/s".to_owned()), ..Preferences::default() },
    None,
    "? encryption: by the KMS key alias/s; you need kms:GenerateDataKey on it, the other side kms:Decrypt"
)]
#[case::plain(
    logged(true),
    Some(Group::Plain),
    "✗ logs: it is to be logged to /ssm, encrypted, and that log group is not"
)]
#[case::encrypted(logged(true), Some(Group::Encrypted), "● logs: it is logged to /ssm, which is encrypted")]
#[case::missing(logged(true), Some(Group::Missing), "! logs: it is to be logged to /ssm, encrypted, and there is no")]
#[case::unread(logged(true), None, "? logs: it is refused unless /ssm is encrypted; that was not read yet")]
#[case::whatever(logged(false), None, "● logs: it is logged to the log group /ssm")]
fn the_accounts_preferences_are_told(
    #[case] preferences: Preferences,
    #[case] group: Option<Group>,
    #[case] line: &str,
) {
    let text = checklist(Settings::Preferences(preferences), group);
    assert!(text.contains(line), "{line} in\n{text}");
}

fn logged(encrypted: bool) -> Preferences {
    Preferences { log_group: Some("/ssm".to_owned()), wants_encrypted_group: encrypted, ..Preferences::default() }
}

#[test]
fn preferences_that_cannot_be_read_keep_nobody_out() {
    let text = checklist(Settings::Unread("ssm:GetDocument: no".to_owned()), None);
    assert!(
        text.contains("? encryption: Session Manager's preferences could not be read") && !text.contains("✗"),
        "{text}"
    );
}
