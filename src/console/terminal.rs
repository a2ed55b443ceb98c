//! The terminal: taken when the console opens, given back however it ends (return, error, panic,
//! signal), lent to a login command, stopped with the shell's job control.

use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange, EventStream,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use futures_util::StreamExt;
use ratatui::{Terminal, backend::CrosstermBackend, layout::Rect};

use super::frame_info::Shown;
use super::input;
use super::model::Model;
use super::msg::News;
use super::runner::{Input, Screen};
use super::view::view;
use crate::engine::session::{Record, Visiting};
use crate::engine::session_terminal;
use crate::os::clipboard;
use crate::os::signals::{Asked, Signals};
use crate::ssm::channel::End;
use crate::text;
use crate::world::Fault;

/// Buttons and wheel, in the form that knows wide screens. Not the movement: nobody needs it, and it never rests.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// How long a terminal may take to tell its background. Those that cannot tell say so at once; one behind a slow line
/// needs its time, and an answer that comes too late would be taken for keys.
const PATIENCE: Duration = Duration::from_secs(3);

/// Room for a frame, so that it goes out in one piece: half a frame is never seen.
const FRAME: usize = 1 << 16;

/// Whether the terminal is ours at the moment. Restoring happens once, whoever comes first.
static OURS: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours.
pub struct Tty {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    events: Option<EventStream>,
    /// Whether it reports mouse, focus and pastes already.
    reports: bool,
    signals: Signals,
    mouse: bool,
    /// Somebody asked us to end while the terminal was lent.
    ending: bool,
}

impl Tty {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When standard output is no terminal, or refuses.
    pub fn open(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        let signals = Signals::new()?;
        take().inspect_err(|_| give_back())?;
        let terminal = Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(FRAME, stdout())))
            .inspect_err(|_| give_back())?;
        Ok(Self { terminal, events: None, reports: false, signals, mouse, ending: false })
    }

    fn again(&mut self) -> io::Result<()> {
        take()?;
        self.reports = true;
        report(self.mouse)?;
        self.events = Some(EventStream::new());
        self.wipe()
    }

    /// Forgets what is on the screen. Not by `Terminal::clear`, which asks the terminal where its cursor is and
    /// would wait for an answer that the event stream has taken.
    fn wipe(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    OURS.store(true, Ordering::SeqCst);
    execute!(stdout(), EnterAlternateScreen, cursor::Hide)
}

/// Has the terminal report mouse, focus and pastes. Not before it was asked for its colours: a report that comes
/// between question and answer would be taken for the answer, and the answer for keys.
fn report(mouse: bool) -> io::Result<()> {
    execute!(stdout(), EnableBracketedPaste, EnableFocusChange)?;
    if mouse { execute!(stdout(), Print(MOUSE_ON)) } else { Ok(()) }
}

/// What the terminal answers when it is asked for its background; `None` if it does not.
fn ask_whether_light() -> Option<bool> {
    use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};
    let mut options = QueryOptions::default();
    options.timeout = PATIENCE;
    theme_mode(options).ok().map(|mode| mode == ThemeMode::Light)
}

/// Gives the terminal back as it was found. Faults are of no use here: there is nobody left to tell.
pub fn give_back() {
    if !OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(
        stdout(),
        Print(MOUSE_OFF),
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
}

/// A panic of the loop ends the console, with the terminal restored before anything is said. A panic of a task is
/// that task's failure and stands in the log: its words would only spoil the screen.
fn restore_on_panic() {
    let owner = thread::current().id();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == owner || !OURS.load(Ordering::SeqCst) {
            give_back();
            before(info);
        } else {
            tracing::error!(%info, "a task panicked");
        }
    }));
}

impl Screen for Tty {
    fn draw(&mut self, model: &Model) -> io::Result<Shown> {
        let mut shown = Shown::default();
        // Terminals that know how hold the picture back until it is whole; the others ignore it.
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| shown = view(model, frame))?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        Ok(shown)
    }

    async fn is_light(&mut self) -> Option<bool> {
        if self.events.is_some() || self.reports {
            return None;
        }
        tokio::task::spawn_blocking(ask_whether_light).await.ok().flatten()
    }

    fn redraw(&mut self) -> io::Result<()> {
        self.wipe()
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        execute!(stdout(), Print(if on { MOUSE_ON } else { MOUSE_OFF }))
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut out = stdout();
        out.write_all(clipboard::sequence(text).as_bytes())?;
        out.flush()
    }

    async fn lend(&mut self, command: &[String]) -> Result<(), String> {
        let (program, arguments) = command.split_first().ok_or("there is no command for it")?;
        // The stream reads in the background: it must be gone before somebody else reads.
        self.events = None;
        give_back();
        let status = tokio::process::Command::new(program).args(arguments).status().await;
        let _ = self.signals.forget_interrupts();
        self.again().map_err(|fault| format!("the terminal could not be taken again: {fault}"))?;
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("`{}` ended with {status}", command.join(" "))),
            Err(fault) => Err(format!("`{program}` could not be started: {fault}")),
        }
    }

    async fn hand_over(
        &mut self,
        says: &str,
        open: impl Future<Output = Result<Visiting, Fault>>,
    ) -> Result<(Record, End), Option<Fault>> {
        self.events = None;
        give_back();
        let mut out = stdout();
        let _ = write!(out, "toban: {} …\r\n", text::clean(says)).and_then(|()| out.flush());
        let opened = tokio::select! {
            opened = open => opened.map_err(Some),
            end = self.signals.leave() => {
                self.ending |= end;
                Err(None)
            }
        };
        let got = match opened {
            Err(why) => Err(why),
            Ok(Visiting { session, record }) => {
                let _ = write!(out, "toban: enter ~ . leaves\r\n").and_then(|()| out.flush());
                let (signals, ending) = (&mut self.signals, &mut self.ending);
                let stop = async { *ending |= signals.leave().await };
                let end = session_terminal::hand_over(session.channel, stop).await;
                let broken = |fault| End::Broken(format!("the terminal could not be handed over: {fault}"));
                Ok((record, end.unwrap_or_else(broken)))
            }
        };
        let _ = self.signals.forget_interrupts();
        if let Err(fault) = self.again() {
            tracing::error!(%fault, "the terminal could not be taken again");
            self.ending = true;
        }
        got
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.events = None;
        give_back();
        // A shell is always there and its `kill` is built in; we are its parent. This returns once we are continued.
        let stopped = std::process::Command::new("sh").args(["-c", "kill -s TSTP $PPID"]).status();
        self.again()?;
        stopped.map(|_| ())
    }

    async fn next(&mut self) -> Input {
        if self.ending {
            return Input::End;
        }
        if !std::mem::replace(&mut self.reports, true) && report(self.mouse).is_err() {
            return Input::End;
        }
        let events = self.events.get_or_insert_with(EventStream::new);
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(event)) => {
                        if let Some(news) = input::news(event) {
                            return Input::News(Box::new(news));
                        }
                    }
                    Some(Err(_)) | None => return Input::End,
                },
                asked = self.signals.next() => match asked {
                    Asked::End => return Input::End,
                    Asked::Continue => {
                        // Somebody else stopped us; the shell may have changed the terminal meanwhile.
                        if take().is_ok() && report(self.mouse).is_ok() {
                            let _ = self.wipe();
                        }
                        return Input::News(Box::new(News::Resized));
                    }
                },
            }
        }
    }
}
