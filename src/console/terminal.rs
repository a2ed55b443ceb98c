//! The terminal: taken when the console opens, given back however it ends (return, error, panic,
//! signal), lent to a login command, stopped with the shell's job control.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, queue};
use ratatui::{Terminal, backend::CrosstermBackend, layout::Rect};
use tokio::time::timeout;

use super::frame_info::FrameInfo;
use super::input;
use super::model::Model;
use super::msg::Event;
use super::runner::{Input, Screen};
use super::view::view;
use crate::engine::session::{Record, Visiting};
use crate::engine::session_terminal;
use crate::os::clipboard;
use crate::os::decode::Told;
use crate::os::frames;
use crate::os::frames::Frames;
use crate::os::keyboard::Keyboard;
use crate::os::notify;
use crate::os::process_tree;
use crate::os::reports::Reports;
use crate::os::signals::{Asked, Signals};
use crate::os::tty_file::{GRACE, Outlet, forget_input, write_within};
use crate::ssm::channel::End;
use crate::ssm::start_request::Token;
use crate::text;
use crate::world::Fault;

/// Buttons and wheel, in the form that knows wide screens. Not the movement: nobody needs it, and it never rests.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";
/// What takes back colours that a frame was cut off in.
const COLOURS_OFF: &str = "\x1b[0m";

/// Asks for the colour of the background, then for what the terminal is: every terminal answers that, and when it does,
/// no other answer comes. Ended by BEL, as some terminals forget half of the other end in their answer.
const ASK_BACKGROUND: &str = "\x1b]11;?\x07\x1b[c";
/// How long the first frame waits for the answer. One that comes later is taken when it comes.
const QUICK: Duration = Duration::from_millis(100);

/// Whether the terminal is ours at the moment. Restoring happens once, whoever comes first.
static OURS: AtomicBool = AtomicBool::new(false);
/// Whether its title was changed, and the one before is kept by the terminal.
static TITLED: AtomicBool = AtomicBool::new(false);
/// What it is given back through.
static WAY_OUT: Mutex<Option<File>> = Mutex::new(None);

/// The terminal while it is ours.
pub struct Tty {
    terminal: Terminal<CrosstermBackend<Frames>>,
    outlet: Outlet,
    reports: Option<Reports<Keyboard>>,
    /// What was told while only one answer was waited for.
    told: VecDeque<Told>,
    /// Whether it reports mouse, focus and pastes already.
    reporting: bool,
    signals: Signals,
    mouse: bool,
    /// Somebody asked us to end while the terminal was lent.
    ending: bool,
    /// A frame had no room.
    behind: bool,
}

impl Tty {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When standard output is no terminal, or refuses.
    pub fn open(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        let signals = Signals::new()?;
        let outlet = Outlet::open()?;
        *WAY_OUT.lock().unwrap_or_else(PoisonError::into_inner) = Some(outlet.file()?);
        take().inspect_err(|_| give_back())?;
        let terminal = Terminal::new(CrosstermBackend::new(Frames)).inspect_err(|_| give_back())?;
        Ok(Self {
            terminal,
            outlet,
            reports: None,
            told: VecDeque::new(),
            reporting: false,
            signals,
            mouse,
            ending: false,
            behind: false,
        })
    }

    fn again(&mut self) -> io::Result<()> {
        take()?;
        self.reporting = true;
        report(self.mouse)?;
        self.wipe()
    }

