//! All that the console knows, and what follows from it. Changed only by `update`; drawn by the
//! views; no clock, no I/O. A picture is made elsewhere and arrives like everything else.

mod guards;
pub(super) mod pages;
mod timers;
use crate::overview::EnvironmentStatus;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::actions::Consulting;
use super::effect::Effect;
use super::frame_info::FrameInfo;
use super::locks::Unlocked;
use super::notifications::{Level, Notices};
use super::on_demand_reads::OnDemandReads;
use super::overlay::Overlay;
use super::page::Page;
use super::preferences::Preferences;
use super::preview::Preview;
use super::screens::sheet::{Item, RowTarget, Sheet};
use super::sessions::Foreseen;
use super::settings::{Choice, Settings};
use super::stop_warnings::StopWarnings;
use super::tunnels::{TunnelChoice, Tunnelled};
use super::watch::Watched;
use crate::change::gate::Gate;
use crate::command::Where;
use crate::engine::journal::{Entry, own_turns};
use crate::engine::left_sessions::LeftSession;
use crate::engine::poller::{PollRequest, Poller};
use crate::engine::running::Underway;
use crate::engine::seen_events::SeenEvents;
use crate::kinds::catalog::kind;
use crate::overview::Picture;
use crate::schedule::observed::uptime_history::UptimeLog;
use crate::text::counted;
use crate::theme::Theme;
use crate::world::{EnvironmentName, Fault, ResourceId, Scope, SourceName, World};

/// How long a row whose state changed keeps its mark.
const CHANGED: SignedDuration = SignedDuration::from_secs(60);
/// Having been told what leaving stops counts for this long.
const WARNED: SignedDuration = SignedDuration::from_secs(30);
/// What was asked in vain is asked again after this.
const RETRY: SignedDuration = SignedDuration::from_secs(30);
/// An answer that takes longer than this is said to be waited for.
pub const SLOW: SignedDuration = SignedDuration::from_secs(3);

/// A place as a reader knows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Whereabouts {
    depth: usize,
    title: String,
}

/// The console as a value.
#[derive(Debug)]
pub struct Model {
    /// The moment of the last message.
    pub now: Timestamp,
    /// When it began.
    pub(super) began: Timestamp,
    /// What it was started with.
    pub settings: Settings,
    /// What is believed.
    pub world: Arc<World>,
    /// What it means.
    pub picture: Picture,
    /// What is read when.
    pub pacer: Poller,
    /// The readings under way, with their start.
    pub flights: BTreeMap<u64, (PollRequest, Timestamp)>,
    /// Counts the clouds opened: answers of an older one are late.
    pub generation: u64,
    /// Where we look; `None` before it is known.
    pub scopes: Option<Vec<Scope>>,
    /// Why it could not be told where to look.
    pub nowhere: Option<Fault>,
    /// Which account and region the reader chose.
    pub choice: Choice,
    /// Where the reader is: the fleet at the bottom, never empty.
    pub places: Vec<Page>,
    /// What is laid over it.
    pub overlay: Overlay,
    /// What the reader marked.
    pub marks: BTreeSet<RowTarget>,
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
    /// What is remembered of what happened.
    pub seen: Arc<SeenEvents>,
    /// Sessions that a toban which was killed left open.
    pub left_sessions: Vec<LeftSession>,
    /// What it saw of stops and starts.
    pub uptime_log: UptimeLog,
    /// What is under way, and what ended lately; newest last.
    pub underway: Vec<Underway>,
    /// Stops that were announced.
    pub(super) announced: StopWarnings,
    /// What the reader wants to be told of.
    pub watched: Watched,
    /// The locked environments that somebody opened for a while.
    pub unlocked: BTreeMap<EnvironmentName, Unlocked>,
    /// The tunnels of this console, oldest first.
    pub tunnels: Vec<Tunnelled>,
    /// The gate every change goes through.
    pub gate: Gate,
    /// Sources that can be logged in by a command.
    pub logins: BTreeSet<SourceName>,
    /// What is remembered of the reader.
    pub preferences: Preferences,
    /// What is shown beside the rows.
    pub preview: Option<Preview>,
    /// What the last frame showed.
    pub shown: FrameInfo,
    /// Whether the next frame would differ.
    pub dirty: bool,
    pub(super) open_on: Option<String>,
    /// Whether what is remembered of the reader is kept already.
    pub(super) remembered: bool,
    pub(super) gathering: bool,
    /// Pages were filled anew since what stands beside the rows was.
    pub(super) refilled: bool,
    pub(super) stirred: bool,
    pub(super) asked: u64,
    /// Counts the keys pressed: whoever went on typing meant another thing than what opens late.
    pub(super) keys: u64,
    pub(super) consulting: Option<Consulting>,
    pub(super) tunnelling: Option<TunnelChoice>,
    /// What was read beside the pace, and the numbers of what is being read.
    pub(super) peeked: OnDemandReads,
    pub(super) peeking: BTreeSet<u64>,
    pub(super) visiting: Option<Foreseen>,
    /// When what a session takes could not be asked.
    pub(super) unforeseen: Option<Timestamp>,
    /// When the reader was told what leaving stops.
    pub(super) leaving: Option<Timestamp>,
    pub(super) asking: bool,
    /// The entries this console has closed already: once is enough, whatever becomes of the line.
    pub(super) closed: BTreeSet<String>,
    pub(super) retry_at: Option<Timestamp>,
    pub(super) identified: BTreeMap<Scope, Timestamp>,
}

