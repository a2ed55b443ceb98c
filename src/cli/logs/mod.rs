//! `toban logs`: lines of an environment or of one of its things, merged by time, as text, as JSON, or as templates; once or
//! going on. Where lines may be missing it says so. Reading is the engine's, what is meant by it `logs`'s.

mod print;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp};

use super::change::environment;
use super::exit::{Exit, Failure, is_credentials};
use super::interrupt::interrupt;
use super::read;
use super::read::CommandContext;
use super::{args, output, resolve};
use crate::engine::headless::Snapshot;
use crate::engine::log_reader::read_page;
use crate::engine::read_requests::read_in_turn;
use crate::environment::Member;
use crate::kinds::catalog::kind;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::logs::feed::Feed;
use crate::logs::filter::server_pattern;
use crate::logs::mark::deployed_at;
use crate::logs::{Limit, LineKey, Located, Origin, Span, Wanted, locate_all, marks, parse_moment};
use crate::overview::EnvironmentStatus;
use crate::text::harmless;
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, Resource, ResourceId, World};
use print::Printer;

/// What has lines, by the lists it stands in.
const LISTS: [&str; 5] = ["services", "tasks", "functions", "databases", "instances"];
/// How often the account is read again while lines are followed.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// Runs it.
///
/// # Errors
/// When the target is not clear, nothing at all can be read, or stdout fails.
pub(super) async fn run(context: &CommandContext, args: &args::Logs) -> Result<Exit, Failure> {
    let now = context.cloud.now();
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let from = parse_moment(&args.since, now, &context.view.zone).map_err(usage)?;
    let to =
        args.until.as_deref().map(|text| parse_moment(text, now, &context.view.zone)).transpose().map_err(usage)?;
    if to.is_some_and(|to| to <= from) {
        return Err(usage("--until is not after --since".to_owned()));
    }
    let snapshot = read::once(context).await?;
    let (name, owners) = target(&snapshot, &args.target)?;
    let wanted = Wanted { task: args.task.clone(), container: args.container.clone() };
    let located = locate_all(&snapshot.world, &owners, &wanted);
    let beside = beside(&snapshot, &name, &owners);
    let pattern = args.grep.as_deref().map(server_pattern);
    let span = Span { from, to, follow: args.follow, pattern, patience: usize::MAX };
    let mut printer = Printer::new(context, args, name);
    for note in &located.notes {
        printer.note(note)?;
    }
    if located.sources.is_empty() {
        let why = crate::logs::mark::silence(&snapshot.world, &owners).join("\n  ");
        let why = if why.is_empty() { String::new() } else { format!("\n  {}", harmless(&why)) };
        return Err(Failure::new(Exit::Failed, format!("there are no lines of {} to read{why}", args.target)));
    }
    let feed = Feed::new(located.sources, span, Limit::default(), (now, context.view.zone.clone()));
    Run { context, args, wanted, owners, beside, feed, world: snapshot.world, printer, read_at: now }.on().await
}

