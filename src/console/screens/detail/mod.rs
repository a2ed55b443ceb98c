//! The page of one resource, of whatever kind: what its kind says of it, section by section, with
//! its metrics and history while the page is open. Pure; knows no kind by name.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::environment::door;
use super::sheet::{Block, Item, Note, RowStyle, Sheet};
use crate::display::{Ahead, Cell, Extra, Fact, Moment, Section, StateBand, Tone};
use crate::kinds::alarm::{Alarm, leads_to, scales};
use crate::kinds::catalog::{KINDS, kind};
use crate::kinds::{AnyKind, KindContext, PollClass, ResourceIndex};
use crate::overview::Picture;
use crate::text::when;
use crate::world::{Assessment, Fault, FaultKind, Health, Resource, ResourceId, Speed, World};

/// How often an open page learns more.
pub const AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// A resource's page.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Whose.
    pub id: ResourceId,
    /// With which other of its kind it is compared, if with one.
    pub against: Option<ResourceId>,
    /// Its name, as long as it was known.
    pub name: String,
    /// The page.
    pub sheet: Sheet,
    /// What was learnt last.
    pub extra: Option<Extra>,
    /// When.
    pub extra_at: Option<Timestamp>,
    /// Why the last asking failed.
    pub fault: Option<Fault>,
    /// The number of the question that is open.
    pub ask: Option<u64>,
    /// When it was last asked.
    pub asked_at: Option<Timestamp>,
}

impl Detail {
    /// The page of `id`, with nothing learnt yet.
    #[must_use]
    pub fn new(id: ResourceId, name: String) -> Self {
        Self {
            id,
            against: None,
            name,
            sheet: Sheet::default(),
            extra: None,
            extra_at: None,
            fault: None,
            ask: None,
            asked_at: None,
        }
    }

    /// The page of two of a kind side by side.
    #[must_use]
    pub fn compared(id: ResourceId, name: String, against: ResourceId) -> Self {
        Self { against: Some(against), ..Self::new(id, name) }
    }

    /// When to ask again; at once if never asked, not while a question is open.
    #[must_use]
    pub fn due_at(&self, speed: Speed) -> Option<Timestamp> {
        match (self.ask, self.asked_at) {
            (Some(_), _) => None,
            (None, None) => Some(Timestamp::MIN),
            (None, Some(at)) => Some(at.checked_add(speed.apart(AGAIN)).unwrap_or(Timestamp::MAX)),
        }
    }

    /// Takes an answer; `false` if it is late.
    pub fn learn(&mut self, ask: u64, got: Result<Extra, Fault>, now: Timestamp) -> bool {
        if self.ask != Some(ask) {
            return false;
        }
        self.ask = None;
        match got {
            Ok(extra) => (self.extra, self.extra_at, self.fault) = (Some(extra), Some(now), None),
            Err(fault) => self.fault = Some(fault),
        }
        true
    }
}

/// What a page is made of besides its own state.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// What is believed.
    pub world: &'a World,
    /// What it means.
    pub picture: &'a Picture,
    /// Now.
    pub now: Timestamp,
    /// The reader's time zone.
    pub zone: &'a TimeZone,
}

/// The blocks of a resource's page.
#[must_use]
pub fn blocks(detail: &Detail, around: Around<'_>) -> Vec<Block> {
    let Some(of) = kind(detail.id.kind) else { return Vec::new() };
    let home = home(&detail.id, around);
    let resource_index = ResourceIndex::of(around.world);
    let cx = KindContext {
        world: around.world,
        resource_index: &resource_index,
        scope: &detail.id.scope,
        protected: home.is_some_and(|home| home.protected),
        now: around.now,
        zone: around.zone,
    };
    let alarms = firing(&detail.id, &cx);
    let mut blocks = vec![head(detail, around, of.assess(&detail.id, &cx), &alarms)];
    if of.title(around.world, &detail.id).is_none() {
        let gone = "it is not there any more: the last reading did not find it";
        blocks.push(Block { key: "gone".to_owned(), empty: gone.to_owned(), ..Block::default() });
        return blocks;
    }
    blocks.extend(home.and_then(|home| super::external_schedulers::of_resource(&home.others, &detail.id, around)));
    let own = blocks.len();
    let sections = match &detail.against {
        Some(other) => of.compared(&detail.id, other, &cx),
        None => of.detail(&detail.id, &cx),
    };
    let sections = sections.into_iter().enumerate().map(|(at, section)| self::section(at, section));
    blocks.extend(sections);
    // How it went comes right after what it is; lists and events can be long.
    let after = blocks.len().min(own + 1);
    let rest = blocks.split_off(after);
    blocks.extend(extra(detail, around));
    blocks.extend(rest);
    blocks
}

