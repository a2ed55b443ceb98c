//! Which chord means which command where. Built from the command table and the reader's own
//! wishes; a duplicate, an unknown command or a misspelt key refuses the whole map.

use std::collections::{BTreeMap, HashMap};

use super::{BadChord, Chord};
use crate::command::{COMMANDS, Command, Where};

/// Why a keymap cannot be used. Nothing of it was applied.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeymapError {
    /// No such command.
    #[error("keys.{name}: there is no command of this name{}", did_you_mean(.near))]
    UnknownCommand {
        /// What was written.
        name: String,
        /// The closest command there is.
        near: Option<&'static str>,
    },
    /// Not a key.
    #[error("keys.{command}: {problem}")]
    BadChord {
        /// Of which command.
        command: &'static str,
        /// What is wrong with it.
        problem: BadChord,
    },
    /// One key for two commands in one place.
    #[error("keys.{second}: {chord} is taken by `{first}` in {place}; give one of them another key")]
    Duplicate {
        /// The key.
        chord: Chord,
        /// Who has it.
        first: &'static str,
        /// Who wants it too.
        second: &'static str,
        /// Where they meet.
        place: &'static str,
    },
    /// `ctrl-c` always quits.
    #[error("keys.{command}: ctrl-c always quits and cannot be given to anything else")]
    Reserved {
        /// Who wants it.
        command: &'static str,
    },
}

impl KeymapError {
    /// What is wrong, without the name of the key that it is about.
    #[must_use]
    pub fn message(&self) -> String {
        let whole = self.to_string();
        let about = format!("keys.{}: ", self.about());
        whole.strip_prefix(&about).map(str::to_owned).unwrap_or(whole)
    }

    /// The name under `[keys]` that it is about, so that its line can be told.
    #[must_use]
    pub fn about(&self) -> &str {
        match self {
            Self::UnknownCommand { name, .. } => name,
            Self::BadChord { command, .. } | Self::Reserved { command } => command,
            Self::Duplicate { second, .. } => second,
        }
    }
}

fn did_you_mean(near: &Option<&'static str>) -> String {
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// Chords to commands, place by place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keymap {
    commands: HashMap<(Where, Chord), Command>,
    keys: BTreeMap<Command, Vec<Chord>>,
}

impl Keymap {
    /// The keymap of the command table, with `configured_environments` (command name to its keys) laid over it. A
    /// command that is
    /// wished no keys has none.
    ///
    /// # Errors
    /// Every [`KeymapError`] there is, each naming the command and the key.
    pub fn new(configured_environments: &BTreeMap<String, Vec<String>>) -> Result<Self, Vec<KeymapError>> {
        let unknown = configured_environments.keys().filter(|name| !COMMANDS.iter().any(|spec| spec.name == **name));
        let mut problems: Vec<KeymapError> = unknown
            .map(|name| KeymapError::UnknownCommand { name: name.clone(), near: crate::command::nearest(name) })
            .collect();
        let mut map = Self { commands: HashMap::new(), keys: BTreeMap::new() };
        for spec in COMMANDS {
            let wished = configured_environments.get(spec.name);
            let texts: Vec<&str> =
                wished.map_or_else(|| spec.keys.to_vec(), |keys| keys.iter().map(String::as_str).collect());
            let mut chords = Vec::new();
            for text in texts {
                let chord: Chord = match text.parse() {
                    Ok(chord) => chord,
                    Err(problem) => {
                        problems.push(KeymapError::BadChord { command: spec.name, problem });
                        continue;
                    }
                };
                if chord == Chord::ctrl('c') && spec.command != Command::Quit {
                    problems.push(KeymapError::Reserved { command: spec.name });
                    continue;
                }
                let mut meets = None;
                for place in spec.at {
                    if let Some(first) = map.commands.insert((*place, chord), spec.command)
                        && first != spec.command
                    {
                        // Of two commands the one that the reader gave the key to is the one to be told of.
                        let (first, second) =
                            match wished.is_none() && configured_environments.contains_key(first.spec().name) {
                                true => (spec.name, first.spec().name),
                                false => (first.spec().name, spec.name),
                            };
                        // They may meet in many places; once is enough.
                        meets.get_or_insert((first, second, place.words()));
                    }
                }
                problems.extend(meets.map(|(first, second, place)| KeymapError::Duplicate {
                    chord,
                    first,
                    second,
                    place,
                }));
                chords.push(chord);
            }
            map.keys.insert(spec.command, chords);
        }
        if problems.is_empty() { Ok(map) } else { Err(problems) }
    }

