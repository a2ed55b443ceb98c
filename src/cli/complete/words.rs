//! What stands at the cursor of a half-typed command line: a command, a flag, the value of one, or an argument. Reads the
//! command tree and nothing else, so that what is completed is what is parsed.

use clap::{Arg, ArgAction, Command};

/// What is asked for.
#[derive(Debug)]
pub(super) struct Asked<'t> {
    /// The command that is being typed.
    pub(super) command: &'t Command,
    /// What stands at the cursor.
    pub(super) slot: Slot<'t>,
    /// What is typed of it.
    pub(super) typed: String,
    /// What stands before it in the same word: `--theme=`.
    pub(super) before: String,
    /// Flags and options given already, each with its value.
    pub(super) given: Vec<(&'t Arg, Option<String>)>,
    /// Arguments given already.
    pub(super) arguments: Vec<String>,
}

/// The place of the cursor.
#[derive(Debug)]
pub(super) enum Slot<'t> {
    /// A flag.
    Flag,
    /// The value of an option.
    Value(&'t Arg),
    /// An argument, or the name of a command where none of the arguments was given.
    Argument(Option<&'t Arg>, bool),
    /// Behind `--`: words of another program.
    Foreign,
}

impl Asked<'_> {
    /// The value of an option that was given.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(arg, _)| arg.get_id() == name).and_then(|(_, value)| value.as_deref())
    }

    /// Whether a flag was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.given.iter().any(|(arg, _)| arg.get_id() == name)
    }
}

/// Walks `words`, of which the last is the one at the cursor, down the tree.
pub(super) fn asked<'t>(tree: &'t Command, words: &[String]) -> Asked<'t> {
    let (last, before) = words.split_last().map_or(("", &[][..]), |(last, before)| (last.as_str(), before));
    let mut at = Asked {
        command: tree,
        slot: Slot::Foreign,
        typed: last.to_owned(),
        before: String::new(),
        given: Vec::new(),
        arguments: Vec::new(),
    };
    let (mut open, mut foreign): (Option<&'t Arg>, bool) = (None, false);
    for word in before {
        match (open.take(), word.as_str()) {
            // Some shells make a word of their own of it.
            (Some(arg), "=") => open = Some(arg),
            (Some(arg), value) => at.given.push((arg, Some(value.to_owned()))),
            (None, _) if foreign => at.arguments.push(word.clone()),
            (None, "--") => foreign = true,
            (None, flag) if flag.starts_with('-') && flag.len() > 1 => match option(at.command, flag) {
                Some((arg, Some(value))) => at.given.push((arg, Some(value))),
                Some((arg, None)) if takes(arg) => open = Some(arg),
                Some((arg, None)) => at.given.push((arg, None)),
                None => {}
            },
            (None, name) => match subcommand(at.command, name).filter(|_| at.arguments.is_empty()) {
                Some(found) => at.command = found,
                None => at.arguments.push(name.to_owned()),
            },
        }
    }
    at.slot = match open {
        Some(arg) => {
            if last == "=" {
                at.typed.clear();
            }
            Slot::Value(arg)
        }
        None if foreign => at.argument().map_or(Slot::Foreign, |arg| Slot::Argument(Some(arg), false)),
        None if last.starts_with('-') => match (last.split_once('='), option(at.command, last)) {
            (Some((flag, value)), Some((arg, _))) => {
                (at.before, at.typed) = (format!("{flag}="), value.to_owned());
                Slot::Value(arg)
            }
            _ => Slot::Flag,
        },
        None => Slot::Argument(at.argument(), at.arguments.is_empty()),
    };
    at
}

impl<'t> Asked<'t> {
    /// The argument that comes next: the last one again where it takes several.
    fn argument(&self) -> Option<&'t Arg> {
        let places: Vec<&Arg> = self.command.get_positionals().filter(|arg| !arg.is_last_set()).collect();
        let several = |arg: &&&Arg| {
            matches!(arg.get_action(), ArgAction::Append)
                || arg.get_num_args().is_some_and(|count| count.max_values() > 1)
        };
        places.get(self.arguments.len()).or_else(|| places.last().filter(several)).copied()
    }
}

fn takes(arg: &Arg) -> bool {
    let valued = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    valued && arg.get_num_args().is_none_or(|count| count.min_values() > 0)
}

/// The option that a word begins with, with the value that stands in the same word.
fn option<'t>(command: &'t Command, word: &str) -> Option<(&'t Arg, Option<String>)> {
    let mut all = command.get_arguments().filter(|arg| !arg.is_positional());
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_owned())));
        let called = |arg: &&Arg| {
            arg.get_long() == Some(name) || arg.get_all_aliases().is_some_and(|known| known.contains(&name))
        };
        return all.find(called).map(|arg| (arg, value));
    }
    let short = word.strip_prefix('-')?.chars().next()?;
    all.find(|arg| arg.get_short() == Some(short)).map(|arg| (arg, None))
}

fn subcommand<'t>(command: &'t Command, name: &str) -> Option<&'t Command> {
    command
        .get_subcommands()
        .find(|known| known.get_name() == name || known.get_all_aliases().any(|alias| alias == name))
}
