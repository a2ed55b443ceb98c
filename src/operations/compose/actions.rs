//! What can be done with a target group of instances: deploy to them by the environment's recipe, go back, migrate.
//! Pure: offers, and plans with what a reader should know first; the procedure itself is in `operations::compose::rollout`.

use crate::kinds::target_group::TargetGroups;
use crate::operations::ResourceActions;
use std::collections::BTreeSet;

use super::{ComposeTarget, Member, Rollout};
use crate::change::gate::FRESH;
use crate::change::plan::{Difference, Plan};
use crate::change::procedure::Proposal;
use crate::environment::Recipe;
use crate::environment::deploy_recipe::{reference, short};
use crate::kinds::cpu_credits::{self, Credits};
use crate::kinds::deploy_lock::{DeployLock, Lock, user};
use crate::kinds::resource_tags::TaggedResource;
use crate::kinds::target_group::model::TargetGroup;
use crate::kinds::target_health::Target;
use crate::operations::{Action, ActionContext, Prompt};
use crate::world::Resource;
use crate::world::read_request::ReadRequest;

impl ResourceActions for TargetGroups {
    fn actions(item: &TargetGroup, context: &ActionContext<'_>) -> Vec<Action> {
        actions(item, context)
    }

    fn propose(
        item: &TargetGroup,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        propose(item, verb, value, context)
    }
}

/// Instance classes that earn processor time slowly: a build may use up what they have saved.
const SLOW: &[&str] = &["t1.micro", "t2.nano", "t2.micro", "t2.small", "t3.nano", "t3.micro", "t4g.nano", "t4g.micro"];

fn targets<'a>(item: &'a TargetGroup, context: &'a ActionContext<'a>) -> &'a [Target] {
    context.cx.resource_index.health_of(context.cx.scope, item.arn.as_str()).map_or(&[], |health| &health.targets)
}

fn of_instances(item: &TargetGroup) -> bool {
    item.target_type.as_deref() == Some("instance")
}

/// What toban's tags said when tags were last read: minutes ago, so never more than a notice.
fn tags(item: &TargetGroup, context: &ActionContext<'_>) -> DeployLock {
    let tagged = context.cx.world.by_key::<TaggedResource>(context.cx.scope, item.arn.as_str());
    tagged.map(|tagged| DeployLock::of(&item.arn, &tagged.tags)).unwrap_or_default()
}

/// What can be done with `item`.
pub(crate) fn actions(item: &TargetGroup, context: &ActionContext<'_>) -> Vec<Action> {
    if !of_instances(item) {
        return Vec::new();
    }
    let recipe = context.environment.deploy.as_ref();
    let disabled_reason = match recipe {
        None => Some(unknown(context)),
        Some(_) if targets(item, context).is_empty() => Some("no instance is registered in the group".to_owned()),
        Some(_) => None,
    };
    let initial = recipe.map(|recipe| recipe.reference.clone()).unwrap_or_default();
    let reads = if recipe.is_some() { credits(item, context) } else { Vec::new() };
    let back = if reads.is_empty() { Prompt::Nothing } else { Prompt::Look { reads: reads.clone() } };
    let prompt = "branch, tag or commit".to_owned();
    let prompt =
        if reads.is_empty() { Prompt::Text { prompt, initial } } else { Prompt::Informed { prompt, initial, reads } };
    let none = recipe.is_some_and(|recipe| recipe.migrate.is_none());
    let migrate = disabled_reason.clone().or_else(|| none.then(|| "the recipe has no `migrate`".to_owned()));
    vec![
        Action::new("deploy", "bring the instances to a commit, one at a time")
            .asking(prompt)
            .disabled_reason(disabled_reason.clone()),
        Action::new("rollback", "bring the instances back to the commit before, one at a time")
            .asking(back)
            .disabled_reason(disabled_reason),
        Action::new("migrate", "run the recipe's migration on the first instance").disabled_reason(migrate),
    ]
}

/// What to read of the instances that may be short of CPU credits when they build.
fn credits(item: &TargetGroup, context: &ActionContext<'_>) -> Vec<ReadRequest> {
    let spends = |id: &str| class(id, context).is_some_and(cpu_credits::burstable);
    let spenders: BTreeSet<&str> =
        targets(item, context).iter().map(|target| target.id.as_str()).filter(|id| spends(id)).collect();
    spenders.into_iter().map(|id| cpu_credits::wants(context.cx.scope, id)).collect()
}

