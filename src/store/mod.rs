//! The local store: one SQLite file in the state directory that several consoles read and write at once. Here are its
//! opening and its upkeep; what it holds stands in a file each (`readings`, `events`), as typed calls. No secret may come in, and
//! nothing that only the store knows: it may be lost at any time, and whoever uses it goes on without.
//!
//! A user of it adds a step to `schema::STEPS` and a file beside `readings`, which works through [`Store::look`] and
//! [`Store::change`], so that a busy, full or damaged file is one kind of fault everywhere. Calls block for
//! [`PATIENCE`] at most: the console makes them away from its event loop. The simulated account has no store.

mod events;
mod fault;
mod rates;
mod readings;
mod schema;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

pub use events::{EVENT_BYTES, EVENTS_KEPT, EventShare, StoredEvent};
pub use fault::{StoreFault, StoreFaultKind};
pub use rates::Rate;
pub use readings::{CachedPart, CachedShare, Place};

use crate::os::{open_state, private_dir, try_hold};

/// The store's file in the state directory. SQLite keeps `-wal` and `-shm` beside it while it is open.
pub const FILE: &str = "store.db";
/// Where a damaged file is put; the one before it is given up.
const DAMAGED: &str = "store.db.damaged";
/// Whoever puts a damaged file away holds this.
const LOCK: &str = "store.lock";

/// How long a call waits for another process.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// The file never grows beyond this many bytes: a write that would is a fault of kind `Full`.
pub const LARGEST: u64 = 256 * 1024 * 1024;
/// SQLite's page, bytes.
const PAGE: u64 = 4096;

/// An open store. Clones share one connection; each process opens its own.
#[derive(Clone, Debug)]
pub struct Store {
    open: Arc<Mutex<Open>>,
    path: Arc<Path>,
}

#[derive(Debug)]
struct Open {
    connection: Connection,
    /// What the reader should hear once.
    notice: Option<String>,
}

impl Store {
    /// Opens the store of a state directory, making both if need be. A damaged file is put aside and made anew; then
    /// [`Self::notice`] tells of it.
    ///
    /// # Errors
    /// When the directory cannot be written, the disk is full, another process holds the file for too long, or a newer
    /// toban wrote it. Whoever asked goes on without a store.
    pub fn open(dir: &Path) -> Result<Self, StoreFault> {
        let path: Arc<Path> = dir.join(FILE).into();
        let open = match connect(&path) {
            Ok(connection) => Open { connection, notice: None },
            Err(fault) if fault.kind == StoreFaultKind::Damaged => renewed(&path)?,
            Err(fault) => return Err(fault),
        };
        Ok(Self { open: Arc::new(Mutex::new(open)), path })
    }

    /// The same, for what is better done without the store than late: it waits for others that long at most.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn with_patience(self, patience: Duration) -> Result<Self, StoreFault> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).connection.busy_timeout(patience)?;
        Ok(self)
    }

    /// What the reader should hear once: that the file was damaged and is new.
    #[must_use]
    pub fn notice(&self) -> Option<String> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).notice.take()
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes it takes on disk, with what SQLite keeps beside it.
    #[must_use]
    pub fn size(&self) -> u64 {
        let beside = ["", "-wal", "-shm"].map(|end| {
            let mut name = self.path.as_os_str().to_owned();
            name.push(end);
            std::fs::metadata(PathBuf::from(name)).map_or(0, |found| found.len())
        });
        beside.into_iter().sum()
    }

    /// Reads from it. Everything `work` reads is of one moment.
    fn look<T>(&self, work: impl Fn(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, StoreFault> {
        self.with(TransactionBehavior::Deferred, &work)
    }

    /// Writes to it, wholly or not at all.
    fn change<T>(&self, work: impl Fn(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, StoreFault> {
        self.with(TransactionBehavior::Immediate, &work)
    }

    fn with<T>(
        &self,
        behavior: TransactionBehavior,
        work: &dyn Fn(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreFault> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match perform(&mut open.connection, behavior, work) {
            Err(fault) if fault.kind == StoreFaultKind::Damaged => {
                let new = renewed(&self.path)?;
                *open = Open { notice: new.notice.or(open.notice.take()), ..new };
                perform(&mut open.connection, behavior, work)
            }
            outcome => outcome,
        }
    }

    /// Gives the disk back what deleted rows took.
    fn shrink(&self) -> Result<(), StoreFault> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.connection.execute_batch("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(())
    }
}

fn perform<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    work: &dyn Fn(&Transaction<'_>) -> rusqlite::Result<T>,
) -> Result<T, StoreFault> {
    let transaction = connection.transaction_with_behavior(behavior)?;
    let got = work(&transaction)?;
    transaction.commit()?;
    Ok(got)
}

/// Opens the file and brings its schema up to date.
fn connect(path: &Path) -> Result<Connection, StoreFault> {
    if let Some(dir) = path.parent() {
        private_dir(dir).map_err(|why| StoreFault::io(&why))?;
    }
    // SQLite makes its files with whatever the process's mask leaves, and follows links: the file is ours first, and
    // those beside it get its mode.
    let mut options = std::fs::OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    open_state(path, &mut options).map_err(|why| StoreFault::io(&why))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    patiently(|| prepare(&connection))?;
    schema::bring_up(&mut connection)?;
    Ok(connection)
}

/// The settings of a connection. Those of the file (its vacuum, its journal) are set once, while it is empty.
fn prepare(connection: &Connection) -> Result<(), StoreFault> {
    let journal: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if journal != "wal" {
        connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?;
        let journal: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if journal != "wal" {
            let why = "its file system does not let several processes share a file";
            return Err(StoreFault::new(StoreFaultKind::Unusable, why));
        }
    }
    // What was written last may be lost with the machine's power, never with the process: it can all be read again.
    let bounded = format!(
        "PRAGMA synchronous = NORMAL; PRAGMA max_page_count = {}; PRAGMA trusted_schema = OFF; \
         PRAGMA journal_size_limit = 4194304; PRAGMA cell_size_check = ON;",
        LARGEST / PAGE
    );
    Ok(connection.execute_batch(&bounded)?)
}

/// Two processes that make the same file at once tell each other "busy" without waiting: one of them tries again.
fn patiently(mut work: impl FnMut() -> Result<(), StoreFault>) -> Result<(), StoreFault> {
    let since = Instant::now();
    loop {
        match work() {
            Err(fault) if fault.kind == StoreFaultKind::Busy && since.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(10));
            }
            outcome => return outcome,
        }
    }
}

/// Puts the damaged file aside and opens a new one. Of several processes that met it one does so; the others find the
/// new file in its place.
fn renewed(path: &Path) -> Result<Open, StoreFault> {
    let aside = path.with_file_name(DAMAGED);
    let since = Instant::now();
    let held = loop {
        match try_hold(&path.with_file_name(LOCK)).map_err(|why| StoreFault::io(&why))? {
            Some(held) => break held,
            None if since.elapsed() > PATIENCE => {
                return Err(StoreFault::new(StoreFaultKind::Busy, "another process is making it anew"));
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    let sound = connect(path).and_then(|connection| schema::check(&connection).map(|()| connection));
    if let Ok(connection) = sound {
        return Ok(Open { connection, notice: None });
    }
    for end in ["-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
    std::fs::rename(path, &aside).map_err(|why| StoreFault::io(&why))?;
    let connection = connect(path)?;
    drop(held);
    let notice = format!("the local store was damaged; it is new now, and the old one is {}", aside.display());
    tracing::warn!("{notice}");
    Ok(Open { connection, notice: Some(notice) })
}
