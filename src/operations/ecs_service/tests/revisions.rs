//! Deploying a revision by its number: what is not among the newest that ECS lists is refused before anybody confirms.

use rstest::rstest;

use super::super::actions::propose;
use crate::kinds::task_definition::TaskDefinition;
use crate::kinds::testing::parts;
use crate::kinds::testing_samples::{Shelves, definition, now, revision, scope, service};
use crate::operations::ActionContext;
use crate::overview::EnvironmentStatus;
use crate::world::{Fault, FaultKind, Part, Reading, Resource};

const FAMILY: &str = "city-prod-backend";

/// What comes of asking for revision `number` where ECS lists `listed`.
fn asked(number: u32, listed: Result<&[u32], Fault>) -> Result<(), String> {
    let item = |number: &u32| TaskDefinition {
        arn: revision(*number),
        revision: i32::try_from(*number).unwrap(),
        ..definition()
    };
    let mut shelves = Shelves::default().with([service()]);
    let items = listed.map(|numbers| numbers.iter().map(item).collect::<Vec<_>>());
    let reading = Reading::of(vec![(Part::from(FAMILY), items)]);
    shelves.0.put(&scope(), TaskDefinition::KIND, &parts(&[FAMILY]), Ok(reading.into()), now());
    let environment = EnvironmentStatus::new("city-prod", vec![scope()]);
    shelves.seen(true, |cx| {
        let context = ActionContext { cx: *cx, environment: &environment };
        propose(&service(), "revision", Some(&number.to_string()), &context).map(|_| ())
    })
}

#[rstest]
#[case::listed(116, None)]
#[case::older_than_all_that_were_read(90, None)]
#[case::never_made(99_999, Some("there is no ACTIVE revision 99999 of city-prod-backend: the newest is 118"))]
#[case::between(115, Some("revision 115 of city-prod-backend is not ACTIVE"))]
#[case::here_already(117, Some("is on city-prod-backend:117 already"))]
fn what_ecs_does_not_list_is_refused(#[case] number: u32, #[case] wanted: Option<&str>) {
    let got = asked(number, Ok(&[118, 117, 116, 114]));
    match wanted {
        None => assert_eq!(got, Ok(())),
        Some(wanted) => assert!(got.as_ref().is_err_and(|why| why.contains(wanted)), "{got:?}"),
    }
}

#[test]
fn where_the_list_could_not_be_read_aws_decides() {
    assert_eq!(asked(99_999, Err(Fault::new(FaultKind::Denied, "ecs:ListTaskDefinitions", "no"))), Ok(()));
}
