//! Hearing ctrl-c. From the first time anybody listens on none is lost, also one that comes while nobody waits for it:
//! between two waits, or in the moment between a question and the wait for its answer. Never decides what it means.

use std::sync::Once;

use tokio::sync::Notify;

static OPENED: Once = Once::new();
/// Keeps one press for the next who waits.
static PRESSED: Notify = Notify::const_new();

/// Comes when ctrl-c was pressed and nobody has been told of it yet. The ear is open once this was called, whether or not
/// it is waited for yet: what a wait goes beside may begin before the wait does, and a press in between must not kill.
pub(super) fn interrupt() -> impl Future<Output = ()> {
    OPENED.call_once(listen);
    PRESSED.notified()
}

/// Opens the ear at once, so that a press from here on is no signal that kills.
fn listen() {
    #[cfg(unix)]
    let ear = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
    #[cfg(windows)]
    let ear = tokio::signal::windows::ctrl_c();
    match ear {
        Ok(mut ear) => {
            tokio::spawn(async move {
                while ear.recv().await.is_some() {
                    crate::os::signals::leave_soon();
                    PRESSED.notify_one();
                }
            });
        }
        Err(fault) => tracing::warn!(%fault, "ctrl-c cannot be heard; it kills"),
    }
}