impl Model {
    /// The console before its first frame, at `now`. `seed` makes the pace repeatable.
    #[must_use]
    pub fn new(settings: Settings, seed: u64, now: Timestamp) -> Self {
        let mut model = Self {
            now,
            began: now,
            world: Arc::new(World::at(settings.speed)),
            picture: Picture::default(),
            pacer: Poller::new(seed, settings.tempo, settings.speed),
            flights: BTreeMap::new(),
            generation: 0,
            scopes: None,
            nowhere: None,
            choice: settings.choice.clone(),
            places: vec![Page::Fleet(Sheet::default())],
            overlay: Overlay::None,
            marks: BTreeSet::new(),
            changed: BTreeMap::new(),
            notices: Notices::at(settings.speed),
            theme: settings.theme.clone(),
            mouse: settings.mouse,
            journal: Vec::new(),
            seen: Arc::default(),
            left_sessions: Vec::new(),
            uptime_log: UptimeLog::default(),
            underway: Vec::new(),
            announced: StopWarnings::new(),
            watched: Watched::new(),
            unlocked: BTreeMap::new(),
            tunnels: Vec::new(),
            gate: Gate { read_only: settings.read_only },
            logins: BTreeSet::new(),
            preferences: settings.preferences.clone(),
            remembered: true,
            preview: None,
            refilled: false,
            shown: FrameInfo::default(),
            dirty: true,
            open_on: settings.open_on.clone(),
            gathering: false,
            stirred: false,
            asked: 0,
            keys: 0,
            consulting: None,
            tunnelling: None,
            peeked: OnDemandReads::new(),
            peeking: BTreeSet::new(),
            visiting: None,
            unforeseen: None,
            leaving: None,
            asking: false,
            closed: BTreeSet::new(),
            retry_at: None,
            identified: BTreeMap::new(),
            settings,
        };
        model.pacer.favour(model.open_on.as_deref());
        model.refill(true);
        model
    }

    /// Where the reader is.
    #[must_use]
    pub fn here(&self) -> Option<&Page> {
        self.places.last()
    }

    /// Which commands are offered here.
    #[must_use]
    pub fn place(&self) -> Where {
        self.here().map_or(Where::Fleet, Page::place)
    }

    /// The rows here, if there are rows.
    #[must_use]
    pub fn sheet(&self) -> Option<&Sheet> {
        self.here().and_then(Page::sheet)
    }

