//! Whether AWS may have done a call in an earlier attempt than the one whose answer is told: an attempt that ended without
//! an answer leaves that open, whatever the next one is answered. Kept for the length of one call, beside the SDK, whose
//! errors tell of the last attempt alone.

use std::cell::Cell;

/// The attempts of one call so far.
#[derive(Clone, Copy, Default)]
struct Attempts {
    /// One was begun, and is not known to have been refused or never to have arrived.
    open: bool,
    /// Another was begun after such a one.
    doubt: bool,
}

tokio::task_local! {
    static ATTEMPTS: Cell<Attempts>;
}

fn change(by: impl FnOnce(&mut Attempts)) {
    // A call that nobody watches has nobody to be told.
    let _ = ATTEMPTS.try_with(|cell| {
        let mut attempts = cell.get();
        by(&mut attempts);
        cell.set(attempts);
    });
}

/// Makes `call`; with what came of it, whether an attempt before its last may have been done.
pub(super) async fn watched<T>(call: impl Future<Output = T>) -> (T, bool) {
    let work = async {
        let got = call.await;
        (got, ATTEMPTS.with(|cell| cell.get().doubt))
    };
    ATTEMPTS.scope(Cell::default(), work).await
}

/// An attempt begins.
pub(super) fn begins() {
    change(|attempts| {
        attempts.doubt |= attempts.open;
        attempts.open = true;
    });
}

/// The attempt was not done: it was refused, or it never arrived.
pub(super) fn not_done() {
    change(|attempts| attempts.open = false);
}

#[cfg(test)]
mod tests {
    use super::{begins, not_done, watched};

    #[tokio::test]
    async fn only_an_attempt_that_was_left_open_is_doubted() {
        for (refused, doubted) in
            [(&[true, true][..], false), (&[false, true], true), (&[true, false], false), (&[false], false)]
        {
            let call = async {
                for refused in refused {
                    begins();
                    if *refused {
                        not_done();
                    }
                }
            };
            assert_eq!(watched(call).await, ((), doubted), "{refused:?}");
        }
        begins();
    }
}
