//! The task behind a channel: connects, talks, reconnects, and ends the session on its way out. Numbers, queues and
//! keys outlive connections. It reads no further while the reader is slow, so nothing is ever dropped.
//! What a message means is `session_state`'s; this file owns the order of things.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::channel::{End, Incoming, Link, Outgoing, Settings, Status};
use super::connect::{PATIENCE, Socket, dial};
use super::session_state::{SessionEvent, Talk};
use super::start_request::{Entrance, Opened, SessionSource};
use super::terminate_guard::Guard;
use super::wire::MessageId;
use crate::world::{Fault, FaultKind};

/// Frames on their way to the socket's writer.
const WRITING: usize = 64;
/// Acknowledgements and the like that wait for the writer. A peer that sends but does not read is not read either.
const BACKLOG: usize = 4096;
/// Input unanswered for this long on a live connection: a new one is tried, which also tells whether the session is.
const UNANSWERED: Duration = Duration::from_secs(300);
/// How long what was already given may take to go out when we leave.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The task's state.
#[derive(Debug)]
pub(super) struct Pump {
    source: Arc<dyn SessionSource>,
    id: String,
    entrance: Option<Entrance>,
    client: MessageId,
    settings: Settings,
    outgoing: mpsc::Receiver<Outgoing>,
    incoming: mpsc::Sender<Incoming>,
    tell: watch::Sender<Status>,
    session_state: Talk,
    /// Given by the user and not yet cut into messages.
    input: Option<Outgoing>,
    guard: Guard,
}

/// Why talking over one connection stopped.
enum Stop {
    Lost(Fault),
    End(End),
}

impl Pump {
    pub(super) fn new(
        source: Arc<dyn SessionSource>,
        opened: Opened,
        settings: Settings,
        (outgoing, incoming): (mpsc::Receiver<Outgoing>, mpsc::Sender<Incoming>),
        tell: watch::Sender<Status>,
    ) -> Self {
        let Opened { id, target, entrance } = opened;
        Self {
            guard: Guard::new(Arc::clone(&source), id.clone()),
            session_state: Talk::new(id.clone(), target, settings.has_handshake),
            client: MessageId::random(&mut fastrand::Rng::new()),
            entrance: Some(entrance),
            input: None,
            source,
            id,
            settings,
            outgoing,
            incoming,
            tell,
        }
    }

    /// Runs until the session is over, here or there.
    pub(super) async fn run(mut self) -> End {
        let end = self.connections().await;
        tracing::debug!(session = self.id, end = end.sentence(), duplicates = self.session_state.duplicates(), "over");
        match &end {
            // The service said so itself.
            End::Closed(_) => self.guard.disarm(),
            End::Left | End::Lost(_) | End::Broken(_) => self.guard.end().await,
        }
        self.tell
            .send_modify(|status| *status = Status { link: Link::Ended(end.clone()), unanswered: None, ..*status });
        end
    }

    fn link(&self, link: Link) {
        self.tell.send_if_modified(|status| {
            let changes = status.link != link;
            status.link = link;
            changes
        });
    }

    async fn connections(&mut self) -> End {
        let mut lost: Option<Fault> = None;
        loop {
            let socket = tokio::select! {
                socket = self.connect(lost.take()) => socket,
                () = left(&self.incoming) => return End::Left,
            };
            let socket = match socket {
                Ok(socket) => socket,
                Err(end) => return end,
            };
            match self.carry(socket).await {
                Stop::End(end) => return end,
                Stop::Lost(fault) => {
                    tracing::debug!(session = self.id, fault = fault.sentence(), "connection lost");
                    self.link(Link::Lost(fault.clone()));
                    lost = Some(fault);
                }
            }
        }
    }

