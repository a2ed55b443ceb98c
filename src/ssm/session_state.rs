//! What the messages of a session mean, over all its connections: handshake, encryption, order, beginning and end.
//! Keeps queues and keys; does not wait, but for the one question to KMS. Connections are `connection_loop`'s.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::time::{Instant, timeout};

use super::channel::{End, Incoming, Link, Outgoing};
use super::crypto::Cipher;
use super::handshake::{self, Request, SessionType, Version};
use super::reliable::{Moment, Reliable};
use super::start_request::SessionSource;
use super::wire::{Ack, CHUNK, Flag, Kind, Message, PayloadType, closed, exit_code};

/// How many unreadable messages in a row are taken for a broken peer.
const GARBAGE: u32 = 1000;
/// How long KMS may take: the agent waits for the handshake no longer.
const KMS: Duration = Duration::from_secs(12);
/// Room kept for the handshake's own messages and a resize.
const RESERVE: usize = 8;

/// What follows from a message.
#[derive(Debug)]
pub(super) enum SessionEvent {
    /// Nothing to do beyond the queues.
    Goes,
    /// The connection is in another state.
    Link(Link),
    /// The session is over.
    Ends(End),
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing came yet.
    Waiting,
    /// The agent wants a handshake, and it is under way.
    Shaking,
    /// Taken for begun because nothing came for a while.
    Quiet,
    /// Input is taken by the agent.
    Begun,
}

/// A session's conversation.
#[derive(Debug)]
pub(super) struct Talk {
    id: String,
    target: String,
    has_handshake: bool,
    reliable: Reliable,
    origin: Instant,
    phase: Phase,
    /// A handshake that waits for its key.
    asked: Option<Request>,
    kind: Option<SessionType>,
    agent: Option<Version>,
    cipher: Option<Cipher>,
    shaking_since: Option<Instant>,
    garbage: u32,
    connections: u32,
    /// Ready for the socket.
    pub(super) out: VecDeque<Bytes>,
    /// Ready for the reader.
    pub(super) ready: VecDeque<Incoming>,
}

impl Talk {
    pub(super) fn new(id: String, target: String, has_handshake: bool) -> Self {
        let epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let epoch = u64::try_from(epoch.as_millis()).unwrap_or_default();
        Self {
            id,
            target,
            has_handshake,
            reliable: Reliable::new(epoch, fastrand::u64(..)),
            origin: Instant::now(),
            phase: Phase::Waiting,
            asked: None,
            kind: None,
            agent: None,
            cipher: None,
            shaking_since: None,
            garbage: 0,
            connections: 0,
            out: VecDeque::new(),
            ready: VecDeque::new(),
        }
    }

    fn now(&self) -> Moment {
        self.origin.elapsed()
    }

    /// A new connection stands: everything unanswered goes again. Says whether there was one before.
    pub(super) fn connected(&mut self) -> bool {
        self.out = self.reliable.resumed(self.now()).into();
        self.connections = self.connections.saturating_add(1);
        self.connections > 1
    }

    /// Whether there ever was a connection.
    pub(super) fn has_connected(&self) -> bool {
        self.connections > 0
    }

    pub(super) fn has_begun(&self) -> bool {
        matches!(self.phase, Phase::Begun | Phase::Quiet)
    }

    /// Whether a handshake is due or under way.
    pub(super) fn is_shaking(&self) -> bool {
        self.phase == Phase::Shaking || (self.has_handshake && self.phase == Phase::Waiting)
    }

    /// When the agent asked for it.
    pub(super) fn shaking_since(&self) -> Option<Instant> {
        self.shaking_since
    }

    pub(super) fn duplicates(&self) -> u64 {
        self.reliable.duplicates()
    }

    pub(super) fn unanswered(&self) -> Option<Instant> {
        self.reliable.unanswered_since().map(|since| self.origin + since)
    }

    pub(super) fn next_look(&self) -> Option<Instant> {
        self.reliable.next_look().map(|look| self.origin + look)
    }

    pub(super) fn resend_overdue(&mut self) {
        let now = self.now();
        self.out.extend(self.reliable.overdue(now));
    }

    /// Takes the session for begun though nothing came; unless a handshake is under way.
    pub(super) fn begin_quietly(&mut self) {
        if self.phase == Phase::Waiting && !self.has_handshake {
            self.phase = Phase::Quiet;
            self.ready.push_back(Incoming::Begun { kind: None, agent: None });
        }
    }

    fn begin(&mut self) {
        match self.phase {
            Phase::Waiting | Phase::Shaking => {
                self.ready.push_back(Incoming::Begun { kind: self.kind.clone(), agent: self.agent.clone() });
            }
            Phase::Quiet => self.ready.push_back(Incoming::Woke),
            Phase::Begun => return,
        }
        self.phase = Phase::Begun;
    }

    /// Takes what the user gave as far as there is room; gives back the rest.
    pub(super) fn say(&mut self, given: Outgoing) -> Option<Outgoing> {
        if !self.has_begun() {
            return Some(given);
        }
        match given {
            Outgoing::Bytes(mut bytes) => {
                while !bytes.is_empty() && self.reliable.room() > RESERVE {
                    let chunk = bytes.split_to(bytes.len().min(CHUNK));
                    let chunk = match &self.cipher {
                        // Only a system without randomness cannot encrypt; nothing may go in the clear then.
                        Some(cipher) => Bytes::from(cipher.seal(&chunk).unwrap_or_default()),
                        None => chunk,
                    };
                    self.post(PayloadType::OUTPUT, chunk);
                }
                (!bytes.is_empty()).then_some(Outgoing::Bytes(bytes))
            }
            Outgoing::Size(size) if self.reliable.room() > 0 => {
                self.post(PayloadType::SIZE, size.encode());
                None
            }
            Outgoing::Flag(flag) if self.reliable.room() > 0 => {
                self.post(PayloadType::FLAG, flag.encode());
                None
            }
            full @ (Outgoing::Size(_) | Outgoing::Flag(_)) => Some(full),
        }
    }

