//! How things stand, as questions: what bars a command, whose login ran out, how a change would be
//! judged.

use jiff::Timestamp;

use super::{Model, SLOW};
use crate::change::gate::{GateContext, Guard};
use crate::change::plan::Plan;
use crate::command::{Command, Need};
use crate::console::charts;
use crate::console::compare;
use crate::console::logs;
use crate::console::page::Page;
use crate::console::roll_back;
use crate::console::sessions;
use crate::console::take_back;
use crate::engine::poller::PollRequest;
use crate::kinds::catalog::kind;
use crate::operations::gate_context::Surroundings;
use crate::operations::tunnel;
use crate::world::{EnvironmentName, Fault, Scope, SourceName};

impl Model {
    /// Why a command that needs something cannot be used here; `None` if it can.
    #[must_use]
    pub fn disabled_reason(&self, need: Need) -> Option<String> {
        let no = |text: &str| Some(text.to_owned());
        match need {
            Need::Nothing => None,
            Need::Row | Need::Door if self.is_log() => None,
            Need::Row if self.row().is_none() => no("no row is selected"),
            Need::Subject | Need::Action if self.row().is_none() => no("no row is selected"),
            Need::Action if self.expired().is_some() => None,
            Need::Subject | Need::Action if self.is_sentence() => no("this line has no data yet"),
            Need::Door if self.row().is_none() => no("no row is selected"),
            Need::Door if self.door().is_none() => no("nothing to open here"),
            Need::Resource | Need::Web | Need::Shell | Need::Tunnel if self.resource().is_none() => {
                no("this row is not an AWS resource")
            }
            Need::Web if self.web().is_none() => no("this kind has no page in the web console"),
            Need::Login if self.expired().is_none() => no("no credentials ran out"),
            Need::Login if self.login_source().is_none() => {
                no("this source has no login command; renew its credentials as you got them, toban picks them up")
            }
            Need::Shell if self.resource().is_none_or(|id| sessions::session_access(self, id).is_none()) => {
                no("only instances, services and tasks have a shell")
            }
            Need::Tunnel if self.resource().is_none_or(|id| !tunnel::leads_to(id) && !tunnel::carries(id)) => {
                no("tunnels lead to databases, and to ports behind an instance, task or service")
            }
            Need::Measured if !charts::is_offered(self) => no("nothing is measured of this row"),
            Need::Lines if !logs::is_offered(self) => {
                no("only environments, services, tasks, functions and databases have logs")
            }
            Need::Failed if !take_back::is_offered(self) => no("nothing here failed that can be taken back"),
            Need::Comparable if compare::sides(self).is_none() => no("only deployments of a service are compared"),
            Need::Deployed if roll_back::target(self).is_none() => no(
                "only services, their tasks, functions and target groups of a recipe are rolled back; none is meant here",
            ),
            Need::Sought if self.is_log() => None,
            Need::Sought if !matches!(self.here(), Some(Page::Viewer(text)) if !text.search.is_empty()) => {
                Some(format!("no search is active; {} starts one", self.key_of(Command::Search)))
            }
            Need::Row
            | Need::Subject
            | Need::Action
            | Need::Door
            | Need::Resource
            | Need::Web
            | Need::Shell
            | Need::Tunnel
            | Need::Sought
            | Need::Lines
            | Need::Measured
            | Need::Comparable
            | Need::Failed
            | Need::Deployed
            | Need::Login => None,
        }
    }

    /// Whether the reader looks at log lines.
    fn is_log(&self) -> bool {
        matches!(self.here(), Some(Page::Logs(_)))
    }

    /// Whether the row here is but a sentence in place of what is not there: a fleet that is still read, an environment
    /// that is gone.
    fn is_sentence(&self) -> bool {
        let placed = matches!(self.here(), Some(Page::Fleet(_) | Page::Environment(..) | Page::Schedule(..)));
        placed && self.door().is_none() && self.environment().is_none()
    }

