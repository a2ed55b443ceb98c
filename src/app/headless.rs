//! The engine without a screen: reads through the same seam, by the same schedule, into the same
//! picture as the console. Acts through `Cloud` only; prints nothing.

use std::ops::ControlFlow;
use std::sync::Arc;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::pace::{Outcome, Pacer, Reading, Tempo};
use crate::cloud::Cloud;
use crate::environment::{Picture, Wishes, gather};
use crate::kinds::kind;
use crate::world::{Fault, FaultKind, Found, Scope, World};

/// What was seen: the world, its picture, and when.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// What is believed.
    pub world: World,
    /// What it means.
    pub picture: Picture,
    /// When the picture was made.
    pub at: Timestamp,
}

/// What a headless reading needs besides the cloud.
#[derive(Clone, Debug)]
pub struct View {
    /// The configuration's wishes of environments.
    pub wishes: Wishes,
    /// The reader's time zone.
    pub zone: TimeZone,
}

/// Reads every kind once in every scope and gathers the picture. `progress` hears how many readings of how many ended.
///
/// # Errors
/// Only if it cannot be told where to look; everything else stands as faults beside the data.
pub async fn picture(
    cloud: &Arc<dyn Cloud>,
    view: &View,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<Outlook, Fault> {
    let mut engine = Engine::open(cloud, Tempo::default()).await?;
    engine.round(cloud, progress).await;
    Ok(engine.outlook(cloud, view))
}

/// Goes on reading by the schedule and hands every new picture to `each`, until it breaks off.
///
/// # Errors
/// As [`picture`].
pub async fn watch(
    cloud: &Arc<dyn Cloud>,
    view: &View,
    tempo: Tempo,
    each: &mut (dyn FnMut(&Outlook) -> ControlFlow<()> + Send),
) -> Result<(), Fault> {
    let mut engine = Engine::open(cloud, tempo).await?;
    loop {
        engine.round(cloud, &mut |_, _| {}).await;
        if each(&engine.outlook(cloud, view)).is_break() {
            return Ok(());
        }
        let now = cloud.now();
        let wait = engine
            .pacer
            .wake_at()
            .map_or(SignedDuration::from_secs(60), |at| at.duration_since(now).max(SignedDuration::ZERO));
        cloud.pause(wait).await;
    }
}

struct Engine {
    pacer: Pacer,
    world: World,
}

impl Engine {
    async fn open(cloud: &Arc<dyn Cloud>, tempo: Tempo) -> Result<Self, Fault> {
        let scopes = cloud.scopes().await?;
        if scopes.is_empty() {
            let why = "no source gives a region to look at; set AWS_REGION, pass --region, or add a [[source]]";
            return Err(Fault::new(FaultKind::Unavailable, "toban:scopes", why));
        }
        let now = cloud.now();
        let mut pacer = Pacer::new(now.as_second().unsigned_abs(), tempo);
        pacer.watch(&scopes, now);
        Ok(Self { pacer, world: World::default() })
    }

    /// Starts what is due and what becomes due by it, until nothing is in flight.
    async fn round(&mut self, cloud: &Arc<dyn Cloud>, progress: &mut (dyn FnMut(usize, usize) + Send)) {
        let unknown: Vec<Scope> =
            self.pacer.scopes().into_iter().filter(|scope| self.world.identity(scope).is_none()).collect();
        let identities = join_all(unknown.iter().map(|scope| cloud.identify(scope)));
        let mut identities = std::pin::pin!(identities);
        let mut identified = unknown.is_empty();
        let mut flying = FuturesUnordered::new();
        // What becomes due while the round goes on belongs to the next one, or a fast clock would never let it end.
        let began = cloud.now();
        loop {
            for reading in self.pacer.due(began) {
                flying.push(perform(Arc::clone(cloud), reading, self.world.clone()));
            }
            if flying.is_empty() && identified {
                return;
            }
            tokio::select! {
                who = &mut identities, if !identified => {
                    identified = true;
                    for (scope, who) in unknown.iter().zip(who) {
                        self.world.identify(scope, who);
                    }
                }
                Some((reading, got)) = flying.next() => {
                    self.take(&reading, got, cloud.now());
                    let (done, all) = self.pacer.progress();
                    progress(done, all);
                }
            }
        }
    }

    fn take(&mut self, reading: &Reading, got: Result<Found, Fault>, now: Timestamp) {
        let outcome = Outcome::of(&got);
        let changed = self.world.put(&reading.scope, reading.kind, &reading.coverage, got, now);
        self.pacer.arrived(reading, outcome.knowing(!changed.is_empty()), now);
    }

    fn outlook(&self, cloud: &Arc<dyn Cloud>, view: &View) -> Outlook {
        let at = cloud.now();
        Outlook { world: self.world.clone(), picture: gather(&self.world, &view.wishes, at, &view.zone), at }
    }
}

/// Performs one reading against what was known when it started.
pub async fn perform(cloud: Arc<dyn Cloud>, reading: Reading, known: World) -> (Reading, Result<Found, Fault>) {
    let got = match kind(reading.kind) {
        Some(kind) => cloud.read(kind, &reading.scope, &reading.coverage, &known).await,
        None => Err(Fault::new(FaultKind::Odd, reading.kind.0, "no such kind")),
    };
    (reading, got)
}
