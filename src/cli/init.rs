//! `toban init`: what inference found, written as a `config.toml` in which every line says why.
//! What it writes changes nothing by itself: it only pins what was seen. Never overwrites.

use crate::overview::EnvironmentStatus;
use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;

use jiff::tz::TimeZone;

use super::ConfigFile;
use super::exit::{Exit, Failure};
use super::interrupt::interrupt;
use super::read;
use super::read::CommandContext;
use super::{args, output};
use crate::aws::Source;
use crate::config;
use crate::engine::headless::Snapshot;
use crate::environment::Member;
use crate::kinds::catalog::kind;
use crate::overview::is_open_stage;
use crate::text::harmless;

/// More members of one kind than this are counted, not named.
const NAMED: usize = 12;

/// Runs it; `file` is where the configuration belongs.
///
/// # Errors
/// When nothing could be read, or the file is there already or cannot be written.
pub(super) async fn run(context: &CommandContext, args: &args::Init, file: ConfigFile<'_>) -> Result<Exit, Failure> {
    let ConfigFile { path: file, may_write } = file;
    if !args.print && !may_write {
        let message = "the demo writes no configuration of yours; `toban --demo init --print` prints what it would write, \
                       `--config FILE` names a file that it may write";
        return Err(Failure::new(Exit::Refused, message));
    }
    if !args.print && file.exists() {
        let message = format!(
            "{} is there already and stays as it is; `toban init --print` prints what would be written",
            file.display()
        );
        return Err(Failure::new(Exit::Failed, message));
    }
    let mut snapshot = read::once(context).await?;
    if !args.print {
        confirm(&mut snapshot).await?;
    }
    let text = draft(&snapshot, &context.settings.sources, &context.view.zone);
    // A draft that would be refused at the next start is worse than none.
    config::parse(&text, "config.toml")
        .map_err(|fault| Failure::new(Exit::Failed, format!("the draft is not valid, please report this: {fault}")))?;
    if args.print {
        output::data(&text)?;
    } else {
        write(file, &text)?;
        output::note(&format!("wrote {}; read it, then start `toban`\n", file.display()));
    }
    output::note(&read::faults(&snapshot));
    Ok(Exit::Done)
}

/// Asks, if there is somebody to ask, whether what seems mixed in an environment is all of its stage. A yes is written
/// as `protected = false`; anything else leaves it protected, with the reason beside it.
async fn confirm(snapshot: &mut Snapshot) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(());
    }
    let open = |environment: &&mut EnvironmentStatus| environment.stage.as_deref().is_some_and(is_open_stage);
    let doubtful = snapshot.picture.environments.iter_mut().filter(|environment| !environment.doubts.is_empty());
    for environment in doubtful.filter(open) {
        let mut question = format!("two stages may be mixed in {}:\n", comment(environment.name.as_str()));
        for doubt in environment.doubts.iter().take(NAMED) {
            question.push_str(&format!("  {}\n", comment(doubt)));
        }
        let stage = environment.stage.as_deref().unwrap_or_default();
        output::note(&format!("{question}is all of it {} and none of it production? [y/N] ", comment(stage)));
        let typed = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).map(|_| line)
        });
        let typed = tokio::select! {
            typed = typed => typed.ok().and_then(Result::ok).unwrap_or_default(),
            _ = interrupt() => return Err(Failure::new(Exit::Interrupted, "interrupted; nothing was written")),
        };
        if matches!(typed.trim(), "y" | "Y" | "yes") {
            environment.doubts.clear();
            environment.protected = false;
        }
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let failed =
        |fault: std::io::Error| Failure::new(Exit::Failed, format!("writing {} failed: {fault}", file.display()));
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    // Made anew or not at all: somebody may have put one there in the meantime.
    let mut options = std::fs::OpenOptions::new();
    let mut made = options.write(true).create_new(true).open(file).map_err(failed)?;
    std::io::Write::write_all(&mut made, text.as_bytes()).map_err(failed)
}

/// The text of the file.
#[must_use]
pub(super) fn draft(snapshot: &Snapshot, sources: &[Source], zone: &TimeZone) -> String {
    let world = &snapshot.world;
    let places: Vec<String> = world.scopes().iter().map(|scope| read::place(scope, world)).collect();
    let mut text = format!(
        "# toban: inferred on {} from {}.\n\
         # All of it is optional: without this file the same is inferred at every start. Keep what you want pinned.\n\n\
         # theme = \"night\"      # or day, contrast, plain; without it, what suits the terminal\n\
         # refresh = \"15s\"      # how often the environment in focus is read\n\
         # read_only = false    # true refuses every change unless toban is started with --write\n",
        snapshot.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z"),
        comment(&places.join(", ")),
    );
    for source in sources {
        text.push_str(&source_lines(source));
    }
    let mut environments: Vec<&EnvironmentStatus> = snapshot.picture.environments.iter().collect();
    environments.sort_by(|a, b| a.name.cmp(&b.name));
    for environment in environments {
        text.push_str(&environment_lines(environment));
    }
    if !snapshot.picture.shared.is_empty() {
        text.push_str("\n# These are shared by several environments and stopped with none; a `match` would give one to an environment:\n");
        for shared in &snapshot.picture.shared {
            let member = &shared.member;
            text.push_str(&format!("#   {} {}{}\n", member.id.kind, comment(&member.name), because(member)));
        }
    }
    if !snapshot.picture.unassigned.is_empty() {
        text.push_str("\n# These belong to no environment; a `match` in one of those above would take them in:\n");
        let passing = |member: &&Member| kind(member.id.kind).is_some_and(|kind| kind.is_passing());
        for member in snapshot.picture.unassigned.iter().filter(|member| !passing(member)) {
            text.push_str(&format!("#   {} {}{}\n", member.id.kind, comment(&member.name), because(member)));
        }
    }
    text
}

