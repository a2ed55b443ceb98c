//! The terminal: size, colours, letters, clipboard, dark or light. What it is comes in as values;
//! only `Terminal::here` asks the process.

use std::ffi::OsString;

use super::{Check, Report};
use crate::cli::output;
use crate::theme::ColorDepth;

/// The smallest size every screen is made for.
const LEAST: (u16, u16) = (80, 24);

/// What is known of a terminal.
#[derive(Clone, Debug, Default)]
pub(super) struct Terminal {
    /// Whether stdout is one at all.
    pub(super) is: bool,
    /// Columns and rows.
    pub(super) size: Option<(u16, u16)>,
    /// Whether it is dark, if it told.
    pub(super) dark: Option<bool>,
    /// The variables that tell of it.
    pub(super) vars: Vec<(&'static str, String)>,
}

const VARS: &[&str] = &[
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "LC_ALL",
    "LC_CTYPE",
    "LANG",
    "TERM_PROGRAM",
    "TMUX",
    "STY",
    "SSH_TTY",
    "SSH_CONNECTION",
    "WT_SESSION",
];

impl Terminal {
    /// The one this process runs in.
    pub(super) fn here() -> Self {
        let is = output::to_terminal();
        let vars = VARS.iter().filter_map(|name| Some((*name, std::env::var(name).ok()?))).collect();
        Self { is, size: crossterm::terminal::size().ok().filter(|_| is), dark: is.then(dark).flatten(), vars }
    }

    fn var(&self, name: &str) -> Option<&str> {
        self.vars
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

fn dark() -> Option<bool> {
    use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};
    theme_mode(QueryOptions::default()).ok().map(|mode| mode == ThemeMode::Dark)
}

/// Checks it.
pub(super) fn check(report: &mut Report, terminal: &Terminal) {
    if !terminal.is {
        report.add(Check::well("terminal", "stdout is none, so the console was not checked against one"));
        report.add(letters(terminal));
        return;
    }
    report.add(kind(terminal));
    report.add(size(terminal));
    report.add(colours(terminal));
    report.add(letters(terminal));
    report.add(clipboard(terminal));
    let background = match terminal.dark {
        Some(true) => Check::well("background", "dark; the theme is night unless you say otherwise"),
        Some(false) => Check::well("background", "light; the theme is day unless you say otherwise"),
        None => Check::well(
            "background",
            "its background is not known, so the theme is night; `theme = \"day\"` changes that",
        ),
    };
    report.add(background);
}

fn kind(terminal: &Terminal) -> Check {
    match terminal.var("TERM") {
        Some("dumb") => Check::fail(
            "terminal",
            "TERM is dumb: it can't place a cursor",
            "start toban in a real terminal, or use `toban status`",
        ),
        Some(term) => Check::well("terminal", format!("TERM is {term}")),
        None if cfg!(windows) => Check::well("terminal", "the Windows console"),
        None => Check::warn("terminal", "TERM is not set", "set it to what the terminal is, as in TERM=xterm-256color"),
    }
}

fn size(terminal: &Terminal) -> Check {
    match terminal.size {
        Some((columns, rows)) if columns >= LEAST.0 && rows >= LEAST.1 => {
            Check::well("size", format!("{columns}×{rows}"))
        }
        Some((columns, rows)) => Check::warn(
            "size",
            format!("{columns}×{rows} is small: columns will be left out"),
            format!("make it {}×{} or larger", LEAST.0, LEAST.1),
        ),
        None => Check::warn("size", "it does not tell its size", "set COLUMNS and LINES, or use another terminal"),
    }
}

fn colours(terminal: &Terminal) -> Check {
    if terminal.var("NO_COLOR").is_some() {
        return Check::well("colours", "none, as NO_COLOR asks; the theme is plain");
    }
    match ColorDepth::of_terminal(|name| terminal.var(name).map(OsString::from)) {
        depth @ ColorDepth::TrueColor => Check::well("colours", depth.name()),
        depth @ ColorDepth::Ansi256 => {
            let message =
                format!("{}; the themes come down to them; COLORTERM=truecolor says that there are more", depth.name());
            Check::well("colours", message)
        }
        depth @ (ColorDepth::Ansi16 | ColorDepth::Monochrome) => Check::warn(
            "colours",
            format!("{}; the themes come down to that", depth.name()),
            "set TERM=xterm-256color and COLORTERM=truecolor if the terminal can show more",
        ),
    }
}

fn letters(terminal: &Terminal) -> Check {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| Some((*name, terminal.var(name)?)));
    match locale {
        _ if cfg!(windows) => Check::well("letters", "UTF-8"),
        Some((name, value)) if is_utf8(value) => Check::well("letters", format!("UTF-8, by {name}={value}")),
        Some((name, value)) => Check::warn(
            "letters",
            format!("{name}={value} is not UTF-8: frames and Japanese may be garbled"),
            "set LANG to a UTF-8 locale, such as ja_JP.UTF-8 or C.UTF-8",
        ),
        None => {
            Check::warn("letters", "no locale is set", "set LANG to a UTF-8 locale, such as ja_JP.UTF-8 or C.UTF-8")
        }
    }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Copying goes through OSC 52, which works over SSH where everything in between lets it pass.
fn clipboard(terminal: &Terminal) -> Check {
    let about = "clipboard";
    let remote = terminal.var("SSH_TTY").or_else(|| terminal.var("SSH_CONNECTION")).is_some();
    if terminal.var("TMUX").is_some() {
        return Check::well(about, "inside tmux, copying needs `set -g set-clipboard on` in ~/.tmux.conf");
    }
    if terminal.var("STY").is_some() {
        return Check::warn(
            about,
            "GNU screen does not pass copied text on (OSC 52)",
            "use tmux, or copy with the mouse",
        );
    }
    match (terminal.var("TERM_PROGRAM"), remote) {
        (Some("Apple_Terminal"), true) => Check::warn(
            about,
            "Terminal.app takes no copied text over SSH (OSC 52)",
            "use iTerm2, kitty, WezTerm, Ghostty or Alacritty, or copy with the mouse",
        ),
        (Some("vscode"), _) => Check::well(about, "the terminal of VS Code takes copied text (OSC 52)"),
        (_, true) => {
            Check::well(about, "over SSH, copied text travels through the terminal (OSC 52), if it allows that")
        }
        (_, false) => Check::well(about, "copied text goes through the terminal (OSC 52)"),
    }
}