    /// Forgets what is on the screen. Not by `Terminal::clear`, which asks the terminal where its cursor is.
    fn wipe(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Sends what has room.
    fn advance(&mut self) -> io::Result<()> {
        self.behind = !frames::advance(&self.outlet)?;
        Ok(())
    }

    /// A terminal that is gone is no failure, but the end: `next` says so.
    fn unless_gone(&mut self, got: io::Result<()>) {
        if let Err(fault) = got {
            tracing::warn!(%fault, "the terminal is gone");
            self.ending = true;
        }
    }

    /// The next thing the terminal tells.
    async fn told(told: &mut VecDeque<Told>, reports: &mut Option<Reports<Keyboard>>) -> Option<Told> {
        if let Some(told) = told.pop_front() {
            return Some(told);
        }
        let reports = match reports {
            Some(reports) => reports,
            None => reports.insert(Reports::of(Keyboard::open().ok()?)),
        };
        reports.next().await
    }

    /// Lets go of the terminal's input and gives the terminal back.
    fn let_go(&mut self) {
        self.reports = None;
        self.told.clear();
        self.behind = false;
        give_back();
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        let amid = self.reports.as_ref().is_some_and(Reports::is_amid);
        give_back();
        if amid {
            // The rest of what began here would be typed into the shell.
            with_way_out(forget_input);
        }
    }
}

fn with_way_out(act: impl FnOnce(&File)) {
    if let Some(file) = &*WAY_OUT.lock().unwrap_or_else(PoisonError::into_inner) {
        act(file);
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    OURS.store(true, Ordering::SeqCst);
    queue!(Frames, EnterAlternateScreen, cursor::Hide)
}

/// Has the terminal report mouse, focus and pastes.
fn report(mouse: bool) -> io::Result<()> {
    queue!(Frames, EnableBracketedPaste, EnableFocusChange)?;
    if mouse { queue!(Frames, Print(MOUSE_ON)) } else { Ok(()) }
}

/// Gives the terminal back as it was found. Faults are of no use here: there is nobody left to tell.
pub fn give_back() {
    if !OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut last = Vec::new();
    if TITLED.swap(false, Ordering::SeqCst) {
        last.extend_from_slice(notify::TITLE_BACK.as_bytes());
    }
    let _ = queue!(
        last,
        EndSynchronizedUpdate,
        Print(COLOURS_OFF),
        Print(MOUSE_OFF),
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    with_way_out(|file| frames::finish(file, &last));
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
    fn draw(&mut self, model: &Model) -> io::Result<FrameInfo> {
        let mut shown = FrameInfo::default();
        // Terminals that know how hold the picture back until it is whole; the others ignore it.
        queue!(Frames, BeginSynchronizedUpdate)?;
        let drawn = self.terminal.draw(|frame| shown = view(model, frame)).map(|_| ());
        queue!(Frames, EndSynchronizedUpdate)?;
        let sent = drawn.and_then(|()| self.advance());
        self.unless_gone(sent);
        Ok(shown)
    }

    fn has_room(&self) -> bool {
        frames::is_idle()
    }

    async fn is_light(&mut self) -> Option<bool> {
        if !answers() {
            return None;
        }
        queue!(Frames, Print(ASK_BACKGROUND)).ok()?;
        self.advance().ok()?;
        let answer = async {
            loop {
                match Self::told(&mut VecDeque::new(), &mut self.reports).await {
                    Some(Told::Light(light)) => break Some(light),
                    Some(Told::Attributes) | None => break None,
                    Some(event) => self.told.push_back(event),
                }
            }
        };
        timeout(QUICK, answer).await.ok().flatten()
    }

    fn redraw(&mut self) -> io::Result<()> {
        let wiped = self.wipe();
        self.unless_gone(wiped);
        Ok(())
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        queue!(Frames, Print(if on { MOUSE_ON } else { MOUSE_OFF }))?;
        let sent = self.advance();
        self.unless_gone(sent);
        Ok(())
    }

    fn notify(&mut self, bytes: &str) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        // The title that was there is kept once, and put back when the terminal is given back.
        if !TITLED.swap(true, Ordering::SeqCst) {
            Frames.write_all(notify::TITLE_KEPT.as_bytes())?;
        }
        Frames.write_all(bytes.as_bytes())?;
        let sent = self.advance();
        self.unless_gone(sent);
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        Frames.write_all(clipboard::sequence(text).as_bytes())?;
        let sent = self.advance();
        self.unless_gone(sent);
        Ok(())
    }

    async fn lend(&mut self, command: &[String]) -> Result<(), String> {
        let (program, arguments) = command.split_first().ok_or("there is no command for it")?;
        self.let_go();
        let status = match tokio::process::Command::new(program).args(arguments).spawn() {
            Ok(mut child) => loop {
                tokio::select! {
                    status = child.wait() => break status,
                    end = self.signals.leave() => {
                        // Ctrl-c is the program's own; who ends us ends what we started too.
                        if end {
                            self.ending = true;
                            process_tree::end(&mut child).await;
                        }
                    }
                }
            },
            Err(fault) => Err(fault),
        };
        let _ = self.signals.forget_interrupts();
        self.again().map_err(|fault| format!("the terminal could not be taken again: {fault}"))?;
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("`{}` ended with {status}", command.join(" "))),
            Err(fault) => Err(format!("`{program}` could not be started: {fault}")),
        }
    }

