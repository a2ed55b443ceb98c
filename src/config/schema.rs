//! The schema of `config.toml`: which keys there are, what they hold, what they become. A key is
//! known because it is asked for here, and in no other place; keys of features that do not work
//! yet are unknown.

use std::collections::BTreeMap;
use std::path::Path;

use crate::aws::Source;
use crate::environment::{ConfiguredEnvironments, EnvironmentConfig, Match, Rule};
use crate::keys::Keymap;
use crate::os::notify::{Desktop, Notify};
use crate::schedule::Schedule;
use crate::schedule::cost::prices::Prices;
use crate::text::Glob;
use crate::world::{AccountId, Region};

use super::interval::interval;
use super::offhours;
use super::recipe::recipe;
use super::settings::{KeyWish, REFRESH, Settings};
use crate::text::document::{Document, Table, Value};
use crate::text::document_error::DocumentError;

/// Faster than this only burdens the account: AWS throttles, and state does not move quicker.
const FASTEST_REFRESH: i64 = 2;

/// What ends in ten years is no news.
const LONGEST_NOTES: u32 = 3_650;

/// The version of the schema.
const VERSION: u32 = 1;

/// Turns a document into settings.
pub(super) fn settings(document: Document<'_>, folder: &Path) -> Result<Settings, DocumentError> {
    document.read(|root| {
        // There is one version of this schema; a file may say so.
        root.get("version").and_then(|value| value.number(VERSION, VERSION));
        settings_of(root, folder)
    })
}

fn settings_of(root: &Table<'_>, folder: &Path) -> Settings {
    Settings {
        theme: root.get("theme").and_then(|value| value.text("\"night\"")).map(str::to_owned),
        refresh: root.get("refresh").and_then(|value| refresh(&value)).unwrap_or(REFRESH),
        read_only: root.get("read_only").and_then(|value| value.flag()).unwrap_or_default(),
        keys: root.get("keys").and_then(|value| keys(&value)).unwrap_or_default(),
        notify: root.get("notify").and_then(|value| value.table()).map(|table| notify(&table)).unwrap_or_default(),
        sources: root
            .get("source")
            .and_then(|value| value.tables())
            .map(|tables| tables.iter().map(source).collect())
            .unwrap_or_default(),
        configured_environments: configured_environments(root, folder),
        ..Settings::default()
    }
}

fn refresh(value: &Value<'_>) -> Option<jiff::SignedDuration> {
    let text = value.text("\"15s\"")?;
    match interval(text) {
        Some(span) if span.as_secs() >= FASTEST_REFRESH => Some(span),
        Some(_) => value.refuse(format!("{text:?} is too fast for AWS; write at least \"{FASTEST_REFRESH}s\"")),
        None => value.refuse(format!("{text:?} is no duration; write it like \"15s\" or \"2m\"")),
    }
}

/// The reader's keys, with every mistake in them told at its line.
fn keys(value: &Value<'_>) -> Option<Vec<KeyWish>> {
    let table = value.table()?;
    let lines = table.each();
    let read = |(command, value): &(&str, Value<'_>)| {
        let chords = if value.is_list() { value.texts("\"ctrl-r\"")? } else { vec![value.text("\"ctrl-r\"")?] };
        let chords: Vec<String> = chords.into_iter().map(str::to_owned).collect();
        Some(KeyWish { command: (*command).to_owned(), chords, line: value.line() })
    };
    let lines_of_keys: Vec<KeyWish> = lines.iter().filter_map(read).collect();
    let map = lines_of_keys.iter().map(|key| (key.command.clone(), key.chords.clone())).collect();
    for problem in Keymap::new(&map).err().into_iter().flatten() {
        if let Some((_, value)) = lines.iter().find(|(command, _)| *command == problem.about()) {
            value.refuse::<()>(problem.message());
        }
    }
    Some(lines_of_keys)
}

