//! The agent's side of a port session: smux frames to and from real TCP connections, or one connection's plain bytes.

use std::collections::HashMap;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

type Input = mpsc::UnboundedReceiver<(u32, Vec<u8>)>;
type Output = mpsc::Sender<(u32, Vec<u8>)>;

const TERMINATE: [u8; 4] = [0, 0, 0, 2];
const REFUSED: [u8; 4] = [0, 0, 0, 3];

fn frame(command: u8, stream: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1, command];
    bytes.extend((data.len() as u16).to_le_bytes());
    bytes.extend(stream.to_le_bytes());
    bytes.extend(data);
    bytes
}

/// Sends one frame whole, as one byte stream cut into payloads.
async fn send(output: &mpsc::Sender<Vec<u8>>, bytes: Vec<u8>) -> bool {
    output.send(bytes).await.is_ok()
}

pub(super) async fn many(host: String, port: u16, mut input: Input, output: Output) {
    // Frames of all connections make one stream; its payloads are cut where they are full, not where frames end.
    let (frames, mut stream) = mpsc::channel::<Vec<u8>>(16);
    let out = output.clone();
    let cutter = tokio::spawn(async move {
        let mut rest = Vec::new();
        while let Some(bytes) = stream.recv().await {
            rest.extend(bytes);
            while rest.len() >= 1024 || (stream.is_empty() && !rest.is_empty()) {
                let tail = rest.split_off(rest.len().min(1024));
                if out.send((1, std::mem::replace(&mut rest, tail))).await.is_err() {
                    return;
                }
            }
        }
    });
    let mut streams: HashMap<u32, mpsc::UnboundedSender<Vec<u8>>> = HashMap::new();
    let mut buffer = Vec::new();
    while let Some((kind, bytes)) = input.recv().await {
        if kind == 10 {
            assert_eq!(bytes, TERMINATE, "an odd flag");
            break;
        }
        buffer.extend(bytes);
        while buffer.len() >= 8 {
            assert_eq!(buffer[0], 1, "not smux");
            let length = usize::from(u16::from_le_bytes([buffer[2], buffer[3]]));
            if buffer.len() < 8 + length {
                break;
            }
            let rest = buffer.split_off(8 + length);
            let whole = std::mem::replace(&mut buffer, rest);
            let id = u32::from_le_bytes([whole[4], whole[5], whole[6], whole[7]]);
            match whole[1] {
                0 => {
                    let (to_port, from_client) = mpsc::unbounded_channel();
                    streams.insert(id, to_port);
                    tokio::spawn(connection(id, (host.clone(), port), from_client, frames.clone(), output.clone()));
                }
                // No half-closed connections: all of it ends.
                1 => drop(streams.remove(&id)),
                2 => {
                    if let Some(stream) = streams.get(&id) {
                        let _ = stream.send(whole[8..].to_vec());
                    }
                }
                other => panic!("command {other}"),
            }
        }
    }
    cutter.abort();
}

async fn connection(
    id: u32,
    to: (String, u16),
    mut from_client: mpsc::UnboundedReceiver<Vec<u8>>,
    frames: mpsc::Sender<Vec<u8>>,
    output: Output,
) {
    let Ok(mut socket) = TcpStream::connect(to).await else {
        let _ = output.send((10, REFUSED.to_vec())).await;
        send(&frames, frame(1, id, b"")).await;
        return;
    };
    let (mut read, mut write) = socket.split();
    let down = async {
        let mut buffer = vec![0; 16 << 10];
        while let Ok(count @ 1..) = read.read(&mut buffer).await {
            if !send(&frames, frame(2, id, &buffer[..count])).await {
                return;
            }
        }
        send(&frames, frame(1, id, b"")).await;
    };
    let up = async {
        while let Some(bytes) = from_client.recv().await {
            if write.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = down => {}
        () = up => {}
    }
}

pub(super) async fn single(host: String, port: u16, mut input: Input, output: Output) {
    let mut socket: Option<TcpStream> = None;
    let mut buffer = vec![0; 1024];
    loop {
        let read = async {
            match socket.as_mut() {
                Some(socket) => socket.read(&mut buffer).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            item = input.recv() => match item {
                None => return,
                Some((10, flag)) if flag == TERMINATE => return,
                Some((10, _)) => socket = None,
                Some((_, bytes)) => {
                    if socket.is_none() {
                        socket = TcpStream::connect((host.as_str(), port)).await.ok();
                    }
                    match socket.as_mut() {
                        Some(socket) => socket.write_all(&bytes).await.unwrap(),
                        None => output.send((10, REFUSED.to_vec())).await.unwrap(),
                    }
                }
            },
            read = read => match read {
                Ok(count @ 1..) => output.send((1, buffer[..count].to_vec())).await.unwrap(),
                Ok(_) | Err(_) => socket = None,
            },
        }
    }
}
