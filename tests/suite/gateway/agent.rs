//! The agent's side of one session: numbers and acknowledgements with the real agent's habits (it sends only the head
//! of its queue again, it leaves input unanswered until its terminal is up), the handshake, and the weather.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use toban::ssm::crypto::Cipher;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, interval};

use super::wire::{FromClient, read, write};
use super::work::{Work, Worker};
use super::{Session, State, Weather};

/// The real agent looks every 100 ms and waits for at least 200; a tenth of it keeps the tests quick.
const LOOK: Duration = Duration::from_millis(10);
const AGAIN: Duration = Duration::from_millis(40);
/// The real agent keeps up to 100,000 on the way; what a cut swallows comes back one by one, so fewer here.
const FLYING: usize = 256;

pub(super) enum ToClient {
    Frame(Vec<u8>),
    Bye,
    /// The session is over and was said to be.
    Over,
}

pub(super) enum Event {
    /// A connection, by its number.
    Attached(u64, mpsc::Sender<ToClient>),
    Frame(Vec<u8>),
    Detached(u64),
    /// Frames as they are, in front of whatever comes next; told once they are on their way.
    Raw(Vec<Vec<u8>>, oneshot::Sender<()>),
    /// The service ends the session, with these words.
    Ended(String),
}

struct Agent {
    state: Arc<State>,
    session: Arc<Session>,
    weather: Weather,
    client: Option<mpsc::Sender<ToClient>>,
    /// Frames sent and heard on this connection.
    sent: u64,
    queue: VecDeque<(i64, Vec<u8>, Instant)>,
    next_out: i64,
    next_in: i64,
    early: BTreeMap<i64, FromClient>,
    cipher: Option<Cipher>,
    /// Since when the session is open for the worker.
    is_open: bool,
}

