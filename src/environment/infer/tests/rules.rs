//! Single rules of placement, each on the smallest account that shows it.

use rstest::rstest;

use super::fixture::{Account, home, one, placed, tag};
use crate::environment::StepKind;
use crate::kinds::Relation;

#[rstest]
#[case::tags(&[("Project", "Shop"), ("ENV", "stg")], "shop-staging")]
#[case::ours(&[("toban:env", "Accounting Blue")], "Accounting Blue")]
#[case::both_in_one(&[("Environment", "shop-production")], "shop-prod")]
#[case::unknown_stage(&[("System", "shop"), ("Stage", "blue")], "shop-blue")]
#[case::stack(&[("aws:cloudformation:stack-name", "shop-qa-compute")], "shop-qa")]
#[case::japanese(&[("System", "受付"), ("Environment", "本番")], "受付-prod")]
fn tags_say_where(#[case] tags: &[(&str, &str)], #[case] expected: &str) {
    let mut account = Account::new("1");
    let cluster = account.cluster("c1");
    for (key, value) in tags {
        tag(cluster, key, value);
    }
    assert_eq!(home(&placed(&[&account]), "cluster/c1"), expected);
}

#[test]
fn tags_go_before_the_stack_and_the_stack_before_the_name() {
    let mut account = Account::new("1");
    let cluster = account.cluster("shop-dev-cluster");
    tag(cluster, "aws:cloudformation:stack-name", "NetworkStack-staging");
    assert_eq!(home(&placed(&[&account]), "cluster"), "shop-staging");
    tag(&mut account.subjects[0], "Stage", "prod");
    let placed = placed(&[&account]);
    assert_eq!(home(&placed, "cluster"), "shop-prod");
    let kinds: Vec<StepKind> = one(&placed, "cluster").because.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, [StepKind::Tag, StepKind::Name, StepKind::Stack, StepKind::Name]);
    let against: Vec<&str> = one(&placed, "cluster").because.iter().skip(2).map(|step| step.message.as_str()).collect();
    assert_eq!(
        against,
        ["against: stack NetworkStack-staging says stage staging", "against: name shop-dev-cluster says stage dev"]
    );
}

#[test]
fn the_stage_in_the_own_name_goes_before_relations() {
    let mut account = Account::new("1");
    account.cluster("platform-prod-cluster");
    account.service("platform-prod-cluster", "shop-dev-web", &[]);
    let placed = placed(&[&account]);
    assert_eq!(home(&placed, "shop-dev-web"), "shop-dev");
}

#[test]
fn a_task_follows_its_service_and_only_then_its_cluster_or_family() {
    let mut account = Account::new("1");
    account.cluster("platform-prod-cluster");
    account.service("platform-prod-cluster", "shop-dev-web", &[]);
    account.task("platform-prod-cluster", "a", Some("shop-dev-web"), "blog-qa-task", "1");
    account.task("platform-prod-cluster", "b", None, "blog-qa-task", "2");
    account.task("elsewhere", "c", None, "blog-qa-task", "3");
    let placed = placed(&[&account]);
    assert_eq!(home(&placed, "/a"), "shop-dev");
    assert_eq!(home(&placed, "/b"), "platform-prod");
    assert_eq!(home(&placed, "/c"), "blog-qa");
}

#[test]
fn names_with_the_stage_last_share_their_system() {
    let mut account = Account::new("1");
    for name in ["shop-api-prod", "shop-web-prod", "my-app-dev"] {
        account.cluster(name);
    }
    let placed = placed(&[&account]);
    assert_eq!(home(&placed, "shop-api-prod"), "shop-prod");
    assert_eq!(home(&placed, "shop-web-prod"), "shop-prod");
    assert_eq!(home(&placed, "my-app-dev"), "my-app-dev");
}

#[test]
fn a_load_balancer_shared_by_two_systems_belongs_to_neither_and_says_so() {
    let mut account = Account::new("1");
    account.cluster("shared");
    account.service("shared", "shop-dev-web", &["a/1"]);
    account.service("shared", "blog-dev-web", &["b/2"]);
    account.balancer("front/0", "vpc-1");
    account.group("a/1", "vpc-1", Some("front/0"), &[]);
    account.group("b/2", "vpc-1", Some("front/0"), &[]);
    let placed = placed(&[&account]);
    assert_eq!((home(&placed, "/a/1"), home(&placed, "/b/2")), ("shop-dev", "blog-dev"));
    let front = one(&placed, "front/0");
    assert_eq!(front.environment, None);
    let users: Vec<&str> = front.shared.iter().map(|name| name.as_str()).collect();
    assert_eq!(users, ["blog-dev", "shop-dev"]);
    let message: Vec<&str> = front.because.iter().map(|step| step.message.as_str()).collect();
    assert_eq!(message, ["shared by blog-dev, shop-dev: nothing says that it is of one of them alone",]);
}