    /// The same, to be changed.
    pub fn sheet_mut(&mut self) -> Option<&mut Sheet> {
        self.places.last_mut().and_then(Page::sheet_mut)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn row(&self) -> Option<&Item> {
        self.sheet().and_then(Sheet::current).map(|(_, item)| item)
    }

    /// Where the row under the cursor leads.
    #[must_use]
    pub fn door(&self) -> Option<&RowTarget> {
        self.row().and_then(|item| item.door.as_ref())
    }

    /// The resource that commands act on here: the one under the cursor, else the page's own.
    #[must_use]
    pub fn resource(&self) -> Option<&ResourceId> {
        self.door().and_then(RowTarget::resource).or_else(|| match self.here() {
            Some(Page::Detail(detail)) => Some(&detail.id),
            _ => None,
        })
    }

    /// The environment the reader is in, or has under the cursor in the fleet.
    #[must_use]
    pub fn environment(&self) -> Option<&EnvironmentStatus> {
        // Its rows are of all environments, wherever the reader came from.
        if let Some(Page::Mutes(_)) = self.here() {
            let name = match self.door()? {
                RowTarget::Environment(name) => name.clone(),
                other => self.home_of(other)?,
            };
            return self.picture.environment(&name);
        }
        // A list holds resources of all of them: the one of its row is meant, wherever it was opened.
        if let Some(Page::List(_)) = self.here() {
            return self.door().and_then(RowTarget::resource).and_then(|id| self.picture.home(id));
        }
        let name = self.places.iter().rev().find_map(|place| match place {
            Page::Environment(name, _) | Page::Schedule(name, _) => Some(name.clone()),
            Page::Explain(page) => Some(page.environment.clone()),
            Page::Timeline(page) => Some(page.environment.clone()),
            Page::Detail(detail) => self.picture.home(&detail.id).map(|home| home.name.clone()),
            Page::Charts(view) => view.environment.clone(),
            Page::Logs(view) => view.environment.clone(),
            _ => None,
        });
        let name = name.or_else(|| match self.door() {
            Some(RowTarget::Environment(name)) => Some(name.clone()),
            _ => None,
        })?;
        self.picture.environment(&name)
    }

    /// The environment that something marked belongs to; none for whole environments and what is in none.
    #[must_use]
    pub fn home_of(&self, target: &RowTarget) -> Option<EnvironmentName> {
        let id = target.resource()?;
        let owner = || kind(id.kind).and_then(|kind| kind.owner(&self.world, id));
        let home = self.picture.home(id).or_else(|| self.picture.home(&owner()?));
        home.map(|home| home.name.clone())
    }

    /// The resources marked in the environment the reader is in: a mark of another one is never meant here.
    #[must_use]
    pub fn marked_here(&self) -> Vec<ResourceId> {
        let home = self.environment().map(|environment| environment.name.clone());
        let here = self.marks.iter().filter(|mark| self.home_of(mark) == home);
        here.filter_map(RowTarget::resource).cloned().collect()
    }

    /// Ends the console; at once, unless that would stop something or close a tunnel: then it says so, and the next time
    /// ends it.
    pub fn quit(&mut self) -> Vec<Effect> {
        let told = self.leaving.is_some_and(|at| self.now.duration_since(at) <= self.ours(WARNED));
        let half: Vec<&str> = self.stopping().map(|one| one.plan.message.as_str()).collect();
        let tunnels = self.tunnels.len();
        let mut ends = Vec::new();
        if !half.is_empty() {
            ends.push(format!("{} is still running and would stop half way", half.join(", ")));
        }
        if tunnels > 0 {
            ends.push(format!("{} would close", counted(tunnels, "tunnel")));
        }
        if ends.is_empty() || told {
            return vec![Effect::Quit];
        }
        self.notices.fault(self.now, format!("{}; press again to quit", ends.join("; ")));
        self.leaving = Some(self.now);
        self.dirty = true;
        Vec::new()
    }

    /// Takes in what was stopped and started from here. The simulated account is a new one each time.
    pub(super) fn learn_own_turns(&mut self, entries: &[Entry]) {
        let from = self.settings.fixed.is_some().then_some(self.began);
        let own_turns = own_turns(entries, from);
        Arc::make_mut(&mut self.world).turned(own_turns);
        self.stirred = true;
    }

    /// When a procedure of this console ended, if it did.
    #[must_use]
    pub fn ended_at(&self, id: u64) -> Option<Timestamp> {
        self.underway.iter().find(|one| one.id == id).and_then(|one| one.ended.as_ref()).map(|(at, _)| *at)
    }

    /// What is under way and would stop with the console.
    fn stopping(&self) -> impl Iterator<Item = &Underway> {
        self.underway.iter().filter(|one| one.ended.is_none() && !one.report.goes_on)
    }

    /// What a reader who left needs to know: what stopped half way or was closed, and the line that goes on with it.
    #[must_use]
    pub fn parting(&self) -> Vec<String> {
        let half = self.stopping().map(|one| {
            let on = one.plan.command.clone().unwrap_or_else(|| format!("toban {}", one.plan.environment));
            format!("{} stopped half way; `{on}` goes on from what is there", one.plan.message)
        });
        let on = self.underway.iter().filter(|one| one.ended.is_none() && one.report.goes_on).map(|one| {
            let name = &one.plan.environment;
            format!("{} goes on inside AWS; `toban status {name}` shows it", one.plan.message)
        });
        let tunnels = self.tunnels.iter().map(|one| {
            let port = one.report.as_ref().map(|report| format!(" --local-port {}", report.address.port()));
            let (environment, name) = (&one.dig.environment, &one.dig.remote.name);
            let again = format!("toban tunnel {environment}/{name}{}", port.unwrap_or_default());
            format!("the tunnel to {name} is closed; `{again}` opens it again")
        });
        half.chain(on).chain(tunnels).collect()
    }

    /// The cloud's time that goes by in `span` of the reader's.
    #[must_use]
    pub fn ours(&self, span: SignedDuration) -> SignedDuration {
        self.settings.speed.of_ours(span)
    }

    /// Whether what was typed came to nothing: something was said against it, and the reader is still where they were.
    #[must_use]
    pub(super) fn refused(&self, before: &Whereabouts) -> bool {
        let said = self.notices.now().is_some_and(|(level, _)| level == Level::Fault);
        said && matches!(self.overlay, Overlay::None) && self.whereabouts() == *before
    }

    /// Where the reader is, to tell later whether they went on.
    #[must_use]
    pub(super) fn whereabouts(&self) -> Whereabouts {
        Whereabouts { depth: self.places.len(), title: self.here().map(Page::title).unwrap_or_default() }
    }

    /// Takes note of what a frame showed.
    pub fn saw(&mut self, shown: FrameInfo) {
        if let Overlay::Confirm(confirm) = &mut self.overlay {
            confirm.drawn_at.get_or_insert(self.now);
        }
        if let Some(sheet) = self.sheet_mut() {
            sheet.offset = shown.offset;
        }
        let room = self.shown.beside != shown.beside;
        self.shown = shown;
        // What there is room for only now is drawn with the next frame.
        self.dirty = self.look_beside() && room;
    }
}
