//! What a tunnel costs in memory while a local program does not read: the built binary, looked at from outside, so
//! that nothing of the gateway or the peer is counted. Linux only, where `/proc` tells.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

use super::Site;
use super::tunnels::Held;

/// What must be enough for one tunnel, in bytes.
const ENOUGH: u64 = 10_000_000;

/// A database that sends for ever to whoever connects, and counts what it got rid of.
fn gushing() -> (u16, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let sent = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&sent);
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            while socket.write_all(&[3; 4096]).is_ok() {
                counter.fetch_add(4096, Ordering::Relaxed);
            }
        }
    });
    (port, sent)
}

/// Waits until nothing has moved for two seconds, and gives how much had.
fn stands_still(sent: &AtomicU64) -> u64 {
    let (mut last, mut quiet) = (u64::MAX, 0);
    while quiet < 20 {
        sleep(Duration::from_millis(100));
        let now = sent.load(Ordering::Relaxed);
        quiet = if now == last { quiet + 1 } else { 0 };
        last = now;
    }
    last
}

/// What a process has in memory, in bytes.
fn resident(pid: u32) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).expect("its memory");
    let pages: u64 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    pages * 4096
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg(target_os = "linux")]
async fn a_tunnel_whose_reader_stalls_stays_small_and_loses_nothing() {
    let context = Site::with(&["kajimaru"]).await;
    let (port, sent) = gushing();
    context.gateway.databases(port);
    let name = context.databases("kajimaru/kajimaru").pop().expect("a database");
    tokio::task::block_in_place(|| {
        let mut command = Command::new(crate::support::said::program());
        command.env_clear().envs(context.env()).args(["tunnel", "--json", &name]);
        let held = Held::open(command);
        let before = resident(held.pid());
        let mut socket = TcpStream::connect(held.address()).expect("it listens");
        let mut some = vec![0; 1_000_000];
        socket.read_exact(&mut some).expect("a megabyte");
        let passed = stands_still(&sent);
        let grown = resident(held.pid()).saturating_sub(before);
        eprintln!("a stalled reader: {:.1} MB more in memory after {:.1} MB", grown as f64 / 1e6, passed as f64 / 1e6);
        assert!(grown <= ENOUGH, "{grown} bytes more than before");
        let mut rest = vec![0; 5_000_000];
        socket.read_exact(&mut rest).expect("all that waited, and more");
        assert!(some.iter().chain(&rest).all(|byte| *byte == 3));
        drop(socket);
        assert_eq!(held.leave("-TERM").code, Some(0));
    });
    context.gateway.assert_clean();
}
