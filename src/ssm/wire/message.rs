//! A message's frame: the binary header in both of its layouts, and the digest. What the payload means is not looked at.
//! The layout is the one of `message/clientmessage.go` in aws/session-manager-plugin.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};
use ring::digest::{SHA256, digest};

use super::payload::PayloadType;

const TYPE_LENGTH: usize = 32;
/// Header length when there is a payload type, and when there is none.
const WITH_TYPE: usize = 116;
const WITHOUT_TYPE: usize = 112;
/// What a peer may put between the known header and the payload.
const LONGEST_HEADER: usize = 1024;

/// Which kind of message it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Bytes towards the agent.
    Input,
    /// Bytes from the agent.
    Output,
    /// One message came through.
    Acknowledge,
    /// The session is over; the only message that ends one.
    Closed,
    /// The agent is there.
    Start,
    /// The agent is not there for now.
    Pause,
    /// Something newer: passed over.
    Other(String),
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "input_stream_data" => Self::Input,
            "output_stream_data" => Self::Output,
            "acknowledge" => Self::Acknowledge,
            "channel_closed" => Self::Closed,
            "start_publication" => Self::Start,
            "pause_publication" => Self::Pause,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Input => "input_stream_data",
            Self::Output => "output_stream_data",
            Self::Acknowledge => "acknowledge",
            Self::Closed => "channel_closed",
            Self::Start => "start_publication",
            Self::Pause => "pause_publication",
            Self::Other(name) => name,
        }
    }
}

/// A message's name, sixteen bytes of a UUID.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MessageId(pub [u8; 16]);

impl MessageId {
    /// A random one (version 4).
    #[must_use]
    pub fn random(with: &mut fastrand::Rng) -> Self {
        let bits = with.u128(..) & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
        Self(bits.to_be_bytes())
    }

    /// The halves change places on the wire.
    fn swapped(self) -> [u8; 16] {
        u128::from_be_bytes(self.0).rotate_left(64).to_be_bytes()
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", u128::from_be_bytes(self.0));
        let mut rest = hex.as_str();
        for (at, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
            let (part, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
            write!(f, "{}{part}", if at == 0 { "" } else { "-" })?;
            rest = tail;
        }
        Ok(())
    }
}

/// One binary message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// Which kind.
    pub kind: Kind,
    /// Its place in its direction's order.
    pub sequence: i64,
    /// 1 for the first, 2 for the last, 3 for acknowledgements.
    pub flags: u64,
    /// Its name.
    pub id: MessageId,
    /// When it was made, in milliseconds since 1970.
    pub created: u64,
    /// What the payload is; `None` in the short layout, which has no room for it.
    pub payload_type: Option<PayloadType>,
    /// The bytes.
    pub payload: Bytes,
}

/// Why bytes are no message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Garbage {
    /// It ends too early.
    #[error("the message is cut short at {0} bytes")]
    Short(usize),
    /// The header length is impossible.
    #[error("the message claims a header of {0} bytes")]
    Header(u32),
    /// The payload length is impossible.
    #[error("the message claims a payload of {0} bytes")]
    Payload(u32),
    /// The payload is not what was sent.
    #[error("the payload's digest is wrong")]
    Digest,
    /// The kind's name is no ASCII text.
    #[error("the message's type is not readable")]
    Name,
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Garbage> {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(Garbage::Short(bytes.len()))
}

