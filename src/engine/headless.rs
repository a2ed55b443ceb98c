//! The engine without a screen: reads through the same seam, by the same schedule, into the same
//! picture as the console. Acts through `Cloud` only; prints nothing.

use crate::overview::EnvironmentStatus;
use std::ops::ControlFlow;
use std::sync::Arc;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::poller::KNOWN;
use super::poller::{Outcome, PollIntervals, PollRequest, Poller};
use crate::cloud::Cloud;
use crate::environment::ConfiguredEnvironments;
use crate::kinds::catalog::kind;
use crate::offhours::{OffHours, record_reads};
use crate::overview::{Picture, assemble};
use crate::world::read_request::ReadRequest;
use crate::world::{AnyReading, Coverage, Fault, FaultKind, Scope, World};

/// What was seen: the world, its picture, and when.
#[derive(Clone, Debug)]
pub struct Snapshot {
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
    pub configured_environments: ConfiguredEnvironments,
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
) -> Result<Snapshot, Fault> {
    let mut engine = Engine::open(cloud, PollIntervals::default()).await?;
    engine.round(cloud, progress).await;
    Ok(engine.recorded(cloud, view).await)
}

/// Reads `wants` into `world` beside what the schedule of readings reads, one after the other: what comes later may need
/// what came before. What could not be read, each fault once; it stands beside the data too.
pub async fn consult(cloud: &dyn Cloud, world: &mut World, wants: &[ReadRequest]) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for want in wants {
        let Some(kind) = kind(want.kind) else { continue };
        let got = cloud.read(kind, &want.scope, &want.coverage, world).await;
        let met: Vec<Fault> = match &got {
            Ok(found) => found.faults().cloned().collect(),
            Err(fault) => vec![fault.clone()],
        };
        for fault in met {
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        world.put(&want.scope, want.kind, &want.coverage, got, cloud.now());
    }
    faults
}

/// Reads why databases are not as their schedule wants them, of the environments that `of` chooses, and gathers the
/// picture anew. Calls nothing where nothing drifts; what may not be read costs the cause alone, and is handed back.
pub async fn explain(
    cloud: &dyn Cloud,
    view: &View,
    snapshot: &mut Snapshot,
    of: &(dyn Fn(&EnvironmentStatus) -> bool + Sync),
) -> Vec<Fault> {
    let wants = causes(&snapshot.picture, of);
    if wants.is_empty() {
        return Vec::new();
    }
    let faults = consult(cloud, &mut snapshot.world, &at_once(&wants)).await;
    snapshot.picture = assemble(&snapshot.world, &view.configured_environments, snapshot.at, &view.zone);
    faults
}

/// What tells why something drifts, and whether rules that are held back come back.
fn causes(picture: &Picture, of: &(dyn Fn(&EnvironmentStatus) -> bool + Sync)) -> Vec<ReadRequest> {
    let chosen = picture.environments.iter().filter(|environment| of(environment));
    let of = |environment: &EnvironmentStatus| {
        let causes = environment.offhours.as_deref().map(OffHours::causes).unwrap_or_default();
        [causes, environment.others.returns()].concat()
    };
    chosen.flat_map(of).collect()
}

/// The same, with the parts of one kind in one place in one want: those are read side by side.
#[must_use]
pub fn at_once(wants: &[ReadRequest]) -> Vec<ReadRequest> {
    let mut all: Vec<ReadRequest> = Vec::new();
    for want in wants {
        let like = all.iter_mut().find(|known| (&known.scope, known.kind) == (&want.scope, want.kind));
        match (like.map(|known| &mut known.coverage), &want.coverage) {
            (Some(Coverage::Parts(known)), Coverage::Parts(more)) => known.extend(more.iter().cloned()),
            _ => all.push(want.clone()),
        }
    }
    all
}

