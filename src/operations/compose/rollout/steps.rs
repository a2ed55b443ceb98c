//! The steps of a deployment to instances, phase by phase, and what follows from a change that went through or was
//! refused. Pure.

use super::commands::{Run, Trouble};
use super::{ARRIVES, ComposeTarget, LOOK, Phase, Rollout, SignedDuration, Timestamp};
use crate::change::{Ending, Observation, Step};
use crate::environment::short;
use crate::kinds::command_invocation::{Invocation, part};
use crate::kinds::deploy_lock::{OUT, PREVIOUS};
use crate::kinds::managed_node::Node;
use crate::kinds::target_health::TargetHealth;
use crate::world::ReadRequest;
use crate::world::{Fault, Resource};

impl Rollout {
    /// The runs of a command on some instances, to be read.
    pub(super) fn watched(&self, at: &[usize], run: &Run) -> Vec<ReadRequest> {
        let nodes = at.iter().filter_map(|at| self.members.get(*at));
        nodes.map(|node| ReadRequest::part(&self.plan.scope, Invocation::KIND, &part(&run.command, &node.id))).collect()
    }

    /// The step of the phase.
    pub(super) fn go(&mut self, observation: &Observation<'_>) -> Step {
        match self.phase.clone() {
            Phase::Begin => self.begin(observation),
            Phase::Locking(since) => self.locking(since, observation),
            Phase::Survey => self.survey(observation),
            Phase::Surveying(run) => self.surveyed(&run, observation),
            Phase::Next => self.next(observation),
            Phase::Mark(at) => self.mark(at, observation),
            Phase::Drain(at, since) => self.drain(at, since, observation),
            Phase::Draining(at) => match self.target(at, observation).map(|target| target.state.as_str()) {
                None | Some("unused") => {
                    self.phase = Phase::Place(at);
                    Step::Wait(SignedDuration::ZERO)
                }
                Some(_) => Step::Wait(LOOK),
            },
            Phase::Place(at) => self.place(at),
            Phase::Placing(at, run) => {
                let came = self.came(at, &run, observation);
                self.after(came, (at, &run), Phase::Check(at), observation)
            }
            Phase::Check(at) => {
                let port = self.members.get(at).map_or(80, |member| member.port);
                let message = format!("check that {} serves", self.name(at));
                let what = vec![("what", "check".to_owned())];
                self.run(&[at], message, crate::operations::compose::check(&self.recipe, port), what)
            }
            Phase::Checking(at, run) => {
                let came = self.came(at, &run, observation);
                self.after(came, (at, &run), Phase::Register(at), observation)
            }
            Phase::Register(at) => self.register(at, true),
            Phase::Arriving(at, since) => self.arriving(at, since, observation),
            Phase::Migrate => self.migrate(),
            Phase::Migrating(run) => self.migrated(&run, observation),
            Phase::Unlock(ending) => self.finish(ending),
            Phase::Over(ending) => Step::End(ending),
        }
    }

    fn survey(&mut self, observation: &Observation<'_>) -> Step {
        let offline = self.members.iter().find(|member| {
            observation.world.by_key::<Node>(&self.plan.scope, &member.id).is_none_or(|node| node.ping != "Online")
        });
        if let Some(member) = offline {
            let message = format!(
                "nothing was changed: {} is not online in Systems Manager; look at its agent, its role and its route",
                member.name
            );
            return self.finish(Ending::failed(message));
        }
        let reference = match &self.aim {
            ComposeTarget::Place(reference) => Some(reference.as_str()),
            ComposeTarget::Back => self.remembered.as_deref(),
            ComposeTarget::Migrate(_) => None,
        };
        if reference.is_none() && self.aim == ComposeTarget::Back {
            let message = format!(
                "nothing was changed: the tag {PREVIOUS} names no commit that ran before; deploy one by \
                                name (`git reflog` on an instance tells what there was)"
            );
            return self.finish(Ending::failed(message));
        }
        let all: Vec<usize> = (0..self.members.len()).collect();
        let what = vec![("what", "survey".to_owned()), ("reference", reference.unwrap_or_default().to_owned())];
        self.run(
            &all,
            "look at every instance and fetch".to_owned(),
            crate::operations::compose::survey(&self.recipe, reference),
            what,
        )
    }

