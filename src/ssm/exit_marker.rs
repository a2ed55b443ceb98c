//! Exit codes where the agent tells none, as in ECS tasks: the command runs inside a shell that says its exit code
//! behind a mark no output holds by chance. The reader is pure; `run` carries it over a channel. What the terminal on
//! the other side did to line ends is undone, so that a file comes out as it is.

use tokio::io::AsyncWrite;
use tokio::sync::mpsc;

use super::channel::{Channel, End, Incoming};
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

/// Finds the mark in what comes.
#[derive(Debug)]
pub struct Reader {
    mark: Vec<u8>,
    held: Vec<u8>,
    exit: Option<i32>,
}

impl Reader {
    /// Looks for the mark with `nonce`.
    #[must_use]
    pub fn new(nonce: &str) -> Self {
        let mut mark = vec![RECORD];
        mark.extend_from_slice(format!("toban-{nonce}:").as_bytes());
        Self { mark, held: Vec::new(), exit: None }
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
                b'\r' if behind.is_empty() => break,
                b'\r' if behind.first() == Some(&b'\n') => {}
                RECORD => match self.marked(rest) {
                    MarkerMatch::Exit(code) => {
                        self.exit = Some(code);
                        return passed;
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

    fn marked(&self, bytes: &[u8]) -> MarkerMatch {
        let shared = bytes.iter().zip(&self.mark).take_while(|(a, b)| a == b).count();
        if shared < self.mark.len() {
            return if shared == bytes.len() { MarkerMatch::Perhaps } else { MarkerMatch::No };
        }
        let digits = bytes.get(self.mark.len()..).unwrap_or_default();
        match digits.iter().position(|byte| *byte == RECORD) {
            Some(end) => {
                let number = digits.get(..end).and_then(|digits| std::str::from_utf8(digits).ok());
                number.and_then(|number| number.parse().ok()).map_or(MarkerMatch::No, MarkerMatch::Exit)
            }
            None if digits.len() <= DIGITS && digits.iter().all(u8::is_ascii_digit) => MarkerMatch::Perhaps,
            None => MarkerMatch::No,
        }
    }
}

enum MarkerMatch {
    Exit(i32),
    Perhaps,
    No,
}

/// Runs the command of [`command`] until it told its exit code or the session ends. Its errors are in its output: a
/// terminal has one stream. The first message on `interrupts` interrupts it, the second leaves it.
pub async fn run<O>(channel: Channel, nonce: &str, mut out: O, interrupts: mpsc::Receiver<()>) -> Ran
where
    O: AsyncWrite + Unpin,
{
    let mut between = Between::new(channel, interrupts);
    let mut reader = Reader::new(nonce);
    while reader.exit().is_none() {
        let bytes = match between.next().await {
            None => break,
            Some(Incoming::Bytes(bytes) | Incoming::Errors(bytes)) => bytes,
            Some(_) => continue,
        };
        if write(&mut out, &reader.push(&bytes)).await.is_err() {
            break;
        }
    }
    let _ = write(&mut out, &reader.rest()).await;
    let end = between.end().await;
    // Told its exit code and ended by us: that is its own end.
    let end = if reader.exit().is_some() { End::Closed(String::new()) } else { end };
    Ran { exit: reader.exit(), end }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Reader, command};

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
        let said = std::process::Command::new("/bin/sh").args(["-c", &line]).output().expect("a shell");
        assert_eq!(read(&[&said.stdout]), (b"it\n".to_vec(), Some(7)));
    }

    proptest! {
        #[test]
        fn nothing_panics_and_text_passes(text in "[a-z\n]{0,40}", any in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert_eq!(read(&[text.as_bytes()]).0, text.into_bytes());
            let _ = read(&[&any]);
        }
    }
}
