//! A terminal for tests: a pty with an emulator behind it. Types keys, waits for what should
//! appear (never for time to pass), and can be asked what stands on the screen and what state
//! the terminal was left in. Asserts nothing about toban itself.
#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a test whose terminal cannot be set up, or whose screen never comes, must fail at once and show the screen"
)]

pub(crate) mod svg;

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Nothing here takes this long unless it hangs: the machine may be slow and shared.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Seen {
    raw: Vec<u8>,
    closed: bool,
}

struct Glass {
    parser: vt100::Parser,
    seen: Seen,
}

/// A program in a terminal.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    glass: Arc<(Mutex<Glass>, Condvar)>,
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has cells")
}

fn lock(glass: &(Mutex<Glass>, Condvar)) -> MutexGuard<'_, Glass> {
    glass.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the cursor stands in this line of a screen, framed or not.
pub(crate) fn has_cursor(line: &str) -> bool {
    line.trim_start_matches('║').starts_with('▸')
}

/// The built binary with these arguments, and nothing in its environment but `env` and that it has a terminal.
pub(crate) fn console(env: &[(String, String)], arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(crate::support::said::program());
    command.env_clear();
    for (name, value) in env {
        command.env(name, value);
    }
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.args(arguments);
    command
}

impl Terminal {
    /// Starts the built binary over the simulated account with these arguments more, in a home of its own in Tokyo.
    pub(crate) fn demo(columns: u16, rows: u16, more: &[&str]) -> (Self, tempfile::TempDir) {
        let home = tempfile::tempdir().expect("a home");
        let mut command = console(&[], &[&["--demo"], more].concat());
        command.env("HOME", home.path());
        command.env("TOBAN_STATE_DIR", home.path().join("state"));
        command.env("TZ", "Asia/Tokyo");
        (Self::run(command, columns, rows), home)
    }

    /// Starts `command` in a dark terminal of this size, which says in the environment that it is dark: the emulator
    /// answers no questions.
    pub(crate) fn run(mut command: CommandBuilder, columns: u16, rows: u16) -> Self {
        if command.get_env("COLORFGBG").is_none() {
            command.env("COLORFGBG", "15;0");
        }
        Self::untold(command, columns, rows)
    }

    /// Starts `command` in a terminal that does not say in the environment what its background is.
    pub(crate) fn untold(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pty");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        let glass = Arc::new((Mutex::new(Glass { parser, seen: Seen::default() }), Condvar::new()));
        let mut reader = pair.master.try_clone_reader().expect("the pty's output");
        let behind = Arc::clone(&glass);
        std::thread::spawn(move || {
            let mut chunk = [0; 8192];
            loop {
                let read = reader.read(&mut chunk).unwrap_or(0);
                let mut glass = lock(&behind);
                let bytes = chunk.get(..read).unwrap_or_default();
                glass.parser.process(bytes);
                glass.seen.raw.extend_from_slice(bytes);
                glass.seen.closed = read == 0;
                behind.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().expect("the pty's input");
        Self { master: pair.master, keyboard, child, glass }
    }

    /// Types `keys` as they are: `\r` is enter, `\u{1b}` escape, `\u{3}` ctrl-c.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the program takes keys");
        self.keyboard.flush().expect("the program takes keys");
    }

    /// Waits until the screen's text satisfies `good`; fails with the screen if it never does.
    pub(crate) fn wait(&self, what: &str, good: impl Fn(&str) -> bool) -> String {
        self.wait_screen(what, |screen| good(&screen.contents()))
    }

    /// The same, looking at the whole screen: colours, cursor, modes.
    pub(crate) fn wait_screen(&self, what: &str, good: impl Fn(&vt100::Screen) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        let mut glass = lock(&self.glass);
        while !good(glass.parser.screen()) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || glass.seen.closed {
                let why = if glass.seen.closed { "the program ended" } else { "time ran out" };
                panic!("waiting for {what}, but {why}; the screen shows:\n{}", glass.parser.screen().contents());
            }
            glass = self.glass.1.wait_timeout(glass, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        glass.parser.screen().contents()
    }

    /// Waits until the program has written `bytes`, and gives all it wrote until then.
    pub(crate) fn wrote(&self, bytes: &[u8]) -> Vec<u8> {
        let end = Instant::now() + PATIENCE;
        let mut glass = lock(&self.glass);
        while !glass.seen.raw.windows(bytes.len()).any(|window| window == bytes) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !glass.seen.closed,
                "the program never wrote {}, but ended: {}; the screen shows:\n{}",
                bytes.escape_ascii(),
                glass.seen.closed,
                glass.parser.screen().contents()
            );
            glass = self.glass.1.wait_timeout(glass, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        glass.seen.raw.clone()
    }

    /// Waits until `text` stands on the screen.
    pub(crate) fn shows(&self, text: &str) -> String {
        self.wait(&format!("{text:?}"), |screen| screen.contains(text))
    }

    /// Waits until `text` is gone from the screen.
    pub(crate) fn hides(&self, text: &str) -> String {
        self.wait(&format!("{text:?} to go"), |screen| !screen.contains(text))
    }

    /// Looks at the screen as it is now.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&vt100::Screen) -> T) -> T {
        at(lock(&self.glass).parser.screen())
    }

    /// Every byte the program wrote so far.
    pub(crate) fn raw(&self) -> Vec<u8> {
        lock(&self.glass).seen.raw.clone()
    }

    /// Changes the terminal's size.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        lock(&self.glass).parser.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).expect("a new size");
    }

    /// The program's process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().expect("a process id")
    }

    /// Sends the program a signal by name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -{name} failed");
    }

    /// The program's side of the terminal, opened once more. Dropped before `end`, which waits until nobody has it.
    pub(crate) fn other_side(&self) -> std::fs::File {
        let path = format!("/proc/{}/fd/0", self.pid());
        std::fs::File::options().read(true).write(true).open(path).expect("the program's terminal")
    }

    /// Waits until the program has read every key.
    pub(crate) fn is_read(&self, side: &std::fs::File) {
        self.until("the keys to be read", || rustix::io::ioctl_fionread(side).is_ok_and(|left| left == 0));
    }

    /// Waits for the program's end alone, whatever it still wrote.
    pub(crate) fn exits(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(Instant::now() < end, "the program does not end");
            self.moment();
        }
    }

    fn until(&self, what: &str, good: impl Fn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !good() {
            assert!(Instant::now() < end, "waited for {what} in vain");
            self.moment();
        }
    }

    /// Lets a little time go by, or until the program writes.
    fn moment(&self) {
        drop(self.glass.1.wait_timeout(lock(&self.glass), Duration::from_millis(10)));
    }

    /// Waits for the program's end and everything it still wrote.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        let mut glass = lock(&self.glass);
        while !glass.seen.closed {
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "the program does not end; the screen shows:\n{}",
                glass.parser.screen().contents()
            );
            glass = self.glass.1.wait_timeout(glass, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(glass);
        self.child.wait().expect("an exit status")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
