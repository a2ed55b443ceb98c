//! The demo's environments put to sleep and woken, driven to their ends at high speed: what they had comes back.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::engine::headless::{Outlook, View, picture};
use crate::environment::{Wish, Wishes};
use crate::kinds::{Context, Joins};
use crate::operations::Site;
use crate::operations::environment_actions;
use crate::world::Health;

async fn look(demo: &Arc<dyn Cloud>) -> Outlook {
    let mut wish = Wish::new("kajimaru");
    wish.protected = Some(false);
    let wishes = Wishes { environments: vec![wish], ..Wishes::default() };
    let view = View { wishes, zone: TimeZone::UTC };
    picture(demo, &view, &mut |_, _| {}).await.expect("the demo has places")
}

/// Takes an environment through `verb` and tells how it ended.
async fn turn(demo: &Arc<dyn Cloud>, name: &str, verb: &str) -> Ending {
    let outlook = look(demo).await;
    let environment = outlook.picture.environment(&name.into()).expect("it is there");
    let (joins, zone) = (Joins::of(&outlook.world), TimeZone::UTC);
    let cx = Context {
        world: &outlook.world,
        joins: &joins,
        scope: &environment.scopes[0],
        protected: environment.protected,
        now: outlook.at,
        zone: &zone,
    };
    let proposal = environment_actions::propose(verb, None, &Site { cx, environment }).expect("it is offered");
    let at = Circumstances::seen_at(outlook.at);
    let Ok(Let::Procedure(license, procedure)) = Gate::default().allow(proposal, &Answer::Yes, None, &at) else {
        panic!("nothing hinders it")
    };
    let errand = Errand { id: 1, license, procedure };
    drive(&**demo, errand, outlook.world.clone(), (&Logbook::default(), false), &mut |_| {}).await
}

fn desired(outlook: &Outlook, name: &str) -> u32 {
    outlook.picture.environment(&name.into()).map_or(0, |environment| environment.counts.tasks_desired)
}

#[tokio::test(start_paused = true)]
async fn what_is_awake_sleeps_and_comes_back_as_it_was() {
    for name in ["backend-dev", "city-poc", "kajimaru"] {
        let demo: Arc<dyn Cloud> = Arc::new(Demo::new(7, 60.0, jiff::Timestamp::UNIX_EPOCH).prompt());
        let before = desired(&look(&demo).await, name);
        let slept = turn(&demo, name, "sleep").await;
        assert_eq!(slept.how, How::Done, "{name}: {}", slept.says);
        let outlook = look(&demo).await;
        let asleep = outlook.picture.environment(&name.into()).expect("it is there");
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
        assert_eq!(woke.how, How::Done, "{name}: {}", woke.says);
        assert_eq!(desired(&look(&demo).await, name), before, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_sleeps_from_the_beginning_remembers_what_it_wakes_to() {
    let demo: Arc<dyn Cloud> = Arc::new(Demo::new(7, 60.0, jiff::Timestamp::UNIX_EPOCH).prompt());
    let woke = turn(&demo, "prooflink-dev", "wake").await;
    assert_eq!((woke.how, desired(&look(&demo).await, "prooflink-dev")), (How::Done, 1), "{}", woke.says);
}
