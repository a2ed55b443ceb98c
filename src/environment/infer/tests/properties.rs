//! What holds for any account: the order of resources decides nothing, nothing is dropped, odd names do no harm.

use proptest::prelude::*;

use super::fixture::{Account, placed};
use crate::environment::{ConfiguredEnvironments, place};
use crate::kinds::{Relation, Subject};

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "shop", "blog", "cat", "data", "v23", "dev", "prod", "staging", "test", "db", "alb", "api", "backend", "01",
            "Stack", "受付", "本番", "",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,6}",
        1 => "[\\x00-\\x1f\u{202e}]{0,3}",
    ]
}

fn name() -> impl Strategy<Value = String> {
    (prop::collection::vec(word(), 1..5), prop::sample::select(vec!["-", "_", "/", ""]))
        .prop_map(|(words, between)| words.join(between))
}

/// An account of clusters, services, databases and alarms with odd names and arbitrary ties.
fn account() -> impl Strategy<Value = Vec<Subject>> {
    let resource = (0..5_u8, name(), 0..6_usize, 0..3_u8, prop::option::of(name()));
    prop::collection::vec(resource, 0..24).prop_map(|resources| {
        let mut accounts = [Account::new("1"), Account::new("2")];
        for (at, (kind, name, to, vpc, tag)) in resources.into_iter().enumerate() {
            let account = &mut accounts[usize::from(to == 5)];
            let (unique, vpc) = (format!("{name}/{at}"), format!("vpc-{vpc}"));
            let subject = match kind {
                0 => account.balancer(&unique, &vpc),
                1 => account.group(&unique, &vpc, None, &[]),
                2 => account.database(&unique, Some(&vpc), None),
                3 => account.alarm(&unique, &[]),
                _ => account.service(&name, &unique, &[]),
            };
            *subject = subject.clone().known_as(format!("k{}", at % 6)).tied(Relation::ALL[at % 12], format!("k{to}"));
            if let Some(value) = tag {
                subject
                    .tags
                    .insert(["Project", "Env", "toban:env", "aws:cloudformation:stack-name"][at % 4].to_owned(), value);
            }
        }
        accounts.into_iter().flat_map(|account| account.subjects).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_order_decides_nothing_and_nothing_is_dropped(
        (subjects, shuffled) in account().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
    ) {
        let placed = place(&subjects, &ConfiguredEnvironments::default());
        prop_assert_eq!(&placed, &place(&shuffled, &ConfiguredEnvironments::default()));
        prop_assert_eq!(placed.len(), subjects.iter().filter(|subject| !subject.hint).count());
        prop_assert!(placed.iter().all(|placed| !placed.because.is_empty()));
    }

    #[test]
    fn no_name_makes_it_panic(text in "\\PC{0,40}", control in "[\\x00-\\x7f]{0,40}") {
        let mut account = Account::new("1");
        for name in [&text, &control] {
            account.add(Subject::new(crate::world::ResourceId {
                kind: crate::world::KindName("alarm"),
                scope: crate::world::Scope::new("p", "r"),
                key: name.as_str().into(),
            }).named(name.as_str()).tied(Relation::Dimension, name.as_str()));
        }
        prop_assert_eq!(placed(&[&account]).len(), 2);
    }
}

#[test]
fn very_long_and_controlling_names_are_placed_or_not_but_do_no_harm() {
    let mut account = Account::new("1");
    for name in ["x".repeat(10_000), "a-".repeat(5_000), "猫-".repeat(10_000), "\u{1b}[2J\n\t-dev-\u{202e}".to_owned()]
    {
        account.database(&name, None, None);
        account.alarm(&name, &[(Relation::Dimension, &format!("db:{name}"))]);
    }
    let placed = placed(&[&account]);
    assert_eq!(placed.len(), 8);
    let message = placed.iter().flat_map(|placed| &placed.because).map(|step| step.message.chars().count());
    assert!(message.max().expect("steps") < 400);
}

#[test]
fn placing_again_gives_the_same() {
    let mut account = Account::new("1");
    account.database("shop-dev-db", Some("vpc"), None);
    account.balancer("front/0", "vpc");
    assert_eq!(placed(&[&account]), placed(&[&account]));
}
