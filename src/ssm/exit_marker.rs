//! Exit codes where the agent tells none, as in ECS tasks: the command runs inside a shell that says its exit code
//! behind a mark no output holds by chance. The reader is pure; `run` carries it over a channel. What the terminal on
//! the other side did to line ends is undone, so that a file comes out as it is. A standard input goes through that
//! terminal as text (base64), because what it takes for keys must not be in it, and ends with the key for its end.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::mpsc;

use super::channel::{Channel, End, Incoming, Outgoing};
use super::command::{Between, Ran, write};
use crate::text::shell::quoted;

/// Begins and ends the mark: "record separator", which text does not hold.
const RECORD: u8 = 0x1e;
/// The longest number behind the mark.
const DIGITS: usize = 4;

/// The command line for `ecs:ExecuteCommand` that runs `line` and then tells its exit code behind `nonce`. It waits to
/// be ended: output that is still on its way when a session closes by itself may be lost.
#[must_use]
pub fn command(line: &str, nonce: &str) -> String {
    let script = format!("( {line}\n) </dev/null; printf '\\036toban-{nonce}:%d\\036' $?; read -r _");
    format!("/bin/sh -c {}", quoted(&script))
}

/// The same for a line that is given a standard input: it says behind `nonce` when it takes some, takes [`feed`]'s, and its
/// terminal leaves output as it is. The exit code is told as soon as the line is done, also where input never ends.
#[must_use]
pub fn fed_command(line: &str, nonce: &str) -> String {
    let script = format!(
        "if command -v stty >/dev/null && command -v base64 >/dev/null && stty -echo -opost; then \
         printf '\\036toban-{nonce}:{GO}\\036'; \
         base64 -d | {{ ( {line}\n); printf '\\036toban-{nonce}:%d\\036' $?; }}; \
         else echo 'toban: standard input takes stty and base64 there'; printf '\\036toban-{nonce}:{MISSING}\\036'; fi; \
         while read -r _; do :; done; read -r _"
    );
    format!("/bin/sh -c {}", quoted(&script))
}

/// Says that input is taken.
const GO: &str = "go";
/// What a shell says of a command that is not there.
const MISSING: u8 = 127;
/// So many bytes of input are one line: far fewer than a terminal keeps of one (4,095; 1,024 outside Linux).
const LINE: usize = 57;
/// So much is read at once.
const READ: usize = LINE * 256;
/// The key for the end of input, on a line of its own.
const END: &str = "\x04";

/// Sends `input` to a [`fed_command`], and its end. Waits where the other side does not keep up.
///
/// # Errors
/// When it cannot be read. Then no end is sent: what came so far is not the whole.
pub async fn feed(mut input: impl AsyncRead + Unpin, to: mpsc::Sender<Outgoing>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    loop {
        bytes.reserve(READ);
        let is_end = input.read_buf(&mut bytes).await? == 0;
        let whole = if is_end { bytes.len() } else { bytes.len() / LINE * LINE };
        let mut text = String::with_capacity(whole * 2);
        for line in bytes.drain(..whole).collect::<Vec<_>>().chunks(LINE) {
            STANDARD.encode_string(line, &mut text);
            text.push('\n');
        }
        if is_end {
            text.push_str(END);
        }
        // Whoever does not listen any more has ended, and tells how.
        let sent = text.is_empty() || to.send(Outgoing::Bytes(Bytes::from(text))).await.is_ok();
        if is_end || !sent {
            return Ok(());
        }
    }
}

/// Finds the mark in what comes.
#[derive(Debug)]
pub struct Reader {
    mark: Vec<u8>,
    held: Vec<u8>,
    exit: Option<i32>,
    /// Whether input is taken; from there on the terminal leaves line ends alone.
    is_going: bool,
}

impl Reader {
    /// Looks for the mark with `nonce`.
    #[must_use]
    pub fn new(nonce: &str) -> Self {
        let mut mark = vec![RECORD];
        mark.extend_from_slice(format!("toban-{nonce}:").as_bytes());
        Self { mark, held: Vec::new(), exit: None, is_going: false }
    }

