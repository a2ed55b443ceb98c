//! The local scheduler beside a console: started with it, stopped with it, its reports sent as messages.
//! What it executes stands in `engine::scheduler`.

use crate::change::gate::Gate;
use crate::cloud::Cloud;
use crate::console::msg::Event;
use crate::console::msg::Msg;
use crate::console::settings::Settings;
use crate::engine::headless::View;
use crate::engine::scheduler::LocalScheduler;
use crate::engine::scheduler::execution_log::ExecutionLog;
use crate::engine::scheduler::is_ours;
use crate::engine::scheduler::poll_interval;
use crate::engine::scheduler::run_loop::run_loop;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// The local scheduler that goes beside a console with these settings, and tells it what was done and missed; `None`
/// where no
/// edge is its to execute.
pub fn spawn_beside(
    cloud: &Arc<dyn Cloud>,
    settings: &Settings,
    execution_log: &Arc<ExecutionLog>,
    console: UnboundedSender<Msg>,
) -> Option<impl Future<Output = ()> + Send + use<>> {
    if settings.read_only || !settings.configured_environments.environments.iter().any(is_ours) {
        return None;
    }
    let local_scheduler = LocalScheduler {
        cloud: Arc::clone(cloud),
        view: View { configured_environments: settings.configured_environments.clone(), zone: settings.zone.clone() },
        execution_log: Arc::clone(execution_log),
        journal: settings.journal.clone(),
        gate: Gate { read_only: settings.read_only },
        poll_interval: poll_interval(settings.speed),
    };
    let mut tell = move |now, message: String| {
        tracing::info!(%message, "schedule");
        // A console that is gone need not hear it.
        let _ = console.send(Msg { now, news: Event::Kept(message) });
    };
    Some(async move { run_loop(&local_scheduler, &mut tell).await })
}

/// Stops a task when it is dropped: a local scheduler must not outlive its console.
#[derive(Debug)]
pub(crate) struct Stopping(pub(crate) tokio::task::JoinHandle<()>);

impl Drop for Stopping {
    fn drop(&mut self) {
        self.0.abort();
    }
}
