//! Hearing that a command is to be left: ctrl-c, and the signals that end a process (SIGTERM, SIGHUP). From the first time
//! anybody listens on none is lost, also one that comes while nobody waits for it: between two waits, or in the moment
//! between a question and the wait for its answer. Never decides what it means.

use std::sync::Once;

use tokio::sync::Notify;

use crate::os::signals::{Signals, leave_soon};

static OPENED: Once = Once::new();
/// Keeps one press for the next who waits.
static PRESSED: Notify = Notify::const_new();

/// Comes when somebody asked to leave and nobody has been told of it yet. The ear is open once this was called, whether or
/// not it is waited for yet: what a wait goes beside may begin before the wait does, and a press in between must not kill.
pub(super) fn interrupt() -> impl Future<Output = ()> {
    OPENED.call_once(listen);
    PRESSED.notified()
}

/// Opens the ear at once, so that a press from here on is no signal that kills.
fn listen() {
    match Signals::new() {
        Ok(mut signals) => {
            tokio::spawn(async move {
                loop {
                    signals.leave().await;
                    leave_soon();
                    PRESSED.notify_one();
                }
            });
        }
        Err(fault) => tracing::warn!(%fault, "signals cannot be heard; they kill"),
    }
}
