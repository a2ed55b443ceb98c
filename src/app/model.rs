//! All that the console knows, and what follows from it. Changed only by `update`; drawn by the
//! views; no clock, no I/O. A picture is made elsewhere and arrives like everything else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::effect::Effect;
use super::gate::{Circumstances, Gate};
use super::journal::Entry;
use super::notices::Notices;
use super::overlay::Overlay;
use super::pace::{Focus, Pacer, Reading};
use super::place::Place;
use super::settings::{Choice, Settings};
use super::shown::Shown;
use crate::command::{Need, Where};
use crate::environment::{Environment, Picture};
use crate::kinds::kind;
use crate::screens::detail::{self, Around, Detail};
use crate::screens::fleet::{self, Waiting};
use crate::screens::sheet::{Door, Item, Sheet};
use crate::screens::{environment, faults, unassigned};
use crate::theme::Theme;
use crate::world::{EnvironmentName, Fault, FaultKind, ResourceId, Scope, SourceName, World};

/// How long a row whose state changed keeps its mark.
const CHANGED: SignedDuration = SignedDuration::from_secs(60);
/// What was asked in vain is asked again after this.
const RETRY: SignedDuration = SignedDuration::from_secs(30);
/// An answer that takes longer than this is said to be waited for.
pub const SLOW: SignedDuration = SignedDuration::from_secs(3);

/// The console as a value.
#[derive(Debug)]
pub struct Model {
    /// The moment of the last message.
    pub now: Timestamp,
    /// What it was started with.
    pub settings: Settings,
    /// What is believed.
    pub world: Arc<World>,
    /// What it means.
    pub picture: Picture,
    /// What is read when.
    pub pacer: Pacer,
    /// The readings under way, with their start.
    pub flights: BTreeMap<u64, (Reading, Timestamp)>,
    /// Counts the clouds opened: answers of an older one are late.
    pub generation: u64,
    /// Where we look; `None` before it is known.
    pub scopes: Option<Vec<Scope>>,
    /// Why it could not be told where to look.
    pub nowhere: Option<Fault>,
    /// Which account and region the reader chose.
    pub choice: Choice,
    /// Where the reader is: the fleet at the bottom, never empty.
    pub places: Vec<Place>,
    /// What is laid over it.
    pub overlay: Overlay,
    /// What the reader marked.
    pub marks: BTreeSet<Door>,
    /// What changed a moment ago.
    pub changed: BTreeMap<ResourceId, Timestamp>,
    /// What is said at the moment.
    pub notices: Notices,
    /// The look.
    pub theme: Theme,
    /// Whether we have the mouse.
    pub mouse: bool,
    /// The journal's end, newest last.
    pub journal: Vec<Entry>,
    /// The gate every change goes through.
    pub gate: Gate,
    /// Sources that can be logged in by a command.
    pub logins: BTreeSet<SourceName>,
    /// What the last frame showed.
    pub shown: Shown,
    /// Whether the next frame would differ.
    pub dirty: bool,
    pub(super) open_on: Option<String>,
    pub(super) gathering: bool,
    pub(super) stirred: bool,
    pub(super) asked: u64,
    pub(super) asking: bool,
    pub(super) retry_at: Option<Timestamp>,
    pub(super) identified: BTreeMap<Scope, Timestamp>,
}

impl Model {
    /// The console before its first frame, at `now`. `seed` makes the pace repeatable.
    #[must_use]
    pub fn new(settings: Settings, seed: u64, now: Timestamp) -> Self {
        let mut model = Self {
            now,
            world: Arc::new(World::default()),
            picture: Picture::default(),
            pacer: Pacer::new(seed, settings.tempo),
            flights: BTreeMap::new(),
            generation: 0,
            scopes: None,
            nowhere: None,
            choice: settings.choice.clone(),
            places: vec![Place::Fleet(Sheet::default())],
            overlay: Overlay::None,
            marks: BTreeSet::new(),
            changed: BTreeMap::new(),
            notices: Notices::default(),
            theme: settings.theme.clone(),
            mouse: settings.mouse,
            journal: Vec::new(),
            gate: Gate { read_only: settings.read_only },
            logins: BTreeSet::new(),
            shown: Shown::default(),
            dirty: true,
            open_on: settings.open_on.clone(),
            gathering: false,
            stirred: false,
            asked: 0,
            asking: false,
            retry_at: None,
            identified: BTreeMap::new(),
            settings,
        };
        model.refill(true);
        model
    }

