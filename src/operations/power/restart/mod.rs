//! Rebooting a DB instance and failing one, or a cluster, over: what is offered, why it is barred, and the plan. Pure; the
//! calls are the kinds' `change` files, what becomes of them `procedure`.

mod procedure;

use crate::change::procedure::Proposal;
use crate::kinds::db_cluster::change::failover::FailOver;
use crate::kinds::db_cluster::model::DbCluster;
use crate::kinds::db_instance::change::reboot::RebootInstance;
use crate::kinds::db_instance::model::DbInstance;
use crate::kinds::db_instance::{Class, class};
use crate::operations::{Action, ActionContext, Choice, Prompt};
use crate::text::counted;
use crate::world::{Health, KindName, Resource};

use procedure::{Goal, Restart};

/// Its name as an action and in the journal.
pub(crate) const REBOOT: &str = "reboot";
/// Its name as an action and in the journal.
pub(crate) const FAILOVER: &str = "failover";

/// What a DB instance is offered besides starting and stopping. One of a cluster fails over with its cluster.
pub(super) fn of_instance(item: &DbInstance, cluster: Option<&DbCluster>) -> Vec<Action> {
    let reboot = Action::new(REBOOT, format!("reboot DB instance {}; it is down for about a minute", item.id))
        .disabled_reason(busy(&item.status));
    let failover = match cluster {
        Some(cluster) => of_cluster(cluster),
        None => Action::new(FAILOVER, format!("reboot DB instance {} onto its standby in the other zone", item.id))
            .disabled_reason(without_standby(item).or_else(|| busy(&item.status))),
    };
    vec![reboot, failover]
}

/// What a DB cluster is offered besides starting and stopping.
pub(super) fn of_cluster(item: &DbCluster) -> Action {
    let alone = (item.members.len() < 2).then(|| "it has no reader that could take over".to_owned());
    let prompt = Prompt::Choice { prompt: "which reader becomes the writer".to_owned(), reads: Vec::new() };
    Action::new(FAILOVER, format!("make a reader of DB cluster {} its writer", item.id))
        .asking(prompt)
        .disabled_reason(alone.or_else(|| busy(&item.status)))
}

/// The members that could become the writer, RDS's own choice first.
pub(super) fn choices(item: &DbCluster, context: &ActionContext<'_>) -> Vec<Choice> {
    let choice = |label: &str, note: String, disabled_reason, value: &str| Choice {
        label: label.to_owned(),
        note,
        disabled_reason,
        value: value.to_owned(),
        then: Prompt::Nothing,
    };
    let own = choice("as RDS chooses", "by priority, then by size".to_owned(), None, ANY);
    let readers = item.members.iter().filter(|member| !member.writer).map(|member| {
        let known = context.cx.world.all::<DbInstance>(context.cx.scope).find(|one| one.id == member.id);
        let note = known.map(|one| {
            let facts = [one.class.as_deref(), one.zone.as_deref(), Some(one.status.as_str())];
            facts.into_iter().flatten().collect::<Vec<_>>().join("  ")
        });
        let why = known.and_then(|one| busy(&one.status));
        choice(&member.id, note.unwrap_or_default(), why, &member.id)
    });
    std::iter::once(own).chain(readers).collect()
}

/// The choice that leaves it to RDS.
const ANY: &str = "any";

/// Makes the offer of an instance a proposal.
///
/// # Errors
/// Why it cannot be done.
pub(super) fn propose_instance(
    item: &DbInstance,
    failover: bool,
    context: &ActionContext<'_>,
) -> Result<Proposal, String> {
    let verb = if failover { FAILOVER } else { REBOOT };
    let none = if failover { without_standby(item) } else { None };
    if let Some(why) = none.or_else(|| busy(&item.status)) {
        return Err(format!("{verb} of DB instance {}: {why}", item.id));
    }
    let (message, call) = match failover {
        true => (
            format!("fail DB instance {} over to its standby", item.id),
            format!("rds:RebootDBInstance {}: with failover", item.id),
        ),
        false => (format!("reboot DB instance {}", item.id), format!("rds:RebootDBInstance {}", item.id)),
    };
    let mut plan = context.plan(message, item.id(context.cx.scope), vec![call]);
    let mut notices = of_connections(context, item.key(), DbInstance::KIND);
    match (failover, item.multi_az, item.cluster.is_some()) {
        (true, ..) => notices.push(
            "its address stays and leads to the other zone; what keeps the old one's address must connect anew"
                .to_owned(),
        ),
        (false, true, false) => {
            notices.push("its standby does not take over: `failover` reboots it with a shorter gap".to_owned());
        }
        (false, _, true) => notices.push("it is a member of a cluster; where it is the writer, writes wait".to_owned()),
        (false, false, false) => {}
    }
    if !item.pending.is_empty() {
        notices.push(format!("what waits for a reboot is applied: {}", item.pending.join(", ")));
    }
    plan.notices.splice(0..0, notices);
    let goal = if failover { Goal::Standby } else { Goal::Reboot };
    let (change, id) = (plan.clone(), item.id.clone());
    let make = move || -> Box<dyn crate::change::gate::Change> {
        Box::new(RebootInstance { plan: change.clone(), id: id.clone(), failover })
    };
    Ok(Proposal::Procedure(Box::new(Restart::new(plan, format!("DB instance {}", item.id), goal, Box::new(make)))))
}

