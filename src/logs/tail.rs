//! Reading on and on: which page to ask for next, of each source, and what its answer means. It resumes from the last line
//! it has, looks back as far as lines have been late, slows down when asked to, and says where lines may be missing. Pure:
//! questions come out, answers go in, with the time of both.

mod files;
mod group;

use jiff::{SignedDuration, Timestamp};

use super::source::{LogSource, Origin};
use crate::kinds::log_page::{LogEvent, LogPage, LogRequest};
use crate::world::{Fault, FaultKind, Scope, Speed};
use files::Files;
use group::Group;

/// Which lines are meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// From when on.
    pub from: Timestamp,
    /// Until when; without it, until now.
    pub to: Option<Timestamp>,
    /// Whether to go on with what comes.
    pub follow: bool,
    /// What AWS is to look for, in its own pattern syntax.
    pub pattern: Option<String>,
    /// A source that has more lines than so many pages is not read to its end at first: what is newest is wanted.
    pub patience: usize,
}

/// A question to be asked.
#[derive(Clone, PartialEq, Debug)]
pub struct Ask {
    /// Its number, which its answer must carry.
    pub number: u64,
    /// Where.
    pub scope: Scope,
    /// What.
    pub request: LogRequest,
}

/// What an answer means.
#[derive(Clone, PartialEq, Debug)]
pub enum Heard {
    /// Lines of a source.
    Lines {
        /// Which source.
        source: usize,
        /// They, in any order, some of them perhaps known.
        events: Vec<LogEvent>,
    },
    /// Lines of a source may be missing.
    Gap {
        /// Which source.
        source: usize,
        /// From when.
        from: Timestamp,
        /// Until when; open while nothing can be read.
        to: Option<Timestamp>,
        /// Why.
        why: String,
    },
    /// A source can be read again: what was open is filled.
    Filled {
        /// Which source.
        source: usize,
        /// From when it could not be read.
        from: Timestamp,
    },
    /// Something to be said.
    Note(String),
}

/// How one source is read.
#[derive(Clone, PartialEq, Debug)]
enum Way {
    Group(Group),
    Files(Files),
}

/// One source and how far it was read.
#[derive(Clone, PartialEq, Debug)]
struct Reading {
    source: LogSource,
    way: Way,
    /// When it is asked next; never, once it was read to the end of what is meant.
    next: Option<Timestamp>,
    /// The number of the question that is open.
    open: Option<u64>,
    /// Answers without anything new, one after the other.
    quiet: u32,
    /// Faults, one after the other.
    faults: u32,
    /// Since when it cannot be read, and why.
    failing: Option<(Timestamp, Fault)>,
}

/// Sources that are read.
#[derive(Clone, PartialEq, Debug)]
pub struct Tail {
    readings: Vec<Reading>,
    span: Span,
    number: u64,
    /// What was read so far.
    pub calls: u64,
    /// Bytes of lines that came.
    pub bytes: u64,
    /// Whether nothing is asked until it is continued.
    paused: bool,
    /// How fast the time of the lines runs beside ours, which is what calls take.
    speed: Speed,
}

/// What follows a page that brought something.
const SOON: SignedDuration = SignedDuration::from_secs(2);
/// What follows many that did not.
const SELDOM: SignedDuration = SignedDuration::from_secs(10);
/// The longest pause after faults.
const LATER: SignedDuration = SignedDuration::from_secs(60);
/// So often something is tried again that is not meant to go on.
const TRIES: u32 = 5;

fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or_default()
}

impl Tail {
    /// Reads `sources` from `now` on.
    #[must_use]
    pub fn new(sources: Vec<LogSource>, span: Span, now: Timestamp) -> Self {
        let mut tail =
            Self { readings: Vec::new(), span, number: 0, calls: 0, bytes: 0, paused: false, speed: Speed::REAL };
        for source in sources {
            tail.add(source, now);
        }
        tail
    }

    /// The same beside a clock that races.
    #[must_use]
    pub fn at_speed(self, speed: Speed) -> Self {
        Self { speed, ..self }
    }

    fn add(&mut self, source: LogSource, now: Timestamp) {
        let way = match &source.origin {
            Origin::Group { .. } => Way::Group(Group::new(&self.span)),
            Origin::Files { .. } => Way::Files(Files::default()),
        };
        self.readings.push(Reading { source, way, next: Some(now), open: None, quiet: 0, faults: 0, failing: None });
    }

