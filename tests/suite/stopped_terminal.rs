//! The built binary in terminals that go wrong: one that stops taking output, one that is closed. It hears every signal,
//! ends by itself, and leaves nothing behind that it could have taken back.
#![expect(clippy::expect_used, reason = "a test whose terminal cannot be set up must fail at once")]

use crate::terminal::{Terminal, console};

use std::io::Read;

use portable_pty::{PtySize, native_pty_system};
use rustix::termios::{Action, LocalModes, tcflow, tcgetattr};

/// The terminal takes nothing more.
fn stop(side: &std::fs::File) {
    tcflow(side, Action::OOff).expect("a terminal that can be stopped");
}

#[test]
fn a_terminal_that_takes_nothing_keeps_no_signal_from_being_heard() {
    for signal in ["TERM", "HUP", "INT", "USR1", "ABRT"] {
        let (mut toban, _home) = Terminal::demo(120, 35, &[]);
        toban.shows("prooflink-prod");
        let side = toban.other_side();
        stop(&side);
        for key in ["?", "\u{1b}", "j", "?"] {
            toban.keys(key);
            toban.is_read(&side);
        }
        toban.signal(signal);
        let status = toban.exits();
        assert!(status.success(), "after SIG{signal}: {status:?}");
        let modes = tcgetattr(&side).expect("the terminal's modes").local_modes;
        assert!(
            modes.contains(LocalModes::ICANON | LocalModes::ECHO),
            "after SIG{signal} the terminal is as a shell wants it"
        );
    }
}

#[test]
fn a_terminal_that_takes_nothing_keeps_no_key_from_being_heard_and_draws_on_when_it_goes_on() {
    let (mut toban, _home) = Terminal::demo(120, 35, &[]);
    toban.shows("prooflink-prod");
    let side = toban.other_side();
    stop(&side);
    // No escape: with the key behind it, which nothing on the screen can wait for here, it may be read as one key.
    for key in ["j", "k", "j", ":", "u", "n", "a", "s", "s"] {
        toban.keys(key);
        toban.is_read(&side);
    }
    tcflow(&side, Action::OOn).expect("a terminal that goes on");
    toban.shows("unass");
    stop(&side);
    toban.keys("\u{3}");
    assert!(toban.exits().success());
}

#[test]
fn a_headless_command_hears_ctrl_c_while_its_terminal_takes_nothing() {
    let (mut toban, _home) = Terminal::demo(120, 35, &["--demo-speed", "3600", "status", "--watch"]);
    toban.shows("prooflink-prod");
    let side = toban.other_side();
    stop(&side);
    toban.signal("INT");
    let status = toban.exits();
    assert_eq!(status.exit_code(), 130, "{status:?}");
}

#[test]
fn a_terminal_that_is_closed_ends_it_without_a_sound() {
    for arguments in [["--demo", "--demo-speed", "600"].as_slice(), &["--demo"]] {
        let home = tempfile::tempdir().expect("a home");
        let pair = native_pty_system().openpty(PtySize { rows: 35, cols: 120, ..PtySize::default() }).expect("a pty");
        let mut command = console(&[], arguments);
        command.env("HOME", home.path());
        command.env("TOBAN_STATE_DIR", home.path().join("state"));
        command.env("COLORFGBG", "15;0");
        let mut toban = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("the pty's output");
        let mut seen = Vec::new();
        let mut chunk = [0; 4096];
        while !seen.windows(b"kajimaru".len()).any(|window| window == b"kajimaru") {
            let count = reader.read(&mut chunk).expect("the program draws");
            seen.extend_from_slice(chunk.get(..count).unwrap_or_default());
        }
        drop((reader, pair.master));
        let status = toban.wait().expect("an exit status");
        assert!(status.success(), "{arguments:?}: {status:?}");
        let log = std::fs::read_to_string(home.path().join("state/toban.log")).unwrap_or_default();
        assert!(!log.contains("panicked"), "{log}");
    }
}

/// What hides, moves or colours, as a name may hold it.
const HOSTILE: &str = "evil\u{9b}31m\u{7f}\u{202e}\u{200b}";

#[test]
fn a_document_on_a_terminal_shows_what_hides_in_it() {
    let home = tempfile::tempdir().expect("a home");
    let state = home.path().join("state");
    std::fs::create_dir(&state).expect("a state directory");
    let mut command = console(&[], &["journal", "--json"]);
    command.env("HOME", home.path());
    command.env("TOBAN_STATE_DIR", state.join(HOSTILE));
    let mut toban = Terminal::run(command, 200, 20);
    assert!(toban.end().success());
    let written = String::from_utf8(toban.raw()).expect("text");
    assert!(written.contains("evil\\u009b31m\\u007f\\u202e\\u200b"), "{written:?}");
    assert!(!written.chars().any(|c| matches!(c, '\u{7f}'..='\u{9f}' | '\u{202e}' | '\u{200b}')), "{written:?}");
}

#[test]
fn what_is_said_against_arguments_is_harmless() {
    for arguments in [
        ["--demo", "status", HOSTILE].as_slice(),
        &["--demo", "sleep", HOSTILE, "--yes"],
        &["--demo", "--theme", HOSTILE],
        &["--config", HOSTILE, "status"],
        &["--log-level", HOSTILE, "status"],
        &["status", "--evil\u{9b}31m"],
    ] {
        let home = tempfile::tempdir().expect("a home");
        let mut command = console(&[], arguments);
        command.env("HOME", home.path());
        command.env("TOBAN_STATE_DIR", home.path().join("state"));
        let mut toban = Terminal::run(command, 200, 20);
        assert!(!toban.end().success(), "{arguments:?}");
        let written = String::from_utf8(toban.raw()).expect("text");
        assert!(written.contains("evil"), "{arguments:?}: {written:?}");
        assert!(!written.chars().any(|c| matches!(c, '\u{7f}'..='\u{9f}' | '\u{202e}' | '\u{200b}')), "{written:?}");
    }
}
