//! The reliable channel against a network that drops, repeats, reorders, delays and cuts, in both directions, and
//! against a peer with the agent's habits: it sends only the head of its queue again.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;

use super::{EARLY_BYTES, LONGEST_TIMEOUT, Moment, Reliable, WINDOW};
use crate::ssm::wire::CHUNK;
use crate::ssm::wire::{Ack, Kind, Message, MessageId, PayloadType};

const STEP: Duration = Duration::from_millis(10);

/// What the network does to one message.
#[derive(Clone, Copy, Debug)]
enum Weather {
    Passes,
    Drops,
    Repeats,
    /// Arrives this many steps late, and so out of order.
    Delays(u8),
    /// Everything in flight is lost, in both directions.
    Cuts,
}

fn weather() -> impl Strategy<Value = Weather> {
    prop_oneof![
        8 => Just(Weather::Passes),
        2 => Just(Weather::Drops),
        2 => Just(Weather::Repeats),
        2 => (1u8..60).prop_map(Weather::Delays),
        1 => Just(Weather::Cuts),
    ]
}

struct End {
    machine: Reliable,
    to_send: Vec<Bytes>,
    got: Vec<u8>,
    /// Whether it sends its whole queue again after a cut, as we do and agents do not.
    resends: bool,
}

impl End {
    fn new(machine: Reliable, data: &[u8], resends: bool) -> Self {
        let mut to_send: Vec<Bytes> = data.chunks(7).map(Bytes::copy_from_slice).collect();
        to_send.reverse();
        Self { machine, to_send, got: Vec::new(), resends }
    }

    fn speak(&mut self, now: Moment) -> Vec<Bytes> {
        let mut out: Vec<Bytes> = self.machine.overdue(now).into_iter().collect();
        for _ in 0..3 {
            let Some(payload) = self.to_send.pop() else { break };
            match self.machine.send(now, PayloadType::OUTPUT, payload.clone()) {
                Some(bytes) => out.push(bytes),
                None => self.to_send.push(payload),
            }
        }
        out
    }

    fn hear(&mut self, now: Moment, bytes: &Bytes) -> Option<Bytes> {
        let message = Message::decode(bytes).expect("a whole message");
        if message.kind == Kind::Acknowledge {
            self.machine.acknowledged(now, &Ack::decode(&message.payload).expect("an acknowledgement"));
            return None;
        }
        let received = self.machine.receive(now, message);
        received.ready.iter().for_each(|message| self.got.extend_from_slice(&message.payload));
        received.ack
    }

    fn is_done(&self) -> bool {
        self.to_send.is_empty() && self.machine.is_drained()
    }
}

/// Lets both ends talk until they are done; bad weather lasts as long as `weather` does.
fn converse(ours: &mut End, theirs: &mut End, weather: &[Weather]) -> Result<(), TestCaseError> {
    let mut weather = weather.iter();
    let mut now = Moment::ZERO;
    let mut flying: BTreeMap<(u64, u64), (bool, Bytes)> = BTreeMap::new();
    let mut count = 0;
    for step in 0u64.. {
        prop_assert!(step < 500_000, "still not drained");
        now += STEP;
        let mut spoken: Vec<(bool, Bytes)> = Vec::new();
        spoken.extend(ours.speak(now).into_iter().map(|bytes| (true, bytes)));
        spoken.extend(theirs.speak(now).into_iter().map(|bytes| (false, bytes)));
        while let Some(entry) = flying.first_entry().filter(|entry| entry.key().0 <= step) {
            let (to_theirs, bytes) = entry.remove();
            let ack = if to_theirs { theirs.hear(now, &bytes) } else { ours.hear(now, &bytes) };
            spoken.extend(ack.map(|ack| (!to_theirs, ack)));
        }
        for (to_theirs, bytes) in spoken {
            let copies = match weather.next().copied().unwrap_or(Weather::Passes) {
                Weather::Passes => vec![1],
                Weather::Drops => vec![],
                Weather::Repeats => vec![1, 2],
                Weather::Delays(late) => vec![u64::from(late)],
                Weather::Cuts => {
                    flying.clear();
                    for (end, is_ours) in [(&mut *ours, true), (&mut *theirs, false)] {
                        for bytes in if end.resends { end.machine.resumed(now) } else { Vec::new() } {
                            count += 1;
                            flying.insert((step + 1, count), (is_ours, bytes));
                        }
                    }
                    vec![]
                }
            };
            for late in copies {
                count += 1;
                flying.insert((step + late, count), (to_theirs, bytes.clone()));
            }
        }
        if ours.is_done() && theirs.is_done() {
            return Ok(());
        }
    }
    Ok(())
}

