//! A command run in a session whose output is kept instead of shown as it comes: bounded in bytes and in time, journaled like
//! every session. Touches the outside through `Cloud` and the journal writer only.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncWrite, Empty};
use tokio::sync::mpsc;

use super::execute::JournalWriter;
use super::session::{SessionRequest, Visiting, open_session};
use crate::cloud::Cloud;
use crate::ssm::channel::End;
use crate::ssm::{command, exit_marker};
use crate::world::Fault;

/// A command to be run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionCommand {
    /// The session it is run in.
    pub session: SessionRequest,
    /// The mark its exit code is told behind, where the agent tells none.
    pub nonce: Option<String>,
    /// The command as a reader knows it.
    pub line: String,
}

/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Its exit code, where one was told.
    pub exit: Option<i32>,
    /// What it wrote, its errors with it.
    pub output: String,
    /// Whether it wrote more than is kept.
    pub cut: bool,
    /// How the session ended.
    pub end: End,
}

/// So much of the output is kept.
const KEPT: usize = 64 * 1024;
/// What takes longer is interrupted and left.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Runs it.
///
/// # Errors
/// The fault of the journal or of opening the session.
pub async fn run(
    cloud: &dyn Cloud,
    it: &SessionCommand,
    journal_writer: &JournalWriter,
    limit: Duration,
) -> Result<Answer, Fault> {
    let Visiting { session, record } = open_session(cloud, &it.session, journal_writer).await?;
    let mut kept = Kept::default();
    let (interrupt, interrupts) = mpsc::channel(2);
    let ran = {
        let out = &mut kept;
        let channel = session.channel;
        let mut running = std::pin::pin!(async move {
            match &it.nonce {
                Some(nonce) => exit_marker::run(channel, nonce, out, None::<Empty>, interrupts).await,
                None => command::run(channel, out, tokio::io::sink(), interrupts).await,
            }
        });
        tokio::select! {
            ran = &mut running => ran,
            () = tokio::time::sleep(limit) => {
                // The first interrupts it, the second leaves it.
                let _ = interrupt.try_send(());
                let _ = interrupt.try_send(());
                running.await
            }
        }
    };
    record.close(cloud, &ran.end).await;
    let Kept { bytes, cut } = kept;
    Ok(Answer { exit: ran.exit, output: String::from_utf8_lossy(&bytes).into_owned(), cut, end: ran.end })
}

/// Keeps the first of what is written; the rest is swallowed, so that whoever writes is never held up.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    cut: bool,
}

impl AsyncWrite for Kept {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, from: &[u8]) -> Poll<std::io::Result<usize>> {
        let room = KEPT.saturating_sub(self.bytes.len());
        self.cut |= from.len() > room;
        self.bytes.extend(from.iter().take(room));
        Poll::Ready(Ok(from.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    #[tokio::test]
    async fn more_than_is_kept_is_swallowed_and_said() {
        let mut kept = Kept::default();
        kept.write_all(&vec![b'a'; KEPT - 1]).await.expect("written");
        assert!(!kept.cut);
        kept.write_all(b"bc").await.expect("written");
        kept.write_all(&vec![b'd'; KEPT]).await.expect("written");
        assert!(kept.cut && kept.bytes.len() == KEPT && kept.bytes.last() == Some(&b'b'));
    }
}
