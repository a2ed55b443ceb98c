//! Short messages to the reader: one at a time, each for a while, never over data. Pure.
//! Never the only place where something is said: faults stand on their page too.

use jiff::{SignedDuration, Timestamp};

use crate::world::Speed;

/// How a notice reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Good to know.
    Info,
    /// Something did not work.
    Fault,
}

/// What is said at the moment, if anything.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Notices {
    said: Option<(Level, String, Timestamp)>,
    speed: Speed,
}

impl Notices {
    /// Nothing said yet, to readers beside whom the clock runs at `speed`: they read as fast as ever.
    #[must_use]
    pub fn at(speed: Speed) -> Self {
        Self { said: None, speed }
    }

    /// Says something good to know, in place of what was said before.
    pub fn info(&mut self, now: Timestamp, text: impl Into<String>) {
        self.say(Level::Info, text.into(), now, SignedDuration::from_secs(5));
    }

    /// Says how something that took its time ended well; stays longer, for whoever looked away meanwhile.
    pub fn end(&mut self, now: Timestamp, text: impl Into<String>) {
        self.say(Level::Info, text.into(), now, SignedDuration::from_secs(15));
    }

    /// Says that something did not work; stays longer.
    pub fn fault(&mut self, now: Timestamp, text: impl Into<String>) {
        self.say(Level::Fault, text.into(), now, SignedDuration::from_secs(15));
    }

    /// Says what comes at a moment and matters no more once it came; stays as long as a fault before.
    pub fn coming(&mut self, now: Timestamp, at: Timestamp, text: impl Into<String>) {
        self.fault(now, text);
        if let Some((_, _, until)) = &mut self.said {
            *until = at.min(*until);
        }
    }

    fn say(&mut self, level: Level, text: String, now: Timestamp, span: SignedDuration) {
        let span = self.speed.of_ours(span);
        self.said = Some((level, text, now.checked_add(span).unwrap_or(Timestamp::MAX)));
    }

    /// Takes back what was said: the reader went on.
    pub fn dismiss(&mut self) -> bool {
        self.said.take().is_some()
    }

    /// Takes back `text` if that is what is said: it is not so any more.
    pub fn retract(&mut self, text: &str) {
        if self.said.as_ref().is_some_and(|(_, said, _)| said == text) {
            self.said = None;
        }
    }

    /// Forgets what was said long enough; `true` if anything was.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let over = self.said.as_ref().is_some_and(|(_, _, until)| *until <= now);
        over && self.dismiss()
    }

    /// What is said now.
    #[must_use]
    pub fn now(&self) -> Option<(Level, &str)> {
        self.said.as_ref().map(|(level, text, _)| (*level, text.as_str()))
    }

    /// When it has been said long enough.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        self.said.as_ref().map(|(_, _, until)| *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_goes_by_itself_and_a_fault_stays_longer() {
        let at = |second| Timestamp::from_second(second).expect("a second in range");
        let mut notices = Notices::default();
        notices.fault(at(0), "no browser here");
        assert!(!notices.expire(at(14)));
        notices.info(at(14), "copied");
        assert_eq!(notices.now(), Some((Level::Info, "copied")));
        assert!(notices.expire(at(19)));
        assert_eq!((notices.now(), notices.until()), (None, None));
        notices.info(at(19), "reading…");
        notices.retract("reading something else…");
        assert_eq!(notices.now(), Some((Level::Info, "reading…")));
        notices.retract("reading…");
        assert_eq!(notices.now(), None);
        notices.coming(at(19), at(22), "it sleeps soon");
        assert!(!notices.expire(at(21)) && notices.expire(at(22)), "it has come");
        notices.end(at(20), "it is deployed");
        assert!(!notices.expire(at(34)) && notices.expire(at(35)), "a good end stays as long as a bad one");
    }
}
