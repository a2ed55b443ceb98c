//! Nothing ends a session but us: a socket that just closes leaves it running, with its remote process, until it idles
//! out. This guard ends it on every way out, also when the task is dropped or panics.

use std::sync::Arc;
use std::time::Duration;

use super::start_request::SessionSource;
use crate::world::Fault;

/// How long ending may take; it may be denied or the network gone, and leaving must not hang.
const PATIENCE: Duration = Duration::from_secs(5);

/// Ends one session, once.
#[derive(Debug)]
pub struct Guard {
    source: Arc<dyn SessionSource>,
    id: String,
    armed: bool,
}

impl Guard {
    /// Watches over session `id`.
    #[must_use]
    pub fn new(source: Arc<dyn SessionSource>, id: String) -> Self {
        Self { source, id, armed: true }
    }

    /// Ends it now. Best effort: a refusal is logged and nothing else.
    pub async fn end(&mut self) {
        ended(self.source.terminate(&self.id), &self.id).await;
        // Only now: whoever drops us in the middle still needs the other way.
        self.armed = false;
    }

    /// It ended by itself.
    pub(super) fn disarm(&mut self) {
        self.armed = false;
    }
}

async fn ended(work: impl Future<Output = Result<(), Fault>>, id: &str) {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(())) => tracing::debug!(session = id, "ended"),
        Ok(Err(fault)) => tracing::warn!(session = id, fault = fault.sentence(), "could not be ended"),
        Err(_) => tracing::warn!(session = id, "could not be ended in time"),
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        // The runtime we ran in may be going away: a thread with one of its own gets the word out. Waiting for it is
        // deliberate: the process may be about to end, and the session must not outlive it.
        let (source, id) = (Arc::clone(&self.source), std::mem::take(&mut self.id));
        let work = move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
                runtime.block_on(ended(source.terminate_apart(&id), &id));
            }
        };
        if let Ok(thread) = std::thread::Builder::new().name("end session".to_owned()).spawn(work) {
            let _ = thread.join();
        }
    }
}