    /// Makes a connection, with as many attempts as patience allows. The first uses the entrance that came with the
    /// session, every later one asks for a fresh one.
    async fn connect(&self, lost: Option<Fault>) -> Result<Socket, End> {
        let since = Instant::now();
        let is_first = !self.session_state.has_connected();
        let mut pause = self.settings.pauses.0;
        let mut given = self.entrance.clone().filter(|_| lost.is_none());
        let mut first: Option<Fault> = None;
        loop {
            let tried = async {
                let entrance = match given.take() {
                    Some(entrance) => entrance,
                    None => match self.source.resume(&self.id).await? {
                        Some(entrance) => entrance,
                        None => return Ok(None),
                    },
                };
                let patience = match is_first {
                    true => (since + self.settings.first_patience).duration_since(Instant::now()),
                    false => PATIENCE,
                };
                dial(&*self.source, &entrance, &self.settings.network, (self.client, patience)).await.map(Some)
            };
            let fault = match tried.await {
                Ok(Some(socket)) => return Ok(socket),
                Ok(None) => {
                    let gone = "it timed out, or was ended by someone else";
                    return Err(match first {
                        Some(first) => End::Lost(Fault { message: format!("{}; then {gone}", first.message), ..first }),
                        None => End::Closed(gone.to_owned()),
                    });
                }
                Err(fault) => fault,
            };
            let told = if is_first { with_first_reason(&mut first, &fault) } else { fault.clone() };
            let patience = match fault.kind {
                FaultKind::Expired | FaultKind::Credentials => {
                    self.link(Link::Login(fault.clone()));
                    self.settings.login_patience
                }
                FaultKind::Denied | FaultKind::Gone | FaultKind::Refused => return Err(End::Lost(told)),
                FaultKind::Throttled
                | FaultKind::Offline
                | FaultKind::Timeout
                | FaultKind::Garbled
                | FaultKind::Unavailable
                | FaultKind::Odd => {
                    self.link(Link::Lost(told.clone()));
                    self.settings.patience
                }
            };
            let patience = if is_first { self.settings.first_patience } else { patience };
            if since.elapsed() + pause > patience {
                return Err(End::Lost(told));
            }
            sleep(pause).await;
            pause = (pause * 2).min(self.settings.pauses.1);
        }
    }

    /// Talks over one connection until it is lost or the session ends.
    async fn carry(&mut self, socket: Socket) -> Stop {
        let (sink, mut stream) = socket.split();
        let (writer, frames) = mpsc::channel(WRITING);
        let mut writing = tokio::spawn(write(sink, frames));
        let stop = self.exchange(&mut stream, &writer, &mut writing).await;
        if matches!(stop, Stop::End(End::Left | End::Broken(_))) {
            let _ = timeout(LAST_WORDS, self.last_words(&mut stream, &writer)).await;
        }
        drop(writer);
        writing.abort();
        stop
    }

