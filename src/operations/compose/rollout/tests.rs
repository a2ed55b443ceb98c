//! The machine against a yard of two instances that does what the changes say: whole runs, failing ones, locks, and a
//! run killed after each of its steps.

use std::collections::BTreeMap;

mod lost;

use super::*;
use crate::change::How;
use crate::environment::deploy_recipe::Check;
use crate::kinds::command_invocation::{Invocation, part};
use crate::kinds::deploy_lock::PREVIOUS;
use crate::kinds::target_group::TargetGroup;
use crate::world::{Arn, Coverage, FaultKind, Reading, Scope, World};

const OLD: &str = "0123456789abcdef0123456789abcdef01234567";
const NEW: &str = "89abcdef0123456789abcdef0123456789abcdef";
const GROUP: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/kajimaru-TG/1";

/// Two instances, a target group and its tags.
#[derive(Clone)]
struct Yard {
    now: Timestamp,
    states: BTreeMap<&'static str, String>,
    heads: BTreeMap<&'static str, (String, Option<String>)>,
    tags: BTreeMap<String, String>,
    runs: Vec<(Vec<String>, BTreeMap<&'static str, String>)>,
    /// What fails: `place i-2`, `check i-1`, …
    fails: Vec<&'static str>,
    /// Instances that never become healthy on the new commit.
    sick: Vec<&'static str>,
    dirty: u32,
    free: u64,
    deeds: Vec<String>,
    fewest: usize,
    /// Throttles the next changes.
    throttles: usize,
    /// The answer to this script is lost, and whether it runs all the same.
    loses: Option<(&'static str, bool)>,
}

fn scope() -> Scope {
    Scope::new("p", "ap-northeast-1")
}

fn group() -> ResourceId {
    ResourceId { kind: TargetGroup::KIND, scope: scope(), key: GROUP.into() }
}

impl Yard {
    fn new() -> Self {
        let each = ["i-1", "i-2"];
        Self {
            now: "2026-11-21T05:00:00Z".parse().expect("a time"),
            states: each.map(|id| (id, "healthy".to_owned())).into(),
            heads: each.map(|id| (id, (OLD.to_owned(), None))).into(),
            tags: BTreeMap::new(),
            runs: Vec::new(),
            fails: Vec::new(),
            sick: Vec::new(),
            dirty: 0,
            free: 9_000_000,
            deeds: Vec::new(),
            fewest: 2,
            throttles: 0,
            loses: None,
        }
    }

    fn world(&self) -> World {
        let mut world = World::default();
        let scope = scope();
        let mut put = |kind, found| world.put(&scope, kind, &Coverage::All, Ok(found), self.now);
        let node = |id: &&str| Node {
            id: (*id).to_owned(),
            name: None,
            computer: None,
            ping: "Online".to_owned(),
            pinged_at: None,
            agent: None,
            platform: None,
            ip: None,
        };
        put(Node::KIND, Reading::whole(["i-1", "i-2"].iter().map(node).collect()).into());
        let target = |(id, state): (&&'static str, &String)| Target {
            id: (*id).to_owned(),
            port: Some(80),
            zone: None,
            state: state.clone(),
            reason: None,
            description: None,
            check_port: None,
            overridden: None,
            anomaly: None,
        };
        let targets = self.states.iter().map(target).collect();
        put(TargetHealth::KIND, Reading::whole(vec![TargetHealth { group: Arn::from(GROUP), targets }]).into());
        put(DeployLock::KIND, Reading::whole(vec![DeployLock::of(&Arn::from(GROUP), &self.tags)]).into());
        let runs = self.runs.iter().enumerate().flat_map(|(at, (nodes, what))| {
            let names = [format!("c-{at}"), what.get("mark").cloned().unwrap_or_default()];
            let named = move |name: String| nodes.iter().map(move |node| self.invocation(&name, node, what));
            names.into_iter().flat_map(named).collect::<Vec<_>>()
        });
        put(Invocation::KIND, Reading::whole(runs.collect()).into());
        world
    }

    fn invocation(&self, command: &str, node: &str, what: &BTreeMap<&'static str, String>) -> Invocation {
        let doing = what.get("what").cloned().unwrap_or_default();
        let (head, placed) = self.heads.get(node).cloned().expect("an instance");
        let old = head == OLD && ["place", "check"].contains(&doing.as_str());
        let failed = self.fails.contains(&format!("{doing} {node}").as_str()) && !old;
        let output = match doing.as_str() {
            "survey" => format!(
                "toban:head={head}\ntoban:dirty={}\ntoban:free={}\ntoban:placed={}\ntoban:commit={}\n",
                self.dirty,
                self.free,
                placed.unwrap_or_default(),
                match what.get("reference").map(String::as_str) {
                    Some("main") => NEW,
                    Some(OLD) => OLD,
                    _ => "",
                },
            ),
            _ => "some output\n".to_owned(),
        };
        Invocation {
            key: part(command, node),
            status: if failed { "Failed" } else { "Success" }.to_owned(),
            details: None,
            code: Some(i32::from(failed)),
            output,
            errors: if failed { "no space left on device\n".to_owned() } else { String::new() },
            started: None,
            ended: None,
        }
    }

    /// Does a change as AWS would.
    fn does(&mut self, change_request: &ChangeRequest) -> Result<Receipt, Fault> {
        if self.throttles > 0 {
            self.throttles -= 1;
            return Err(Fault::new(FaultKind::Throttled, "elasticloadbalancing:AddTags", "slow down"));
        }
        let arguments: BTreeMap<&'static str, String> = change_request.arguments.iter().cloned().collect();
        let id = |name: &str| ["i-1", "i-2"].into_iter().find(|id| arguments.get(name).is_some_and(|all| all == id));
        let mut receipt = Receipt::default();
        match change_request.verb {
            "label" => {
                for (name, value) in &arguments {
                    match value.as_str() {
                        "" => self.tags.remove(*name),
                        _ => self.tags.insert((*name).to_owned(), value.clone()),
                    };
                }
            }
            "register" => {
                let id = id("target").expect("an instance");
                let ill = self.sick.contains(&id) && self.heads.get(id).is_some_and(|(head, _)| head == NEW);
                self.states.insert(id, if ill { "unhealthy" } else { "healthy" }.to_owned());
            }
            "deregister" => {
                self.states.remove(id("target").expect("an instance"));
            }
            "run" => {
                let is_lost = self.loses.filter(|(what, _)| arguments.get("what").is_some_and(|is| is == what));
                if let Some((what, false)) = is_lost {
                    self.deeds.push(format!("run {what}"));
                    return Err(lost::fault());
                }
                receipt.facts = vec![("command", format!("c-{}", self.runs.len()))];
                if let Some(id) = id("nodes") {
                    let fine = !self.fails.contains(&format!("check {id}").as_str());
                    let head = self.heads.get_mut(id).expect("an instance");
                    match arguments.get("what").map(String::as_str) {
                        Some("place") => *head = (arguments["commit"].clone(), None),
                        Some("check") if fine || head.0 == OLD => head.1 = Some(head.0.clone()),
                        _ => {}
                    }
                }
                let nodes = arguments["nodes"].split(',').map(str::to_owned).collect();
                self.runs.push((nodes, arguments.clone()));
                if let Some((what, true)) = is_lost {
                    self.deeds.push(format!("run {what}"));
                    return Err(lost::fault());
                }
            }
            other => panic!("an unknown deed {other}"),
        }
        let what = arguments.get("what").or_else(|| arguments.get("target")).cloned().unwrap_or_default();
        self.deeds.push(format!("{} {what}", change_request.verb).trim().to_owned());
        self.fewest = self.fewest.min(self.states.values().filter(|state| *state == "healthy").count());
        Ok(receipt)
    }

    /// Drives a run for `steps` steps, or to its end.
    fn drive(&mut self, rollout: &mut Rollout, steps: usize) -> Option<Ending> {
        for _ in 0..steps {
            let wants = rollout.wants(self.now);
            assert!(wants.iter().any(|want| want.kind == TargetHealth::KIND));
            let world = self.world();
            let observation = Observation { world: &world, faults: &[], now: self.now };
            let step = rollout.step(&observation);
            assert!(!rollout.report(&observation).message.is_empty());
            match step {
                Step::End(ending) => return Some(ending),
                Step::Wait(span) => self.now += span,
                Step::Act(changes) => {
                    for change in changes {
                        let change_request = change.change_request();
                        assert_eq!(change.plan().scope, scope());
                        let got = self.does(&change_request);
                        rollout.told(&change_request, &got, self.now);
                    }
                }
            }
        }
        None
    }

    fn run(&mut self, aim: ComposeTarget) -> Ending {
        self.drive(&mut rollout(aim, "yuki"), 5000).expect("an end")
    }

    fn heads(&self) -> Vec<&str> {
        self.heads.values().map(|(head, _)| head.as_str()).collect()
    }
}

fn rollout(aim: ComposeTarget, user: &str) -> Rollout {
    let recipe = Recipe {
        directory: "/home/ssm-user/kajimaru".to_owned(),
        user: "ssm-user".to_owned(),
        file: Some("docker-compose.prod.yml".to_owned()),
        health: Check::Path { path: "/health".to_owned(), host: None },
        reference: "main".to_owned(),
        migrate: None,
    };
    let member = |id: &str| Member { id: id.to_owned(), name: format!("ec2-{id}"), port: 80 };
    let plan = Plan::new("deploy", "kajimaru".into(), group(), Vec::new());
    Rollout::new(plan, recipe, aim, vec![member("i-1"), member("i-2")], user.to_owned())
}

fn to_main() -> ComposeTarget {
    ComposeTarget::Place("main".to_owned())
}

#[test]
fn one_instance_after_the_other_and_never_none() {
    let mut yard = Yard::new();
    let ending = yard.run(to_main());
    assert_eq!((ending.how, ending.message.as_str()), (How::Done, "2 instances run 89abcdef and serve"));
    assert_eq!((yard.heads(), yard.fewest), (vec![NEW, NEW], 1));
    let each = ["label", "deregister i-1", "run place", "run check", "register i-1"];
    let other = ["label", "deregister i-2", "run place", "run check", "register i-2"];
    let all: Vec<&str> = ["label", "run survey"].into_iter().chain(each).chain(other).chain(["label"]).collect();
    assert_eq!(yard.deeds, all);
    assert_eq!(yard.tags.keys().collect::<Vec<_>>(), [PREVIOUS], "the lock is given back, the way back is kept");
    assert_eq!(yard.tags[PREVIOUS], OLD);

    let deeds = yard.deeds.len();
    let again = yard.run(to_main());
    assert!(again.how == How::Done && again.message.contains("already"), "{}", again.message);
    assert_eq!(yard.deeds[deeds..], ["label", "run survey", "label"], "a second run changes nothing");

    let back = yard.run(ComposeTarget::Back);
    assert_eq!((back.how, yard.heads()), (How::Done, vec![OLD, OLD]));
    assert_eq!(yard.tags[PREVIOUS], NEW);
}

#[test]
fn the_last_healthy_target_is_never_taken_out() {
    let mut yard = Yard::new();
    yard.states.insert("i-2", "unhealthy".to_owned());
    let ending = yard.run(to_main());
    assert_eq!(ending.how, How::Failed);
    assert!(ending.message.contains("1 of 2 targets are healthy"), "{}", ending.message);
    assert!(!yard.deeds.iter().any(|change_request| change_request.starts_with("deregister")), "{:?}", yard.deeds);

    // The other falls ill between the survey and the draining.
    let mut yard = Yard::new();
    let mut run = rollout(to_main(), "yuki");
    while !matches!(run.phase, Phase::Drain(0, _)) {
        assert_eq!(yard.drive(&mut run, 1), None);
    }
    yard.states.insert("i-2", "unhealthy".to_owned());
    let ending = yard.drive(&mut run, 5000).expect("an end");
    assert!(ending.how == How::Failed && ending.message.contains("last healthy target"), "{}", ending.message);
    assert!(!yard.deeds.iter().any(|change_request| change_request.starts_with("deregister")));
    assert!(!yard.tags.contains_key(LOCK) && !yard.tags.contains_key(OUT), "{:?}", yard.tags);
}

#[test]
fn an_instance_that_fails_goes_back_and_the_rest_stays() {
    for fails in ["place i-2", "check i-2"] {
        let mut yard = Yard::new();
        yard.fails = vec![fails];
        let ending = yard.run(to_main());
        assert_eq!(ending.how, How::Incomplete);
        for said in ["ec2-i-2 failed", "no space left", "back on 01234567 and serves", "ec2-i-1 on 89abcdef"] {
            assert!(ending.message.contains(said), "{said:?} is not in {:?}", ending.message);
        }
        assert_eq!((yard.heads(), yard.fewest), (vec![NEW, OLD], 1));
        assert!(yard.states.values().all(|state| state == "healthy") && !yard.tags.contains_key(LOCK));
    }
}

#[test]
fn an_instance_that_never_becomes_healthy_goes_back() {
    let mut yard = Yard::new();
    yard.sick = vec!["i-1"];
    let ending = yard.run(to_main());
    assert_eq!((ending.how, yard.heads()), (How::Incomplete, vec![OLD, OLD]));
    assert!(
        ending.message.contains("did not become healthy") && ending.message.contains("ec2-i-2 untouched"),
        "{}",
        ending.message
    );
    assert!(!yard.deeds.contains(&"deregister i-2".to_owned()));
}

#[test]
fn a_lock_of_somebody_else_holds_until_it_expires() {
    let mut yard = Yard::new();
    let until = yard.now + SignedDuration::from_mins(30);
    yard.tags.insert(LOCK.to_owned(), Lock { user: "kenji".to_owned(), until }.text());
    let ending = yard.run(to_main());
    assert!(ending.how == How::Failed && ending.message.contains("kenji is deploying"), "{}", ending.message);
    assert!(yard.deeds.is_empty());
    yard.now = until + SignedDuration::from_secs(1);
    let mut run = rollout(to_main(), "yuki");
    assert_eq!(yard.drive(&mut run, 4), None);
    assert!(run.took_over.as_deref().is_some_and(|said| said.contains("kenji")));
    assert_eq!(yard.drive(&mut run, 5000).map(|ending| ending.how), Some(How::Done));

    yard.tags.insert(LOCK.to_owned(), "please wait".to_owned());
    let ending = yard.run(to_main());
    assert!(ending.how == How::Failed && ending.message.contains("no lock of toban's"), "{}", ending.message);
}

#[test]
fn a_lock_that_is_taken_over_stops_the_run_where_it_is() {
    let mut yard = Yard::new();
    let mut run = rollout(to_main(), "yuki");
    while !matches!(run.phase, Phase::Placing(0, _)) {
        assert_eq!(yard.drive(&mut run, 1), None);
    }
    let until = yard.now + SignedDuration::from_mins(60);
    yard.tags.insert(LOCK.to_owned(), Lock { user: "kenji".to_owned(), until }.text());
    let deeds = yard.deeds.len();
    let ending = yard.drive(&mut run, 5000).expect("an end");
    assert!(ending.how == How::Incomplete && ending.message.contains("kenji has taken the lock"), "{}", ending.message);
    assert_eq!(yard.deeds.len(), deeds, "nothing more is done");
}

#[test]
fn killed_after_any_step_it_goes_on_where_it_was() {
    let mut steps = 0;
    loop {
        let mut yard = Yard::new();
        let mut killed = rollout(to_main(), "yuki");
        if yard.drive(&mut killed, steps).is_some() {
            break;
        }
        // The group no longer knows who is out of it: only the registered ones are members of the new run.
        let mut next = rollout(to_main(), "yuki");
        next.members.retain(|member| yard.states.contains_key(member.id.as_str()));
        next.done.truncate(next.members.len());
        next.found.truncate(next.members.len());
        let ending = yard.drive(&mut next, 5000).expect("an end");
        assert_eq!(ending.how, How::Done, "killed after {steps}: {}", ending.message);
        assert_eq!(yard.heads(), [NEW, NEW], "killed after {steps}");
        assert!(yard.states.len() == 2 && yard.fewest >= 1, "killed after {steps}: {:?}", yard.states);
        assert!(!yard.tags.contains_key(LOCK) && !yard.tags.contains_key(OUT), "killed after {steps}: {:?}", yard.tags);
        steps += 1;
    }
    assert!(steps > 20, "only {steps} steps");
}

#[test]
fn what_is_not_in_order_is_said_before_anything_is_touched() {
    type Bend = fn(&mut Yard);
    let cases: [(Bend, &str); 5] = [
        (|yard| yard.dirty = 2, "ec2-i-1 has 2 changed files"),
        (|yard| yard.free = 1_000_000, "MB of disk left"),
        (|yard| yard.heads.get_mut("i-2").expect("it").0 = "f".repeat(40), "different commits"),
        (|yard| yard.fails = vec!["survey i-2"], "ec2-i-2: the command failed with exit code 1"),
        (|_| {}, "there is no branch, tag or commit \"nope\""),
    ];
    for (bend, message) in cases {
        let mut yard = Yard::new();
        bend(&mut yard);
        let aim = if message.contains("nope") { ComposeTarget::Place("nope".to_owned()) } else { to_main() };
        let ending = yard.run(aim);
        assert!(ending.how == How::Failed && ending.message.contains(message), "{message:?}: {}", ending.message);
        assert_eq!(
            (yard.deeds, yard.tags.len()),
            (vec!["label".to_owned(), "run survey".to_owned(), "label".to_owned()], 0)
        );
    }
    let ending = Yard::new().run(ComposeTarget::Back);
    assert!(ending.how == How::Failed && ending.message.contains("names no commit"), "{}", ending.message);
}

#[test]
fn a_throttled_change_is_made_again() {
    let mut yard = Yard::new();
    let mut run = rollout(to_main(), "yuki");
    let mut ending = None;
    while ending.is_none() {
        yard.throttles = usize::from(run.again.is_none() && yard.now.as_second() % 7 == 0);
        ending = yard.drive(&mut run, 1);
        yard.now += SignedDuration::from_secs(1);
    }
    assert_eq!((ending.map(|ending| ending.how), yard.heads()), (Some(How::Done), vec![NEW, NEW]));
}

#[test]
fn a_long_run_renews_its_lock() {
    let mut yard = Yard::new();
    let mut run = rollout(to_main(), "yuki");
    while !matches!(run.phase, Phase::Draining(0)) {
        assert_eq!(yard.drive(&mut run, 1), None);
    }
    yard.states.insert("i-1", "draining".to_owned());
    let before = yard.tags[LOCK].clone();
    yard.now += SignedDuration::from_mins(45);
    assert_eq!(yard.drive(&mut run, 2), None);
    assert!(yard.tags[LOCK] > before, "{} after {before}", yard.tags[LOCK]);
}

#[test]
fn a_migration_touches_no_target_and_is_never_taken_back() {
    let aim = || ComposeTarget::Migrate("./manage.py migrate".to_owned());
    let mut yard = Yard::new();
    assert_eq!(yard.run(aim()).how, How::Done);
    assert_eq!(yard.deeds, ["label", "run survey", "run migrate", "label"]);
    let mut yard = Yard::new();
    yard.fails = vec!["migrate i-1"];
    let ending = yard.run(aim());
    assert!(ending.how == How::Incomplete && ending.message.contains("nothing was rolled back"), "{}", ending.message);
}

#[test]
fn what_aws_does_not_take_at_the_moment_is_said_while_it_is_waited_for() {
    let mut yard = Yard { throttles: 1, ..Yard::new() };
    let mut rollout = rollout(to_main(), "yuki");
    assert_eq!(yard.drive(&mut rollout, 2), None);
    let world = yard.world();
    let message = rollout.report(&Observation { world: &world, faults: &[], now: yard.now }).message;
    assert!(message.starts_with("tries again in a moment: "), "{message}");
    assert_eq!(yard.drive(&mut rollout, 5000).expect("an end").how, How::Done);
}
