//! `toban mute`, `toban unmute` and `toban mutes`: alarms of an environment, one or all, muted until a time, and which are.
//! Reads, names, proposes; the work is `operations::alarm`'s.

use serde_json::{Value, json};

use super::change::TakenUp;
use super::exit::{Exit, Failure};
use super::read::{self, CommandContext};
use super::schedule::aligned;
use super::{args, change, output};
use crate::engine::headless::Snapshot;
use crate::kinds::alarm::is_muted_by_hand;
use crate::kinds::mute_rule::MuteRule;
use crate::operations::actions_of;
use crate::operations::alarm::{MutedAlarm, muted};
use crate::overview::EnvironmentStatus;
use crate::text::stamp;
use crate::world::Resource;
use crate::world::read_request::ReadRequest;

/// Mutes or unmutes.
///
/// # Errors
/// When there is no such environment or alarm, it cannot be done, or AWS refuses it.
pub(super) async fn run(
    context: &CommandContext,
    verb: &str,
    (target, acting): (&str, &args::Acting),
    until: Option<&str>,
) -> Result<Exit, Failure> {
    let mut snapshot = read::once(context).await?;
    let rules = rules(&snapshot);
    let faults = change::consult(context, &mut snapshot, &rules).await;
    faults.iter().for_each(|fault| output::note(&format!("toban: {fault}\n")));
    let refused = |why: String| Failure::new(Exit::Failed, format!("{verb} {target}: {why}"));
    let taken_up = if target.contains('/') {
        let (environment, id) = change::target(&snapshot, target, &["alarms"], "alarm")?;
        let of = actions_of(id.kind).ok_or_else(|| refused("nothing can be done with it".to_owned()))?;
        change::at_site(context, &snapshot, (environment, &id), |context| {
            if let Some(message) = of.already(&id, verb, until, context) {
                return Ok(TakenUp::AlreadySo(message));
            }
            let offer = of.actions(&id, context).into_iter().find(|action| action.verb == verb);
            match offer.and_then(|action| action.disabled_reason) {
                Some(why) => Err(why),
                None => of.propose(&id, verb, until, context).map(TakenUp::Proposal),
            }
        })
    } else {
        let environment = change::environment(&snapshot, target)?;
        let proposed = change::at_whole(context, &snapshot, environment, |context| change::whole(verb, until, context));
        proposed.unwrap_or_else(|| Err(format!("{} has no members", environment.name)))
    };
    let taken_up = taken_up.map_err(refused)?;
    change::carry_out(context, snapshot, taken_up, ((verb, 1), acting)).await
}

/// The mute rules of every place, read anew: one that was made a moment ago counts.
fn rules(snapshot: &Snapshot) -> Vec<ReadRequest> {
    snapshot.world.scopes().iter().map(|scope| ReadRequest::all(scope, MuteRule::KIND)).collect()
}

/// Lists what is muted.
///
/// # Errors
/// When nothing could be read, or there is no such environment.
pub(super) async fn list(context: &CommandContext, args: &args::Mutes) -> Result<Exit, Failure> {
    let mut snapshot = read::once(context).await?;
    let rules = rules(&snapshot);
    let faults = change::consult(context, &mut snapshot, &rules).await;
    let chosen: Vec<&EnvironmentStatus> = match &args.env {
        Some(typed) => vec![change::environment(&snapshot, typed)?],
        None => snapshot.picture.environments.iter().collect(),
    };
    let mutes = muted(chosen, &snapshot.world, snapshot.at);
    if args.json {
        let all: Vec<Value> = mutes.iter().map(|mute| to_json(mute, &snapshot, context)).collect();
        let document = json!({ "at": stamp(snapshot.at, &context.view.zone), "mutes": all });
        output::json(&format!("{document}\n"))?;
    } else if mutes.is_empty() {
        output::data("no alarm is muted\n")?;
    } else {
        let titles = ["ENVIRONMENT", "ALARM", "STATE", "MUTED", "RULE"].map(str::to_owned).to_vec();
        let rows = mutes.iter().map(|mute| row(mute, &snapshot, context));
        output::data(&aligned(&std::iter::once(titles).chain(rows).collect::<Vec<_>>()))?;
    }
    faults.iter().for_each(|fault| output::note(&format!("toban: {fault}\n")));
    Ok(Exit::Done)
}

/// Its object in `toban mutes --json`.
fn to_json(mute: &MutedAlarm<'_>, snapshot: &Snapshot, context: &CommandContext) -> Value {
    let at = |at: Option<jiff::Timestamp>| at.map(|at| stamp(at, &context.view.zone));
    json!({
        "environment": mute.environment.name,
        "alarm": mute.alarm.name,
        "state": crate::text::word(&mute.alarm.state),
        "rule": mute.rule.name,
        "by_hand": is_muted_by_hand(mute.rule),
        "active": mute.rule.mutes(snapshot.at),
        "from": at(mute.rule.window.map(|window| window.from)),
        "until": at(mute.rule.window.map(|window| window.until)),
    })
}

