//! One list of many: in the order of time, within the window, nothing twice. The same thing told by several sources is
//! one event; equal ones that follow each other are folded into one with a count. Pure.

use jiff::Timestamp;

use super::event::{Event, EventKind};

/// Two sources that tell of the same thing differ by no more than this, in seconds.
const SAME: i64 = 90;
/// So many lines beside an event that stands for several.
const DETAILS: usize = 8;

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
            .then_with(|| a.item.cmp(&b.item))
            // What is read now stands before what is remembered of it.
            .then_with(|| (a.learned, &a.detail).cmp(&(b.learned, &b.detail)))
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

/// Drops what is told twice: the same of the same thing at about the same time. Of two that tell of one, the one that
/// tells more is left.
fn without_twins(events: Vec<Event>) -> Vec<Event> {
    let mut kept: Vec<Event> = Vec::with_capacity(events.len());
    for event in events {
        let near = |known: &&mut Event| event.at.duration_since(known.at).as_secs() <= SAME;
        let twin = kept.iter_mut().rev().take_while(near).find(|known| is_twin(known, &event));
        match twin {
            Some(known) => learn(known, event),
            None => kept.push(event),
        }
    }
    kept
}

fn is_twin(known: &Event, event: &Event) -> bool {
    if known.kind != event.kind || known.subject != event.subject {
        return false;
    }
    let apart = known.item.is_some() && event.item.is_some() && known.item != event.item;
    let folded = known.item != event.item && (known.times > 1 || event.times > 1);
    if apart || folded {
        return false;
    }
    let near = event.at.duration_since(known.at).as_secs().abs();
    if known.what == event.what {
        // One source tells equal things of different moments; two sources tell of one.
        return if known.source == event.source { near == 0 } else { near <= SAME };
    }
    match event.kind {
        // A history tells from where to where and why; an alarm tells only how it stands now.
        EventKind::Alarm => known.source != event.source && state(&known.what) == state(&event.what),
        // What a revision differs in is told only where the one before is known.
        EventKind::Deployment => {
            let one_tells_more = known.what.starts_with(&event.what) || event.what.starts_with(&known.what);
            one_tells_more && (near == 0 || known.source != event.source)
        }
        _ => false,
    }
}

/// The state that an alarm's change led to: `ALARM` of `OK → ALARM: Threshold Crossed`.
fn state(what: &str) -> &str {
    let to = what.split_once(" → ").map_or(what, |(_, to)| to);
    to.split(':').next().unwrap_or(to)
}

/// Takes over what the other tells besides.
fn learn(known: &mut Event, other: Event) {
    if other.what.len() > known.what.len() {
        (known.what, known.source) = (other.what, other.source);
    }
    if other.detail.len() > known.detail.len() {
        known.detail = other.detail;
    }
    known.by = known.by.take().or(other.by);
    known.item = known.item.take().or(other.item);
    // What AWS tells still is not from memory.
    known.learned = known.learned.take().filter(|_| other.learned.is_some());
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
                let room = DETAILS.saturating_sub(known.detail.len());
                let new: Vec<String> =
                    event.detail.into_iter().filter(|line| !known.detail.contains(line)).take(room).collect();
                known.detail.extend(new);
                if known.item != event.item {
                    known.item = None;
                }
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
