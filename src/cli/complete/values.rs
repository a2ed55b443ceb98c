//! Candidates for what stands at the cursor: from the tree, the configuration, the themes, AWS's files, and the names of
//! earlier runs. Names that a shell would read as more than a name are left out: they come from tags, and those from anybody.

use clap::{Arg, ArgAction, Command, ValueHint};

use super::Known;
use super::words::{Asked, Slot};
use crate::aws::profile_names;
use crate::cli::console::REGIONS;
use crate::engine::known_names::KnownEnvironment;
use crate::theme::Theme;

/// What is answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// What may stand there, in order.
    pub(super) candidates: Vec<Candidate>,
    /// Whether the name of a file may.
    pub(super) files: bool,
    /// Whether more follows in the same word.
    pub(super) nospace: bool,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Candidate {
    pub(super) value: String,
    pub(super) help: String,
}

/// What an argument names, by the name that its value has in the help.
fn lists(value: &str) -> Option<&'static [&'static str]> {
    Some(match value {
        "ENV/SERVICE" => &["services"],
        "ENV/DATABASE" => &["databases"],
        "ENV/DATABASE|TARGET" => &["databases", "services", "instances", "tasks"],
        "ENV/JOB" => &["jobs"],
        "ENV/TASK" => &["tasks"],
        "ENV/NAME" => &["services", "functions", "target_groups"],
        "ENV/INSTANCE|ID" => &["instances"],
        "ENV/TARGET" => &["services", "instances", "tasks"],
        "ENV[/TARGET]" => &["services", "functions", "databases", "instances", "tasks"],
        "ENV" => &[],
        _ => return None,
    })
}

fn value_name(arg: &Arg) -> &str {
    arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str())
}

/// The argument whose value is asked for.
fn wanted<'t>(asked: &Asked<'t>) -> Option<&'t Arg> {
    match asked.slot {
        Slot::Value(arg) => Some(arg),
        Slot::Argument(arg, _) => arg,
        Slot::Flag | Slot::Foreign => None,
    }
}

/// Whether the names of environments, or of what is in them, may be among the candidates.
pub(super) fn needs_environments(asked: &Asked<'_>) -> bool {
    wanted(asked).is_some_and(|arg| lists(value_name(arg)).is_some() || matches!(value_name(arg), "TAG" | "TARGET"))
}

/// The candidates.
pub(super) fn answer(asked: &Asked<'_>, known: &Known) -> Answer {
    let mut answer = Answer::default();
    match &asked.slot {
        Slot::Foreign => {}
        Slot::Flag => answer.candidates = flags(asked),
        Slot::Value(arg) => values(arg, asked, known, &mut answer),
        Slot::Argument(arg, may_be_command) => {
            if *may_be_command {
                answer.candidates.extend(commands(asked.command));
            }
            if let Some(arg) = arg {
                values(arg, asked, known, &mut answer);
            }
            // Where there is nothing to name, what else can be said is shown.
            if arg.is_none() && answer.candidates.is_empty() && asked.typed.is_empty() {
                answer.candidates = flags(asked);
            }
        }
    }
    answer.candidates.retain(|one| one.value.starts_with(&asked.typed) && is_plain(&one.value));
    for one in &mut answer.candidates {
        one.value.insert_str(0, &asked.before);
    }
    answer.nospace &= !answer.candidates.is_empty();
    answer
}

/// Whether a shell reads it as one word that means itself.
fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || "._/@+=,-".contains(c)) && !value.starts_with('=')
}

fn help(text: Option<&clap::builder::StyledStr>) -> String {
    let text = text.map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().trim().to_owned()
}

fn commands(command: &Command) -> impl Iterator<Item = Candidate> {
    let shown = command.get_subcommands().filter(|known| !known.is_hide_set());
    shown.map(|known| Candidate { value: known.get_name().to_owned(), help: help(known.get_about()) })
}

/// The flags of the command that may still be given. What is hidden stays so.
fn flags(asked: &Asked<'_>) -> Vec<Candidate> {
    let again = |arg: &Arg| matches!(arg.get_action(), ArgAction::Append | ArgAction::Count);
    let open = asked.command.get_arguments().filter(|arg| !arg.is_hide_set() && !arg.is_positional());
    let open = open.filter(|arg| again(arg) || !asked.has(arg.get_id().as_str()));
    open.filter_map(|arg| Some(Candidate { value: format!("--{}", arg.get_long()?), help: help(arg.get_help()) }))
        .collect()
}

fn plain<I: IntoIterator<Item: Into<String>>>(names: I, help: &str) -> Vec<Candidate> {
    names.into_iter().map(|name| Candidate { value: name.into(), help: help.to_owned() }).collect()
}

