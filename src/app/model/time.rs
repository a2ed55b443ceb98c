//! What time does to the console: what is due, when to wake, and what was marked or said long
//! enough.

use jiff::{SignedDuration, Timestamp};

use super::{CHANGED, Model, RETRY, SLOW};
use crate::app::announce;
use crate::app::effect::Effect;
use crate::app::peek;
use crate::app::place::Place;

impl Model {
    /// What there is to do now, whatever happened: readings that are due, a picture, a look.
    pub fn settle(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.scopes.is_none() {
            if !self.asking && self.retry_at.is_some_and(|at| at <= self.now) {
                self.asking = true;
                effects.push(Effect::Scopes);
            }
            return effects;
        }
        for reading in self.pacer.due(self.now) {
            // One that was lost is not waited for any more.
            self.flights.retain(|_, (old, _)| (&old.scope, old.kind) != (&reading.scope, reading.kind));
            self.flights.insert(reading.ask, (reading.clone(), self.now));
            effects.push(Effect::Read(reading));
        }
        for scope in self.scopes.iter().flatten() {
            let due = self.identified.get(scope).is_none_or(|at| self.now.duration_since(*at) >= RETRY);
            if due && self.world.identity(scope).is_none() {
                self.identified.insert(scope.clone(), self.now);
                effects.push(Effect::Identify(scope.clone()));
            }
        }
        if self.stirred && !self.gathering {
            (self.stirred, self.gathering) = (false, true);
            effects.push(Effect::Gather);
        }
        if let Some(Place::Detail(page)) = self.places.last_mut()
            && page.due_at().is_some_and(|at| at <= self.now)
        {
            self.asked += 1;
            (page.ask, page.asked_at) = (Some(self.asked), Some(self.now));
            effects.push(Effect::Look(self.asked, page.id.clone()));
        }
        effects.extend(peek::peek(self));
        effects
    }

    /// The next moment at which there is something to do or to show.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        let after = |at: Timestamp, span: SignedDuration| at.checked_add(span).unwrap_or(Timestamp::MAX);
        let look = match self.here() {
            Some(Place::Detail(page)) => page.due_at(),
            _ => None,
        };
        let unknown = self.scopes.iter().flatten().filter(|scope| self.world.identity(scope).is_none());
        let who = unknown.filter_map(|scope| self.identified.get(scope)).map(|at| after(*at, RETRY)).min();
        let slow = self.flights.values().map(|(_, since)| after(*since, SLOW)).filter(|at| *at > self.now).min();
        let changed = self.changed.values().map(|at| after(*at, CHANGED)).min();
        let retry = self.retry_at.filter(|_| self.scopes.is_none() && !self.asking);
        let pace = self.scopes.as_ref().and_then(|_| self.pacer.wake_at());
        let announce = announce::next_at(&self.picture, self.now);
        let said = self.notices.until();
        let peek = peek::next_at(self);
        [pace, look, who, slow, changed, retry, announce, peek, self.shown.until, said].into_iter().flatten().min()
    }

    /// Time passed: what was marked or said long enough goes.
    pub(in crate::app) fn expire(&mut self) {
        let now = self.now;
        let before = self.changed.len();
        self.changed.retain(|_, at| now.duration_since(*at) < CHANGED);
        if before != self.changed.len() {
            self.refill(false);
        }
        announce::announce(self);
        let due = self.shown.until.is_some_and(|until| until <= now);
        let slow = self.flights.values().any(|(_, since)| {
            let waited = now.duration_since(*since);
            waited >= SLOW && waited < SLOW + SignedDuration::from_secs(2)
        });
        self.dirty |= self.notices.expire(now) || due || slow;
    }

    /// Remembers when what was asked in vain is asked again.
    pub(in crate::app) fn retry_later(&mut self) {
        self.retry_at = self.now.checked_add(RETRY).ok();
    }
}
