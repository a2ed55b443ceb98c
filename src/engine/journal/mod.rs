//! The journal: what was done, by whom, why and how it ended. An entry is written before a change
//! is sent and again after it ended; one without an end reads "started, outcome unknown".
//! Pure: lines in, entries out. Writing the file is `os::append`'s work.

mod entry;
mod resolve_open_entries;
mod uptime;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use entry::{BY_SCHEDULE, Entry, MISSED, UNKNOWN, nested, read};
pub use resolve_open_entries::settle;
pub use uptime::{own_turns, rests};

use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::change::{Ending, How};
use crate::ssm::channel::End;
use crate::text;
use crate::world::{Fault, Identity};

/// The journal's file in the state directory.
pub const FILE: &str = "journal.jsonl";
/// The same for what is done to the simulated account, so that play never stands among what was real.
pub const DEMO_FILE: &str = "demo-journal.jsonl";

/// The fact that tells of a procedure which was left before its end, because the rest goes on inside AWS.
const LEFT: &str = "left";

/// No argument of a change takes more room than this in a line, in characters.
const ARGUMENT: usize = 500;

/// What was done to which resource, as data: enough to look, after a crash, whether it came to pass.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Did {
    /// What was done: `stop`, `scale`.
    pub verb: String,
    /// The kind of the resource.
    pub kind: String,
    /// Whose credentials saw it.
    pub source: String,
    /// In which region.
    pub region: String,
    /// Its key within kind and scope.
    pub key: String,
    /// With what. Secrets are masked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, String>,
}

impl From<&ChangeRequest> for Did {
    fn from(change_request: &ChangeRequest) -> Self {
        let mut arguments: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &change_request.arguments {
            let masked: String = text::mask_text(value).chars().take(ARGUMENT).collect();
            // What is given several times stands in one text.
            let all = arguments.entry((*name).to_owned()).or_default();
            *all = if all.is_empty() { masked } else { format!("{all} {masked}") };
        }
        Self {
            verb: change_request.verb.to_owned(),
            kind: change_request.on.kind.to_string(),
            source: change_request.on.scope.source.to_string(),
            region: change_request.on.scope.region.to_string(),
            key: change_request.on.key.to_string(),
            arguments,
        }
    }
}

/// One line of the journal file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "lowercase")]
pub enum Line {
    /// A change is about to be sent.
    Started {
        /// Ties the two lines of a change together.
        id: String,
        /// When.
        at: Timestamp,
        /// The caller's ARN, if known.
        who: Option<String>,
        /// The caller's account, if known.
        account: Option<String>,
        /// The environment.
        environment: String,
        /// Source and region.
        scope: String,
        /// The change as a sentence.
        #[serde(rename = "says")]
        message: String,
        /// The API calls in words.
        calls: Vec<String>,
        /// The id of the procedure this is a step of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part_of: Option<String>,
        /// What is done, as data; `None` for a procedure, whose steps say it.
        #[serde(rename = "deed", default, skip_serializing_if = "Option::is_none")]
        change_request: Option<Box<Did>>,
        /// Why, in the person's words.
        reason: Option<String>,
    },
    /// It ended.
    Ended {
        /// The id of the line it ends.
        id: String,
        /// When.
        at: Timestamp,
        /// Whether it did what was planned; `None` if that is not known, because AWS's answer was lost.
        done: Option<bool>,
        /// How it ended, in words.
        outcome: String,
        /// AWS's request ids.
        request_ids: Vec<String>,
        /// What AWS's answer named: a deployment's id, a new revision.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        facts: BTreeMap<String, String>,
        /// Whether this was told from what was seen later, instead of from the answer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        seen_later: bool,
    },
}