fn agent() -> Reliable {
    Reliable::between(Kind::Output, Kind::Input, 0, 2)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_once_in_order_and_the_channel_drains(
        up in proptest::collection::vec(any::<u8>(), 0..1500),
        down in proptest::collection::vec(any::<u8>(), 0..1500),
        weather in proptest::collection::vec(weather(), 0..600),
        agent_resends: bool,
    ) {
        let mut ours = End::new(Reliable::new(0, 1), &up, true);
        let mut theirs = End::new(agent(), &down, agent_resends);
        converse(&mut ours, &mut theirs, &weather)?;
        prop_assert_eq!(&theirs.got, &up);
        prop_assert_eq!(&ours.got, &down);
    }

    #[test]
    fn hostile_numbers_change_nothing(numbers in proptest::collection::vec(any::<i64>(), 0..50)) {
        let mut machine = Reliable::new(0, 1);
        let mut got = 0;
        for number in numbers {
            let mut ack = Ack::decode(&ack_of(0)).expect("an acknowledgement");
            ack.acknowledged_message_sequence_number = number;
            machine.acknowledged(Moment::ZERO, &ack);
            got += machine.receive(Moment::ZERO, output(number, b"x")).ready.len();
        }
        prop_assert!(got <= 50);
        prop_assert_eq!(machine.room(), WINDOW);
    }
}

fn output(sequence: i64, payload: &[u8]) -> Message {
    let (id, payload) = (MessageId([1; 16]), Bytes::copy_from_slice(payload));
    Message { kind: Kind::Output, sequence, flags: 0, id, created: 0, payload_type: Some(PayloadType::OUTPUT), payload }
}

fn ack_of(sequence: i64) -> Bytes {
    let message = Message { kind: Kind::Input, ..output(sequence, b"") };
    Ack::of(&message, message.id, 0).payload
}

fn answer(machine: &mut Reliable, now: Moment, sequence: i64) {
    machine.acknowledged(now, &Ack::decode(&ack_of(sequence)).expect("an acknowledgement"));
}

fn ms(count: u64) -> Moment {
    Duration::from_millis(count)
}

#[test]
fn a_full_window_takes_nothing_and_loses_nothing() {
    let mut machine = Reliable::new(0, 1);
    let data = Bytes::from_static(b"x");
    for _ in 0..WINDOW {
        assert!(machine.send(Moment::ZERO, PayloadType::OUTPUT, data.clone()).is_some());
    }
    assert!(machine.send(Moment::ZERO, PayloadType::OUTPUT, data.clone()).is_none(), "no room");
    answer(&mut machine, ms(1), 5);
    assert_eq!(machine.room(), 0, "a hole gives no room: the peer still has to keep what follows the head");
    answer(&mut machine, ms(1), 0);
    assert_eq!(machine.room(), 1);
    assert_eq!(machine.resumed(ms(2)).len(), WINDOW - 2, "all that is unanswered");
}

#[test]
fn only_an_overdue_head_is_sent_again() {
    let mut machine = Reliable::new(0, 1);
    let first = machine.send(Moment::ZERO, PayloadType::OUTPUT, Bytes::from_static(b"a")).expect("room");
    machine.send(Moment::ZERO, PayloadType::OUTPUT, Bytes::from_static(b"b")).expect("room");
    assert_eq!(machine.next_look(), Some(ms(200)));
    assert_eq!(machine.overdue(ms(199)), None);
    assert_eq!(machine.overdue(ms(200)), Some(first));
    assert_eq!(machine.overdue(ms(201)), None, "the clock starts anew");
    assert_eq!(machine.unanswered_since(), Some(Moment::ZERO));
    answer(&mut machine, ms(900), 0);
    assert_eq!(machine.timeout(), ms(200), "a message sent twice measures nothing");
    answer(&mut machine, ms(900), 1);
    assert_eq!(machine.timeout(), LONGEST_TIMEOUT, "900 ms and its spread, capped");
    assert!(machine.is_drained());
    assert_eq!(machine.next_look(), None);
}

#[test]
fn duplicates_are_acknowledged_again() {
    let mut machine = Reliable::new(0, 1);
    assert_eq!(machine.receive(Moment::ZERO, output(0, b"a")).ready.len(), 1);
    let again = machine.receive(ms(1), output(0, b"a"));
    assert!(again.ack.is_some() && again.ready.is_empty());
    let early = (machine.receive(ms(2), output(2, b"c")), machine.receive(ms(3), output(2, b"c")));
    assert!(early.0.ack.is_some() && early.1.ack.is_some() && early.1.ready.is_empty());
    assert_eq!(machine.duplicates(), 2);
    assert_eq!(machine.receive(ms(4), output(1, b"b")).ready.len(), 2);
}

