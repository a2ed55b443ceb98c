//! What messages carry: the types of payloads, and those that are more than bytes: signals, sizes, exit codes.
//! What a type or a number means for a session is not decided here.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// What a payload is: the number at the header's end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PayloadType(pub u32);

impl PayloadType {
    /// Nothing, as in acknowledgements.
    pub const NONE: Self = Self(0);
    /// Bytes of a stream.
    pub const OUTPUT: Self = Self(1);
    /// An error's text.
    pub const ERROR: Self = Self(2);
    /// The terminal's size.
    pub const SIZE: Self = Self(3);
    /// The agent asks for the handshake.
    pub const HANDSHAKE_REQUEST: Self = Self(5);
    /// Our answer.
    pub const HANDSHAKE_RESPONSE: Self = Self(6);
    /// The handshake is done.
    pub const HANDSHAKE_COMPLETE: Self = Self(7);
    /// The agent wants to see that we have the key.
    pub const CHALLENGE_REQUEST: Self = Self(8);
    /// The proof.
    pub const CHALLENGE_RESPONSE: Self = Self(9);
    /// A signal of a port session.
    pub const FLAG: Self = Self(10);
    /// Bytes of the command's standard error.
    pub const STDERR: Self = Self(11);
    /// The command's exit code as text.
    pub const EXIT_CODE: Self = Self(12);
}

/// Signals of a port session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Flag(pub u32);

impl Flag {
    /// Close the connection to the port, keep the session.
    pub const DISCONNECT: Self = Self(1);
    /// End the session.
    pub const TERMINATE: Self = Self(2);
    /// The agent could not connect to the port.
    pub const CONNECT_FAILED: Self = Self(3);

    /// As a payload.
    #[must_use]
    pub fn encode(self) -> Bytes {
        Bytes::copy_from_slice(&self.0.to_be_bytes())
    }

    /// Out of a payload.
    #[must_use]
    pub fn decode(payload: &[u8]) -> Option<Self> {
        Some(Self(u32::from_be_bytes(*payload.first_chunk()?)))
    }
}

/// A terminal's size.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Size {
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
}

impl Size {
    /// As a payload.
    #[must_use]
    pub fn encode(self) -> Bytes {
        format!(r#"{{"cols":{},"rows":{}}}"#, self.cols, self.rows).into()
    }
}

/// The number in an exit code's payload, `EXIT_CODE: 3`.
#[must_use]
pub fn exit_code(payload: &[u8]) -> Option<i32> {
    let text = std::str::from_utf8(payload).ok()?;
    text.trim().rsplit([':', ' ', '\n']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Flag, exit_code};

    #[test]
    fn exit_codes_are_read_leniently() {
        assert_eq!(exit_code(b"EXIT_CODE: 3"), Some(3));
        assert_eq!(exit_code(b"EXIT_CODE: -1\n"), Some(-1));
        assert_eq!(exit_code(b"EXIT_CODE: none"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), number: u32) {
            let _ = (exit_code(&bytes), Flag::decode(&bytes));
            prop_assert_eq!(Flag::decode(&Flag(number).encode()), Some(Flag(number)));
        }
    }
}