    async fn exchange(
        &mut self,
        stream: &mut SplitStream<Socket>,
        writer: &mpsc::Sender<Frame>,
        writing: &mut tokio::task::JoinHandle<Fault>,
    ) -> Stop {
        let begun = Instant::now();
        let incoming = self.incoming.clone();
        if self.session_state.connected() {
            self.tell.send_modify(|status| status.resumed = status.resumed.saturating_add(1));
        }
        self.link(Link::Up);
        let mut heard = begun;
        let mut ping = begun + self.settings.ping;
        // Once the sender is gone for good there is nothing to wait for there.
        let mut more_input = true;
        loop {
            match self.session_state.step(self.source.as_ref()).await {
                Ok(()) => {}
                Err(end) => {
                    self.give_out_rest().await;
                    return Stop::End(end);
                }
            }
            self.cut_input();
            let is_reading = self.session_state.ready.is_empty() && self.session_state.out.len() < BACKLOG;
            let wants_input = more_input && self.input.is_none();
            let timer = next_timer(&self.session_state, &self.settings, (begun, heard, ping), is_reading);
            tokio::select! {
                room = writer.reserve(), if !self.session_state.out.is_empty() => {
                    let Ok(room) = room else { return Stop::Lost(failed(writing).await) };
                    let mut room = Some(room);
                    while let Some(room) = room.take().or_else(|| writer.try_reserve().ok()) {
                        let Some(bytes) = self.session_state.out.pop_front() else { break };
                        room.send(Frame::Binary(bytes));
                    }
                }
                fault = &mut *writing => {
                    return Stop::Lost(fault.unwrap_or_else(|error| offline(error.to_string())));
                }
                room = incoming.reserve(), if !self.session_state.ready.is_empty() => {
                    let Ok(room) = room else { return Stop::End(End::Left) };
                    if let Some(item) = self.session_state.ready.pop_front() {
                        room.send(item);
                    }
                    // Time in which we did not listen is not the peer's silence.
                    heard = Instant::now();
                }
                frame = stream.next(), if is_reading => {
                    heard = Instant::now();
                    match frame {
                        Some(Ok(Frame::Binary(bytes))) => match self.session_state.hear(&bytes) {
                            SessionEvent::Goes => {}
                            SessionEvent::Link(link) => self.link(link),
                            SessionEvent::Ends(end) => {
                                self.give_out_rest().await;
                                return Stop::End(end);
                            }
                        },
                        Some(Ok(Frame::Close(why))) => {
                            let why = why.map_or_else(String::new, |why| format!(" ({} {})", why.code, why.reason));
                            return Stop::Lost(offline(format!("the service closed the connection{why}")));
                        }
                        Some(Ok(_)) => {}
                        Some(Err(error)) => return Stop::Lost(offline(error.to_string())),
                        None => return Stop::Lost(offline("the connection ended".to_owned())),
                    }
                }
                given = self.outgoing.recv(), if wants_input => match given {
                    Some(given) => self.input = Some(given),
                    None => more_input = false,
                },
                () = incoming.closed() => return Stop::End(End::Left),
                () = sleep_until(timer) => {
                    let now = Instant::now();
                    if self.session_state.ready.is_empty() && now >= heard + self.settings.silence {
                        let seconds = self.settings.silence.as_secs();
                        return Stop::Lost(offline(format!("nothing was heard for {seconds} s")));
                    }
                    if now >= ping {
                        ping = now + self.settings.ping;
                        // A full writer is a sign of life asked for already.
                        let _ = writer.try_send(Frame::Ping(Bytes::new()));
                    }
                    if let Err(end) = self.look_at_the_clock(begun, is_reading) {
                        return end;
                    }
                }
            }
            self.tell_unanswered();
        }
    }

    /// What waits for the clock: the start without output, the handshake's limit, retransmission, dead sessions.
    fn look_at_the_clock(&mut self, begun: Instant, is_reading: bool) -> Result<(), Stop> {
        let now = Instant::now();
        if !self.session_state.has_begun() && now >= beginning(&self.session_state, &self.settings, begun) {
            if self.session_state.is_shaking() {
                let seconds = self.settings.handshake.as_secs();
                let why = format!("the agent did not begin the session within {seconds} s");
                return Err(Stop::End(End::Broken(why)));
            }
            self.session_state.begin_quietly();
        }
        // While we do not read, the answers may be lying unread.
        if is_reading {
            self.session_state.resend_overdue();
            if self.session_state.unanswered().is_some_and(|since| now >= since.max(begun) + UNANSWERED) {
                return Err(Stop::Lost(offline(format!("no answer for {} s", UNANSWERED.as_secs()))));
            }
        }
        Ok(())
    }

    /// Cuts what was given into messages, as far as there is room.
    fn cut_input(&mut self) {
        if let Some(given) = self.input.take() {
            self.input = self.session_state.say(given);
        }
    }

    fn tell_unanswered(&self) {
        let since = self.session_state.unanswered();
        self.tell.send_if_modified(|status| {
            let changes = status.unanswered != since;
            status.unanswered = since;
            // Every message is unanswered for a moment: only those who ask need to know.
            changes && since.is_none()
        });
    }

    /// What was received before the end still reaches the reader, who may be slow but not gone.
    async fn give_out_rest(&mut self) {
        while let Some(item) = self.session_state.ready.pop_front() {
            if self.incoming.send(item).await.is_err() {
                return;
            }
        }
    }

