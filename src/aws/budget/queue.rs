//! Whoever waits for a call of a group, in the order of what matters to the reader: what was asked for by a key first,
//! then what is in focus, then the rest; among equals, health before structure, and who came first. Knows no rates.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::world::Coverage;

/// Whom a call serves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Priority {
    /// Somebody waits for just this: a change, a page that was opened, a session.
    #[default]
    Asked,
    /// What is named or in focus.
    Focused,
    /// Everything else.
    Background,
}

impl Priority {
    /// Of a reading that covers so much.
    pub(crate) const fn of(coverage: &Coverage) -> Self {
        match coverage {
            Coverage::Parts(_) => Self::Focused,
            Coverage::All => Self::Background,
        }
    }
}

/// A place in the queue: whom it serves, the rank of its operation, its number.
type Rank = (Priority, u8, u64);

/// The queue of one group.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<(BTreeSet<Rank>, u64)>,
    moved: Notify,
}

/// A place in the queue; dropping it leaves.
#[derive(Debug)]
pub(super) struct Ticket<'a> {
    queue: &'a Queue,
    rank: Rank,
}

impl Queue {
    pub(super) fn enter(&self, priority: Priority, operation: u8) -> Ticket<'_> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.1 += 1;
        let rank = (priority, operation, waiting.1);
        waiting.0.insert(rank);
        Ticket { queue: self, rank }
    }

    /// Ends when the order of those who wait may be another. Must be [enabled](tokio::sync::futures::Notified::enable)
    /// before looking at the order.
    pub(super) fn moved(&self) -> tokio::sync::futures::Notified<'_> {
        self.moved.notified()
    }
}

impl Ticket<'_> {
    pub(super) fn is_first(&self) -> bool {
        let waiting = self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.0.first() == Some(&self.rank)
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.0.remove(&self.rank);
        drop(waiting);
        self.queue.moved.notify_waiters();
    }
}
