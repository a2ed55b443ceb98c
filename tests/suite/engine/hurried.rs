//! AWS in a time of its own: whoever waits is there at once, and hours pass between two looks. Asserts nothing.
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use toban::cloud::{Cloud, Live};

/// AWS whose time need not be waited for: what waits looks again at once, and later. The time of timers goes on by a
/// minute with every wait: what is kept for a moment is asked for anew.
#[derive(Debug)]
pub(crate) struct Hurried {
    pub(crate) live: Live,
    ahead: Mutex<SignedDuration>,
    /// No wait is shorter.
    least: SignedDuration,
}

impl Hurried {
    pub(crate) fn over(live: Live) -> Self {
        Self { live, ahead: Mutex::default(), least: SignedDuration::ZERO }
    }

    /// One that is looked at once a minute at most, for what stands still for long.
    pub(crate) fn by_minutes(live: Live) -> Self {
        Self { least: SignedDuration::from_mins(1), ..Self::over(live) }
    }

    /// One that lives half an hour in the past, so that what the peer tells of now came after it began.
    pub(crate) fn late(live: Live) -> Self {
        Self { ahead: Mutex::new(SignedDuration::from_mins(-30)), ..Self::over(live) }
    }
}

impl Cloud for Hurried {
    toban::delegate_cloud!(self.live: scopes, identify, read, look, change, renew, stats, login);

    fn pause(&self, span: SignedDuration) -> BoxFuture<'_, ()> {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += span.max(self.least);
        // Nothing is on its way to AWS while a procedure waits: no call can run into its timeout by this.
        Box::pin(async move {
            tokio::time::pause();
            tokio::time::advance(std::time::Duration::from_secs(60)).await;
            tokio::time::resume();
        })
    }
    fn now(&self) -> Timestamp {
        self.live.now() + *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