/// The environment of a resource: its own, or that of what it belongs to.
fn home<'a>(id: &ResourceId, around: Around<'a>) -> Option<&'a crate::overview::EnvironmentStatus> {
    let owner = || kind(id.kind).and_then(|kind| kind.owner(around.world, id));
    around.picture.home(id).or_else(|| around.picture.home(&owner()?))
}

/// What the alarms that are about a resource say, where they fire: what led here stands here too.
fn firing(id: &ResourceId, cx: &KindContext<'_>) -> Vec<Assessment> {
    let firing = cx.world.all::<Alarm>(cx.scope).filter(|alarm| alarm.state == "ALARM" && !scales(alarm));
    let about = firing.filter(|alarm| leads_to(alarm, cx).is_some_and(|(_, about)| about == *id));
    let told = about.filter_map(|alarm| kind(Alarm::KIND)?.assess(&alarm.id(cx.scope), cx));
    told.filter(|told| matches!(told.health, Health::Bad | Health::Worrying)).collect()
}

fn head(detail: &Detail, around: Around<'_>, assessment: Option<Assessment>, alarms: &[Assessment]) -> Block {
    let singular = kind(detail.id.kind).and_then(|kind| kind.shown()).map(|shown| shown.singular.to_owned());
    // A kind without a panel of its own is called as it is named.
    let singular = singular.unwrap_or_else(|| detail.id.kind.0.replace('-', " "));
    let place = match home(&detail.id, around) {
        Some(home) => format!("{singular} of {} in {}", home.name, detail.id.scope),
        None => format!("{singular} in no environment, seen in {}", detail.id.scope),
    };
    // By itself it may be well; what fires about it is not.
    let mut alarms = alarms.iter();
    let assessment = match assessment {
        None | Some(Assessment { health: Health::Well, why: None }) => alarms.next().cloned().or(assessment),
        told => told,
    };
    let health = assessment.as_ref().map(|assessment| assessment.health);
    let alarms = alarms.filter_map(|told| Some(Cell::of(told.health, told.why.clone()?)));
    let why = assessment.map(|assessment| {
        let word = assessment.health.word();
        Cell::of(assessment.health, assessment.why.map_or_else(|| word.to_owned(), |why| format!("{word}: {why}")))
    });
    let cells = why.into_iter().chain(alarms).chain([Cell::dim(place)]).collect();
    let mut item = Item::prose("head", cells);
    item.name.clone_from(&detail.name);
    item.health = health;
    item.door = Some(super::sheet::RowTarget::Resource(detail.id.clone()));
    let store = around.world.store(&detail.id.scope, detail.id.kind);
    let bin = store
        .and_then(|store| store.bins().map(|(_, bin)| bin).find(|bin| bin.keys().any(|key| key == &*detail.id.key)));
    let fault = bin.and_then(|bin| bin.fault.as_ref()).or_else(|| store.and_then(|store| store.fault.as_ref()));
    let read_at = state_read_at(&detail.id, around.world).or_else(|| bin.and_then(|bin| bin.read_at));
    let quiet = fault.is_some_and(|fault| fault.kind == FaultKind::Denied);
    let note = Note { read_at, fault: fault.map(Fault::sentence), quiet };
    item.stale = note.fault.is_some();
    Block { key: "head".to_owned(), title: detail.name.clone(), note, items: vec![item], ..Block::default() }
}

/// When the state of a resource was read: its own, or that which is kept beside it (a target group's health); `None`
/// where only structure is read, or nothing was.
fn state_read_at(id: &ResourceId, world: &World) -> Option<Timestamp> {
    let live = KINDS.iter().filter(|kind| kind.pace() == PollClass::Live);
    let serves = |kind: &dyn AnyKind| kind.shown().is_none() && kind.needs().contains(&id.kind);
    live.filter(|kind| kind.name() == id.kind || serves(**kind))
        .filter_map(|kind| world.store(&id.scope, kind.name()))
        .filter_map(|store| {
            let own = store.bins().filter(|(part, bin)| ***part == *id.key || bin.keys().any(|key| key == &*id.key));
            own.filter_map(|(_, bin)| bin.read_at).min()
        })
        .min()
}

