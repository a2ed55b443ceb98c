//! Many connections in one port session. Each has a task; all share the way out, piece by piece in turn, and a budget
//! of memory on the way in. When a stalled reader has used it up the whole session waits: smux 1 knows no windows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Counters, LocalListener};
use crate::ssm::channel::{Channel, Incoming, Outgoing};
use crate::ssm::smux::{Frame, Frames, LARGEST};
use crate::ssm::wire::Flag;

/// What may wait for local readers: half of what the agent's smux keeps, so that a tunnel stays small.
const BUDGET: usize = 2 << 20;
/// How long what a local program still sends is swallowed after the remote side closed, so that it can read the rest.
const DRAIN: Duration = Duration::from_secs(2);

/// Something for a local connection; data with its share of the budget, given back when dropped.
enum Piece {
    Data(Bytes, OwnedSemaphorePermit),
    Finish,
}

/// Runs until the session is over; the answer says why it was given up, if it was.
pub(super) async fn run(
    channel: &mut Channel,
    door: &LocalListener,
    linger: Duration,
    counters: &Arc<Counters>,
) -> Option<String> {
    let budget = Arc::new(Semaphore::new(BUDGET));
    let mut frames = Frames::default();
    let mut streams: HashMap<u32, mpsc::UnboundedSender<Piece>> = HashMap::new();
    // Dropped on return, and with it every connection.
    let mut tasks: JoinSet<u32> = JoinSet::new();
    let mut next = 1u32;
    loop {
        tokio::select! {
            socket = door.next(), if tasks.len() < door.most() => {
                counters.crowded(None);
                let (to_local, pieces) = mpsc::unbounded_channel();
                streams.insert(next, to_local);
                let connection = Connection { id: next, sender: channel.sender(), counters: Arc::clone(counters), linger };
                tasks.spawn(connection.run(socket, pieces));
                // Ours are odd.
                next = next.wrapping_add(2);
            }
            // Whoever comes now waits for one of them to end, which is told.
            () = door.knock(), if tasks.len() >= door.most() && !counters.is_crowded() => {
                counters.crowded(Some(tasks.len()));
            }
            Some(done) = tasks.join_next(), if !tasks.is_empty() => {
                if let Ok(id) = done {
                    streams.remove(&id);
                }
            }
            item = channel.next() => match item? {
                Incoming::Bytes(bytes) => {
                    frames.push(&bytes);
                    loop {
                        match frames.take() {
                            Err(why) => return Some(why.to_string()),
                            Ok(None) => break,
                            Ok(Some(frame)) => hand_over(frame, &streams, &budget).await,
                        }
                    }
                }
                Incoming::Flag(Flag::CONNECT_FAILED) => Counters::add(&counters.refused, 1),
                Incoming::Begun { .. }
                | Incoming::Woke
                | Incoming::Errors(_)
                | Incoming::Exit(_)
                | Incoming::Flag(_)
                | Incoming::Greeting(_) => {}
            },
        }
    }
}

/// Gives a frame to its connection, when there is memory for it.
async fn hand_over(frame: Frame, streams: &HashMap<u32, mpsc::UnboundedSender<Piece>>, budget: &Arc<Semaphore>) {
    let (id, piece) = match frame {
        Frame::Data(id, data) if !data.is_empty() && streams.contains_key(&id) => {
            let size = u32::try_from(data.len()).unwrap_or(u32::MAX);
            let Ok(permit) = Arc::clone(budget).acquire_many_owned(size).await else { return };
            (id, Piece::Data(data, permit))
        }
        Frame::Finish(id) => (id, Piece::Finish),
        // The agent opens none, and what came for a connection that has ended is not wanted any more.
        Frame::Open(_) | Frame::Nothing | Frame::Data(..) => return,
    };
    if let Some(stream) = streams.get(&id) {
        let _ = stream.send(piece);
    }
}

/// One local connection.
struct Connection {
    id: u32,
    sender: mpsc::Sender<Outgoing>,
    counters: Arc<Counters>,
    linger: Duration,
}

impl Connection {
    async fn run(self, socket: TcpStream, pieces: mpsc::UnboundedReceiver<Piece>) -> u32 {
        let _counted = self.counters.connection();
        let _ = socket.set_nodelay(true);
        let (mut read, mut write) = socket.into_split();
        if !self.say(&Frame::Open(self.id)).await {
            return self.id;
        }
        let finished = Notify::new();
        let up = async {
            // The local program may be done sending and still read; one that broke off does neither.
            if self.up(&mut read).await {
                finished.notify_one();
                std::future::pending::<()>().await;
            }
        };
        let remote_finished = tokio::select! {
            () = up => false,
            remote_finished = self.down(pieces, &mut write, &finished) => remote_finished,
        };
        self.say(&Frame::Finish(self.id)).await;
        if remote_finished && write.shutdown().await.is_ok() {
            // Closing while bytes lie unread would reset the connection and take back what was just written.
            let _ = timeout(DRAIN, tokio::io::copy(&mut read, &mut tokio::io::sink())).await;
        }
        self.id
    }

    async fn say(&self, frame: &Frame) -> bool {
        self.sender.send(Outgoing::Bytes(frame.encode())).await.is_ok()
    }

    /// Carries what the local program sends; true when it ended in order.
    async fn up(&self, read: &mut OwnedReadHalf) -> bool {
        let mut buffer = BytesMut::with_capacity(LARGEST);
        loop {
            buffer.reserve(LARGEST);
            match read.read_buf(&mut (&mut buffer).limit(LARGEST)).await {
                Ok(0) => return true,
                Err(_) => return false,
                Ok(count) => {
                    Counters::add(&self.counters.up, count);
                    if !self.say(&Frame::Data(self.id, buffer.split().freeze())).await {
                        return false;
                    }
                }
            }
        }
    }

    /// Carries what the remote side sends; true when it said it was done, false when nobody is there to read it.
    async fn down(
        &self,
        mut pieces: mpsc::UnboundedReceiver<Piece>,
        write: &mut tokio::net::tcp::OwnedWriteHalf,
        finished: &Notify,
    ) -> bool {
        let mut is_finished = false;
        loop {
            let piece = tokio::select! {
                piece = pieces.recv() => piece,
                () = finished.notified(), if !is_finished => {
                    is_finished = true;
                    continue;
                }
                () = sleep(self.linger), if is_finished => return false,
            };
            match piece {
                None => return false,
                Some(Piece::Finish) => return true,
                Some(Piece::Data(data, _permit)) => {
                    if write.write_all(&data).await.is_err() {
                        return false;
                    }
                    Counters::add(&self.counters.down, data.len());
                }
            }
        }
    }
}