fn source_lines(source: &Source) -> String {
    let regions: Vec<String> = source.regions.iter().map(|region| quoted(region)).collect();
    let lines = [
        ("profile", source.profile.as_deref().map(quoted), "whose credentials"),
        ("regions", (!regions.is_empty()).then(|| format!("[{}]", regions.join(", "))), "where to look"),
        ("role_arn", source.role_arn.as_deref().map(quoted), "assumed with them"),
        ("external_id", source.external_id.as_deref().map(quoted), "the role asks for it"),
        ("session_name", source.session_name.as_deref().map(quoted), "how CloudTrail names you"),
        ("endpoint_url", source.endpoint_url.as_deref().map(quoted), "instead of AWS's own"),
    ];
    let mut text = "\n[[source]]                     # as this was run\n".to_owned();
    for (key, value, why) in lines {
        if let Some(value) = value {
            text.push_str(&format!("{}# {why}\n", padded(&format!("{key} = {value}"))));
        }
    }
    text
}

fn environment_lines(environment: &EnvironmentStatus) -> String {
    let name = environment.name.as_str();
    let mut text = format!("\n# {}\n", "─".repeat(60));
    text.push_str(&format!("# {} holds, and by what evidence:\n", comment(name)));
    text.push_str(&members(environment));
    for member in &environment.shared {
        text.push_str(&format!("#   uses {} {}{}\n", member.id.kind, comment(&member.name), because(member)));
    }
    if !environment.doubts.is_empty() {
        text.push_str("# Two stages may be mixed in it, so it is protected and sleeps only once this is confirmed or corrected:\n");
        for doubt in environment.doubts.iter().take(NAMED) {
            text.push_str(&format!("#   ? {}\n", comment(doubt)));
        }
        if let Some(more) = environment.doubts.len().checked_sub(NAMED).filter(|more| *more > 0) {
            text.push_str(&format!("#   ? and {more} more\n"));
        }
    }
    text.push_str(&format!("[environment.{}]\n", quoted(name)));
    if let Some(stage) = &environment.stage {
        let why = "as read from its tags and names";
        text.push_str(&format!("{}# {why}\n", padded(&format!("stage = {}", quoted(stage)))));
    }
    if let Some(account) = &environment.account {
        let why = "pin: every change is refused if the caller's account differs";
        text.push_str(&format!("{}# {why}\n", padded(&format!("account = {}", quoted(account.as_str())))));
    }
    let why = match (&environment.stage, environment.protected) {
        (_, true) if !environment.doubts.is_empty() => {
            "false confirms that all listed above is of this stage".to_owned()
        }
        (Some(stage), false) => format!("{} is a known non-production stage: `y` confirms a change", comment(stage)),
        (Some(stage), true) => {
            format!("{} is not known to be non-production: changes need its name typed", comment(stage))
        }
        (None, _) => "without a stage it may be production: changes need its name typed".to_owned(),
    };
    text.push_str(&format!("{}# {why}\n", padded(&format!("protected = {}", environment.protected))));
    text.push_str(&format!(
        "{}# takes in what inference misses\n",
        padded(&format!("# match = {{ names = [{}] }}", quoted(&format!("{name}-*"))))
    ));
    text.push_str(&format!(
        "{}# never takes these\n",
        padded(&format!("# exclude = [{}]", quoted(&format!("{name}-old*"))))
    ));
    text
}

/// Who is in it, kind by kind in the order of kinds.
fn members(environment: &EnvironmentStatus) -> String {
    let mut order = Vec::new();
    let mut kinds: BTreeMap<_, Vec<&Member>> = BTreeMap::new();
    // Tomorrow's tasks are others than today's: they say nothing of what the environment holds.
    let stays = |member: &&Member| kind(member.id.kind).is_none_or(|kind| !kind.is_passing());
    for member in environment.members.iter().filter(stays) {
        if !order.contains(&member.id.kind) {
            order.push(member.id.kind);
        }
        kinds.entry(member.id.kind).or_default().push(member);
    }
    let mut text = String::new();
    for name in order {
        let members = kinds.remove(&name).unwrap_or_default();
        let called = kind(name).and_then(|kind| kind.shown()).map_or(name.0, |shown| shown.singular);
        for member in members.iter().take(NAMED) {
            text.push_str(&format!("#   {called} {}{}\n", comment(&member.name), because(member)));
        }
        if let Some(more) = members.len().checked_sub(NAMED).filter(|more| *more > 0) {
            text.push_str(&format!("#   and {more} more of kind {name}\n"));
        }
    }
    text
}

fn because(member: &Member) -> String {
    let steps: Vec<String> = member.because.iter().map(|step| comment(&step.message)).collect();
    if steps.is_empty() { String::new() } else { format!(": {}", steps.join("; ")) }
}

/// Text from AWS in a comment: a line break in a name must not begin a line of configuration.
fn comment(text: &str) -> String {
    harmless(text).into_owned()
}

/// A TOML string, or a key in quotes.
fn quoted(text: &str) -> String {
    toml::Value::String(harmless(text).into_owned()).to_string()
}

/// A setting with room for its comment behind it.
fn padded(setting: &str) -> String {
    crate::text::fit(setting, crate::text::width(setting).max(30) + 1)
}

#[cfg(test)]
mod tests;
