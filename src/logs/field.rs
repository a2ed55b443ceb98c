//! Lines that are JSON: the fields a reader wants first, and the whole document indented. Pure; a line that is no JSON stays
//! as it is.

use serde_json::{Map, Value};

/// A line that is a JSON object.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// What it says in words, if one of its fields does.
    pub message: Option<String>,
    /// Its other fields, as `name=value`, in the order they stand in; level and time are told elsewhere.
    pub fields: Vec<(String, String)>,
}

const MESSAGE: [&str; 5] = ["msg", "message", "event", "error", "log"];
const TOLD: [&str; 12] = [
    "level",
    "severity",
    "lvl",
    "loglevel",
    "levelname",
    "log.level",
    "time",
    "timestamp",
    "@timestamp",
    "ts",
    "date",
    "datetime",
];
/// Longer lines are not taken apart: what is that long is no record.
const LONGEST: usize = 64 * 1024;

fn object(line: &str) -> Option<Map<String, Value>> {
    let line = line.trim();
    if !line.starts_with('{') || line.len() > LONGEST {
        return None;
    }
    serde_json::from_str(line).ok()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains(char::is_whitespace) || text.is_empty() => format!("{text:?}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The fields of a line; `None` if it is no JSON object.
#[must_use]
pub fn document(line: &str) -> Option<Document> {
    let object = object(line)?;
    let said = MESSAGE.iter().find(|name| object.get(**name).is_some_and(Value::is_string));
    let message = said.and_then(|name| object.get(*name)).and_then(Value::as_str).map(str::to_owned);
    let rest = object
        .iter()
        .filter(|(name, _)| Some(&name.as_str()) != said && !TOLD.iter().any(|told| told.eq_ignore_ascii_case(name)));
    let fields = rest.map(|(name, value)| (name.clone(), plain(value))).collect();
    Some(Document { message, fields })
}

/// The line as indented JSON; `None` if it is no JSON object.
#[must_use]
pub fn pretty(line: &str) -> Option<String> {
    serde_json::to_string_pretty(&object(line)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_told_by_its_words_and_its_other_fields() {
        let line = r#"{"level":"error","time":1,"msg":"no answer","host":"db-1","took":31.5,"tags":["a"],"who":"a b"}"#;
        let found = document(line).expect("a document");
        assert_eq!(found.message.as_deref(), Some("no answer"));
        let fields: Vec<String> = found.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(fields, ["host=db-1", "took=31.5", "tags=[\"a\"]", "who=\"a b\""]);
        assert!(pretty(line).is_some_and(|text| text.lines().count() > 7));
    }

    #[test]
    fn what_is_no_record_stays_a_line() {
        for line in ["", "{", "[1]", "{\"a\":", "plain words", "\u{1b}[31m{\"a\":1}"] {
            assert_eq!(document(line), None, "{line}");
        }
        assert_eq!(document(&format!("{{\"a\":\"{}\"}}", "x".repeat(LONGEST))), None);
    }
}
