//! `toban journal`: what was done from here, oldest first, as text or as one JSON document. Reads a file of the
//! state directory and nothing else: no credentials, no configuration, no network.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::args::{Global, Journal};
use super::exit::{Exit, Failure};
use super::output;
use crate::config::Dirs;
use crate::console::screens::journal::about;
use crate::engine::journal;
use crate::engine::journal::{Entry, nested};
use crate::text;

/// Prints the journal.
///
/// # Errors
/// When there is no state directory, or the file cannot be read.
pub(super) fn run(global: &Global, args: &Journal) -> Result<Exit, Failure> {
    let dirs = Dirs::find(global.config.as_deref());
    let path = path(&dirs, global.demo)?;
    let bytes = match crate::os::read_state(&path) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == ErrorKind::NotFound => Vec::new(),
        Err(fault) => {
            let message = format!("reading the journal {} failed: {fault}", path.display());
            return Err(Failure::new(Exit::Failed, message));
        }
    };
    // A crash may leave anything behind; what is no text is skipped like what is no line of ours.
    let (entries, skipped) = journal::read(&String::from_utf8_lossy(&bytes));
    let zone = TimeZone::system();
    if args.json {
        output::json(&format!("{:#}\n", document(&path, &entries, skipped, &zone)))?;
    } else {
        output::data(&sheet(&entries, Timestamp::now(), &zone))?;
    }
    if skipped > 0 {
        let (lines, are) = if skipped == 1 { ("line", "is") } else { ("lines", "are") };
        output::note(&format!("toban: {skipped} {lines} of {} {are} not whole and left out\n", path.display()));
    }
    Ok(Exit::Done)
}

fn path(dirs: &Dirs, demo: bool) -> Result<PathBuf, Failure> {
    let name = if demo { journal::DEMO_FILE } else { journal::FILE };
    dirs.state.as_ref().map(|state| state.join(name)).ok_or_else(|| {
        Failure::new(Exit::Failed, "there is no state directory, so there is no journal; set TOBAN_STATE_DIR")
    })
}

/// For people: a block of lines an entry, its steps below it.
fn sheet(entries: &[Entry], now: Timestamp, zone: &TimeZone) -> String {
    if entries.is_empty() {
        return "nothing was changed from here\n".to_owned();
    }
    let mut blocks = Vec::new();
    for (entry, steps) in nested(entries) {
        let mut lines: Vec<String> = Vec::new();
        for (at, line) in about(entry, true, (now, zone)).into_iter().enumerate() {
            let lead = if at == 0 { "" } else { "  " };
            lines.push(format!("{lead}{}", text::harmless(&line.text)));
        }
        for step in steps {
            for (at, line) in about(step, false, (now, zone)).into_iter().enumerate() {
                let lead = if at == 0 { "  └ " } else { "      " };
                lines.push(format!("{lead}{}", text::harmless(&line.text)));
            }
        }
        blocks.push(lines.join("\n"));
    }
    format!("{}\n", blocks.join("\n\n"))
}

/// For scripts: times with offset, unknown is `null`, steps inside their entry.
fn document(path: &Path, entries: &[Entry], skipped: usize, zone: &TimeZone) -> Value {
    let all: Vec<Value> = nested(entries)
        .into_iter()
        .map(|(entry, steps)| {
            let mut object = object(entry, zone);
            if let Value::Object(fields) = &mut object {
                let steps = steps.into_iter().map(|step| self::object(step, zone)).collect();
                fields.insert("steps".to_owned(), Value::Array(steps));
            }
            object
        })
        .collect();
    json!({ "path": path.display().to_string(), "entries": all, "skipped_lines": skipped })
}

fn object(entry: &Entry, zone: &TimeZone) -> Value {
    let outcome = match entry.done {
        Some(true) => "done",
        Some(false) => "failed",
        None => "unknown",
    };
    json!({
        "id": entry.id,
        "started_at": text::stamp(entry.at, zone),
        "ended_at": entry.ended_at.map(|at| text::stamp(at, zone)),
        "who": entry.who,
        "account": entry.account,
        "environment": entry.environment,
        "scope": entry.scope,
        "plan": entry.message,
        "calls": entry.calls,
        "reason": entry.reason,
        "deed": entry.change_request,
        "outcome": outcome,
        "says": entry.outcome,
        "seen_later": entry.seen_later,
        "request_ids": entry.request_ids,
        "facts": entry.facts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::plan::Plan;
    use crate::change::receipt::Receipt;
    use crate::engine::journal::Line;
    use crate::world::{KindName, ResourceId, Scope};

    fn entries() -> Vec<Entry> {
        let at = |second: i64| Timestamp::from_second(1_795_237_331 + second).unwrap();
        let on = ResourceId {
            kind: KindName("ecs-service"),
            scope: Scope::new("duty", "ap-northeast-1"),
            key: "web".into(),
        };
        let plan =
            |message: &str| Plan::new(message, "city-dev".into(), on.clone(), vec!["ecs:UpdateService web".into()]);
        let receipt = Receipt { request_ids: vec!["r-1".into()], ..Receipt::default() };
        let lines = [
            Line::started("1", at(0), &plan("deploy web\u{1b}[31m"), None, Some("hotfix")),
            Line::started("2", at(1), &plan("point web at revision 8"), None, None).of(Some("1")),
            Line::ended("2", at(2), &Ok(receipt)),
        ];
        journal::read(&lines.iter().map(|line| line.encode().unwrap()).collect::<String>()).0
    }

    #[test]
    fn people_read_steps_below_their_procedure_and_no_control_characters() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let now = Timestamp::from_second(1_795_237_391).unwrap();
        insta::assert_snapshot!(sheet(&entries(), now, &zone));
        assert_eq!(sheet(&[], now, &zone), "nothing was changed from here\n");
    }

    #[test]
    fn scripts_get_one_document_with_steps_inside() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let document = document(Path::new("/state/journal.jsonl"), &entries(), 1, &zone);
        let entry = &document["entries"][0];
        assert_eq!((&entry["outcome"], &entry["ended_at"]), (&json!("unknown"), &Value::Null));
        assert_eq!(entry["started_at"], "2026-11-21T14:02:11+09:00");
        assert_eq!(entry["steps"][0]["request_ids"], json!(["r-1"]));
        assert_eq!((document["entries"].as_array().unwrap().len(), &document["skipped_lines"]), (1, &json!(1)));
    }

    #[test]
    fn what_is_done_in_the_demo_stands_apart() {
        let dirs = Dirs::with(None, |name| (name == "TOBAN_STATE_DIR").then(|| "/state".into()));
        assert_eq!(path(&dirs, false).unwrap(), Path::new("/state/journal.jsonl"));
        assert_eq!(path(&dirs, true).unwrap(), Path::new("/state/demo-journal.jsonl"));
    }
}
