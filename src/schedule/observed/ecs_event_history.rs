//! When a service ran no task, read from the sentences of its events, which name the tasks that were started and
//! stopped. Pure. That a task ended by itself is told of nowhere: a night counts only if none
//! can have lived through it.

use jiff::Timestamp;

use super::uptime_history::{Mark, UptimeState};

/// What an event tells of tasks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TaskCountEvent {
    /// These were started.
    Started(Vec<String>),
    /// These were stopped, because fewer or newer ones are wanted or they were found unhealthy.
    Stopped(Vec<String>),
    /// As many run as are wanted.
    Steady,
}

impl TaskCountEvent {
    /// What a message tells: `(service web) has started 2 tasks: (task 01…) (task 02…).` (Amazon ECS Developer Guide,
    /// "Amazon ECS service event messages"). `None` for any other, and for one that does not name as many as it counts.
    #[must_use]
    pub fn of(message: &str) -> Option<Self> {
        let message = message.trim().trim_end_matches('.');
        if message.ends_with("has reached a steady state") {
            return Some(Self::Steady);
        }
        let of = |verb: &str| {
            let (count, rest) = message.split_once(verb)?.1.trim_start().split_once(' ')?;
            let count: usize = count.parse().ok()?;
            let ids: Vec<String> = rest
                .split("(task ")
                .skip(1)
                .filter_map(|task| task.split_once(')'))
                .map(|(id, _)| id.trim().to_owned())
                .collect();
            (ids.len() == count).then_some(ids)
        };
        of(" has started ").map(Self::Started).or_else(|| of(" has stopped ").map(Self::Stopped))
    }
}

/// How many tasks there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count {
    /// Running or starting now.
    pub now: usize,
    /// As many as it is to run at the most; `None` if nobody knows.
    pub most: Option<usize>,
}

/// What was seen of a service from `since`, when the oldest of its events was told, until `now`, by what they tell in
/// the order of time.
#[must_use]
pub fn marks(told: &[(Timestamp, TaskCountEvent)], count: Count, (since, now): (Timestamp, Timestamp)) -> Vec<Mark> {
    let history = History::of(told, count);
    let turns: Vec<&(Timestamp, TaskCountEvent)> =
        told.iter().filter(|(_, one)| *one != TaskCountEvent::Steady).collect();
    let mut marks = Vec::new();
    for (before, (start, one)) in std::iter::once(None).chain(turns.iter().map(Some)).zip(&turns) {
        if !matches!(one, TaskCountEvent::Started(_)) {
            continue;
        }
        let stop = match before {
            // One start after another: it was up.
            Some((_, TaskCountEvent::Started(_) | TaskCountEvent::Steady)) => continue,
            Some((stop, TaskCountEvent::Stopped(_))) => *stop,
            // It may have taken the place of one that ended by itself.
            None => {
                marks.push(Mark::found(*start, UptimeState::Up));
                continue;
            }
        };
        match history.was_empty(stop, *start) {
            Some(false) => {}
            Some(true) => marks.extend([Mark::turned(stop, UptimeState::Down), Mark::turned(*start, UptimeState::Up)]),
            None => marks.extend([Mark::left(stop, UptimeState::Up), Mark::found(*start, UptimeState::Up)]),
        }
    }
    let last = turns.last();
    if let Some((stop, TaskCountEvent::Stopped(_))) = last
        && count.now == 0
    {
        marks.push(Mark::turned(*stop, UptimeState::Down));
    }
    let is = if count.now > 0 { UptimeState::Up } else { UptimeState::Down };
    // How it was when the oldest event was told follows from what was seen first after it.
    let first = match marks.first() {
        Some(mark) => mark.before,
        // It was never without a task; that it is now is told of by no event.
        None if last.is_some() && is == UptimeState::Down => None,
        None => Some(is),
    };
    marks.insert(0, Mark::stood(since, first));
    marks.push(Mark::stood(now, Some(is)));
    marks
}

/// One task as far as it is told of.
struct Life<'t> {
    id: &'t str,
    /// `None` if it is older than the oldest event.
    started: Option<Timestamp>,
    /// `None` if it runs, or has ended by itself.
    stopped: Option<Timestamp>,
}

/// The tasks that are told of, and which of them have ended by themselves.
struct History<'t> {
    told: &'t [(Timestamp, TaskCountEvent)],
    /// In the order they are told of.
    lives: Vec<Life<'t>>,
    /// As many of those that nobody stopped run, the newest; the others have ended at some time.
    running: usize,
    count: Count,
}

impl<'t> History<'t> {
    fn of(told: &'t [(Timestamp, TaskCountEvent)], count: Count) -> Self {
        let mut lives: Vec<Life<'t>> = Vec::new();
        for (at, one) in told {
            match one {
                TaskCountEvent::Started(ids) => {
                    lives.extend(ids.iter().map(|id| Life { id, started: Some(*at), stopped: None }));
                }
                TaskCountEvent::Stopped(ids) => {
                    for id in ids {
                        match lives.iter_mut().find(|life| life.id == id) {
                            Some(life) => life.stopped = Some(*at),
                            None => lives.push(Life { id, started: None, stopped: Some(*at) }),
                        }
                    }
                }
                TaskCountEvent::Steady => {}
            }
        }
        let unstopped = lives.iter().filter(|life| life.stopped.is_none()).count();
        Self { told, lives, running: count.now.min(unstopped), count }
    }

    /// Whether no task ran between `stop` and `start`, the next one; `None` if that is not certain.
    fn was_empty(&self, stop: Timestamp, start: Timestamp) -> Option<bool> {
        // Some that run are older than all that is told.
        if self.count.now > self.running || self.certain(stop, start) > 0 {
            return Some(false);
        }
        // When it was steady with as many as it ever has, all of which are known, nobody else was there.
        let most = self.count.most.filter(|most| *most > 0)?;
        let steady =
            self.told.iter().rev().filter(|(at, one)| *one == TaskCountEvent::Steady && *at <= stop).map(|(at, _)| *at);
        let whole = steady.into_iter().find(|at| self.certain(*at, *at) >= most)?;
        // One that was started since then, and neither was stopped nor runs, ended by itself at some time.
        let (ended, _) = self.unstopped();
        let since = |life: &&&Life<'_>| life.started.is_some_and(|from| whole < from && from < start);
        ended.iter().find(since).is_none().then_some(true)
    }

    /// How many tasks are certain to have been there at `at`, of those that were started before `until`.
    fn certain(&self, at: Timestamp, until: Timestamp) -> usize {
        let (_, running) = self.unstopped();
        let stopped = self.lives.iter().filter(|life| life.stopped.is_some_and(|to| to > at));
        let there = |life: &&Life<'_>| life.started.is_none_or(|from| from < until);
        stopped.filter(there).count() + running.iter().filter(|life| there(life)).count()
    }

    /// Those that nobody stopped: the ones that have ended by themselves, and the ones that run.
    fn unstopped(&self) -> (Vec<&Life<'t>>, Vec<&Life<'t>>) {
        let mut all: Vec<&Life<'t>> = self.lives.iter().filter(|life| life.stopped.is_none()).collect();
        let running = all.split_off(all.len().saturating_sub(self.running));
        (all, running)
    }
}
