//! A tunnel that outlives the sessions that carry it: its local port stays, and behind it sessions are opened, watched
//! and opened anew. One that idled out is opened again by the next connection; one that was lost, or that a failover
//! left looking in the wrong place, at once. Dropping it closes it, here and there.

use futures_util::future::BoxFuture;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval, sleep, sleep_until};

use crate::operations::tunnel::Carrier;
use crate::operations::tunnel::Remote;
use crate::ssm::channel::{Channel, End, Link, Status};
use crate::ssm::forward::{Counters, Forward, LINGER, LocalListener, Traffic};
use crate::ssm::start_request::StartRequest;
use crate::world::{Fault, FaultKind};

/// A session that was opened.
#[derive(Debug)]
pub struct Begun {
    /// Its id.
    pub session: String,
    /// Our end of it.
    pub channel: Channel,
}

/// Opens the sessions of a tunnel, and keeps a record of each. What cannot be recorded is not opened.
pub trait Opens: Send + Sync + fmt::Debug {
    /// Opens one through `carrier`. It ends, remotely too, when its channel is dropped.
    fn open<'a>(&'a self, carrier: &'a Carrier, ask: StartRequest) -> BoxFuture<'a, Result<Begun, Fault>>;

    /// It ended.
    fn ended<'a>(&'a self, session: &'a str, end: &'a End) -> BoxFuture<'a, ()>;
}

/// How patient a tunnel is; the defaults are right for AWS.
#[derive(Clone, Copy, Debug)]
pub struct ReconnectPace {
    /// The first and the longest pause between two attempts to open a session.
    pub pauses: (Duration, Duration),
    /// A session that ended sooner than this counts as an attempt that failed.
    pub brief: Duration,
    /// Input unanswered for this long is told.
    pub slow: Duration,
    /// How often it is looked at.
    pub look: Duration,
    /// How long a half-closed connection is kept; see [`LINGER`].
    pub linger: Duration,
}

impl Default for ReconnectPace {
    fn default() -> Self {
        Self {
            pauses: (Duration::from_secs(1), Duration::from_secs(30)),
            brief: Duration::from_secs(10),
            slow: Duration::from_secs(15),
            look: Duration::from_secs(1),
            linger: LINGER,
        }
    }
}

/// How a tunnel is doing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Health {
    /// A session is being opened.
    Opening,
    /// All is well.
    Up,
    /// Nobody answers on the other side, for this many seconds.
    Slow(u64),
    /// The service is there, the carrier is not for now.
    Away,
    /// The carrier is there, and whoever it connects to refuses: the database is down, or is somewhere else by now.
    Refused,
    /// The connection was lost, because of this; it is made anew.
    Resuming(Fault),
    /// A new login is needed; the session waits for it.
    Login(Fault),
    /// The service ended the session, with its words; the next connection opens another.
    Resting(String),
    /// No session could be opened, because of this; it is tried again by itself.
    Waiting(Fault),
    /// No session can be opened, because of this; the next connection, or the reader, tries again.
    Down(Fault),
    /// It is closed.
    Closed,
}

impl Health {
    /// It in a few words, without a full stop.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Opening => "opening".to_owned(),
            Self::Up => "open".to_owned(),
            Self::Slow(seconds) => format!("open, no answer for {seconds} s"),
            Self::Away => "the carrier does not answer Session Manager for now".to_owned(),
            Self::Refused => "the database refuses connections: it is down, or fails over; a new session looks it up \
                              anew"
                .to_owned(),
            Self::Resuming(fault) => format!("connection lost, coming back: {}", fault.sentence()),
            Self::Login(fault) => format!("waits for a new login: {}", fault.sentence()),
            Self::Resting(why) if why.trim().is_empty() => {
                "resting: the service ended the session; the next connection opens another".to_owned()
            }
            Self::Resting(why) => format!("resting, the next connection opens it again: {}", why.trim()),
            Self::Waiting(fault) => format!("not open, tried again soon: {}", fault.sentence()),
            Self::Down(fault) => format!("not open: {}", fault.sentence()),
            Self::Closed => "closed".to_owned(),
        }
    }
}

/// A look at a tunnel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// How it is doing.
    pub health: Health,
    /// Who carries it, or did last: name and target.
    pub via: Option<(String, String)>,
    /// The session.
    pub session: Option<String>,
    /// Sessions opened so far.
    pub sessions: u32,
}