/// The block of a section.
#[must_use]
pub(crate) fn section(at: usize, section: Section) -> Block {
    match section {
        Section::Facts { title, facts } => Block {
            key: format!("{at} {title}"),
            title: title.to_owned(),
            items: facts
                .into_iter()
                .enumerate()
                .map(|(at, fact)| Item {
                    key: format!("{at} {}", fact.label),
                    name: fact.value.text.clone(),
                    part_of: None,
                    door: fact.open.map(super::sheet::RowTarget::Resource),
                    health: None,
                    look: RowStyle::Fact(fact.label, fact.value),
                    behind: Vec::new(),
                    stale: false,
                    changed: false,
                })
                .collect(),
            ..Block::default()
        },
        Section::Table { title, columns, rows, empty } => Block {
            key: format!("{at} {title}"),
            title: title.to_owned(),
            columns,
            items: rows.into_iter().map(door).collect(),
            empty: empty.to_owned(),
            ..Block::default()
        },
        Section::Moments { title, moments, empty } => self::moments(format!("{at} {title}"), title, moments, empty),
    }
}

/// Moments that say the same one after the other, as the youngest of them with their count.
fn folded(moments: Vec<Moment>) -> Vec<Moment> {
    let mut folded: Vec<(Moment, usize)> = Vec::new();
    for moment in moments {
        match folded.last_mut() {
            Some((last, count)) if last.message == moment.message && last.tone == moment.tone => {
                *count += 1;
                last.at = last.at.max(moment.at);
            }
            _ => folded.push((moment, 1)),
        }
    }
    let told = |(mut moment, count): (Moment, usize)| {
        if count > 1 {
            moment.message = format!("{} · {count} times", moment.message);
        }
        moment
    };
    folded.into_iter().map(told).collect()
}

fn moments(key: String, title: &str, moments: Vec<Moment>, empty: &str) -> Block {
    let items = folded(moments)
        .into_iter()
        .enumerate()
        .map(|(at, moment)| {
            // Two things can happen in the same moment; the place counts from the oldest, which stays.
            let mut item = Item::prose(format!("{} {} {at}", moment.at, moment.message), Vec::new());
            item.name.clone_from(&moment.message);
            item.look = RowStyle::Moment(moment);
            item
        })
        .collect();
    Block { key, title: title.to_owned(), items, empty: empty.to_owned(), ..Block::default() }
}

/// The blocks of what was learnt: metrics, what waits to be done, and history.
fn extra(detail: &Detail, around: Around<'_>) -> Vec<Block> {
    let fault = detail.fault.as_ref();
    let quiet = fault.is_some_and(|fault| fault.kind == FaultKind::Denied);
    let note = Note { read_at: detail.extra_at, fault: fault.map(Fault::sentence), quiet };
    let block = |key: &str, note| Block { key: key.to_owned(), title: key.to_owned(), note, ..Block::default() };
    let Some(extra) = &detail.extra else {
        let remedy = detail.fault.as_ref().map(|fault| fault.remedy(&detail.id.scope));
        let empty = remedy.unwrap_or_else(|| "reading metrics and history…".to_owned());
        return vec![Block { empty, ..block("metrics", note) }];
    };
    let stale = detail.fault.is_some();
    let items: Vec<Item> = extra
        .series
        .iter()
        .map(|series| Item {
            key: series.title.clone(),
            name: series.title.clone(),
            part_of: None,
            door: None,
            health: None,
            look: RowStyle::Course(series.clone()),
            behind: Vec::new(),
            stale,
            changed: false,
        })
        .collect();
    let history =
        (!extra.moments.is_empty()).then(|| moments("history".to_owned(), "history", extra.moments.clone(), ""));
    // A fault must stand somewhere, even when there was nothing to show before it.
    let course =
        (!items.is_empty() || (stale && history.is_none())).then(|| Block { items, ..block("metrics", note.clone()) });
    let ahead = ahead(&extra.ahead, stale, around);
    let scaling = (!extra.scaling.is_empty())
        .then(|| section(0, Section::Facts { title: "autoscaling", facts: extra.scaling.clone() }));
    let contributors = (!extra.contributors.is_empty())
        .then(|| section(0, Section::Facts { title: "contributors", facts: extra.contributors.clone() }));
    let history = history.map(|history| Block { note, ..history });
    [contributors, course, bands(&extra.bands, stale), scaling, ahead, history].into_iter().flatten().collect()
}