    /// Where the reader is.
    #[must_use]
    pub fn here(&self) -> Option<&Place> {
        self.places.last()
    }

    /// Which commands are offered here.
    #[must_use]
    pub fn place(&self) -> Where {
        self.here().map_or(Where::Fleet, Place::place)
    }

    /// The rows here, if there are rows.
    #[must_use]
    pub fn sheet(&self) -> Option<&Sheet> {
        self.here().and_then(Place::sheet)
    }

    /// The same, to be changed.
    pub fn sheet_mut(&mut self) -> Option<&mut Sheet> {
        self.places.last_mut().and_then(Place::sheet_mut)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn row(&self) -> Option<&Item> {
        self.sheet().and_then(Sheet::current).map(|(_, item)| item)
    }

    /// Where the row under the cursor leads.
    #[must_use]
    pub fn door(&self) -> Option<&Door> {
        self.row().and_then(|item| item.door.as_ref())
    }

    /// The resource that commands act on here: the one under the cursor, else the page's own.
    #[must_use]
    pub fn resource(&self) -> Option<&ResourceId> {
        self.door().and_then(Door::resource).or_else(|| match self.here() {
            Some(Place::Detail(detail)) => Some(&detail.id),
            _ => None,
        })
    }

    /// The environment the reader is in, or has under the cursor in the fleet.
    #[must_use]
    pub fn environment(&self) -> Option<&Environment> {
        let name = self.places.iter().rev().find_map(|place| match place {
            Place::Environment(name, _) => Some(name.clone()),
            Place::Detail(detail) => self.picture.home(&detail.id).map(|home| home.name.clone()),
            _ => None,
        });
        let name = name.or_else(|| match self.door() {
            Some(Door::Environment(name)) => Some(name.clone()),
            _ => None,
        })?;
        self.picture.environment(&name)
    }

    /// Whether everything was asked for at least once.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.scopes.is_some() && self.pacer.complete() && self.picture.at.is_some() && !self.stirred && !self.gathering
    }

