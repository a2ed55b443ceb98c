//! Trying what reading takes where calls are not counted one by one: read everything, and see what
//! was refused. Works on any cloud; the real one has a better way.

use std::collections::BTreeMap;

use super::Cloud;
use crate::kinds::catalog::KINDS;
use crate::world::access_check::{Check, Outcome};
use crate::world::{Coverage, Fault, FaultKind, Scope, World};

/// Reads every kind once, in the order of kinds, and tells how each declared operation fared.
pub(super) async fn by_reading<C: Cloud + ?Sized>(cloud: &C, scope: &Scope) -> Vec<Check> {
    let who = match cloud.identify(scope).await {
        Ok(who) => Outcome::Fine(Some(format!("{} in account {}", who.arn, who.account))),
        Err(fault) => Outcome::Failed(fault),
    };
    let mut checks = vec![Check { what: "sts:GetCallerIdentity".to_owned(), outcome: who }];
    let mut world = World::default();
    let mut operations: BTreeMap<&str, Outcome> = BTreeMap::new();
    for kind in KINDS {
        let got = cloud.read(*kind, scope, &Coverage::All, &world).await;
        let faults: Vec<Fault> = match &got {
            Ok(found) => found.faults().cloned().collect(),
            Err(fault) => vec![fault.clone()],
        };
        for operation in kind.permissions() {
            let fault = faults.iter().find(|fault| fault.operation == *operation);
            let outcome = match fault {
                None => Outcome::Fine(None),
                Some(fault) if fault.kind == FaultKind::Denied => Outcome::Denied(fault.clone()),
                Some(fault) => Outcome::Failed(fault.clone()),
            };
            // Several kinds share an operation: one refusal is told, whatever the others met.
            if !matches!(operations.get(operation), Some(Outcome::Denied(_) | Outcome::Failed(_))) {
                operations.insert(operation, outcome);
            }
        }
        world.put(scope, kind.name(), &Coverage::All, got, cloud.now());
    }
    let tried = operations.into_iter().map(|(what, outcome)| Check { what: what.to_owned(), outcome });
    checks.extend(tried);
    checks
}
