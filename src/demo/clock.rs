//! The simulation's clock: how many simulated seconds have gone by. It runs with tokio's time
//! (so that paused tests hold it still) or stands where a test put it. Never the wall clock.

use std::sync::atomic::{AtomicI64, Ordering};

use tokio::time::Instant;

/// Where simulated time comes from.
#[derive(Debug)]
pub(super) enum Clock {
    /// It runs `speed` times as fast as ours since `since`.
    Running {
        /// When the simulation began.
        since: Instant,
        /// Simulated seconds a second.
        speed: f64,
    },
    /// It stands at that many milliseconds until it is put elsewhere.
    Held(AtomicI64),
}

impl Clock {
    /// A running clock that starts now; a speed that is no positive number counts as 1.
    pub(super) fn running(speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Self::Running { since: Instant::now(), speed }
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

    /// Simulated seconds in one of ours.
    pub(super) fn speed(&self) -> f64 {
        match self {
            Self::Running { speed, .. } => *speed,
            Self::Held(_) => 1.0,
        }
    }

    /// Simulated milliseconds since the start.
    pub(super) fn millis(&self) -> i64 {
        match self {
            Self::Running { since, speed } => {
                let millis = since.elapsed().as_secs_f64() * speed * 1000.0;
                // A float casts to the nearest integer there is; it cannot wrap around.
                millis as i64
            }
            Self::Held(millis) => millis.load(Ordering::Relaxed),
        }
    }
}
