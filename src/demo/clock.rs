//! The simulation's clock: how many simulated milliseconds have gone by. It runs with tokio's time (so that paused tests
//! hold it still), at most so fast that nobody at work comes too late for anything, or stands where a test put it. Never
//! the wall clock.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::world::Speed;

/// Where simulated time comes from.
#[derive(Debug)]
pub(super) enum Clock {
    /// It runs by itself.
    Running(Arc<Flow>),
    /// It stands at that many milliseconds until it is put elsewhere.
    Held(AtomicI64),
}

/// Time that runs, but for where it would pass over work.
#[derive(Debug)]
pub(super) struct Flow {
    speed: Speed,
    state: Mutex<State>,
    /// Told whenever it runs on.
    runs: Notify,
}

#[derive(Debug)]
struct State {
    /// Milliseconds gone by when it last began to run, or stopped.
    base: i64,
    /// Since when it runs from there; `None` while somebody works.
    since: Option<Instant>,
    /// Whether anybody asked for it yet: it begins with the first who does, however long the program took to get there.
    begun: bool,
    /// How many work.
    at_work: usize,
    /// What those who pause from their work wait for, and how many wait for it: time does not pass over the first.
    awaited: BTreeMap<i64, usize>,
}

/// The seat of one who works: while it is taken time stands, but for the pauses.
#[derive(Debug)]
pub(super) struct Seat {
    flow: Arc<Flow>,
}

/// A pause from work; dropped, the work goes on.
struct Pause<'a> {
    flow: &'a Flow,
    until: i64,
}

impl Clock {
    /// A running clock that starts when it is first looked at; a speed that is no positive number counts as 1.
    pub(super) fn running(speed: f64) -> Self {
        let state = State { base: 0, since: None, begun: false, at_work: 0, awaited: BTreeMap::new() };
        Self::Running(Arc::new(Flow { speed: Speed::times(speed), state: Mutex::new(state), runs: Notify::new() }))
    }

    /// A clock that stands at `seconds`.
    pub(super) fn held(seconds: i64) -> Self {
        Self::Held(AtomicI64::new(seconds.saturating_mul(1000)))
    }

    /// Puts a held clock to `seconds`; a running one goes on as it is.
    pub(super) fn put(&self, seconds: i64) {
        if let Self::Held(millis) = self {
            millis.store(seconds.saturating_mul(1000), Ordering::Relaxed);
        }
    }

    /// How fast it runs, at most.
    pub(super) fn speed(&self) -> Speed {
        match self {
            Self::Running(flow) => flow.speed,
            Self::Held(_) => Speed::REAL,
        }
    }

    /// Simulated milliseconds since the start.
    pub(super) fn millis(&self) -> i64 {
        match self {
            Self::Running(flow) => flow.state().now(flow.speed),
            Self::Held(millis) => millis.load(Ordering::Relaxed),
        }
    }

    /// Lets that much simulated time go by.
    pub(super) async fn pause(&self, span: SignedDuration) {
        match self {
            Self::Running(flow) => {
                let until = flow.state().after(span, flow.speed);
                flow.session_access(until).await;
            }
            Self::Held(_) => tokio::time::sleep(Duration::try_from(span).unwrap_or_default()).await,
        }
    }

    /// Takes a seat among those who work; `None` where time stands anyway.
    pub(super) fn sit(&self) -> Option<Seat> {
        let Self::Running(flow) = self else { return None };
        flow.state().begin(flow.speed);
        Some(Seat { flow: Arc::clone(flow) })
    }
}

impl State {
    fn now(&self, speed: Speed) -> i64 {
        self.held_back(self.free(speed))
    }

    /// As far as time goes towards `free`: not over what somebody waits for.
    fn held_back(&self, free: i64) -> i64 {
        self.awaited.first_key_value().map_or(free, |(first, _)| free.min((*first).max(self.base)))
    }

    /// Where it would be if nobody waited for anything.
    fn free(&self, speed: Speed) -> i64 {
        let gone = self.since.map_or(0.0, |since| since.elapsed().as_secs_f64() * speed.factor() * 1000.0);
        // A float casts to the nearest integer there is; it cannot wrap around.
        self.base.saturating_add(gone as i64)
    }

    /// The first millisecond at which `span` has gone by.
    fn after(&self, span: SignedDuration, speed: Speed) -> i64 {
        let micros = span.as_micros().clamp(0, i128::from(i64::MAX));
        let millis = i64::try_from((micros + 999) / 1000).unwrap_or(i64::MAX);
        self.now(speed).saturating_add(millis)
    }

    /// One more works: time stands.
    fn begin(&mut self, speed: Speed) {
        self.base = self.now(speed);
        (self.since, self.at_work) = (None, self.at_work + 1);
    }

    /// One less works: without anybody time runs on.
    fn end(&mut self) {
        self.at_work = self.at_work.saturating_sub(1);
        if self.at_work == 0 {
            self.since = Some(Instant::now());
        }
    }
}

