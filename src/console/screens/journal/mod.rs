//! What was done from here: a line a change, newest first, its steps below it, each opening to all that is
//! known of it. Makes blocks and texts of entries, for the console and for `toban journal`. Pure.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::sheet::{Block, Item, RowStyle, RowTarget};
use super::viewer::Viewer;
use crate::display::{Cell, Column, Tone, Width};
use crate::engine::journal::{Entry, nested};
use crate::engine::running::Underway;
use crate::text;
use crate::world::{Arn, Health};

const COLUMNS: &[Column] = &[
    Column::text("WHEN", Width::Fit(5, 16), 8),
    Column::text("ENVIRONMENT", Width::Fit(6, 24), 6),
    Column::text("CHANGE", Width::Fit(16, 60), 9),
    Column::text("OUTCOME", Width::Fill(16), 8),
    Column::text("BY", Width::Fit(4, 24), 3),
];

/// Which of them tells how it ended.
const OUTCOME: usize = 3;

/// More entries than this are for `toban journal`: a page is made anew with every picture.
const MOST: usize = 500;

/// The blocks of the page. What is under way in this console is said to be, though its end is not written yet.
#[must_use]
pub fn blocks(entries: &[Entry], underway: &[Underway], now: Timestamp, zone: &TimeZone) -> Vec<Block> {
    let whole = nested(entries);
    let hidden = whole.len().saturating_sub(MOST);
    let shown = whole.iter().rev().take(MOST);
    let items = shown.flat_map(|(entry, steps)| {
        let step = |step: &&Entry| row(step, "  └ ", now, zone);
        let mut first = row(entry, "", now, zone);
        if underway.iter().any(|one| is_same(one, entry)) {
            first = moving(first);
        }
        std::iter::once(first).chain(steps.iter().map(step)).collect::<Vec<_>>()
    });
    let mut blocks = vec![Block {
        key: "journal".to_owned(),
        columns: COLUMNS,
        items: items.collect(),
        empty: "nothing was changed from here yet".to_owned(),
        ..Block::default()
    }];
    if hidden > 0 {
        let message = format!("{hidden} older changes are not shown here; `toban journal` prints all");
        let items = vec![Item::prose("older", vec![Cell::dim(message)])];
        blocks.push(Block { key: "older".to_owned(), items, ..Block::default() });
    }
    blocks
}

/// Whether an entry without an end is this procedure, which has not ended here: it was written down when that began.
fn is_same(one: &Underway, entry: &Entry) -> bool {
    one.ended.is_none()
        && entry.done.is_none()
        && entry.message == one.plan.message
        && entry.environment == one.plan.environment.as_str()
        && entry.at.duration_since(one.since).abs() < SignedDuration::from_secs(30)
}

fn moving(mut item: Item) -> Item {
    item.health = Some(Health::Changing);
    if let RowStyle::Cells(cells) = &mut item.look
        && let Some(outcome) = cells.get_mut(OUTCOME)
    {
        *outcome = Cell::of(Health::Changing, "in progress, :progress shows it");
    }
    item
}

fn row(entry: &Entry, lead: &str, now: Timestamp, zone: &TimeZone) -> Item {
    let health = health(entry);
    let tone = if health == Health::Well { Tone::Plain } else { Tone::Of(health) };
    let cells = vec![
        Cell::dim(text::moment(entry.at, now, zone)),
        Cell::plain(if lead.is_empty() { entry.environment.as_str() } else { "" }),
        Cell {
            text: format!("{lead}{}", entry.message),
            tone: if lead.is_empty() { Tone::Strong } else { Tone::Plain },
        },
        Cell { text: outcome(entry), tone },
        Cell::dim(entry.by().map(caller).unwrap_or_default()),
    ];
    Item::row(entry.id.clone(), entry.message.clone(), cells).of(health).to(Some(RowTarget::Entry(entry.id.clone())))
}

/// How an entry is, as a health: what did not do what was planned is bad, what nobody knows is unknown.
#[must_use]
pub fn health(entry: &Entry) -> Health {
    match entry.done {
        Some(true) => Health::Well,
        Some(false) => Health::Bad,
        None => Health::Unknown,
    }
}

/// How it ended, with a word on how that is known.
#[must_use]
pub fn outcome(entry: &Entry) -> String {
    if entry.seen_later { format!("seen later: {}", entry.outcome) } else { entry.outcome.clone() }
}

/// The caller without what all of them share: `duty/me` of `arn:aws:sts::…:assumed-role/duty/me`.
fn caller(arn: &str) -> String {
    let arn = Arn::from(arn);
    let resource = arn.resource();
    resource.split_once('/').map_or(resource, |(_, name)| name).to_owned()
}

/// All that is known of one entry, with its steps or the procedure it belongs to; `None` if it is not there.
#[must_use]
pub fn page(entries: &[Entry], id: &str, now: Timestamp, zone: &TimeZone) -> Option<Viewer> {
    let (entry, steps) = nested(entries).into_iter().find_map(|(entry, steps)| {
        if entry.id == id {
            return Some((entry, steps));
        }
        steps.into_iter().find(|step| step.id == id).map(|step| (step, Vec::new()))
    })?;
    let mut lines = about(entry, true, (now, zone));
    for step in steps {
        lines.push(Cell::plain(""));
        lines.push(Cell::strong(format!("└ {}", step.message)));
        let deeper = about(step, false, (now, zone)).into_iter().skip(1);
        lines.extend(deeper.map(|line| Cell { text: format!("  {}", line.text), tone: line.tone }));
    }
    Some(Viewer::new("journal entry", entry.message.clone(), lines))
}

/// The lines of one entry: the change itself first. A step below its procedure (`whole` is false) leaves out what it
/// shares with that.
#[must_use]
pub fn about(entry: &Entry, whole: bool, (now, zone): (Timestamp, &TimeZone)) -> Vec<Cell> {
    let said = |label: &str, text: &str| Cell::plain(format!("{label:<13}{text}"));
    let mut lines = vec![Cell::strong(entry.message.clone())];
    lines.push(Cell { text: format!("{:<13}{}", "outcome", outcome(entry)), tone: Tone::Of(health(entry)) });
    lines.push(said("sent", &text::when(entry.at, now, zone)));
    lines.extend(entry.ended_at.map(|at| said("ended", &text::when(at, now, zone))));
    if whole {
        lines.push(said("environment", &entry.environment));
        let account = entry.account.as_ref().map(|account| format!(", account {account}")).unwrap_or_default();
        lines.push(said("where", &format!("{}{account}", entry.scope)));
        lines.push(said("by", entry.who.as_deref().unwrap_or("a caller that was not known then")));
        lines.push(said("reason", entry.reason.as_deref().unwrap_or("none was given")));
    }
    lines.extend(entry.calls.iter().map(|call| said("call", call)));
    lines.extend(entry.request_ids.iter().map(|id| said("request id", id)));
    lines.extend(entry.facts.iter().map(|(name, value)| said("got", &format!("{name} {value}"))));
    lines.push(said("entry", &entry.id));
    if entry.done.is_none() {
        // With an end it was waited for to the end, and AWS did not tell; without one, nobody was there to hear.
        let why = match entry.ended_at {
            Some(_) => "AWS's answer was lost, so that it may have been done: look at it before it is repeated",
            None => "toban was interrupted, or is still running it elsewhere",
        };
        lines.push(Cell::dim(format!("{why}; the outcome is looked up when it can be seen")));
    }
    lines
}

#[cfg(test)]
mod tests;
