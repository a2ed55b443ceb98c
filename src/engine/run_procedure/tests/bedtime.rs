//! The demo's environments put to sleep and woken, driven to their ends at high speed: what they had comes back.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::engine::headless::{Snapshot, View, picture};
use crate::environment::{ConfiguredEnvironments, EnvironmentConfig};
use crate::kinds::{KindContext, ResourceIndex};
use crate::operations::ActionContext;
use crate::operations::environment_actions;
use crate::world::Health;

async fn look(demo: &Arc<dyn Cloud>) -> Snapshot {
    let mut environment_config = EnvironmentConfig::new("kajimaru");
    environment_config.protected = Some(false);
    let configured_environments =
        ConfiguredEnvironments { environments: vec![environment_config], ..ConfiguredEnvironments::default() };
    let view = View { configured_environments, zone: TimeZone::UTC };
    picture(demo, &view, &mut |_, _| {}).await.expect("the demo has places")
}

/// Takes an environment through `verb` and tells how it ended.
async fn turn(demo: &Arc<dyn Cloud>, name: &str, verb: &str) -> Ending {
    let snapshot = look(demo).await;
    let environment = snapshot.picture.environment(&name.into()).expect("it is there");
    let (resource_index, zone) = (ResourceIndex::of(&snapshot.world), TimeZone::UTC);
    let cx = KindContext {
        world: &snapshot.world,
        resource_index: &resource_index,
        scope: &environment.scopes[0],
        protected: environment.protected,
        now: snapshot.at,
        zone: &zone,
    };
    let proposal = environment_actions::propose(verb, None, &ActionContext { cx, environment }).expect("it is offered");
    let at = GateContext::seen_at(snapshot.at);
    let Ok(Admitted::Procedure(license, procedure)) = Gate::default().allow(proposal, &Confirmation::Yes, None, &at)
    else {
        panic!("nothing hinders it")
    };
    let procedure_run = ProcedureRun { id: 1, license, procedure, limit: None };
    run_procedure(&**demo, procedure_run, snapshot.world.clone(), (&JournalWriter::default(), false), &mut |_| {}).await
}

fn desired(snapshot: &Snapshot, name: &str) -> u32 {
    snapshot.picture.environment(&name.into()).map_or(0, |environment| environment.counts.tasks_desired)
}

#[tokio::test(start_paused = true)]
async fn what_is_awake_sleeps_and_comes_back_as_it_was() {
    for name in ["backend-dev", "city-poc", "kajimaru"] {
        let demo: Arc<dyn Cloud> = Arc::new(Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt());
        let before = desired(&look(&demo).await, name);
        let slept = turn(&demo, name, "sleep").await;
        assert_eq!(slept.how, How::Done, "{name}: {}", slept.message);
        let snapshot = look(&demo).await;
        let asleep = snapshot.picture.environment(&name.into()).expect("it is there");
        assert_eq!(
            (asleep.verdict.health, asleep.counts.tasks_desired),
            (Health::Asleep, 0),
            "{name}: {:?}",
            asleep.verdict
        );
        if before > 0 {
            assert!(asleep.verdict.headline().starts_with("asleep, wakes to "), "{}", asleep.verdict.headline());
        }
        let woke = turn(&demo, name, "wake").await;
        assert_eq!(woke.how, How::Done, "{name}: {}", woke.message);
        assert_eq!(desired(&look(&demo).await, name), before, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_sleeps_from_the_beginning_remembers_what_it_wakes_to() {
    let demo: Arc<dyn Cloud> = Arc::new(Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt());
    let woke = turn(&demo, "prooflink-dev", "wake").await;
    assert_eq!((woke.how, desired(&look(&demo).await, "prooflink-dev")), (How::Done, 1), "{}", woke.message);
}
