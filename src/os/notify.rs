//! Telling somebody who looks elsewhere: the terminal's title, its bell, a message of the desktop by OSC 9 or 777, a command of
//! their own. Makes bytes and starts that command; reads nothing back.

use std::process::Stdio;
use std::time::Duration;

use crate::text::harmless;

/// No message is longer, in characters.
const MOST: usize = 200;

/// How somebody is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notify {
    /// By the terminal's title.
    pub title: bool,
    /// By its bell.
    pub bell: bool,
    /// By a message of the desktop, where the terminal shows such.
    pub desktop: Option<Desktop>,
    /// By this command, with the message as its last argument.
    pub command: Vec<String>,
    /// What took less than this is not told: whoever began it still looks.
    pub after: Duration,
}

impl Default for Notify {
    /// The title alone, which disturbs nobody.
    fn default() -> Self {
        Self { title: true, bell: false, desktop: None, command: Vec::new(), after: Duration::from_secs(10) }
    }
}

/// The two ways in which terminals take messages for the desktop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Desktop {
    /// `OSC 9`: iTerm2, kitty, WezTerm, Ghostty, Windows Terminal.
    Osc9,
    /// `OSC 777`: urxvt, foot, Ghostty, terminals of VTE.
    Osc777,
}

impl Desktop {
    /// Both, with their words in the configuration.
    pub const ALL: [(&'static str, Self); 2] = [("osc9", Self::Osc9), ("osc777", Self::Osc777)];
}

/// What a message is made of, so that nothing in it ends the sequence or begins another.
fn plain(text: &str) -> String {
    harmless(text).chars().filter(|c| !c.is_control()).take(MOST).collect()
}

/// The bytes that tell `text` to a terminal.
#[must_use]
pub fn sequence(how: &Notify, text: &str) -> String {
    let text = plain(text);
    let mut bytes = String::new();
    if how.title {
        bytes.push_str(&format!("\x1b]2;toban: {text}\x07"));
    }
    match how.desktop {
        Some(Desktop::Osc9) => bytes.push_str(&format!("\x1b]9;{text}\x07")),
        // Its fields are divided by semicolons.
        Some(Desktop::Osc777) => bytes.push_str(&format!("\x1b]777;notify;toban;{}\x07", text.replace(';', ","))),
        None => {}
    }
    if how.bell {
        bytes.push('\x07');
    }
    bytes
}

/// Remembers the terminal's title, to be put back by [`TITLE_BACK`].
pub const TITLE_KEPT: &str = "\x1b[22;2t";
/// Puts the title back.
pub const TITLE_BACK: &str = "\x1b[23;2t";

/// Starts the reader's own command, if there is one, and lets it run by itself.
///
/// # Errors
/// A sentence, when it cannot be started.
pub fn start(how: &Notify, text: &str) -> Result<(), String> {
    let Some((program, arguments)) = how.command.split_first() else { return Ok(()) };
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).arg(plain(text)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Whatever it takes to end, nobody waits for it; the runtime reaps it.
    let started = command.spawn().map(drop);
    started.map_err(|fault| format!("`{program}` of [notify] could not be started: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::title(Notify::default(), "\x1b]2;toban: rolled out\x07")]
    #[case::bell(Notify { title: false, bell: true, ..Notify::default() }, "\x07")]
    #[case::osc9(Notify { title: false, desktop: Some(Desktop::Osc9), ..Notify::default() }, "\x1b]9;rolled out\x07")]
    #[case::osc777(
        Notify { title: false, desktop: Some(Desktop::Osc777), ..Notify::default() },
        "\x1b]777;notify;toban;rolled out\x07"
    )]
    #[case::nothing(Notify { title: false, ..Notify::default() }, "")]
    fn each_way_has_its_bytes(#[case] how: Notify, #[case] expected: &str) {
        assert_eq!(sequence(&how, "rolled out"), expected);
    }

    #[test]
    fn a_hostile_name_ends_no_sequence_and_begins_none() {
        let how = Notify { desktop: Some(Desktop::Osc777), ..Notify::default() };
        let bytes = sequence(&how, "a\x07\x1b]52;c;x\x1b\\;b");
        assert_eq!(bytes.matches('\x1b').count(), 2, "{bytes:?}");
        assert_eq!(bytes.matches('\x07').count(), 2, "{bytes:?}");
        assert!(sequence(&how, &"本".repeat(1000)).chars().count() < 500);
    }

    #[tokio::test]
    async fn a_command_that_is_not_there_is_told() {
        let how = Notify { command: vec!["/nowhere/at-all".to_owned()], ..Notify::default() };
        assert!(start(&how, "over").is_err_and(|why| why.contains("/nowhere/at-all")));
        assert_eq!(start(&Notify::default(), "over"), Ok(()));
    }
}