/// A tunnel under way.
#[derive(Debug)]
pub struct Tunnel {
    address: SocketAddr,
    counters: Arc<Counters>,
    state: watch::Receiver<State>,
    carriers: watch::Sender<Vec<Carrier>>,
    again: Arc<Notify>,
    stop: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Tunnel {
    /// Leads what comes in at `door` to `remote`, by the first of `carriers` that will.
    #[must_use]
    pub fn start(
        door: Arc<LocalListener>,
        remote: &Remote,
        carriers: Vec<Carrier>,
        opens: Arc<dyn Opens>,
        pace: ReconnectPace,
    ) -> Self {
        let first = State { health: Health::Opening, via: None, session: None, sessions: 0 };
        let (tell, state) = watch::channel(first);
        let (carriers, offered) = watch::channel(carriers);
        let (counters, address) = (Arc::<Counters>::default(), door.address());
        let (again, stop) = (Arc::<Notify>::default(), Arc::<Notify>::default());
        let local_scheduler = TunnelKeepalive {
            door,
            to: (remote.host.clone(), remote.port),
            carriers: offered,
            opens,
            counters: Arc::clone(&counters),
            tell,
            again: Arc::clone(&again),
            stop: Arc::clone(&stop),
            pace,
        };
        Self { address, counters, state, carriers, again, stop, task: tokio::spawn(local_scheduler.run()) }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What passed so far, over all its sessions.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.counters.read()
    }

    /// What passes, for whoever keeps an eye on it.
    #[must_use]
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// How it is doing, now and as it changes.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Who may carry the sessions to come.
    pub fn carried_by(&self, carriers: Vec<Carrier>) {
        self.carriers.send_replace(carriers);
    }

    /// Opens another session now, in place of the one there is.
    pub fn reopen(&self) {
        self.again.notify_one();
    }

    /// Closes it, here and there.
    pub async fn close(mut self) {
        self.stop.notify_one();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.stop.notify_one();
    }
}

/// The task behind a tunnel.
struct TunnelKeepalive {
    door: Arc<LocalListener>,
    to: (String, u16),
    carriers: watch::Receiver<Vec<Carrier>>,
    opens: Arc<dyn Opens>,
    counters: Arc<Counters>,
    tell: watch::Sender<State>,
    again: Arc<Notify>,
    stop: Arc<Notify>,
    pace: ReconnectPace,
}

/// What comes after a session, or after an attempt to open one.
enum Next {
    Open,
    Close,
}

impl TunnelKeepalive {
    async fn run(self) {
        let mut pause = self.pace.pauses.0;
        loop {
            self.tell(Health::Opening);
            let opened = tokio::select! {
                opened = self.open() => opened,
                () = self.stop.notified() => break,
            };
            let next = match opened {
                Ok(begun) => {
                    let since = Instant::now();
                    let end = self.carry(begun).await;
                    let is_brief = since.elapsed() < self.pace.brief;
                    if !is_brief {
                        pause = self.pace.pauses.0;
                    }
                    match end {
                        None => break,
                        Some(After::Reopened) => Next::Open,
                        Some(After::Ended(End::Closed(why))) => {
                            self.tell(Health::Resting(why));
                            self.rest().await
                        }
                        Some(After::Ended(End::Lost(fault))) if is_hopeless(&fault) => self.down(fault).await,
                        Some(After::Ended(end)) if is_brief => self.wait(broken(end), &mut pause).await,
                        Some(After::Ended(_)) => Next::Open,
                    }
                }
                Err(fault) if is_hopeless(&fault) => self.down(fault).await,
                Err(fault) => self.wait(fault, &mut pause).await,
            };
            if let Next::Close = next {
                break;
            }
        }
        // The port first: whoever hears that it is closed may want it.
        let Self { door, tell, .. } = self;
        drop(door);
        tell.send_modify(|state| state.health = Health::Closed);
    }

    fn tell(&self, health: Health) {
        self.tell.send_if_modified(|state| {
            let changes = state.health != health;
            state.health = health;
            changes
        });
    }

    /// Opens a session by the first carrier that will.
    async fn open(&self) -> Result<Begun, Fault> {
        let carriers = self.carriers.borrow().clone();
        let mut last =
            Fault::new(FaultKind::Gone, "ssm:StartSession", "no instance or task is left to carry the tunnel");
        for carrier in carriers {
            let via = Some((carrier.name.clone(), carrier.target.clone()));
            self.tell.send_modify(|state| (state.via, state.session) = (via, None));
            let ask = StartRequest::port(&carrier.target, Some(&self.to.0), self.to.1);
            match self.opens.open(&carrier, ask).await {
                Ok(begun) => {
                    let session = Some(begun.session.clone());
                    self.tell.send_modify(|state| {
                        state.session = session;
                        state.sessions = state.sessions.saturating_add(1);
                    });
                    return Ok(begun);
                }
                Err(fault) => {
                    // Another carrier does not help against a lost network, a login that ran out or missing rights.
                    if !matches!(fault.kind, FaultKind::Refused | FaultKind::Gone | FaultKind::Odd) {
                        return Err(fault);
                    }
                    last = fault;
                }
            }
        }
        Err(last)
    }

