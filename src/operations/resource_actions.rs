//! What can be done with a resource of one kind: its actions, their choices and the proposals they become. A kind that
//! has any implements [`ResourceActions`] in a folder here; `catalog` lists them. Pure: never makes a call.

use std::marker::PhantomData;

use super::{Action, ActionContext, Choice};
use crate::change::procedure::Proposal;
use crate::kinds::Kind;
use crate::world::{KindName, Resource, ResourceId};

/// What takes an operation back once it was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undo {
    /// The operation that does.
    pub verb: &'static str,
    /// What it is told.
    pub value: String,
    /// The same behind `toban deploy ENV/NAME`.
    pub flags: String,
}

/// What can be done with the resources of a kind.
pub trait ResourceActions: Kind {
    /// What can be done with it: each shown even when barred.
    fn actions(item: &Self::Item, context: &ActionContext<'_>) -> Vec<Action>;

    /// What can be chosen for an offer that asks for a choice, once that was read; behind a choice that led on, the
    /// value of that one is `chosen`.
    fn choices(_item: &Self::Item, _verb: &str, _chosen: Option<&str>, _site: &ActionContext<'_>) -> Vec<Choice> {
        Vec::new()
    }

    /// That it is already as `verb` and `value` would have it, in a sentence; `propose` refuses the same by it. Scripts ask
    /// this first: to them it is done.
    fn already(_item: &Self::Item, _verb: &str, _value: Option<&str>, _context: &ActionContext<'_>) -> Option<String> {
        None
    }

    /// What takes `verb` back once it was done, judged before it is done. Safe to do twice: it names what was, and not
    /// one step back. `None` where nothing can be or need be.
    fn undo(_item: &Self::Item, _verb: &str, _context: &ActionContext<'_>) -> Option<Undo> {
        None
    }

    /// Makes an offer a proposal. `value` is what was typed or chosen.
    ///
    /// # Errors
    /// A sentence: why it cannot be done, and what to do instead.
    fn propose(
        item: &Self::Item,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String>;
}

/// The object-safe face of [`ResourceActions`]; resources that are gone give empty answers.
pub trait AnyResourceActions: Send + Sync {
    /// The kind it acts on.
    fn kind(&self) -> KindName;
    /// What can be done with one.
    fn actions(&self, id: &ResourceId, context: &ActionContext<'_>) -> Vec<Action>;
    /// What can be chosen for an offer, behind what was `chosen` before.
    fn choices(&self, id: &ResourceId, verb: &str, chosen: Option<&str>, context: &ActionContext<'_>) -> Vec<Choice>;
    /// That it is already as `verb` and `value` would have it, in a sentence.
    fn already(&self, id: &ResourceId, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Option<String>;
    /// What takes `verb` back once it was done, judged before it is done.
    fn undo(&self, id: &ResourceId, verb: &str, context: &ActionContext<'_>) -> Option<Undo>;
    /// Makes an offer a proposal.
    ///
    /// # Errors
    /// A sentence: why it cannot be done, and what to do instead.
    fn propose(
        &self,
        id: &ResourceId,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String>;
}

/// Makes an [`AnyResourceActions`] of a kind.
pub struct ActionsOf<K>(PhantomData<fn() -> K>);

impl<K> ActionsOf<K> {
    /// The one value of this type.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it stands in a static, where Default cannot be called")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<K: ResourceActions> AnyResourceActions for ActionsOf<K> {
    fn kind(&self) -> KindName {
        K::Item::KIND
    }

    fn actions(&self, id: &ResourceId, context: &ActionContext<'_>) -> Vec<Action> {
        context.cx.world.get::<K::Item>(id).map(|item| K::actions(item, context)).unwrap_or_default()
    }

    fn choices(&self, id: &ResourceId, verb: &str, chosen: Option<&str>, context: &ActionContext<'_>) -> Vec<Choice> {
        context.cx.world.get::<K::Item>(id).map(|item| K::choices(item, verb, chosen, context)).unwrap_or_default()
    }

    fn already(&self, id: &ResourceId, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Option<String> {
        context.cx.world.get::<K::Item>(id).and_then(|item| K::already(item, verb, value, context))
    }

    fn undo(&self, id: &ResourceId, verb: &str, context: &ActionContext<'_>) -> Option<Undo> {
        context.cx.world.get::<K::Item>(id).and_then(|item| K::undo(item, verb, context))
    }

    fn propose(
        &self,
        id: &ResourceId,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        match context.cx.world.get::<K::Item>(id) {
            Some(item) => K::propose(item, verb, value, context),
            None => Err(format!("{id} is not there any more; nothing was changed")),
        }
    }
}
