//! Drives a procedure to its end: reads what it wants, takes its steps through the licence, tells how it
//! stands. What may pass (throttling, a lost network, an expired login) is waited out, never taken for an end.
//! The same for console and command line; touches the outside through `Cloud` only.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::execute::{JournalWriter, entry_id, execute};
use super::journal::Line;
use super::read_requests::{faults_of, read_together};
use crate::change::gate::ProcedureGrant;
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::{Ending, Report};
use crate::cloud::Cloud;
use crate::text::span;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, FaultKind, Health, KindName, World};

/// A procedure that was let through, with its number on the screen.
#[derive(Debug)]
pub struct ProcedureRun {
    /// Tells it from the others of this run.
    pub id: u64,
    /// What was allowed.
    pub license: Box<ProcedureGrant>,
    /// What decides.
    pub procedure: Box<dyn Procedure>,
    /// How long it is waited for at most; then it ends with what is still waited for, never well.
    pub limit: Option<SignedDuration>,
}

impl PartialEq for ProcedureRun {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.license.plan() == other.license.plan()
    }
}

/// Between looks while nothing can be seen: this at first, doubled up to a minute.
const BLIND: SignedDuration = SignedDuration::from_secs(5);
const BLIND_MOST: SignedDuration = SignedDuration::from_secs(60);

/// Drives `procedure_run` from what is `known` until it ends; `tell` hears where it stands after every look. With
/// `leave` it
/// ends as soon as the rest goes on inside AWS by itself.
pub async fn run_procedure(
    cloud: &dyn Cloud,
    procedure_run: ProcedureRun,
    mut known: World,
    how: (&JournalWriter, bool),
    tell: &mut (dyn FnMut(Report) + Send),
) -> Ending {
    drive_on(cloud, procedure_run, &mut known, how, tell).await
}

/// The same; what it saw on the way stays in `world`, for who goes on from there.
pub async fn drive_on(
    cloud: &dyn Cloud,
    procedure_run: ProcedureRun,
    world: &mut World,
    (journal_writer, leave): (&JournalWriter, bool),
    tell: &mut (dyn FnMut(Report) + Send),
) -> Ending {
    let ProcedureRun { license, mut procedure, limit, .. } = procedure_run;
    let deadline = Deadline::after(limit, cloud.now());
    let id = entry_id(cloud);
    let opening = Line::started(&id, cloud.now(), license.plan(), journal_writer.who.as_ref(), license.reason());
    if let Err(fault) = journal_writer.write(&opening).await {
        return Ending::failed(format!("nothing was changed: {}", fault.sentence()));
    }
    let (mut blind, mut left, mut misses) = (BLIND, false, Misses::default());
    let mut request_ids = Vec::new();
    let ending = loop {
        let (passing, lasting) = look(cloud, world, procedure.wants(cloud.now())).await;
        let (passing, faults) = misses.sort(passing, lasting, procedure.optional());
        if let Some(fault) = passing {
            tracing::debug!(entry = id, fault = fault.kind.word(), operation = fault.operation, pause = %blind, "step: nothing can be seen");
            let report =
                unseen(procedure.report(&Observation { world: &*world, faults: &faults, now: cloud.now() }), &fault);
            tell(report.clone());
            if let Some(ending) = deadline.passed(cloud.now(), &report) {
                break ending;
            }
            cloud.pause(deadline.cut(blind, cloud.now())).await;
            blind = (blind * 2).min(BLIND_MOST);
            continue;
        }
        blind = BLIND;
        let step = logged(&id, procedure.step(&Observation { world: &*world, faults: &faults, now: cloud.now() }));
        let report = procedure.report(&Observation { world: &*world, faults: &faults, now: cloud.now() });
        tell(Report { goes_on: procedure.goes_on(), request_ids: request_ids.clone(), ..report.clone() });
        match step {
            Step::End(ending) => break ending,
            Step::Wait(_) if leave && procedure.goes_on() => {
                left = true;
                let report = procedure.report(&Observation { world: &*world, faults: &faults, now: cloud.now() });
                break Ending::done(report.stands.unwrap_or(report.message));
            }
            Step::Wait(span) => {
                if let Some(ending) = deadline.passed(cloud.now(), &report) {
                    break ending;
                }
                cloud.pause(deadline.cut(span, cloud.now())).await;
            }
            Step::Act(changes) => {
                for change in changes {
                    let change_request = change.change_request();
                    tell(Report { sends: true, request_ids: request_ids.clone(), ..report.clone() });
                    let got = match license.admit(change) {
                        Ok(approved) => execute(cloud, &approved, journal_writer, Some(&id)).await,
                        Err(refused) => Err(Fault::new(FaultKind::Refused, "toban:gate", refused.to_string())
                            .on(change_request.on.to_string())),
                    };
                    request_ids = match &got {
                        Ok(receipt) => receipt.request_ids.clone(),
                        Err(fault) => fault.request_id.iter().cloned().collect(),
                    };
                    procedure.told(&change_request, &got, cloud.now());
                    // Whoever leaves now need not wait for the next look to hear how it went, nor for what comes after.
                    let report = procedure.report(&Observation { world: &*world, faults: &faults, now: cloud.now() });
                    tell(Report { goes_on: procedure.goes_on(), request_ids: request_ids.clone(), ..report });
                    tokio::task::yield_now().await;
                }
            }
        }
    };
    tracing::debug!(entry = id, left, how = ?ending.how, "procedure ended");
    let line = Line::closed(&id, cloud.now(), &ending);
    journal_writer.close(&if left { line.leaving() } else { line }).await;
    ending
}

