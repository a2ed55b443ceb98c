//! A kind with its item type rubbed out, so that all kinds stand in one list. Plumbing only:
//! no knowledge of any kind.

use futures_util::future::BoxFuture;
use std::borrow::Cow;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde_json::Value;

use super::Counts;
use super::Subject;
use super::metric_series::Metric;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, ObservedOutcome, PollClass, UnresolvedChange};
use crate::change::gate::Change;
use crate::display::{Extra, Row, Section};
use crate::schedule::transition::sleep_wake_order;
use crate::ssm::preflight::SessionAccess;
use crate::text;
use crate::world::read_request::ReadRequest;
use crate::world::{
    AnyReading, Assessment, EnvironmentName, Fault, FaultKind, KindName, Part, Reading, Resource, ResourceId, Scope,
    World,
};

/// The object-safe face of a [`Kind`]. See there for meanings; resources that are gone give empty answers.
pub trait AnyKind: Send + Sync {
    /// Its name.
    fn name(&self) -> KindName;
    /// How often it is read.
    fn pace(&self) -> PollClass;
    /// Kinds to be read before.
    fn needs(&self) -> &'static [KindName];
    /// Kinds whose first reading goes before.
    fn after(&self) -> &'static [KindName];
    /// Whether verdicts rest on it.
    fn evidence(&self) -> Evidence;
    /// The kind whose resources are its parts, where those are dear and seldom change.
    fn slow_parts_of(&self) -> Option<KindName>;
    /// The kind whose resources are its parts, where each takes a call.
    fn parts_of(&self) -> Option<KindName>;
    /// Whether what it tells may change where something is placed.
    fn places(&self) -> bool;
    /// What this run read of it in `scope`, part by part, to be kept for later ones. What looks like a secret is left out.
    fn freeze(&self, world: &World, scope: &Scope) -> Vec<(Part, Timestamp, Vec<u8>)>;
    /// What an earlier run kept of one part; `None` where it cannot be read any more.
    fn thaw(&self, body: &[u8]) -> Option<AnyReading>;
    /// IAM actions its reading takes.
    fn permissions(&self) -> &'static [&'static str];
    /// IAM actions its changes take.
    fn changes(&self) -> &'static [&'static str];
    /// How it is shown.
    fn shown(&self) -> Option<ListLayout>;
    /// Whether one comes and goes by itself.
    fn is_passing(&self) -> bool;
    /// Whether a shell can be opened in one.
    fn shell(&self) -> bool;
    /// Whether two can be compared.
    fn comparable(&self) -> bool;
    /// What is read while the page of one is open.
    fn page_reads(&self, world: &World, id: &ResourceId) -> Vec<ReadRequest>;
    /// The resource whose environment one belongs to.
    fn owner(&self, world: &World, id: &ResourceId) -> Option<ResourceId>;
    /// How two differ.
    fn compared(&self, id: &ResourceId, other: &ResourceId, cx: &KindContext<'_>) -> Vec<Section>;
    /// Reads it.
    fn read<'a>(&self, ask: FetchContext<'a>) -> BoxFuture<'a, Result<AnyReading, Fault>>;
    /// More about one.
    fn look<'a>(&self, ask: FetchContext<'a>, id: &ResourceId, now: Timestamp) -> BoxFuture<'a, Result<Extra, Fault>>;
    /// Every one of them in the world with what inference may know of it.
    fn subjects(&self, world: &World) -> Vec<Subject>;
    /// What AWS measures of one.
    fn metrics(&self, world: &World, id: &ResourceId) -> Vec<Metric>;
    /// The name of one.
    fn title(&self, world: &World, id: &ResourceId) -> Option<String>;
    /// How one is.
    fn assess(&self, id: &ResourceId, cx: &KindContext<'_>) -> Option<Assessment>;
    /// Adds one to the counts.
    fn count(&self, id: &ResourceId, cx: &KindContext<'_>, counts: &mut Counts);
    /// Its lines.
    fn rows(&self, id: &ResourceId, cx: &KindContext<'_>) -> Vec<Row>;
    /// Its lines in a list over all environments.
    fn list_rows(&self, id: &ResourceId, cx: &KindContext<'_>) -> Vec<Row>;
    /// Its JSON object.
    fn to_json(&self, id: &ResourceId, cx: &KindContext<'_>) -> Option<Value>;
    /// Its page.
    fn detail(&self, id: &ResourceId, cx: &KindContext<'_>) -> Vec<Section>;
    /// What can be told of a change to one whose end nobody wrote down.
    fn settled(&self, world: &World, id: &ResourceId, unresolved: &UnresolvedChange<'_>) -> Option<ObservedOutcome>;
    /// How one stands as something that sleeps and wakes.
    fn member_state(&self, world: &World, id: &ResourceId) -> Option<sleep_wake_order::MemberState>;
    /// What has to be read to see that anew.
    fn watch(&self, world: &World, id: &ResourceId) -> Vec<ReadRequest>;
    /// The change that does `act` to one.
    fn act(
        &self,
        world: &World,
        id: &ResourceId,
        act: sleep_wake_order::StageAction,
        environment: &EnvironmentName,
    ) -> Option<Box<dyn Change>>;
    /// How a shell gets into one.
    fn session_access(&self, id: &ResourceId, cx: &KindContext<'_>) -> Option<SessionAccess>;
    /// The raw document of one, secrets not yet masked: mask before showing.
    fn document(&self, world: &World, id: &ResourceId) -> Option<Value>;
    /// Its page in the AWS web console.
    fn web(&self, world: &World, id: &ResourceId) -> Option<String>;
}

/// Whether nothing in it looks like a secret: what does is not written to disk, not even masked.
fn is_without_secret(document: &Value) -> bool {
    match document {
        Value::String(text) => matches!(text::mask_text(text), Cow::Borrowed(_)),
        Value::Array(items) => items.iter().all(is_without_secret),
        Value::Object(fields) => fields.values().all(is_without_secret),
        _ => true,
    }
}

/// Makes an [`AnyKind`] of a [`Kind`].
pub struct Erased<K>(PhantomData<fn() -> K>);

impl<K> Erased<K> {
    /// The one value of this type.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it stands in a static, where Default cannot be called")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<K: Kind> AnyKind for Erased<K> {
    fn name(&self) -> KindName {
        K::Item::KIND
    }
    fn pace(&self) -> PollClass {
        K::PACE
    }
    fn needs(&self) -> &'static [KindName] {
        K::NEEDS
    }
    fn after(&self) -> &'static [KindName] {
        K::AFTER
    }
    fn evidence(&self) -> Evidence {
        K::EVIDENCE
    }
    fn slow_parts_of(&self) -> Option<KindName> {
        K::SLOW_PARTS_OF
    }
    fn parts_of(&self) -> Option<KindName> {
        K::PARTS_OF
    }
    fn places(&self) -> bool {
        K::PLACES
    }
    fn freeze(&self, world: &World, scope: &Scope) -> Vec<(Part, Timestamp, Vec<u8>)> {
        let frozen = |items: &[K::Item]| {
            let kept: Vec<Value> =
                items.iter().filter_map(|item| serde_json::to_value(item).ok()).filter(is_without_secret).collect();
            serde_json::to_vec(&kept).ok()
        };
        let parts = world.read_parts::<K::Item>(scope);
        parts.filter_map(|(part, at, items)| Some((Part::clone(part), at, frozen(items)?))).collect()
    }
    fn thaw(&self, body: &[u8]) -> Option<AnyReading> {
        serde_json::from_slice::<Vec<K::Item>>(body).ok().map(|items| Reading::whole(items).into())
    }
    fn permissions(&self) -> &'static [&'static str] {
        K::PERMISSIONS
    }
    fn changes(&self) -> &'static [&'static str] {
        K::CHANGES
    }
    fn shown(&self) -> Option<ListLayout> {
        K::SHOWN
    }
    fn is_passing(&self) -> bool {
        K::PASSING
    }
    fn shell(&self) -> bool {
        K::SHELL
    }
    fn comparable(&self) -> bool {
        K::COMPARABLE
    }
    fn page_reads(&self, world: &World, id: &ResourceId) -> Vec<ReadRequest> {
        world.get::<K::Item>(id).map(|item| K::page_reads(item, world, &id.scope)).unwrap_or_default()
    }
    fn owner(&self, world: &World, id: &ResourceId) -> Option<ResourceId> {
        world.get::<K::Item>(id).and_then(|item| K::owner(item, world, &id.scope))
    }
    fn compared(&self, id: &ResourceId, other: &ResourceId, cx: &KindContext<'_>) -> Vec<Section> {
        let both = cx.world.get::<K::Item>(id).zip(cx.world.get::<K::Item>(other));
        both.filter(|_| K::COMPARABLE).map(|(item, other)| K::compared(item, other, cx)).unwrap_or_default()
    }
    fn read<'a>(&self, ask: FetchContext<'a>) -> BoxFuture<'a, Result<AnyReading, Fault>> {
        Box::pin(async move { K::read(ask).await.map(Reading::into) })
    }
    fn look<'a>(&self, ask: FetchContext<'a>, id: &ResourceId, now: Timestamp) -> BoxFuture<'a, Result<Extra, Fault>> {
        match ask.known.get::<K::Item>(id) {
            Some(item) => K::look(ask, item, now),
            None => {
                let fault = Fault::new(FaultKind::Gone, "look", "it is not there any more").on(id.to_string());
                Box::pin(async move { Err(fault) })
            }
        }
    }
    fn subjects(&self, world: &World) -> Vec<Subject> {
        world.everywhere::<K::Item>().filter_map(|(scope, item)| K::subject(item, scope)).collect()
    }
    fn metrics(&self, world: &World, id: &ResourceId) -> Vec<Metric> {
        world.get::<K::Item>(id).map(K::metrics).unwrap_or_default()
    }
    fn title(&self, world: &World, id: &ResourceId) -> Option<String> {
        world.get::<K::Item>(id).map(|item| K::name(item).to_owned())
    }
    fn assess(&self, id: &ResourceId, cx: &KindContext<'_>) -> Option<Assessment> {
        cx.world.get::<K::Item>(id).and_then(|item| K::assess(item, cx))
    }
    fn count(&self, id: &ResourceId, cx: &KindContext<'_>, counts: &mut Counts) {
        if let Some(item) = cx.world.get::<K::Item>(id) {
            K::count(item, cx, counts);
        }
    }
    fn rows(&self, id: &ResourceId, cx: &KindContext<'_>) -> Vec<Row> {
        cx.world.get::<K::Item>(id).map(|item| K::rows(item, cx)).unwrap_or_default()
    }
    fn list_rows(&self, id: &ResourceId, cx: &KindContext<'_>) -> Vec<Row> {
        cx.world.get::<K::Item>(id).map(|item| K::list_rows(item, cx)).unwrap_or_default()
    }
    fn to_json(&self, id: &ResourceId, cx: &KindContext<'_>) -> Option<Value> {
        cx.world.get::<K::Item>(id).and_then(|item| K::to_json(item, cx))
    }
    fn detail(&self, id: &ResourceId, cx: &KindContext<'_>) -> Vec<Section> {
        cx.world.get::<K::Item>(id).map(|item| K::detail(item, cx)).unwrap_or_default()
    }
    fn settled(&self, world: &World, id: &ResourceId, unresolved: &UnresolvedChange<'_>) -> Option<ObservedOutcome> {
        world.get::<K::Item>(id).and_then(|item| K::settled(item, unresolved))
    }

    fn member_state(&self, world: &World, id: &ResourceId) -> Option<sleep_wake_order::MemberState> {
        world.get::<K::Item>(id).and_then(|item| K::member_state(item, world, &id.scope))
    }
    fn watch(&self, world: &World, id: &ResourceId) -> Vec<ReadRequest> {
        world.get::<K::Item>(id).map(|item| K::watch(item, &id.scope)).unwrap_or_default()
    }
    fn act(
        &self,
        world: &World,
        id: &ResourceId,
        act: sleep_wake_order::StageAction,
        environment: &EnvironmentName,
    ) -> Option<Box<dyn Change>> {
        world.get::<K::Item>(id).and_then(|item| K::act(item, act, environment, &id.scope))
    }
    fn session_access(&self, id: &ResourceId, cx: &KindContext<'_>) -> Option<SessionAccess> {
        cx.world.get::<K::Item>(id).filter(|_| K::SHELL).and_then(|item| K::session_access(item, cx))
    }
    fn document(&self, world: &World, id: &ResourceId) -> Option<Value> {
        world.get::<K::Item>(id).and_then(|item| serde_json::to_value(item).ok())
    }
    fn web(&self, world: &World, id: &ResourceId) -> Option<String> {
        world.get::<K::Item>(id).and_then(|item| K::web(item, &id.scope))
    }
}