    /// What is meant.
    #[must_use]
    pub const fn span(&self) -> &Span {
        &self.span
    }

    /// The sources, by their numbers.
    pub fn sources(&self) -> impl Iterator<Item = &LogSource> {
        self.readings.iter().map(|reading| &reading.source)
    }

    /// A source by its number.
    #[must_use]
    pub fn source(&self, number: usize) -> Option<&LogSource> {
        self.readings.get(number).map(|reading| &reading.source)
    }

    /// Where lines are may change: new sources are read too, and those that are known by their group and container are
    /// read by the streams they have now. Numbers stay.
    pub fn relocate(&mut self, sources: Vec<LogSource>, now: Timestamp) {
        for source in sources {
            let same = |known: &&mut Reading| {
                let (a, b) = (&known.source, &source);
                let places = (a.origin.place(), &a.scope, &a.owner, &a.container);
                places == (b.origin.place(), &b.scope, &b.owner, &b.container)
            };
            match self.readings.iter_mut().find(same) {
                Some(known) => {
                    let moved = known.source != source;
                    known.source = source;
                    if moved && known.open.is_none() && self.span.follow {
                        known.next = Some(now);
                    }
                }
                None => self.add(source, now),
            }
        }
    }

    /// Asks nothing until it is continued.
    pub const fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Whether it waits to be continued.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused
    }

    /// Reads what was before: from `from` on up to where it began.
    pub fn reach_back(&mut self, from: Timestamp, now: Timestamp) {
        let old = std::mem::replace(&mut self.span.from, from);
        for reading in &mut self.readings {
            if let Way::Group(group) = &mut reading.way {
                group.reach_back(from, old);
                reading.next = Some(now);
            }
        }
    }

    /// The questions that are due.
    pub fn due(&mut self, now: Timestamp) -> Vec<Ask> {
        let mut questions = Vec::new();
        if self.paused {
            return questions;
        }
        let Self { readings, span, number, calls, .. } = self;
        for reading in readings.iter_mut().filter(|reading| reading.open.is_none()) {
            if reading.next.is_none_or(|next| next > now) {
                continue;
            }
            let request = match (&mut reading.way, &reading.source.origin) {
                (Way::Group(group), Origin::Group { group: name, streams }) => group.ask(name, streams, span, now),
                (Way::Files(files), Origin::Files { instance }) => files.ask(instance, span),
                _ => None,
            };
            let Some(request) = request else {
                reading.next = None;
                continue;
            };
            *number += 1;
            *calls += 1;
            reading.open = Some(*number);
            questions.push(Ask { number: *number, scope: reading.source.scope.clone(), request });
        }
        questions
    }

    /// When something is due again; `None` while everything waits for an answer, or was read to its end.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        let idle = self.readings.iter().filter(|reading| reading.open.is_none() && !self.paused);
        idle.filter_map(|reading| reading.next).min()
    }

    /// Whether everything that was meant was read, or given up.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.readings.iter().all(|reading| reading.next.is_none() && reading.open.is_none())
    }

    /// Up to when every source was read; the end of time where all were read to their ends, or given up.
    #[must_use]
    pub fn complete_to(&self) -> Timestamp {
        let going = self.readings.iter().filter(|reading| reading.next.is_some() || reading.open.is_some());
        let read_to = going.map(|reading| match &reading.way {
            Way::Group(group) => group.read_to(&self.span),
            // Files are not in the order of time.
            Way::Files(_) => self.span.from,
        });
        read_to.min().unwrap_or(Timestamp::MAX)
    }

    /// How many sources wait for an answer.
    #[must_use]
    pub fn open(&self) -> usize {
        self.readings.iter().filter(|reading| reading.open.is_some()).count()
    }

    /// What cannot be read at the moment, since when and why.
    pub fn failing(&self) -> impl Iterator<Item = (&LogSource, Timestamp, &Fault)> {
        self.readings.iter().filter_map(|it| it.failing.as_ref().map(|(since, fault)| (&it.source, *since, fault)))
    }

    /// What could not be read at all of what was meant: where, from when, why.
    pub fn unread(&self) -> impl Iterator<Item = (usize, Timestamp, &Fault)> {
        let failing = |(at, it): (usize, &'_ Reading)| match (&it.failing, &it.way) {
            (Some(_), Way::Group(group)) => Some((at, group.read_to(&self.span))),
            (Some((since, _)), Way::Files(_)) => Some((at, *since)),
            (None, _) => None,
        };
        let places: Vec<(usize, Timestamp)> = self.readings.iter().enumerate().filter_map(failing).collect();
        let faults = |at: usize| self.readings.get(at).and_then(|it| it.failing.as_ref()).map(|(_, fault)| fault);
        places.into_iter().filter_map(move |(at, from)| Some((at, from, faults(at)?)))
    }

    /// Takes an answer. Late ones, to questions that nobody questions any more, mean nothing.
    pub fn hear(&mut self, number: u64, got: Result<LogPage, Fault>, now: Timestamp) -> Vec<Heard> {
        let open = self.readings.iter().position(|reading| reading.open == Some(number));
        let Some(at) = open else { return Vec::new() };
        let span = self.span.clone();
        let Some(reading) = self.readings.get_mut(at) else { return Vec::new() };
        reading.open = None;
        let mut page = match got {
            Ok(page) => page,
            Err(fault) => return reading.failed(at, fault, &span, (now, self.speed)),
        };
        // Files are read from their ends, whatever is meant.
        let (first, last) = (span.from.as_millisecond(), span.to.map(Timestamp::as_millisecond));
        page.events.retain(|event| event.at >= first && last.is_none_or(|last| event.at < last));
        // Not everything that speaks AWS's protocol heeds which streams were asked for.
        if let Origin::Group { streams, .. } = &reading.source.origin {
            page.events.retain(|event| streams.covers(&event.stream));
        }
        self.bytes +=
            page.events.iter().map(|event| u64::try_from(event.message.len()).unwrap_or_default()).sum::<u64>();
        let mut heard = Vec::new();
        if let Some((from, _)) = reading.failing.take() {
            heard.push(Heard::Filled { source: at, from });
        }
        reading.faults = 0;
        let (more, fresh) = match &mut reading.way {
            Way::Group(group) => group.hear(at, &page, &span, now, &mut heard),
            Way::Files(files) => files.hear(&page),
        };
        reading.quiet = if fresh { 0 } else { reading.quiet.saturating_add(1) };
        if !page.events.is_empty() {
            heard.push(Heard::Lines { source: at, events: page.events });
        }
        reading.next = if more {
            Some(now)
        } else if span.follow {
            let pause = SOON.checked_mul(i32::try_from(reading.quiet.clamp(1, 5)).unwrap_or(1)).unwrap_or(SELDOM);
            Some(after(now, self.speed.apart(pause.min(SELDOM))))
        } else {
            None
        };
        heard
    }
}