impl Message {
    /// As bytes, in the layout with a payload type if there is one.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let header = if self.payload_type.is_some() { WITH_TYPE } else { WITHOUT_TYPE };
        let mut bytes = BytesMut::with_capacity(header + 4 + self.payload.len());
        bytes.put_u32(u32::try_from(header).unwrap_or_default());
        let mut name = [b' '; TYPE_LENGTH];
        name.iter_mut().zip(self.kind.name().bytes()).for_each(|(to, from)| *to = from);
        bytes.put_slice(&name);
        bytes.put_u32(1);
        bytes.put_u64(self.created);
        bytes.put_i64(self.sequence);
        bytes.put_u64(self.flags);
        bytes.put_slice(&self.id.swapped());
        bytes.put_slice(digest(&SHA256, &self.payload).as_ref());
        if let Some(PayloadType(number)) = self.payload_type {
            bytes.put_u32(number);
        }
        bytes.put_u32(u32::try_from(self.payload.len()).unwrap_or(u32::MAX));
        bytes.put_slice(&self.payload);
        bytes.freeze()
    }

    /// Out of the bytes of one websocket message. Everything after the digest is found by the header length, as the
    /// service has been seen to send both layouts.
    ///
    /// # Errors
    /// What is wrong with the bytes; such a message counts as never received.
    pub fn decode(bytes: &Bytes) -> Result<Self, Garbage> {
        let length = u32::from_be_bytes(field(bytes, 0)?);
        let header = usize::try_from(length).map_err(|_| Garbage::Header(length))?;
        if !(WITHOUT_TYPE..=LONGEST_HEADER).contains(&header) {
            return Err(Garbage::Header(length));
        }
        let claimed = u32::from_be_bytes(field(bytes, header)?);
        let size = usize::try_from(claimed).map_err(|_| Garbage::Payload(claimed))?;
        let end = (header + 4).checked_add(size).filter(|end| *end <= bytes.len()).ok_or(Garbage::Payload(claimed))?;
        let payload = bytes.slice(header + 4..end);
        let name: [u8; TYPE_LENGTH] = field(bytes, 4)?;
        let name = std::str::from_utf8(&name).map_err(|_| Garbage::Name)?;
        let kind = Kind::of(name.trim_matches([' ', '\0']));
        let sent: [u8; 32] = field(bytes, 80)?;
        let unchecked = payload.is_empty() || matches!(kind, Kind::Start | Kind::Pause);
        if !unchecked && digest(&SHA256, &payload).as_ref() != sent {
            return Err(Garbage::Digest);
        }
        let payload_type = (header >= WITH_TYPE).then(|| field(bytes, WITHOUT_TYPE)).transpose()?;
        Ok(Self {
            kind,
            created: u64::from_be_bytes(field(bytes, 40)?),
            sequence: i64::from_be_bytes(field(bytes, 48)?),
            flags: u64::from_be_bytes(field(bytes, 56)?),
            id: MessageId(MessageId(field(bytes, 64)?).swapped()),
            payload_type: payload_type.map(|number| PayloadType(u32::from_be_bytes(number))),
            payload,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bytes, Garbage, Kind, Message, MessageId};
    use crate::ssm::wire::PayloadType;

    fn output(payload: &'static [u8], payload_type: Option<PayloadType>) -> Message {
        let id = MessageId(*b"\x01\x02\x03\x04\x05\x06\x07\x08\x11\x12\x13\x14\x15\x16\x17\x18");
        let payload = Bytes::from_static(payload);
        Message { kind: Kind::Output, sequence: 7, flags: 1, id, created: 42, payload_type, payload }
    }

    #[test]
    fn the_header_is_laid_out_as_documented() {
        let bytes = output(b"hello", Some(PayloadType::OUTPUT)).encode();
        assert_eq!(bytes[..4], [0, 0, 0, 116]);
        assert_eq!(&bytes[4..36], b"output_stream_data              ");
        assert_eq!(bytes[36..40], [0, 0, 0, 1]);
        assert_eq!(bytes[48..56], [0, 0, 0, 0, 0, 0, 0, 7]);
        assert_eq!(bytes[64..72], *b"\x11\x12\x13\x14\x15\x16\x17\x18", "the low half of the id comes first");
        assert_eq!(bytes[112..116], [0, 0, 0, 1]);
        assert_eq!(bytes[116..120], [0, 0, 0, 5]);
        assert_eq!(&bytes[120..], b"hello");
    }

    #[test]
    fn both_layouts_are_read() {
        for payload_type in [Some(PayloadType::STDERR), None] {
            let message = output(b"x", payload_type);
            assert_eq!(Message::decode(&message.encode()), Ok(message));
        }
        // Names are padded by NULs as well, and publication is told without a digest.
        let mut bytes = output(b"start_publication", None).encode().to_vec();
        bytes[4..36].copy_from_slice(b"start_publication\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        bytes[80..112].fill(0);
        assert_eq!(Message::decode(&bytes.into()).map(|message| message.kind), Ok(Kind::Start));
    }

    #[test]
    fn hostile_lengths_and_digests_are_refused() {
        let good = output(b"hello", Some(PayloadType::OUTPUT)).encode().to_vec();
        let with = |at: usize, bytes: &[u8]| {
            let mut bad = good.clone();
            bad[at..at + bytes.len()].copy_from_slice(bytes);
            Message::decode(&bad.into()).expect_err("garbage")
        };
        assert_eq!(with(0, &[0xff; 4]), Garbage::Header(u32::MAX));
        assert_eq!(with(0, &[0, 0, 0, 8]), Garbage::Header(8));
        assert_eq!(with(116, &[0xff; 4]), Garbage::Payload(u32::MAX));
        assert_eq!(with(116, &[0, 0, 0, 6]), Garbage::Payload(6));
        assert_eq!(with(120, b"j"), Garbage::Digest);
        assert_eq!(with(4, &[0xff]), Garbage::Name);
        assert_eq!(Message::decode(&Bytes::from_static(b"no")), Err(Garbage::Short(2)));
    }

    #[test]
    fn a_random_name_is_a_uuid_of_version_4() {
        let id = MessageId::random(&mut fastrand::Rng::with_seed(1));
        assert_eq!(id.to_string().as_bytes()[14], b'4', "{id}");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), header in 100u32..130) {
            let _ = Message::decode(&bytes.clone().into());
            bytes.splice(..bytes.len().min(4), header.to_be_bytes());
            let _ = Message::decode(&bytes.into());
        }

        #[test]
        fn messages_survive_the_wire(
            payload in proptest::collection::vec(any::<u8>(), 0..2000), sequence: i64, flags: u64, created: u64,
            id: [u8; 16], kind in "[a-z_]{1,32}", number in proptest::option::of(any::<u32>()),
        ) {
            let (kind, payload) = (Kind::of(&kind), Bytes::from(payload));
            let payload_type = number.map(PayloadType);
            let message = Message { kind, sequence, flags, id: MessageId(id), created, payload_type, payload };
            prop_assert_eq!(Message::decode(&message.encode()), Ok(message));
        }
    }
}