impl Flow {
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut state.begun, true) {
            state.since = Some(Instant::now());
        }
        state
    }

    /// How long until `until`, if it were to run on like this; `None` if somebody has to go first.
    fn left(&self, until: i64) -> Option<Duration> {
        let state = self.state();
        // One look at the time: between two it may have come, and nobody would tell.
        let free = state.free(self.speed);
        if state.held_back(free) >= until {
            return Some(Duration::ZERO);
        }
        let left = until.saturating_sub(free);
        (state.since.is_some() && left > 0).then(|| {
            let span = self.speed.in_ours(SignedDuration::from_millis(left));
            Duration::try_from(span).unwrap_or_default().max(Duration::from_micros(1))
        })
    }

    /// Waits until it is `until`.
    async fn session_access(&self, until: i64) {
        loop {
            let mut runs = std::pin::pin!(self.runs.notified());
            // Whoever lets it run between the look and the wait is heard.
            runs.as_mut().enable();
            match self.left(until) {
                Some(Duration::ZERO) => return,
                Some(left) => tokio::time::sleep(left).await,
                None => runs.await,
            }
        }
    }
}

impl Seat {
    /// Lets that much simulated time go by; what comes first for others goes first.
    pub(super) async fn pause(&self, span: SignedDuration) {
        let pause = {
            let mut state = self.flow.state();
            let until = state.after(span, self.flow.speed);
            *state.awaited.entry(until).or_default() += 1;
            state.end();
            Pause { flow: &self.flow, until }
        };
        self.flow.runs.notify_waiters();
        self.flow.session_access(pause.until).await;
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        let mut state = self.flow.state();
        state.begin(self.flow.speed);
        if let Some(waiting) = state.awaited.get_mut(&self.until) {
            *waiting -= 1;
        }
        state.awaited.retain(|_, waiting| *waiting > 0);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.flow.state().end();
        self.flow.runs.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn seconds(seconds: i64) -> SignedDuration {
        SignedDuration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn it_runs_as_fast_as_it_was_told() {
        let clock = Clock::running(60.0);
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(clock.millis(), 0, "nobody looked yet");
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(clock.millis(), HOUR);
        clock.pause(seconds(3600)).await;
        assert_eq!((clock.millis() / 1000, clock.speed()), (7200, Speed::times(60.0)));
    }

    #[tokio::test(start_paused = true)]
    async fn it_stands_while_somebody_works_and_runs_on_when_they_leave() {
        let clock = Clock::running(60.0);
        let seat = clock.sit().unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(clock.millis(), 0, "however long the work takes");
        seat.pause(seconds(90)).await;
        assert_eq!(clock.millis(), 90_000, "to the millisecond");
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(clock.millis(), 90_000);
        drop(seat);
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(clock.millis(), 90_000 + HOUR);
    }

    /// One is at it when the other's moment comes: neither is late, whatever the work takes.
    #[tokio::test(start_paused = true)]
    async fn nobody_at_work_is_late_for_what_they_wait_for() {
        let clock = Arc::new(Clock::running(3_600.0));
        let worker = |every: i64| {
            let (clock, seat) = (Arc::clone(&clock), clock.sit().unwrap());
            async move {
                let mut seen = Vec::new();
                for _ in 0..20 {
                    seat.pause(seconds(every)).await;
                    seen.push(clock.millis() / 1000);
                    tokio::time::sleep(Duration::from_secs(7)).await;
                }
                seen
            }
        };
        let (one, other) = tokio::join!(worker(60), worker(91));
        assert_eq!(one, (1..=20).map(|at| at * 60).collect::<Vec<_>>());
        assert_eq!(other, (1..=20).map(|at| at * 91).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn who_breaks_off_a_pause_holds_nobody_up() {
        let clock = Clock::running(1.0);
        let seat = clock.sit().unwrap();
        let gone = tokio::time::timeout(Duration::from_secs(5), seat.pause(seconds(60))).await;
        assert!(gone.is_err());
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(clock.millis(), 5_000, "back at work");
        drop(seat);
        clock.pause(seconds(600)).await;
        assert_eq!(clock.millis() / 1000, 605);
    }

    /// Real threads and real time, at a speed at which a moment's neglect is hours.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn at_the_highest_speed_nobody_is_late_in_real_time_either() {
        let clock = Arc::new(Clock::running(86_400.0));
        let seats: Vec<(i64, Seat)> = [60, 45, 61].map(|every| (every, clock.sit().unwrap())).into();
        let begun = clock.millis();
        let workers: Vec<_> = seats
            .into_iter()
            .map(|(every, seat)| {
                let clock = Arc::clone(&clock);
                tokio::spawn(async move {
                    for round in 1..=100 {
                        seat.pause(seconds(every)).await;
                        assert_eq!(clock.millis() - begun, round * every * 1000);
                        tokio::task::yield_now().await;
                        assert_eq!(clock.millis() - begun, round * every * 1000, "it stands");
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
    }
}