    /// The keymap of the command table alone.
    #[must_use]
    pub fn standard() -> Self {
        // A test keeps the table free of duplicates, so there is always a map.
        Self::new(&BTreeMap::new()).unwrap_or_else(|_| Self { commands: HashMap::new(), keys: BTreeMap::new() })
    }

    /// What `chord` means in `place`.
    #[must_use]
    pub fn command(&self, place: Where, chord: Chord) -> Option<Command> {
        if chord == Chord::ctrl('c') {
            return Some(Command::Quit);
        }
        self.commands.get(&(place, chord)).copied()
    }

    /// What `chord` means in the first place where it means anything.
    #[must_use]
    pub fn elsewhere(&self, chord: Chord) -> Option<Command> {
        Where::ALL.iter().find_map(|place| self.command(*place, chord))
    }

    /// The keys of a command, the one to be shown first.
    #[must_use]
    pub fn keys(&self, command: Command) -> &[Chord] {
        self.keys.get(&command).map_or(&[], Vec::as_slice)
    }

    /// The key to show for a command, if it has one.
    #[must_use]
    pub fn shown(&self, command: Command) -> Option<String> {
        self.keys(command).first().map(ToString::to_string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Key;

    fn environment_config(command: &str, keys: &[&str]) -> BTreeMap<String, Vec<String>> {
        [(command.to_owned(), keys.iter().map(|key| (*key).to_owned()).collect())].into()
    }

    #[test]
    fn the_command_table_has_no_duplicate_keys() {
        let map = Keymap::new(&BTreeMap::new()).expect("the built-in keymap");
        assert_eq!(map.command(Where::Fleet, Chord::plain(Key::Enter)), Some(Command::Open));
        assert_eq!(map.command(Where::Viewer, Chord::char('/')), Some(Command::Search));
        assert_eq!(map.command(Where::Fleet, Chord::char('/')), Some(Command::Filter));
    }

    #[test]
    fn a_wish_replaces_the_keys_of_its_command() {
        let map = Keymap::new(&environment_config("refresh", &["f5"])).expect("a good keymap");
        assert_eq!(map.command(Where::Fleet, "f5".parse().expect("f5")), Some(Command::Refresh));
        assert_eq!(map.command(Where::Fleet, Chord::ctrl('r')), None);
        assert_eq!(map.shown(Command::Refresh), Some("f5".to_owned()));
        let none = Keymap::new(&environment_config("mouse", &[])).expect("a good keymap");
        assert_eq!(none.shown(Command::Mouse), None);
    }

    #[test]
    fn a_bad_keymap_is_refused_whole_and_says_where() {
        let error =
            |configured_environments| match Keymap::new(&configured_environments).expect_err("a bad keymap").as_slice()
            {
                [one] => one.to_string(),
                several => panic!("one mistake, not {several:?}"),
            };
        assert_eq!(
            error(environment_config("refersh", &["f5"])),
            "keys.refersh: there is no command of this name; did you mean `refresh`?"
        );
        assert!(
            error(environment_config("refresh", &["strg-r"])).starts_with("keys.refresh: \"strg-r\" is no key; write")
        );
        let taken = error(environment_config("refresh", &["j"]));
        assert!(taken.contains("j is taken by `down` in the fleet"), "{taken}");
        assert!(error(environment_config("refresh", &["ctrl-c"])).contains("always quits"));
    }

    #[test]
    fn all_mistakes_are_told_at_once_each_about_the_line_of_the_reader() {
        let mut wishes = environment_config("refersh", &["f5"]);
        wishes.extend(environment_config("refresh", &["strg-r", "f5", "j"]));
        wishes.extend(environment_config("mouse", &["ctrl-c"]));
        // A key that a command of the table has later in it is the reader's mistake all the same.
        wishes.extend(environment_config("open", &["q"]));
        let problems = Keymap::new(&wishes).expect_err("a bad keymap");
        let about: Vec<&str> = problems.iter().map(KeymapError::about).collect();
        assert_eq!(about, ["refersh", "open", "refresh", "refresh", "mouse"], "{problems:?}");
    }

    #[test]
    fn ctrl_c_quits_whatever_is_wished() {
        let map = Keymap::new(&environment_config("quit", &[])).expect("a good keymap");
        assert_eq!(map.command(Where::Viewer, Chord::ctrl('c')), Some(Command::Quit));
    }
}
