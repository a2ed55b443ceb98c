//! One answer for readings that start together: services, tasks and clusters all begin with the
//! list of clusters, and need not each ask for it. Failures are not kept.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::world::Fault;

/// How long an answer counts as the same moment's.
const MOMENT: Duration = Duration::from_secs(5);

/// The newest answer, while it is new.
#[derive(Debug)]
pub struct SingleFlight<T>(Arc<Mutex<Option<(Instant, T)>>>);

impl<T> Clone for SingleFlight<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone> SingleFlight<T> {
    /// The answer of this moment: one caller asks, the others wait for it.
    ///
    /// # Errors
    /// The fault of `ask`, to the caller that asked; the next one asks again.
    pub async fn or(&self, ask: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let mut kept = self.0.lock().await;
        if let Some((at, answer)) = kept.as_ref()
            && at.elapsed() < MOMENT
        {
            return Ok(answer.clone());
        }
        let answer = ask.await?;
        *kept = Some((Instant::now(), answer.clone()));
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::SingleFlight;
    use crate::world::{Fault, FaultKind};

    #[tokio::test(start_paused = true)]
    async fn who_asks_together_asks_once() {
        let (recent, asked) = (SingleFlight::default(), AtomicU32::new(0));
        let ask = || recent.or(async { Ok(asked.fetch_add(1, Ordering::Relaxed)) });
        assert_eq!(tokio::join!(ask(), ask(), ask()), (Ok(0), Ok(0), Ok(0)));
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(ask().await, Ok(1));
    }

    #[tokio::test]
    async fn a_fault_is_not_kept() {
        let recent = SingleFlight::default();
        let fault = Fault::new(FaultKind::Denied, "ecs:ListClusters", "no");
        assert_eq!(recent.or(async { Err(fault.clone()) }).await, Err(fault));
        assert_eq!(recent.or(async { Ok(7) }).await, Ok(7));
    }
}
