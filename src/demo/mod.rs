//! The simulated account behind `--demo`: five systems that live, sicken and recover, and react to
//! changes. The same for the same seed and time, byte for byte; nothing here reaches a network.

mod account;
mod builders;
mod changes;
mod clock;
mod commands;
mod details;
mod episodes;
mod latency;
mod logs;
mod metrics;
mod offhours;
mod permissions;
mod rollout;
mod rules;
mod scenario_context;
mod schedule_tags;
mod scheduler;
mod shell;
mod shift;
mod systems;
mod trail;

#[cfg(test)]
mod tests;

use futures_util::future::BoxFuture;
pub(crate) use rollout::{Life, Rollout, Script};

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::aws::stats::Stats;
use crate::change::gate::Approved;
use crate::change::receipt::Receipt;
use crate::cloud::Cloud;
use crate::display::Extra;
use crate::environment::{Check, Recipe};
use crate::environment::{ConfiguredEnvironments, EnvironmentConfig};
use crate::kinds::AnyKind;
use crate::kinds::ecs_service::{Service, primary};
use crate::kinds::log_page::LogPage;
use crate::kinds::log_tail::LogTail;
use crate::kinds::metric_series::MetricSeries;
use crate::ssm::channel::Session;
use crate::ssm::start_request::StartRequest;
use crate::world::{
    AccountId, AnyReading, Arn, Coverage, Fault, FaultKind, Identity, Resource, ResourceId, Scope, SourceName, Speed,
    World,
};
use account::SimulatedAccount;
use changes::{AppliedChange, Outcome};
use clock::{Clock, Seat};
use scenario_context::{REGION, ScenarioContext};

