//! The page of one procedure: what it does, where it stands, how far its parts have come, and how it ended.
//! Pure; knows no procedure by name.

use jiff::Timestamp;

use super::detail::section;
use super::sheet::{Block, Item, Note};
use crate::change::{Bar, How};
use crate::console::widgets::gauge;
use crate::console::widgets::gauge::Progress;
use crate::display::{Align, Cell, Column, Tone, Width};
use crate::engine::running::Underway;
use crate::operations::release_part::parts_back;
use crate::text;
use crate::world::Health;

const BARS: &[Column] = &[
    Column { title: "", width: Width::Fit(8, 40), align: Align::Left, keep: 9 },
    Column { title: "", width: Width::Fit(10, 20), align: Align::Left, keep: 8 },
    Column { title: "", width: Width::Fit(3, 9), align: Align::Right, keep: 9 },
    Column { title: "", width: Width::Fill(10), align: Align::Left, keep: 7 },
];

/// How wide a bar is drawn.
const BAR: u16 = 20;

/// The blocks of its page; `None` once it is forgotten. `key` takes back what a release that failed has done.
#[must_use]
pub fn blocks(of: Option<&Underway>, now: Timestamp, key: &str) -> Vec<Block> {
    let Some(of) = of else {
        let empty = "it is no longer kept here; :journal shows how it ended".to_owned();
        return vec![Block { key: "gone".to_owned(), empty, ..Block::default() }];
    };
    let mut blocks = vec![head(of, now, key)];
    if !of.report.bars.is_empty() {
        let done = of.ended.as_ref().is_some_and(|(_, ending)| ending.how == How::Done);
        let items = of.report.bars.iter().map(|one| bar(one, done)).collect();
        blocks.push(Block { key: "bars".to_owned(), columns: BARS, items, ..Block::default() });
    }
    blocks.extend(of.report.sections.iter().cloned().enumerate().map(|(at, one)| section(at, one)));
    let calls = of
        .plan
        .calls
        .iter()
        .enumerate()
        .map(|(at, call)| Item::prose(format!("call {at}"), vec![Cell::dim(format!("· {call}"))]));
    blocks.push(Block { key: "plan".to_owned(), title: "plan".to_owned(), items: calls.collect(), ..Block::default() });
    blocks
}

fn head(of: &Underway, now: Timestamp, key: &str) -> Block {
    let (health, message) = match &of.ended {
        Some((_, ending)) => {
            let health = if ending.how == How::Done { Health::Well } else { Health::Bad };
            (health, ending.message.clone())
        }
        None if of.seen_at.is_none() => (Health::Changing, "begins…".to_owned()),
        None => (of.report.health, of.report.message.clone()),
    };
    let mut cells = vec![Cell::of(health, message)];
    if of.ended.is_none() {
        let stands = of.report.stands.as_ref().map(|_| of.report.if_left().to_owned());
        cells.extend(stands.map(Cell::dim));
    }
    let failed = of.ended.as_ref().is_some_and(|(_, ending)| ending.how != How::Done);
    if failed && parts_back(&of.report.parts).next().is_some() {
        cells.push(Cell::strong(format!("{key} opens the plan that takes back what was changed")));
    }
    let until = of.ended.as_ref().map_or(now, |(at, _)| *at);
    let span = text::span(until.duration_since(of.since).as_secs().max(0));
    let took = if of.ended.is_some() { format!("took {span}") } else { format!("for {span} so far") };
    cells.push(Cell::dim(format!("in {}, {} · {took}", of.plan.environment, of.plan.scope)));
    let item = Item::prose("head", cells).of(health);
    // What is over is not read any more.
    let note = Note { read_at: of.seen_at.filter(|_| of.ended.is_none()), ..Note::default() };
    Block { key: "head".to_owned(), title: of.plan.message.clone(), note, items: vec![item], ..Block::default() }
}

/// A part and how far it has come; `done` once the whole ended as planned, and nothing of it changes any more.
fn bar(bar: &Bar, done: bool) -> Item {
    let health = if done && bar.health == Health::Changing { Health::Well } else { bar.health };
    let shades = gauge::bar(Progress { done: bar.done, pending: 0, total: bar.all }, BAR);
    let waits = health == Health::Unknown;
    let cells = vec![
        Cell { text: bar.label.clone(), tone: if waits { Tone::Dim } else { Tone::Plain } },
        if waits { Cell::dim(shades) } else { Cell::of(health, shades) },
        Cell::strong(format!("{}/{}", bar.done, bar.all)),
        Cell::dim(bar.note.clone()),
    ];
    let item = Item::row(bar.label.clone(), bar.label.clone(), cells);
    // What has not begun, or is not there any more, is no riddle: it has no mark.
    if waits { item } else { item.of(health) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::screens::sheet::RowStyle;

    #[test]
    fn a_bar_fits_its_column_and_its_figures_stand_once() {
        let one =
            Bar { label: "new tasks".into(), done: 1, all: 3, note: "1 starting".into(), health: Health::Changing };
        let RowStyle::Cells(cells) = bar(&one, false).look else { panic!("a bar is a row") };
        let texts: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["new tasks", "██████░░░░░░░░░░░░░░", "1/3", "1 starting"]);
    }

    #[test]
    fn what_is_over_changes_no_more_and_what_waits_has_no_mark() {
        let one = |health| Bar { label: "new tasks".into(), done: 3, all: 3, note: String::new(), health };
        let mark = |health, done| bar(&one(health), done).health;
        assert_eq!(mark(Health::Changing, false), Some(Health::Changing));
        assert_eq!(mark(Health::Changing, true), Some(Health::Well));
        assert_eq!(mark(Health::Bad, true), Some(Health::Bad));
        assert_eq!(mark(Health::Unknown, false), None);
    }
}
