//! A command without a terminal over a channel: its output and its errors apart, and its exit code where the agent
//! tells one. Interrupting is a byte, as in a terminal.

use bytes::Bytes;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::channel::{Channel, End, Incoming, Outgoing};

/// What ctrl-C sends; the agent makes a signal of it.
const INTERRUPT: &[u8] = &[3];

/// How a command went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ran {
    /// Its exit code; `None` where the agent does not tell it: in ECS tasks, and for sessions that broke.
    pub exit: Option<i32>,
    /// How its session ended.
    pub end: End,
}

/// What comes to a command from both sides: over its channel, and ctrl-c from the one who runs it.
pub(super) struct Between {
    channel: Channel,
    sender: mpsc::Sender<Outgoing>,
    interrupts: mpsc::Receiver<()>,
    /// Whether somebody may still interrupt it.
    may_interrupt: bool,
    interrupted: bool,
}

impl Between {
    pub(super) fn new(channel: Channel, interrupts: mpsc::Receiver<()>) -> Self {
        let sender = channel.sender();
        Self { channel, sender, interrupts, may_interrupt: true, interrupted: false }
    }

    /// What comes next over the channel; `None` when nothing does any more, or it is to be left. The first message on
    /// `interrupts` interrupts the command, the second leaves it.
    pub(super) async fn next(&mut self) -> Option<Incoming> {
        loop {
            tokio::select! {
                item = self.channel.next() => return item,
                interrupt = self.interrupts.recv(), if self.may_interrupt => match interrupt {
                    None => self.may_interrupt = false,
                    Some(()) if self.interrupted => return None,
                    Some(()) => {
                        self.interrupted = true;
                        // A full way out is as deaf as the command would be.
                        let _ = self.sender.try_send(Outgoing::Bytes(Bytes::from_static(INTERRUPT)));
                    }
                },
            }
        }
    }

    /// Ends the session, and tells how it ended.
    pub(super) async fn end(self) -> End {
        drop(self.sender);
        self.channel.end().await
    }
}

/// Runs until the session ends. The first message on `interrupts` interrupts the command, the second leaves it.
pub async fn run<O, E>(channel: Channel, mut out: O, mut errors: E, interrupts: mpsc::Receiver<()>) -> Ran
where
    O: AsyncWrite + Unpin,
    E: AsyncWrite + Unpin,
{
    let mut between = Between::new(channel, interrupts);
    let mut exit = None;
    while let Some(item) = between.next().await {
        let written = match item {
            Incoming::Bytes(bytes) => write(&mut out, &bytes).await,
            Incoming::Errors(bytes) => write(&mut errors, &bytes).await,
            Incoming::Greeting(text) => {
                write(&mut errors, format!("{}\n", crate::text::harmless(&text)).as_bytes()).await
            }
            Incoming::Exit(code) => {
                exit = Some(code);
                Ok(())
            }
            Incoming::Begun { .. } | Incoming::Woke | Incoming::Flag(_) => Ok(()),
        };
        // Whoever read our output has gone, as `head` does: so does the command.
        if written.is_err() {
            break;
        }
    }
    Ran { exit, end: between.end().await }
}

/// Writes what came, if anything did, where its reader sees it at once.
pub(super) async fn write(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> std::io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    to.write_all(bytes).await?;
    to.flush().await
}