/// `[notify]`: how a reader who looks elsewhere is told.
fn notify(table: &Table<'_>) -> Notify {
    let usual = Notify::default();
    let desktop = table.get("desktop").and_then(|value| {
        let text = value.text("\"osc9\"")?;
        let found = Desktop::ALL.iter().find(|(word, _)| *word == text).map(|(_, way)| *way);
        found.or_else(|| value.refuse(format!("{text:?} is not known; write \"osc9\" or \"osc777\"")))
    });
    let after = table.get("after").and_then(|value| {
        let text = value.text("\"30s\"")?;
        let span = interval(text).and_then(|span| span.try_into().ok());
        span.or_else(|| value.refuse(format!("{text:?} is no duration; write it like \"30s\" or \"2m\"")))
    });
    let command = table.get("command").and_then(|value| value.texts("\"notify-send\""));
    let notify = Notify {
        title: table.get("title").and_then(|value| value.flag()).unwrap_or(usual.title),
        bell: table.get("bell").and_then(|value| value.flag()).unwrap_or(usual.bell),
        desktop,
        command: command.unwrap_or_default().into_iter().map(str::to_owned).collect(),
        after: after.unwrap_or(usual.after),
    };
    table.refuse_the_rest();
    notify
}

fn source(table: &Table<'_>) -> Source {
    let text = |key, like| table.get(key).and_then(|value| value.text(like)).map(str::to_owned);
    let profile = text("profile", "\"prooflink\"");
    let source = Source {
        regions: table.get("regions").and_then(|value| regions(&value)).unwrap_or_default(),
        role_arn: table.get("role_arn").and_then(|value| role(&value)),
        external_id: text("external_id", "\"0b1f…\""),
        session_name: text("session_name", "\"toban\""),
        endpoint_url: table.get("endpoint_url").and_then(|value| endpoint(&value)),
        ..profile.as_deref().map_or_else(Source::current, Source::profile)
    };
    for key in ["external_id", "session_name"] {
        if let Some(value) = table.get(key).filter(|_| table.get("role_arn").is_none()) {
            value.refuse::<()>("only goes with `role_arn`; add one or take this out".to_owned());
        }
    }
    table.refuse_the_rest();
    source
}

fn region<'d>(value: &Value<'d>) -> Option<&'d str> {
    let text = value.text("\"ap-northeast-1\"")?;
    plausible(value, text).map(|()| text)
}

fn plausible(value: &Value<'_>, text: &str) -> Option<()> {
    let fits = text.contains('-') && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if fits { Some(()) } else { value.refuse(format!("{text:?} is no region; write it like \"ap-northeast-1\"")) }
}

fn regions(value: &Value<'_>) -> Option<Vec<String>> {
    let mut regions: Vec<String> = Vec::new();
    for text in value.texts("\"ap-northeast-1\"")? {
        plausible(value, text)?;
        if regions.iter().any(|region| region == text) {
            return value.refuse(format!("names {text:?} twice; once is enough"));
        }
        regions.push(text.to_owned());
    }
    Some(regions)
}

fn role(value: &Value<'_>) -> Option<String> {
    let like = "\"arn:aws:iam::123456789012:role/name\"";
    let text = value.text(like)?;
    let arn = crate::world::Arn::from(text);
    if arn.service() == Some("iam") && arn.resource().starts_with("role/") {
        return Some(text.to_owned());
    }
    value.refuse(format!("{text:?} is no role's ARN; write it like {like}"))
}

fn endpoint(value: &Value<'_>) -> Option<String> {
    let text = value.text("\"http://localhost:5000\"")?;
    if text.starts_with("http://") || text.starts_with("https://") {
        return Some(text.to_owned());
    }
    value.refuse(format!("{text:?} is no URL; write it like \"http://localhost:5000\""))
}

fn configured_environments(root: &Table<'_>, folder: &Path) -> ConfiguredEnvironments {
    let calendars = offhours::calendars(root, folder);
    let schedules = offhours::schedules(root, &calendars);
    let prices = offhours::prices(root);
    let mut environments: Vec<EnvironmentConfig> = Vec::new();
    let table = root.get("environment").and_then(|value| value.table());
    for (name, value) in table.iter().flat_map(Table::each) {
        // Names are matched whatever their case, so two that differ only in case are one.
        if let Some(twin) = environments
            .iter()
            .find(|environment_config| environment_config.name.as_str().to_lowercase() == name.to_lowercase())
        {
            value.refuse::<()>(format!("is the same environment as `{}`; put both together or rename one", twin.name));
            continue;
        }
        if name.trim().is_empty() {
            value.refuse::<()>("an environment needs a name, as in [environment.prooflink-dev]".to_owned());
            continue;
        }
        if let Some(inside) = value.table() {
            environments.push(environment_config(name, &inside, &schedules, &prices));
        }
    }
    ConfiguredEnvironments {
        environments,
        schedules: schedules.into_values().flatten().collect(),
        prices,
        rules: rules(root),
        notes_days: root.get("notes_days").and_then(|value| value.number(1, LONGEST_NOTES)),
    }
}