#[test]
fn the_only_stage_of_a_system_takes_what_names_none() {
    let mut account = Account::new("1");
    account.database("shop-dev-db", None, None);
    account.alarm("shop-cpu", &[]);
    assert_eq!(home(&placed(&[&account]), "shop-cpu"), "shop-dev");
}

#[test]
fn one_name_in_two_regions_is_one_environment_and_in_two_accounts_is_two() {
    let mut tokyo = Account::in_region("1", "ap-northeast-1");
    let mut osaka = Account::in_region("1", "ap-northeast-3");
    let mut other = Account::new("2");
    for account in [&mut tokyo, &mut osaka, &mut other] {
        account.database("city-dev-db", None, None);
    }
    let placed = placed(&[&other, &osaka, &tokyo]);
    let homes: Vec<(&str, &str)> = placed
        .iter()
        .map(|p| (p.id.scope.region.as_str(), p.environment.as_ref().map_or("-", |name| name.as_str())))
        .collect();
    assert_eq!(
        homes,
        [("ap-northeast-1", "city-dev"), ("ap-northeast-3", "city-dev"), ("ap-northeast-1", "city-dev@2")]
    );
}

#[test]
fn a_shared_topic_does_not_carry_labels_from_alarm_to_alarm() {
    let mut account = Account::new("1");
    account.alarm("shop-dev-cpu", &[(Relation::Topic, "topic:ops")]);
    account.alarm("lonely", &[(Relation::Topic, "topic:ops")]);
    assert_eq!(home(&placed(&[&account]), "lonely"), "-");
}

#[test]
fn an_alarm_tells_where_a_nameless_resource_belongs_only_when_nothing_else_does() {
    let mut account = Account::new("1");
    account.instance("i-0", "server", "vpc-1");
    account.alarm("shop-dev-cpu", &[(Relation::Dimension, "i-0")]);
    let placed = placed(&[&account]);
    let instance = placed.iter().find(|p| p.id.kind.0 == "ec2-instance").expect("it");
    assert_eq!(instance.environment.as_ref().map(|name| name.as_str()), Some("shop-dev"));
    assert_eq!(instance.because[0].message, "it is watched by shop-dev-cpu (shop-dev)");
}

#[test]
fn one_resource_alone_without_a_stage_is_unassigned_with_the_steps_tried() {
    let mut account = Account::new("1");
    account.instance("i-0", "jenkins", "vpc-1");
    let placed = placed(&[&account]);
    assert_eq!(placed.len(), 2);
    for placed in &placed {
        assert_eq!((&placed.environment, &placed.project, &placed.stage), (&None, &None, &None));
        assert_eq!(placed.because.last().map(|step| step.kind), Some(StepKind::None));
    }
}

#[test]
fn a_tag_against_name_and_cluster_loses_and_is_named_as_evidence_against() {
    let mut account = Account::new("1");
    account.cluster("shop-prod-cluster");
    tag(account.service("shop-prod-cluster", "shop-prod-mail", &[]), "Env", "dev");
    let placed = placed(&[&account]);
    assert_eq!(home(&placed, "shop-prod-mail"), "shop-prod");
    let mail = one(&placed, "shop-prod-mail");
    assert_eq!(mail.because.last().map(|step| step.message.as_str()), Some("against: tag Env=dev says stage dev"));
}

#[test]
fn what_says_two_stages_puts_its_environment_in_doubt() {
    let mut account = Account::new("1");
    account.database("shop-dev-db", None, None);
    tag(account.database("shop-prod-copy", None, None), "Env", "dev");
    let placed = placed(&[&account]);
    assert_eq!(home(&placed, "shop-prod-copy"), "shop-dev");
    assert_eq!(
        one(&placed, "shop-prod-copy").doubt.as_deref(),
        Some("shop-prod-copy is taken for shop-dev, but name shop-prod-copy says stage prod")
    );
    assert_eq!(one(&placed, "shop-dev-db").doubt, None);
}

#[test]
fn an_alarm_alone_founds_nothing_and_says_so() {
    let mut account = Account::new("1");
    account.database("shop-dev-db", None, None);
    account.alarm("shop-qa-cpu", &[]);
    let placed = placed(&[&account]);
    let alarm = one(&placed, "shop-qa-cpu");
    assert_eq!(alarm.environment, None);
    assert!(alarm.because.iter().any(|step| step.message.contains("nothing else founds an environment")), "{alarm:?}");
}

#[test]
fn production_without_a_word_is_never_taken_for_the_stage_beside_it() {
    let mut account = Account::new("1");
    for name in ["shop-db", "shop-dev-db"] {
        account.database(name, Some("vpc-1"), None);
    }
    let placed = placed(&[&account]);
    assert_eq!((home(&placed, ":db:shop-db"), home(&placed, "shop-dev-db")), ("shop", "shop-dev"));
}
