//! A loopback gateway that plays Session Manager: the API calls that start, renew and end sessions, KMS, and for each
//! session the data channel with an agent behind it. Checks every signature, token and digest it is sent, and makes
//! the weather it is told to. Written from the protocol's description, sharing none of the client's code.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a peer that is not understood must fail the test at once, and say why"
)]

mod agent;
mod http;
mod port;
mod sign;
mod wire;
mod work;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

pub(crate) const KEY: &str = "AKIDGATEWAY";
pub(crate) const SECRET: &str = "a-secret-for-tests";
pub(crate) const SESSION_TOKEN: &str = "a-session-token/for+tests=";
pub(crate) const REGION: &str = "ap-northeast-1";

/// What the network and the agent do to a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weather {
    /// Cuts the connection after this many frames from the agent, once for each number, counted per connection.
    pub(crate) cuts: Vec<u64>,
    /// Frames in both directions that the last moments before a cut swallow.
    pub(crate) swallows: u64,
    /// Says goodbye with close code 1000 after this many frames from the agent, once.
    pub(crate) bye_after: Option<u64>,
    /// Sends what has no payload type with the short header.
    pub(crate) short_headers: bool,
    /// Leaves this many first input messages unanswered, as an agent does whose terminal is not up yet.
    pub(crate) not_ready: u32,
    /// Damages the payload of every nth data frame.
    pub(crate) damages: Option<u64>,
    /// Sends every nth data frame twice, and a message of a kind nobody knows beside it.
    pub(crate) repeats: Option<u64>,
    /// Sends every data frame this many times more.
    pub(crate) floods: u64,
    /// Lets nobody open a channel.
    pub(crate) is_locked: bool,
    /// Opens sessions, and answers nothing to who asked for them.
    pub(crate) keeps_silent: bool,
    /// Encrypts the session.
    pub(crate) encrypts: bool,
    /// Lets the login run out: resuming is refused this many times.
    pub(crate) expires: u32,
    /// What the agent says it is; empty for a new one.
    pub(crate) agent: String,
}

pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) target: String,
    /// As whoever opened it gave it.
    reason: String,
    /// Opens the next connection; each works once.
    token: Mutex<Option<String>>,
    client: Mutex<Option<String>>,
    /// Takes everything at once: an agent that stands still for what it says must not keep anybody from saying more.
    to_agent: mpsc::UnboundedSender<agent::Event>,
    pub(crate) over: watch::Sender<bool>,
}

/// What signs the calls of an access key.
#[derive(Clone)]
pub(crate) struct Secret {
    pub(crate) secret: String,
    pub(crate) token: String,
}

/// What all parts share.
pub(crate) struct State {
    pub(crate) address: SocketAddr,
    weather: Mutex<Weather>,
    pub(crate) sessions: Mutex<HashMap<String, Arc<Session>>>,
    problems: Mutex<Vec<String>>,
    calls: watch::Sender<Vec<String>>,
    /// Who may call: the access keys that this gateway, or the peer behind it, gave out.
    pub(crate) secrets: Mutex<HashMap<String, Secret>>,
    /// The access keys that opened sessions, one a session.
    openers: Mutex<Vec<String>>,
    /// Whether an upgrade, and the version that opens it, may be an old plugin's.
    pub(crate) admits_unsigned: AtomicBool,
    /// How often all connections died.
    pub(crate) asleep: watch::Sender<u32>,
    pub(crate) keys: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
    counter: AtomicU64,
    pub(crate) expires: Mutex<u32>,
    /// The port on this machine that answers what is no session's call.
    pub(crate) behind: Mutex<Option<u16>>,
    /// The port on this machine that stands for every database, and the hosts it was reached as.
    pub(crate) databases: Mutex<Option<u16>>,
    pub(crate) reached: Mutex<Vec<String>>,
}

impl State {
    pub(crate) fn problem(&self, text: impl Into<String>) {
        self.problems.lock().unwrap().push(text.into());
    }

