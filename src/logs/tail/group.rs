//! A log group read pass by pass: a pass has a beginning, perhaps an end, and as many pages as it takes. The next begins
//! where the last line was, and as far before it as lines have been late. Pure.

use jiff::{SignedDuration, Timestamp};

use super::{Heard, Span, after, moment};
use crate::kinds::log_page::{EventsRequest, LogPage, LogRequest, Streams};

/// How far a group was read.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Group {
    /// Up to here, in milliseconds, everything was read that was there.
    read_to: i64,
    /// The pass under way.
    pass: Option<Pass>,
    /// What is read besides, once: older lines.
    older: Vec<(i64, i64)>,
    /// The newest line there is.
    newest: Option<i64>,
    /// How late lines have been, in milliseconds: between their time and AWS's taking them in.
    late: i64,
    /// How many lines the last pass brought.
    lines: usize,
    /// Whether the first pass is over.
    begun: bool,
}

#[derive(Clone, PartialEq, Debug)]
struct Pass {
    from: i64,
    to: Option<i64>,
    token: Option<String>,
    pages: usize,
    lines: usize,
    newest: Option<i64>,
    older: bool,
}

/// Lines are looked for this far before the last one at least, while there are few.
const BEFORE: i64 = 30_000;
/// The same where there are many.
const BEFORE_MANY: i64 = 5_000;
/// No line is waited for longer than that.
const LATEST: i64 = 600_000;
/// A pass of more lines than that means many.
const MANY: usize = 20_000;
/// A pass that follows and takes more pages than that is left behind by what is written.
const BEHIND: usize = 120;

impl Group {
    pub(super) fn new(span: &Span) -> Self {
        let read_to = span.from.as_millisecond();
        Self { read_to, pass: None, older: Vec::new(), newest: None, late: 0, lines: 0, begun: false }
    }

    /// Up to when everything was read.
    pub(super) fn read_to(&self, span: &Span) -> Timestamp {
        let at = self.pass.as_ref().and_then(|pass| pass.newest).unwrap_or(self.read_to);
        moment(at).max(span.from)
    }

    /// Reads from `from` up to `to` besides.
    pub(super) fn reach_back(&mut self, from: Timestamp, to: Timestamp) {
        self.older.push((from.as_millisecond(), to.as_millisecond()));
    }

    /// Begins the pass again from the last line; `false` where it was at its beginning.
    pub(super) fn begin_again(&mut self) -> bool {
        match &mut self.pass {
            Some(pass) if pass.token.is_some() => {
                pass.token = None;
                pass.from = pass.newest.unwrap_or(pass.from);
                true
            }
            _ => false,
        }
    }

    fn overlap(&self) -> i64 {
        let least = if self.lines > MANY { BEFORE_MANY } else { BEFORE };
        // Twice as late as any line was, and a little more.
        (self.late.saturating_mul(2) + 2_000).clamp(least, LATEST)
    }

    pub(super) fn ask(&mut self, group: &str, streams: &Streams, span: &Span, now: Timestamp) -> Option<LogRequest> {
        if matches!(streams, Streams::Names(names) if names.is_empty()) {
            // No task there yet that could have a stream: asked without a name, AWS would tell of all.
            return None;
        }
        if self.pass.is_none() {
            let first = span.from.as_millisecond();
            let to = span.to.map(Timestamp::as_millisecond);
            self.pass = if self.begun
                && let Some((from, to)) = self.older.pop()
            {
                Some(Pass { from, to: Some(to), token: None, pages: 0, lines: 0, newest: None, older: true })
            } else if self.begun && !span.follow {
                None
            } else {
                let from = if self.begun { (self.read_to - self.overlap()).max(first) } else { first };
                // Without an end, what is written meanwhile would keep a reading going that is to end.
                let to = to.or_else(|| (!span.follow).then(|| now.as_millisecond().saturating_add(1)));
                Some(Pass { from, to, token: None, pages: 0, lines: 0, newest: None, older: false })
            };
        }
        let pass = self.pass.as_ref()?;
        Some(LogRequest::Events(EventsRequest {
            group: group.to_owned(),
            streams: streams.clone(),
            from: pass.from,
            to: pass.to,
            pattern: span.pattern.clone(),
            token: pass.token.clone(),
        }))
    }

    /// Takes a page; whether another is wanted at once, and whether there was anything new.
    pub(super) fn hear(
        &mut self,
        source: usize,
        page: &LogPage,
        span: &Span,
        now: Timestamp,
        heard: &mut Vec<Heard>,
    ) -> (bool, bool) {
        let Some(mut pass) = self.pass.take() else { return (false, false) };
        let before = self.newest;
        for event in &page.events {
            pass.newest = pass.newest.max(Some(event.at));
            // Lines that were written long before anybody took them in, such as an import, do not count.
            let late = event.ingested.map_or(0, |ingested| ingested.saturating_sub(event.at));
            if late <= LATEST {
                self.late = self.late.max(late);
            }
        }
        self.newest = self.newest.max(pass.newest.filter(|_| !pass.older));
        let fresh = self.newest > before || (pass.older && !page.events.is_empty());
        pass.pages += 1;
        pass.lines += page.events.len();
        if page.more {
            let left = if self.begun { BEHIND } else { span.patience };
            if pass.pages < left || !span.follow || pass.older {
                pass.token.clone_from(&page.next);
                self.pass = Some(pass);
                return (true, fresh);
            }
            // What is newest is wanted: what lies between is left out, and that is said.
            let from = pass.newest.unwrap_or(pass.from);
            let to = now.as_millisecond().saturating_sub(BEFORE_MANY);
            if from < to {
                let why = format!("more lines than could be read: after {} pages the newest go first", pass.pages);
                heard.push(Heard::Gap { source, from: moment(from), to: Some(moment(to)), why });
                (self.read_to, self.begun, self.lines) = (to, true, pass.lines);
                return (true, fresh);
            }
        }
        self.lines = pass.lines;
        if pass.older {
            return (!self.older.is_empty(), fresh);
        }
        self.begun = true;
        self.read_to = self.read_to.max(pass.newest.unwrap_or(pass.from));
        if pass.newest.is_none() && !page.more {
            // Nothing was there: the next pass need not begin as far back, but for what may be late.
            let quiet = after(now, SignedDuration::from_secs(-60)).as_millisecond();
            self.read_to = self.read_to.max(quiet);
        }
        // What has been late once is not waited for in ever: it wears off.
        self.late -= self.late / 16;
        (!self.older.is_empty(), fresh)
    }
}
