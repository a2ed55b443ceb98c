//! The local scheduler beside a console: started with it, stopped with it, its reports sent as messages.
//! What it executes stands in `engine::scheduler`.

use crate::change::gate::Gate;
use crate::cloud::Cloud;
use crate::console::msg::Msg;
use crate::console::msg::News;
use crate::console::settings::Settings;
use crate::engine::headless::View;
use crate::engine::scheduler::Keeper;
use crate::engine::scheduler::execution_log::Ledger;
use crate::engine::scheduler::is_ours;
use crate::engine::scheduler::patrol;
use crate::engine::scheduler::run_loop::keep_on;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// The keeper that goes beside a console with these settings, and tells it what was done and missed; `None` where no
/// edge is its to execute.
pub fn beside(
    cloud: &Arc<dyn Cloud>,
    settings: &Settings,
    ledger: &Arc<Ledger>,
    console: UnboundedSender<Msg>,
) -> Option<impl Future<Output = ()> + Send + use<>> {
    if settings.read_only || !settings.wishes.environments.iter().any(is_ours) {
        return None;
    }
    let keeper = Keeper {
        cloud: Arc::clone(cloud),
        view: View { wishes: settings.wishes.clone(), zone: settings.zone.clone() },
        ledger: Arc::clone(ledger),
        journal: settings.journal.clone(),
        gate: Gate { read_only: settings.read_only },
        patrol: patrol(settings.speed),
    };
    let mut tell = move |now, says: String| {
        tracing::info!(%says, "schedule");
        // A console that is gone need not hear it.
        let _ = console.send(Msg { now, news: News::Kept(says) });
    };
    Some(async move { keep_on(&keeper, &mut tell).await })
}

/// Stops a task when it is dropped: a keeper must not outlive its console.
#[derive(Debug)]
pub(crate) struct Stopping(pub(crate) tokio::task::JoinHandle<()>);

impl Drop for Stopping {
    fn drop(&mut self) {
        self.0.abort();
    }
}
