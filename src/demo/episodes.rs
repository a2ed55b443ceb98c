//! The episodes: what happens when, in seconds of the simulation, over and over. Each system's
//! file says who it happens to. Pure; every course is a function of the moment alone.

use super::builders::State;

/// How far back courses are told: what stopped longer ago is not shown by AWS either.
const TOLD: i64 = 5400;

/// The beginnings of an episode that repeats, up to `now` and a little back.
fn beginnings(now: i64, first: i64, period: i64) -> impl Iterator<Item = i64> {
    let last = (now - first).div_euclid(period);
    let from = (now - TOLD - first).div_euclid(period);
    (from..=last).map(move |at| first + at * period)
}

/// ProofLink in production: a force-new-deployment whose tasks leak, every half hour.
pub(super) mod leak {
    use super::beginnings;
    use crate::demo::builders::Course;
    use crate::demo::{Life, Script};

    /// When the first deployment began.
    const FIRST: i64 = -431;
    /// How often it happens again.
    const EVERY: i64 = 1800;
    /// Seconds into the deployment until targets answer 502.
    const SICK: i64 = 180;
    /// Seconds into the deployment until all is well again.
    const WELL: i64 = 1023;
    /// When the tasks of three of the four places are killed, in seconds into the deployment.
    const KILLS: [(u32, &[i64]); 3] =
        [(1, &[215, 370, 560, 760, 960]), (2, &[222, 500, 700, 900]), (3, &[230, 530, 730, 930])];

    fn deployments(now: i64) -> impl Iterator<Item = i64> {
        beginnings(now, FIRST, EVERY).filter(|at| *at >= FIRST)
    }

    /// The service's course.
    pub(crate) fn script(now: i64) -> Script {
        let mut script = Script::steady(118, 4);
        for at in deployments(now) {
            let rollout = script.rollouts.len();
            script.roll(at, 118, 4);
            for (slot, kills) in KILLS {
                let fresh = script.lives.iter().rposition(|life| life.slot == slot && life.rollout == rollout);
                let Some(mut index) = fresh else { continue };
                for kill in kills {
                    let mut next = Life::new(slot, rollout, at + kill + 8);
                    (next.up, next.ready) = (next.made + 17, next.made + 32);
                    if let Some(life) = script.lives.get_mut(index) {
                        life.sick = Some((life.ready.max(at + SICK), at + kill));
                        life.exhaust(at + kill);
                    }
                    index = script.lives.len();
                    script.lives.push(next);
                }
            }
        }
        script
    }

    /// The course of an alarm that follows the trouble `late` seconds behind.
    pub(crate) fn alarm(now: i64, late: i64, calm: f64, wild: f64) -> Course {
        let mut course = vec![(-20 * 86_400, "OK", calm)];
        for at in deployments(now) {
            course.extend([(at + SICK + late, "ALARM", wild), (at + WELL + 2 * late, "OK", calm)]);
        }
        course
    }
}

/// The municipal system in production: a rollout that stops half way for want of capacity, every two hours.
pub(super) mod stall {
    use super::beginnings;
    use crate::demo::{Life, Rollout, Script};

    const FIRST: i64 = -740;
    const EVERY: i64 = 7200;
    /// Seconds into the deployment until there is room again.
    const ROOM: i64 = 2240;

    /// The Backend's course.
    pub(crate) fn script(now: i64) -> Script {
        let mut script = Script::steady(63, 4);
        for (at, revision) in beginnings(now, FIRST, EVERY).filter(|at| *at >= FIRST).zip(64..) {
            let rollout = script.rollouts.len();
            let old: Vec<usize> = (0..script.lives.len()).rev().take(4).collect();
            // Half may be missing and none may be too many: two go, two come, two more go, and then nobody comes.
            for (place, index) in old.into_iter().enumerate() {
                let Some(life) = script.lives.get_mut(index) else { continue };
                life.leave(at + if place < 2 { 10 } else { 95 });
                let made = at + if place < 2 { 12 } else { ROOM };
                let slot = life.slot;
                script.lives.push(Life::new(slot, rollout, made));
            }
            let why = "Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
            script.message.push((at + 135, format!("(service Backend) was unable to place a task. {why}")));
            script.rollouts.push(Rollout { from: at, done: Some(at + ROOM + 90), revision, failed: None });
        }
        script
    }
}

/// The API backend's development stage: a deployment from the pipeline every twenty minutes.
pub(super) mod pipeline {
    use super::beginnings;
    use crate::demo::Script;
    use crate::demo::builders::Course;

    const FIRST: i64 = -60;
    const EVERY: i64 = 1200;

    /// The service's course.
    pub(crate) fn script(now: i64) -> Script {
        let first = (now - super::TOLD - FIRST).div_euclid(EVERY);
        let revision = |index: i64| i32::try_from(212 + index).unwrap_or(212);
        let mut script = Script::steady(revision(first - 1), 2);
        for (at, index) in beginnings(now, FIRST, EVERY).zip(first..) {
            script.roll(at, revision(index), 1);
        }
        script
    }

    /// The course of an alarm that flaps.
    pub(crate) fn flapping(now: i64) -> Course {
        let turn = |at: i64| [(at, "ALARM", 2.6), (at + 90, "OK", 1.1)];
        std::iter::once((-20 * 86_400, "OK", 1.1)).chain(beginnings(now, 150, 240).flat_map(turn)).collect()
    }
}

/// The shop's staging: `web` is deployed blue/green every three hours and pauses for an answer, `api` every hour as a
/// canary.
pub(super) mod release {
    use super::beginnings;
    use crate::demo::Script;
    use crate::demo::shift::ShiftBy;

    /// When the first begins, how often it happens again, and its revision.
    const WEB: (i64, i64, i32) = (-420, 3 * 3600, 41);
    const API: (i64, i64, i32) = (-480, 3600, 12);

    /// The course of `web`: nobody answers its pause, so that it always goes back to what ran before the first.
    pub(crate) fn web(now: i64) -> Script {
        let (first, every, revision) = WEB;
        let mut script = Script::steady(revision - 1, 2).shifting(ShiftBy::BlueGreen);
        for at in beginnings(now, first, every).filter(|at| *at >= first) {
            let number = i32::try_from((at - first) / every).unwrap_or_default();
            script.shift(at, revision + number, ShiftBy::BlueGreen);
        }
        script
    }

    /// The course of `api`: each release goes well.
    pub(crate) fn api(now: i64) -> Script {
        let (first, every, revision) = API;
        let began = (now - super::TOLD - first).div_euclid(every);
        let of = |index: i64| revision + i32::try_from(index).unwrap_or_default();
        let mut script = Script::steady(of(began - 1), 2).shifting(ShiftBy::Canary);
        // The two groups swap with each release, whichever of them is told first.
        script.side = usize::from((began - 1).rem_euclid(2) == 1);
        for (at, index) in beginnings(now, first, every).zip(began..) {
            script.shift(at, of(index), ShiftBy::Canary);
        }
        script
    }
}

/// kajimaru: for two minutes an hour every health check is answered 301, and the load balancer fails open.
pub(super) fn fails_open(now: i64) -> bool {
    (900..1020).contains(&now.rem_euclid(3600))
}

/// The municipal system's proof of concept: its database was started four minutes ago.
pub(super) fn waking_database() -> Vec<State> {
    vec![(-9 * 3600, "stopped"), (-240, "starting"), (300, "available")]
}