fn row(mute: &MutedAlarm<'_>, snapshot: &Snapshot, context: &CommandContext) -> Vec<String> {
    vec![
        mute.environment.name.to_string(),
        mute.alarm.name.clone(),
        mute.state(),
        mute.times(snapshot.at, &context.view.zone),
        mute.rule.name.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::cloud::Cloud;
    use crate::config::Settings;
    use crate::demo::Demo;
    use crate::engine::headless::{View, picture};

    async fn demo() -> (CommandContext, Arc<dyn Cloud>) {
        let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0).prompt());
        let zone = jiff::tz::TimeZone::get("Asia/Tokyo").expect("a zone");
        let view = View { configured_environments: crate::demo::configured_environments(), zone };
        (
            CommandContext {
                cloud: Arc::clone(&cloud),
                settings: Settings::default(),
                view,
                memory: None,
                paint: None,
            },
            cloud,
        )
    }

    fn acting(confirm: Option<&str>) -> args::Acting {
        args::Acting { yes: true, confirm: confirm.map(str::to_owned), ..args::Acting::default() }
    }

    async fn listed(context: &CommandContext, cloud: &Arc<dyn Cloud>, env: &str) -> Vec<(String, String)> {
        let snapshot = picture(cloud, &context.view, &mut |_, _| {}).await.expect("it can be read");
        let environment = change::environment(&snapshot, env).expect("it");
        let all = muted([environment], &snapshot.world, snapshot.at);
        all.iter().map(|mute| (mute.alarm.name.clone(), mute.rule.name.clone())).collect()
    }

    #[tokio::test]
    async fn one_alarm_is_muted_listed_and_taken_back() {
        let (context, cloud) = demo().await;
        let exit = run(&context, "mute", ("prooflink-prod/5xx", &acting(Some("prooflink-prod"))), Some("+2h")).await;
        assert_eq!(exit.expect("it is muted"), Exit::Done);
        let all = listed(&context, &cloud, "prooflink-prod").await;
        assert_eq!(all.len(), 1, "{all:?}");
        assert!(all[0].1.starts_with("toban-mute-prooflink-prod-"), "{all:?}");
        // What the environment as a whole takes back is this one too.
        let exit = run(&context, "unmute", ("prooflink-prod", &acting(Some("prooflink-prod"))), None).await;
        assert_eq!(exit.expect("it is unmuted"), Exit::Done);
        assert!(listed(&context, &cloud, "prooflink-prod").await.is_empty());
    }

    #[tokio::test]
    async fn all_alarms_of_an_environment_are_muted_at_once_and_not_beyond_what_cloudwatch_takes() {
        let (context, cloud) = demo().await;
        let confirmed = acting(Some("prooflink-prod"));
        let far = run(&context, "mute", ("prooflink-prod", &confirmed), Some("+20d")).await.expect_err("too far");
        assert!(far.message.contains("15 days at most"), "{}", far.message);
        let exit = run(&context, "mute", ("prooflink-prod", &confirmed), Some("+2h")).await;
        assert_eq!(exit.expect("they are muted"), Exit::Done);
        let all = listed(&context, &cloud, "prooflink-prod").await;
        assert!(all.len() > 1 && all.iter().all(|(_, rule)| rule.contains("-all-")), "{all:?}");
        let one = run(&context, "unmute", (&format!("prooflink-prod/{}", all[0].0), &confirmed), None).await;
        let one = one.expect_err("it is muted with the others");
        assert!(one.message.contains("with the other alarms"), "{}", one.message);
    }

    #[tokio::test]
    async fn what_is_so_already_is_done_and_nothing_is_written() {
        let (context, cloud) = demo().await;
        // Nobody said yes: there is nothing to say it to.
        let nobody = args::Acting::default();
        let exit = run(&context, "unmute", ("prooflink-prod", &nobody), None).await;
        assert_eq!(exit.expect("nothing is muted"), Exit::Done);
        let exit = run(&context, "unmute", ("prooflink-prod/5xx", &nobody), None).await;
        assert_eq!(exit.expect("it is not muted"), Exit::Done);
        let confirmed = acting(Some("prooflink-prod"));
        let exit = run(&context, "mute", ("prooflink-prod", &confirmed), Some("+2h")).await;
        assert_eq!(exit.expect("they are muted"), Exit::Done);
        let before = listed(&context, &cloud, "prooflink-prod").await;
        for target in ["prooflink-prod", "prooflink-prod/5xx"] {
            let exit = run(&context, "mute", (target, &nobody), Some("+2h")).await;
            assert_eq!(exit.expect("it is muted as long"), Exit::Done);
            let longer = run(&context, "mute", (target, &acting(None)), Some("+3h")).await.expect_err("that is longer");
            assert_eq!(longer.exit, Exit::Refused);
        }
        assert_eq!(listed(&context, &cloud, "prooflink-prod").await, before);
    }

    #[tokio::test]
    async fn without_the_environments_name_a_protected_one_is_not_touched() {
        let (context, cloud) = demo().await;
        let refused = run(&context, "mute", ("prooflink-prod", &acting(None)), Some("+2h")).await.expect_err("refused");
        assert_eq!(refused.exit, Exit::Refused);
        assert!(listed(&context, &cloud, "prooflink-prod").await.is_empty());
    }
}
