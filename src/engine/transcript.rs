//! What a shell showed, kept in a file on request: as text without what only a terminal obeys, secrets masked as in logs, for
//! its owner alone. What was typed is kept as far as the remote side showed it: a password is not.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

use crate::text::{harmless, mask_text};

/// A longer line is cut into several: a program that writes no line ends must not fill the memory.
const LONGEST: usize = 64 << 10;

/// Where in a terminal's sequences the bytes are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Within {
    #[default]
    Text,
    /// Behind an escape.
    Escape,
    /// A sequence that a letter ends.
    Sequence,
    /// A string that BEL or an escape with a backslash ends, such as a title.
    Words,
    /// An escape in such a string.
    WordsEscape,
}

/// Makes lines of text of what goes to a terminal.
#[derive(Debug, Default)]
struct Lines {
    within: Within,
    line: Vec<u8>,
    /// Where in the line the cursor is, in bytes: what is written over is gone.
    at: usize,
}

impl Lines {
    /// Takes bytes, and gives the lines that they end.
    fn take(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for byte in bytes {
            self.within = match (self.within, *byte) {
                (Within::Text, 0x1b) => Within::Escape,
                (Within::Text, byte) => {
                    self.text(byte, &mut lines);
                    Within::Text
                }
                (Within::Escape, b'[') => Within::Sequence,
                (Within::Escape, b']' | b'P' | b'X' | b'^' | b'_') => Within::Words,
                (Within::Escape, 0x20..=0x2f) => Within::Escape,
                (Within::Sequence, 0x40..=0x7e) | (Within::Words, 0x07) | (Within::WordsEscape, _) => Within::Text,
                (Within::Sequence, _) => Within::Sequence,
                (Within::Words, 0x1b) => Within::WordsEscape,
                (Within::Words, _) => Within::Words,
                (Within::Escape, _) => Within::Text,
            };
        }
        lines
    }

    fn text(&mut self, byte: u8, lines: &mut Vec<String>) {
        match byte {
            b'\n' => lines.push(self.end()),
            b'\r' => self.at = 0,
            0x08 => {
                // A character of several bytes goes whole.
                self.at = self.at.saturating_sub(1);
                while self.at > 0 && self.line.get(self.at).is_some_and(|byte| byte & 0xc0 == 0x80) {
                    self.at -= 1;
                }
            }
            b'\t' | 0x20.. => {
                match self.line.get_mut(self.at) {
                    Some(there) => *there = byte,
                    None => self.line.push(byte),
                }
                self.at += 1;
                if self.line.len() >= LONGEST {
                    lines.push(self.end());
                }
            }
            _ => {}
        }
    }

    /// What stands in the line, which begins anew.
    fn end(&mut self) -> String {
        self.at = 0;
        let line = std::mem::take(&mut self.line);
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }
}

/// A file that keeps what a shell showed.
#[derive(Debug)]
pub struct Transcript {
    path: PathBuf,
    file: File,
    lines: Lines,
    count: usize,
    masked: usize,
    failed: Option<String>,
}

impl Transcript {
    /// Makes the file, which must not be there yet: nothing is written over.
    ///
    /// # Errors
    /// When it cannot be made, or is there.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        Ok(Self { path: path.to_owned(), file, lines: Lines::default(), count: 0, masked: 0, failed: None })
    }

    /// What is said before the session.
    #[must_use]
    pub fn begins(&self) -> String {
        let file = self.path.display().to_string();
        format!("what this shell shows is kept in {}, secrets masked", harmless(&file))
    }

    /// Takes what went to the terminal.
    fn take(&mut self, bytes: &[u8]) {
        for line in self.lines.take(bytes) {
            self.write(&line);
        }
    }

    fn write(&mut self, line: &str) {
        let masked = mask_text(line);
        self.masked += usize::from(masked != line);
        self.count += 1;
        let line = format!("{}\n", harmless(&masked));
        if let Err(fault) = self.file.write_all(line.as_bytes())
            && self.failed.is_none()
        {
            // The session matters more than its record: it goes on, and the end tells.
            self.failed = Some(fault.to_string());
        }
    }

    /// Writes what is left, and says what was kept.
    #[must_use]
    pub fn end(mut self) -> String {
        let rest = self.lines.end();
        if !rest.is_empty() {
            self.write(&rest);
        }
        let path = self.path.display().to_string();
        let file = harmless(&path);
        let lines = crate::text::counted(self.count, "line");
        match &self.failed {
            Some(why) => format!("the transcript in {file} is not whole: {why}"),
            None if self.masked > 0 => {
                format!("the transcript is in {file}: {lines}, secrets masked in {}", self.masked)
            }
            None => format!("the transcript is in {file}: {lines}"),
        }
    }
}

/// An output whose bytes are kept too.
#[derive(Debug)]
pub struct Kept<'t, W> {
    to: W,
    transcript: Option<&'t mut Transcript>,
}

impl<'t, W> Kept<'t, W> {
    /// `to`, and what is written to it goes into `transcript`, where there is one.
    pub fn new(to: W, transcript: Option<&'t mut Transcript>) -> Self {
        Self { to, transcript }
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Kept<'_, W> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let went = Pin::new(&mut self.to).poll_write(cx, bytes);
        if let (Poll::Ready(Ok(count)), Some(transcript)) = (&went, &mut self.transcript) {
            transcript.take(bytes.get(..*count).unwrap_or_default());
        }
        went
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.to).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.to).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use tokio::io::AsyncWriteExt;

    #[rstest]
    #[case("plain\r\n", &["plain"])]
    #[case("\x1b[31mred\x1b[0m \x1b]0;title\x07text\r\n", &["red text"])]
    #[case("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", &["link"])]
    #[case("10%\r100%\n", &["100%"])]
    #[case("pasx\x08swd\n", &["passwd"])]
    #[case("本番x\x08\x08環\n", &["本環x"])]
    #[case("\x1b(Bab\n", &["ab"])]
    #[case("one\ntwo", &["one"])]
    fn what_only_a_terminal_obeys_is_left_out(#[case] bytes: &str, #[case] wanted: &[&str]) {
        assert_eq!(Lines::default().take(bytes.as_bytes()), wanted);
    }

    proptest! {
        #[test]
        fn however_bytes_are_cut_the_lines_are_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
            let whole = Lines::default().take(&bytes);
            let (one, two) = bytes.split_at(cut.min(bytes.len()));
            let mut lines = Lines::default();
            let mut parts = lines.take(one);
            parts.extend(lines.take(two));
            prop_assert_eq!(whole, parts);
        }
    }

    #[tokio::test]
    async fn it_is_its_owners_alone_masked_and_never_written_over() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("shell.txt");
        let mut transcript = Transcript::create(&path).expect("it is made");
        assert!(transcript.begins().contains("secrets masked"));
        let mut kept = Kept::new(Vec::new(), Some(&mut transcript));
        let shown = "$ env\r\nAWS_SECRET_ACCESS_KEY=\x1b[1mwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\x1b[0m\r\n$ exit";
        kept.write_all(shown.as_bytes()).await.expect("it is written");
        let said = transcript.end();
        assert!(said.contains("3 lines, secrets masked in 1"), "{said}");
        let text = std::fs::read_to_string(&path).expect("the file");
        assert!(text.starts_with("$ env\n") && text.ends_with("$ exit\n"), "{text}");
        assert!(!text.contains("wJalr"), "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(Transcript::create(&path).is_err(), "nothing is written over");
    }
}