/// Makes the offer of a cluster a proposal; `to` is the member that becomes the writer, if one was chosen.
///
/// # Errors
/// Why it cannot be done.
pub(super) fn propose_cluster(
    item: &DbCluster,
    to: Option<&str>,
    context: &ActionContext<'_>,
) -> Result<Proposal, String> {
    if let Some(why) = of_cluster(item).disabled_reason {
        return Err(format!("{FAILOVER} of DB cluster {}: {why}", item.id));
    }
    let to = to.map(str::trim).filter(|to| !to.is_empty() && *to != ANY);
    let readers: Vec<&str> = item.members.iter().filter(|one| !one.writer).map(|one| one.id.as_str()).collect();
    if let Some(to) = to.filter(|to| !readers.contains(to)) {
        let known = readers.join(", ");
        return Err(match item.members.iter().any(|one| one.writer && one.id == to) {
            true => format!("{to} is the writer of {} already; the readers are {known}", item.id),
            false => format!("{to:?} is no reader of DB cluster {}; there are {known}", item.id),
        });
    }
    let chosen = to.map_or_else(|| "a reader that RDS chooses".to_owned(), str::to_owned);
    let call = format!("rds:FailoverDBCluster {}: to {chosen}", item.id);
    let message = format!("fail DB cluster {} over to {chosen}", item.id);
    let mut plan = context.plan(message, item.id(context.cx.scope), vec![call]);
    let mut notices = of_connections(context, item.key(), DbCluster::KIND);
    notices.push("its addresses stay: the writer's leads to the new writer as soon as DNS tells".to_owned());
    plan.notices.splice(0..0, notices);
    let goal = Goal::Writer(to.map(str::to_owned));
    let (change, id, to) = (plan.clone(), item.id.clone(), to.map(str::to_owned));
    let make = move || -> Box<dyn crate::change::gate::Change> {
        Box::new(FailOver { plan: change.clone(), id: id.clone(), to: to.clone() })
    };
    Ok(Proposal::Procedure(Box::new(Restart::new(plan, format!("DB cluster {}", item.id), goal, Box::new(make)))))
}

/// Why RDS would refuse it as it stands.
fn busy(status: &str) -> Option<String> {
    let takes = matches!(class(status), Class::Up | Class::Limping) || status == "incompatible-parameters";
    (!takes).then(|| format!("it is {status}; RDS takes this only of one that is available"))
}

fn without_standby(item: &DbInstance) -> Option<String> {
    (!item.multi_az).then(|| "it has no standby; `reboot` is all there is".to_owned())
}

/// Who loses connections.
fn of_connections(context: &ActionContext<'_>, key: &str, kind: KindName) -> Vec<String> {
    let environment = context.environment;
    let mine = environment.members.iter().any(|member| &*member.id.key == key && member.id.kind == kind);
    let running = environment.counts.tasks_running;
    let who = match (mine, running) {
        (true, 1..) => format!("{} of {}", counted(running as usize, "task"), environment.name),
        _ => "whoever uses it".to_owned(),
    };
    let loses = if mine && running > 1 { "lose" } else { "loses" };
    let mut all = vec![format!("{who} {loses} the connections to it, and must connect again")];
    if environment.verdict.health == Health::Bad {
        all.push("a reboot takes away what could still be looked at: sessions, waits, locks".to_owned());
    }
    all
}

#[cfg(test)]
mod tests;