/// Goes on reading by the schedule and hands every new picture to `each`, until it breaks off.
///
/// # Errors
/// As [`picture`].
pub async fn watch(
    cloud: &Arc<dyn Cloud>,
    view: &View,
    tempo: PollIntervals,
    each: &mut (dyn FnMut(&Snapshot) -> ControlFlow<()> + Send),
) -> Result<(), Fault> {
    let mut engine = Engine::open(cloud, tempo).await?;
    loop {
        engine.round(cloud, &mut |_, _| {}).await;
        cloud.calm();
        if each(&engine.explained(cloud, view).await).is_break() {
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
    pacer: Poller,
    world: World,
    /// Which causes were read, and when.
    asked: Vec<(ReadRequest, Timestamp)>,
}

impl Engine {
    async fn open(cloud: &Arc<dyn Cloud>, tempo: PollIntervals) -> Result<Self, Fault> {
        let scopes = cloud.scopes().await?;
        if scopes.is_empty() {
            let why = "no source gives a region to look at; set AWS_REGION, pass --region, or add a [[source]]";
            return Err(Fault::new(FaultKind::Unavailable, "toban:scopes", why));
        }
        let now = cloud.now();
        let mut pacer = Poller::new(now.as_second().unsigned_abs(), tempo, cloud.speed());
        pacer.watch(&scopes, now);
        Ok(Self { pacer, world: World::at(cloud.speed()), asked: Vec::new() })
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
                flying.push(perform(Arc::clone(cloud), reading, Arc::new(self.world.clone())));
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

    fn take(&mut self, reading: &PollRequest, got: Result<AnyReading, Fault>, now: Timestamp) {
        let outcome = Outcome::of(&got);
        let changed = self.world.put(&reading.scope, reading.kind, &reading.coverage, got, now);
        self.pacer.arrived(reading, outcome.knowing(!changed.is_empty()), now);
    }

    /// The snapshot with why something drifts, each cause read once in a while.
    async fn explained(&mut self, cloud: &Arc<dyn Cloud>, view: &View) -> Snapshot {
        let (snapshot, now) = (self.recorded(cloud, view).await, cloud.now());
        self.asked.retain(|(_, at)| now.duration_since(*at) < KNOWN);
        let mut wants = causes(&snapshot.picture, &|_| true);
        wants.retain(|want| !self.asked.iter().any(|(known, _)| known == want));
        if wants.is_empty() {
            return snapshot;
        }
        self.asked.extend(wants.iter().map(|want| (want.clone(), now)));
        consult(&**cloud, &mut self.world, &at_once(&wants)).await;
        self.snapshot(cloud, view)
    }

    /// The snapshot with what is written on the schedule groups that are records: one call for each, at every look, for
    /// what tells of a member comes with every look at it too. Calls nothing where no group is a record.
    async fn recorded(&mut self, cloud: &Arc<dyn Cloud>, view: &View) -> Snapshot {
        let snapshot = self.snapshot(cloud, view);
        let of = |environment: &EnvironmentStatus| record_reads(environment, &self.world);
        let wants: Vec<ReadRequest> = snapshot.picture.environments.iter().flat_map(of).collect();
        if wants.is_empty() {
            return snapshot;
        }
        // What could not be read stands beside the data, and with each environment.
        consult(&**cloud, &mut self.world, &at_once(&wants)).await;
        self.snapshot(cloud, view)
    }

    fn snapshot(&self, cloud: &Arc<dyn Cloud>, view: &View) -> Snapshot {
        let at = cloud.now();
        Snapshot {
            world: self.world.clone(),
            picture: assemble(&self.world, &view.configured_environments, at, &view.zone),
            at,
        }
    }
}

/// Performs one reading against what was known when it started.
pub async fn perform(
    cloud: Arc<dyn Cloud>,
    reading: PollRequest,
    known: Arc<World>,
) -> (PollRequest, Result<AnyReading, Fault>) {
    let got = match kind(reading.kind) {
        Some(kind) => cloud.read(kind, &reading.scope, &reading.coverage, &known).await,
        None => Err(Fault::new(FaultKind::Odd, reading.kind.0, "no such kind")),
    };
    (reading, got)
}
