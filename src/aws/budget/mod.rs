//! The call budget: how fast one account may be called in one region, so that a console on somebody's screen never eats
//! the rate that AWS gives the whole account. A bucket per group of operations. A first picture takes all that is granted,
//! learns from throttles and recovers; whoever keeps watch afterwards takes a quarter. Where there is a local store, the
//! consoles of a machine take from the same buckets.

mod bucket;
mod limits;
mod queue;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use bucket::Bucket;
use limits::{Limit, limit, rank};
pub use queue::Priority;
use queue::Queue;

use crate::store::{Place, Store};

/// Calls in flight per scope and service.
const IN_FLIGHT: usize = 16;

/// How long a call's turn waits for another process at the store, before it is taken by our own count.
const AT_STORE: Duration = Duration::from_millis(50);

/// The environment variable of this project's own tests: with any value, calls to an AWS on this machine are not paced
/// and are repeated at once. Everywhere else it has no effect.
pub(crate) const UNPACED: &str = "TOBAN_TEST_UNPACED";

/// The time in seconds.
type Clock = Arc<dyn Fn() -> f64 + Send + Sync>;

/// The budget of one scope.
pub(crate) struct Budget {
    groups: Mutex<HashMap<String, Group>>,
    queues: Mutex<HashMap<String, Arc<Queue>>>,
    flights: Mutex<HashMap<String, Arc<Semaphore>>>,
    shared: OnceLock<Shared>,
    clock: Clock,
    /// Whether it only keeps watch.
    polite: AtomicBool,
    /// No call waits for its turn.
    unpaced: bool,
}

/// A group as this process counts it.
#[derive(Debug)]
struct Group {
    bucket: Bucket,
    /// Calls that were made before there was a shared bucket to count them in.
    untold: f64,
}

/// The buckets that all consoles of this machine take from.
struct Shared {
    store: Store,
    place: Place,
    clock: Clock,
}

impl std::fmt::Debug for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Budget").field("polite", &self.polite).field("unpaced", &self.unpaced).finish_non_exhaustive()
    }
}

impl Default for Budget {
    fn default() -> Self {
        let began = Instant::now();
        Self::by(Arc::new(move || began.elapsed().as_secs_f64()))
    }
}

/// Whether `endpoint` is a port of this machine: what listens there has no rate that others share.
fn is_loopback(endpoint: &str) -> bool {
    let uri: Option<http::Uri> = endpoint.parse().ok();
    let host = uri.as_ref().and_then(http::Uri::host).unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

fn wall_clock() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}

impl Budget {
    fn by(clock: Clock) -> Self {
        Self {
            groups: Mutex::default(),
            queues: Mutex::default(),
            flights: Mutex::default(),
            shared: OnceLock::new(),
            clock,
            polite: AtomicBool::new(false),
            unpaced: false,
        }
    }

    /// The same budget, or one without pauses where a test asks for it and `endpoint` is its own peer. Calls in flight are
    /// bounded by both.
    pub(super) fn for_endpoint(self: Arc<Self>, endpoint: Option<&str>, unpaced: bool) -> Arc<Self> {
        if unpaced && endpoint.is_some_and(is_loopback) {
            return Arc::new(Self { unpaced, ..Self::default() });
        }
        self
    }

    /// Whether no call waits for its turn.
    pub(super) const fn is_unpaced(&self) -> bool {
        self.unpaced
    }

    /// The first picture is there: from now on only a polite share is taken.
    pub(crate) fn calm(&self) {
        self.polite.store(true, Ordering::Relaxed);
    }

    /// Counts together with the other consoles of this machine from now on, in the store of that state directory. Where
    /// it cannot be used, this console counts for itself.
    pub(crate) async fn share(self: Arc<Self>, dir: PathBuf, place: Place) {
        if self.unpaced || self.shared.get().is_some() {
            return;
        }
        let opened = tokio::task::spawn_blocking(move || Store::open(&dir)?.with_patience(AT_STORE)).await;
        match opened {
            Ok(Ok(store)) => self.join(Shared { store, place, clock: Arc::new(wall_clock) }),
            Ok(Err(fault)) => tracing::warn!(%fault, "calls are not counted together with other consoles"),
            Err(fault) => tracing::warn!(%fault, "calls are not counted together with other consoles"),
        }
    }