    /// Carries connections over one session until it ends. `None` when the tunnel was closed.
    async fn carry(&self, begun: Begun) -> Option<After> {
        let Begun { session, channel } = begun;
        let counters = Arc::clone(&self.counters);
        let mut forward = Forward::counting(channel, Arc::clone(&self.door), self.pace.linger, counters);
        let mut status = forward.status();
        let mut looks = interval(self.pace.look);
        let (since, before) = (Instant::now(), self.counters.read());
        let end = loop {
            let is_refused = is_refused(before, self.counters.read());
            let health = match health(&status.borrow_and_update(), self.pace.slow) {
                Some(Health::Up) if is_refused => Some(Health::Refused),
                health => health,
            };
            // Its end is told by whoever knows what follows.
            if let Some(health) = health {
                self.tell(health);
            }
            tokio::select! {
                end = forward.ended() => break end,
                changed = status.changed() => {
                    if changed.is_err() {
                        break forward.ended().await;
                    }
                }
                // The carrier looks the database's name up when its session begins, and never again: after a failover only
                // a new one finds it.
                _ = looks.tick(), if !is_refused || since.elapsed() < self.pace.brief => {}
                () = std::future::ready(()), if is_refused && since.elapsed() >= self.pace.brief => {
                    self.opens.ended(&session, &forward.stop().await).await;
                    return Some(After::Reopened);
                }
                () = self.again.notified() => {
                    self.opens.ended(&session, &forward.stop().await).await;
                    return Some(After::Reopened);
                }
                () = self.stop.notified() => {
                    self.opens.ended(&session, &forward.stop().await).await;
                    return None;
                }
            }
        };
        self.opens.ended(&session, &end).await;
        self.tell.send_modify(|state| state.session = None);
        Some(After::Ended(end))
    }

    /// Waits for somebody who wants to go through.
    async fn rest(&self) -> Next {
        tokio::select! {
            () = self.door.knock() => Next::Open,
            () = self.again.notified() => Next::Open,
            () = self.stop.notified() => Next::Close,
        }
    }

    /// Tries again after a while, by itself.
    async fn wait(&self, fault: Fault, pause: &mut Duration) -> Next {
        self.tell(Health::Waiting(fault));
        let now = *pause;
        *pause = (*pause * 2).min(self.pace.pauses.1);
        tokio::select! {
            () = sleep(now) => Next::Open,
            () = self.again.notified() => Next::Open,
            () = self.stop.notified() => Next::Close,
        }
    }

    /// Trying again by itself would change nothing: whoever knocks is sent away at first, and tries again later.
    async fn down(&self, fault: Fault) -> Next {
        self.tell(Health::Down(fault));
        let calm = Instant::now() + self.pace.pauses.0;
        loop {
            tokio::select! {
                () = self.door.knock() => {
                    if Instant::now() >= calm {
                        return Next::Open;
                    }
                    self.door.refuse();
                    tokio::select! {
                        () = sleep_until(calm) => {}
                        () = self.again.notified() => return Next::Open,
                        () = self.stop.notified() => return Next::Close,
                    }
                }
                () = self.again.notified() => return Next::Open,
                () = self.stop.notified() => return Next::Close,
            }
        }
    }
}

/// What ended the carrying.
enum After {
    Ended(End),
    Reopened,
}

/// Whether trying the same again by itself is of no use.
fn is_hopeless(fault: &Fault) -> bool {
    match fault.kind {
        FaultKind::Denied | FaultKind::Gone | FaultKind::Unavailable | FaultKind::Refused => true,
        FaultKind::Expired
        | FaultKind::Credentials
        | FaultKind::Throttled
        | FaultKind::Offline
        | FaultKind::Timeout
        | FaultKind::Garbled
        | FaultKind::Odd => false,
    }
}

fn broken(end: End) -> Fault {
    match end {
        End::Lost(fault) => fault,
        End::Closed(why) | End::Broken(why) => Fault::new(FaultKind::Odd, "carrying the tunnel", why),
        End::Left => Fault::new(FaultKind::Odd, "carrying the tunnel", "the session was left"),
    }
}

/// Whether a session got nothing but refusals so far.
fn is_refused(before: Traffic, now: Traffic) -> bool {
    now.refused > before.refused && now.open == 0 && now.down == before.down
}

/// What a session's status means for the tunnel; `None` once it is over.
fn health(status: &Status, slow: Duration) -> Option<Health> {
    Some(match &status.link {
        Link::Opening => Health::Opening,
        Link::Up => match status.unanswered.map(|since| since.elapsed()) {
            Some(silent) if silent >= slow => Health::Slow(silent.as_secs()),
            Some(_) | None => Health::Up,
        },
        Link::Away => Health::Away,
        Link::Lost(fault) => Health::Resuming(fault.clone()),
        Link::Login(fault) => Health::Login(fault.clone()),
        Link::Ended(_) => return None,
    })
}
