//! The command line of the console: `:` and a command, completed while it is typed from the
//! command table and from what there is (environments, regions, profiles, themes). Pure.

pub mod view;

use tui_input::Input;

use crate::command::{Argument, COMMANDS, Command, Matching, Where, nearest};
use crate::operations::verbs::operation;

/// What arguments can be completed with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Known {
    /// Names of environments.
    pub environments: Vec<String>,
    /// Regions.
    pub regions: Vec<String>,
    /// Profiles.
    pub profiles: Vec<String>,
    /// Themes.
    pub themes: Vec<String>,
    /// Lines typed before, the last one last.
    pub history: Vec<String>,
    /// What the row under the cursor offers.
    pub actions: Vec<OfferedAction>,
    /// What environments can offer, also where the one here does not.
    pub elsewhere: &'static [&'static str],
}

/// Something the row under the cursor, or its environment, offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfferedAction {
    /// Its name.
    pub verb: &'static str,
    /// What it does.
    pub message: String,
    /// Whether environments offer it: then another one can be named behind it.
    pub whole: bool,
}

/// One proposal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// The whole line it stands for.
    pub line: String,
    /// What it would do.
    pub message: String,
}

/// The line being typed.
#[derive(Debug)]
pub struct Palette {
    /// The text.
    pub input: Input,
    /// What fits it, best first.
    pub proposals: Vec<Proposal>,
    /// The proposal under the cursor, once the reader moved there.
    pub at: Option<usize>,
    known: Known,
    place: Where,
    /// Which of the lines typed before stands in the prompt, counted from the last.
    past: Option<usize>,
}

/// What a line means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// Nothing was typed.
    Nothing,
    /// A command with what it takes.
    Command(Command, Option<String>),
    /// What the row offers under this name, with what was typed behind it.
    Offer(&'static str, Option<String>),
    /// Nothing that there is; a sentence for the reader.
    Unknown(String),
}

impl Palette {
    /// An empty line in `place`.
    #[must_use]
    pub fn new(place: Where, known: Known) -> Self {
        let mut palette = Self { input: Input::default(), proposals: Vec::new(), at: None, known, place, past: None };
        palette.propose();
        palette
    }

    /// The text changed: finds what fits.
    pub fn propose(&mut self) {
        self.at = None;
        let line = self.input.value().trim_start().to_owned();
        self.proposals = match line.split_once(char::is_whitespace) {
            Some((name, rest)) => match command(name) {
                Some(command) => self.arguments(command, rest.trim()),
                None => self.environments(name, rest.trim()),
            },
            None => self.commands(&line),
        };
    }

    fn commands(&self, typed: &str) -> Vec<Proposal> {
        let offered = COMMANDS.iter().filter(|spec| spec.at.contains(&self.place));
        let actions = self.known.actions.iter().map(|action| (action.verb.to_owned(), action.message.clone()));
        let candidates = offered.map(|spec| (spec.name.to_owned(), spec.message.to_owned())).chain(actions);
        ranked(typed, candidates.collect())
            .into_iter()
            .map(|(name, message)| Proposal { line: name, message })
            .collect()
    }

    fn arguments(&self, command: Command, typed: &str) -> Vec<Proposal> {
        let spec = command.spec();
        let all = match spec.takes {
            Argument::Nothing | Argument::Words => return Vec::new(),
            Argument::Environment => &self.known.environments,
            Argument::Region => &self.known.regions,
            Argument::Profile => &self.known.profiles,
            Argument::Theme => &self.known.themes,
        };
        ranked(typed, all.iter().map(|one| (one.clone(), String::new())).collect())
            .into_iter()
            .map(|(one, _)| Proposal { line: format!("{} {one}", spec.name), message: String::new() })
            .collect()
    }

    /// What stands in faint letters behind the text: the rest of the best proposal.
    #[must_use]
    pub fn ghost(&self) -> Option<&str> {
        let best = self.proposals.get(self.at.unwrap_or(0))?;
        best.line.strip_prefix(self.input.value()).filter(|rest| !rest.is_empty() && !self.input.value().is_empty())
    }

    /// The environments that can be named behind what environments offer.
    fn environments(&self, verb: &str, typed: &str) -> Vec<Proposal> {
        let here = self.known.actions.iter().find(|action| action.verb == verb);
        if !here.map_or_else(|| self.elsewhere(verb).is_some(), |action| action.whole) {
            return Vec::new();
        }
        let all = self.known.environments.iter().map(|one| (one.clone(), String::new())).collect();
        let fits = ranked(typed, all).into_iter();
        fits.map(|(one, _)| Proposal { line: format!("{verb} {one}"), message: String::new() }).collect()
    }

