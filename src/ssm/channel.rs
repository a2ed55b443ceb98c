//! One session's data channel, alive from its opening to its end: bounded queues on both sides, and a task of its own
//! (`connection_loop`) that carries them over as many connections as it takes. Dropping the channel ends the session remotely.
//! What the bytes mean is the business of `shell`, `command` and `forward`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::connection_loop::Pump;
use super::handshake::{SessionType, Version};
use super::network::Network;
use super::start_request::{Opened, SessionSource};
use super::wire::{Flag, Size};
use crate::world::Fault;

/// How the channel behaves; the defaults are right for AWS.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The way out to the internet.
    pub network: Network,
    /// Whether the session begins with a handshake, as ports and non-interactive commands do. Without one, nothing is
    /// sent before the first output: the agent would acknowledge and drop it.
    pub has_handshake: bool,
    /// How often the other end is pinged.
    pub ping: Duration,
    /// A connection without any frame for this long is lost.
    pub silence: Duration,
    /// How long the first connection is tried before the session is given up: nobody has anything to lose yet, and who
    /// waits wants the reason.
    pub first_patience: Duration,
    /// How long reconnecting is tried before the session is given up; an expired login does not count against it.
    pub patience: Duration,
    /// How long the session waits for a new login.
    pub login_patience: Duration,
    /// How long the handshake may take on one connection.
    pub handshake: Duration,
    /// After this much silence a session without handshake counts as begun: some commands print nothing.
    pub quiet_start: Duration,
    /// The first and the longest pause between two attempts to reconnect.
    pub pauses: (Duration, Duration),
}

impl Settings {
    /// For a shell or any session without handshake.
    #[must_use]
    pub fn plain(network: Network) -> Self {
        Self {
            network,
            has_handshake: false,
            ping: Duration::from_secs(30),
            silence: Duration::from_secs(120),
            first_patience: Duration::from_secs(9),
            patience: Duration::from_secs(300),
            login_patience: Duration::from_secs(1200),
            handshake: Duration::from_secs(15),
            quiet_start: Duration::from_secs(3),
            pauses: (Duration::from_millis(200), Duration::from_secs(5)),
        }
    }

    /// For a port or a non-interactive command.
    #[must_use]
    pub fn with_handshake(network: Network) -> Self {
        Self { has_handshake: true, ..Self::plain(network) }
    }
}

/// What goes to the remote side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outgoing {
    /// Bytes, of any length.
    Bytes(Bytes),
    /// The terminal's size.
    Size(Size),
    /// A signal of a port session.
    Flag(Flag),
}

/// What comes from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Incoming {
    /// The session began: input counts from here on. Comes first, and once.
    Begun {
        /// What the agent said it is, if there was a handshake.
        kind: Option<SessionType>,
        /// The agent's version, if there was a handshake.
        agent: Option<Version>,
    },
    /// The first output of a session that was taken for begun without it.
    Woke,
    /// Bytes.
    Bytes(Bytes),
    /// Bytes of standard error.
    Errors(Bytes),
    /// The remote command's exit code.
    Exit(i32),
    /// A signal of a port session.
    Flag(Flag),
    /// What the account wants its users to read.
    Greeting(String),
}

/// How it is going.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Link {
    /// The first connection is being made.
    Opening,
    /// All is well.
    Up,
    /// The service is there, the remote machine is not for now.
    Away,
    /// The connection was lost, because of this; a new one is being made.
    Lost(Fault),
    /// A new connection needs a new login; the session waits for it.
    Login(Fault),
    /// It is over.
    Ended(End),
}

/// A look at a channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// The connection.
    pub link: Link,
    /// Since when input has gone unanswered, if it has; a healthy agent answers in well under a second.
    pub unanswered: Option<Instant>,
    /// How often the connection was made anew.
    pub resumed: u32,
}

/// How a session ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// The service or the remote side closed it, with its reason or an empty one.
    Closed(String),
    /// We left.
    Left,
    /// It could not be reached any more.
    Lost(Fault),
    /// The two sides did not understand each other.
    Broken(String),
}

