//! What happened, as it was seen: AWS forgets stopped tasks after an hour and service events after a hundred; here they
//! stay for days. A memory and no truth: whoever takes an event out shows where it was learned. No secret may come in.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Transaction, params};

use super::{Store, StoreFault};

/// Events stay for this long.
pub const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// More events than this are never kept: then the oldest go.
const MOST: i64 = 200_000;
/// Their texts together never take more bytes than this: then the oldest go.
pub const EVENT_BYTES: i64 = 48 * 1024 * 1024;

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
    /// What tells equal events of one moment apart, such as the task that stopped; empty where nothing does.
    pub item: String,
    /// What else was learned of it, a line each: exit codes, the last lines of a log.
    pub detail: String,
    /// When it was learned.
    pub learned: Timestamp,
}

/// What is kept of all environments together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventShare {
    /// How many events.
    pub events: u64,
    /// Bytes of their texts.
    pub bytes: u64,
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
            if put(transaction, environment, events)? > 0 || events.is_empty() {
                bound(transaction, now, (MOST, EVENT_BYTES))?;
            }
            Ok(())
        })
    }

    /// Keeps that the health of an environment is as `event` says, unless that is what is known of it already: several
    /// processes see the same change, and it is one.
    ///
    /// # Errors
    /// As [`Store::open`]; then nothing was kept.
    pub fn keep_health(&self, environment: &str, event: &StoredEvent) -> Result<(), StoreFault> {
        self.change(|transaction| {
            let mut last = transaction.prepare(
                "SELECT item, at FROM event WHERE environment = ?1 AND kind = ?2 ORDER BY at DESC, rowid DESC LIMIT 1",
            )?;
            let mut rows = last.query(params![environment, event.kind])?;
            let mut event = event.clone();
            if let Some(row) = rows.next()? {
                let (known, at): (String, i64) = (row.get(0)?, row.get(1)?);
                if known == event.item {
                    return Ok(());
                }
                // What is seen now came after what was seen before, whatever the signs of it tell.
                event.at = event.at.max(moment(at.saturating_add(1)));
            }
            put(transaction, environment, &[event]).map(|_| ())
        })
    }

    /// What is kept of an environment from one moment to another, oldest first.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn events(&self, environment: &str, from: Timestamp, to: Timestamp) -> Result<Vec<StoredEvent>, StoreFault> {
        self.look(|transaction| {
            let mut found = transaction.prepare(&format!(
                "SELECT {COLUMNS} FROM event
                 WHERE environment = ?1 AND at >= ?2 AND at <= ?3 ORDER BY at, kind, subject, what, item"
            ))?;
            let rows = found.query_map(params![environment, from.as_millisecond(), to.as_millisecond()], stored)?;
            rows.collect()
        })
    }

    /// What is kept of all environments since a moment, oldest first, `most` of it at most: then the newest.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn events_since(&self, from: Timestamp, most: u32) -> Result<Vec<(String, StoredEvent)>, StoreFault> {
        self.look(|transaction| {
            let mut found = transaction.prepare(&format!(
                "SELECT {COLUMNS}, environment FROM event WHERE at >= ?1 ORDER BY at DESC, rowid DESC LIMIT ?2"
            ))?;
            let rows = found.query_map(params![from.as_millisecond(), most], |row| Ok((row.get(10)?, stored(row)?)))?;
            let mut all: Vec<(String, StoredEvent)> = rows.collect::<rusqlite::Result<_>>()?;
            all.reverse();
            Ok(all)
        })
    }

    /// How much is kept, of all environments together; `None` if nothing is.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn event_share(&self) -> Result<Option<EventShare>, StoreFault> {
        self.look(|transaction| {
            transaction.query_row(&format!("SELECT count(*), min(at), max(at), {BYTES} FROM event"), [], |row| {
                let events = row.get::<_, i64>(0)?.unsigned_abs();
                let (oldest, newest): (Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?);
                let bytes = row.get::<_, i64>(3)?.unsigned_abs();
                let ends = oldest.zip(newest);
                Ok(ends.map(|(oldest, newest)| EventShare {
                    events,
                    bytes,
                    oldest: moment(oldest),
                    newest: moment(newest),
                }))
            })
        })
    }
}

const COLUMNS: &str = "at, kind, subject, what, doer, source, requests, item, detail, learned";
const BYTES: &str = "coalesce(sum(length(CAST(environment || kind || subject || what || coalesce(doer, '') || source \
                     || requests || item || detail AS BLOB))), 0)";

fn stored(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredEvent> {
    Ok(StoredEvent {
        at: moment(row.get(0)?),
        kind: row.get(1)?,
        subject: row.get(2)?,
        what: row.get(3)?,
        by: row.get(4)?,
        source: row.get(5)?,
        requests: row.get(6)?,
        item: row.get(7)?,
        detail: row.get(8)?,
        learned: moment(row.get(9)?),
    })
}

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MIN)
}

