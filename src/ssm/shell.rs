//! A shell, or any interactive command, over a channel: bytes in, bytes out, the size when it changes, and the escape.
//! Whose bytes they are (a terminal's, a test's) is not known here; nothing is decoded on the way.

use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, watch};

use super::channel::{Channel, End, Incoming, Outgoing};
use super::escape::Escape;
use super::wire::{CHUNK, Size};

/// How much typing is kept while the remote side takes none. The escape works as long as there is room.
const TYPED_AHEAD: usize = 256 << 10;
/// Why a shell ends that was asked nothing, as far as experience tells.
const UNASKED: &str = "it ended before anything was typed; where shells do that at once, the root disk is full or the \
                       user's shell profile exits";
/// What ends the input of a terminal: the remote shell leaves when our input ends.
const END_OF_INPUT: &[u8] = &[4];

/// Runs the session until it ends, the escape is typed, or the output cannot be written. `sizes` holds the terminal's
/// size; it is sent when the session begins and on every change.
pub async fn run<I, O>(channel: Channel, input: I, output: O, sizes: watch::Receiver<Size>) -> End
where
    I: AsyncRead + Unpin,
    O: AsyncWrite + Unpin,
{
    run_until(channel, input, output, sizes, std::future::pending()).await
}

/// The same, left as soon as `stop` comes: a signal that ends the program.
pub async fn run_until<I, O>(
    mut channel: Channel,
    input: I,
    output: O,
    sizes: watch::Receiver<Size>,
    stop: impl Future<Output = ()>,
) -> End
where
    I: AsyncRead + Unpin,
    O: AsyncWrite + Unpin,
{
    let sender = channel.sender();
    let (begun, is_begun) = watch::channel(0u32);
    let typed = AtomicBool::new(false);
    tokio::select! {
        () = show(&mut channel, output, &begun) => {}
        () = type_in(input, sender.clone(), &typed) => {}
        () = resize(sizes, is_begun, sender) => {}
        () = stop => {}
    }
    match channel.end().await {
        // Nobody asked it to, and the service gives no reason.
        End::Closed(why) if why.trim().is_empty() && !typed.load(Ordering::Relaxed) => End::Closed(UNASKED.to_owned()),
        end => end,
    }
}

async fn show(channel: &mut Channel, mut output: impl AsyncWrite + Unpin, begun: &watch::Sender<u32>) {
    while let Some(item) = channel.next().await {
        let bytes = match item {
            // Once more on the first output: a size sent before it can be acknowledged and dropped.
            Incoming::Begun { .. } | Incoming::Woke => {
                begun.send_modify(|count| *count += 1);
                continue;
            }
            Incoming::Bytes(bytes) | Incoming::Errors(bytes) => bytes,
            Incoming::Greeting(text) => Bytes::from(format!("{}\r\n", crate::text::harmless(&text))),
            Incoming::Exit(_) | Incoming::Flag(_) => continue,
        };
        if output.write_all(&bytes).await.is_err() || output.flush().await.is_err() {
            return;
        }
    }
}

/// Passes the input on; returns when the escape was typed. Reads on while the remote side takes nothing.
async fn type_in(mut input: impl AsyncRead + Unpin, sender: mpsc::Sender<Outgoing>, typed: &AtomicBool) {
    let mut escape = Escape::default();
    let mut ahead: Vec<u8> = Vec::new();
    let mut read = [0; CHUNK];
    let mut is_open = true;
    while is_open || !ahead.is_empty() {
        tokio::select! {
            room = sender.reserve(), if !ahead.is_empty() => {
                let Ok(room) = room else { return };
                let piece = ahead.len().min(CHUNK);
                room.send(Outgoing::Bytes(ahead.drain(..piece).collect()));
            }
            got = input.read(&mut read), if is_open && ahead.len() < TYPED_AHEAD => match got {
                Ok(count @ 1..) => {
                    typed.store(true, Ordering::Relaxed);
                    let (passed, leaves) = escape.type_in(read.get(..count).unwrap_or_default());
                    if leaves {
                        return;
                    }
                    ahead.extend(passed);
                }
                Ok(0) | Err(_) => {
                    typed.store(true, Ordering::Relaxed);
                    is_open = false;
                    ahead.extend_from_slice(END_OF_INPUT);
                }
            },
        }
    }
    // The remote side has the last word.
    sender.closed().await;
}

async fn resize(mut sizes: watch::Receiver<Size>, mut begun: watch::Receiver<u32>, sender: mpsc::Sender<Outgoing>) {
    if begun.wait_for(|count| *count > 0).await.is_err() {
        return std::future::pending().await;
    }
    let mut sent = None;
    let mut told = 0;
    let mut sizes_come = true;
    loop {
        let (size, count) = (*sizes.borrow_and_update(), *begun.borrow_and_update());
        if sent != Some(size) || told != count {
            if sender.send(Outgoing::Size(size)).await.is_err() {
                return std::future::pending().await;
            }
            (sent, told) = (Some(size), count);
        }
        tokio::select! {
            changed = sizes.changed(), if sizes_come => sizes_come = changed.is_ok(),
            changed = begun.changed() => if changed.is_err() {
                return std::future::pending().await;
            },
        }
    }
}
