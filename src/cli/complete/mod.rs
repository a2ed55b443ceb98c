//! `toban complete`: what the shells ask when somebody presses tab. Answers from the command tree, the configuration and what
//! earlier runs saw; never from the network, and with nothing rather than late.

mod scripts;
mod values;
mod words;

use std::sync::Arc;
use std::time::Duration;

use clap::CommandFactory;
use jiff::{Timestamp, tz::TimeZone};

pub(super) use scripts::script;

use super::args::{Cli, Complete};
use super::exit::{Exit, Failure};
use super::output;
use crate::cloud::Cloud;
use crate::config::{self, Dirs, Settings};
use crate::demo::{Demo, configured_environments};
use crate::engine::headless::{View, picture};
use crate::engine::known_names::{self, KnownEnvironment};
use crate::store::{FILE, Store};
use words::Asked;

/// How long another process that holds the store is waited for.
const PATIENCE: Duration = Duration::from_millis(100);

/// Prints the candidates, one a line, each with its description behind a tabulator; `:files` and `:nospace` are for the
/// shell.
///
/// # Errors
/// When stdout cannot be written.
pub(super) fn run(args: &Complete) -> Result<Exit, Failure> {
    let mut tree = Cli::command();
    tree.build();
    let words: Vec<String> = args.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let asked = words::asked(&tree, &words);
    let dirs = Dirs::find(asked.option("config").map(std::path::Path::new));
    let known =
        Known { environments: environments(&asked, &dirs), settings: config::load(&dirs).unwrap_or_default(), dirs };
    let answer = values::answer(&asked, &known);
    let lines = answer.candidates.iter().map(|one| format!("{}\t{}\n", one.value, one.help));
    let files = answer.files.then(|| ":files\n".to_owned());
    let nospace = answer.nospace.then(|| ":nospace\n".to_owned());
    output::data(&files.into_iter().chain(nospace).chain(lines).collect::<String>())?;
    Ok(Exit::Done)
}

/// What candidates come from.
struct Known {
    environments: Vec<KnownEnvironment>,
    settings: Settings,
    dirs: Dirs,
}

/// The environments of earlier runs; of the simulated account, which remembers nothing, its own. Only where they are asked
/// for.
fn environments(asked: &Asked<'_>, dirs: &Dirs) -> Vec<KnownEnvironment> {
    if !values::needs_environments(asked) {
        return Vec::new();
    }
    if asked.has("demo") {
        return simulated().unwrap_or_default();
    }
    let Some(state) = dirs.state.as_deref().filter(|state| state.join(FILE).exists()) else { return Vec::new() };
    let store = Store::open(state).and_then(|store| store.with_patience(PATIENCE));
    store.and_then(|store| known_names::recall(&store, Timestamp::now())).unwrap_or_default()
}

fn simulated() -> Option<Vec<KnownEnvironment>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let cloud: Arc<dyn Cloud> = Arc::new(Demo::new(7, 1.0, Timestamp::now()).prompt());
    let view = View { configured_environments: configured_environments(), zone: TimeZone::UTC };
    let snapshot = runtime.block_on(picture(&cloud, &view, &mut |_, _| {})).ok()?;
    Some(known_names::known(&snapshot.picture, &snapshot.world).into_values().flatten().collect())
}

#[cfg(test)]
mod tests;