impl Line {
    /// The id of its entry.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Started { id, .. } | Self::Ended { id, .. } => id,
        }
    }

    /// The line to write before `plan` is carried out. Secrets in free text are masked.
    #[must_use]
    pub fn started(id: &str, at: Timestamp, plan: &Plan, who: Option<&Identity>, reason: Option<&str>) -> Self {
        Self::Started {
            id: id.to_owned(),
            at,
            who: who.map(|who| who.arn.to_string()),
            account: who.map(|who| who.account.to_string()),
            environment: plan.environment.to_string(),
            scope: plan.scope.to_string(),
            message: text::mask_text(&plan.message).into_owned(),
            calls: plan.calls.iter().map(|call| text::mask_text(call).into_owned()).collect(),
            part_of: None,
            change_request: None,
            reason: reason.map(|reason| text::mask_text(reason).into_owned()),
        }
    }

    /// The same, as a step of the procedure with that id.
    #[must_use]
    pub fn of(mut self, procedure: Option<&str>) -> Self {
        if let Self::Started { part_of, .. } = &mut self {
            *part_of = procedure.map(str::to_owned);
        }
        self
    }

    /// The same, with what is done as data.
    #[must_use]
    pub fn doing(mut self, what: &ChangeRequest) -> Self {
        if let Self::Started { change_request, .. } = &mut self {
            *change_request = Some(Box::new(what.into()));
        }
        self
    }

    /// The line to write after it ended.
    #[must_use]
    pub fn ended(id: &str, at: Timestamp, result: &Result<Receipt, Fault>) -> Self {
        let mut line = Self::end(id, at, result.is_ok(), "done");
        if let Self::Ended { done, outcome, request_ids, facts, .. } = &mut line {
            match result {
                Ok(receipt) => {
                    if let Some(message) = &receipt.message {
                        *outcome = text::mask_text(message).into_owned();
                    }
                    request_ids.clone_from(&receipt.request_ids);
                    let masked = |value: &str| text::mask_text(value).into_owned();
                    facts.extend(receipt.facts.iter().map(|(name, value)| ((*name).to_owned(), masked(value))));
                }
                Err(fault) => {
                    if fault.answer_lost {
                        *done = None;
                    }
                    *outcome = text::mask_text(&fault.sentence()).into_owned();
                    request_ids.extend(fault.request_id.clone());
                }
            }
        }
        line
    }

    fn end(id: &str, at: Timestamp, done: bool, outcome: &str) -> Self {
        let outcome = text::mask_text(outcome).into_owned();
        Self::Ended {
            id: id.to_owned(),
            at,
            done: Some(done),
            outcome,
            request_ids: Vec::new(),
            facts: BTreeMap::new(),
            seen_later: false,
        }
    }

    /// The line to write after a procedure ended.
    #[must_use]
    pub fn closed(id: &str, at: Timestamp, ending: &Ending) -> Self {
        Self::end(id, at, ending.how == How::Done, &ending.message)
    }

    /// The same, of a procedure that nobody watched to its end.
    #[must_use]
    pub fn leaving(mut self) -> Self {
        if let Self::Ended { facts, .. } = &mut self {
            facts.insert(LEFT.to_owned(), "it goes on inside AWS".to_owned());
        }
        self
    }

    /// The line to write after a session ended; its id stands in AWS's records too.
    #[must_use]
    pub fn left(id: &str, at: Timestamp, session: &str, end: &End) -> Self {
        let mut line = Self::end(id, at, matches!(end, End::Closed(_) | End::Left), &end.sentence());
        if let Self::Ended { facts, .. } = &mut line {
            facts.insert("session".to_owned(), session.to_owned());
        }
        line
    }

    /// The line that closes an entry whose end nobody wrote down, told from what was seen later.
    #[must_use]
    pub fn seen(id: &str, at: Timestamp, done: bool, outcome: &str) -> Self {
        let mut line = Self::end(id, at, done, outcome);
        if let Self::Ended { seen_later, .. } = &mut line {
            *seen_later = true;
        }
        line
    }

    /// The line as it stands in the file, newline included.
    ///
    /// # Errors
    /// None that is known; a value that cannot be JSON would be one.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|line| line + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{FaultKind, KindName, ResourceId, Scope};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a second in range")
    }

    fn plan() -> Plan {
        let scope = Scope::new("p", "ap-northeast-1");
        Plan {
            message: "stop DB instance prooflink-dev-db".into(),
            environment: "prooflink-dev".into(),
            on: ResourceId { kind: KindName("db-instance"), scope: scope.clone(), key: "db".into() },
            scope,
            calls: vec!["rds:StopDBInstance prooflink-dev-db".into()],
            notices: Vec::new(),
            irreversible: None,
            differences: Vec::new(),
            command: None,
            besides: Vec::new(),
        }
    }

    fn journal(lines: &[Line]) -> String {
        lines.iter().map(|line| line.encode().expect("JSON")).collect()
    }

    #[test]
    fn a_change_that_never_ended_reads_as_unknown() {
        let text = journal(&[Line::started("1", at(1), &plan(), None, Some("cost"))]);
        let (entries, skipped) = read(&text);
        assert_eq!((entries[0].done, skipped), (None, 0));
        assert_eq!(entries[0].outcome, "started, outcome unknown");
    }

    #[test]
    fn an_end_completes_its_own_start() {
        let refused = Fault::new(FaultKind::Refused, "rds:StopDBInstance", "not in available state");
        let text = journal(&[
            Line::started("1", at(1), &plan(), None, None),
            Line::started("2", at(2), &plan(), None, None),
            Line::ended("1", at(3), &Err(refused)),
            Line::ended("2", at(4), &Ok(Receipt { request_ids: vec!["r".into()], ..Receipt::default() })),
        ]);
        let (entries, _) = read(&text);
        assert_eq!(entries.iter().map(|entry| entry.done).collect::<Vec<_>>(), [Some(false), Some(true)]);
        assert_eq!(entries[1].request_ids, ["r"]);
    }

    #[test]
    fn a_lost_answer_is_not_known_until_something_is_seen() {
        let mut lost = Fault::new(FaultKind::Timeout, "ecs:UpdateService", "no answer");
        lost.answer_lost = true;
        let (begun, ended) =
            (Line::started("1", at(1), &plan(), None, None), Line::ended("1", at(3), &Err(lost.clone())));
        let entry = read(&journal(&[begun.clone(), ended.clone()])).0.remove(0);
        assert_eq!((entry.done, entry.ended_at), (None, Some(at(3))));
        assert_eq!(entry.outcome, lost.sentence());
        let entry = read(&journal(&[begun, ended, Line::seen("1", at(9), true, "it is there")])).0.remove(0);
        assert_eq!((entry.done, entry.seen_later, entry.outcome.as_str()), (Some(true), true, "it is there"));
    }

    #[test]
    fn half_a_line_after_a_crash_costs_only_itself() {
        let mut text = journal(&[Line::started("1", at(1), &plan(), None, None)]);
        text.push_str("{\"phase\":\"ended\",\"id\":\"1\"");
        let (entries, skipped) = read(&text);
        assert_eq!((entries.len(), skipped), (1, 1));
    }

    #[test]
    fn what_was_seen_later_never_speaks_over_the_answer() {
        let answered = Line::ended("1", at(9), &Ok(Receipt::default()));
        let seen = Line::seen("1", at(5), false, "it is still running");
        for lines in [[&seen, &answered], [&answered, &seen]] {
            let text = journal(&[Line::started("1", at(1), &plan(), None, None), lines[0].clone(), lines[1].clone()]);
            let entry = read(&text).0.remove(0);
            assert_eq!((entry.done, entry.seen_later, entry.outcome.as_str()), (Some(true), false, "done"));
        }
        let text = journal(&[Line::started("1", at(1), &plan(), None, None), seen]);
        assert!(read(&text).0[0].seen_later);
    }

    #[test]
    fn lines_of_an_older_toban_are_still_read() {
        let old = r#"{"phase":"started","id":"1","at":"2026-11-21T05:02:11Z","who":null,"account":null,
            "environment":"e","scope":"p/r","says":"stop","calls":[],"reason":null}"#;
        let end =
            r#"{"phase":"ended","id":"1","at":"2026-11-21T05:02:12Z","done":true,"outcome":"o","request_ids":[]}"#;
        let (entries, skipped) = read(&format!("{}\n{end}\n", old.replace('\n', " ")));
        assert_eq!((entries[0].done, entries[0].change_request.as_deref(), skipped), (Some(true), None, 0));
    }

    #[test]
    fn a_deed_keeps_what_is_needed_to_look_again_but_no_secret() {
        let change_request = ChangeRequest {
            verb: "scale",
            on: plan().on,
            arguments: vec![("desired", "2".into()), ("url", "postgres://u:hunter2@db/x".into())],
        };
        let line = Line::started("1", at(1), &plan(), None, None).doing(&change_request).encode().expect("JSON");
        assert!(!line.contains("hunter2"));
        let did = read(&line).0.remove(0).change_request.expect("its deed");
        assert_eq!((did.verb.as_str(), did.kind.as_str(), did.key.as_str()), ("scale", "db-instance", "db"));
        assert_eq!(did.arguments.get("desired").map(String::as_str), Some("2"));
    }

    #[test]
    fn a_secret_typed_as_a_reason_is_masked() {
        let line = Line::started("1", at(1), &plan(), None, Some("postgres://u:hunter2@db/x leaked"));
        assert!(!line.encode().expect("JSON").contains("hunter2"));
    }
}
