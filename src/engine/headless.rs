//! The engine without a screen: reads through the same seam, by the same schedule, into the same
//! picture as the console. Acts through `Cloud` only; prints nothing.

use crate::overview::EnvironmentStatus;
use std::ops::ControlFlow;
use std::sync::Arc;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::memory::{Memory, Recall, drop_gone};
use super::poller::KNOWN;
use super::poller::{Outcome, PollIntervals, PollRequest, Poller};
use super::read_requests::{read_in_turn, read_one};
use crate::cloud::Cloud;
use crate::environment::ConfiguredEnvironments;
use crate::environment::{Member, Unread};
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::listener::ListenerSet;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::target_group::TargetGroup;
use crate::kinds::target_health::TargetHealth;
use crate::offhours::{OffHours, record_reads};
use crate::overview::{Picture, assemble};
use crate::world::read_request::ReadRequest;
use crate::world::{AnyReading, Coverage, EnvironmentName, Fault, FaultKind, KindName, Resource, Scope, World};

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

/// How far a first reading is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// How many readings ended.
    pub done: usize,
    /// Of how many.
    pub all: usize,
    /// What is known so far.
    pub world: &'a World,
    /// What is not, for whoever makes a picture of it.
    pub unread: &'a Unread,
    /// The moment.
    pub now: Timestamp,
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
    picture_with(cloud, view, None, None, &mut |made| progress(made.done, made.all)).await
}

