//! Why an environment is not well: each cause with what speaks for and against it, what was changed before, and what to do
//! next. Every line leads to the resource it speaks of. Makes blocks; the page is a sheet. Pure.

mod next_steps;

use super::detail::Around;
use super::sheet::{Block, Item, NextStep, RowStyle, RowTarget, Sheet};
use crate::diagnosis::explain::{Cause, Evidence, Explanation, Named};
use crate::display::{Cell, Moment, Tone};
use crate::engine::explanation::{explanation, explanation_reads};
use crate::engine::headless::at_once;
use crate::overview::EnvironmentStatus;
use crate::text::{moment, span};
use crate::timeline::Event;
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, Health};

/// How a page is filled: whether answers to what it wants are still waited for, and whether its rows are put in order anew.
pub type Filling<'f> = (&'f dyn Fn(&[ReadRequest]) -> bool, bool);

/// The page, with what it wants to have read.
#[derive(Clone, Debug)]
pub struct ExplainPage {
    /// Of which environment.
    pub environment: EnvironmentName,
    /// Its rows.
    pub sheet: Sheet,
    /// What its rules want to have read.
    pub wants: Vec<ReadRequest>,
}

impl ExplainPage {
    /// The page before anything was read for it.
    #[must_use]
    pub fn new(environment: EnvironmentName) -> Self {
        Self { environment, sheet: Sheet::default(), wants: Vec::new() }
    }

    /// Fills it with what is known now; `known` is what the journal and the memory tell, and `is_reading` tells whether answers are still waited for.
    pub fn fill(
        &mut self,
        status: &EnvironmentStatus,
        around: Around<'_>,
        known: Vec<Event>,
        (is_reading, resort): Filling<'_>,
    ) {
        let wants = explanation_reads(around.world, status, around.now, around.zone);
        self.wants = at_once(&wants.into_iter().map(|want| want.request).collect::<Vec<_>>());
        let reading = is_reading(&self.wants);
        let told = explanation(around.world, status, &known, around.now, around.zone);
        self.sheet.fill(blocks(status, &told, around, reading), resort);
    }
}

/// The blocks of the page.
#[must_use]
pub fn blocks(status: &EnvironmentStatus, told: &Explanation, around: Around<'_>, reading: bool) -> Vec<Block> {
    let mut blocks = vec![head(status, told, around, reading)];
    blocks.extend(told.findings.iter().enumerate().map(|(at, cause)| finding(at + 1, cause, around)));
    if !told.unexplained.is_empty() {
        let items = told.unexplained.iter().map(|one| {
            let item = Item::prose(one.what.clone(), vec![Cell::plain(one.what.clone())]);
            item.to(Some(target(&one.resource)))
        });
        blocks.push(block("unexplained", "what nothing explains".to_owned(), items.collect()));
    }
    if !told.missing.is_empty() && !reading {
        let items = told.missing.iter().map(|one| {
            let what = format!("{} ({})", one.operation, one.why.replace('_', " "));
            Item::prose(what.clone(), vec![Cell::plain(what), Cell::dim(format!("would tell {}", one.would_tell))])
        });
        blocks.push(block("missing", "what was not read".to_owned(), items.collect()));
    }
    blocks
}

fn block(key: &str, title: String, items: Vec<Item>) -> Block {
    Block { key: key.to_owned(), title, items, ..Block::default() }
}

fn target(named: &Named) -> RowTarget {
    RowTarget::Resource(named.id.clone())
}

fn head(status: &EnvironmentStatus, told: &Explanation, around: Around<'_>, reading: bool) -> Block {
    let since = told.since.map(|at| {
        let ago = span(around.now.duration_since(at).as_secs());
        format!(" since {} ({ago})", moment(at, around.now, around.zone))
    });
    let message = format!("{} is {}{}", status.name, told.health.word(), since.unwrap_or_default());
    let mut cells = vec![Cell::sentence(told.health, message)];
    if reading {
        cells.push(Cell::dim("reading logs, events and changes…"));
    } else if told.findings.is_empty() && told.unexplained.is_empty() {
        cells.push(Cell::dim("nothing to explain"));
    }
    let item = Item::prose("head", cells).of(told.health);
    block("head", String::new(), vec![item.to(Some(RowTarget::Environment(status.name.clone())))])
}

fn finding(number: usize, cause: &Cause, around: Around<'_>) -> Block {
    let since = cause.since.map(|at| format!(" · since {}", moment(at, around.now, around.zone))).unwrap_or_default();
    let title = format!("{number} · {}{since}", cause.confidence.word());
    let key = format!("{} {}", cause.rule, cause.resource.id);
    let lead = Item::prose("cause", vec![Cell::of(cause.health, cause.message.clone())]).of(cause.health);
    let mut items = vec![lead.to(Some(target(&cause.resource)))];
    items.extend(cause.evidence.iter().map(|one| line("for", one, Tone::Plain, &cause.resource)));
    items.extend(cause.against.iter().map(|one| {
        let spoken = Evidence { what: format!("against: {}", one.what), ..one.clone() };
        line("against", &spoken, Tone::Dim, &cause.resource)
    }));
    items.extend(cause.changes_before.iter().map(change));
    if !cause.effects.is_empty() {
        for effect in &cause.effects {
            let text = format!("suffers from it: {}", effect.name);
            let item = Item::prose(format!("effect {}", effect.id), vec![Cell::dim(text)]);
            items.push(item.to(Some(target(effect))));
        }
    }
    items.extend(cause.next.iter().map(|next| {
        let item = Item::prose(format!("next {next}"), vec![Cell::strong(format!("→ {next}"))]);
        // What is to be done is done at the cause: its page offers the actions.
        item.to(Some(target(&cause.resource)))
    }));
    items.extend(next_steps::of(cause, around));
    block(&key, title, items)
}

/// A line of evidence, with its clock where it has one; it leads to what it was told of, a line of a log to its log, and
/// what names nothing to where the cause sits.
fn line(of: &str, one: &Evidence, tone: Tone, cause: &Named) -> Item {
    let key = format!("{of} {}", one.what);
    let about = one.resource.as_ref().unwrap_or(cause);
    let door = match one.source {
        "logs:GetLogEvents" => RowTarget::Step(NextStep::Logs(one.at), about.id.clone()),
        _ => target(about),
    };
    let door = Some(door);
    let item = Item::prose(key, vec![Cell { text: one.what.clone(), tone }]).to(door);
    match one.at {
        Some(at) => Item { look: RowStyle::Moment(Moment { at, message: one.what.clone(), tone }), ..item },
        None => item,
    }
}

/// What was changed before, and by whom.
fn change(event: &Event) -> Item {
    let by = event.who().map(|by| format!(", by {by}")).unwrap_or_default();
    let message = format!("changed before: {}{by}", event.what);
    let door = event.subject.as_ref().map(|subject| RowTarget::Resource(subject.id.clone()));
    let item = Item::prose(format!("change {message} {}", event.at), Vec::new()).to(door);
    Item {
        name: message.clone(),
        look: RowStyle::Moment(Moment { at: event.at, message, tone: Tone::Of(Health::Changing) }),
        ..item
    }
}

#[cfg(test)]
mod tests;