    pub(crate) fn count(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// The access key that signed a request as it should, or what is wrong.
    fn caller(
        &self,
        service: &str,
        method: &str,
        target: &str,
        headers: &BTreeMap<String, String>,
        body: &[u8],
    ) -> Result<String, String> {
        sign::check(&self.secrets.lock().unwrap(), service, method, target, headers, body)
    }

    fn opened_by(&self, key: String) {
        self.openers.lock().unwrap().push(key);
    }

    pub(crate) fn called(&self, name: &str) {
        self.calls.send_modify(|calls| calls.push(name.to_owned()));
    }

    fn entrance(&self, session: &Session) -> (String, String) {
        let token = format!("token-{}", self.count());
        *session.token.lock().unwrap() = Some(token.clone());
        let id = &session.id;
        // Raw, as the service sends it.
        let cell = "AAEL+ab/cd+ef==";
        let url = format!("ws://{}/v1/data-channel/{id}?role=publish_subscribe&cell-number={cell}", self.address);
        (url, token)
    }

    fn start(self: &Arc<Self>, prefix: &str, (target, reason): (&str, &str), work: work::Work) -> Arc<Session> {
        let id = format!("{prefix}{:012}", self.count());
        let weather = self.weather.lock().unwrap().clone();
        *self.expires.lock().unwrap() = weather.expires;
        let (to_agent, events) = mpsc::unbounded_channel();
        let session = Arc::new(Session {
            id: id.clone(),
            target: target.to_owned(),
            reason: reason.to_owned(),
            token: Mutex::default(),
            client: Mutex::default(),
            to_agent,
            over: watch::channel(false).0,
        });
        tokio::spawn(agent::run(Arc::clone(self), Arc::clone(&session), work, weather, events));
        self.sessions.lock().unwrap().insert(id, Arc::clone(&session));
        session
    }
}

/// A running gateway.
pub(crate) struct Gateway {
    pub(crate) state: Arc<State>,
}

impl Gateway {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = Arc::new(State {
            address: listener.local_addr().unwrap(),
            weather: Mutex::default(),
            sessions: Mutex::default(),
            problems: Mutex::default(),
            calls: watch::channel(Vec::new()).0,
            secrets: Mutex::new(HashMap::from([(
                KEY.to_owned(),
                Secret { secret: SECRET.to_owned(), token: SESSION_TOKEN.to_owned() },
            )])),
            openers: Mutex::default(),
            admits_unsigned: AtomicBool::new(false),
            asleep: watch::channel(0).0,
            keys: Mutex::default(),
            counter: AtomicU64::new(1),
            expires: Mutex::default(),
            behind: Mutex::default(),
            databases: Mutex::default(),
            reached: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(http::serve(Arc::clone(&shared), socket));
            }
        });
        Self { state }
    }

    /// What the sessions started from now on go through.
    pub(crate) fn weather(&self, weather: Weather) {
        *self.state.weather.lock().unwrap() = weather;
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.state.address)
    }

    /// Hands every call that has nothing to do with sessions to the peer on this port.
    pub(crate) fn before(&self, port: u16) {
        *self.state.behind.lock().unwrap() = Some(port);
    }

    /// Lets every database's endpoint lead to this port.
    pub(crate) fn databases(&self, port: u16) {
        *self.state.databases.lock().unwrap() = Some(port);
    }

    /// The databases that were reached, by host.
    pub(crate) fn reached(&self) -> Vec<String> {
        self.state.reached.lock().unwrap().clone()
    }

    /// The calls so far, by name.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.state.calls.borrow().clone()
    }

    /// Who opened sessions, one access key a session.
    pub(crate) fn openers(&self) -> Vec<String> {
        self.state.openers.lock().unwrap().clone()
    }

    /// Waits until `name` was called `count` times.
    pub(crate) async fn wait_for_calls(&self, name: &str, count: usize) {
        let mut calls = self.state.calls.subscribe();
        let enough = calls.wait_for(|calls| calls.iter().filter(|call| *call == name).count() >= count);
        let waited = tokio::time::timeout(Duration::from_secs(20), enough).await;
        assert!(waited.is_ok(), "{name} was not called {count} times but: {:?}", self.calls());
    }

    /// Lets clients in that do not sign their upgrades and are older than toban pretends to be.
    pub(crate) fn admits_unsigned(&self) {
        self.state.admits_unsigned.store(true, Ordering::Relaxed);
    }

    /// Ends every session as the service does that was idle for too long.
    pub(crate) fn time_out(&self) {
        self.ends("Your session timed out due to inactivity and has been terminated.");
    }

    /// Ends every session with these words.
    pub(crate) fn ends(&self, why: &str) {
        for session in self.alive() {
            // One that ended in this very moment hears nothing more.
            let _ = session.to_agent.send(agent::Event::Ended(why.to_owned()));
        }
    }

    /// Sends frames into every session as they are; done when they are on their way, as fast as the client reads.
    pub(crate) async fn sends(&self, frames: &[Vec<u8>]) {
        for session in self.alive() {
            let (tell, sent) = oneshot::channel();
            let _ = session.to_agent.send(agent::Event::Raw(frames.to_vec(), tell));
            // One that ended meanwhile says nothing.
            let _ = sent.await;
        }
    }

    /// Says something as the service does, as `pause_publication`.
    pub(crate) async fn sentence(&self, kind: &str) {
        self.sends(&[wire::write(kind, 0, 3, Some(0), kind.as_bytes())]).await;
    }

    /// Lets all connections die without a word, as those of a laptop whose lid is closed; sessions may be `over` then.
    pub(crate) fn sleeps(&self, over: bool) {
        self.state.asleep.send_modify(|count| *count += 1);
        for session in self.alive().iter().filter(|_| over) {
            session.over.send_replace(true);
        }
    }

    fn alive(&self) -> Vec<Arc<Session>> {
        let sessions = self.state.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let sessions: Vec<_> = sessions.values().cloned().collect();
        sessions.into_iter().filter(|session| !*session.over.borrow()).collect()
    }

    /// Nothing the client sent was wrong.
    pub(crate) fn assert_clean(&self) {
        let problems = self.state.problems.lock().unwrap();
        assert!(problems.is_empty(), "the client made mistakes:\n{}", problems.join("\n"));
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let of = |session: &Arc<Session>| format!("{} to {}", session.id, session.target);
            let alive: Vec<String> = self.alive().iter().map(of).collect();
            eprintln!("the gateway's calls: {:?}\nsessions alive: {alive:?}", self.calls());
            let problems = self.state.problems.lock().unwrap_or_else(PoisonError::into_inner);
            eprintln!("what the client did wrong: {problems:#?}");
        }
    }
}