fn values(arg: &Arg, asked: &Asked<'_>, known: &Known, answer: &mut Answer) {
    let possible = arg.get_possible_values();
    if !possible.is_empty() && matches!(arg.get_action(), ArgAction::Set | ArgAction::Append) {
        let shown = possible.iter().filter(|value| !value.is_hide_set());
        answer
            .candidates
            .extend(shown.map(|value| Candidate { value: value.get_name().to_owned(), help: help(value.get_help()) }));
        return;
    }
    if matches!(arg.get_value_hint(), ValueHint::FilePath | ValueHint::DirPath | ValueHint::AnyPath) {
        answer.files = true;
        return;
    }
    let of_environment = || asked.arguments.first().and_then(|typed| within(&known.environments, typed));
    match (arg.get_id().as_str(), value_name(arg)) {
        ("profile", _) => {
            answer.candidates.extend(plain(profile_names(&|name: &str| std::env::var_os(name)), "profile"))
        }
        ("regions", _) => {
            answer
                .candidates
                .extend(plain(regions(known).into_iter().map(str::to_owned).collect::<Vec<_>>(), "region"));
        }
        ("theme", _) => {
            let names = Theme::names(std::slice::from_ref(&known.dirs.themes));
            answer.candidates.extend(plain(names, "theme"));
        }
        ("schedule", "SCHEDULE") => {
            let schedules = &known.settings.configured_environments.schedules;
            let mut names: Vec<String> = schedules.iter().map(|schedule| schedule.name.clone()).collect();
            if names.is_empty() {
                names.push("office".to_owned());
            }
            answer.candidates.extend(plain(names, "schedule"));
        }
        ("holidays", _) => answer.candidates.extend(plain(["jp", "none"], "calendar")),
        ("days", "DAYS") if arg.get_default_values().is_empty() => {
            answer.candidates.extend(plain(["mon-fri", "mon-sat", "mon-sun"], "days"));
        }
        (_, "TAG") => {
            let tags = of_environment().map(|environment| environment.tags.iter().cloned().collect::<Vec<_>>());
            answer.candidates.extend(plain(tags.unwrap_or_default(), "image tag"));
        }
        (_, "TARGET") => {
            let found = of_environment().map(|environment| named(environment, &["instances", "services", "tasks"]));
            answer.candidates.extend(found.into_iter().flatten().map(|(value, help)| Candidate { value, help }));
        }
        (_, value) => {
            if let Some(lists) = lists(value) {
                environments((value, lists), asked, known, answer);
            }
        }
    }
}

/// Regions of the configuration first, then those that are offered everywhere.
fn regions(known: &Known) -> Vec<&str> {
    let mut all: Vec<&str> =
        known.settings.sources.iter().flat_map(|source| &source.regions).map(String::as_str).collect();
    all.extend(REGIONS);
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|region| seen.insert(*region));
    all
}

/// The environment that what was typed before a `/` means.
fn within<'k>(all: &'k [KnownEnvironment], typed: &str) -> Option<&'k KnownEnvironment> {
    let name = typed.split_once('/').map_or(typed, |(name, _)| name);
    let mut alike = all.iter().filter(|known| known.name.contains(name));
    all.iter().find(|known| known.name == name).or_else(|| alike.next().filter(|_| alike.next().is_none()))
}

/// What an environment holds of these lists, with what each is.
fn named(environment: &KnownEnvironment, lists: &[&str]) -> Vec<(String, String)> {
    let of = |list: &&str| environment.lists.get(*list).map(|names| (singular(list), names));
    lists
        .iter()
        .filter_map(of)
        .flat_map(|(what, names)| names.iter().map(move |name| (name.clone(), what.clone())))
        .collect()
}

fn singular(list: &str) -> String {
    list.trim_end_matches('s').replace('_', " ")
}

fn environments((value, lists): (&str, &[&str]), asked: &Asked<'_>, known: &Known, answer: &mut Answer) {
    if let Some((name, _)) = asked.typed.split_once('/').filter(|_| !lists.is_empty()) {
        let found = within(&known.environments, name).map(|environment| named(environment, lists)).unwrap_or_default();
        let rest = found.into_iter().map(|(member, help)| Candidate { value: format!("{name}/{member}"), help });
        answer.candidates.extend(rest);
        return;
    }
    let configured = known.settings.configured_environments.environments.iter().map(|one| one.name.to_string());
    let configured = configured.filter(|_| !asked.has("demo"));
    let mut names: Vec<String> = known.environments.iter().map(|known| known.name.clone()).chain(configured).collect();
    names.sort();
    names.dedup();
    // Who named one already does not want it twice.
    names.retain(|name| !asked.arguments.contains(name));
    if value == "ENV" {
        answer.candidates.extend(plain(names, "environment"));
    } else if value == "ENV[/TARGET]" {
        answer.candidates.extend(plain(names, "environment"));
        answer.nospace = true;
    } else {
        answer.candidates.extend(plain(names.into_iter().map(|name| format!("{name}/")), "environment"));
        answer.nospace = true;
    }
}
