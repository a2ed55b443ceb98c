//! What a survey of the instances means: whether a deployment may begin, from which commit to which, and which
//! instances are done already. Pure.

use super::commands::{Run, Trouble};
use super::{ComposeTarget, Member, Phase, Rollout, SignedDuration};
use crate::change::{Ending, Observation, Step};
use crate::environment::short;
use crate::operations::compose::ScriptReport;

/// Less than this many kilobytes free, and a build may fill the disk: 2 GB.
const ROOM: u64 = 2 * 1024 * 1024;

impl Rollout {
    /// What follows once every instance has answered.
    pub(super) fn surveyed(&mut self, run: &Run, observation: &Observation<'_>) -> Step {
        let mut waits = false;
        for at in 0..self.members.len() {
            match self.came(at, run, observation) {
                None => waits = true,
                Some(Err(Trouble::Failed(why) | Trouble::Unseen(why))) => {
                    let message = format!("nothing was changed: {}: {why}", self.name(at));
                    return self.finish(Ending::failed(message));
                }
                Some(Ok(())) => {
                    let output = self
                        .invocation(at, run, observation)
                        .map(|seen| crate::operations::compose::found(&seen.output));
                    if let (Some(slot), Some(found)) = (self.found.get_mut(at), output) {
                        *slot = found;
                    }
                }
            }
        }
        if waits {
            return Step::Wait(run.pace(observation.now));
        }
        self.output.clear();
        match self.judge(observation) {
            Ok(()) if matches!(self.aim, ComposeTarget::Migrate(_)) => {
                self.phase = Phase::Migrate;
                Step::Wait(SignedDuration::ZERO)
            }
            Ok(()) if self.done.iter().all(|done| *done) => {
                self.out = false;
                let commit = self.commit.as_deref().map_or("?", short).to_owned();
                self.finish(Ending::done(format!("every instance runs {commit} already and serves; nothing to do")))
            }
            Ok(()) => {
                self.phase = Phase::Next;
                Step::Wait(SignedDuration::ZERO)
            }
            Err(why) => self.finish(Ending::failed(format!("nothing was changed: {why}"))),
        }
    }

    /// Whether it may begin.
    fn judge(&mut self, observation: &Observation<'_>) -> Result<(), String> {
        for (member, found) in self.members.iter().zip(&self.found) {
            let name = &member.name;
            match (found.dirty, found.free) {
                (Some(0), Some(free)) if free >= ROOM => {}
                (Some(0), Some(free)) => {
                    return Err(format!("{name} has {} MB of disk left; 2 GB are needed for a build", free / 1024));
                }
                (Some(count), _) => {
                    return Err(format!(
                        "{name} has {count} changed files in {}; commit or undo them there",
                        self.recipe.directory
                    ));
                }
                (None, _) => return Err(format!("{name} did not tell how its repository is")),
            }
            if found.head.is_none() {
                return Err(format!("{name} did not tell which commit it runs"));
            }
        }
        if matches!(self.aim, ComposeTarget::Migrate(_)) {
            return Ok(());
        }
        let commit = self.found.first().and_then(|found| found.commit.clone()).ok_or_else(|| match &self.aim {
            ComposeTarget::Place(reference) => {
                format!("there is no branch, tag or commit {reference:?} in the repository")
            }
            ComposeTarget::Back | ComposeTarget::Migrate(_) => {
                "the commit that ran before is not in the repository any more".to_owned()
            }
        })?;
        let mut other: Vec<&str> = self.found.iter().filter_map(|found| found.head.as_deref()).collect();
        other.retain(|head| *head != commit);
        other.sort_unstable();
        other.dedup();
        if other.len() > 1 {
            let each = self.members.iter().zip(&self.found);
            let runs = |(one, found): (&Member, &ScriptReport)| {
                format!("{} {}", one.name, found.head.as_deref().map_or("?", short))
            };
            let runs: Vec<String> = each.map(runs).collect();
            return Err(format!(
                "the instances run different commits ({}); bring them to one by hand",
                runs.join(", ")
            ));
        }
        let placed =
            |found: &ScriptReport| found.head.as_ref() == Some(&commit) && found.placed.as_ref() == Some(&commit);
        self.done = (0..self.members.len())
            .map(|at| {
                self.found.get(at).is_some_and(placed)
                    && self.target(at, observation).is_some_and(|one| one.state == "healthy")
            })
            .collect();
        self.commit = Some(commit);
        let inside = (0..self.members.len()).all(|at| self.is_in(at, observation));
        let healthy = self.targets(observation).iter().filter(|target| target.state == "healthy").count();
        if inside && healthy < 2 && self.done.contains(&false) {
            return Err(format!(
                "{healthy} of {} targets are healthy, and at least 2 must be before one is taken out",
                self.targets(observation).len()
            ));
        }
        Ok(())
    }
}
