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

/// Runs until the session ends. The first message on `interrupts` interrupts the command, the second leaves it.
pub async fn run<O, E>(mut channel: Channel, mut out: O, mut errors: E, mut interrupts: mpsc::Receiver<()>) -> Ran
where
    O: AsyncWrite + Unpin,
    E: AsyncWrite + Unpin,
{
    let sender = channel.sender();
    let mut exit = None;
    let mut interrupted = false;
    let mut may_interrupt = true;
    loop {
        let item = tokio::select! {
            item = channel.next() => item,
            interrupt = interrupts.recv(), if may_interrupt => {
                match interrupt {
                    None => may_interrupt = false,
                    Some(()) if interrupted => break,
                    Some(()) => {
                        interrupted = true;
                        // A full way out is as deaf as the command would be.
                        let _ = sender.try_send(Outgoing::Bytes(Bytes::from_static(INTERRUPT)));
                    }
                }
                continue;
            }
        };
        let written = match item {
            None => break,
            Some(Incoming::Bytes(bytes)) => write(&mut out, &bytes).await,
            Some(Incoming::Errors(bytes)) => write(&mut errors, &bytes).await,
            Some(Incoming::Greeting(text)) => {
                write(&mut errors, format!("{}\n", crate::text::clean(&text)).as_bytes()).await
            }
            Some(Incoming::Exit(code)) => {
                exit = Some(code);
                Ok(())
            }
            Some(Incoming::Begun { .. } | Incoming::Woke | Incoming::Flag(_)) => Ok(()),
        };
        // Whoever read our output has gone, as `head` does: so does the command.
        if written.is_err() {
            break;
        }
    }
    drop(sender);
    Ran { exit, end: channel.end().await }
}

async fn write(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> std::io::Result<()> {
    to.write_all(bytes).await?;
    to.flush().await
}
