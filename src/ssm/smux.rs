//! Several connections in one port session: the frames of smux version 1 (xtaci/smux), cut out of a byte stream and
//! put into it. Pure; frames may span messages, memory is bounded by one frame, and no input may panic.
//! Version 2's windows are not used by the agent; keep-alive frames are read and never sent.

use bytes::{Buf, BufMut, Bytes, BytesMut};

const VERSION: u8 = 1;
const HEADER: usize = 8;
/// The most data put into one frame: small ones let connections take turns.
pub const LARGEST: usize = 8 << 10;

const OPEN: u8 = 0;
const FINISH: u8 = 1;
const DATA: u8 = 2;
const NOTHING: u8 = 3;

/// One frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// A connection begins.
    Open(u32),
    /// No more comes on it.
    Finish(u32),
    /// Bytes of it.
    Data(u32, Bytes),
    /// Keep-alive.
    Nothing,
}

impl Frame {
    /// As bytes. Data beyond 65,535 bytes does not fit a frame and is cut off: callers keep to [`LARGEST`].
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let (command, stream, data): (u8, u32, &[u8]) = match self {
            Self::Open(stream) => (OPEN, *stream, &[]),
            Self::Finish(stream) => (FINISH, *stream, &[]),
            Self::Data(stream, data) => (DATA, *stream, data),
            Self::Nothing => (NOTHING, 0, &[]),
        };
        let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
        let mut bytes = BytesMut::with_capacity(HEADER + data.len());
        bytes.put_u8(VERSION);
        bytes.put_u8(command);
        bytes.put_u16_le(length);
        bytes.put_u32_le(stream);
        bytes.put_slice(data.get(..usize::from(length)).unwrap_or_default());
        bytes.freeze()
    }
}

/// The stream is not smux: the session cannot go on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotSmux {
    /// Another version.
    #[error("the agent speaks version {0} of the port protocol, not 1")]
    Version(u8),
    /// An unknown command.
    #[error("the agent sent command {0}, which the port protocol does not have")]
    Command(u8),
}

/// Cuts frames out of the stream.
#[derive(Debug, Default)]
pub struct Frames {
    rest: BytesMut,
}

impl Frames {
    /// Takes more of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
    }

    /// The next whole frame; `None` until more was pushed.
    ///
    /// # Errors
    /// The stream is not smux; the same error comes back for ever.
    pub fn take(&mut self) -> Result<Option<Frame>, NotSmux> {
        match self.rest.first() {
            None => return Ok(None),
            Some(&VERSION) => {}
            Some(&other) => return Err(NotSmux::Version(other)),
        }
        let command = match self.rest.get(1) {
            None => return Ok(None),
            Some(&command @ (OPEN | FINISH | DATA | NOTHING)) => command,
            Some(&other) => return Err(NotSmux::Command(other)),
        };
        let Some(mut header) = self.rest.get(2..HEADER) else { return Ok(None) };
        let (length, stream) = (usize::from(header.get_u16_le()), header.get_u32_le());
        if self.rest.len() < HEADER + length {
            return Ok(None);
        }
        self.rest.advance(HEADER);
        let data = self.rest.split_to(length).freeze();
        Ok(Some(match command {
            OPEN => Frame::Open(stream),
            FINISH => Frame::Finish(stream),
            DATA => Frame::Data(stream, data),
            _ => Frame::Nothing,
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bytes, Frame, Frames, NotSmux};

    fn all(frames: &mut Frames) -> Result<Vec<Frame>, NotSmux> {
        std::iter::from_fn(|| frames.take().transpose()).collect()
    }

    #[test]
    fn frames_are_laid_out_as_documented() {
        assert_eq!(&Frame::Open(3).encode()[..], [1, 0, 0, 0, 3, 0, 0, 0]);
        assert_eq!(&Frame::Finish(0x0102_0304).encode()[..], [1, 1, 0, 0, 4, 3, 2, 1]);
        assert_eq!(&Frame::Data(1, Bytes::from_static(b"hi")).encode()[..], b"\x01\x02\x02\x00\x01\x00\x00\x00hi");
    }

    #[test]
    fn another_protocol_is_fatal() {
        let mut frames = Frames::default();
        frames.push(b"\x02\x00");
        assert_eq!(frames.take(), Err(NotSmux::Version(2)));
        assert_eq!(frames.take(), Err(NotSmux::Version(2)), "for ever");
        let mut frames = Frames::default();
        frames.push(b"\x01\x09");
        assert_eq!(frames.take(), Err(NotSmux::Command(9)));
    }

    fn frame() -> impl Strategy<Value = Frame> {
        prop_oneof![
            any::<u32>().prop_map(Frame::Open),
            any::<u32>().prop_map(Frame::Finish),
            Just(Frame::Nothing),
            (any::<u32>(), proptest::collection::vec(any::<u8>(), 0..300))
                .prop_map(|(stream, data)| Frame::Data(stream, data.into())),
        ]
    }

    proptest! {
        #[test]
        fn frames_survive_any_cut(sent in proptest::collection::vec(frame(), 0..20), cut in 1usize..200) {
            let stream: Vec<u8> = sent.iter().flat_map(|frame| frame.encode().to_vec()).collect();
            let (mut frames, mut got) = (Frames::default(), Vec::new());
            for part in stream.chunks(cut) {
                frames.push(part);
                got.extend(all(&mut frames).expect("smux"));
            }
            prop_assert_eq!(got, sent);
        }

        #[test]
        fn no_bytes_panic_and_little_is_kept(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..20)) {
            let mut frames = Frames::default();
            for part in parts {
                frames.push(&part);
                if all(&mut frames).is_err() {
                    break;
                }
                prop_assert!(frames.rest.len() < 8 + 65_536);
            }
        }
    }
}
