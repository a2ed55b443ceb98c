//! Why the store could not be used, in a few kinds and a sentence. It never stops what somebody is doing: the console goes
//! on without what the store would have known.

use std::fmt;
use std::io;

use rusqlite::ErrorCode;

/// What kind of fault it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StoreFaultKind {
    /// Another process held the file for too long. Try again.
    Busy,
    /// The disk, or the store's own bound, is full.
    Full,
    /// The directory or the file may not be written.
    Denied,
    /// The file is no store, or its content contradicts itself.
    Damaged,
    /// A newer toban wrote it: it is left alone.
    Newer,
    /// Anything else that the file system or SQLite said.
    Unusable,
}

/// A fault of the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreFault {
    /// Its kind.
    pub kind: StoreFaultKind,
    /// What was said, in plain words.
    pub message: String,
}

impl StoreFault {
    /// A fault with words of our own.
    pub(super) fn new(kind: StoreFaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What the file system said.
    pub(super) fn io(why: &io::Error) -> Self {
        let kind = match why.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StoreFaultKind::Denied,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreFaultKind::Full,
            _ => StoreFaultKind::Unusable,
        };
        Self::new(kind, why.to_string())
    }
}

impl From<rusqlite::Error> for StoreFault {
    fn from(error: rusqlite::Error) -> Self {
        let kind = match &error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreFaultKind::Busy,
                ErrorCode::DiskFull => StoreFaultKind::Full,
                ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => StoreFaultKind::Denied,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreFaultKind::Damaged,
                _ => StoreFaultKind::Unusable,
            },
            // A row that is not what was written.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => StoreFaultKind::Damaged,
            _ => StoreFaultKind::Unusable,
        };
        Self::new(kind, error.to_string())
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            StoreFaultKind::Busy => "the local store is held by another process",
            StoreFaultKind::Full => "there is no room for the local store",
            StoreFaultKind::Denied => "the local store may not be written",
            StoreFaultKind::Damaged => "the local store is damaged",
            StoreFaultKind::Newer => "the local store was written by a newer toban",
            StoreFaultKind::Unusable => "the local store cannot be used",
        };
        write!(f, "{what}: {}", self.message)
    }
}

impl std::error::Error for StoreFault {}
