//! The terminal handed to a remote program, byte for byte: raw, its size followed, and given back as it was however the
//! session ends, with everything taken back that a program may have left switched on. What is not well with the
//! connection stands on the last line. Knows nothing of what is said over the session.

use std::fs::File;
use std::io::{self, IsTerminal, stdout};
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode, size};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::transcript::{Kept, Transcript};
use crate::os::keyboard::Keyboard;
use crate::os::stdio::{Inward, Outward};
use crate::os::tty_file::{GRACE, forget_output, open_to_write, write_within};
use crate::ssm::channel::{Channel, End, Link, Status};
use crate::ssm::shell;
use crate::ssm::wire::Size;
use crate::text;

/// Takes back what a remote program may have left: alternate screen, scroll region, hidden cursor, mouse, focus and
/// paste reports, application keys, colours, no wrapping. The cursor is saved before, as leaving the alternate screen
/// puts it where it was saved last.
const RESET: &str = "\x1b7\x1b[?1049l\x1b7\x1b[r\x1b8\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\
                     \x1b[?2004l\x1b[?1l\x1b>\x1b[?7h\x1b(B\x1b[0m";
/// Sizes that change faster than this are one change.
const SETTLE: Duration = Duration::from_millis(100);
/// Input unanswered for this long is worth a word; a healthy agent answers in well under a second.
const DEAF: Duration = Duration::from_secs(15);

/// Ends whatever a program wrote half of.
const CUT: &str = "\x18\x1b\\";

/// The terminal while it is a remote program's. Dropping it gives the terminal back, within a bounded time also where
/// the terminal reads nothing.
#[derive(Debug)]
pub struct Handed(Option<File>);

impl Handed {
    /// Hands it over.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn take() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self(open_to_write().ok()))
    }
}

impl Drop for Handed {
    fn drop(&mut self) {
        if let Some(file) = &self.0
            && write_within(file, RESET.as_bytes(), GRACE).is_ok_and(|went| went < RESET.len())
        {
            forget_output(file);
            let _ = write_within(file, &[CUT.as_bytes(), RESET.as_bytes()].concat(), Duration::ZERO);
        }
        let _ = disable_raw_mode();
    }
}

/// Runs a session on this process's terminal, or on its pipes where there is no terminal, until it ends or `stop`
/// comes. What it shows goes into `transcript` too, where there is one.
///
/// # Errors
/// When the terminal cannot be handed over; the session is ended then.
pub async fn hand_over(
    channel: Channel,
    transcript: Option<&mut Transcript>,
    stop: impl Future<Output = ()>,
) -> io::Result<End> {
    let output = Kept::new(Outward::stdout(), transcript);
    if !io::stdin().is_terminal() || !stdout().is_terminal() {
        let (_fixed, sizes) = watch::channel(Size { cols: 80, rows: 24 });
        return Ok(shell::run_until(channel, Inward::default(), output, sizes, stop).await);
    }
    let handed = Handed::take()?;
    let end = with_keys(channel, (Keyboard::open()?, output), stop).await;
    drop(handed);
    end
}

async fn with_keys(
    channel: Channel,
    (keys, output): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    stop: impl Future<Output = ()>,
) -> io::Result<End> {
    let (tell, sizes) = watch::channel(now());
    let mut changes = signal(SignalKind::window_change())?;
    let follow = async {
        while changes.recv().await.is_some() {
            sleep(SETTLE).await;
            let size = now();
            tell.send_if_modified(|known| std::mem::replace(known, size) != size);
        }
    };
    let status = channel.status();
    Ok(tokio::select! {
        end = shell::run_until(channel, keys, output, sizes.clone(), stop) => end,
        () = follow => unreachable_end(),
        () = watch_over(status, sizes, Outward::stdout()) => unreachable_end(),
    })
}

/// The two others never end before the session does; should they, it was left.
fn unreachable_end() -> End {
    End::Left
}

fn now() -> Size {
    let (cols, rows) = size().unwrap_or((80, 24));
    Size { cols, rows }
}

