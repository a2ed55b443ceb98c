//! Completions and man page, made of the command tree so that they cannot drift from it.
//! Nothing is written by hand here.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::exit::{Exit, Failure};

/// Completions for `shell`.
#[must_use]
pub(super) fn completions(shell: Shell) -> String {
    // Into memory first: the generator panics when its writer fails, as a closed pipe would.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "toban", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The man page in roff: the program's own, then each command's.
///
/// # Errors
/// When the page cannot be rendered.
pub(super) fn man() -> Result<String, Failure> {
    let mut page = Vec::new();
    let mut root = Cli::command();
    root.build();
    let rendered = clap_mangen::Man::new(root.clone()).render(&mut page);
    rendered.map_err(|fault| Failure::new(Exit::Failed, format!("making the man page failed: {fault}")))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn every_shell_completes_every_command() {
        for shell in Shell::value_variants() {
            let script = completions(*shell);
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell} does not know {}", command.get_name());
            }
        }
    }

    #[test]
    fn the_man_page_names_commands_options_and_exit_codes() {
        let page = man().unwrap();
        assert!(page.starts_with(".ie") || page.contains(".TH toban"), "{page}");
        for word in ["status", "doctor", "policy", "endpoint", "TOBAN_READ_ONLY", "Exit codes"] {
            assert!(page.contains(word), "{word} is missing");
        }
    }
}