pub(super) async fn run(
    state: Arc<State>,
    session: Arc<Session>,
    work: Work,
    weather: Weather,
    mut events: mpsc::UnboundedReceiver<Event>,
) {
    let mut over = session.over.subscribe();
    let mut agent = Agent {
        state,
        session: Arc::clone(&session),
        is_open: !work.shakes_hands() && !weather.encrypts,
        weather,
        client: None,
        sent: 0,
        queue: VecDeque::new(),
        next_out: 0,
        next_in: 0,
        early: BTreeMap::new(),
        cipher: None,
    };
    let mut worker: Option<Worker> = None;
    let mut looks = interval(LOOK);
    let mut connection = 0;
    let mut greeted = false;
    let mut done = false;
    loop {
        if agent.is_open && worker.is_none() && agent.client.is_some() {
            worker = Some(work.start(&agent.version()));
        }
        let may_send = agent.client.is_some() && agent.queue.len() < FLYING && !done;
        let output = async {
            match worker.as_mut() {
                Some(worker) if may_send => worker.output.recv().await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            event = events.recv() => match event {
                Some(Event::Attached(number, client)) => {
                    agent.client = Some(client);
                    connection = number;
                    agent.sent = 0;
                    agent.plain("start_publication", b"start_publication").await;
                    if !std::mem::replace(&mut greeted, true) && !agent.is_open {
                        agent.shake(&work).await;
                    }
                }
                Some(Event::Frame(bytes)) => {
                    for message in agent.hear(&bytes).await {
                        agent.take(message, &work, worker.as_mut()).await;
                    }
                }
                Some(Event::Detached(number)) if number == connection => agent.client = None,
                Some(Event::Detached(_)) => {}
                Some(Event::Raw(frames, sent)) => {
                    for frame in frames {
                        agent.frame(frame).await;
                    }
                    let _ = sent.send(());
                }
                Some(Event::Ended(why)) => {
                    agent.closed(&why).await;
                    return;
                }
                None => return,
            },
            item = output => match item {
                Some((payload_type, payload)) => agent.post(payload_type, &payload).await,
                None => done = true,
            },
            _ = looks.tick() => {
                agent.again().await;
                if done && agent.queue.is_empty() && agent.client.is_some() {
                    agent.closed("").await;
                    return;
                }
            }
            _ = async { over.wait_for(|over| *over).await.is_ok() } => return,
        }
    }
}

impl Agent {
    fn version(&self) -> String {
        if self.weather.agent.is_empty() { "3.3.40.0".to_owned() } else { self.weather.agent.clone() }
    }

    /// Whether the moments before the next cut swallow what is sent or heard now.
    fn is_fading(&self) -> bool {
        self.weather.cuts.first().is_some_and(|cut| self.sent + self.weather.swallows >= *cut)
    }

    async fn frame(&mut self, bytes: Vec<u8>) {
        self.sent += 1;
        let fading = self.is_fading();
        let Some(client) = &self.client else { return };
        if !fading && client.send(ToClient::Frame(bytes)).await.is_err() {
            self.client = None;
            return;
        }
        if self.weather.bye_after.is_some_and(|after| self.sent >= after) {
            self.weather.bye_after = None;
            let _ = client.send(ToClient::Bye).await;
            self.client = None;
        } else if self.weather.cuts.first().is_some_and(|cut| self.sent >= *cut) {
            self.weather.cuts.remove(0);
            self.client = None;
        }
    }

    /// What the service itself says.
    async fn plain(&mut self, kind: &str, payload: &[u8]) {
        let payload_type = (!self.weather.short_headers).then_some(0);
        self.frame(write(kind, 0, 3, payload_type, payload)).await;
    }

    /// The service's word that the session is over.
    async fn closed(&mut self, why: &str) {
        let body = json!({"SessionId": self.session.id, "MessageType": "channel_closed", "Output": why});
        self.plain("channel_closed", body.to_string().as_bytes()).await;
        if let Some(client) = &self.client {
            let _ = client.send(ToClient::Over).await;
        }
        self.session.over.send_replace(true);
    }

    async fn post(&mut self, payload_type: u32, payload: &[u8]) {
        let sealed = match &self.cipher {
            Some(cipher) if [1, 11, 12].contains(&payload_type) => cipher.seal(payload).unwrap(),
            _ => payload.to_vec(),
        };
        let sequence = self.next_out;
        self.next_out += 1;
        let bytes = write("output_stream_data", sequence, u64::from(sequence == 0), Some(payload_type), &sealed);
        self.queue.push_back((sequence, bytes.clone(), Instant::now()));
        let every = |nth: Option<u64>| nth.is_some_and(|nth| sequence as u64 % nth == nth - 1);
        if every(self.weather.damages) {
            let mut damaged = bytes.clone();
            *damaged.last_mut().unwrap() ^= 1;
            self.frame(damaged).await;
            return;
        }
        if every(self.weather.repeats) {
            self.frame(bytes.clone()).await;
            self.frame(write("a_kind_of_tomorrow", 99, 0, Some(77), b"news")).await;
        }
        for _ in 0..self.weather.floods {
            self.frame(bytes.clone()).await;
        }
        self.frame(bytes).await;
    }

    async fn again(&mut self) {
        let Some((_, bytes, at)) = self.queue.front_mut() else { return };
        if self.client.is_some() && at.elapsed() >= AGAIN {
            *at = Instant::now();
            let bytes = bytes.clone();
            self.frame(bytes).await;
        }
    }

    /// Takes one frame; gives the input that is now in order.
    async fn hear(&mut self, bytes: &[u8]) -> Vec<FromClient> {
        if self.is_fading() {
            return Vec::new();
        }
        let message = match read(bytes) {
            Ok(message) => message,
            Err(why) => {
                self.state.problem(why);
                return Vec::new();
            }
        };
        if message.kind == "acknowledge" {
            let ack: Value = serde_json::from_slice(&message.payload).unwrap();
            let number = ack["AcknowledgedMessageSequenceNumber"].as_i64().unwrap();
            if ack["AcknowledgedMessageType"] != "output_stream_data" || ack["IsSequentialMessage"] != true {
                self.state.problem(format!("odd acknowledgement: {ack}"));
            }
            self.queue.retain(|(sequence, ..)| *sequence != number);
            return Vec::new();
        }
        if self.weather.not_ready > 0 && message.sequence == self.next_in {
            self.weather.not_ready -= 1;
            return Vec::new();
        }
        let ack = json!({
            "AcknowledgedMessageType": message.kind, "AcknowledgedMessageId": "07070707-0707-0707-0707-070707070707",
            "AcknowledgedMessageSequenceNumber": message.sequence, "IsSequentialMessage": true,
        });
        self.frame(write("acknowledge", 0, 3, Some(0), ack.to_string().as_bytes())).await;
        if message.sequence >= self.next_in {
            self.early.insert(message.sequence, message);
        }
        let mut ready = Vec::new();
        while let Some(message) = self.early.remove(&self.next_in) {
            self.next_in += 1;
            ready.push(message);
        }
        ready
    }

    async fn take(&mut self, message: FromClient, work: &Work, worker: Option<&mut Worker>) {
        match (message.payload_type, worker) {
            (6, _) => self.answered(&message.payload, work).await,
            (9, _) => {
                let proof: Value = serde_json::from_slice(&message.payload).unwrap();
                let proof = STANDARD.decode(proof["Challenge"].as_str().unwrap()).unwrap();
                let opened = self.cipher.as_ref().and_then(|cipher| cipher.open(&proof));
                if opened.as_deref() != Some(b"prove it") {
                    self.state.problem("the challenge was not met");
                }
                self.complete().await;
            }
            (1, Some(worker)) => {
                let plain = match &self.cipher {
                    Some(cipher) => cipher.open(&message.payload).unwrap_or_else(|| {
                        self.state.problem("input that cannot be decrypted");
                        Vec::new()
                    }),
                    None => message.payload,
                };
                let _ = worker.input.send((1, plain));
            }
            (kind, Some(worker)) => {
                let _ = worker.input.send((kind, message.payload));
            }
            // As the real one: acknowledged, and dropped.
            (kind, None) => self.state.problem(format!("input of type {kind} before the session was open")),
        }
    }

    async fn shake(&mut self, work: &Work) {
        let mut actions = vec![json!({"ActionType": "SessionType", "ActionParameters": work.session_type()})];
        if self.weather.encrypts {
            let parameters = json!({"KMSKeyId": "arn:aws:kms:key", "Challenge": "eA=="});
            actions.push(json!({"ActionType": "KMSEncryption", "ActionParameters": parameters}));
        }
        let request = json!({"AgentVersion": self.version(), "RequestedClientActions": actions});
        self.post(5, request.to_string().as_bytes()).await;
    }

    async fn answered(&mut self, payload: &[u8], work: &Work) {
        let answer: Value = serde_json::from_slice(payload).unwrap();
        let actions = answer["ProcessedClientActions"].as_array().unwrap();
        if actions.iter().any(|action| action["ActionStatus"] != 1) || !answer["Errors"].is_null() {
            self.state.problem(format!("the handshake failed: {answer}"));
        }
        let _ = work;
        if !self.weather.encrypts {
            return self.complete().await;
        }
        let blob = actions.iter().find_map(|action| action["ActionResult"]["KMSCipherTextKey"].as_str()).unwrap();
        let key = self.state.keys.lock().unwrap()[&STANDARD.decode(blob).unwrap()].clone();
        // What the client sends with is what the agent opens with.
        let cipher = Cipher::new(&[&key[32..], &key[..32]].concat()).unwrap();
        let challenge = json!({"Challenge": STANDARD.encode(cipher.seal(b"prove it").unwrap())});
        self.cipher = Some(cipher);
        self.post(8, challenge.to_string().as_bytes()).await;
    }

    async fn complete(&mut self) {
        let complete = json!({"HandshakeTimeToComplete": 1000, "CustomerMessage": "Welcome to the test."});
        self.post(7, complete.to_string().as_bytes()).await;
        self.is_open = true;
        let _ = &self.session;
    }
}
