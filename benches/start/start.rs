//! How soon the first frame stands, and what standing still costs: the built binary in a pty,
//! beside a program that does nothing but print, in the same run.
//! `cargo build --release && cargo bench -p toban-bench-start`.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark says what it measured, and has nothing to say if it cannot be set up"
)]

use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const RUNS: usize = 21;
const STILL: Duration = Duration::from_secs(10);

/// The console that lies built beside the benches.
fn console() -> PathBuf {
    let here = std::env::current_exe().expect("the way to this bench");
    let built = here.ancestors().nth(2).expect("the target directory").join("toban");
    assert!(built.exists(), "{} is not there: run `cargo build --release` first", built.display());
    built
}

fn command(home: &std::path::Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(console());
    command.env_clear();
    command.env("HOME", home);
    command.env("TOBAN_STATE_DIR", home.join("state"));
    command.env("TERM", "xterm-256color");
    // This pty answers no question about its background.
    command.env("COLORFGBG", "15;0");
    command.arg("--demo");
    command
}

/// Milliseconds until `mark` comes out of a fresh pty, and what is left running there.
fn until(command: CommandBuilder, mark: &str, still: Option<Duration>) -> (f64, Option<(f64, usize)>) {
    let size = PtySize { rows: 35, cols: 120, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("a pty");
    let mut reader = pair.master.try_clone_reader().expect("its output");
    let mut writer = pair.master.take_writer().expect("its input");
    let begun = Instant::now();
    let mut child = pair.slave.spawn_command(command).expect("it starts");
    drop(pair.slave);
    let mut seen = Vec::new();
    let mut chunk = [0; 8192];
    while !String::from_utf8_lossy(&seen).contains(mark) {
        let read = reader.read(&mut chunk).expect("output");
        assert!(read > 0, "it ended before it said {mark:?}");
        seen.extend_from_slice(chunk.get(..read).unwrap_or_default());
    }
    let first = begun.elapsed().as_secs_f64() * 1000.0;
    let pid = child.process_id().unwrap_or_default();
    let idle = still.map(|still| {
        let counted = std::thread::spawn(move || {
            let mut bytes = 0;
            while let Ok(read @ 1..) = reader.read(&mut chunk) {
                bytes += read;
            }
            bytes
        });
        std::thread::sleep(Duration::from_secs(5)); // the first readings come in
        let before = cpu(pid);
        std::thread::sleep(still);
        let spent = cpu(pid) - before;
        let _ = writer.write_all(b"\x03");
        let _ = child.wait();
        (spent, counted.join().unwrap_or_default())
    });
    let _ = child.kill();
    let _ = child.wait();
    (first, idle)
}

/// Milliseconds of processor time a process has used, from `/proc`; 0 where that is not there.
fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields.get(11..13).into_iter().flatten().filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks * 10.0
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn main() {
    let home = tempfile::tempdir().expect("a home");
    let mut echo = Vec::new();
    let mut frame = Vec::new();
    for _ in 0..RUNS {
        let mut print = CommandBuilder::new("/bin/echo");
        print.arg("toban");
        echo.push(until(print, "toban", None).0);
        frame.push(until(command(home.path()), "toban", None).0);
    }
    let (echo, frame) = (median(echo), median(frame));
    println!("first frame: {frame:.1} ms, median of {RUNS}; /bin/echo in the same pty: {echo:.1} ms");
    let (_, idle) = until(command(home.path()), "toban", Some(STILL));
    if let Some((spent, _)) = idle {
        println!("standing still for {} s over the living demo: {spent:.0} ms of processor time", STILL.as_secs());
    }
}
