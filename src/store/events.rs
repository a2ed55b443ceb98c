//! What happened, as it was seen: AWS forgets stopped tasks after an hour and service events after a hundred; here they
//! stay for days. A memory and no truth: whoever takes an event out shows where it was learned. No secret may come in.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Transaction, params};

use super::{Store, StoreFault};

/// Events stay for this long.
pub const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// More events than this are never kept: then the oldest go.
const MOST: i64 = 200_000;

/// One event as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredEvent {
    /// When it happened.
    pub at: Timestamp,
    /// Which kind of event.
    pub kind: String,
    /// What it is about, as whoever keeps it writes that; empty where it is about the environment.
    pub subject: String,
    /// What happened, in one sentence.
    pub what: String,
    /// Who did it, if known.
    pub by: Option<String>,
    /// Where it was learned.
    pub source: String,
    /// AWS's request ids, one a line.
    pub requests: String,
}

/// What is kept of one environment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventShare {
    /// How many events.
    pub events: u64,
    /// When the oldest happened.
    pub oldest: Timestamp,
    /// When the newest happened.
    pub newest: Timestamp,
}

impl Store {
    /// Keeps these events of an environment; those that are kept already stay as they are. What is older than
    /// [`EVENTS_KEPT`] at `now` goes.
    ///
    /// # Errors
    /// As [`Store::open`]; then nothing was kept.
    pub fn keep_events(&self, environment: &str, now: Timestamp, events: &[StoredEvent]) -> Result<(), StoreFault> {
        self.change(|transaction| {
            put(transaction, environment, events)?;
            bound(transaction, now, MOST)
        })
    }

    /// What is kept of an environment from one moment to another, oldest first.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn events(&self, environment: &str, from: Timestamp, to: Timestamp) -> Result<Vec<StoredEvent>, StoreFault> {
        self.look(|transaction| {
            let mut found = transaction.prepare(
                "SELECT at, kind, subject, what, doer, source, requests FROM event
                 WHERE environment = ?1 AND at >= ?2 AND at <= ?3 ORDER BY at, kind, subject, what",
            )?;
            let rows = found.query_map(params![environment, from.as_millisecond(), to.as_millisecond()], |row| {
                Ok(StoredEvent {
                    at: moment(row.get(0)?),
                    kind: row.get(1)?,
                    subject: row.get(2)?,
                    what: row.get(3)?,
                    by: row.get(4)?,
                    source: row.get(5)?,
                    requests: row.get(6)?,
                })
            })?;
            rows.collect()
        })
    }

    /// How much is kept, of all environments together; `None` if nothing is.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn event_share(&self) -> Result<Option<EventShare>, StoreFault> {
        self.look(|transaction| {
            transaction.query_row("SELECT count(*), min(at), max(at) FROM event", [], |row| {
                let events = row.get::<_, i64>(0)?.unsigned_abs();
                let (oldest, newest): (Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?);
                let ends = oldest.zip(newest);
                Ok(ends.map(|(oldest, newest)| EventShare { events, oldest: moment(oldest), newest: moment(newest) }))
            })
        })
    }
}

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MIN)
}

fn put(transaction: &Transaction<'_>, environment: &str, events: &[StoredEvent]) -> rusqlite::Result<()> {
    let mut row = transaction.prepare(
        "INSERT INTO event (environment, at, kind, subject, what, doer, source, requests)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
    )?;
    for event in events {
        let at = event.at.as_millisecond();
        row.execute(params![
            environment,
            at,
            event.kind,
            event.subject,
            event.what,
            event.by,
            event.source,
            event.requests
        ])?;
    }
    Ok(())
}

/// Lets go what is too old, and the oldest where there are more than `most`.
pub(super) fn bound(transaction: &Transaction<'_>, now: Timestamp, most: i64) -> rusqlite::Result<()> {
    let oldest = now.checked_sub(EVENTS_KEPT).unwrap_or(Timestamp::MIN).as_millisecond();
    transaction.execute("DELETE FROM event WHERE at < ?1", [oldest])?;
    let held: i64 = transaction.query_row("SELECT count(*) FROM event", [], |row| row.get(0))?;
    if held > most {
        transaction.execute(
            "DELETE FROM event WHERE rowid IN (SELECT rowid FROM event ORDER BY at LIMIT ?1)",
            [held - most / 4 * 3],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + minutes * 60).expect("a moment")
    }

    fn event(minutes: i64, what: &str) -> StoredEvent {
        StoredEvent {
            at: at(minutes),
            kind: "task-stopped".to_owned(),
            subject: "{}".to_owned(),
            what: what.to_owned(),
            by: None,
            source: "ecs:DescribeTasks".to_owned(),
            requests: String::new(),
        }
    }

    #[test]
    fn what_was_seen_by_two_processes_is_kept_once_and_in_order() {
        let home = tempfile::tempdir().expect("a home");
        let one = Store::open(home.path()).expect("a store");
        let other = Store::open(home.path()).expect("the same store");
        one.keep_events("city-prod", at(10), &[event(3, "b"), event(1, "a")]).expect("kept");
        other.keep_events("city-prod", at(10), &[event(1, "a"), event(2, "c")]).expect("kept");
        other.keep_events("city-poc", at(10), &[event(1, "elsewhere")]).expect("kept");
        let told = one.events("city-prod", at(0), at(10)).expect("events");
        assert_eq!(told.iter().map(|event| event.what.as_str()).collect::<Vec<_>>(), ["a", "c", "b"]);
        assert_eq!(one.events("city-prod", at(2), at(2)).expect("events").len(), 1);
        let share = one.event_share().expect("a share").expect("something is kept");
        assert_eq!((share.events, share.oldest, share.newest), (4, at(1), at(3)));
    }

    #[test]
    fn what_is_too_old_or_too_much_goes() {
        let home = tempfile::tempdir().expect("a home");
        let store = Store::open(home.path()).expect("a store");
        store.keep_events("e", at(0), &[event(0, "old")]).expect("kept");
        let later = at(0).checked_add(EVENTS_KEPT).expect("a moment") + SignedDuration::from_mins(5);
        store.keep_events("e", later, &[]).expect("kept");
        assert_eq!(store.event_share().expect("a share"), None);
        let many: Vec<StoredEvent> = (0..20).map(|minutes| event(minutes, "x")).collect();
        store.keep_events("e", at(30), &many).expect("kept");
        store.change(|transaction| bound(transaction, at(30), 8)).expect("bounded");
        let left = store.events("e", at(0), at(30)).expect("events");
        assert_eq!((left.len(), left[0].at), (6, at(14)));
    }
}
