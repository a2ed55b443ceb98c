//! Completion in the shells themselves: each runs in a terminal, somebody types half a line and presses tab. Bash is on every
//! machine; a shell that is not there is told of, and its test leaves out what it cannot try.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a shell that does not start must fail at once; one that is missing is told"
)]

use std::path::{Path, PathBuf};

use portable_pty::CommandBuilder;
use rstest::rstest;
use tempfile::TempDir;

use crate::support::said::{said, toban};
use crate::terminal::Terminal;

/// A shell with the completions of the built binary, in a home of its own.
struct Shell {
    terminal: Terminal,
    _home: TempDir,
}

fn program(name: &str) -> Option<PathBuf> {
    let places = ["/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin"];
    places.iter().map(|place| Path::new(place).join(name)).find(|path| path.exists())
}

/// Opens it; `None` where this machine has none.
fn open(name: &str) -> Option<Shell> {
    let Some(path) = program(name) else {
        eprintln!("NOT TRIED: completion in {name}, which this machine has not");
        return None;
    };
    let home = TempDir::new().expect("a home");
    let script = said(&mut toban(home.path(), &["completions", name]));
    assert_eq!(script.code, Some(0), "{}", script.err);
    let (file, rc) = (home.path().join("completions"), home.path().join("rc"));
    std::fs::write(&file, &script.out).expect("a file");
    let bin = Path::new(crate::support::said::program()).parent().expect("a directory").display().to_string();
    let source = format!("PS1='ready> '; source {}\n", file.display());
    let (text, arguments) = match name {
        "bash" => {
            (source, vec!["--noprofile".to_owned(), "--rcfile".to_owned(), rc.display().to_string(), "-i".to_owned()])
        }
        "zsh" => {
            // It reads .zshrc of ZDOTDIR and no other file.
            let text = format!(
                "PS1='ready> '; unsetopt PROMPT_SP; autoload -U compinit; compinit -u -D; source {}\n",
                file.display()
            );
            std::fs::write(home.path().join(".zshrc"), &text).expect("a file");
            (text, vec!["-d".to_owned(), "-i".to_owned()])
        }
        _ => {
            let text =
                format!("function fish_prompt; echo 'ready> '; end; set -g fish_greeting; source {}", file.display());
            (text.clone(), vec!["--no-config".to_owned(), "--init-command".to_owned(), text])
        }
    };
    std::fs::write(&rc, text).expect("a file");
    let mut command = CommandBuilder::new(path);
    command.env_clear();
    command.env("HOME", home.path());
    command.env("ZDOTDIR", home.path());
    command.env("TOBAN_STATE_DIR", home.path().join("state"));
    command.env("PATH", format!("{bin}:/usr/bin:/bin"));
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.env("TZ", "Asia/Tokyo");
    command.cwd(home.path());
    command.args(arguments);
    let terminal = Terminal::run(command, 120, 30);
    terminal.shows("ready>");
    Some(Shell { terminal, _home: home })
}

/// What was typed, what is expected once tab was pressed.
#[rstest]
#[case::a_command("toban stat", "toban status ")]
#[case::after_a_flag("toban --demo sche", "toban --demo schedule ")]
#[case::of_a_command("toban --demo schedule prev", "toban --demo schedule preview ")]
#[case::a_flag("toban scale --dry", "toban scale --dry-run ")]
#[case::an_environment("toban --demo status kaji", "toban --demo status kajimaru ")]
#[case::instead_of_a_command("toban --demo prooflink-d", "toban --demo prooflink-dev ")]
#[case::a_service("toban --demo scale backend-dev/", "toban --demo scale backend-dev/")]
#[case::a_theme("toban --theme nig", "toban --theme night ")]
fn tab_completes(#[values("bash", "zsh", "fish")] name: &str, #[case] typed: &str, #[case] expected: &str) {
    let Some(mut shell) = open(name) else { return };
    shell.terminal.keys(typed);
    shell.terminal.shows(typed);
    shell.terminal.keys("\t");
    shell.terminal.shows(expected);
    // What stands there is what the line holds: the shell goes on from it.
    shell.terminal.keys("#");
    shell.terminal.wait("the rest of the line", |screen| {
        screen.lines().any(|line| line.contains(expected.trim_end()) && line.trim_end().ends_with('#'))
    });
}

/// Several candidates are listed, with what is hidden left out.
#[rstest]
fn tab_lists_what_there_is(#[values("bash", "zsh", "fish")] name: &str) {
    let Some(mut shell) = open(name) else { return };
    shell.terminal.keys("toban --demo schedule ");
    shell.terminal.shows("toban --demo schedule");
    // Some shells list at the second key only.
    shell.terminal.keys("\t\t");
    let screen = shell.terminal.wait("the commands", |screen| {
        ["list", "preview", "override", "migrate"].iter().all(|name| screen.contains(name))
    });
    assert!(!screen.contains("demo-seed"), "{screen}");
}

/// The names of real accounts come from what an earlier run read, and from nowhere else: there is no network here.
#[test]
fn without_an_earlier_run_nothing_is_waited_for() {
    let home = TempDir::new().expect("a home");
    let state = home.path().join("state");
    let mut ask = toban(home.path(), &["complete", "--", "status", ""]);
    let got = said(ask.env("TOBAN_STATE_DIR", &state).env("AWS_REGION", "ap-northeast-1"));
    assert_eq!((got.code, got.out.as_str(), got.err.as_str()), (Some(0), "", ""));
    assert!(!state.exists(), "and nothing is made");
}
