//! How a user pool is judged: by the functions that its triggers call; without one of them nobody signs in.
//! Pure.

use super::model::UserPool;
use crate::kinds::lambda_function::Function;
use crate::kinds::{KindContext, Relation, Subject};
use crate::world::{Arn, Assessment, Health, Resource, Scope};

/// What is known of `item` for placing it: its name, and the functions it calls.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &UserPool, scope: &Scope) -> Option<Subject> {
    let subject = Subject::new(item.id(scope)).named(&item.name).watching();
    Some(
        item.triggers.iter().fold(subject, |subject, (_, arn)| {
            subject.tied(Relation::Dimension, ["function:", function(arn)].concat())
        }),
    )
}

/// The name in a function's ARN, version or alias left out.
fn function(arn: &Arn) -> &str {
    arn.resource().split(':').nth(1).unwrap_or(arn.resource())
}

/// How it is.
pub(super) fn assess(item: &UserPool, cx: &KindContext<'_>) -> Option<Assessment> {
    let store = cx.world.store(cx.scope, Function::KIND);
    let whole = store.is_some_and(|store| store.oldest().is_some() && store.faults().next().is_none());
    let of = |arn: &Arn| cx.world.all::<Function>(cx.scope).find(|known| known.name == function(arn));
    for (trigger, arn) in &item.triggers {
        let told =
            |why: String| Some(Assessment::new(Health::Bad, format!("user pool {}: {trigger} calls {why}", item.name)));
        match of(arn) {
            None if whole && arn.region() == Some(cx.scope.region.as_str()) => {
                return told(format!("the function {}, which does not exist", function(arn)));
            }
            Some(known) if known.state.as_deref() == Some("Failed") => {
                return told(format!("the function {}, which cannot be called", known.name));
            }
            _ => {}
        }
    }
    Some(Assessment::well())
}
