//! How fast sessions are, against the same peer in the same run. Measurements, not checks of every day: they take
//! minutes, want an otherwise idle machine and a release build. `docs/performance.md` has the command and the figures.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use toban::ssm::forward::{Forward, LINGER};
use toban::ssm::start_request::StartRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::interval;

use super::{Person, forward, open, pattern, server, within};
use crate::gateway::Gateway;

const MB: f64 = 1_000_000.0;

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all[all.len() / 2]
}

/// Keystrokes and their echo at a terminal of this machine, without a session between.
fn echo_of_the_peer(keys: usize) -> Duration {
    let pair = native_pty_system().openpty(PtySize { rows: 40, cols: 100, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut child = pair.slave.spawn_command(CommandBuilder::new("/bin/cat")).unwrap();
    let (mut reader, mut writer) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
    let mut seen = [0; 64];
    let took = (0..keys).map(|_| {
        let since = Instant::now();
        writer.write_all(b"x").unwrap();
        writer.flush().unwrap();
        assert!(reader.read(&mut seen).unwrap() > 0);
        since.elapsed()
    });
    let all = took.collect();
    child.kill().unwrap();
    median(all)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_keystroke_and_its_echo() {
    const KEYS: usize = 300;
    let alone = tokio::task::block_in_place(|| echo_of_the_peer(KEYS));
    let gateway = Gateway::start().await;
    let mut person = Person::at(open(&gateway, &StartRequest::shell("i-1")).await).await;
    person.sees("$ ").await;
    person.type_in("exec cat\r").await;
    person.type_in("ready\r").await;
    person.sees("ready\r\nready\r\n").await;
    let mut all = Vec::new();
    for _ in 0..KEYS {
        let since = Instant::now();
        person.type_in("x").await;
        person.sees("x").await;
        all.push(since.elapsed());
    }
    let through = median(all);
    let added = through.saturating_sub(alone);
    eprintln!("keystroke and echo: {alone:?} at the peer's terminal, {through:?} through a session, {added:?} added");
    gateway.assert_clean();
    assert!(added <= Duration::from_millis(2), "{added:?}");
}

/// Reads all that comes, and gives how much it was and how long it took.
async fn drain(mut socket: TcpStream) -> (usize, Duration) {
    let since = Instant::now();
    socket.write_u8(1).await.unwrap();
    let (mut all, mut buffer) = (0, vec![0; 64 << 10]);
    while let Ok(count @ 1..) = socket.read(&mut buffer).await {
        all += count;
    }
    (all, since.elapsed())
}

fn pace((bytes, took): (usize, Duration)) -> f64 {
    bytes as f64 / MB / took.as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_port_unthrottled() {
    const SIZE: usize = 200_000_000;
    let gateway = Gateway::start().await;
    let forward = forward(&gateway, server(SIZE).await, LINGER).await;
    let got = drain(TcpStream::connect(forward.address()).await.unwrap()).await;
    assert_eq!(got.0, SIZE);
    eprintln!("port, unthrottled: {:.1} MB/s, the peer's own work included", pace(got));
    assert!(pace(got) >= 20.0, "{:.1} MB/s", pace(got));
}

/// A server that sends a kilobyte each millisecond, as the real agent does at its best.
async fn throttled(size: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut ticks = interval(Duration::from_millis(1));
                let _ = socket.read_u8().await;
                for _ in 0..size / 1024 {
                    ticks.tick().await;
                    if socket.write_all(&[7; 1024]).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_port_behind_a_throttled_peer() {
    const SIZE: usize = 10_000 * 1024;
    let gateway = Gateway::start().await;
    let port = throttled(SIZE).await;
    let alone = pace(drain(TcpStream::connect(("127.0.0.1", port)).await.unwrap()).await);
    let forward = forward(&gateway, port, LINGER).await;
    let through = pace(drain(TcpStream::connect(forward.address()).await.unwrap()).await);
    eprintln!("port, throttled: {alone:.3} MB/s from the peer itself, {through:.3} MB/s through a session");
    assert!(through >= alone * 0.9, "{through:.3} of {alone:.3} MB/s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn sixteen_connections_at_once() {
    const SIZE: usize = 10_000_000;
    let gateway = Gateway::start().await;
    let forward = forward(&gateway, server(SIZE).await, LINGER).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let address = forward.address();
        tasks.spawn(async move { drain(TcpStream::connect(address).await.unwrap()).await });
    }
    let mut all = Vec::new();
    while let Some(got) = tasks.join_next().await {
        let (bytes, took) = got.unwrap();
        assert_eq!(bytes, SIZE);
        all.push(took);
    }
    all.sort_unstable();
    let (first, last) = (all[0], all[15]);
    eprintln!("16 connections: the first done after {first:?}, the last after {last:?}");
    assert!(first * 2 >= last, "the last waited for the others: {all:?}");
}

/// Reads all of the ninth pattern, at most `piece` bytes each `every`.
pub(super) async fn read_at(forward: &Forward, piece: usize, every: Duration) -> Vec<u8> {
    let mut socket = TcpStream::connect(forward.address()).await.unwrap();
    socket.write_u8(9).await.unwrap();
    let mut ticks = interval(every);
    let (mut got, mut buffer) = (Vec::new(), vec![0; piece]);
    loop {
        ticks.tick().await;
        // By the clock it takes as long as the machine is loaded: what hangs is a reader who gets nothing more.
        match within(socket.read(&mut buffer)).await.unwrap() {
            0 => return got,
            count => got.extend_from_slice(&buffer[..count]),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement of 100 seconds"]
async fn thirty_megabytes_to_a_reader_of_300_kilobytes_a_second() {
    const SIZE: usize = 30_000_000;
    let gateway = Gateway::start().await;
    let forward = forward(&gateway, server(SIZE).await, LINGER).await;
    let since = Instant::now();
    let got = read_at(&forward, 3000, Duration::from_millis(10)).await;
    eprintln!("30 MB to a slow reader: all there after {:?}", since.elapsed());
    assert!(got == pattern(9, SIZE), "{} of {SIZE} bytes", got.len());
    gateway.assert_clean();
}