fn class<'a>(id: &'a str, context: &'a ActionContext<'_>) -> Option<&'a str> {
    context.cx.resource_index.instance(context.cx.scope, id)?.class.as_deref()
}

/// The credits of an instance, if they were read a moment ago and some were reported.
fn earned<'a>(id: &str, context: &ActionContext<'a>) -> Option<&'a Credits> {
    let read_at = context.cx.world.store(context.cx.scope, Credits::KIND)?.read_at(id)?;
    let known = context.cx.world.by_key::<Credits>(context.cx.scope, id)?;
    (known.balance.is_some() && context.cx.world.age(read_at, context.cx.now) <= FRESH).then_some(known)
}

/// What is said of the processor time the instances have for a build: whose credits are low; and of the first whose
/// credits are not known, that its class is small.
fn starving(members: &[Member], context: &ActionContext<'_>) -> Vec<String> {
    let low = |member: &Member| Some(format!("{} {}", member.name, cpu_credits::low(earned(&member.id, context)?)?));
    let unknown = |member: &&Member| {
        earned(&member.id, context).is_none() && class(&member.id, context).is_some_and(|class| SLOW.contains(&class))
    };
    let message = "is of a small burstable class: building images may use up its CPU credits, look at CPUCreditBalance";
    let small = members.iter().find(unknown).map(|member| format!("{} {message}", member.name));
    members.iter().filter_map(low).chain(small).collect()
}

fn unknown(context: &ActionContext<'_>) -> String {
    format!(
        "toban does not know how: write [environment.{}.deploy] with kind = \"compose\" into the configuration",
        context.environment.name
    )
}

/// Makes an offer a procedure.
///
/// # Errors
/// A sentence: why it cannot be done, and what to do instead.
pub(crate) fn propose(
    item: &TargetGroup,
    verb: &str,
    value: Option<&str>,
    context: &ActionContext<'_>,
) -> Result<Proposal, String> {
    if !of_instances(item) {
        return Err(format!("{} has no instances; deploy the service behind it", item.name));
    }
    let recipe = context.environment.deploy.clone().ok_or_else(|| unknown(context))?;
    let members = members(item, context);
    if members.is_empty() {
        return Err(format!("no instance is registered in {}; there is nothing to deploy to", item.name));
    }
    let aim = match verb {
        "deploy" => ComposeTarget::Place(reference(value.unwrap_or(&recipe.reference))?),
        "rollback" => ComposeTarget::Back,
        "migrate" => match &recipe.migrate {
            Some(command) => ComposeTarget::Migrate(command.clone()),
            None => return Err(format!("the recipe of {} has no `migrate`", context.environment.name)),
        },
        other => return Err(format!("a target group knows no {other:?}")),
    };
    let plan = plan(item, context, (&recipe, &aim), &members);
    let caller = context.cx.world.identity(context.cx.scope).map(|who| &who.arn);
    Ok(Proposal::Procedure(Box::new(Rollout::new(plan, recipe, aim, members, user(caller)))))
}

fn members(item: &TargetGroup, context: &ActionContext<'_>) -> Vec<Member> {
    let name = |id: &str| {
        let instance = context.cx.resource_index.instance(context.cx.scope, id);
        instance.and_then(|instance| instance.name.clone()).unwrap_or_else(|| id.to_owned())
    };
    let instances = targets(item, context).iter().filter(|target| target.id.starts_with("i-"));
    let mut members: Vec<Member> = instances
        .map(|target| Member {
            id: target.id.clone(),
            name: name(&target.id),
            port: target.port.or(item.port).unwrap_or(80),
        })
        .collect();
    members.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    members
}

