//! One connection to a port of the remote side over a channel, its bytes as they are: what an SSH client speaks through. No
//! terminal, no escape; whose bytes they are is not known here.

use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::sleep;

use super::channel::{Channel, End, Incoming, Outgoing};
use super::command::write;
use super::wire::{CHUNK, Flag};

/// How long answers are taken once our side has closed.
const LINGER: Duration = Duration::from_secs(1);

/// How a connection went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Carried {
    /// Whether the agent reached nobody at the port.
    pub is_refused: bool,
    /// How its session ended.
    pub end: End,
}

/// Carries bytes both ways until the session ends, either side closes, or `stop` comes. What our side wrote before it closed is
/// still sent.
pub async fn run<I, O>(mut channel: Channel, mut input: I, mut output: O, stop: impl Future<Output = ()>) -> Carried
where
    I: AsyncRead + Unpin,
    O: AsyncWrite + Unpin,
{
    let sender = channel.sender();
    let up = async {
        let mut buffer = [0; CHUNK];
        while let Ok(count @ 1..) = input.read(&mut buffer).await {
            let piece = Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default());
            if sender.send(Outgoing::Bytes(piece)).await.is_err() {
                return;
            }
        }
        // What is still on its way back is waited for: whoever closed its end may read on.
        sleep(LINGER).await;
    };
    let mut is_refused = false;
    let down = async {
        while let Some(item) = channel.next().await {
            match item {
                Incoming::Bytes(bytes) => {
                    if write(&mut output, &bytes).await.is_err() {
                        return;
                    }
                }
                Incoming::Flag(Flag::CONNECT_FAILED) => {
                    is_refused = true;
                    return;
                }
                Incoming::Errors(_)
                | Incoming::Greeting(_)
                | Incoming::Exit(_)
                | Incoming::Flag(_)
                | Incoming::Begun { .. }
                | Incoming::Woke => {}
            }
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
        () = stop => {}
    }
    drop(sender);
    Carried { is_refused, end: channel.end().await }
}