    /// Sends what was given before we left, and waits until it was answered: a flag that ends the session remotely.
    async fn last_words(&mut self, stream: &mut SplitStream<Socket>, writer: &mpsc::Sender<Frame>) {
        while let Some(given) = self.input.take().or_else(|| self.outgoing.try_recv().ok()) {
            self.input = self.session_state.say(given);
            if self.input.is_some() {
                break;
            }
        }
        loop {
            while let Some(bytes) = self.session_state.out.pop_front() {
                if writer.send(Frame::Binary(bytes)).await.is_err() {
                    return;
                }
            }
            if self.session_state.unanswered().is_none() {
                return;
            }
            match stream.next().await {
                Some(Ok(Frame::Binary(bytes))) => {
                    if let SessionEvent::Ends(_) = self.session_state.hear(&bytes) {
                        return;
                    }
                    self.session_state.ready = VecDeque::new();
                }
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            }
        }
    }
}

/// When the clock is looked at next, on a connection made at `begun` over which something was `heard` last, and which is to
/// be pinged at `ping`.
fn next_timer(
    session_state: &Talk,
    settings: &Settings,
    (begun, heard, ping): (Instant, Instant, Instant),
    is_reading: bool,
) -> Instant {
    let mut next = ping;
    if !session_state.has_begun() {
        next = next.min(beginning(session_state, settings, begun));
    }
    if session_state.ready.is_empty() {
        next = next.min(heard + settings.silence);
    }
    // While we do not read nothing is sent again: a look that is overdue would follow the one before without a pause.
    match session_state.next_look() {
        Some(look) if is_reading => next.min(look.max(begun)),
        _ => next,
    }
}

/// Until when a session that has not begun is left alone, on a connection made at `begun`.
fn beginning(session_state: &Talk, settings: &Settings, begun: Instant) -> Instant {
    match session_state.is_shaking() {
        true => session_state.shaking_since().map_or(begun, |since| since.max(begun)) + settings.handshake,
        false => begun + settings.quiet_start,
    }
}

/// Resolves when nobody listens any more.
async fn left(incoming: &mpsc::Sender<Incoming>) {
    incoming.closed().await;
}

/// Why the writer stopped.
async fn failed(writing: &mut tokio::task::JoinHandle<Fault>) -> Fault {
    writing.await.unwrap_or_else(|error| offline(error.to_string()))
}

/// What is told of a first connection that cannot be made: why it could not, also where a fresh entrance was asked for since
/// and there was none, which is only what followed. A login that is needed is told as such.
fn with_first_reason(first: &mut Option<Fault>, fault: &Fault) -> Fault {
    let follows =
        fault.operation == "ssm:ResumeSession" && !matches!(fault.kind, FaultKind::Expired | FaultKind::Credentials);
    match first {
        Some(first) if follows => {
            Fault { message: format!("{}; then {}", first.message, fault.sentence()), ..first.clone() }
        }
        Some(_) => fault.clone(),
        None => first.insert(fault.clone()).clone(),
    }
}

fn offline(why: String) -> Fault {
    Fault::new(FaultKind::Offline, "ssmmessages:OpenDataChannel", why)
}

/// Writes frames until it fails or there are no more; flushes when none waits.
async fn write(mut sink: SplitSink<Socket, Frame>, mut frames: mpsc::Receiver<Frame>) -> Fault {
    while let Some(frame) = frames.recv().await {
        let mut sent = sink.feed(frame).await;
        while let (Ok(()), Ok(frame)) = (&sent, frames.try_recv()) {
            sent = sink.feed(frame).await;
        }
        let flushed = match sent {
            Ok(()) => sink.flush().await,
            Err(error) => Err(error),
        };
        if let Err(error) = flushed {
            return offline(error.to_string());
        }
    }
    offline("the connection was let go".to_owned())
}

#[cfg(test)]
mod tests;
