//! What tests of readings share: a scope, a world with a few things in it, and an ask. Tests only.
//! Never compiled into the program.

use jiff::Timestamp;

use super::FetchContext;
use crate::aws::Clients;
use crate::world::{AnyReading, Coverage, Part, Reading, Resource, Scope, World};

/// The scope of all such tests.
pub(crate) fn scope() -> Scope {
    Scope::new("p", "ap-northeast-1")
}

/// Puts `items` in `world`, as read in one part.
pub(crate) fn know<T: Resource>(world: &mut World, items: Vec<T>) {
    let found = AnyReading::from(Reading::whole(items));
    world.put(&scope(), T::KIND, &Coverage::All, Ok(found), Timestamp::UNIX_EPOCH);
}

/// Asks `aws` for what `coverage` says.
pub(crate) fn ask<'a>(
    aws: &'a Clients,
    scope: &'a Scope,
    known: &'a World,
    coverage: &'a Coverage,
) -> FetchContext<'a> {
    FetchContext { aws, scope, known, coverage }
}

/// Some parts.
pub(crate) fn parts(names: &[&str]) -> Coverage {
    Coverage::Parts(names.iter().map(|name| Part::from(*name)).collect())
}
