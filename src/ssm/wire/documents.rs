//! The small JSON documents of a data channel: the first frame, acknowledgements, and why the channel was closed.
//! Their frame is not looked at; what cannot be read is no error here.

use serde::{Deserialize, Serialize};

use super::CLIENT_VERSION;
use super::message::{Kind, Message, MessageId};
use super::payload::PayloadType;

/// The body of an acknowledgement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ack {
    /// The name of the kind that came through.
    pub acknowledged_message_type: String,
    /// Its id.
    pub acknowledged_message_id: String,
    /// Its place.
    pub acknowledged_message_sequence_number: i64,
    /// Always true, even out of order.
    #[serde(default)]
    pub is_sequential_message: bool,
}

impl Ack {
    /// The acknowledgement of `message`, as a message of its own.
    #[must_use]
    pub fn of(message: &Message, id: MessageId, created: u64) -> Message {
        let body = Self {
            acknowledged_message_type: message.kind.name().to_owned(),
            acknowledged_message_id: message.id.to_string(),
            acknowledged_message_sequence_number: message.sequence,
            is_sequential_message: true,
        };
        Message {
            kind: Kind::Acknowledge,
            sequence: 0,
            flags: 3,
            id,
            created,
            payload_type: Some(PayloadType::NONE),
            payload: serde_json::to_vec(&body).unwrap_or_default().into(),
        }
    }

    /// Out of a payload; `None` if it is no acknowledgement.
    #[must_use]
    pub fn decode(payload: &[u8]) -> Option<Self> {
        serde_json::from_slice(payload).ok()
    }
}

/// Why the service closed the channel, as its last message tells; empty for no reason given. A body that cannot be
/// read still ends the session.
#[must_use]
pub fn closed(payload: &[u8]) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Closed {
        #[serde(default)]
        output: Option<String>,
    }
    serde_json::from_slice(payload).ok().and_then(|closed: Closed| closed.output).unwrap_or_default()
}

/// The first frame on every connection, as text.
#[must_use]
pub fn open(token: &str, client: MessageId, request: MessageId) -> String {
    serde_json::json!({
        "MessageSchemaVersion": "1.0",
        "RequestId": request.to_string(),
        "TokenValue": token,
        "ClientId": client.to_string(),
        "ClientVersion": CLIENT_VERSION,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::{Ack, closed, open};
    use crate::ssm::wire::{Kind, Message, MessageId, PayloadType};

    #[test]
    fn an_acknowledgement_names_what_it_answers() {
        let id = MessageId(*b"\x01\x02\x03\x04\x05\x06\x07\x08\x11\x12\x13\x14\x15\x16\x17\x18");
        let (kind, payload_type) = (Kind::Output, Some(PayloadType::OUTPUT));
        let payload = Bytes::from_static(b"hello");
        let message = Message { kind, sequence: 7, flags: 1, id, created: 42, payload_type, payload };
        let ack = Ack::of(&message, message.id, 1);
        assert_eq!((ack.sequence, ack.flags, ack.payload_type), (0, 3, Some(PayloadType::NONE)));
        assert_eq!(
            ack.payload,
            r#"{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"01020304-0506-0708-1112-131415161718","AcknowledgedMessageSequenceNumber":7,"IsSequentialMessage":true}"#
        );
        assert_eq!(Ack::decode(&ack.payload).map(|ack| ack.acknowledged_message_sequence_number), Some(7));
        assert_eq!(Ack::decode(b"[1]"), None);
    }

    #[test]
    fn why_it_was_closed_is_read_leniently() {
        assert_eq!(closed(br#"{"MessageType":"channel_closed","Output":"timed out"}"#), "timed out");
        assert_eq!(closed(b"\xff"), "");
    }

    #[test]
    fn the_first_frame_holds_the_token() {
        let id = MessageId::random(&mut fastrand::Rng::with_seed(1));
        assert!(open("secret", id, id).contains(r#""TokenValue":"secret""#));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (Ack::decode(&bytes), closed(&bytes));
        }
    }
}
