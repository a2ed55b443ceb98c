//! The engine without a face, over the peer: a cloud that reaches it, and everything read once in the right order.
//! For the test binaries that drive readings and procedures themselves; asserts nothing.
#![expect(clippy::expect_used, reason = "a kind that is not there fails the test at once")]

mod hurried;

pub(crate) use hurried::Hurried;

use std::collections::BTreeSet;

use jiff::Timestamp;
use toban::aws::{Source, Sources};
use toban::cloud::Cloud;
use toban::cloud::Live;
use toban::kinds::catalog::{KINDS, kind};
use toban::kinds::{AnyKind, PollClass};
use toban::world::{Coverage, KindName, Scope, World};

use crate::support::peer::{Peer, REGION};

/// The peer's main account.
pub(crate) fn source(peer: &Peer) -> Source {
    Source { endpoint_url: Some(peer.endpoint().to_owned()), ..Source::current() }.in_regions([REGION])
}

/// A cloud that looks there.
pub(crate) fn live(peer: &Peer) -> Live {
    Live::new(Sources { list: vec![source(peer)] }).with_keys("AKIATOBANTESTPEER000", "peer-secret-of-nobody").unpaced()
}

/// Its only scope.
pub(crate) fn here() -> Scope {
    Scope::new("default", REGION)
}

/// Reads every kind once, those first that others need.
pub(crate) async fn read_all(live: &Live, scope: &Scope) -> World {
    let mut world = World::default();
    let mut done: BTreeSet<KindName> = BTreeSet::new();
    let polled: Vec<_> = KINDS.iter().copied().filter(|kind| kind.pace() != PollClass::OnDemand).collect();
    while done.len() < polled.len() {
        for kind in polled.iter().filter(|kind| kind.needs().iter().all(|need| done.contains(need))).collect::<Vec<_>>()
        {
            if done.insert(kind.name()) {
                read(live, *kind, scope, &mut world).await;
            }
        }
    }
    world
}

/// Reads one kind.
pub(crate) async fn read(live: &Live, kind: &'static dyn AnyKind, scope: &Scope, world: &mut World) {
    let got = live.read(kind, scope, &Coverage::All, world).await;
    world.put(scope, kind.name(), &Coverage::All, got, Timestamp::now());
}

/// The kind of that name.
pub(crate) fn of(name: KindName) -> &'static dyn AnyKind {
    kind(name).expect("a kind")
}