    /// Takes more and gives what is output for sure. Nothing behind the mark is.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut passed = Vec::with_capacity(bytes.len());
        if self.exit.is_some() {
            return passed;
        }
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let mut rest = held.as_slice();
        while let Some((&first, behind)) = rest.split_first() {
            match first {
                b'\r' if !self.is_going && behind.is_empty() => break,
                b'\r' if !self.is_going && behind.first() == Some(&b'\n') => {}
                RECORD => match self.marked(rest) {
                    MarkerMatch::Exit(code) => {
                        self.exit = Some(code);
                        return passed;
                    }
                    MarkerMatch::Go(length) => {
                        self.is_going = true;
                        rest = rest.get(length..).unwrap_or_default();
                        continue;
                    }
                    MarkerMatch::Perhaps => break,
                    MarkerMatch::No => passed.push(first),
                },
                _ => passed.push(first),
            }
            rest = behind;
        }
        self.held = rest.to_vec();
        passed
    }

    /// What is left when nothing more comes.
    pub fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// The exit code, once it came.
    #[must_use]
    pub fn exit(&self) -> Option<i32> {
        self.exit
    }

    /// Whether the command said that it takes input.
    #[must_use]
    pub fn is_going(&self) -> bool {
        self.is_going
    }

    fn marked(&self, bytes: &[u8]) -> MarkerMatch {
        let shared = bytes.iter().zip(&self.mark).take_while(|(a, b)| a == b).count();
        if shared < self.mark.len() {
            return if shared == bytes.len() { MarkerMatch::Perhaps } else { MarkerMatch::No };
        }
        let digits = bytes.get(self.mark.len()..).unwrap_or_default();
        match digits.iter().position(|byte| *byte == RECORD) {
            Some(end) if digits.get(..end) == Some(GO.as_bytes()) => MarkerMatch::Go(self.mark.len() + end + 1),
            Some(end) => {
                let number = digits.get(..end).and_then(|digits| std::str::from_utf8(digits).ok());
                number.and_then(|number| number.parse().ok()).map_or(MarkerMatch::No, MarkerMatch::Exit)
            }
            None if GO.as_bytes().starts_with(digits) => MarkerMatch::Perhaps,
            None if digits.len() <= DIGITS && digits.iter().all(u8::is_ascii_digit) => MarkerMatch::Perhaps,
            None => MarkerMatch::No,
        }
    }
}

enum MarkerMatch {
    Exit(i32),
    /// Input is taken; the mark is so long.
    Go(usize),
    Perhaps,
    No,
}

