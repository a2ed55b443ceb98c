//! The reliable channel as a pure state machine: numbers, acknowledgements, reordering and retransmission, for both
//! directions of one session. Time comes in as a value, bytes come in and go out as values; nothing here waits.
//! Its state outlives connections: after a loss the whole unanswered queue is sent again.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use super::wire::{Ack, Kind, Message, MessageId, PayloadType};

/// Time since the channel was made.
pub type Moment = Duration;

/// How many of our messages may be unanswered: about a megabyte. More waits with whoever sends.
pub const WINDOW: usize = 1024;
/// What may wait for an earlier message, in messages and in bytes. Beyond it we stay silent and the peer sends again.
const EARLY: usize = 10_000;
const EARLY_BYTES: usize = 4 << 20;

const FIRST_TIMEOUT: Duration = Duration::from_millis(200);
const LONGEST_TIMEOUT: Duration = Duration::from_secs(1);
const GRANULARITY: Duration = Duration::from_millis(10);

#[derive(Debug)]
struct Unanswered {
    bytes: Bytes,
    first: Moment,
    last: Moment,
    again: bool,
}

/// What came of a message.
#[derive(Debug, Default)]
pub struct Received {
    /// The acknowledgement to send, if it earned one.
    pub ack: Option<Bytes>,
    /// What can be handed on now, in order.
    pub ready: Vec<Message>,
}

/// Both directions of one session.
#[derive(Debug)]
pub struct Reliable {
    sends: Kind,
    takes: Kind,
    epoch: u64,
    ids: fastrand::Rng,
    /// The number of the queue's head.
    head: i64,
    /// Sent and not acknowledged; a hole where a later one was acknowledged first.
    queue: VecDeque<Option<Unanswered>>,
    next: i64,
    early: BTreeMap<i64, Message>,
    early_bytes: usize,
    trip: Option<(Duration, Duration)>,
    duplicates: u64,
}

impl Reliable {
    /// Our side of a session made at `epoch` (milliseconds since 1970); message ids are drawn from `seed`.
    #[must_use]
    pub fn new(epoch: u64, seed: u64) -> Self {
        Self::between(Kind::Input, Kind::Output, epoch, seed)
    }

    fn between(sends: Kind, takes: Kind, epoch: u64, seed: u64) -> Self {
        Self {
            sends,
            takes,
            epoch,
            ids: fastrand::Rng::with_seed(seed),
            head: 0,
            queue: VecDeque::new(),
            next: 0,
            early: BTreeMap::new(),
            early_bytes: 0,
            trip: None,
            duplicates: 0,
        }
    }

    fn stamp(&self, now: Moment) -> u64 {
        self.epoch.saturating_add(u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
    }

    /// How many messages may be sent now.
    #[must_use]
    pub fn room(&self) -> usize {
        WINDOW.saturating_sub(self.queue.len())
    }

    /// Takes one payload (at most [`CHUNK`](super::wire::CHUNK) bytes by custom) and gives the message to send.
    /// `None` if there is no room: the payload was not taken.
    #[must_use]
    pub fn send(&mut self, now: Moment, payload_type: PayloadType, payload: Bytes) -> Option<Bytes> {
        if self.room() == 0 {
            return None;
        }
        let sequence = self.head.checked_add(i64::try_from(self.queue.len()).ok()?)?;
        let id = MessageId::random(&mut self.ids);
        let (kind, created) = (self.sends.clone(), self.stamp(now));
        let payload_type = Some(payload_type);
        let bytes = Message { kind, sequence, flags: 0, id, created, payload_type, payload }.encode();
        self.queue.push_back(Some(Unanswered { bytes: bytes.clone(), first: now, last: now, again: false }));
        Some(bytes)
    }

    /// Notes what an acknowledgement says. Unknown and repeated ones change nothing.
    pub fn acknowledged(&mut self, now: Moment, ack: &Ack) {
        if ack.acknowledged_message_type != self.sends.name() {
            return;
        }
        let Some(at) = ack.acknowledged_message_sequence_number.checked_sub(self.head) else { return };
        let Some(slot) = usize::try_from(at).ok().and_then(|at| self.queue.get_mut(at)) else { return };
        // A message that was sent twice does not tell which copy was answered.
        let answered = slot.take().filter(|sent| !sent.again);
        if let Some(sent) = answered {
            self.measure(now.saturating_sub(sent.first));
        }
        while let Some(None) = self.queue.front() {
            self.queue.pop_front();
            self.head += 1;
        }
    }

    fn measure(&mut self, took: Duration) {
        self.trip = Some(match self.trip {
            None => (took, took / 2),
            Some((smooth, spread)) => ((smooth * 7 + took) / 8, (spread * 3 + smooth.abs_diff(took)) / 4),
        });
    }

    /// How long an answer may take before the message is sent again.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        let of = |(smooth, spread): (Duration, Duration)| smooth + (spread * 4).max(GRANULARITY);
        self.trip.map_or(FIRST_TIMEOUT, of).min(LONGEST_TIMEOUT)
    }

