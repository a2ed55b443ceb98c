//! Cached readings: what was last read at AWS, per account, region, kind and part, with when. A memory of answers and no
//! truth: whoever takes one out shows its age, and never a better verdict by it. What the items look like is not known here.

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::{LARGEST, Store, StoreFault};

/// Where something was read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The account's number.
    pub account: String,
    /// The region.
    pub region: String,
}

/// One part as it was last read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CachedPart {
    /// The name of its kind.
    pub kind: String,
    /// The part within the kind.
    pub part: String,
    /// How the items are written: others than the reader's own are not given out.
    pub form: String,
    /// When it was read at AWS.
    pub read_at: Timestamp,
    /// The items.
    pub body: Vec<u8>,
}

/// What the cache holds of one kind in one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CachedShare {
    /// Where.
    pub place: Place,
    /// The kind.
    pub kind: String,
    /// How many parts.
    pub parts: u64,
    /// Bytes of their items.
    pub bytes: u64,
    /// When the oldest was read.
    pub oldest: Timestamp,
    /// When the newest was read.
    pub newest: Timestamp,
}

/// The readings together take at most this much: then the oldest go, until three quarters are left.
const BOUND: u64 = LARGEST / 4;

impl Store {
    /// Keeps these parts. One that another process read later stays as it is.
    ///
    /// # Errors
    /// As [`Store::open`]; then nothing was kept.
    pub fn keep_parts(&self, place: &Place, parts: &[CachedPart]) -> Result<(), StoreFault> {
        self.change(|transaction| {
            put(transaction, place, parts)?;
            bound(transaction, BOUND)
        })
    }

    /// Keeps these as all parts that the kind has there: others of it that were read before the oldest of these go.
    ///
    /// # Errors
    /// As [`Store::open`]; then nothing was kept.
    pub fn keep_kind(&self, place: &Place, kind: &str, at: Timestamp, parts: &[CachedPart]) -> Result<(), StoreFault> {
        self.change(|transaction| {
            transaction
                .prepare("DELETE FROM reading WHERE account = ?1 AND region = ?2 AND kind = ?3 AND read_at < ?4")?
                .execute(params![place.account, place.region, kind, at.as_millisecond()])?;
            put(transaction, place, parts)?;
            bound(transaction, BOUND)
        })
    }

    /// Every part kept of a place that is written in `form` and was read after `since`.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn parts(&self, place: &Place, form: &str, since: Timestamp) -> Result<Vec<CachedPart>, StoreFault> {
        self.look(|transaction| {
            let mut found = transaction.prepare(
                "SELECT kind, part, form, read_at, body FROM reading
                 WHERE account = ?1 AND region = ?2 AND form = ?3 AND read_at > ?4",
            )?;
            let rows = found.query_map(params![place.account, place.region, form, since.as_millisecond()], |row| {
                Ok(CachedPart {
                    kind: row.get(0)?,
                    part: row.get(1)?,
                    form: row.get(2)?,
                    read_at: moment(row.get(3)?),
                    body: row.get(4)?,
                })
            })?;
            rows.collect()
        })
    }

    /// What is kept, kind by kind.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn shares(&self) -> Result<Vec<CachedShare>, StoreFault> {
        self.look(|transaction| {
            let mut found = transaction.prepare(
                "SELECT account, region, kind, count(*), sum(length(body)), min(read_at), max(read_at) FROM reading
                 GROUP BY account, region, kind ORDER BY account, region, kind",
            )?;
            let rows = found.query_map([], |row| {
                Ok(CachedShare {
                    place: Place { account: row.get(0)?, region: row.get(1)? },
                    kind: row.get(2)?,
                    parts: row.get::<_, i64>(3)?.unsigned_abs(),
                    bytes: row.get::<_, i64>(4)?.unsigned_abs(),
                    oldest: moment(row.get(5)?),
                    newest: moment(row.get(6)?),
                })
            })?;
            rows.collect()
        })
    }

    /// Forgets every reading, or those of one place, and gives their room back. Returns how many parts went.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn clear_readings(&self, place: Option<&Place>) -> Result<usize, StoreFault> {
        let gone = self.change(|transaction| match place {
            None => transaction.execute("DELETE FROM reading", []),
            Some(place) => transaction.execute(
                "DELETE FROM reading WHERE account = ?1 AND region = ?2",
                params![place.account, place.region],
            ),
        })?;
        self.shrink()?;
        Ok(gone)
    }
}

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MIN)
}

fn put(transaction: &Transaction<'_>, place: &Place, parts: &[CachedPart]) -> rusqlite::Result<()> {
    let mut row = transaction.prepare(
        "INSERT INTO reading (account, region, kind, part, form, read_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account, region, kind, part)
         DO UPDATE SET form = excluded.form, read_at = excluded.read_at, body = excluded.body
         WHERE excluded.read_at >= reading.read_at",
    )?;
    for part in parts {
        let at = part.read_at.as_millisecond();
        row.execute(params![place.account, place.region, part.kind, part.part, part.form, at, part.body])?;
    }
    Ok(())
}

/// Lets the oldest readings go where all together take more than `most` bytes.
pub(super) fn bound(transaction: &Transaction<'_>, most: u64) -> rusqlite::Result<()> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let one = |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    // What the whole file holds is known without looking at each row; only beyond the bound is it worth counting.
    let held = (one("page_count")? - one("freelist_count")?).saturating_mul(one("page_size")?);
    if held <= most {
        return Ok(());
    }
    let mut left: i64 =
        transaction.query_row("SELECT coalesce(sum(length(body)), 0) FROM reading", [], |row| row.get(0))?;
    if left <= most {
        return Ok(());
    }
    let oldest: Vec<(i64, i64)> = {
        let mut found = transaction.prepare("SELECT rowid, length(body) FROM reading ORDER BY read_at")?;
        let rows = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for (row, bytes) in oldest {
        if left <= most / 4 * 3 {
            break;
        }
        transaction.execute("DELETE FROM reading WHERE rowid = ?1", [row])?;
        left -= bytes;
    }
    Ok(())
}