/// Runs the command of [`command`] until it told its exit code or the session ends. Its errors are in its output: a
/// terminal has one stream. A [`fed_command`] is given `input`. The first message on `interrupts` interrupts it, the second
/// leaves it.
pub async fn run<O, I>(
    channel: Channel,
    nonce: &str,
    mut out: O,
    input: Option<I>,
    interrupts: mpsc::Receiver<()>,
) -> Ran
where
    O: AsyncWrite + Unpin,
    I: AsyncRead + Unpin,
{
    let mut feeding = std::pin::pin!(input.map(|input| feed(input, channel.sender())));
    let mut between = Between::new(channel, interrupts);
    let mut reader = Reader::new(nonce);
    let mut unread = None;
    while reader.exit().is_none() {
        let is_feeding = reader.is_going() && feeding.is_some();
        let next = tokio::select! {
            next = between.next() => next,
            fed = async { feeding.as_mut().as_pin_mut()?.await.err() }, if is_feeding => {
                feeding.set(None);
                unread = fed;
                if unread.is_some() { None } else { continue }
            }
        };
        let bytes = match next {
            None => break,
            Some(Incoming::Bytes(bytes) | Incoming::Errors(bytes)) => bytes,
            Some(_) => continue,
        };
        if write(&mut out, &reader.push(&bytes)).await.is_err() {
            break;
        }
    }
    let _ = write(&mut out, &reader.rest()).await;
    feeding.set(None);
    let end = match (between.end().await, unread) {
        (_, Some(why)) => End::Broken(format!("standard input cannot be read: {why}")),
        (end, None) => end,
    };
    // Told its exit code and ended by us: that is its own end.
    let end = if reader.exit().is_some() { End::Closed(String::new()) } else { end };
    Ran { exit: reader.exit(), end }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::io::Write;
    use std::process::{Command, Stdio};

    use tokio::sync::mpsc;

    use super::{Outgoing, Reader, command, fed_command, feed};

    fn read(pieces: &[&[u8]]) -> (Vec<u8>, Option<i32>) {
        let mut reader = Reader::new("n1");
        let mut passed: Vec<u8> = pieces.iter().flat_map(|piece| reader.push(piece)).collect();
        passed.extend(reader.rest());
        (passed, reader.exit())
    }

    #[test]
    fn the_mark_is_taken_out_wherever_it_is_cut() {
        let whole = b"one\r\ntwo\x1etoban-n1:42\x1e";
        for at in 0..whole.len() {
            let (head, tail) = whole.split_at(at);
            assert_eq!(read(&[head, tail]), (b"one\ntwo".to_vec(), Some(42)), "cut at {at}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_output() {
        assert_eq!(read(&[b"\x1etoban-n2:1\x1e"]), (b"\x1etoban-n2:1\x1e".to_vec(), None));
        assert_eq!(read(&[b"\x1etoban-n1:1234567"]), (b"\x1etoban-n1:1234567".to_vec(), None));
        assert_eq!(read(&[b"\x1etoban-n1:\x1e"]), (b"\x1etoban-n1:\x1e".to_vec(), None));
        assert_eq!(read(&[b"a\rb\r\r\nc\r"]), (b"a\rb\r\nc\r".to_vec(), None));
    }

    #[test]
    fn a_shell_tells_the_exit_code() {
        let line = command("echo 'it'; exit 7", "n1").replacen("read -r _", ":", 1);
        let said = Command::new("/bin/sh").args(["-c", &line]).output().expect("a shell");
        assert_eq!(read(&[&said.stdout]), (b"it\n".to_vec(), Some(7)));
    }

    /// What is sent of `input`, as one text.
    fn sent(input: &[u8]) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (to, mut from) = mpsc::channel(1);
            let hear = async {
                let mut all = Vec::new();
                while let Some(Outgoing::Bytes(bytes)) = from.recv().await {
                    all.extend_from_slice(&bytes);
                }
                String::from_utf8(all).expect("text")
            };
            let (fed, all) = tokio::join!(feed(input, to), hear);
            fed.expect("it can be read");
            all
        })
    }

    #[test]
    fn a_shell_is_given_what_is_sent_and_its_end() {
        // No terminal here: the end of the pipe stands for the key, and `stty` is not asked.
        let line = fed_command("wc -c; exit 3", "n1").replace("&& stty -echo -opost", "");
        let mut shell = Command::new("/bin/sh");
        let mut shell =
            shell.args(["-c", &line]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell");
        let text = sent(&[7; 10_000]);
        let mut input = shell.stdin.take().expect("its input");
        input.write_all(text.strip_suffix('\u{4}').expect("an end").as_bytes()).expect("it reads");
        drop(input);
        let said = shell.wait_with_output().expect("it ends");
        let mut reader = Reader::new("n1");
        let passed = reader.push(&said.stdout);
        assert_eq!(
            (String::from_utf8_lossy(&passed).trim(), reader.exit(), reader.is_going()),
            ("10000", Some(3), true)
        );
    }

    #[test]
    fn line_ends_are_left_alone_once_the_terminal_leaves_them_alone() {
        let whole = b"$ \r\n\x1etoban-n1:go\x1ea\r\nb\r\x1etoban-n1:0\x1e";
        for at in 0..whole.len() {
            let (head, tail) = whole.split_at(at);
            assert_eq!(read(&[head, tail]), (b"$ \na\r\nb\r".to_vec(), Some(0)), "cut at {at}");
        }
    }

    proptest! {
        #[test]
        fn any_input_is_text_in_short_lines_that_says_the_same(input in proptest::collection::vec(any::<u8>(), 0..600)) {
            use base64::Engine;
            let text = sent(&input);
            let lines = text.strip_suffix('\u{4}').expect("the key for the end comes last");
            prop_assert!(lines.is_empty() || lines.ends_with('\n'), "the key stands on a line of its own");
            let mut all = Vec::new();
            for line in lines.lines() {
                prop_assert!(line.len() <= 76 && line.bytes().all(|byte| byte.is_ascii_graphic()), "{line:?}");
                all.extend(base64::engine::general_purpose::STANDARD.decode(line).expect("base64"));
            }
            prop_assert_eq!(all, input);
            // Only the last line may be padded: what stands behind padding is no base64 any more.
            let padded = lines.lines().rev().skip(1).any(|line| line.contains('='));
            prop_assert!(!padded);
        }

        #[test]
        fn nothing_panics_and_text_passes(text in "[a-z\n]{0,40}", any in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert_eq!(read(&[text.as_bytes()]).0, text.into_bytes());
            let _ = read(&[&any]);
        }
    }
}