    fn next(&mut self, observation: &Observation<'_>) -> Step {
        let left: Vec<usize> = (0..self.members.len()).filter(|at| self.done.get(*at) == Some(&false)).collect();
        // What is out of the group goes first: it costs nobody anything.
        let chosen = left.iter().find(|at| !self.is_in(**at, observation)).or_else(|| left.first());
        match chosen {
            Some(at) => {
                self.output.clear();
                self.phase = Phase::Mark(*at);
                Step::Wait(SignedDuration::ZERO)
            }
            None => {
                let (count, commit) = (self.members.len(), self.commit.as_deref().map_or("?", short).to_owned());
                self.finish(Ending::done(format!("{count} instances run {commit} and serve")))
            }
        }
    }

    /// Notes which instance goes out, so that whoever comes after a crash can tell.
    fn mark(&mut self, at: usize, observation: &Observation<'_>) -> Step {
        let Some(member) = self.members.get(at) else { return Step::Wait(LOOK) };
        let mut set = vec![(OUT, format!("{}:{}", member.id, member.port))];
        let before = self.before(at).map(str::to_owned);
        if let Some(before) = before.filter(|_| !self.touched) {
            set.push((PREVIOUS, before));
        }
        set.push(self.fresh_lock(observation.now));
        let message = format!("note that {} goes out of the group", self.name(at));
        Step::Act(vec![self.label(&message, set, Vec::new())])
    }

    fn drain(&mut self, at: usize, since: Timestamp, observation: &Observation<'_>) -> Step {
        if self.target(at, observation).is_none_or(|target| matches!(target.state.as_str(), "unused" | "draining")) {
            self.phase = Phase::Draining(at);
            return Step::Wait(SignedDuration::ZERO);
        }
        // The reading is of this very step, and the health of the group could not be read means that it is not known.
        let blind = observation.faults.iter().any(|(want, _)| want.kind == TargetHealth::KIND);
        if !blind && self.others(at, observation) > 0 {
            return self.register(at, false);
        }
        if observation.now.duration_since(since) < ARRIVES && self.touched {
            return Step::Wait(LOOK);
        }
        let name = self.name(at).to_owned();
        let message = format!("{name} is the last healthy target of the group, so it was not taken out");
        let rest = self.rest(at);
        let some = self.done.iter().any(|done| *done);
        self.finish(if some {
            Ending::incomplete(format!("{message}; {rest}. Bring another target to health and deploy again"))
        } else {
            Ending::failed(format!("nothing was changed: {message}"))
        })
    }

    fn place(&mut self, at: usize) -> Step {
        let Some(commit) = self.wanted(at) else { return Step::Wait(LOOK) };
        let message = match self.trouble {
            Some(_) => format!("bring {} back to {}", self.name(at), short(&commit)),
            None => format!("bring {} to {}", self.name(at), short(&commit)),
        };
        let what = vec![("what", "place".to_owned()), ("commit", commit.clone())];
        self.run(&[at], message, crate::operations::compose::place(&self.recipe, &commit), what)
    }

    fn arriving(&mut self, at: usize, since: Timestamp, observation: &Observation<'_>) -> Step {
        if self.target(at, observation).is_some_and(|target| target.state == "healthy") {
            self.out = false;
            if let Some(why) = self.trouble.take() {
                let (name, before) =
                    (self.name(at).to_owned(), self.before(at).map_or("what it ran", short).to_owned());
                let message = format!("{name} failed: {why}. It is back on {before} and serves; {}", self.rest(at));
                return self.finish(Ending::incomplete(message));
            }
            if let Some(done) = self.done.get_mut(at) {
                *done = true;
            }
            self.phase = Phase::Next;
            return Step::Wait(SignedDuration::ZERO);
        }
        if observation.now.duration_since(since) <= ARRIVES {
            return Step::Wait(LOOK);
        }
        let seen = self.target(at, observation).map(|target| {
            let why = target.description.as_deref().or(target.reason.as_deref()).unwrap_or_default();
            format!(" ({} {why})", target.state)
        });
        self.fail(at, format!("it did not become healthy in the group within 10 minutes{}", seen.unwrap_or_default()))
    }