    /// How a reader comes to a command: its key, or its name where it has none.
    #[must_use]
    pub fn key_of(&self, command: Command) -> String {
        self.settings.keymap.shown(command).unwrap_or_else(|| format!(":{}", command.spec().name))
    }

    /// Whether a hint should name a command that needs something: as [`Model::disabled_reason`], but cheap enough for
    /// every
    /// frame, so that it tells kinds apart and not how one of them is at the moment.
    #[must_use]
    pub fn usable(&self, need: Need) -> bool {
        match need {
            Need::Shell => self.resource().and_then(|id| kind(id.kind)).is_some_and(|kind| kind.shell()),
            Need::Nothing
            | Need::Row
            | Need::Subject
            | Need::Action
            | Need::Door
            | Need::Resource
            | Need::Web
            | Need::Tunnel
            | Need::Sought
            | Need::Lines
            | Need::Measured
            | Need::Comparable
            | Need::Failed
            | Need::Deployed
            | Need::Login => self.disabled_reason(need).is_none(),
        }
    }

    /// The web console's page of the resource here.
    #[must_use]
    pub fn web(&self) -> Option<String> {
        let id = self.resource()?;
        kind(id.kind).and_then(|kind| kind.web(&self.world, id))
    }

    /// A source whose credentials ran out or are not there.
    #[must_use]
    pub fn expired(&self) -> Option<&SourceName> {
        self.expired_sources().next()
    }

    fn expired_sources(&self) -> impl Iterator<Item = &SourceName> {
        let ran_out = Fault::is_login;
        let shelves = self.world.shelves().filter(move |(_, _, store)| store.faults().any(ran_out));
        let who = self.scopes.iter().flatten();
        let who = who.filter(move |scope| self.world.identity_fault(scope).is_some_and(ran_out));
        shelves.map(|(scope, _, _)| &scope.source).chain(who.map(|scope| &scope.source))
    }

    /// The source that can be logged in again by a command.
    #[must_use]
    pub fn login_source(&self) -> Option<&SourceName> {
        self.expired_sources().find(|source| self.logins.contains(*source))
    }

    /// How many faults stand.
    #[must_use]
    pub fn fault_count(&self) -> usize {
        let who = self.scopes.iter().flatten().filter(|scope| self.world.identity_fault(scope).is_some());
        let shelves = self.world.shelves().map(|(_, _, store)| store.faults().count());
        shelves.sum::<usize>() + who.count() + usize::from(self.nowhere.is_some())
    }

    /// The circumstances a plan is judged in, wherever its steps lie.
    #[must_use]
    pub fn circumstances_of(&self, plan: &Plan) -> GateContext {
        self.opened(&plan.environment, self.surroundings().of_plan(plan))
    }

    /// The circumstances of a change in an environment.
    #[must_use]
    pub fn circumstances(&self, environment: &EnvironmentName, scope: &Scope) -> GateContext {
        self.opened(environment, self.surroundings().of_environment(environment, scope))
    }

    /// The same, where somebody unlocked the environment.
    fn opened(&self, environment: &EnvironmentName, at: GateContext) -> GateContext {
        let guard = Guard { locked: self.is_locked(environment), ..at.guard };
        GateContext { guard, ..at }
    }

    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            configured: &self.settings.configured_environments,
            picture: &self.picture,
            world: &self.world,
            now: self.now,
        }
    }

    /// Whether an environment is read-only by the configuration, and nobody opened it.
    #[must_use]
    pub fn is_locked(&self, environment: &EnvironmentName) -> bool {
        self.settings.configured_environments.is_locked(environment) && !self.unlocked.contains_key(environment)
    }

    /// The slowest reading under way, once it takes long.
    #[must_use]
    pub fn waiting_for(&self) -> Option<(&PollRequest, Timestamp)> {
        let (reading, since) = self.flights.values().min_by_key(|(_, since)| *since)?;
        (self.now.duration_since(*since) >= self.ours(SLOW)).then_some((reading, *since))
    }

    /// Whether everything was asked for at least once.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.scopes.is_some() && self.pacer.complete() && self.picture.at.is_some() && !self.stirred && !self.gathering
    }
}
