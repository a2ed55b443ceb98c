//! One environment: its verdict with the findings, then a panel for each list of resources, in the
//! order of kinds. Makes blocks of a picture; the page itself is a sheet. Pure; knows no kind by name.

use crate::overview::EnvironmentStatus;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::detail::Around;
use super::sheet::{Block, Item, Note, RowStyle, RowTarget};
use crate::display::{Cell, Column, Row, Tone, Width};
use crate::environment::Member;
use crate::kinds::catalog::{KINDS, kind};
use crate::kinds::{AnyKind, KindContext, PollClass, ResourceIndex};
use crate::offhours::OffHours;
use crate::schedule::wording;
use crate::text::when;
use crate::world::{Fault, FaultKind, Health, KindName, ResourceId, Scope, StoredPart, World};

const SHARED: &[Column] = &[
    Column::text("KIND", Width::Fit(6, 18), 7),
    Column::text("NAME", Width::Fit(10, 44), 9),
    Column::text("STATE", Width::Fit(6, 10), 6),
    Column::text("USED BY", Width::Fill(16), 4),
];

/// Lines of evidence shown of findings that are not the headline.
const OTHERS: usize = 2;

/// The blocks of an environment's page.
#[must_use]
pub fn blocks(
    environment: &EnvironmentStatus,
    around: Around<'_>,
    changed: &BTreeMap<ResourceId, Timestamp>,
) -> Vec<Block> {
    let resource_index = ResourceIndex::of(around.world);
    let changed: HashSet<&str> = changed.keys().map(|id| &*id.key).collect();
    let mut blocks = vec![verdict(environment, around)];
    let mut lists: Vec<&'static str> = Vec::new();
    for shown in KINDS.iter().filter_map(|kind| kind.shown()) {
        if !lists.contains(&shown.list) {
            lists.push(shown.list);
        }
    }
    let panels = lists.into_iter().filter_map(|list| panel(list, environment, around, (&resource_index, &changed)));
    // What is sick stands before what is not, whatever it is; else the order is that of kinds.
    let (sick, others): (Vec<Block>, Vec<Block>) = panels.partition(is_sick);
    blocks.extend(sick);
    blocks.extend(environment.offhours.as_deref().map(|off| offhours(off, around)));
    blocks.extend(others);
    blocks.extend(shared(environment));
    blocks
}

/// Whether something in a panel is sick.
fn is_sick(block: &Block) -> bool {
    block.items.iter().any(|item| item.health.is_some_and(|health| matches!(health, Health::Bad | Health::Worrying)))
}

/// What it uses with others; nothing that is done with the environment touches it.
fn shared(environment: &EnvironmentStatus) -> Option<Block> {
    let items: Vec<Item> = environment
        .shared
        .iter()
        .map(|member| {
            let health = member.assessment.as_ref().map_or(Health::Unknown, |assessment| assessment.health);
            let word = member.assessment.as_ref().map_or("–", |assessment| assessment.health.word());
            let why = member.because.last().map_or("", |step| step.message.as_str());
            let singular =
                kind(member.id.kind).and_then(|kind| kind.shown()).map_or(member.id.kind.0, |shown| shown.singular);
            let cells = vec![
                Cell::dim(singular),
                Cell::plain(member.name.clone()),
                Cell::of(health, word),
                Cell::dim(why.to_owned()),
            ];
            let door = RowTarget::Resource(member.id.clone());
            Item::row(member.id.to_string(), member.name.clone(), cells).of(health).to(Some(door))
        })
        .collect();
    (!items.is_empty()).then(|| Block {
        key: "shared".to_owned(),
        title: "shared with other environments".to_owned(),
        columns: SHARED,
        items,
        ..Block::default()
    })
}