    fn migrate(&mut self) -> Step {
        let ComposeTarget::Migrate(command) = &self.aim else { return Step::Wait(LOOK) };
        let message = format!("migrate the database from {}", self.name(0));
        let what = vec![("what", "migrate".to_owned())];
        self.run(&[0], message, crate::operations::compose::migrate(&self.recipe, command), what)
    }

    fn migrated(&mut self, run: &Run, observation: &Observation<'_>) -> Step {
        match self.came(0, run, observation) {
            None => Step::Wait(run.pace(observation.now)),
            Some(Ok(())) => self.finish(Ending::done(format!("the migration ran to its end on {}", self.name(0)))),
            Some(Err(Trouble::Failed(why))) => {
                let message = format!("{why}; the database is as the migration left it, and nothing was rolled back");
                self.finish(Ending::incomplete(message))
            }
            Some(Err(Trouble::Unseen(why))) => {
                let message = format!(
                    "whether the migration ran is not known: {why}; look at the database before it is run again"
                );
                self.finish(Ending::incomplete(message))
            }
        }
    }

    /// A change went through, as `run` if it was a command; or it may have, and is looked for.
    pub(super) fn went(&mut self, run: Run) {
        let now = run.since;
        self.phase = match self.phase.clone() {
            Phase::Begin => Phase::Locking(now),
            Phase::Survey => Phase::Surveying(run),
            Phase::Mark(at) => Phase::Drain(at, now),
            Phase::Drain(at, _) => {
                (self.touched, self.out) = (true, true);
                Phase::Draining(at)
            }
            Phase::Place(at) => {
                self.touched = true;
                Phase::Placing(at, run)
            }
            Phase::Check(at) => Phase::Checking(at, run),
            Phase::Register(at) => Phase::Arriving(at, now),
            Phase::Migrate => {
                self.touched = true;
                Phase::Migrating(run)
            }
            Phase::Unlock(ending) => Phase::Over(ending),
            same => same,
        };
    }

    /// A change was refused for good.
    pub(super) fn refused(&mut self, fault: &Fault) {
        let why = fault.sentence();
        // What may have been done did not change nothing.
        self.touched |= fault.answer_lost;
        self.phase = match self.phase.clone() {
            Phase::Begin if fault.answer_lost => Phase::Over(Ending::incomplete(format!(
                "whether the lock was taken is not known; it ends by itself, and nothing else was changed: {why}"
            ))),
            Phase::Begin => Phase::Over(Ending::failed(format!("nothing was changed: {why}"))),
            Phase::Unlock(mut ending) => {
                ending.message.push_str(&format!("; the lock could not be given back ({why}) and ends by itself"));
                Phase::Over(ending)
            }
            Phase::Place(at) | Phase::Check(at) | Phase::Register(at)
                if self.trouble.is_none() && self.before(at).is_some() =>
            {
                self.trouble = Some(why);
                Phase::Place(at)
            }
            Phase::Place(at) | Phase::Check(at) | Phase::Register(at) => {
                let first = self.trouble.get_or_insert_with(|| why.clone());
                let message = format!("{first}; then: {why}");
                let (name, rest) = (self.name(at).to_owned(), self.rest(at));
                Phase::Unlock(Ending::incomplete(format!("{name} is out of the group: {message}; {rest}")))
            }
            _ if self.touched => Phase::Unlock(Ending::incomplete(why)),
            _ => Phase::Unlock(Ending::failed(format!("nothing was changed: {why}"))),
        };
    }
}