/// Puts events in; how many rows that made or changed. One that is known is left as it is, but for what else was learned
/// of it meanwhile.
fn put(transaction: &Transaction<'_>, environment: &str, events: &[StoredEvent]) -> rusqlite::Result<usize> {
    let mut row = transaction.prepare(
        "INSERT INTO event (environment, at, kind, subject, what, doer, source, requests, item, detail, learned)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT DO UPDATE SET detail = excluded.detail, doer = coalesce(doer, excluded.doer)
         WHERE length(excluded.detail) > length(detail)",
    )?;
    let mut changed = 0;
    for event in events {
        changed += row.execute(params![
            environment,
            event.at.as_millisecond(),
            event.kind,
            event.subject,
            event.what,
            event.by,
            event.source,
            event.requests,
            event.item,
            event.detail,
            event.learned.as_millisecond(),
        ])?;
    }
    Ok(changed)
}

/// Lets go what is too old, and the oldest where there are more than `most` or their texts take more bytes.
pub(super) fn bound(transaction: &Transaction<'_>, now: Timestamp, (most, bytes): (i64, i64)) -> rusqlite::Result<()> {
    let oldest = now.checked_sub(EVENTS_KEPT).unwrap_or(Timestamp::MIN).as_millisecond();
    transaction.execute("DELETE FROM event WHERE at < ?1", [oldest])?;
    let (held, takes): (i64, i64) =
        transaction
            .query_row(&format!("SELECT count(*), {BYTES} FROM event"), [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    // Of either measure three quarters are left, so that not every write has to make room.
    let by_count = if held > most { held - most / 4 * 3 } else { 0 };
    let by_bytes = if takes > bytes { held - held.saturating_mul(bytes / 4 * 3) / takes.max(1) } else { 0 };
    let leave = by_count.max(by_bytes);
    if leave > 0 {
        transaction
            .execute("DELETE FROM event WHERE rowid IN (SELECT rowid FROM event ORDER BY at LIMIT ?1)", [leave])?;
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
            item: String::new(),
            detail: String::new(),
            learned: at(minutes),
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
        store.change(|transaction| bound(transaction, at(30), (8, i64::MAX))).expect("bounded");
        let left = store.events("e", at(0), at(30)).expect("events");
        assert_eq!((left.len(), left[0].at), (6, at(14)));
    }

    #[test]
    fn texts_take_no_more_bytes_than_they_may() {
        let home = tempfile::tempdir().expect("a home");
        let store = Store::open(home.path()).expect("a store");
        let long = |minutes| StoredEvent { detail: "界".repeat(500), ..event(minutes, "x") };
        store.keep_events("e", at(40), &(0..40).map(long).collect::<Vec<_>>()).expect("kept");
        let before = store.event_share().expect("a share").expect("events");
        assert!(before.bytes > 40 * 1_500, "bytes are counted and not letters: {before:?}");
        store.change(|transaction| bound(transaction, at(40), (1_000, 20_000))).expect("bounded");
        let after = store.event_share().expect("a share").expect("events");
        assert!(after.bytes <= 20_000 && after.newest == at(39) && after.events >= 5, "{after:?}");
    }

    #[test]
    fn equal_events_of_one_moment_are_told_apart_and_learn_more() {
        let home = tempfile::tempdir().expect("a home");
        let store = Store::open(home.path()).expect("a store");
        let of = |item: &str, detail: &str| StoredEvent {
            item: item.to_owned(),
            detail: detail.to_owned(),
            ..event(1, "a task stopped")
        };
        store.keep_events("e", at(2), &[of("task-a", ""), of("task-b", "exit code 137")]).expect("kept");
        store.keep_events("e", at(3), &[of("task-a", "exit code 1"), of("task-b", "")]).expect("kept");
        let told: Vec<(String, String)> =
            store.events("e", at(0), at(9)).expect("events").into_iter().map(|one| (one.item, one.detail)).collect();
        let wanted = [("task-a", "exit code 1"), ("task-b", "exit code 137")];
        assert_eq!(told, wanted.map(|(item, detail)| (item.to_owned(), detail.to_owned())));
        assert_eq!(store.events_since(at(1), 1).expect("events").len(), 1);
        assert_eq!(store.events_since(at(2), 9).expect("events"), []);
    }

    #[test]
    fn a_change_of_health_that_several_see_is_one() {
        let home = tempfile::tempdir().expect("a home");
        let one = Store::open(home.path()).expect("a store");
        let other = Store::open(home.path()).expect("the same store");
        let health = |minutes, word: &str| StoredEvent {
            kind: "health".to_owned(),
            item: word.to_owned(),
            ..event(minutes, &format!("is {word}"))
        };
        one.keep_health("e", &health(1, "bad")).expect("kept");
        other.keep_health("e", &health(2, "bad")).expect("kept");
        one.keep_health("e", &health(5, "well")).expect("kept");
        other.keep_health("e", &health(4, "bad")).expect("kept");
        let told = one.events("e", at(0), at(9)).expect("events");
        let words: Vec<&str> = told.iter().map(|event| event.item.as_str()).collect();
        assert_eq!(words, ["bad", "well", "bad"]);
        assert!(told.windows(2).all(|pair| pair[0].at < pair[1].at), "{told:?}");
    }
}