/// What happens next by schedule, when and why; and what is not as it should be.
fn offhours(off: &OffHours, around: Around<'_>) -> Block {
    let next = off.next.as_ref().map_or_else(
        || Cell::dim("no change in the next 60 days"),
        |transition| {
            let when = wording::told(transition.issue_at, around.now, &off.routine.schedule.zone, around.zone);
            Cell::plain(format!("{} {when} ({})", wording::whole(transition.verb), wording::cause(&transition.cause)))
        },
    );
    let aside = off.aside(around.now, around.zone).filter(|aside| !aside.starts_with("until"));
    let aside = aside.map(|aside| Cell::of(Health::Changing, aside));
    let mut items = vec![Item::prose("next", std::iter::once(next).chain(aside).collect())];
    for (it, message) in off.drifted(around.now, around.zone) {
        let text = format!("{} {message}", it.member.label());
        let item = Item::prose(format!("drift {}", it.arn), vec![Cell::of(Health::Worrying, text)]);
        items.push(item.to(it.id.clone().map(RowTarget::Resource)));
    }
    let title = format!("schedule {} · :schedule shows it", off.routine.schedule.name);
    Block { key: "schedule".to_owned(), title, items, ..Block::default() }
}

fn verdict(environment: &EnvironmentStatus, around: Around<'_>) -> Block {
    let health = environment.verdict.health;
    let mut items = Vec::new();
    for (at, finding) in environment.verdict.findings.iter().enumerate() {
        let message = Cell::sentence(finding.health, finding.message.clone());
        // The headline deserves all of its evidence; the others must not push the panels off the screen.
        let most = if at == 0 { usize::MAX } else { OTHERS };
        let evidence = finding.evidence.iter().filter(|line| **line != finding.message);
        let more = evidence.clone().count().saturating_sub(most);
        let more = (more > 0).then(|| Cell::dim(format!("and {more} more")));
        let evidence = evidence.take(most).map(|line| Cell::dim(line.clone()));
        let cells = std::iter::once(message).chain(evidence).chain(more).collect();
        let item = Item::prose(format!("{} {}", finding.message, at), cells).of(finding.health);
        items.push(item.to(finding.about.clone().map(RowTarget::Resource)));
    }
    if items.is_empty() {
        let message = match health {
            Health::Well => format!("well: nothing to say about any of its {} resources", environment.members.len()),
            _ => health.word().to_owned(),
        };
        items.push(Item::prose("verdict", vec![Cell::of(health, message)]).of(health));
    }
    for (at, doubt) in environment.doubts.iter().enumerate().take(OTHERS) {
        let message = Cell::of(Health::Worrying, "protected: two stages may be mixed in it");
        items.push(Item::prose(format!("doubt {at}"), vec![message, Cell::dim(doubt.clone())]));
    }
    let mut title = format!("{} is {}", environment.name, health.word());
    if environment.protected {
        title.push_str(" ■");
    }
    if let Some(since) = environment.verdict.since.filter(|_| health != Health::Well) {
        title.push_str(&format!(" · since {}", when(since, around.now, around.zone)));
    }
    let quiet = environment.faults.iter().all(|(_, fault)| fault.kind == FaultKind::Denied);
    let fault = match environment.faults.as_slice() {
        [] => None,
        [(_, fault)] if quiet => Some(format!("{} (:faults tells more)", fault.brief())),
        [(_, fault)] => Some(fault.sentence()),
        many => Some(format!("{} readings failed (:faults shows them)", many.len())),
    };
    Block {
        key: "verdict".to_owned(),
        title,
        note: Note { read_at: environment.read_at, fault, quiet },
        items,
        ..Block::default()
    }
}

/// The kinds whose readings feed a panel: those shown in it, and those that only serve them.
fn feeds(list: &str) -> Vec<KindName> {
    let shown = |kind: &&'static dyn AnyKind| kind.shown().is_some_and(|shown| shown.list == list);
    let of_list: Vec<KindName> = KINDS.iter().copied().filter(|kind| shown(kind)).map(|kind| kind.name()).collect();
    let serves =
        |kind: &&'static dyn AnyKind| kind.shown().is_none() && kind.needs().iter().any(|need| of_list.contains(need));
    let serving: Vec<KindName> = KINDS.iter().copied().filter(|kind| serves(kind)).map(|kind| kind.name()).collect();
    of_list.into_iter().chain(serving).collect()
}