fn plan(
    item: &TargetGroup,
    context: &ActionContext<'_>,
    (recipe, aim): (&Recipe, &ComposeTarget),
    members: &[Member],
) -> Plan {
    let (count, known) = (members.len(), tags(item, context));
    let each = if count == 1 { "1 instance".to_owned() } else { format!("{count} instances") };
    let message = match aim {
        ComposeTarget::Place(to) => format!("deploy {to} to {each} of {}, one at a time", item.name),
        ComposeTarget::Back => format!("bring {each} of {} back to the commit before, one at a time", item.name),
        ComposeTarget::Migrate(_) => format!("migrate the database from the first instance of {}", item.name),
    };
    let compose = recipe.file.as_ref().map(|file| format!("-f {file} ")).unwrap_or_default();
    let place = (recipe.user.as_str(), recipe.directory.as_str());
    let mut calls = vec![
        "elasticloadbalancing:AddTags a lock of an hour, renewed while it goes on".to_owned(),
        format!("ssm:SendCommand on every instance, as {} in {}: git fetch, status, disk", place.0, place.1),
    ];
    match aim {
        ComposeTarget::Migrate(command) => calls.push(format!("ssm:SendCommand on {}: {command}", first(members))),
        ComposeTarget::Place(_) | ComposeTarget::Back => calls.extend([
            "on each instance in turn:".to_owned(),
            "elasticloadbalancing:DeregisterTargets, unless it is the last healthy one; wait until it has drained"
                .to_owned(),
            format!(
                "ssm:SendCommand git checkout --detach COMMIT, docker compose {compose}up -d --build; then the check"
            ),
            "elasticloadbalancing:RegisterTargets, wait until it is healthy".to_owned(),
        ]),
    }
    calls.push("elasticloadbalancing:RemoveTags the lock".to_owned());
    let mut plan = context.plan(message, item.id(context.cx.scope), calls);
    let healthy = targets(item, context).iter().filter(|target| target.state == "healthy").count();
    if healthy < 2 && !matches!(aim, ComposeTarget::Migrate(_)) {
        plan.notices.push(format!("{healthy} of {count} targets are healthy: it will not begin with fewer than 2"));
    }
    if let Some(lock) = known.held.as_deref().and_then(Lock::read).filter(|lock| lock.holds(context.cx.now)) {
        plan.notices.push(format!("{} was deploying there when tags were last read", lock.user));
    }
    if let Some(out) = known.drained() {
        plan.notices.push(format!("{} was left out of the group by an earlier deployment: it goes first", out.id));
    }
    if !matches!(aim, ComposeTarget::Migrate(_)) {
        plan.notices.extend(starving(members, context));
    }
    match aim {
        ComposeTarget::Place(to) => {
            plan.differences.push(Difference { what: "commit".to_owned(), from: None, to: Some(to.clone()) })
        }
        ComposeTarget::Back => plan.differences.push(Difference {
            what: "commit".to_owned(),
            from: None,
            to: known.previous.as_deref().map(|commit| short(commit).to_owned()),
        }),
        ComposeTarget::Migrate(_) => {
            plan.irreversible = Some("a migration is not undone by going back to an earlier commit".to_owned());
        }
    }
    plan
}

fn first(members: &[Member]) -> &str {
    members.first().map_or("the first instance", |member| member.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples::{Shelves, instance, scope};
    use crate::overview::EnvironmentStatus;

    fn member() -> Member {
        Member { id: instance().id, name: "kajimaru-ec2-01".to_owned(), port: 80 }
    }

    fn said(shelves: &Shelves) -> Vec<String> {
        let environment = EnvironmentStatus::new("kajimaru", vec![scope()]);
        shelves.seen(false, |cx| starving(&[member()], &ActionContext { cx: *cx, environment: &environment }))
    }

    fn left(balance: Option<f64>, unlimited: Option<bool>) -> Vec<String> {
        said(&Shelves::default().with([instance()]).with([Credits { id: instance().id, balance, unlimited }]))
    }

    #[test]
    fn low_credits_are_named_enough_are_not_and_unknown_ones_go_by_class() {
        let low = left(Some(11.4), Some(false));
        assert!(low.len() == 1 && low[0].starts_with("kajimaru-ec2-01 has 11 CPU credits left"), "{low:?}");
        assert!(low[0].ends_with(": a build may starve it"), "{low:?}");
        assert_eq!(left(Some(132.0), Some(false)), Vec::<String>::new());
        let unknown = [left(None, Some(false)), said(&Shelves::default().with([instance()]))];
        for message in unknown {
            assert!(message.len() == 1 && message[0].contains("small burstable class"), "{message:?}");
        }
    }

    #[test]
    fn unlimited_mode_starves_nothing_and_may_be_billed() {
        let message = left(Some(0.0), Some(true));
        assert!(message[0].contains("is not slowed down") && !message[0].contains("starve"), "{message:?}");
        let message = left(Some(0.0), None);
        assert!(message[0].ends_with("unless it is in unlimited mode, which is not known"), "{message:?}");
    }
}
