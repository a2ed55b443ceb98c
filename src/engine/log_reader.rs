//! One page of log lines through the seam: what both faces do with a question of `logs::tail`.
//! Remembers nothing and decides nothing.

use super::read_requests::read_one;
use crate::cloud::Cloud;
use crate::kinds::log_page::LogPage;
use crate::logs::Ask;
use crate::world::{Fault, FaultKind, Resource, World};

/// Asks a question; its number with the answer.
pub async fn read_page(cloud: &dyn Cloud, ask: Ask) -> (u64, Result<LogPage, Fault>) {
    let number = ask.number;
    let want = ask.request.in_scope(&ask.scope);
    let got = read_one(cloud, &want, &World::default()).await.and_then(|reading| {
        let page = reading.items::<LogPage>().next().cloned();
        let fault = || reading.faults().next().cloned();
        page.ok_or_else(|| {
            fault().unwrap_or_else(|| Fault::new(FaultKind::Garbled, LogPage::KIND.0, "the answer holds no page"))
        })
    });
    (number, got)
}
