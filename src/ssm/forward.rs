//! A local port that leads to a remote one: takes connections on this machine and carries them over one session, many
//! at a time where the agent can (`forward/many`), else one after the other (`forward/single`). Counts what passes.

mod listener;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::channel::{Channel, End, Incoming, Outgoing, Status};
use super::handshake::Version;
use super::wire::Flag;
use crate::text;

mod many;
mod single;

pub use listener::LocalListener;

/// How long a connection whose local side sends no more is kept while the remote side is silent. The agent knows no
/// half-closed connections: ending ours ends it there, so an answer still under way must have its time.
pub const LINGER: Duration = Duration::from_secs(60);
/// How long the flag that ends the session may take to get into the queue.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What passed through a forwarded port, over as many sessions as share it.
#[derive(Debug, Default)]
pub struct Counters {
    up: AtomicU64,
    down: AtomicU64,
    open: AtomicU64,
    total: AtomicU64,
    refused: AtomicU64,
    /// How many are open while more wait for one of them to end; `None` while nobody does.
    crowd: watch::Sender<Option<usize>>,
}

/// The same, at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// Bytes to the remote side.
    pub up: u64,
    /// Bytes from it.
    pub down: u64,
    /// Connections open now.
    pub open: u64,
    /// Connections taken so far.
    pub total: u64,
    /// Connections the remote side refused.
    pub refused: u64,
    /// As many are open as may be, and more wait for one of them to end.
    pub crowded: bool,
}

/// That `open` connections are as many as may be, in words.
#[must_use]
pub fn crowd_words(open: usize) -> String {
    format!("{} open, as many as can be: more wait until one ends", text::counted(open, "connection"))
}

impl Counters {
    /// The counts as they are now.
    #[must_use]
    pub fn read(&self) -> Traffic {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Traffic {
            up: get(&self.up),
            down: get(&self.down),
            open: get(&self.open),
            total: get(&self.total),
            refused: get(&self.refused),
            crowded: self.crowd.borrow().is_some(),
        }
    }

    /// How many connections are open while more wait for one of them to end, now and as it changes.
    #[must_use]
    pub fn crowd(&self) -> watch::Receiver<Option<usize>> {
        self.crowd.subscribe()
    }

    fn is_crowded(&self) -> bool {
        self.crowd.borrow().is_some()
    }

    fn crowded(&self, open: Option<usize>) {
        self.crowd.send_if_modified(|now| std::mem::replace(now, open) != open);
    }

    fn add(counter: &AtomicU64, count: usize) {
        counter.fetch_add(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
    }

    /// Counts a connection as long as the answer lives.
    fn connection(self: &Arc<Self>) -> Counted {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.total.fetch_add(1, Ordering::Relaxed);
        Counted(Arc::clone(self))
    }
}

#[derive(Debug)]
struct Counted(Arc<Counters>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A forwarded port. Dropping it closes it, here and there.
#[derive(Debug)]
pub struct Forward {
    address: SocketAddr,
    counters: Arc<Counters>,
    status: watch::Receiver<Status>,
    stop: Arc<Notify>,
    task: JoinHandle<End>,
}

impl Forward {
    /// Carries the connections that come in at `door` over `channel`, a port session's.
    #[must_use]
    pub fn start(channel: Channel, door: Arc<LocalListener>, linger: Duration) -> Self {
        Self::counting(channel, door, linger, Arc::default())
    }

    /// The same, adding to `counters`.
    #[must_use]
    pub fn counting(channel: Channel, door: Arc<LocalListener>, linger: Duration, counters: Arc<Counters>) -> Self {
        let (address, stop, status) = (door.address(), Arc::<Notify>::default(), channel.status());
        let task = tokio::spawn(run(channel, door, linger, Arc::clone(&counters), Arc::clone(&stop)));
        Self { address, counters, status, stop, task }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What passed so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.counters.read()
    }

    /// How its session is going.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Waits until its session ends by itself.
    pub async fn ended(&mut self) -> End {
        joined((&mut self.task).await)
    }

    /// Closes it, here and there.
    pub async fn stop(mut self) -> End {
        self.stop.notify_one();
        joined((&mut self.task).await)
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        self.stop.notify_one();
    }
}

fn joined(end: Result<End, tokio::task::JoinError>) -> End {
    end.unwrap_or_else(|error| End::Broken(format!("its task stopped: {error}")))
}

async fn run(
    mut channel: Channel,
    door: Arc<LocalListener>,
    linger: Duration,
    counters: Arc<Counters>,
    stop: Arc<Notify>,
) -> End {
    let mut agent = None;
    let broken = tokio::select! {
        broken = carry(&mut channel, &door, linger, &counters, &mut agent) => broken,
        () = stop.notified() => {
            // The session ends sooner when the agent hears it from us.
            if agent.as_ref().is_some_and(Version::knows_terminate) {
                let _ = timeout(LAST_WORDS, channel.sender().send(Outgoing::Flag(Flag::TERMINATE))).await;
            }
            None
        }
    };
    drop(door);
    let end = channel.end().await;
    broken.map_or(end, End::Broken)
}

/// Carries connections until the session is over; the answer says why we gave up, if we did.
async fn carry(
    channel: &mut Channel,
    door: &LocalListener,
    linger: Duration,
    counters: &Arc<Counters>,
    agent: &mut Option<Version>,
) -> Option<String> {
    loop {
        match channel.next().await? {
            Incoming::Begun { kind, agent: version } => {
                let (kind, version) = (kind.unwrap_or_default(), version.unwrap_or_else(|| Version::parse("")));
                if kind.name != "Port" {
                    return Some(format!("a session of type {} came in place of a port", kind.name));
                }
                *agent = Some(version.clone());
                let why = match kind.is_multiplexed(&version) {
                    true => many::run(channel, door, linger, counters).await,
                    false => single::run(channel, door, linger, counters).await,
                };
                counters.crowded(None);
                return why;
            }
            Incoming::Woke
            | Incoming::Bytes(_)
            | Incoming::Errors(_)
            | Incoming::Exit(_)
            | Incoming::Flag(_)
            | Incoming::Greeting(_) => {}
        }
    }
}