/// What `ENV[/TARGET]` names: everything of an environment that has lines, or one thing.
fn target<'s>(snapshot: &'s Snapshot, typed: &str) -> Result<(EnvironmentName, Vec<ResourceId>), Failure> {
    let (env, name) = typed.split_once('/').map_or((typed, None), |(env, name)| (env, Some(name)));
    let environment = environment(snapshot, env)?;
    let listed =
        |id: &ResourceId| kind(id.kind).and_then(|kind| kind.shown()).is_some_and(|shown| LISTS.contains(&shown.list));
    let members = environment.members.iter().filter(|member| listed(&member.id));
    let Some(name) = name else {
        let all = members.filter(|member| !is_of_service(snapshot, &member.id)).map(|member| member.id.clone());
        return Ok((environment.name.clone(), all.collect()));
    };
    // Ids of tasks hold any few letters somewhere: they are looked through only where no other name is meant.
    let (tasks, others): (Vec<_>, Vec<_>) =
        members.partition(|member| snapshot.world.get::<Task>(&member.id).is_some());
    let labels = |members: &[&'s Member]| {
        let mut known: Vec<(&'s str, &'s ResourceId)> = Vec::new();
        for member in members {
            let key = member.id.key.rsplit(['/', ':']).next().unwrap_or_default();
            for label in [member.name.as_str(), key] {
                if !known.iter().any(|(there, _)| *there == label) {
                    known.push((label, &member.id));
                }
            }
        }
        known
    };
    let (others, tasks) = (labels(&others), labels(&tasks));
    let named = |known: &[(&'s str, &'s ResourceId)]| known.iter().map(|(label, _)| *label).collect::<Vec<&'s str>>();
    let what = format!("target of {}", environment.name);
    let chosen = resolve(name, &named(&others), &what)
        .or_else(|failure| resolve(name, &named(&tasks), &what).map_err(|_| failure))?;
    let known: Vec<(&str, &ResourceId)> = others.into_iter().chain(tasks).collect();
    let id = known.iter().find(|(label, _)| *label == chosen).map(|(_, id)| (*id).clone());
    let id = id.ok_or_else(|| Failure::new(Exit::NotFound, format!("there is no target `{typed}`")))?;
    Ok((environment.name.clone(), vec![id]))
}

/// Tasks of services are read with their service.
fn is_of_service(snapshot: &Snapshot, id: &ResourceId) -> bool {
    let Some(task) = snapshot.world.get::<Task>(id) else { return false };
    let mine = |service: &Service| {
        Some(service.name.as_str()) == task.service() && service.cluster.last() == task.cluster.last()
    };
    snapshot.world.all::<Service>(&id.scope).any(mine)
}

/// What is told of between the lines: the owners, and the alarms of their environment.
fn beside(snapshot: &Snapshot, name: &EnvironmentName, owners: &[ResourceId]) -> Vec<ResourceId> {
    let of = |environment: &EnvironmentStatus| {
        let alarms = environment.members.iter().filter(|member| {
            kind(member.id.kind).and_then(|kind| kind.shown()).is_some_and(|shown| shown.list == "alarms")
        });
        alarms.map(|member| member.id.clone()).collect::<Vec<_>>()
    };
    let alarms = snapshot.picture.environment(name).map(of).unwrap_or_default();
    owners.iter().cloned().chain(alarms).collect()
}

/// One run of the command.
struct Run<'d> {
    context: &'d CommandContext,
    args: &'d args::Logs,
    wanted: Wanted,
    owners: Vec<ResourceId>,
    beside: Vec<ResourceId>,
    feed: Feed,
    world: World,
    printer: Printer<'d>,
    read_at: Timestamp,
}