    fn post(&mut self, payload_type: PayloadType, payload: Bytes) {
        let now = self.now();
        self.out.extend(self.reliable.send(now, payload_type, payload));
    }

    /// Takes one binary message.
    pub(super) fn hear(&mut self, bytes: &Bytes) -> SessionEvent {
        let message = match Message::decode(bytes) {
            Ok(message) => message,
            Err(garbage) => {
                tracing::debug!(session = self.id, why = %garbage, "not taken");
                self.garbage += 1;
                return match self.garbage {
                    GARBAGE.. => {
                        SessionEvent::Ends(End::Broken(format!("the other end sends what cannot be read: {garbage}")))
                    }
                    _ => SessionEvent::Goes,
                };
            }
        };
        self.garbage = 0;
        let now = self.now();
        match message.kind {
            Kind::Acknowledge => {
                if let Some(ack) = Ack::decode(&message.payload) {
                    self.reliable.acknowledged(now, &ack);
                }
                SessionEvent::Link(Link::Up)
            }
            Kind::Output => {
                let received = self.reliable.receive(now, message);
                self.out.extend(received.ack);
                for message in received.ready {
                    if let Err(end) = self.understand(&message) {
                        return SessionEvent::Ends(end);
                    }
                }
                SessionEvent::Link(Link::Up)
            }
            Kind::Closed => SessionEvent::Ends(End::Closed(closed(&message.payload))),
            Kind::Pause => SessionEvent::Link(Link::Away),
            Kind::Start => SessionEvent::Link(Link::Up),
            Kind::Input | Kind::Other(_) => SessionEvent::Goes,
        }
    }

    /// Decrypts what is encrypted; handshakes and flags are not.
    fn clear(&self, payload: &Bytes) -> Result<Bytes, End> {
        match &self.cipher {
            None => Ok(payload.clone()),
            Some(cipher) => cipher
                .open(payload)
                .map(Bytes::from)
                .ok_or_else(|| End::Broken("what the agent sent cannot be decrypted".to_owned())),
        }
    }

    /// Takes one message in its turn.
    fn understand(&mut self, message: &Message) -> Result<(), End> {
        let payload = &message.payload;
        match message.payload_type.unwrap_or(PayloadType::OUTPUT) {
            PayloadType::OUTPUT => {
                let bytes = self.clear(payload)?;
                if !self.is_shaking() {
                    self.begin();
                }
                self.ready.push_back(Incoming::Bytes(bytes));
            }
            PayloadType::STDERR => {
                let bytes = self.clear(payload)?;
                self.ready.push_back(Incoming::Errors(bytes));
            }
            PayloadType::EXIT_CODE => {
                let code = exit_code(&self.clear(payload)?);
                self.ready.extend(code.map(Incoming::Exit));
            }
            PayloadType::ERROR => self.ready.push_back(Incoming::Errors(payload.clone())),
            PayloadType::FLAG => self.ready.extend(Flag::decode(payload).map(Incoming::Flag)),
            PayloadType::HANDSHAKE_REQUEST if self.kind.is_none() && self.asked.is_none() => {
                self.phase = Phase::Shaking;
                self.shaking_since = Some(Instant::now());
                self.asked = Some(Request::decode(payload).map_err(End::Broken)?);
            }
            PayloadType::HANDSHAKE_COMPLETE => {
                self.ready.extend(handshake::greeting(payload).map(Incoming::Greeting));
                self.begin();
            }
            PayloadType::CHALLENGE_REQUEST => {
                let Some(cipher) = &self.cipher else {
                    return Err(End::Broken("the agent wants proof of a key that was never agreed on".to_owned()));
                };
                let plain = handshake::challenge(payload).map_err(End::Broken)?;
                let sealed = cipher.open(&plain).and_then(|plain| cipher.seal(&plain));
                let Some(sealed) = sealed else {
                    return Err(End::Broken("the agent's challenge was not made with the agreed key".to_owned()));
                };
                self.post(PayloadType::CHALLENGE_RESPONSE, handshake::proof(&sealed).into());
            }
            other => tracing::debug!(session = self.id, number = other.0, "passed over"),
        }
        Ok(())
    }

    /// Does what must be waited for: answers a handshake, with a key from KMS if one is wanted.
    pub(super) async fn step(&mut self, source: &dyn SessionSource) -> Result<(), End> {
        let Some(request) = self.asked.take() else { return Ok(()) };
        let key = match request.key() {
            None => None,
            Some(key) => {
                let context = handshake::context(&self.id, &self.target);
                let got = timeout(KMS, source.data_key(key, &context)).await;
                Some(match got {
                    Err(_) => Err(format!("KMS gave no key within {} s", KMS.as_secs())),
                    Ok(Err(fault)) => Err(fault.sentence()),
                    Ok(Ok(key)) => match Cipher::new(&key.plain) {
                        None => Err("KMS gave a key of another length than asked for".to_owned()),
                        Some(cipher) => {
                            self.cipher = Some(cipher);
                            Ok(key.sealed)
                        }
                    },
                })
            }
        };
        let (answer, trouble) = request.response(key.as_ref());
        self.kind = Some(request.session_type().cloned().unwrap_or_default());
        self.agent = Some(request.agent.clone());
        self.post(PayloadType::HANDSHAKE_RESPONSE, answer.into());
        trouble.map_or(Ok(()), |why| Err(End::Broken(format!("the session could not be agreed on: {why}"))))
    }
}