/// Its states over time, and of what it depends on; none where there are none.
fn bands(bands: &[StateBand], stale: bool) -> Option<Block> {
    let first = bands.first()?;
    let hours = first.until.duration_since(first.from).as_hours();
    let items = bands.iter().map(|band| {
        let item = Item::prose(format!("states of {}", band.title), Vec::new());
        Item { name: band.title.clone(), look: RowStyle::States(band.clone()), stale, ..item }
    });
    let title = format!("states of the last {hours} h: █ alarm  ▂ ok  ▒ insufficient data  · not known");
    Some(Block { key: "states".to_owned(), title, items: items.collect(), ..Block::default() })
}

/// What waits to be done, each thing with its dates below it; none where nothing waits.
fn ahead(ahead: &[Ahead], stale: bool, around: Around<'_>) -> Option<Block> {
    let facts: Vec<Fact> = ahead
        .iter()
        .flat_map(|ahead| {
            let date = |(label, at): &(&'static str, Timestamp)| {
                Fact::new(label, Cell::plain(when(*at, around.now, around.zone)))
            };
            [Fact::new("pending", ahead.message.clone())].into_iter().chain(ahead.dates.iter().map(date))
        })
        .collect();
    if facts.is_empty() {
        return None;
    }
    let mut block = section(0, Section::Facts { title: "pending maintenance", facts });
    for item in &mut block.items {
        item.stale = stale;
    }
    Some(block)
}

/// Why a resource is placed where it is, with its ids and tags: lines of a text.
#[must_use]
pub fn description(id: &ResourceId, around: Around<'_>) -> Vec<Cell> {
    let home = around.picture.home(id);
    let shared = around.picture.shared(id);
    let member = home.map_or(&around.picture.unassigned, |home| &home.members).iter().find(|member| member.id == *id);
    let member = member.or(shared.map(|shared| &shared.member));
    let of = kind(id.kind);
    let name = of.and_then(|kind| kind.title(around.world, id)).unwrap_or_else(|| id.key.to_string());
    let mut lines = vec![Cell::strong(name)];
    let heading = |text: &str| Cell { text: text.to_owned(), tone: Tone::Strong };
    lines.push(Cell::plain(match (home, shared) {
        (Some(home), _) => format!("placed in {}", home.name),
        (None, Some(shared)) => {
            let users: Vec<&str> = shared.users.iter().map(|user| user.as_str()).collect();
            format!("shared by {}", users.join(", "))
        }
        (None, None) => "placed in no environment".to_owned(),
    }));
    if let (Some(home), Some(member)) = (home, member) {
        let confidence = member.confidence(&home.doubts);
        lines.push(Cell::plain(format!("{}: {}", confidence.level.word(), confidence.why)));
    }
    lines.extend([Cell::plain(""), heading("why")]);
    match member.map(|member| member.because.as_slice()) {
        Some([]) | None => {
            lines.push(Cell::dim("  nothing placed it: no tags, names or relations that lead to an environment"))
        }
        Some(steps) => lines.extend(steps.iter().map(|step| Cell::plain(format!("  {}", step.message)))),
    }
    lines.extend([Cell::plain(""), heading("ids")]);
    for (label, value) in
        [("kind", id.kind.to_string()), ("key", id.key.to_string()), ("seen in", id.scope.to_string())]
    {
        lines.push(Cell::plain(format!("  {label:<12} {value}")));
    }
    if let Some(subject) = of.and_then(|kind| kind.subjects(around.world).into_iter().find(|subject| subject.id == *id))
    {
        if let Some(vpc) = &subject.vpc {
            lines.push(Cell::plain(format!("  {:<12} {vpc}", "vpc")));
        }
        let mut tags = subject.tags.clone();
        let told = around.world.by_key::<crate::kinds::resource_tags::TaggedResource>(&id.scope, &id.key);
        for (key, value) in told.iter().flat_map(|tagged| &tagged.tags) {
            tags.entry(key.clone()).or_insert_with(|| value.clone());
        }
        lines.extend([Cell::plain(""), heading("tags")]);
        if tags.is_empty() {
            lines.push(Cell::dim("  none"));
        }
        let tag = |(key, value): (&String, &String)| Cell::plain(crate::text::mask_text(&format!("  {key} = {value}")));
        lines.extend(tags.iter().map(tag));
        if !subject.ties.is_empty() {
            lines.extend([Cell::plain(""), heading("points at")]);
            lines.extend(subject.ties.iter().map(|tie| Cell::plain(format!("  {}", tie.to))));
        }
    }
    lines
}

#[cfg(test)]
mod tests;