    fn join(&self, shared: Shared) {
        // Set under the lock, so that each call is counted in one of the two.
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let polite = self.polite.load(Ordering::Relaxed);
        for (name, group) in groups.iter_mut().filter(|(_, group)| group.untold > 0.0) {
            let told = shared.with(name, |bucket, _, _| bucket.spend(group.untold, polite));
            if told.is_some() {
                group.untold = 0.0;
            }
        }
        let _ = self.shared.set(shared);
    }

    /// Waits until `operation` (`ecs:ListServices`) may be called; the call counts as in flight while the answer lives.
    pub(crate) async fn turn(&self, operation: &str, priority: Priority) -> Option<OwnedSemaphorePermit> {
        if !self.unpaced {
            self.wait(operation, priority).await;
        }
        let service = operation.split(':').next().unwrap_or(operation);
        let flight = {
            let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(flights.entry(service.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(IN_FLIGHT))))
        };
        flight.acquire_owned().await.ok()
    }

    async fn wait(&self, operation: &str, priority: Priority) {
        let (name, limit) = limit(operation);
        let queue = {
            let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(queues.entry(name.to_owned()).or_default())
        };
        let ticket = queue.enter(priority, rank(operation));
        loop {
            let moved = queue.moved();
            tokio::pin!(moved);
            moved.as_mut().enable();
            if !ticket.is_first() {
                moved.await;
                continue;
            }
            let Err(early) = self.take(name, limit).await else { return };
            // Somebody who matters more may come meanwhile; then this one is first again later.
            tokio::time::sleep(Duration::from_secs_f64(early.clamp(0.001, 60.0))).await;
        }
    }

    /// Takes one call, or says how many seconds it is too early.
    async fn take(&self, name: &str, limit: Limit) -> Result<(), f64> {
        let polite = self.polite.load(Ordering::Relaxed);
        if let Some(shared) = self.shared.get().cloned() {
            let name = name.to_owned();
            let taken = tokio::task::spawn_blocking(move || {
                shared.with(&name, |bucket, limit, now| bucket.take(limit, polite, now))
            });
            if let Ok(Some(taken)) = taken.await {
                return taken;
            }
        }
        self.with(name, limit, |group, now| {
            group.bucket.take(limit, polite, now)?;
            group.untold += 1.0;
            Ok(())
        })
    }

    fn with<T>(&self, name: &str, limit: Limit, work: impl FnOnce(&mut Group, f64) -> T) -> T {
        let now = (self.clock)();
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let group =
            groups.entry(name.to_owned()).or_insert_with(|| Group { bucket: Bucket::new(limit, now), untold: 0.0 });
        work(group, now)
    }

    /// Slows `operation`'s group down: AWS asked for it.
    pub(crate) fn slow(&self, operation: &str) {
        let (name, limit) = limit(operation);
        self.with(name, limit, |group, now| group.bucket.slow(limit, now));
        if let Some(shared) = self.shared.get().cloned() {
            let name = name.to_owned();
            let tell = move || shared.with(&name, |bucket, limit, now| bucket.slow(limit, now));
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn_blocking(tell)),
                Err(_) => drop(tell()),
            }
        }
    }
}

/// The group an operation is counted in, and what AWS grants it: calls in its bucket, and calls a second.
#[cfg(test)]
pub(crate) fn granted(operation: &str) -> (String, (f64, f64)) {
    let (group, limit) = limit(operation);
    (group.to_owned(), limit.granted)
}

impl Clone for Shared {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), place: self.place.clone(), clock: Arc::clone(&self.clock) }
    }
}

impl Shared {
    /// Works on the shared bucket of a group; `None` where the store could not be used in time.
    fn with<T>(&self, name: &str, work: impl Fn(&mut Bucket, Limit, f64) -> T) -> Option<T> {
        let (limit, now) = (limits::of_group(name), (self.clock)());
        let done = self.store.rate(&self.place, name, |known| {
            let mut bucket = known.map_or_else(|| Bucket::new(limit, now), Bucket);
            let told = work(&mut bucket, limit, now);
            (bucket.0, told)
        });
        match done {
            Ok(told) => Some(told),
            Err(fault) => {
                tracing::debug!(%fault, "a call is counted by this console alone");
                None
            }
        }
    }
}
