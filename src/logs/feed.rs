//! What is read, kept and clustered together: answers go in, lines stand in their order with what happened between them.
//! One for each page of logs and each run of the command; pure.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};

use super::level::Level;
use super::mark::Mark;
use super::source::LogSource;
use super::store::{Kind, Limit, LineKey, LineStore, NewLine};
use super::tail::{Heard, Span, Tail};
use super::template::Miner;
use crate::kinds::log_page::{LogEvent, LogPage};
use crate::text::moment;
use crate::world::{Fault, Health};

/// Lines as they come.
#[derive(Clone, Debug)]
pub struct Feed {
    /// What is asked next.
    pub tail: Tail,
    /// What is kept.
    pub store: LineStore,
    /// What it is made of.
    pub miner: Miner,
    /// How marks read, by the line's key.
    pub tones: BTreeMap<LineKey, Health>,
    zone: TimeZone,
    /// Gaps that are open: source with the id of its line.
    gaps: BTreeMap<usize, u64>,
    /// Where gaps end, by the line's key.
    ends: BTreeMap<LineKey, i64>,
    /// The stream marks and gaps come by.
    beside: u32,
    /// Lines that came and were not taken in yet: source and line, in the order they came.
    backlog: VecDeque<(usize, LogEvent)>,
}

/// What an answer brought.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Brought {
    /// Lines that are new, by their keys, in the order they came.
    pub keys: Vec<LineKey>,
    /// Lines that were taken away: gaps that are filled.
    pub gone: Vec<LineKey>,
    /// What is to be said.
    pub notes: Vec<String>,
}

impl Feed {
    /// Reads `sources` from `now` on and keeps as much as `limit` says. Moments are told in `zone`.
    #[must_use]
    pub fn new(sources: Vec<LogSource>, span: Span, limit: Limit, (now, zone): (Timestamp, TimeZone)) -> Self {
        let mut store = LineStore::new(limit);
        let beside = store.stream_number(usize::MAX, &Arc::from(""));
        Self {
            tail: Tail::new(sources, span, now),
            store,
            miner: Miner::default(),
            tones: BTreeMap::new(),
            zone,
            gaps: BTreeMap::new(),
            ends: BTreeMap::new(),
            beside,
            backlog: VecDeque::new(),
        }
    }

    /// Takes an answer with all of its lines.
    pub fn hear(&mut self, number: u64, got: Result<LogPage, Fault>, now: Timestamp) -> Brought {
        let mut brought = self.take(number, got, now);
        brought.keys.extend(self.digest(usize::MAX));
        brought
    }

    /// Takes in lines that came, `most` of them at most: whoever draws between takes them a slice at a time, because ten
    /// thousand in one go take longer than a frame. The keys of what is new.
    pub fn digest(&mut self, most: usize) -> Vec<LineKey> {
        let many = self.backlog.len().min(most);
        let slice: Vec<(usize, LogEvent)> = self.backlog.drain(..many).collect();
        slice.iter().filter_map(|(source, event)| self.line(*source, event)).collect()
    }