    async fn ask(&mut self, what: &str) -> Result<Token, String> {
        self.let_go();
        let got = tokio::select! {
            got = crate::os::line::ask(what) => match got {
                Ok(Some(answer)) => Ok(answer),
                Ok(None) => Err("nothing was typed".to_owned()),
                Err(fault) => Err(format!("the terminal cannot be asked: {fault}")),
            },
            end = self.signals.leave() => {
                self.ending |= end;
                Err("the question was left".to_owned())
            }
        };
        let _ = self.signals.forget_interrupts();
        self.again().map_err(|fault| format!("the terminal could not be taken again: {fault}"))?;
        got
    }

    async fn hand_over(
        &mut self,
        message: &str,
        open: impl Future<Output = Result<Visiting, Fault>>,
    ) -> Result<(Record, End), Option<Fault>> {
        self.let_go();
        let note = |text: &str| with_way_out(|file| _ = write_within(file, text.as_bytes(), GRACE));
        note(&format!("toban: {} …\r\n", text::harmless(message)));
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
                note("toban: enter ~ . leaves\r\n");
                let (signals, ending) = (&mut self.signals, &mut self.ending);
                let stop = async { *ending |= signals.leave().await };
                let end = session_terminal::hand_over(session.channel, None, stop).await;
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
        self.let_go();
        // A shell is always there and its `kill` is built in; we are its parent. This returns once we are continued.
        let stopped = std::process::Command::new("sh").args(["-c", "kill -s TSTP $PPID"]).status();
        self.again()?;
        stopped.map(|_| ())
    }

    async fn next(&mut self) -> Input {
        if self.ending {
            return Input::End;
        }
        if !std::mem::replace(&mut self.reporting, true) && report(self.mouse).is_err() {
            return Input::End;
        }
        if self.advance().is_err() {
            return Input::End;
        }
        loop {
            tokio::select! {
                // Whoever ends us waits for nothing, a flood of keys included.
                biased;
                asked = self.signals.next() => match asked {
                    Asked::End => return Input::End,
                    Asked::Continue => {
                        // Somebody else stopped us; the shell may have changed the terminal meanwhile.
                        if take().is_ok() && report(self.mouse).is_ok() {
                            let _ = self.wipe();
                        }
                        return Input::Event(Box::new(Event::Resized));
                    }
                    Asked::Resize => return Input::Event(Box::new(Event::Resized)),
                },
                told = Self::told(&mut self.told, &mut self.reports) => match told {
                    Some(Told::Event(event)) => {
                        if let Some(news) = input::news(event) {
                            return Input::Event(Box::new(news));
                        }
                    }
                    Some(Told::Light(light)) => return Input::Background { light },
                    Some(Told::Attributes) => {}
                    None => return Input::End,
                },
                room = self.outlet.room(), if self.behind => {
                    if room.is_err() || self.advance().is_err() {
                        return Input::End;
                    }
                    if !self.behind {
                        return Input::Room;
                    }
                }
            }
        }
    }
}

/// Whether questions are answered by terminals of this name: some show them instead, and GNU Screen passes them on to a
/// terminal that may be another one tomorrow.
fn answers() -> bool {
    let term = std::env::var("TERM").unwrap_or_default();
    !matches!(term.as_str(), "" | "dumb" | "screen" | "Eterm") && !term.starts_with("screen.")
}
