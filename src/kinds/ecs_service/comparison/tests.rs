//! What two revisions differ in, by digests where they are known and by names where not, and that no value is ever told.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::kinds::service_deployment::{DeploymentProgress, RunningImage};
use crate::kinds::testing::{know, scope};
use crate::kinds::testing_samples::{ago, service};

fn container(name: &str, image: &str) -> ContainerDefinition {
    ContainerDefinition {
        name: name.to_owned(),
        image: Some(image.to_owned()),
        essential: true,
        ports: vec![3000],
        environment: vec!["LOG_LEVEL".to_owned(), "REGION".to_owned()],
        secrets: vec!["DB_PASSWORD".to_owned()],
        log_group: None,
        log_prefix: None,
        log_driver: None,
        log_options: std::collections::BTreeMap::new(),
        firelens: None,
        health_command: Vec::new(),
        memory: Some(512),
    }
}

fn arn(number: i32) -> Arn {
    Arn::from(format!("arn:aws:ecs:ap-northeast-1:1:task-definition/app:{number}"))
}

fn definition(number: i32, containers: Vec<ContainerDefinition>) -> TaskDefinition {
    TaskDefinition {
        arn: arn(number),
        family: "app".to_owned(),
        revision: number,
        status: Some("ACTIVE".to_owned()),
        containers,
        cpu: Some("256".to_owned()),
        memory: Some("512".to_owned()),
        task_role: None,
        execution_role: None,
        network_mode: Some("awsvpc".to_owned()),
        architecture: None,
        registered_at: Some(ago(60)),
        registered_by: Some(Arn::from("arn:aws:sts::1:assumed-role/deployer/ci")),
        tags: std::collections::BTreeMap::new(),
    }
}

fn record(number: i32, digest: Option<&str>, status: &str, minutes: i64) -> ServiceDeployment {
    let image = RunningImage {
        container: "web".to_owned(),
        image: "app:latest".to_owned(),
        digest: digest.map(|digest| format!("sha256:{digest}")),
    };
    ServiceDeployment {
        arn: Arn::from(format!("arn:aws:ecs:ap-northeast-1:1:service-deployment/c/web/d{number}x{minutes}")),
        service: service().arn,
        status: status.to_owned(),
        reason: None,
        stage: None,
        created_at: Some(ago(minutes)),
        finished_at: Some(ago(minutes - 4)),
        revision: None,
        task_definition: Some(arn(number)),
        images: vec![image],
        rollback: None,
        failures: None,
        threshold: None,
        progress: DeploymentProgress::default(),
    }
}

fn told(found: &Comparison) -> Vec<(&str, Option<&str>, Option<&str>)> {
    found.differences.iter().map(|one| (one.what.as_str(), one.from.as_deref(), one.to.as_deref())).collect()
}

#[test]
fn the_same_tag_with_another_digest_is_another_image() {
    let (old, new) =
        (definition(7, vec![container("web", "app:latest")]), definition(7, vec![container("web", "app:latest")]));
    let (first, second) =
        (record(7, Some("aaaaaaaaaaaaaaaa"), "SUCCESSFUL", 90), record(7, Some("bbbbbbbbbbbbbbbb"), "SUCCESSFUL", 30));
    let side = |definition, record| Side { revision: &old.arn, definition: Some(definition), record: Some(record) };
    let found = compare(side(&old, &first), side(&new, &second));
    let expected = ("image of web", Some("app:latest sha256:aaaaaaaaaaaa"), Some("app:latest sha256:bbbbbbbbbbbb"));
    assert_eq!(told(&found), [expected]);
    // Without a digest on one side the name is all there is, and that is said.
    let unresolved = record(7, None, "SUCCESSFUL", 30);
    let found = compare(side(&old, &first), side(&new, &unresolved));
    assert!(found.differences.is_empty() && found.notes[0].contains("compared by name"), "{found:?}");
}

#[test]
fn only_the_names_that_differ_are_told_and_what_is_unread_is_said() {
    let mut changed = container("web", "app:v2");
    changed.environment = vec!["REGION".to_owned(), "FEATURE_X".to_owned()];
    (changed.ports, changed.memory) = (vec![8080], Some(1024));
    changed.health_command = vec!["CMD".to_owned(), "true".to_owned()];
    let (old, mut new) = (definition(7, vec![container("web", "app:v1")]), definition(8, vec![changed]));
    new.cpu = Some("512".to_owned());
    let side = |definition| Side { revision: &old.arn, definition: Some(definition), record: None };
    let found = compare(side(&old), side(&new));
    let expected = [
        ("image of web", Some("app:v1"), Some("app:v2")),
        ("variables of web", Some("LOG_LEVEL"), Some("FEATURE_X")),
        ("ports of web", Some("3000"), Some("8080")),
        ("memory of web", Some("512 MiB"), Some("1024 MiB")),
        ("health check of web", None, Some("CMD true")),
        ("CPU", Some("256"), Some("512")),
    ];
    assert_eq!(told(&found), expected);
    let unread = Side { revision: &new.arn, definition: None, record: None };
    let found = compare(side(&old), unread);
    assert!(found.notes.iter().any(|note| note.contains("what app:8 defines could not be read")), "{found:?}");
}

#[rstest]
#[case::by_number("7", Some(("app:7", true)))]
#[case::by_name("app:8", Some(("app:8", true)))]
#[case::by_deployment("d7x90", Some(("app:7", true)))]
#[case::of_another_family("other:7", None)]
#[case::unknown("9", None)]
#[case::empty("", None)]
fn a_side_is_named_by_revision_or_deployment(#[case] typed: &str, #[case] expected: Option<(&str, bool)>) {
    let mut world = World::default();
    let mut here = service();
    here.task_definition = arn(8);
    know(&mut world, vec![record(7, Some("a"), "SUCCESSFUL", 90), record(8, Some("b"), "ROLLBACK_SUCCESSFUL", 30)]);
    know(&mut world, vec![definition(7, vec![container("web", "app:v1")])]);
    let got = Side::named(typed, &here, &world, &scope());
    let got = got.as_ref().ok().map(|side| (revision_name(side.revision), side.record.is_some()));
    assert_eq!(got, expected);
    // What was rolled back does not run, whatever the service's own revision says meanwhile.
    assert_eq!(revision_name(Side::running(&here, &world, &scope()).revision), "app:7");
    assert_eq!(unread([&arn(7), &arn(8)], &world, &scope()), ["app:8"]);
}

proptest! {
    /// A revision never differs from itself, and of variables nothing but names is ever told.
    #[test]
    fn nothing_differs_from_itself(names in proptest::collection::vec("[A-Z]{1,6}", 0..5), image in "[a-z]{1,8}:[a-z0-9]{1,4}") {
        let mut web = container("web", &image);
        web.environment = names;
        let (one, other) = (definition(7, vec![web.clone()]), definition(8, vec![web, container("side", "proxy:1")]));
        prop_assert!(differences(&one, &one).is_empty());
        let there: Vec<String> = differences(&one, &other).into_iter().map(|one| one.what).collect();
        let back: Vec<String> = differences(&other, &one).into_iter().map(|one| one.what).collect();
        prop_assert_eq!(there, back);
    }
}