/// The same with what earlier runs remember, and for the next one to remember. Where `choose` finds the environments that
/// are wanted in a picture, and all places are remembered, only theirs is read of what takes a call a part and tells how
/// things are; what it finds nothing in is read as a whole.
///
/// # Errors
/// As [`picture`].
pub async fn picture_with(
    cloud: &Arc<dyn Cloud>,
    view: &View,
    memory: Option<&Memory>,
    choose: Option<Choose<'_>>,
    progress: &mut (dyn FnMut(&Progress<'_>) + Send),
) -> Result<Snapshot, Fault> {
    if let (Some(memory), Some(choose)) = (memory, choose)
        && let Some(snapshot) = of_chosen(cloud, view, memory, choose, progress).await?
    {
        return Ok(snapshot);
    }
    let mut engine = Engine::open(cloud, PollIntervals::default()).await?;
    if let Some(structure) = recall(cloud, memory, &engine, Recall::Structure).await {
        engine.world.recall(structure);
    }
    engine.round(cloud, progress).await;
    let snapshot = engine.recorded(cloud, view).await;
    keep(cloud, memory, &snapshot, view);
    Ok(snapshot)
}

/// Finds the environments that are wanted in a picture; `None` where one of them is not in it.
pub type Choose<'a> = &'a (dyn Fn(&Picture) -> Option<Vec<EnvironmentName>> + Sync);

/// The picture of a few environments beside what earlier runs remember; `None` where that is not enough, or they are not
/// there any more: then all of it has to be looked through.
async fn of_chosen(
    cloud: &Arc<dyn Cloud>,
    view: &View,
    memory: &Memory,
    choose: Choose<'_>,
    progress: &mut (dyn FnMut(&Progress<'_>) + Send),
) -> Result<Option<Snapshot>, Fault> {
    let mut engine = Engine::open(cloud, PollIntervals::default()).await?;
    let Some(all) = recall(cloud, Some(memory), &engine, Recall::Everything).await else { return Ok(None) };
    let is_whole = engine.pacer.scopes().iter().all(|scope| all.is_recalled(scope));
    if !is_whole || choose(&assemble(&all, &view.configured_environments, cloud.now(), &view.zone)).is_none() {
        return Ok(None);
    }
    engine.world.recall(all);
    engine.pacer.leave_out(&PART_BY_PART);
    engine.round(cloud, progress).await;
    let picture = engine.snapshot(cloud, view).picture;
    let Some(names) = choose(&picture).filter(|_| engine.pacer.scopes().iter().all(|at| engine.world.is_recalled(at)))
    else {
        return Ok(None);
    };
    let of = |name| picture.environment(name).into_iter().flat_map(|environment| parts_of(environment, &engine.world));
    let wants: Vec<ReadRequest> = names.iter().flat_map(of).collect();
    read_in_turn(&**cloud, &mut engine.world, &at_once(&wants)).await;
    let snapshot = engine.recorded(cloud, view).await;
    keep(cloud, Some(memory), &snapshot, view);
    Ok(Some(snapshot))
}

/// What earlier runs knew of the places an engine looks at.
async fn recall(cloud: &Arc<dyn Cloud>, memory: Option<&Memory>, engine: &Engine, what: Recall) -> Option<World> {
    let (cloud, scopes, memory) = (Arc::clone(cloud), engine.pacer.scopes(), memory?.clone());
    tokio::task::spawn_blocking(move || memory.recall(&*cloud, &scopes, what, cloud.now())).await.ok()
}

/// What is read part by part for one environment: it takes calls for each part, and tells how things are now.
const PART_BY_PART: [KindName; 2] = [TargetHealth::KIND, Task::KIND];

/// The parts of those kinds that tell of `environment`.
fn parts_of(environment: &EnvironmentStatus, world: &World) -> Vec<ReadRequest> {
    let members = environment.members.iter().chain(&environment.shared);
    let of = |member: &Member| {
        let (id, scope) = (&member.id, &member.id.scope);
        if id.kind == TargetGroup::KIND {
            return Some(ReadRequest::part(scope, TargetHealth::KIND, &id.key));
        }
        if id.kind == LoadBalancer::KIND {
            return Some(ReadRequest::part(scope, ListenerSet::KIND, &id.key));
        }
        let cluster = world.get::<Service>(id).map(|service| service.cluster.clone());
        cluster.map(|cluster| ReadRequest::part(scope, Task::KIND, cluster.as_str()))
    };
    members.filter_map(of).collect()
}

/// Writes down what was read, beside whatever comes next.
pub fn keep(cloud: &Arc<dyn Cloud>, memory: Option<&Memory>, snapshot: &Snapshot, view: &View) {
    if let Some(memory) = memory {
        let picture = (snapshot.picture.clone(), view.zone.clone());
        memory.keep_beside(Arc::clone(cloud), Arc::new(snapshot.world.clone()), Some(picture));
    }
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
    let faults = read_in_turn(cloud, &mut snapshot.world, &at_once(&wants)).await;
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

/// Goes on reading by the schedule and hands every new picture to `each`, until it breaks off. Where earlier runs remember
/// every place, what they knew comes first, each environment with its age and no better than unknown. `progress` hears of
/// the first reading.
///
/// # Errors
/// As [`picture`].
pub async fn watch(
    cloud: &Arc<dyn Cloud>,
    view: &View,
    tempo: PollIntervals,
    memory: Option<&Memory>,
    (progress, each): (&mut (dyn FnMut(&Progress<'_>) + Send), &mut Each<'_>),
) -> Result<(), Fault> {
    let mut engine = Engine::open(cloud, tempo).await?;
    if let Some(all) = recall(cloud, memory, &engine, Recall::Everything).await {
        engine.world.recall(all);
        let is_whole = engine.pacer.scopes().iter().all(|scope| engine.world.is_recalled(scope));
        if is_whole && each(&engine.snapshot(cloud, view)).is_break() {
            return Ok(());
        }
    }
    let mut is_first = true;
    loop {
        match std::mem::take(&mut is_first) {
            true => engine.round(cloud, progress).await,
            false => engine.round(cloud, &mut |_| {}).await,
        }
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

/// Takes every new picture of a [`watch`], and says whether it goes on.
pub type Each<'a> = dyn FnMut(&Snapshot) -> ControlFlow<()> + Send + 'a;

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
    async fn round(&mut self, cloud: &Arc<dyn Cloud>, progress: &mut (dyn FnMut(&Progress<'_>) + Send)) {
        let unknown: Vec<Scope> =
            self.pacer.scopes().into_iter().filter(|scope| self.world.identity(scope).is_none()).collect();
        let identities = join_all(unknown.iter().map(|scope| cloud.identify(scope)));
        let mut identities = std::pin::pin!(identities);
        let mut identified = unknown.is_empty();
        let mut flying = FuturesUnordered::new();
        // What becomes due while the round goes on belongs to the next one, or a fast clock would never let it end.
        let began = cloud.now();
        loop {
            for reading in self.pacer.due_beside(&self.world, began) {
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
                    let ((done, all), unread) = (self.pacer.progress(), self.pacer.unread());
                    progress(&Progress { done, all, world: &self.world, unread: &unread, now: cloud.now() });
                }
            }
        }
    }

    fn take(&mut self, reading: &PollRequest, got: Result<AnyReading, Fault>, now: Timestamp) {
        let outcome = Outcome::of(&got);
        let changed = self.world.put(&reading.scope, reading.kind, &reading.coverage, got, now);
        drop_gone(&mut self.world, &reading.scope, reading.kind);
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
        read_in_turn(&**cloud, &mut self.world, &at_once(&wants)).await;
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
        read_in_turn(&**cloud, &mut self.world, &at_once(&wants)).await;
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
    let request = ReadRequest { scope: reading.scope.clone(), kind: reading.kind, coverage: reading.coverage.clone() };
    let got = read_one(&*cloud, &request, &known).await;
    (reading, got)
}