impl End {
    /// One sentence for a reader.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Closed(why) if why.trim().is_empty() => "The session ended.".to_owned(),
            Self::Closed(why) => format!("The session ended: {}", why.trim()),
            Self::Left => "The session was closed from here.".to_owned(),
            Self::Lost(fault) => format!("The session was lost. {}", fault.sentence()),
            Self::Broken(why) => format!("The session was given up: {why}."),
        }
    }
}

/// A session under way: its id for the records, and our end of it.
#[derive(Debug)]
pub struct Session {
    /// Its id, as AWS's own records name it.
    pub id: String,
    /// Our end.
    pub channel: Channel,
}

/// How many pieces wait on their way out and in. With the pieces' sizes this bounds a channel's memory.
const OUT: usize = 16;
const IN: usize = 64;

/// Our end of a session.
#[derive(Debug)]
pub struct Channel {
    sender: mpsc::Sender<Outgoing>,
    receiver: mpsc::Receiver<Incoming>,
    status: watch::Receiver<Status>,
    pump: JoinHandle<End>,
}

impl Channel {
    /// Takes over a session that was just opened. From here on it is this channel's to end.
    #[must_use]
    pub fn start(source: Arc<dyn SessionSource>, opened: Opened, settings: Settings) -> Self {
        let (sender, outgoing) = mpsc::channel(OUT);
        let (incoming, receiver) = mpsc::channel(IN);
        let first = Status { link: Link::Opening, unanswered: None, resumed: 0 };
        let (tell, status) = watch::channel(first);
        let pump = Pump::new(source, opened, settings, (outgoing, incoming), tell);
        Self { sender, receiver, status, pump: tokio::spawn(pump.run()) }
    }

    /// A channel whose remote side is played in this process: for simulations. `play` hears what goes out, says what
    /// comes in, and tells how it ended; it is dropped when we leave.
    #[must_use]
    pub fn played<F>(play: impl FnOnce(mpsc::Receiver<Outgoing>, mpsc::Sender<Incoming>) -> F) -> Self
    where
        F: Future<Output = End> + Send + 'static,
    {
        let (sender, outgoing) = mpsc::channel(OUT);
        let (incoming, receiver) = mpsc::channel(IN);
        let (tell, status) = watch::channel(Status { link: Link::Up, unanswered: None, resumed: 0 });
        let ours = incoming.clone();
        let play = play(outgoing, incoming);
        let pump = tokio::spawn(async move {
            let end = tokio::select! {
                end = play => end,
                () = ours.closed() => End::Left,
            };
            tell.send_modify(|status| status.link = Link::Ended(end.clone()));
            end
        });
        Self { sender, receiver, status, pump }
    }

    /// The way out. Full while the remote side takes nothing.
    #[must_use]
    pub fn sender(&self) -> mpsc::Sender<Outgoing> {
        self.sender.clone()
    }

    /// The next thing from the remote side; `None` when the session is over and all was given out.
    pub async fn next(&mut self) -> Option<Incoming> {
        self.receiver.recv().await
    }

    /// How it is going, now and as it changes.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Leaves: what was given to the sender still goes out, within reason; then the session is ended remotely. Gives how
    /// it ended, also if it had before.
    pub async fn end(self) -> End {
        let Self { sender, mut receiver, status, pump } = self;
        drop(sender);
        receiver.close();
        drop(receiver);
        drop(status);
        pump.await.unwrap_or_else(|error| End::Broken(format!("its task stopped: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::End;
    use crate::world::{Fault, FaultKind};

    #[test]
    fn ends_are_told_in_a_sentence() {
        assert_eq!(End::Closed(" \n".to_owned()).sentence(), "The session ended.");
        assert_eq!(End::Closed("timed out".to_owned()).sentence(), "The session ended: timed out");
        let fault = Fault::new(FaultKind::Offline, "ssm:ResumeSession", "no route");
        assert!(End::Lost(fault).sentence().contains("no route"));
    }
}
