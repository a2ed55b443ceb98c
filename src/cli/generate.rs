//! Completions and man pages, made of the command tree so that they cannot drift from it.
//! Nothing is written by hand here but what a shell loads to ask us.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::args::{Cli, Man};
use super::exit::{Exit, Failure};
use super::{complete, output};

/// Completions for `shell`: those of shells that are asked every time know names too.
#[must_use]
pub(super) fn completions(shell: Shell) -> String {
    if let Some(script) = complete::script(shell) {
        return script.to_owned();
    }
    // Into memory first: the generator panics when its writer fails, as a closed pipe would.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut shown(Cli::command()), "toban", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The tree without what is hidden: generators write that out all the same.
fn shown(command: Command) -> Command {
    // clap wants names that live as long as the program, which ends once the script is printed.
    let name: &'static str = Box::leak(command.get_name().to_owned().into_boxed_str());
    let mut kept = Command::new(name);
    if let Some(about) = command.get_about() {
        kept = kept.about(about.clone());
    }
    kept = kept.args(command.get_arguments().filter(|arg| !arg.is_hide_set()).cloned());
    kept.subcommands(command.get_subcommands().filter(|known| !known.is_hide_set()).cloned().map(shown))
}

/// Prints a page in roff, or writes every page into a directory.
///
/// # Errors
/// When there is no such command, or a page cannot be rendered or written.
pub(super) fn man(args: &Man) -> Result<Exit, Failure> {
    let mut root = Cli::command();
    root.build();
    if let Some(dir) = &args.dir {
        let failed = |what: &Path, why: &std::io::Error| {
            Failure::new(Exit::Failed, format!("writing {} failed: {why}", what.display()))
        };
        std::fs::create_dir_all(dir).map_err(|why| failed(dir, &why))?;
        let pages = pages(&root)?;
        for (name, page) in &pages {
            let file = dir.join(format!("{name}.1"));
            std::fs::write(&file, page).map_err(|why| failed(&file, &why))?;
        }
        output::note(&format!("wrote {} pages to {}\n", pages.len(), dir.display()));
        return Ok(Exit::Done);
    }
    let name = std::iter::once("toban").chain(args.command.iter().map(String::as_str)).collect::<Vec<_>>().join("-");
    let page = pages(&root)?.into_iter().find(|(known, _)| *known == name);
    let (_, page) = page.ok_or_else(|| {
        Failure::new(Exit::NotFound, format!("there is no page {name}(1); `toban man` names the commands"))
    })?;
    output::data(&page)?;
    Ok(Exit::Done)
}

/// Every page with its name: the program's own, then each command's.
fn pages(root: &Command) -> Result<Vec<(String, String)>, Failure> {
    let mut pages = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(command) = open.pop() {
        let mut page = Vec::new();
        let rendered = clap_mangen::Man::new(command.clone()).render(&mut page);
        rendered.map_err(|fault| Failure::new(Exit::Failed, format!("making the man page failed: {fault}")))?;
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        pages.push((name, String::from_utf8_lossy(&page).into_owned()));
        open.extend(command.get_subcommands().filter(|known| !known.is_hide_set()).cloned());
    }
    pages.sort();
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    fn all() -> Vec<(String, String)> {
        let mut root = Cli::command();
        root.build();
        pages(&root).unwrap()
    }

    #[test]
    fn every_shell_completes_every_command_and_nothing_hidden() {
        for shell in Shell::value_variants() {
            let script = completions(*shell);
            if complete::script(*shell).is_some() {
                // It asks each time.
                assert!(script.contains("complete --"), "{script}");
                continue;
            }
            for command in Cli::command().get_subcommands().filter(|command| !command.is_hide_set()) {
                assert!(script.contains(command.get_name()), "{shell} does not know {}", command.get_name());
            }
            assert!(!script.contains("demo-seed"), "{shell} shows a hidden flag");
        }
    }

    #[test]
    fn the_man_page_names_commands_options_and_exit_codes() {
        let pages = all();
        let (_, page) = pages.iter().find(|(name, _)| name == "toban").unwrap();
        assert!(page.starts_with(".ie") || page.contains(".TH toban"), "{page}");
        for word in ["status", "doctor", "policy", "endpoint", "TOBAN_READ_ONLY", "Exit codes"] {
            assert!(page.contains(word), "{word} is missing");
        }
        assert!(!page.contains("demo\\-seed"), "{page}");
    }

    #[test]
    fn every_page_that_a_page_refers_to_is_written() {
        let pages = all();
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        let mut referred = 0;
        for (name, page) in &pages {
            // `toban\-schedule\-list(1)`
            let plain = page.replace('\\', "");
            for (at, _) in plain.match_indices("(1)") {
                let before = &plain[..at];
                let from = before.rfind(|c: char| !(c.is_alphanumeric() || c == '-')).map_or(0, |found| found + 1);
                let to = &before[from..];
                assert!(names.contains(&to), "{name} refers to {to}(1), which is not written: {names:?}");
                referred += 1;
            }
        }
        assert!(referred > 20, "{referred}");
    }
}
