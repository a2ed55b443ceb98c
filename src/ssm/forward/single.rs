//! One connection after the other over a port session, for agents too old to carry several: its bytes as they are, and
//! a flag between two connections. Further ones wait until it ends, which is told.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::time::sleep;

use super::{Counters, LocalListener};
use crate::ssm::channel::{Channel, Incoming, Outgoing};
use crate::ssm::wire::{CHUNK, Flag};

/// How a connection ended.
enum Over {
    Connection,
    Session,
}

/// Runs until the session is over.
pub(super) async fn run(
    channel: &mut Channel,
    door: &LocalListener,
    linger: Duration,
    counters: &Arc<Counters>,
) -> Option<String> {
    loop {
        let socket = tokio::select! {
            socket = door.next() => socket,
            // Late bytes of the last connection are not the next one's.
            item = channel.next() => {
                item?;
                continue;
            }
        };
        let over = {
            let _counted = counters.connection();
            let mut carried = std::pin::pin!(carry(channel, socket, linger, counters));
            loop {
                tokio::select! {
                    over = &mut carried => break over,
                    // Whoever comes now waits for it to end, which is told.
                    () = door.knock(), if !counters.is_crowded() => counters.crowded(Some(1)),
                }
            }
        };
        counters.crowded(None);
        if let Over::Session = over {
            return None;
        }
    }
}

async fn carry(channel: &mut Channel, mut socket: TcpStream, linger: Duration, counters: &Counters) -> Over {
    let _ = socket.set_nodelay(true);
    let sender = channel.sender();
    let (mut read, mut write) = socket.split();
    let finished = Notify::new();
    let up = async {
        let mut buffer = [0; CHUNK];
        loop {
            match read.read(&mut buffer).await {
                Ok(0) => break,
                Err(_) => return,
                Ok(count) => {
                    Counters::add(&counters.up, count);
                    let piece = Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default());
                    if sender.send(Outgoing::Bytes(piece)).await.is_err() {
                        return;
                    }
                }
            }
        }
        finished.notify_one();
        std::future::pending::<()>().await;
    };
    let down = async {
        let mut is_finished = false;
        loop {
            let item = tokio::select! {
                item = channel.next() => item,
                () = finished.notified(), if !is_finished => {
                    is_finished = true;
                    continue;
                }
                () = sleep(linger), if is_finished => return Over::Connection,
            };
            match item {
                None => return Over::Session,
                Some(Incoming::Bytes(bytes)) => {
                    if write.write_all(&bytes).await.is_err() {
                        return Over::Connection;
                    }
                    Counters::add(&counters.down, bytes.len());
                }
                Some(Incoming::Flag(Flag::CONNECT_FAILED)) => {
                    Counters::add(&counters.refused, 1);
                    return Over::Connection;
                }
                Some(_) => {}
            }
        }
    };
    let over = tokio::select! {
        () = up => Over::Connection,
        over = down => over,
    };
    if let Over::Connection = over {
        part(&sender).await;
    }
    over
}

/// Tells the agent to close its connection and wait for the next.
async fn part(sender: &mpsc::Sender<Outgoing>) {
    let _ = sender.send(Outgoing::Flag(Flag::DISCONNECT)).await;
}