impl Reading {
    fn failed(&mut self, at: usize, fault: Fault, span: &Span, (now, speed): (Timestamp, Speed)) -> Vec<Heard> {
        self.faults = self.faults.saturating_add(1);
        if fault.kind == FaultKind::Gone
            && let Way::Files(files) = &mut self.way
            && files.lost()
        {
            // A file that was rotated away; the next list tells what there is.
            self.next = Some(after(now, speed.apart(SOON)));
            return Vec::new();
        }
        // A token that AWS does not take any more: the same from the last line on.
        if fault.kind == FaultKind::Refused
            && let Way::Group(group) = &mut self.way
            && group.begin_again()
        {
            self.next = Some(after(now, speed.apart(SOON)));
            return Vec::new();
        }
        let hopeless =
            matches!(fault.kind, FaultKind::Denied | FaultKind::Gone | FaultKind::Refused | FaultKind::Unavailable);
        let pause = SOON.checked_mul(1 << self.faults.min(5)).unwrap_or(LATER).min(LATER);
        let pause = if hopeless { LATER } else { pause };
        let gives_up = !span.follow && (hopeless || self.faults >= TRIES);
        self.next = (!gives_up).then(|| after(now, speed.apart(pause)));
        let first = self.failing.is_none();
        let since = match (&self.failing, &self.way) {
            (Some((since, _)), _) => *since,
            (None, Way::Group(group)) => group.read_to(span),
            (None, Way::Files(_)) => now,
        };
        let why = fault.sentence();
        self.failing = Some((since, fault));
        let to = gives_up.then(|| span.to.unwrap_or(now));
        if first || gives_up { vec![Heard::Gap { source: at, from: since, to, why }] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests;
