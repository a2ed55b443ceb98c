//! How many calls each group of operations may still make, per account and region: one bucket that all consoles of this
//! machine take from, so that they stay within one console's share. A process that dies takes no more. What the numbers
//! mean is the call budget's business (`aws::budget`).

use rusqlite::{OptionalExtension, params};

use super::{Place, Store, StoreFault};

/// A bucket as it was left.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rate {
    /// When that was, seconds of the wall clock.
    pub at: f64,
    /// Calls left of what AWS grants; negative where more were made.
    pub left: f64,
    /// Calls left to those who only keep watch.
    pub polite_left: f64,
    /// How much of the granted rate is used, after throttles.
    pub factor: f64,
    /// Where it was throttled last.
    pub ceiling: f64,
    /// How much of the polite rate is used, after throttles.
    pub calm: f64,
    /// When it was throttled last.
    pub slowed_at: f64,
}

impl Store {
    /// Reads the bucket of a group, lets `work` change it, and writes it back; nobody else comes between.
    ///
    /// # Errors
    /// As [`Store::open`]; then nothing was written.
    pub fn rate<T>(
        &self,
        place: &Place,
        group: &str,
        work: impl Fn(Option<Rate>) -> (Rate, T),
    ) -> Result<T, StoreFault> {
        self.change(|transaction| {
            let known = transaction
                .query_row(
                    "SELECT at, remaining, polite, factor, ceiling, calm, slowed_at FROM rate
                     WHERE account = ?1 AND region = ?2 AND calls = ?3",
                    params![place.account, place.region, group],
                    |row| {
                        Ok(Rate {
                            at: row.get(0)?,
                            left: row.get(1)?,
                            polite_left: row.get(2)?,
                            factor: row.get(3)?,
                            ceiling: row.get(4)?,
                            calm: row.get(5)?,
                            slowed_at: row.get(6)?,
                        })
                    },
                )
                .optional()?;
            let (new, told) = work(known);
            transaction.execute(
                "INSERT OR REPLACE INTO rate
                 (account, region, calls, at, remaining, polite, factor, ceiling, calm, slowed_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    place.account,
                    place.region,
                    group,
                    new.at,
                    new.left,
                    new.polite_left,
                    new.factor,
                    new.ceiling,
                    new.calm,
                    new.slowed_at
                ],
            )?;
            Ok(told)
        })
    }
}