impl Run<'_> {
    async fn on(mut self) -> Result<Exit, Failure> {
        let marked = self.feed.mark(&marks(&self.world, &self.beside), self.context.cloud.now());
        let mut fresh: Vec<LineKey> = if self.args.follow { marked } else { Vec::new() };
        let cloud = std::sync::Arc::clone(&self.context.cloud);
        let mut open = FuturesUnordered::new();
        loop {
            let now = cloud.now();
            for ask in self.feed.tail.due(now) {
                open.push(read_page(&*cloud, ask));
            }
            if open.is_empty() && self.feed.tail.is_done() {
                break;
            }
            // While something is on its way nothing else falls due but what it brings.
            let pause = self.feed.tail.next_at().map(|at| at.duration_since(now).max(SignedDuration::from_millis(1)));
            let pause = pause.unwrap_or(SignedDuration::from_secs(60)).min(AGAIN);
            let answer = tokio::select! {
                answer = open.next(), if !open.is_empty() => answer,
                () = cloud.pause(pause), if open.is_empty() => None,
                () = interrupt() => {
                    self.printer.progress("");
                    return Err(Failure::new(Exit::Interrupted, ""));
                }
            };
            if let Some((number, got)) = answer {
                let brought = self.feed.hear(number, got, cloud.now());
                fresh.extend(brought.keys);
                for note in brought.notes {
                    self.printer.note(&note)?;
                }
            }
            if !self.out(&mut fresh, self.feed.tail.open() == 0)? {
                return Ok(Exit::Done);
            }
            if self.args.follow && cloud.now().duration_since(self.read_at) >= AGAIN {
                fresh.extend(self.look_again().await);
            }
        }
        self.end()
    }

    /// Prints what came; `false` if nobody reads it any more.
    fn out(&mut self, fresh: &mut Vec<LineKey>, whole: bool) -> Result<bool, Failure> {
        if self.args.group {
            fresh.clear();
            self.printer.progress(&format!("reading, {} lines", self.feed.store.len()));
            return Ok(true);
        }
        if self.args.follow {
            // What came from several sources at once goes out in order.
            if whole {
                fresh.sort_unstable();
                fresh.dedup();
                let keys = std::mem::take(fresh);
                return self.printer.lines(&self.feed, keys.into_iter());
            }
            return Ok(true);
        }
        fresh.clear();
        // What every source was read beyond stands in its final order.
        let sure = self.feed.tail.complete_to().as_millisecond();
        let keys: Vec<LineKey> = self.feed.store.iter().map(|line| line.key).take_while(|key| key.at < sure).collect();
        let goes_on = self.printer.lines(&self.feed, keys.iter().copied())?;
        if let Some(last) = keys.last() {
            self.feed.store.forget_through(*last);
        }
        Ok(goes_on)
    }

    /// Reads the account again: tasks that came have streams of their own, and what happened stands between the lines.
    async fn look_again(&mut self) -> Vec<LineKey> {
        let scopes: BTreeSet<_> = self.owners.iter().map(|id| id.scope.clone()).collect();
        let wants: Vec<ReadRequest> = scopes
            .iter()
            .flat_map(|scope| [ReadRequest::all(scope, Service::KIND), ReadRequest::all(scope, Task::KIND)])
            .collect();
        let read = read_in_turn(&*self.context.cloud, &mut self.world, &wants);
        // Lines go before: what takes long is asked for again the next time.
        let _ = tokio::time::timeout(Duration::from_secs(20), read).await;
        let now = self.context.cloud.now();
        self.read_at = now;
        let Located { sources, .. } = locate_all(&self.world, &self.owners, &self.wanted);
        self.feed.tail.relocate(sources, now);
        self.feed.mark(&marks(&self.world, &self.beside), now)
    }

    fn end(mut self) -> Result<Exit, Failure> {
        self.printer.progress("");
        if self.args.group {
            let since = deployed_at(&self.world, &self.owners);
            self.printer.templates(&self.feed, since)?;
        }
        let read = self.feed.tail.sources().count();
        let failing: Vec<String> = self
            .feed
            .tail
            .failing()
            .map(|(source, _, fault)| format!("{}\n  {}", fault.sentence(), fault.remedy(&source.scope)))
            .collect();
        let exit = if self.feed.tail.failing().any(|(_, _, fault)| is_credentials(fault)) {
            Exit::Credentials
        } else {
            Exit::Failed
        };
        if !failing.is_empty() && failing.len() == read {
            return Err(Failure::new(exit, failing.join("\n")));
        }
        if self.printer.printed == 0 {
            let place = |source: &crate::logs::LogSource| match &source.origin {
                Origin::Group { group, .. } => group.clone(),
                Origin::Files { instance } => format!("the log files of {instance}"),
            };
            let places: BTreeSet<String> = self.feed.tail.sources().map(place).collect();
            let places: Vec<String> = places.into_iter().collect();
            let mut note = format!("no lines in {} since {}", places.join(", "), self.args.since);
            for why in crate::logs::mark::silence(&self.world, &self.owners) {
                note.push_str(&format!("; {why}"));
            }
            self.printer.note(&note)?;
        }
        Ok(Exit::Done)
    }
}

impl Printer<'_> {
    fn progress(&self, text: &str) {
        output::progress(text);
    }
}

#[cfg(test)]
mod tests;