    /// Why a command that needs something cannot be used here; `None` if it can.
    #[must_use]
    pub fn barred(&self, need: Need) -> Option<String> {
        let no = |text: &str| Some(text.to_owned());
        match need {
            Need::Nothing => None,
            Need::Row if self.row().is_none() => no("there is no row under the cursor"),
            Need::Door if self.row().is_none() => no("there is no row under the cursor"),
            Need::Door if self.door().is_none() => no("nothing stands behind this row"),
            Need::Resource | Need::Web if self.resource().is_none() => no("this row is no AWS resource"),
            Need::Web if self.web().is_none() => no("this kind has no page in the web console"),
            Need::Login if self.expired().is_none() => no("no credentials ran out"),
            Need::Login if self.login_source().is_none() => {
                no("this source has no login command; renew its credentials as you got them, toban picks them up")
            }
            Need::Row | Need::Door | Need::Resource | Need::Web | Need::Login => None,
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
        let ran_out = |fault: &Fault| matches!(fault.kind, FaultKind::Expired | FaultKind::Credentials);
        let shelves = self.world.shelves().filter(move |(_, _, shelf)| shelf.faults().any(ran_out));
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
        let shelves = self.world.shelves().map(|(_, _, shelf)| shelf.faults().count());
        shelves.sum::<usize>() + who.count() + usize::from(self.nowhere.is_some())
    }

    /// The circumstances of a change in an environment.
    #[must_use]
    pub fn circumstances(&self, environment: &EnvironmentName, scope: &Scope) -> Circumstances {
        let found = self.picture.environment(environment);
        Circumstances {
            // What is not known is protected.
            protected: found.is_none_or(|environment| environment.protected),
            pinned: self.settings.wishes.of(environment).and_then(|wish| wish.account.clone()),
            account: self.world.account(scope),
            read_at: found.and_then(|environment| environment.read_at),
            now: self.now,
        }
    }

    /// The slowest reading under way, once it takes long.
    #[must_use]
    pub fn waiting_for(&self) -> Option<(&Reading, Timestamp)> {
        let (reading, since) = self.flights.values().min_by_key(|(_, since)| *since)?;
        (self.now.duration_since(*since) >= SLOW).then_some((reading, *since))
    }

    /// What stands in the fleet while there is nothing to show.
    #[must_use]
    pub fn waiting(&self) -> Vec<Waiting> {
        let fine =
            |says: &str, remedy: &str| Waiting { says: says.to_owned(), remedy: remedy.to_owned(), fault: false };
        if let Some(fault) = &self.nowhere {
            let here = Scope::new(
                self.choice.profile.as_deref().unwrap_or("default"),
                self.choice.region.as_deref().unwrap_or("configured"),
            );
            return vec![Waiting {
                says: fault.sentence(), remedy: format!("→ {}", fault.remedy(&here)), fault: true
            }];
        }
        let Some(scopes) = &self.scopes else {
            return vec![fine("looking for credentials and regions…", "the first rows appear as soon as AWS answers")];
        };
        if scopes.is_empty() {
            return vec![fine(
                "there is nowhere to look: no source has a region",
                "set AWS_REGION or --region, or name `regions` in a [[source]] of the configuration",
            )];
        }
        let mut waiting: Vec<Waiting> = Vec::new();
        for scope in scopes {
            let fault = self.world.identity_fault(scope).or_else(|| {
                let here = self.world.shelves().filter(|(at, _, _)| *at == scope);
                here.flat_map(|(_, _, shelf)| shelf.faults()).next()
            });
            if let Some(fault) = fault {
                let says = format!("{scope}: {}", fault.sentence());
                waiting.push(Waiting { says, remedy: format!("→ {}", fault.remedy(scope)), fault: true });
            }
        }
        let places = scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let (done, all) = self.pacer.progress();
        if !self.complete() {
            waiting.push(fine(&format!("reading {places}: {done} of {all}"), "rows appear as they arrive"));
        } else if waiting.is_empty() {
            waiting.push(fine(
                &format!("no environments found in {places}"),
                "environments come from tags, stack names and resource names such as project-stage; :unassigned \
                 shows what was found and why it was not placed, :region and :profile look elsewhere, and \
                 [environment.NAME] in the configuration claims resources",
            ));
        }
        waiting
    }

    /// Fills every place on the stack with what is known now.
    pub fn refill(&mut self, resort: bool) {
        let mut places = std::mem::take(&mut self.places);
        for place in &mut places {
            self.fill(place, resort);
        }
        self.places = places;
        self.dirty = true;
    }

    pub(super) fn fill(&self, place: &mut Place, resort: bool) {
        let around = Around { world: &self.world, picture: &self.picture, now: self.now, zone: &self.settings.zone };
        match place {
            Place::Fleet(sheet) => sheet.fill(fleet::blocks(&self.picture, &self.changed, &self.waiting()), resort),
            Place::Environment(name, sheet) => {
                let blocks = match self.picture.environment(name) {
                    Some(found) => environment::blocks(found, around, &self.changed),
                    None => environment::missing(name.as_str(), self.complete()),
                };
                sheet.fill(blocks, resort);
            }
            Place::Detail(page) => {
                if let Some(name) = kind(page.id.kind).and_then(|kind| kind.title(&self.world, &page.id)) {
                    page.name = name;
                }
                let blocks = detail::blocks(page, around);
                page.sheet.fill(blocks, resort);
            }
            Place::Faults(sheet) => sheet.fill(
                faults::blocks(faults::Around {
                    world: &self.world,
                    scopes: self.scopes.as_deref().unwrap_or_default(),
                    nowhere: self.nowhere.as_ref(),
                    journal: &self.journal,
                    now: self.now,
                    zone: &self.settings.zone,
                }),
                resort,
            ),
            Place::Unassigned(sheet) => sheet.fill(unassigned::blocks(&self.picture, self.complete()), resort),
            Place::Viewer(_) => {}
        }
    }

    /// Goes to a place, on top of this one.
    pub fn enter(&mut self, mut place: Place) {
        self.fill(&mut place, true);
        self.places.push(place);
        self.refocus();
        self.dirty = true;
    }

    /// Puts the environment the reader is in into focus, so that it is read more often.
    pub fn refocus(&mut self) {
        let inside = self.places.iter().any(|place| matches!(place, Place::Environment(..) | Place::Detail(_)));
        let focus = self.environment().filter(|_| inside).map(|environment| Focus::on(environment, &self.world));
        self.pacer.focus(focus.unwrap_or_default());
    }

    /// What there is to do now, whatever happened: readings that are due, a picture, a look.
    pub fn settle(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.scopes.is_none() {
            if !self.asking && self.retry_at.is_some_and(|at| at <= self.now) {
                self.asking = true;
                effects.push(Effect::Scopes);
            }
            return effects;
        }
        for reading in self.pacer.due(self.now) {
            // One that was lost is not waited for any more.
            self.flights.retain(|_, (old, _)| (&old.scope, old.kind) != (&reading.scope, reading.kind));
            self.flights.insert(reading.ask, (reading.clone(), self.now));
            effects.push(Effect::Read(reading));
        }
        for scope in self.scopes.iter().flatten() {
            let due = self.identified.get(scope).is_none_or(|at| self.now.duration_since(*at) >= RETRY);
            if due && self.world.identity(scope).is_none() {
                self.identified.insert(scope.clone(), self.now);
                effects.push(Effect::Identify(scope.clone()));
            }
        }
        if self.stirred && !self.gathering {
            (self.stirred, self.gathering) = (false, true);
            effects.push(Effect::Gather);
        }
        if let Some(Place::Detail(page)) = self.places.last_mut()
            && page.due_at().is_some_and(|at| at <= self.now)
        {
            self.asked += 1;
            (page.ask, page.asked_at) = (Some(self.asked), Some(self.now));
            effects.push(Effect::Look(self.asked, page.id.clone()));
        }
        effects
    }

    /// The next moment at which there is something to do or to show.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        let after = |at: Timestamp, span: SignedDuration| at.checked_add(span).unwrap_or(Timestamp::MAX);
        let look = match self.here() {
            Some(Place::Detail(page)) => page.due_at(),
            _ => None,
        };
        let unknown = self.scopes.iter().flatten().filter(|scope| self.world.identity(scope).is_none());
        let who = unknown.filter_map(|scope| self.identified.get(scope)).map(|at| after(*at, RETRY)).min();
        let slow = self.flights.values().map(|(_, since)| after(*since, SLOW)).filter(|at| *at > self.now).min();
        let changed = self.changed.values().map(|at| after(*at, CHANGED)).min();
        let retry = self.retry_at.filter(|_| self.scopes.is_none() && !self.asking);
        let pace = self.scopes.as_ref().and_then(|_| self.pacer.wake_at());
        [pace, look, who, slow, changed, retry, self.shown.until, self.notices.until()].into_iter().flatten().min()
    }