/// Says on the last line what is not well, and takes it back when it is.
async fn watch_over(
    mut status: watch::Receiver<Status>,
    sizes: watch::Receiver<Size>,
    mut out: impl AsyncWrite + Unpin,
) {
    let mut shown: Option<String> = None;
    loop {
        let message = trouble(&status.borrow_and_update(), Instant::now());
        if message != shown {
            let line = last_line(message.as_deref(), *sizes.borrow());
            if out.write_all(line.as_bytes()).await.is_err() || out.flush().await.is_err() {
                return std::future::pending().await;
            }
            shown = message;
        }
        tokio::select! {
            changed = status.changed() => if changed.is_err() {
                return std::future::pending().await;
            },
            () = sleep(Duration::from_secs(1)) => {}
        }
    }
}

/// What is not well, in a line; `None` if all is.
fn trouble(status: &Status, now: Instant) -> Option<String> {
    let leave = "enter ~ . leaves";
    match &status.link {
        Link::Opening | Link::Ended(_) => None,
        Link::Lost(_) => Some(format!("the connection was lost; toban makes a new one · {leave}")),
        Link::Login(_) => Some(format!("the credentials ran out: log in again in another terminal · {leave}")),
        Link::Away => Some(format!("the remote machine is not connected · {leave}")),
        Link::Up => {
            let deaf = now.duration_since(status.unanswered?);
            (deaf >= DEAF).then(|| format!("no answer for {} s · {leave}", deaf.as_secs()))
        }
    }
}

/// Writes `text` on the last line, or wipes it, and comes back to where the cursor was.
fn last_line(text: Option<&str>, size: Size) -> String {
    let message = text
        .map(|text| format!("\x1b[7m{}\x1b[0m", text::truncate(&format!(" toban: {text} "), usize::from(size.cols))));
    format!("\x1b7\x1b[{};1H\x1b[0m\x1b[2K{}\x1b8", size.rows, message.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Fault, FaultKind};

    #[tokio::test(start_paused = true)]
    async fn silence_is_told_after_fifteen_seconds_and_only_then() {
        let start = Instant::now();
        let status = |link| Status { link, unanswered: Some(start), resumed: 0 };
        assert_eq!(trouble(&status(Link::Up), start + Duration::from_secs(14)), None);
        let said = trouble(&status(Link::Up), start + Duration::from_secs(17)).expect("a word");
        assert!(said.starts_with("no answer for 17 s") && said.contains("~ ."), "{said}");
        let expired = Link::Login(Fault::new(FaultKind::Expired, "ssm:ResumeSession", "token expired"));
        assert!(trouble(&status(expired), start).is_some_and(|said| said.contains("log in")));
        assert_eq!(trouble(&Status { unanswered: None, ..status(Link::Up) }, start), None);
    }

    #[test]
    fn the_last_line_fits_and_the_cursor_comes_back() {
        let line = last_line(Some("no answer for 15 s · enter ~ . leaves"), Size { cols: 20, rows: 5 });
        assert!(line.starts_with("\x1b7\x1b[5;1H") && line.ends_with("\x1b8"), "{line:?}");
        let mut parser = vt100::Parser::new(5.try_into().expect("rows"), 20.try_into().expect("columns"), 0);
        parser.process(b"hello");
        parser.process(line.as_bytes());
        parser.process(b"!");
        assert!(parser.screen().contents().starts_with("hello!"), "{}", parser.screen().contents());
        assert!(parser.screen().contents().contains("toban: no answer"), "{}", parser.screen().contents());
        parser.process(last_line(None, Size { cols: 20, rows: 5 }).as_bytes());
        assert_eq!(parser.screen().contents().trim_end(), "hello!");
    }

    #[test]
    fn what_an_editor_left_on_is_taken_back() {
        let mut parser = vt100::Parser::new(5.try_into().expect("rows"), 20.try_into().expect("columns"), 0);
        parser.process(b"before\r\n\x1b[?1049h\x1b[?25l\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?1h\x1b=\x1b[31mtext");
        parser.process(RESET.as_bytes());
        let screen = parser.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert!(!screen.application_cursor() && !screen.application_keypad());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!((screen.contents().trim_end(), screen.cursor_position()), ("before", (1, 0)));
    }
}
