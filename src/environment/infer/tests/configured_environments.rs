//! What the configuration says is final: claims, exclusions, names in several accounts.

use rstest::rstest;

use super::fixture::{Account, home, map, one, placed_as_wished, tag};
use crate::environment::StepKind;
use crate::environment::{ConfiguredEnvironments, EnvironmentConfig, Match};
use crate::kinds::Relation;
use crate::text::Glob;
use crate::world::AccountId;

fn environment_config(name: &str, matches: Match) -> EnvironmentConfig {
    EnvironmentConfig { matches, ..EnvironmentConfig::new(name) }
}

fn configured_environments(environments: Vec<EnvironmentConfig>) -> ConfiguredEnvironments {
    ConfiguredEnvironments { environments, ..ConfiguredEnvironments::default() }
}

fn names(globs: &[&str]) -> Match {
    Match { names: globs.iter().map(|glob| Glob::new(glob)).collect(), ..Match::default() }
}

#[rstest]
#[case::names(names(&["SHOP-*"]), "config.toml gives store what has a name like shop-*")]
#[case::tags(Match { tags: map(&[("project", "x"), ("Env", "y")]), ..Match::default() },
    "config.toml gives store what has tag Env=y and project=x")]
#[case::vpc(Match { vpc: vec!["vpc-1".to_owned()], ..Match::default() }, "config.toml gives store what has VPC vpc-1")]
#[case::stack(Match { stack: vec![Glob::new("*stack")], ..Match::default() },
    "config.toml gives store what has a stack like *stack")]
#[case::any_one(Match { vpc: vec!["vpc-9".to_owned()], ..names(&["nothing", "shop-dev-db"]) },
    "config.toml gives store what has a name like shop-dev-db")]
fn any_way_of_a_match_claims(#[case] matches: Match, #[case] message: &str) {
    let mut account = Account::new("1");
    let database = account.database("shop-dev-db", Some("vpc-1"), None);
    tag(database, "PROJECT", "x");
    tag(database, "env", "y");
    tag(database, "aws:cloudformation:stack-name", "AnyStack");
    account.database("blog-dev-db", Some("vpc-2"), None);
    let placed = placed_as_wished(&[&account], &configured_environments(vec![environment_config("store", matches)]));
    assert_eq!(home(&placed, "shop-dev-db"), "store");
    let step = &one(&placed, "shop-dev-db").because[0];
    assert_eq!((step.kind, step.message.as_str()), (StepKind::Config, message));
    assert_eq!(home(&placed, "blog-dev-db"), "blog-dev");
}

#[test]
fn what_hangs_on_a_claimed_resource_follows_and_others_of_the_name_join() {
    let mut account = Account::new("1");
    account.database("legacy", None, None);
    account.database("store-dev-db", None, None);
    account.alarm("cpu", &[(Relation::Dimension, "db:legacy")]);
    let placed = placed_as_wished(
        &[&account],
        &configured_environments(vec![environment_config("store-dev", names(&["legacy"]))]),
    );
    for end in ["db:legacy", "alarm:cpu", "store-dev-db"] {
        assert_eq!(home(&placed, end), "store-dev", "{end}");
    }
}

#[test]
fn an_empty_match_claims_nothing() {
    let mut account = Account::new("1");
    account.database("shop-dev-db", None, None);
    let placed =
        placed_as_wished(&[&account], &configured_environments(vec![environment_config("all", Match::default())]));
    assert_eq!(home(&placed, "shop-dev-db"), "shop-dev");
}

#[test]
fn the_first_claim_of_the_file_wins() {
    let mut account = Account::new("1");
    account.database("shop-dev-db", None, None);
    let both = configured_environments(vec![
        environment_config("b", names(&["shop-*"])),
        environment_config("a", names(&["*"])),
    ]);
    assert_eq!(home(&placed_as_wished(&[&account], &both), "shop-dev-db"), "b");
}

#[test]
fn excluded_names_are_in_no_environment_of_that_name_however_they_would_get_there() {
    let mut account = Account::new("1");
    account.database("shop-dev-db", Some("vpc-1"), None);
    account.database("shop-dev-old-db", Some("vpc-1"), None);
    account.database("old", Some("vpc-1"), None);
    account.alarm("cpu", &[(Relation::Dimension, "db:shop-dev-old-db")]);
    let mut only = environment_config("shop-dev", names(&["shop-dev-*"]));
    only.exclude = vec![Glob::new("shop-dev-old*"), Glob::new("old")];
    let placed = placed_as_wished(&[&account], &configured_environments(vec![only]));
    assert_eq!(home(&placed, "shop-dev-db"), "shop-dev");
    assert_eq!(home(&placed, "shop-dev-old-db"), "-");
    assert_eq!(home(&placed, "db:old"), "-");
    assert_eq!(home(&placed, "alarm:cpu"), "-");
    let last = one(&placed, "shop-dev-old-db").because.last().expect("a step");
    assert_eq!((last.kind, last.message.as_str()), (StepKind::Config, "config.toml excludes it from shop-dev"));
}

#[test]
fn a_pinned_account_keeps_the_plain_name() {
    let (mut one, mut two) = (Account::new("1"), Account::new("2"));
    one.database("city-prod-db", None, None);
    two.database("city-prod-db", None, None);
    let mut pinned = environment_config("city-prod", Match::default());
    pinned.account = Some(AccountId::from("2"));
    let placed = placed_as_wished(&[&one, &two], &configured_environments(vec![pinned]));
    let homes: Vec<&str> = placed.iter().filter_map(|p| p.environment.as_ref()).map(|name| name.as_str()).collect();
    assert_eq!(homes, ["city-prod@1", "city-prod"]);
}

#[test]
fn a_claim_may_join_two_accounts() {
    let (mut one, mut two) = (Account::new("1"), Account::new("2"));
    one.database("city-shared-db", None, None);
    two.database("city-prod-db", None, None);
    let placed = placed_as_wished(
        &[&one, &two],
        &configured_environments(vec![environment_config("city-prod", names(&["city-*"]))]),
    );
    assert_eq!((home(&placed, "city-shared-db"), home(&placed, "city-prod-db")), ("city-prod", "city-prod"));
}