/// Puts what an account holds at a moment into its scene.
type Fill = fn(&mut SimulatedAccount, &ScenarioContext<'_>);

/// The simulated accounts: source, account number, what is in it.
const ACCOUNTS: [(&str, &str, Fill); 2] =
    [("demo", "123456789012", systems::shared), ("demo-city-prod", "210987654321", systems::municipal)];

/// A moment to begin at where a fixed one is wanted: 2026-11-21 14:02:11 in Tokyo, in Unix seconds.
const FIXED: i64 = 1_795_237_331;

/// The scene that was played last: one moment is asked for as many times as there are kinds to read.
#[derive(Debug)]
struct Staged {
    now: i64,
    /// How many acts it shows. They are only ever added to.
    acts: usize,
    simulated: Arc<SimulatedAccount>,
}

/// A simulated cloud.
#[derive(Debug)]
pub struct Demo {
    seed: u64,
    start: Timestamp,
    clock: Arc<Clock>,
    /// Whether answers take their time, and now and then fail.
    weather: bool,
    acts: Arc<Mutex<Vec<(Scope, AppliedChange)>>>,
    staged: Arc<Mutex<BTreeMap<Scope, Staged>>>,
    stats: Arc<Mutex<Stats>>,
    /// The seat of who works behind this door, if somebody does.
    seat: Option<Seat>,
}

impl Demo {
    /// A simulation that begins in the second of `start` and runs `speed` times as fast as the clock on the wall; slower
    /// where somebody who [attends](Cloud::attended) to it would else come too late.
    #[must_use]
    pub fn new(seed: u64, speed: f64, start: Timestamp) -> Self {
        // It is played by the second: begun within one, what is due at seven would be done, and seen, just before seven.
        let start = Timestamp::from_second(start.as_second()).unwrap_or(start);
        Self::with(seed, start, Clock::running(speed), true)
    }

    /// A simulation that stands still `seconds` after a fixed beginning and answers at once: for tests.
    #[must_use]
    pub fn at(seed: u64, seconds: i64) -> Self {
        Self::with(seed, Timestamp::from_second(FIXED).unwrap_or_default(), Clock::held(seconds), false)
    }

    /// The same simulation answering at once and without accidents.
    #[must_use]
    pub fn prompt(mut self) -> Self {
        self.weather = false;
        self
    }

    /// Puts a simulation made by [`Demo::at`] to another second; what was changed in it stays changed.
    pub fn go_to(&self, seconds: i64) {
        self.clock.put(seconds);
    }

    fn with(seed: u64, start: Timestamp, clock: Clock, weather: bool) -> Self {
        Self {
            seed,
            start,
            clock: Arc::new(clock),
            weather,
            acts: Arc::default(),
            staged: Arc::default(),
            stats: Arc::default(),
            seat: None,
        }
    }

    /// Seconds of the simulation so far.
    fn seconds(&self) -> i64 {
        self.clock.millis().div_euclid(1000)
    }

    /// Plays `scope` at `now`; `None` if there is no such account.
    fn play<T>(
        &self,
        scope: &Scope,
        now: i64,
        watch: impl FnOnce(&SimulatedAccount, &ScenarioContext<'_>) -> T,
    ) -> Result<T, Fault> {
        let account = ACCOUNTS.iter().find(|(source, ..)| scope.source.as_str() == *source);
        let Some((_, account, fill)) = account.filter(|_| scope.region.as_str() == REGION) else {
            let message = format!("the simulation has no {} in {}", scope.source, scope.region);
            return Err(Fault::new(FaultKind::Unavailable, "demo:read", message));
        };
        let acts: Vec<AppliedChange> =
            locked(&self.acts).iter().filter(|(at, _)| at == scope).map(|(_, act)| act.clone()).collect();
        let count = acts.len();
        let acts = scheduler::with_firings(
            acts,
            &ScenarioContext { start: self.start, now, seed: self.seed, account, acts: &[] },
        );
        let scenario = ScenarioContext { start: self.start, now, seed: self.seed, account, acts: &acts };
        let staged = locked(&self.staged)
            .get(scope)
            .filter(|staged| (staged.now, staged.acts) == (now, count))
            .map(|staged| Arc::clone(&staged.simulated));
        let simulated = staged.unwrap_or_else(|| {
            let mut simulated = SimulatedAccount::new();
            fill(&mut simulated, &scenario);
            changes::label(&mut simulated, &scenario);
            builders::mute_alarms(&mut simulated, &scenario);
            commands::answer(&mut simulated, &scenario);
            scheduler::fill(&mut simulated, &scenario);
            rules::switch(&mut simulated, &scenario);
            rules::ran(&mut simulated, &scenario);
            schedule_tags::fill(&mut simulated, &scenario);
            trail::record(&mut simulated, &scenario);
            let simulated = Arc::new(simulated);
            let staged = Staged { now, acts: count, simulated: Arc::clone(&simulated) };
            locked(&self.staged).insert(scope.clone(), staged);
            simulated
        });
        Ok(watch(&simulated, &scenario))
    }

    /// Waits as long as the answer takes; the fault if there is none.
    async fn travel(&self, now: i64, scope: &Scope, operations: &[&str]) -> Result<(), Fault> {
        let operation = operations.last().copied().unwrap_or("demo:read");
        let (latency, fault) = latency::of(self.seed, now, scope.source.as_str(), operation);
        let fault = fault.filter(|_| self.weather).map(|fault| fault.on(scope.source.as_str()));
        if self.weather {
            tokio::time::sleep(latency).await;
        }
        let mut stats = locked(&self.stats);
        for name in operations {
            let tally = stats.entry((*name).to_owned()).or_default();
            tally.calls += 1;
            if *name == operation && fault.is_some() {
                tally.throttles += 1;
                tally.faults += 1;
            }
        }
        fault.map_or(Ok(()), Err)
    }
}

/// What a configuration of the simulated account would say: off-hours, and how kajimaru's instances are deployed.
#[must_use]
pub fn configured_environments() -> ConfiguredEnvironments {
    let recipe = Recipe {
        directory: "/home/ssm-user/kajimaru".to_owned(),
        user: "ssm-user".to_owned(),
        file: Some("docker-compose.prod.yml".to_owned()),
        health: Check::Path { path: "/health".to_owned(), host: Some("kajimaru.example.jp".to_owned()) },
        reference: "main".to_owned(),
        migrate: Some("docker compose -f docker-compose.prod.yml run --rm web python manage.py migrate".to_owned()),
    };
    let mut configured_environments = offhours::configured_environments();
    configured_environments
        .environments
        .push(EnvironmentConfig { deploy: Some(recipe), ..EnvironmentConfig::new("kajimaru") });
    configured_environments
}

/// A lock whose holder cannot have left half a thought behind: each holds it for one statement.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cloud for Demo {
    fn scopes(&self) -> BoxFuture<'_, Result<Vec<Scope>, Fault>> {
        let scopes = ACCOUNTS.iter().map(|(source, ..)| Scope::new(*source, REGION)).collect();
        Box::pin(async move { Ok(scopes) })
    }

    fn identify<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Identity, Fault>> {
        Box::pin(async move {
            let now = self.seconds();
            self.travel(now, scope, &["sts:GetCallerIdentity"]).await?;
            self.play(scope, now, |_, scenario| Identity {
                account: AccountId::from(scenario.account),
                arn: Arn::from(format!("arn:aws:sts::{}:assumed-role/toban-demo/you", scenario.account)),
                login: None,
            })
        })
    }

    fn read<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        scope: &'a Scope,
        coverage: &'a Coverage,
        _known: &'a World,
    ) -> BoxFuture<'a, Result<AnyReading, Fault>> {
        Box::pin(async move {
            let now = self.seconds();
            self.travel(now, scope, kind.permissions()).await?;
            let found = self.play(scope, now, |simulated, scenario| {
                if kind.name() == LogPage::KIND {
                    return Ok(logs::answer(simulated, scenario, coverage));
                }
                if kind.name() == LogTail::KIND {
                    return Ok(logs::tails(simulated, scenario, coverage));
                }
                if kind.name() == MetricSeries::KIND {
                    return Ok(metrics::answer(simulated, scenario, coverage));
                }
                permissions::answer(kind.name(), coverage).map_or_else(|| simulated.found(kind.name(), coverage), Ok)
            })?;
            if found.is_err()
                && let Some(operation) = kind.permissions().last()
            {
                locked(&self.stats).entry((*operation).to_owned()).or_default().faults += 1;
            }
            found
        })
    }

    fn look<'a>(
        &'a self,
        _kind: &'static dyn AnyKind,
        id: &'a ResourceId,
        _known: &'a World,
        _now: Timestamp,
    ) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(async move {
            let now = self.seconds();
            self.travel(now, &id.scope, &["cloudwatch:GetMetricData"]).await?;
            self.play(&id.scope, now, |simulated, scenario| {
                simulated.look(id.kind, &id.key).map(|look| look.extra(scenario, &id.key)).unwrap_or_default()
            })
        })
    }

    fn change<'a>(&'a self, change: &'a Approved, scope: &'a Scope) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let (now, change_request) = (self.seconds(), change.change_request());
            self.travel(now, scope, &["demo:Change"]).await?;
            let (outcome, account, told) = self.play(scope, now, |simulated, scenario| {
                (
                    changes::outcome(&change_request, simulated),
                    scenario.account,
                    builders::told(&change_request, simulated, scenario),
                )
            })?;
            let mut facts: Vec<_> = told.into_iter().collect();
            let (what, message) = match outcome? {
                Outcome::Already(message) => (None, message),
                Outcome::Done(what, message) => (Some(what), message),
                Outcome::Told(what, message, fact) => {
                    facts.push(fact);
                    (Some(what), message)
                }
            };
            if let Some(what) = what {
                let act = AppliedChange::of(now, &change_request, what);
                locked(&self.acts).push((scope.clone(), act));
            }
            if matches!(change_request.verb, "force-deploy" | "deploy-revision") {
                let id = self.play(scope, now, |simulated, _| {
                    let service = simulated.get::<Service>(&change_request.on.key);
                    service.and_then(primary).map(|first| first.id.clone())
                })?;
                facts.extend(id.map(|id| ("deployment", id)));
            }
            let count = locked(&self.acts).len();
            let scenario = ScenarioContext { start: self.start, now, seed: self.seed, account, acts: &[] };
            let request = scenario.uuid(&format!("request/{now}/{count}/{}", change_request.on.key));
            Ok(Receipt { request_ids: vec![request], message: Some(message), facts })
        })
    }

    fn converse<'a>(&'a self, scope: &'a Scope, ask: &'a StartRequest) -> BoxFuture<'a, Result<Session, Fault>> {
        Box::pin(async move {
            let now = self.seconds();
            self.travel(now, scope, &[ask.operation()]).await?;
            self.play(scope, now, |_, _| ())?;
            let count = {
                let stats = locked(&self.stats);
                stats.get(ask.operation()).map_or(0, |tally| tally.calls)
            };
            Ok(shell::open(ask, count))
        })
    }

    fn renew(&self, _source: &SourceName) {}

    fn stats(&self) -> Stats {
        locked(&self.stats).clone()
    }

    fn login(&self, _source: &SourceName) -> Option<Vec<String>> {
        None
    }

    fn pause(&self, span: SignedDuration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            match &self.seat {
                Some(seat) => seat.pause(span).await,
                None => self.clock.pause(span).await,
            }
        })
    }

    fn now(&self) -> Timestamp {
        self.start.checked_add(SignedDuration::from_millis(self.clock.millis())).unwrap_or(self.start)
    }

    fn speed(&self) -> Speed {
        self.clock.speed()
    }

    fn hold_clock(&self) -> Option<Arc<dyn Cloud>> {
        let seat = self.clock.sit()?;
        Some(Arc::new(Self {
            seed: self.seed,
            start: self.start,
            clock: Arc::clone(&self.clock),
            // No answer is on its way for long while time stands.
            weather: false,
            acts: Arc::clone(&self.acts),
            staged: Arc::clone(&self.staged),
            stats: Arc::clone(&self.stats),
            seat: Some(seat),
        }))
    }
}
