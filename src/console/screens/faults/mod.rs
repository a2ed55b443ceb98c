//! What could not be read and what to do about it, who we are in each scope, and the last lines of
//! the journal, which has a place of its own. Makes blocks; the page itself is a sheet. Pure.

use jiff::tz::TimeZone;

use super::sheet::{Block, Item, RowStyle};
use crate::display::{Cell, Moment, Tone};
use crate::engine::journal::Entry;
use crate::text;
use crate::world::{Fault, Scope, World};

/// What the page is made of.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// What is believed.
    pub world: &'a World,
    /// Where we look.
    pub scopes: &'a [Scope],
    /// Why it could not be told where to look.
    pub nowhere: Option<&'a Fault>,
    /// The journal's end, newest last.
    pub journal: &'a [Entry],
    /// The moment of the picture.
    pub now: jiff::Timestamp,
    /// The reader's time zone.
    pub zone: &'a TimeZone,
}

/// So many entries of the journal stand here.
const LAST: usize = 5;

/// The blocks of the page.
#[must_use]
pub fn blocks(around: Around<'_>) -> Vec<Block> {
    vec![faults(around), identities(around), journal(around)]
}

fn faults(around: Around<'_>) -> Block {
    let here = Scope::new("the configured source", "the configured region");
    let nowhere = around.nowhere.map(|fault| item("", &here, fault, Vec::new()));
    let who = around.scopes.iter().filter_map(|scope| {
        around.world.identity_fault(scope).map(|fault| item("who", scope, fault, vec![format!("in {scope}")]))
    });
    let shelves = around.world.shelves().flat_map(|(scope, kind, store)| {
        let tried = store.tried_at.map(|at| format!("tried {}", text::when(at, around.now, around.zone)));
        let kept = match store.oldest() {
            Some(at) => format!("what is shown is from {}", text::when(at, around.now, around.zone)),
            None => "nothing was ever read of it".to_owned(),
        };
        store.faults().enumerate().map(move |(at, fault)| {
            let place = format!("{kind} in {scope}");
            let about: Vec<String> = std::iter::once(place).chain(tried.clone()).chain([kept.clone()]).collect();
            item(&format!("{kind} {at}"), scope, fault, vec![about.join(" · ")])
        })
    });
    Block {
        key: "faults".to_owned(),
        title: "faults: what could not be read".to_owned(),
        items: nowhere.into_iter().chain(who).chain(shelves).collect(),
        empty: "everything could be read".to_owned(),
        ..Block::default()
    }
}

fn item(key: &str, scope: &Scope, fault: &Fault, about: Vec<String>) -> Item {
    let message = Cell { text: text::mask_text(&fault.sentence()).into_owned(), tone: Tone::Fault };
    let remedy = Cell::plain(format!("→ {}", fault.remedy(scope)));
    let about = about.into_iter().map(Cell::dim);
    let request = fault.request_id.as_ref().map(|id| Cell::dim(format!("request id {id}")));
    let key = format!("{scope} {key} {} {}", fault.operation, fault.on.as_deref().unwrap_or_default());
    Item::prose(key, std::iter::once(message).chain([remedy]).chain(about).chain(request).collect())
}

fn identities(around: Around<'_>) -> Block {
    let items = around.scopes.iter().map(|scope| {
        let text = match (around.world.identity(scope), around.world.identity_fault(scope)) {
            (Some(who), _) => Cell::plain(format!("account {} as {}", who.account, who.arn)),
            (None, Some(_)) => Cell { text: "not known; see above".to_owned(), tone: Tone::Fault },
            (None, None) => Cell::dim("asking…"),
        };
        Item::prose(scope.to_string(), vec![Cell::strong(scope.to_string()), text])
    });
    Block {
        key: "identities".to_owned(),
        title: "identity".to_owned(),
        items: items.collect(),
        empty: "accounts and regions are not known yet".to_owned(),
        ..Block::default()
    }
}

fn journal(around: Around<'_>) -> Block {
    let items = around.journal.iter().rev().take(LAST).map(|entry| {
        let tone = match entry.done {
            Some(true) => Tone::Plain,
            Some(false) => Tone::Fault,
            None => Tone::Strong,
        };
        let who = entry.who.as_deref().map(|who| format!(" by {who}")).unwrap_or_default();
        let message = format!("{}: {} in {}{who}", entry.message, entry.outcome, entry.environment);
        let mut item = Item::prose(entry.id.clone(), Vec::new());
        item.name.clone_from(&entry.message);
        item.look = RowStyle::Moment(Moment { at: entry.at, message, tone });
        item
    });
    Block {
        key: "journal".to_owned(),
        title: "journal, its last entries (:journal shows all of it)".to_owned(),
        items: items.collect(),
        empty: "nothing was changed from here".to_owned(),
        ..Block::default()
    }
}

#[cfg(test)]
mod tests;
