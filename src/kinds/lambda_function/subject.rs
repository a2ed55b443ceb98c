//! What inference may know of one: names, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::Function;
use crate::kinds::{Relation, Subject};
use crate::world::{Resource, Scope};

/// What is known of `item` for placing it: its name, its VPC and its log group. Dimensions call it `function:NAME`;
/// its tags come by the tagging API, under its ARN.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &Function, scope: &Scope) -> Option<Subject> {
    Some(
        Subject::new(item.id(scope))
            .named(&item.name)
            .in_vpc(item.vpc.as_deref())
            .known_as(format!("function:{}", item.name))
            .tied(Relation::LogGroup, format!("log-group:{}", item.log_group)),
    )
}