    /// How many lines came and were not taken in yet.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.backlog.len()
    }

    /// Takes an answer; its lines wait to be [taken in](Self::digest).
    pub fn take(&mut self, number: u64, got: Result<LogPage, Fault>, now: Timestamp) -> Brought {
        let mut brought = Brought::default();
        for heard in self.tail.hear(number, got, now) {
            match heard {
                Heard::Lines { source, events } => self.backlog.extend(events.into_iter().map(|event| (source, event))),
                Heard::Gap { source, from, to, why } => {
                    if let Some(old) = self.gaps.remove(&source) {
                        brought.gone.extend(self.store.remove(old));
                    }
                    let until = to.map(|to| format!(" until {}", moment(to, now, &self.zone))).unwrap_or_default();
                    let place = self.tail.source(source).map(|source| source.origin.place()).unwrap_or_default();
                    let text = match to {
                        Some(_) => format!("{place}: lines may be missing{until}: {why}"),
                        None => format!("{place}: cannot be read now: {why}"),
                    };
                    let mut hasher = DefaultHasher::new();
                    ("gap", source, from.as_millisecond(), to.is_some()).hash(&mut hasher);
                    let id = hasher.finish();
                    if to.is_none() {
                        self.gaps.insert(source, id);
                    }
                    let key = self.beside(id, from.as_millisecond(), Kind::Gap, Level::Warn, &text);
                    if let (Some(key), Some(to)) = (key, to) {
                        self.ends.insert(key, to.as_millisecond());
                    }
                    brought.keys.extend(key);
                }
                Heard::Filled { source, from } => {
                    if let Some(old) = self.gaps.remove(&source) {
                        brought.gone.extend(self.store.remove(old));
                    }
                    let place = self.tail.source(source).map(|source| source.origin.place()).unwrap_or_default();
                    let since = moment(from, now, &self.zone);
                    brought.notes.push(format!("{place} is read again, from {since} on; nothing is missing"));
                }
                Heard::Note(note) => brought.notes.push(note),
            }
        }
        brought
    }

    /// Where the gap of that key ends; `None` while it is open.
    #[must_use]
    pub fn gap_end(&self, key: LineKey) -> Option<i64> {
        self.ends.get(&key).copied()
    }

    fn line(&mut self, source: usize, event: &LogEvent) -> Option<LineKey> {
        if self.store.holds(event.id) {
            return None;
        }
        let level = Level::of(&event.message);
        let stream = self.store.stream_number(source, &event.stream);
        let template = self.miner.learn(&event.message, level, event.at);
        let line =
            NewLine { id: event.id, at: event.at, stream, template, kind: Kind::Line, level, text: &event.message };
        self.store.insert(line)
    }

    fn beside(&mut self, id: u64, at: i64, kind: Kind, level: Level, text: &str) -> Option<LineKey> {
        self.store.insert(NewLine { id, at, stream: self.beside, template: 0, kind, level, text })
    }

    /// Puts what happened between the lines, as far as lines are meant; the keys of what is new.
    pub fn mark(&mut self, marks: &[Mark], now: Timestamp) -> Vec<LineKey> {
        let span = self.tail.span();
        let to = span.to.unwrap_or(now).as_millisecond();
        let from = span.from.as_millisecond();
        let meant = marks.iter().filter(|mark| (from..=to).contains(&mark.at));
        let mut keys = Vec::new();
        for mark in meant.collect::<Vec<_>>() {
            let level = match mark.health {
                Health::Bad => Level::Error,
                Health::Worrying => Level::Warn,
                Health::Well | Health::Changing | Health::Asleep | Health::Unknown => Level::None,
            };
            if let Some(key) = self.beside(mark.id, mark.at, Kind::Mark, level, &mark.text) {
                self.tones.insert(key, mark.health);
                keys.push(key);
            }
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::log_page::Streams;
    use crate::kinds::testing_samples::{now, scope, service, tokyo};
    use crate::logs::Origin;
    use crate::logs::mark::MarkKind;
    use crate::world::{FaultKind, Resource};

    fn feed() -> Feed {
        let origin = Origin::Group { group: "/ecs/app".to_owned(), streams: Streams::All };
        let source = LogSource {
            scope: scope(),
            origin,
            owner: service().id(&scope()),
            name: "app".to_owned(),
            container: None,
        };
        let from = now() - jiff::SignedDuration::from_mins(15);
        let span = Span { from, to: None, follow: true, pattern: None, patience: 10 };
        Feed::new(vec![source], span, Limit::default(), (now(), tokyo()))
    }

    fn event(id: u64, before: i64, message: &str) -> LogEvent {
        let at = now().as_millisecond() - before * 1_000;
        LogEvent { id, at, ingested: None, stream: Arc::from("app/app/1"), message: message.to_owned() }
    }

    fn texts(feed: &Feed) -> Vec<&str> {
        feed.store.iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_gap_stands_while_it_lasts_and_goes_when_it_is_filled() {
        let mut feed = feed();
        let ask = feed.tail.due(now()).remove(0);
        let fault = Fault::new(FaultKind::Throttled, "logs:FilterLogEvents", "slow down");
        feed.hear(ask.number, Err(fault), now());
        assert!(texts(&feed)[0].starts_with("/ecs/app: cannot be read now"), "{:?}", texts(&feed));
        let later = now() + jiff::SignedDuration::from_secs(60);
        let ask = feed.tail.due(later).remove(0);
        let page = LogPage { events: vec![event(1, 9, "ERROR no"), event(1, 9, "ERROR no")], ..LogPage::default() };
        let brought = feed.hear(ask.number, Ok(page), later);
        assert_eq!((brought.keys.len(), texts(&feed)), (1, vec!["ERROR no"]));
        assert!(brought.notes[0].contains("nothing is missing"), "{brought:?}");
        assert_eq!(feed.miner.template(1).map(|template| template.count), Some(1), "twice read is not twice written");
    }

    #[test]
    fn marks_stand_between_lines_once_and_only_where_lines_are_meant() {
        let mut feed = feed();
        let mark = |before: i64, id: u64| Mark {
            id,
            at: now().as_millisecond() - before * 1_000,
            kind: MarkKind::Stop,
            text: format!("task {id} stopped"),
            health: Health::Bad,
        };
        let marks = [mark(10_000, 7), mark(20, 8)];
        assert_eq!(feed.mark(&marks, now()).len(), 1);
        assert_eq!(feed.mark(&marks, now()).len(), 0);
        let ask = feed.tail.due(now()).remove(0);
        let page = LogPage { events: vec![event(1, 30, "before"), event(2, 5, "after")], ..LogPage::default() };
        feed.hear(ask.number, Ok(page), now());
        assert_eq!(texts(&feed), ["before", "task 8 stopped", "after"]);
    }
}
