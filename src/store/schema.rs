//! The tables of the store, step by step. A step that was released is never changed: a new one follows it. Each runs once
//! in the life of a file, in the order they stand in; what was kept in older tables is carried along or given up.

use rusqlite::{Connection, TransactionBehavior};

use super::fault::{StoreFault, StoreFaultKind};

/// Marks the file as ours: `tobn`.
const APPLICATION: i64 = 0x746f_626e;

/// The steps from an empty file to today's tables. `user_version` counts those that were taken.
pub(super) const STEPS: &[&str] = &[
    // 1: what was last read at AWS, part by part. `form` is how the items in `body` are written.
    "CREATE TABLE reading (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        kind TEXT NOT NULL,
        part TEXT NOT NULL,
        form TEXT NOT NULL,
        read_at INTEGER NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (account, region, kind, part)
     ) STRICT;
     CREATE INDEX reading_age ON reading (read_at);",
    // 2: what happened, as it was seen; AWS forgets most of it.
    "CREATE TABLE event (
        environment TEXT NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        what TEXT NOT NULL,
        doer TEXT,
        source TEXT NOT NULL,
        requests TEXT NOT NULL,
        UNIQUE (environment, at, kind, subject, what)
     ) STRICT;
     CREATE INDEX event_age ON event (at);",
    // 3: how many calls each group of operations may still make.
    "CREATE TABLE rate (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        calls TEXT NOT NULL,
        at REAL NOT NULL,
        remaining REAL NOT NULL,
        polite REAL NOT NULL,
        factor REAL NOT NULL,
        ceiling REAL NOT NULL,
        calm REAL NOT NULL,
        slowed_at REAL NOT NULL,
        PRIMARY KEY (account, region, calls)
     ) STRICT, WITHOUT ROWID;",
    // 4: equal events of one moment are told apart by what they are of, and learn more later on.
    "CREATE TABLE told (
        environment TEXT NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        what TEXT NOT NULL,
        doer TEXT,
        source TEXT NOT NULL,
        requests TEXT NOT NULL,
        item TEXT NOT NULL,
        detail TEXT NOT NULL,
        learned INTEGER NOT NULL,
        UNIQUE (environment, at, kind, subject, what, item)
     ) STRICT;
     INSERT INTO told SELECT environment, at, kind, subject, what, doer, source, requests, '', '', at FROM event;
     DROP TABLE event;
     ALTER TABLE told RENAME TO event;
     CREATE INDEX event_age ON event (at);",
];

/// Takes the steps that a file has not taken yet, all or none of them.
///
/// # Errors
/// When it was written by a newer toban or by another program, or is damaged.
pub(super) fn bring_up(connection: &mut Connection) -> Result<(), StoreFault> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if taken(connection)? == known {
        return Ok(());
    }
    // Another process may be at it: the second one to come finds it done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = taken(&transaction)?;
    if done > known {
        let why = format!("its tables are of version {done}, and this toban knows {known}");
        return Err(StoreFault::new(StoreFaultKind::Newer, why));
    }
    for step in STEPS.iter().skip(usize::try_from(done).unwrap_or_default()) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", known)?;
    Ok(transaction.commit()?)
}

fn taken(connection: &Connection) -> Result<i64, StoreFault> {
    let one = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (ours, done) = (one("application_id")?, one("user_version")?);
    match (ours, done) {
        (APPLICATION, done) if done >= 1 => Ok(done),
        (0, 0) => Ok(0),
        _ => Err(StoreFault::new(StoreFaultKind::Damaged, "its header is not one of toban's")),
    }
}

/// Whether the whole file agrees with itself. Reads all of it.
///
/// # Errors
/// When it does not.
pub(super) fn check(connection: &Connection) -> Result<(), StoreFault> {
    let told: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if told == "ok" { Ok(()) } else { Err(StoreFault::new(StoreFaultKind::Damaged, told)) }
}
