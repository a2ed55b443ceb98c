//! The console without a screen to draw on, for screen readers and pipes: a line is read, sentences are printed, and what
//! changes is told as it happens. Same loop, same model, same plans. What is printed is made in `told`, `overlaid` and
//! `news`, what a line means in `heard`; nothing here decides about AWS.

pub(super) mod heard;
mod news;
mod overlaid;
mod told;
mod words;

use std::collections::VecDeque;
use std::io::{self, Write};

use tokio::io::{AsyncRead, AsyncReadExt};

use super::frame_info::FrameInfo;
use super::model::Model;
use super::msg::Event;
use super::runner::{Input, Screen};
use crate::engine::session::{Record, Visiting};
use crate::engine::session_terminal;
use crate::keys::Chord;
use crate::os::keyboard::Keyboard;
use crate::os::process_tree;
use crate::os::signals::{Asked, Signals};
use crate::os::stdio::Inward;
use crate::ssm::channel::End;
use crate::ssm::start_request::Token;
use crate::text;
use crate::world::Fault;
use news::Teller;

/// Longer lines are cut: nobody types that.
const LONGEST: usize = 4096;
/// What stands before what is typed.
const PROMPT: &str = "> ";

/// Where lines come from.
enum Source {
    /// A terminal. Let go of while a session has it, so that nothing is read that is meant for that.
    Terminal(Option<Keyboard>),
    /// A pipe or a file.
    Pipe(Box<dyn AsyncRead + Unpin>),
}

/// Lines in, sentences out.
pub(super) struct Lines<W> {
    from: Source,
    to: W,
    signals: Option<Signals>,
    /// What was read and is no line yet.
    rest: Vec<u8>,
    /// Lines that were read and not taken yet.
    lines: VecDeque<String>,
    teller: Teller,
    /// Whether the prompt is the last that was printed.
    prompted: bool,
    /// Nothing more will be typed.
    is_over: bool,
    ending: bool,
}

impl Lines<io::Stdout> {
    /// Reads standard input and writes standard output.
    ///
    /// # Errors
    /// When signals cannot be listened to.
    pub(super) fn standard(is_terminal: bool) -> io::Result<Self> {
        let from = if is_terminal { Source::Terminal(None) } else { Source::Pipe(Box::new(Inward::default())) };
        Ok(Self { signals: Some(Signals::new()?), ..Self::over(from, io::stdout()) })
    }
}

impl<W: Write> Lines<W> {
    fn over(from: Source, to: W) -> Self {
        Self {
            from,
            to,
            signals: None,
            rest: Vec::new(),
            lines: VecDeque::new(),
            teller: Teller::default(),
            prompted: false,
            is_over: false,
            ending: false,
        }
    }

    fn print(&mut self, lines: &[String]) -> io::Result<()> {
        if !lines.is_empty() && std::mem::take(&mut self.prompted) {
            // What is told stands on lines of its own, behind a prompt that nobody answered yet.
            self.to.write_all(b"\n")?;
        }
        for line in lines {
            writeln!(self.to, "{line}")?;
        }
        if !self.prompted && self.teller.takes_lines() {
            self.to.write_all(PROMPT.as_bytes())?;
            self.prompted = true;
        }
        self.to.flush()
    }

    /// Reads on; a line that is whole is kept. `false` at the end.
    async fn read(from: &mut Source, rest: &mut Vec<u8>, lines: &mut VecDeque<String>) -> bool {
        let mut bytes = [0; 1024];
        let got = match from {
            Source::Pipe(pipe) => pipe.read(&mut bytes).await,
            Source::Terminal(keys) => {
                let keys = match keys {
                    Some(keys) => keys,
                    None => match Keyboard::open() {
                        Ok(opened) => keys.insert(opened),
                        Err(_) => return false,
                    },
                };
                keys.read(&mut bytes).await
            }
        };
        let count = got.unwrap_or(0);
        rest.extend_from_slice(bytes.get(..count).unwrap_or_default());
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let line: Vec<u8> = rest.drain(..=at).collect();
            lines.push_back(as_typed(&line));
        }
        if count == 0 && !rest.is_empty() {
            lines.push_back(as_typed(&std::mem::take(rest)));
        }
        rest.truncate(LONGEST);
        count > 0
    }

    /// Lets go of the terminal, for somebody else to read from it.
    fn let_go(&mut self) {
        if let Source::Terminal(keys) = &mut self.from {
            *keys = None;
        }
        self.prompted = false;
    }

    async fn leave(signals: &mut Option<Signals>) -> bool {
        match signals {
            Some(signals) => signals.leave().await,
            None => std::future::pending().await,
        }
    }
}