    /// Takes one data message. Duplicates are acknowledged again: the peer sends only the head of its queue again, and
    /// would do so for ever if the one acknowledgement was lost with a connection.
    pub fn receive(&mut self, now: Moment, message: Message) -> Received {
        if message.kind != self.takes || message.sequence < 0 {
            return Received::default();
        }
        let ack = Ack::of(&message, MessageId::random(&mut self.ids), self.stamp(now)).encode();
        if message.sequence < self.next || self.early.contains_key(&message.sequence) {
            self.duplicates = self.duplicates.saturating_add(1);
            return Received { ack: Some(ack), ready: Vec::new() };
        }
        if message.sequence > self.next {
            let size = self.early_bytes + message.payload.len();
            if self.early.len() >= EARLY || size > EARLY_BYTES {
                return Received::default();
            }
            self.early_bytes = size;
            // The payload may be a slice of a larger read: a copy keeps the limit honest.
            let payload = Bytes::copy_from_slice(&message.payload);
            self.early.insert(message.sequence, Message { payload, ..message });
            return Received { ack: Some(ack), ready: Vec::new() };
        }
        let mut ready = vec![message];
        self.next = self.next.saturating_add(1);
        while let Some(message) = self.early.remove(&self.next) {
            self.early_bytes = self.early_bytes.saturating_sub(message.payload.len());
            self.next = self.next.saturating_add(1);
            ready.push(message);
        }
        Received { ack: Some(ack), ready }
    }

    /// The head of the queue, if its answer is overdue.
    pub fn overdue(&mut self, now: Moment) -> Option<Bytes> {
        let timeout = self.timeout();
        let head = self.queue.front_mut()?.as_mut()?;
        if now < head.last.saturating_add(timeout) {
            return None;
        }
        head.last = now;
        head.again = true;
        Some(head.bytes.clone())
    }

    /// When [`overdue`](Self::overdue) should be asked next.
    #[must_use]
    pub fn next_look(&self) -> Option<Moment> {
        Some(self.queue.front()?.as_ref()?.last.saturating_add(self.timeout()))
    }

    /// Everything unanswered, to be sent on a new connection at once.
    pub fn resumed(&mut self, now: Moment) -> Vec<Bytes> {
        let again = |sent: &mut Unanswered| {
            sent.last = now;
            sent.again = true;
            sent.bytes.clone()
        };
        self.queue.iter_mut().flatten().map(again).collect()
    }

    /// When the oldest message was first sent that has no answer yet.
    #[must_use]
    pub fn unanswered_since(&self) -> Option<Moment> {
        Some(self.queue.front()?.as_ref()?.first)
    }

    /// Whether everything sent was answered and nothing received waits for an earlier message.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.queue.is_empty() && self.early.is_empty()
    }

    /// How many messages came more than once.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }
}

#[cfg(test)]
mod tests;