#[test]
fn a_full_reorder_buffer_stays_silent() {
    let mut machine = Reliable::new(0, 1);
    let chunk = [0; CHUNK];
    let fits = i64::try_from(EARLY_BYTES / CHUNK).expect("small");
    for sequence in 1..=fits {
        assert!(machine.receive(Moment::ZERO, output(sequence, &chunk)).ack.is_some());
    }
    let beyond = machine.receive(Moment::ZERO, output(fits + 1, &chunk));
    assert!(beyond.ack.is_none() && beyond.ready.is_empty());
    assert_eq!(machine.receive(Moment::ZERO, output(0, &chunk)).ready.len(), EARLY_BYTES / CHUNK + 1);
    assert_eq!(machine.receive(Moment::ZERO, output(fits + 1, &chunk)).ready.len(), 1, "and is taken later");
}

fn sent(machine: &mut Reliable, now: Moment) {
    assert!(machine.send(now, PayloadType::OUTPUT, Bytes::from_static(b"x")).is_some());
}

#[test]
fn early_bytes_are_given_back_when_they_are_handed_on() {
    let mut machine = Reliable::new(0, 1);
    let half = vec![0; EARLY_BYTES / 2];
    let earned = |machine: &mut Reliable, sequence: i64, payload: &[u8]| {
        machine.receive(ms(0), output(sequence, payload)).ack.is_some()
    };
    assert!(earned(&mut machine, 1, &half) && earned(&mut machine, 2, &half), "as much as may wait");
    assert!(!earned(&mut machine, 3, b"x"), "and no byte more");
    assert_eq!(machine.receive(ms(0), output(0, b"")).ready.len(), 3, "the first hands all of them on");
    assert!(earned(&mut machine, 4, &half) && earned(&mut machine, 5, &half), "the room is there again");
    assert!(!earned(&mut machine, 6, b"x"));
}

#[test]
fn an_acknowledgement_of_something_else_changes_nothing() {
    let acks: [(&str, i64); 5] = [
        ("output_stream_data", 0),
        ("acknowledge", 0),
        ("input_stream_data", 1),
        ("input_stream_data", -1),
        ("input_stream_data", i64::MIN),
    ];
    for (kind, sequence) in acks {
        let mut machine = Reliable::new(0, 1);
        sent(&mut machine, ms(0));
        let mut ack = Ack::decode(&ack_of(0)).expect("an acknowledgement");
        kind.clone_into(&mut ack.acknowledged_message_type);
        ack.acknowledged_message_sequence_number = sequence;
        machine.acknowledged(ms(10), &ack);
        assert_eq!(machine.unanswered_since(), Some(ms(0)), "{kind} {sequence}");
        assert_eq!(machine.timeout(), ms(200), "nothing was measured by {kind} {sequence}");
    }
}

#[test]
fn what_was_sent_again_after_a_loss_measures_nothing_and_waits_anew() {
    let mut machine = Reliable::new(0, 1);
    sent(&mut machine, ms(0));
    sent(&mut machine, ms(0));
    assert_eq!(machine.resumed(ms(150)).len(), 2);
    assert_eq!(machine.next_look(), Some(ms(350)), "its time begins anew");
    assert_eq!(machine.overdue(ms(349)), None);
    assert_eq!(machine.unanswered_since(), Some(ms(0)), "but it is as old as it was");
    answer(&mut machine, ms(151), 0);
    assert_eq!(machine.timeout(), ms(200), "which copy was answered is not known");
    answer(&mut machine, ms(152), 1);
    assert_eq!(machine.timeout(), ms(200));
    assert!(machine.is_drained());
    sent(&mut machine, ms(200));
    answer(&mut machine, ms(220), 2);
    assert_eq!(machine.timeout(), ms(60), "a trip of 20 ms, and twice that for its spread");
}

#[test]
fn a_repeated_acknowledgement_is_measured_once() {
    let mut machine = Reliable::new(0, 1);
    sent(&mut machine, ms(0));
    sent(&mut machine, ms(0));
    answer(&mut machine, ms(20), 1);
    let timeout = machine.timeout();
    answer(&mut machine, ms(900), 1);
    assert_eq!(machine.timeout(), timeout);
    assert_eq!(machine.unanswered_since(), Some(ms(0)), "the first is still awaited");
    assert_eq!(machine.room(), WINDOW - 2, "a hole behind it keeps its place");
    answer(&mut machine, ms(20), 0);
    assert!(machine.is_drained() && machine.room() == WINDOW);
}

#[test]
fn a_timeout_has_a_ceiling_and_a_floor() {
    let after = |trip: u64| {
        let mut machine = Reliable::new(0, 1);
        sent(&mut machine, ms(0));
        answer(&mut machine, ms(trip), 0);
        machine.timeout()
    };
    assert_eq!(after(1), ms(11), "a millisecond, and ten for the clock");
    assert_eq!(after(100), ms(300));
    assert_eq!(after(333), ms(999));
    assert_eq!(after(334), LONGEST_TIMEOUT);
    assert_eq!(after(5_000), LONGEST_TIMEOUT);
}