/// When what a panel shows of this environment was read, the oldest of it. Where state is read by the clock it is what
/// counts, not the structure beside it, which is read every ten minutes only.
fn read_at(feeds: &[KindName], environment: &EnvironmentStatus, list: &str, world: &World) -> Option<Timestamp> {
    let live = |name: &KindName| kind(*name).is_some_and(|kind| kind.pace() == PollClass::Live);
    let any = !feeds.iter().any(live);
    let keys: HashSet<&str> =
        environment.members.iter().filter(|member| is_of(member, list)).map(|member| &*member.id.key).collect();
    let ours = |part: &str, bin: &StoredPart| {
        part.is_empty() || keys.contains(part) || bin.keys().any(|key| keys.contains(key))
    };
    let shelves = environment.scopes.iter().flat_map(|scope| {
        feeds.iter().filter(|name| any || live(name)).filter_map(move |name| world.store(scope, *name))
    });
    shelves
        .flat_map(|store| store.bins().filter(|(part, bin)| ours(part, bin)).filter_map(|(_, bin)| bin.read_at))
        .min()
}

/// Whether a resource is shown in that panel.
fn is_of(member: &Member, list: &str) -> bool {
    kind(member.id.kind).and_then(|kind| kind.shown()).is_some_and(|shown| shown.list == list)
}

