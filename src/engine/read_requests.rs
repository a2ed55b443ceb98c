//! The one loop that reads a list of requests through the seam: one, side by side, or one after the other into what is
//! known. What is asked for, and what becomes of a fault, is the caller's.

use futures_util::future::join_all;

use crate::cloud::Cloud;
use crate::kinds::catalog::kind;
use crate::world::read_request::ReadRequest;
use crate::world::{AnyReading, Fault, FaultKind, World};

/// What came of a request.
pub type Answer = (ReadRequest, Result<AnyReading, Fault>);

/// Reads one against what is known.
///
/// # Errors
/// When nothing of it could be read, or no kind has that name.
pub async fn read_one(cloud: &dyn Cloud, request: &ReadRequest, known: &World) -> Result<AnyReading, Fault> {
    match kind(request.kind) {
        Some(kind) => cloud.read(kind, &request.scope, &request.coverage, known).await,
        None => Err(Fault::new(FaultKind::Odd, request.kind.0, "no such kind")),
    }
}

/// Reads all side by side, for what needs nothing that another of them brings.
pub async fn read_together(cloud: &dyn Cloud, requests: Vec<ReadRequest>, known: &World) -> Vec<Answer> {
    let reads = requests.into_iter().map(|request| async move {
        let got = read_one(cloud, &request, known).await;
        (request, got)
    });
    join_all(reads).await
}

/// Reads one after the other into `world`: what comes later may need what came before. What could not be read, each
/// fault once; it stands beside the data too.
pub async fn read_in_turn(cloud: &dyn Cloud, world: &mut World, requests: &[ReadRequest]) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for request in requests {
        let got = read_one(cloud, request, world).await;
        for fault in faults_of(&got) {
            if !faults.contains(fault) {
                faults.push(fault.clone());
            }
        }
        world.put(&request.scope, request.kind, &request.coverage, got, cloud.now());
    }
    faults
}

/// Everything that went wrong in an answer: all of it, or records of it.
pub fn faults_of(got: &Result<AnyReading, Fault>) -> impl Iterator<Item = &Fault> {
    let (found, fault) = match got {
        Ok(found) => (Some(found.faults()), None),
        Err(fault) => (None, Some(fault)),
    };
    found.into_iter().flatten().chain(fault)
}