/// Until when a procedure is waited for.
struct Deadline(Option<(SignedDuration, Timestamp)>);

impl Deadline {
    fn after(limit: Option<SignedDuration>, now: Timestamp) -> Self {
        Self(limit.and_then(|limit| Some((limit, now.checked_add(limit).ok()?))))
    }

    /// The end by it, with what is still waited for.
    fn passed(&self, now: Timestamp, report: &Report) -> Option<Ending> {
        let (limit, _) = self.0.filter(|(_, at)| now >= *at)?;
        let stands = report.stands.as_ref().map(|stands| format!("; {stands}")).unwrap_or_default();
        let waited = span(limit.as_secs());
        Some(Ending::incomplete(format!("not over after {waited}, still waiting: {}{stands}", report.message)))
    }

    /// No pause is longer than what is left.
    fn cut(&self, pause: SignedDuration, now: Timestamp) -> SignedDuration {
        self.0.map_or(pause, |(_, at)| pause.min(at.duration_since(now)).max(SignedDuration::from_secs(1)))
    }
}

/// Writes into the log what a procedure does next.
fn logged(id: &str, step: Step) -> Step {
    match &step {
        Step::Act(changes) => tracing::debug!(entry = id, changes = changes.len(), "step: change"),
        Step::Wait(span) => tracing::debug!(entry = id, pause = %span, "step: wait"),
        Step::End(_) => tracing::debug!(entry = id, "step: end"),
    }
    step
}

/// Faults, each with what was to be read.
type Unread = Vec<(ReadRequest, Fault)>;

/// How often in a row each kind that a procedure can do without could not be read.
#[derive(Default)]
struct Misses(BTreeMap<KindName, u32>);

impl Misses {
    /// So many in a row, and a kind is left out.
    const MOST: u32 = 3;

    /// The first of `passing` that is to be waited out, and all faults that are not: those that last, and those of kinds
    /// in `optional` that failed too often. What a login or the network cures is waited out whatever it is.
    fn sort(&mut self, passing: Unread, lasting: Unread, optional: &[KindName]) -> (Option<Fault>, Unread) {
        let (mut waited, mut faults) = (None, lasting);
        self.0.retain(|kind, _| passing.iter().any(|(want, _)| want.kind == *kind));
        for (want, fault) in passing {
            let of_service = matches!(fault.kind, FaultKind::Throttled | FaultKind::Timeout | FaultKind::Garbled);
            if of_service && optional.contains(&want.kind) {
                let count = self.0.entry(want.kind).or_default();
                *count += 1;
                if *count >= Self::MOST {
                    faults.push((want, fault));
                    continue;
                }
            }
            waited.get_or_insert(fault);
        }
        (waited, faults)
    }
}

/// Reads what is wanted, all at once. The faults that may pass, and those that will not.
async fn look(cloud: &dyn Cloud, world: &mut World, wants: Vec<ReadRequest>) -> (Unread, Unread) {
    let (mut passing, mut lasting) = (Vec::new(), Vec::new());
    let now = cloud.now();
    for (want, got) in read_together(cloud, wants, world).await {
        // Records without a name are told on screen; they hide nothing that a procedure waits for by its name.
        for fault in faults_of(&got).filter(|fault| got.is_err() || !fault.is_of_nameless()).cloned() {
            if passes(&fault) {
                passing.push((want.clone(), fault));
            } else {
                lasting.push((want.clone(), fault));
            }
        }
        world.put(&want.scope, want.kind, &want.coverage, got, now);
    }
    (passing, lasting)
}

/// Whether a fault may pass by itself, or by a login.
fn passes(fault: &Fault) -> bool {
    use crate::world::FaultKind::{Credentials, Expired, Garbled, Offline, Throttled, Timeout};
    matches!(fault.kind, Throttled | Expired | Credentials | Offline | Timeout | Garbled)
}

fn unseen(report: Report, fault: &Fault) -> Report {
    let message = format!("it cannot be seen at the moment, toban goes on looking: {}", fault.sentence());
    Report { message, health: report.health.max(Health::Unknown), ..report }
}

#[cfg(test)]
mod tests;