/// A line as text, without what ends it.
fn as_typed(bytes: &[u8]) -> String {
    let bytes = bytes.get(..bytes.len().min(LONGEST)).unwrap_or_default();
    String::from_utf8_lossy(bytes).trim().to_owned()
}

impl<W: Write> Screen for Lines<W> {
    fn draw(&mut self, model: &Model) -> io::Result<FrameInfo> {
        let lines = self.teller.tell(model);
        if let Err(fault) = self.print(&lines) {
            tracing::warn!(%fault, "nobody reads on");
            self.ending = true;
        }
        Ok(FrameInfo { page: usize::from(u16::MAX), ..FrameInfo::default() })
    }

    async fn is_light(&mut self) -> Option<bool> {
        None
    }

    fn redraw(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn mouse(&mut self, _on: bool) -> io::Result<()> {
        Ok(())
    }

    fn notify(&mut self, _bytes: &str) -> io::Result<()> {
        // What is over is told as a sentence; titles and bells are for screens.
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.print(&[format!("Copied is not possible here; it is: {}", text::harmless(text))])
    }

    async fn lend(&mut self, command: &[String]) -> Result<(), String> {
        let (program, arguments) = command.split_first().ok_or("there is no command for it")?;
        self.let_go();
        let spawned = tokio::process::Command::new(program).args(arguments).spawn();
        let mut child = spawned.map_err(|fault| format!("`{program}` could not be started: {fault}"))?;
        loop {
            tokio::select! {
                status = child.wait() => return match status {
                    Ok(status) if status.success() => Ok(()),
                    Ok(status) => Err(format!("`{}` ended with {status}", command.join(" "))),
                    Err(fault) => Err(format!("`{program}` could not be waited for: {fault}")),
                },
                end = Self::leave(&mut self.signals) => if end {
                    self.ending = true;
                    process_tree::end(&mut child).await;
                },
            }
        }
    }

    async fn ask(&mut self, what: &str) -> Result<Token, String> {
        self.let_go();
        tokio::select! {
            got = crate::os::line::ask(what) => match got {
                Ok(Some(answer)) => Ok(answer),
                Ok(None) => Err("nothing was typed".to_owned()),
                Err(fault) => Err(format!("the terminal cannot be asked: {fault}")),
            },
            end = Self::leave(&mut self.signals) => {
                self.ending |= end;
                Err("the question was left".to_owned())
            }
        }
    }

    async fn hand_over(
        &mut self,
        message: &str,
        open: impl Future<Output = Result<Visiting, Fault>>,
    ) -> Result<(Record, End), Option<Fault>> {
        if matches!(self.from, Source::Pipe(_)) {
            let why = "a shell needs a terminal; `toban connect ENV/TARGET -- COMMAND` runs a command without one";
            return Err(Some(Fault::new(crate::world::FaultKind::Odd, "toban", why)));
        }
        self.let_go();
        let said = self.print(&[format!("{}. Enter, then tilde, then dot leaves.", text::harmless(message))]);
        self.ending |= said.is_err();
        self.prompted = false;
        let opened = tokio::select! {
            opened = open => opened.map_err(Some)?,
            end = Self::leave(&mut self.signals) => {
                self.ending |= end;
                return Err(None);
            }
        };
        let Visiting { session, record } = opened;
        let (signals, ending) = (&mut self.signals, &mut self.ending);
        let stop = async { *ending |= Self::leave(signals).await };
        let end = session_terminal::hand_over(session.channel, None, stop).await;
        Ok((record, end.unwrap_or_else(|fault| End::Broken(format!("the terminal could not be handed over: {fault}")))))
    }

    fn suspend(&mut self) -> io::Result<()> {
        let stopped = std::process::Command::new("sh").args(["-c", "kill -s TSTP $PPID"]).status();
        stopped.map(|_| ())
    }

    async fn next(&mut self) -> Input {
        loop {
            if self.ending {
                return Input::End;
            }
            if self.teller.takes_lines()
                && let Some(line) = self.lines.pop_front()
            {
                self.prompted = false;
                self.teller.answer(&line);
                return Input::Event(Box::new(Event::Line(line)));
            }
            // Whoever closed the pipe wanted what it said: that is seen to its end.
            if self.is_over && self.lines.is_empty() && !self.teller.is_busy() {
                return Input::End;
            }
            let (from, rest, lines) = (&mut self.from, &mut self.rest, &mut self.lines);
            let asked = async {
                match &mut self.signals {
                    Some(signals) => signals.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                asked = asked => match asked {
                    Asked::End => return Input::Event(Box::new(Event::Key(Chord::ctrl('c')))),
                    Asked::Continue | Asked::Resize => {}
                },
                more = Self::read(from, rest, lines), if !self.is_over => self.is_over = !more,
                () = std::future::pending(), if self.is_over => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