    /// Time passed: what was marked or said long enough goes.
    pub(super) fn expire(&mut self) {
        let now = self.now;
        let before = self.changed.len();
        self.changed.retain(|_, at| now.duration_since(*at) < CHANGED);
        if before != self.changed.len() {
            self.refill(false);
        }
        let due = self.shown.until.is_some_and(|until| until <= now);
        let slow = self.flights.values().any(|(_, since)| {
            let waited = now.duration_since(*since);
            waited >= SLOW && waited < SLOW + SignedDuration::from_secs(2)
        });
        self.dirty |= self.notices.expire(now) || due || slow;
    }

    /// Remembers when what was asked in vain is asked again.
    pub(super) fn retry_later(&mut self) {
        self.retry_at = self.now.checked_add(RETRY).ok();
    }

    /// The page of a resource.
    #[must_use]
    pub fn page_of(&self, id: &ResourceId) -> Place {
        let title = kind(id.kind).and_then(|kind| kind.title(&self.world, id));
        Place::Detail(Box::new(Detail::new(id.clone(), title.unwrap_or_else(|| id.key.to_string()))))
    }

    /// Takes note of what a frame showed.
    pub fn saw(&mut self, shown: Shown) {
        if let Some(sheet) = self.sheet_mut() {
            sheet.offset = shown.offset;
        }
        self.shown = shown;
        self.dirty = false;
    }
}