    /// The verb of that name, if environments can offer it.
    fn elsewhere(&self, verb: &str) -> Option<&'static str> {
        self.known.elsewhere.iter().find(|one| **one == verb).copied()
    }

    /// Takes the proposal under the cursor, or the best one.
    pub fn complete(&mut self) {
        let Some(best) = self.proposals.get(self.at.unwrap_or(0)) else { return };
        let takes = command(&best.line).is_some_and(|command| command.spec().takes != Argument::Nothing);
        let line = if takes { format!("{} ", best.line) } else { best.line.clone() };
        self.input = Input::new(line);
        self.propose();
    }

    /// A line with this text in it already.
    #[must_use]
    pub fn with(place: Where, known: Known, text: &str) -> Self {
        let mut palette = Self::new(place, known);
        palette.input = Input::new(text.to_owned());
        palette.propose();
        palette
    }

    /// The text was changed by hand.
    pub fn edited(&mut self) {
        self.past = None;
        self.propose();
    }

    /// Goes back in what was typed before, or forward again; `false` where the cursor is among proposals.
    fn recall(&mut self, delta: isize) -> bool {
        let back = delta < 0;
        let next = match (self.past, back) {
            (None, true) if self.at.is_none() && self.input.value().is_empty() => Some(0),
            (Some(at), true) => Some((at + 1).min(self.known.history.len().saturating_sub(1))),
            (Some(0), false) => None,
            (Some(at), false) => Some(at - 1),
            (None, _) => return false,
        };
        let line = next.and_then(|at| self.known.history.iter().rev().nth(at));
        if next.is_some() && line.is_none() {
            return false;
        }
        self.input = Input::new(line.cloned().unwrap_or_default());
        self.past = next;
        self.propose();
        true
    }

    /// The line that would be run.
    #[must_use]
    pub fn line(&self) -> &str {
        let proposal = self.at.and_then(|at| self.proposals.get(at));
        proposal.map_or(self.input.value(), |proposal| proposal.line.as_str()).trim()
    }

    /// Moves among the proposals, around the ends; upwards from an empty line, among what was typed before.
    pub fn step(&mut self, delta: isize) {
        if self.recall(delta) {
            return;
        }
        let len = self.proposals.len();
        self.at = match (self.at, delta < 0) {
            _ if len == 0 => None,
            (None, false) => Some(0),
            (None, true) | (Some(0), true) => Some(len - 1),
            (Some(at), true) => Some(at - 1),
            (Some(at), false) => Some((at + 1) % len),
        };
    }

    /// What the line means: the proposal under the cursor if the reader went there, else what was typed.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        let line = match self.at.and_then(|at| self.proposals.get(at)) {
            Some(proposal) => proposal.line.as_str(),
            None => self.input.value(),
        };
        let (name, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        if name.is_empty() {
            return Meaning::Nothing;
        }
        let typed = Some(rest.trim().to_owned()).filter(|rest| !rest.is_empty());
        if let Some(action) = self.known.actions.iter().find(|action| action.verb == name) {
            return Meaning::Offer(action.verb, typed);
        }
        if let Some(verb) = self.elsewhere(name) {
            return match typed {
                Some(_) => Meaning::Offer(verb, typed),
                None => Meaning::Unknown(format!("no action {verb} here; :{verb} ENV asks it of an environment")),
            };
        }
        let command = match (command(name), self.beginning(name).as_slice()) {
            (Some(command), _) => command,
            (None, [(_, Fits::Command(command))]) => *command,
            (None, [(_, Fits::Offer(verb))]) => return Meaning::Offer(verb, typed),
            (None, []) => {
                // What exists is never called unknown: it says what it is for.
                if let Some(known) = operation(name) {
                    let message =
                        format!(":{name} ({}) is for {}; go to one, or put the cursor on it", known.message, known.of);
                    return Meaning::Unknown(message);
                }
                let near = nearest(name).map(|near| format!("; did you mean :{near}?")).unwrap_or_default();
                return Meaning::Unknown(format!("there is no command {name:?}{near}"));
            }
            (None, several) => {
                let names: Vec<String> = several.iter().map(|(name, _)| format!(":{name}")).collect();
                return Meaning::Unknown(format!("{name:?} could be {}", names.join(", ")));
            }
        };
        let spec = command.spec();
        if !spec.at.contains(&self.place) {
            let places: Vec<&str> = spec.at.iter().map(|place| place.words()).collect();
            let message = format!(":{} is not for {}; it is for {}", spec.name, self.place.words(), places.join(", "));
            return Meaning::Unknown(message);
        }
        let rest = rest.trim();
        match (spec.takes, rest) {
            (Argument::Nothing, "") | (_, "") => Meaning::Command(command, None),
            (Argument::Nothing, _) => Meaning::Unknown(format!(":{} takes nothing; {rest:?} is too much", spec.name)),
            _ => Meaning::Command(command, Some(rest.to_owned())),
        }
    }

    /// The commands and offers of this place that begin with what was typed.
    fn beginning(&self, typed: &str) -> Vec<(&'static str, Fits)> {
        let here = COMMANDS.iter().filter(|spec| spec.at.contains(&self.place));
        let commands = here.map(|spec| (spec.name, Fits::Command(spec.command)));
        let actions = self.known.actions.iter().map(|action| (action.verb, Fits::Offer(action.verb)));
        commands.chain(actions).filter(|(name, _)| name.starts_with(typed)).collect()
    }
}

/// What a name can stand for.
#[derive(Clone, Copy)]
enum Fits {
    Command(Command),
    Offer(&'static str),
}

fn command(name: &str) -> Option<Command> {
    let name = if name == "q" || name == "q!" { "quit" } else { name };
    COMMANDS.iter().find(|spec| spec.name == name).map(|spec| spec.command)
}

fn ranked(typed: &str, candidates: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut matching = Matching::new(typed);
    let mut scored: Vec<(u32, (String, String))> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let matched = matching.matched(&candidate.0)?;
            // What begins as typed comes first.
            let starts = candidate.0.starts_with(typed);
            Some((matched.score + if starts { 10_000 } else { 0 }, candidate))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}

#[cfg(test)]
mod tests;