fn panel(
    list: &'static str,
    environment: &EnvironmentStatus,
    around: Around<'_>,
    (resource_index, changed): (&ResourceIndex<'_>, &HashSet<&str>),
) -> Option<Block> {
    // The sick ones first, by name within; what has no say (scaling alarms) last.
    let mut members: Vec<_> = environment.members.iter().filter(|member| is_of(member, list)).collect();
    members.sort_by_key(|member| Reverse(member.assessment.as_ref().map(|assessment| assessment.health)));
    let mut items = Vec::new();
    for member in members {
        let Some(of) = kind(member.id.kind) else { continue };
        let cx = KindContext {
            world: around.world,
            resource_index,
            scope: &member.id.scope,
            protected: environment.protected,
            now: around.now,
            zone: around.zone,
        };
        let stale = is_stale(&member.id, around);
        // The first line is the resource itself; those below it are parts of it.
        let mut whole: Option<String> = None;
        for row in of.rows(&member.id, &cx) {
            let changed = row.open.as_ref().is_some_and(|open| changed.contains(&*open.key));
            let part_of = whole.clone();
            whole.get_or_insert_with(|| row.key.clone());
            let singular = of.shown().map_or("", |shown| shown.singular);
            items.push(Item { part_of, stale, changed, ..shortened(door(row), singular) });
        }
    }
    let feeds = feeds(list);
    // A fault of another environment's resources hides nothing here.
    let concerns = |scope: &Scope, fault: &Fault| environment.faults.iter().any(|(at, f)| at == scope && f == fault);
    let shelves = environment
        .scopes
        .iter()
        .flat_map(|scope| feeds.iter().filter_map(move |kind| Some((scope, around.world.store(scope, *kind)?))));
    let faults: Vec<&Fault> = shelves
        .flat_map(|(scope, store)| store.faults().map(move |fault| (scope, fault)))
        .filter(|(scope, fault)| concerns(scope, fault))
        .map(|(_, fault)| fault)
        .collect();
    let quiet = faults.iter().all(|fault| fault.kind == FaultKind::Denied);
    let fault = match faults.as_slice() {
        [] => None,
        [one] if quiet => Some(one.brief()),
        [one] => Some(one.sentence()),
        [first, rest @ ..] => Some(format!("{} (and {} more)", first.sentence(), rest.len())),
    };
    // An empty panel says something only when its reading failed: what has not been read yet may never have rows.
    if items.is_empty() && fault.is_none() {
        return None;
    }
    let read_at = read_at(&feeds, environment, list, around.world);
    let columns = KINDS.iter().filter_map(|kind| kind.shown()).find(|shown| shown.list == list)?.columns;
    let title = list.replace('_', " ");
    let empty = "nothing is known of these: the reading failed".to_owned();
    Some(Block { key: list.to_owned(), title, note: Note { read_at, fault, quiet }, columns, items, empty })
}

/// A row whose last cell does not begin with what its first one says: there it would push out what matters.
pub(super) fn shortened(mut item: Item, singular: &str) -> Item {
    let name = item.name.clone();
    if let RowStyle::Cells(cells) = &mut item.look
        && let Some(message) = cells.last_mut()
    {
        let rest = message.text.strip_prefix(singular).map_or(message.text.as_str(), str::trim_start);
        let rest = rest.strip_prefix(name.as_str()).filter(|rest| rest.starts_with([':', ' ']) && !name.is_empty());
        if let Some(rest) = rest.map(|rest| rest.trim_start_matches(':').trim_start()).filter(|rest| !rest.is_empty()) {
            message.text = rest.to_owned();
        }
    }
    item
}

/// Whether a resource is known only from before a fault.
fn is_stale(id: &ResourceId, around: Around<'_>) -> bool {
    around.world.store(&id.scope, id.kind).is_some_and(|store| {
        store.fault.is_some()
            || store.bins().any(|(_, bin)| bin.fault.is_some() && bin.keys().any(|key| key == &*id.key))
    })
}

/// A kind's row as an item of a page.
#[must_use]
pub fn door(row: Row) -> Item {
    let name = row.cells.first().map(|cell| cell.text.trim().to_owned()).unwrap_or_default();
    Item {
        behind: Vec::new(),
        key: row.key,
        name,
        part_of: None,
        door: row.open.map(RowTarget::Resource),
        health: row.health,
        look: RowStyle::Cells(row.cells),
        stale: false,
        changed: false,
    }
}

/// What is said of an environment that is not there (any more); `back` is the key that leads to the fleet.
#[must_use]
pub fn missing(name: &str, complete: bool, back: &str) -> Vec<Block> {
    let (message, remedy) = if complete {
        (
            format!("there is no environment {name}"),
            format!(
                "it may have been renamed or removed; {back} goes back, :unassigned shows what could not be placed"
            ),
        )
    } else {
        (format!("looking for {name}"), format!("it appears here as soon as it is found; {back} goes to the fleet"))
    };
    let item = Item::prose("missing", vec![Cell { text: message, tone: Tone::Plain }, Cell::dim(remedy)]);
    vec![Block { key: "missing".to_owned(), items: vec![item], ..Block::default() }]
}

/// What the description of an environment says: where it is, how it was found, what is in it.
#[must_use]
pub fn description(environment: &EnvironmentStatus) -> Vec<Cell> {
    let or_none = |text: Option<&str>| text.unwrap_or("–").to_owned();
    let mut lines = vec![Cell::strong(environment.name.as_str())];
    let confidence = environment.confidence();
    let facts = [
        ("project", or_none(environment.project.as_deref())),
        ("stage", or_none(environment.stage.as_deref())),
        ("protected", if environment.protected { "yes: changes need its name typed" } else { "no" }.to_owned()),
        ("confidence", format!("{}: {}", confidence.level.word(), confidence.why)),
        ("account", or_none(environment.account.as_ref().map(crate::world::AccountId::as_str))),
        ("region", or_none(environment.region.as_ref().map(crate::world::Region::as_str))),
    ];
    lines.extend(facts.iter().map(|(label, value)| Cell::plain(format!("  {label:<12} {value}"))));
    if !environment.doubts.is_empty() {
        lines.extend([Cell::plain(""), Cell::strong("why it is protected: two stages may be mixed in it")]);
        lines.extend(environment.doubts.iter().map(|doubt| Cell::plain(format!("  {doubt}"))));
        let name = &environment.name;
        lines.push(Cell::dim(format!("  protected = false in [environment.\"{name}\"] confirms it as it is")));
    }
    if !environment.shared.is_empty() {
        lines.extend([Cell::plain(""), Cell::strong("what it uses with others")]);
        for member in &environment.shared {
            lines.push(Cell::plain(format!("  {} {}", member.id.kind, member.name)));
            lines.extend(member.because.iter().map(|step| Cell::dim(format!("      {}", step.message))));
        }
    }
    lines.extend([Cell::plain(""), Cell::strong("what belongs to it, and why")]);
    for member in &environment.members {
        lines.push(Cell::plain(format!("  {} {}", member.id.kind, member.name)));
        lines.extend(member.because.iter().map(|step| Cell::dim(format!("      {}", step.message))));
    }
    lines
}

#[cfg(test)]
mod tests;
