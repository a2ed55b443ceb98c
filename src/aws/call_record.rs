//! What a client remembers of the calls made through it, for the permission check of `doctor`.
//! Never the content of an answer.

use crate::world::Fault;
use crate::world::FaultKind;
use crate::world::access_check::Outcome;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;

/// How each operation went, by its IAM name.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<BTreeMap<String, Result<(), Fault>>>);

impl Record {
    /// Remembers how a call went. A denial stands, else a success does.
    pub(crate) fn note(&self, operation: &str, fault: Option<&Fault>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (all.get(operation), fault) {
            (Some(Err(known)), _) if known.kind == FaultKind::Denied => {}
            (Some(Ok(())), Some(fault)) if fault.kind != FaultKind::Denied => {}
            // What went while it was asked about was allowed to be asked.
            (_, Some(fault)) if fault.kind != FaultKind::Gone => {
                all.insert(operation.to_owned(), Err(fault.clone()));
            }
            _ => {
                all.insert(operation.to_owned(), Ok(()));
            }
        }
    }

    pub(crate) fn outcome(&self, operation: &str) -> Outcome {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get(operation) {
            None => Outcome::Untried,
            Some(Ok(())) => Outcome::Fine(None),
            Some(Err(fault)) if fault.kind == FaultKind::Denied => Outcome::Denied(fault.clone()),
            Some(Err(fault)) => Outcome::Failed(fault.clone()),
        }
    }
}
