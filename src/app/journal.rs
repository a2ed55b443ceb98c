//! The journal: what was done, by whom, why and how it ended. An entry is written before a change
//! is sent and again after it ended; one without an end reads "started, outcome unknown".
//! Pure: lines in, entries out. Writing the file is `os::append`'s work.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::gate::Plan;
use crate::cloud::Receipt;
use crate::procedure::{Ending, How};
use crate::text;
use crate::world::{Fault, Identity};

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
        says: String,
        /// The API calls in words.
        calls: Vec<String>,
        /// The id of the procedure this is a step of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part_of: Option<String>,
        /// Why, in the person's words.
        reason: Option<String>,
    },
    /// It ended.
    Ended {
        /// The id of the line it ends.
        id: String,
        /// When.
        at: Timestamp,
        /// Whether it did what was planned.
        done: bool,
        /// How it ended, in words.
        outcome: String,
        /// AWS's request ids.
        request_ids: Vec<String>,
    },
}

impl Line {
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
            says: text::mask_text(&plan.says).into_owned(),
            calls: plan.calls.iter().map(|call| text::mask_text(call).into_owned()).collect(),
            part_of: None,
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

    /// The line to write after it ended.
    #[must_use]
    pub fn ended(id: &str, at: Timestamp, result: &Result<Receipt, Fault>) -> Self {
        let (done, outcome, request_ids) = match result {
            Ok(receipt) => {
                (true, receipt.says.clone().unwrap_or_else(|| "done".to_owned()), receipt.request_ids.clone())
            }
            Err(fault) => (false, fault.sentence(), fault.request_id.iter().cloned().collect()),
        };
        Self::Ended { id: id.to_owned(), at, done, outcome: text::mask_text(&outcome).into_owned(), request_ids }
    }

    /// The line to write after a procedure ended.
    #[must_use]
    pub fn closed(id: &str, at: Timestamp, ending: &Ending) -> Self {
        let outcome = text::mask_text(&ending.says).into_owned();
        Self::Ended { id: id.to_owned(), at, done: ending.how == How::Done, outcome, request_ids: Vec::new() }
    }

    /// The line as it stands in the file, newline included.
    ///
    /// # Errors
    /// None that is known; a value that cannot be JSON would be one.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|line| line + "\n")
    }
}

/// A change as the journal remembers it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Entry {
    /// Ties its lines together.
    pub id: String,
    /// When it was sent.
    pub at: Timestamp,
    /// Who sent it.
    pub who: Option<String>,
    /// In which account.
    pub account: Option<String>,
    /// In which environment.
    pub environment: String,
    /// What.
    pub says: String,
    /// The API calls in words.
    pub calls: Vec<String>,
    /// The id of the procedure it is a step of.
    pub part_of: Option<String>,
    /// Where: source and region.
    pub scope: String,
    /// Why.
    pub reason: Option<String>,
    /// When it ended; `None` if that is not known.
    pub ended_at: Option<Timestamp>,
    /// Whether it did what was planned; `None` if that is not known.
    pub done: Option<bool>,
    /// How it ended.
    pub outcome: String,
    /// AWS's request ids.
    pub request_ids: Vec<String>,
}

/// Reads a journal, oldest first. Lines that are not ours (a crash may leave half a line) are skipped and counted.
#[must_use]
pub fn read(text: &str) -> (Vec<Entry>, usize) {
    let mut entries: Vec<Entry> = Vec::new();
    let mut skipped = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str::<Line>(line) {
            Ok(Line::Started { id, at, who, account, environment, scope, says, calls, part_of, reason }) => entries
                .push(Entry {
                    id,
                    at,
                    who,
                    account,
                    environment,
                    scope,
                    says,
                    calls,
                    part_of,
                    reason,
                    ended_at: None,
                    done: None,
                    outcome: "started, outcome unknown".to_owned(),
                    request_ids: Vec::new(),
                }),
            Ok(Line::Ended { id, at, done, outcome, request_ids }) => {
                match entries.iter_mut().rev().find(|entry| entry.id == id) {
                    Some(entry) => {
                        entry.ended_at = Some(at);
                        entry.done = Some(done);
                        entry.outcome = outcome;
                        entry.request_ids = request_ids;
                    }
                    None => skipped += 1,
                }
            }
            Err(_) => skipped += 1,
        }
    }
    (entries, skipped)
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
            says: "stop DB instance prooflink-dev-db".into(),
            environment: "prooflink-dev".into(),
            on: ResourceId { kind: KindName("db-instance"), scope: scope.clone(), key: "db".into() },
            scope,
            calls: vec!["rds:StopDBInstance prooflink-dev-db".into()],
            notices: Vec::new(),
            irreversible: None,
            differences: Vec::new(),
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
    fn half_a_line_after_a_crash_costs_only_itself() {
        let mut text = journal(&[Line::started("1", at(1), &plan(), None, None)]);
        text.push_str("{\"phase\":\"ended\",\"id\":\"1\"");
        let (entries, skipped) = read(&text);
        assert_eq!((entries.len(), skipped), (1, 1));
    }

    #[test]
    fn a_secret_typed_as_a_reason_is_masked() {
        let line = Line::started("1", at(1), &plan(), None, Some("postgres://u:hunter2@db/x leaked"));
        assert!(!line.encode().expect("JSON").contains("hunter2"));
    }
}