fn environment_config(
    name: &str,
    table: &Table<'_>,
    schedules: &BTreeMap<String, Option<Schedule>>,
    prices: &Prices,
) -> EnvironmentConfig {
    let mut environment_config = EnvironmentConfig {
        stage: table.get("stage").and_then(|value| value.text("\"dev\"")).map(str::to_owned),
        account: table.get("account").and_then(|value| account(&value)),
        region: table.get("region").and_then(|value| region(&value)).map(Region::from),
        protected: table.get("protected").and_then(|value| value.flag()),
        read_only: table.get("read_only").and_then(|value| value.flag()).unwrap_or_default(),
        allow_stop: table.get("allow_stop").and_then(|value| value.flag()),
        matches: table.get("match").and_then(|value| value.table()).map(|table| matches(&table)).unwrap_or_default(),
        exclude: table.get("exclude").and_then(|value| globs(&value)).unwrap_or_default(),
        deploy: table.get("deploy").and_then(|value| value.table()).and_then(|table| recipe(&table)),
        release_order: table.get("release_order").and_then(|value| globs(&value)).unwrap_or_default(),
        ..EnvironmentConfig::new(name)
    };
    (environment_config.routine, environment_config.record) = offhours::offhours((name, table), schedules, prices);
    environment_config.scheduled_members = offhours::members(table);
    table.refuse_the_rest();
    environment_config
}

/// `[[rule]]`: what holds for changes besides what is built in.
fn rules(root: &Table<'_>) -> Vec<Rule> {
    let tables = root.get("rule").and_then(|value| value.tables()).unwrap_or_default();
    tables.iter().filter_map(rule).collect()
}

fn rule(table: &Table<'_>) -> Option<Rule> {
    let deny = table.get("deny");
    let rule = Rule {
        environments: table.get("environments").and_then(|value| globs(&value)).unwrap_or_default(),
        operations: table.get("operations").and_then(|value| operations(&value)).unwrap_or_default(),
        deny: deny.as_ref().and_then(|value| value.text("\"ask the duty first\"")).map(str::to_owned),
        confirm: table.get("confirm").and_then(|value| value.flag()).unwrap_or_default(),
        at_once: table.get("at_once").and_then(|value| value.number(1, 1000)),
        twice: offhours::hours(table),
    };
    let says = ["deny", "confirm", "at_once", "hours"].iter().any(|key| table.get(key).is_some());
    table.refuse_the_rest();
    if says { Some(rule) } else { table.refuse("says nothing; give it deny, confirm, at_once or hours".to_owned()) }
}

fn operations(value: &Value<'_>) -> Option<Vec<String>> {
    Some(value.texts("\"scale\"")?.into_iter().map(str::to_owned).collect())
}

fn account(value: &Value<'_>) -> Option<AccountId> {
    let text = value.text("\"123456789012\"")?;
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(AccountId::from(text));
    }
    value.refuse(format!("{text:?} is no account; it has twelve digits, in quotes, as in \"123456789012\""))
}

fn matches(table: &Table<'_>) -> Match {
    let mut matches = Match::default();
    if let Some(tags) = table.get("tags").and_then(|value| value.table()) {
        for (key, value) in tags.each() {
            if let Some(text) = value.text("\"dev\"") {
                matches.tags.insert(key.to_owned(), text.to_owned());
            }
        }
    }
    matches.names = table.get("names").and_then(|value| globs(&value)).unwrap_or_default();
    let vpcs = table.get("vpc").and_then(|value| value.texts("\"vpc-0123\"")).unwrap_or_default();
    matches.vpc = vpcs.into_iter().map(str::to_owned).collect();
    matches.stack = table.get("stack").and_then(|value| globs(&value)).unwrap_or_default();
    table.refuse_the_rest();
    matches
}

fn globs(value: &Value<'_>) -> Option<Vec<Glob>> {
    Some(value.texts("\"prooflink-dev-*\"")?.into_iter().map(Glob::new).collect())
}
