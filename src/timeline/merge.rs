//! One list of many: in the order of time, within the window, nothing twice. The same thing told by several sources is
//! one event; equal ones that follow each other are folded into one with a count. Pure.

use jiff::Timestamp;

use super::event::{Event, EventKind};

/// Two sources that tell of the same thing differ by no more than this, in seconds.
const SAME: i64 = 90;

/// Events in the order of time, within `window` (its ends included), nothing twice, equal neighbours folded. Whatever
/// order they come in, the same list comes out.
#[must_use]
pub fn merge(mut events: Vec<Event>, (from, to): (Timestamp, Timestamp)) -> Vec<Event> {
    events.retain(|event| event.until.unwrap_or(event.at) >= from && event.at <= to);
    events.sort_by(|a, b| {
        let key = |event: &Event| (event.at, event.kind, event.subject.as_ref().map(|it| it.id.clone()));
        key(a)
            .cmp(&key(b))
            .then_with(|| a.what.cmp(&b.what))
            .then_with(|| a.source.cmp(b.source))
            .then_with(|| a.by.cmp(&b.by))
            .then_with(|| a.requests.cmp(&b.requests))
    });
    let own = join_own(events);
    fold(without_twins(own))
}

/// Our own change is in the journal and in CloudTrail: one event, ours, with who CloudTrail says it was.
fn join_own(events: Vec<Event>) -> Vec<Event> {
    let (trail, mut rest): (Vec<Event>, Vec<Event>) =
        events.into_iter().partition(|event| event.kind == EventKind::Change && !event.requests.is_empty());
    let mut left = Vec::new();
    for change in trail {
        let same = |event: &&mut Event| {
            event.kind == EventKind::OwnChange && event.requests.iter().any(|id| change.requests.contains(id))
        };
        match rest.iter_mut().find(same) {
            Some(own) => {
                if own.by.is_none() {
                    own.by = change.by;
                }
                if own.subject.is_none() {
                    own.subject = change.subject;
                }
            }
            None => left.push(change),
        }
    }
    rest.extend(left);
    rest.sort_by_key(|event| event.at);
    rest
}

/// Drops what is told twice: the very same sentence of the same thing at about the same time.
fn without_twins(events: Vec<Event>) -> Vec<Event> {
    let mut kept: Vec<Event> = Vec::with_capacity(events.len());
    for event in events {
        let same = |known: &Event| {
            let near = event.at.duration_since(known.at).as_secs().abs();
            let alike = known.kind == event.kind && known.subject == event.subject && known.what == event.what;
            // One source tells equal things of different moments; two sources tell of one.
            alike && if known.source == event.source { near == 0 } else { near <= SAME }
        };
        let twin = kept.iter().rev().take_while(|known| event.at.duration_since(known.at).as_secs() <= SAME).any(same);
        if !twin {
            kept.push(event);
        }
    }
    kept
}

/// Folds equal events of one thing that no other event of that thing stands between.
fn fold(events: Vec<Event>) -> Vec<Event> {
    let mut folded: Vec<Event> = Vec::with_capacity(events.len());
    for event in events {
        let last = folded.iter_mut().rev().find(|known| known.subject == event.subject && known.kind == event.kind);
        match last.filter(|known| known.what == event.what && known.by == event.by && folds(event.kind)) {
            Some(known) => {
                known.times += event.times;
                known.until = Some(event.until.unwrap_or(event.at));
                known.requests.extend(event.requests);
            }
            None => folded.push(event),
        }
    }
    folded
}

/// What repeats itself; a change that somebody made twice was made twice.
const fn folds(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ServiceEvent | EventKind::TaskStopped | EventKind::DbEvent | EventKind::Scaling | EventKind::Health
    )
}
