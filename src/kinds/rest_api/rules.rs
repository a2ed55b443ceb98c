//! How an API is judged: one that nobody can call, a throttle that lets nothing through.
//! Pure.

use super::model::RestApi;
use crate::kinds::{KindContext, Subject};
use crate::world::{Assessment, Health, Resource, Scope};

/// What is known of `item` for placing it: its name.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &RestApi, scope: &Scope) -> Option<Subject> {
    Some(Subject::new(item.id(scope)).named(&item.name).watching())
}

/// How it is.
pub(super) fn assess(item: &RestApi, _cx: &KindContext<'_>) -> Option<Assessment> {
    let shut = |stage: &&super::model::Stage| stage.burst == Some(0) || stage.rate.is_some_and(|rate| rate <= 0.0);
    if let Some(stage) = item.stages.iter().find(shut) {
        let why =
            format!("API {}: its stage {} is throttled to 0 requests and answers 429 to all", item.name, stage.name);
        return Some(Assessment::new(Health::Bad, why));
    }
    Some(Assessment::well())
}
