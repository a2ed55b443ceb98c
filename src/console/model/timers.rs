//! What time does to the console: what is due, when to wake, and what was marked or said long
//! enough.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{CHANGED, Model, RETRY, SLOW};
use crate::console::effect::Effect;
use crate::console::locks;
use crate::console::logs;
use crate::console::on_demand_reads;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::stop_warnings;
use crate::text;

/// How far a message's moment may lie before the last one's: they come from tasks of their own.
const DISORDER: SignedDuration = SignedDuration::from_secs(5);

impl Model {
    /// It is `now`, or was when a message was sent.
    pub(crate) fn turn_to(&mut self, now: Timestamp) {
        let back = self.now.duration_since(now);
        if back > self.ours(DISORDER) {
            self.set_back(now, back);
        }
        self.now = self.now.max(now);
    }

    /// The clock was set back: what was read and asked is as old as before, or it would count as fresh until the clock
    /// has caught up, and nothing would be read meanwhile.
    fn set_back(&mut self, now: Timestamp, by: SignedDuration) {
        let earlier = |at: Timestamp| at.checked_sub(by).unwrap_or(Timestamp::MIN);
        Arc::make_mut(&mut self.world).set_back(by);
        self.pacer.set_back(by);
        for environment in &mut self.picture.environments {
            environment.read_at = environment.read_at.map(earlier);
        }
        for (_, since) in self.flights.values_mut() {
            *since = earlier(*since);
        }
        if let Overlay::Confirm(confirm) = &mut self.overlay {
            confirm.at.read_at = confirm.at.read_at.map(earlier);
        }
        for place in &mut self.places {
            if let Page::Detail(page) = place {
                page.asked_at = page.asked_at.map(earlier);
            }
        }
        self.retry_at = self.retry_at.map(earlier);
        // What counts for a while only is over: it costs a question at most.
        self.changed.clear();
        self.identified.clear();
        self.peeked.clear();
        (self.unforeseen, self.leaving) = (None, None);
        (self.now, self.stirred, self.dirty) = (now, true, true);
        self.notices.info(now, format!("the clock was set back by {}", text::span(by.as_secs())));
    }

    /// What there is to do now, whatever happened: readings that are due, a picture, a look.
    pub fn settle(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if !std::mem::replace(&mut self.remembered, true) && self.settings.preferences_file.is_some() {
            effects.push(Effect::Remember(Box::new(self.preferences.clone())));
        }
        if self.scopes.is_none() {
            if !self.asking && self.retry_at.is_some_and(|at| at <= self.now) {
                self.asking = true;
                effects.push(Effect::Scopes);
            }
            return effects;
        }
        let world = Arc::clone(&self.world);
        let due = self.pacer.due_beside(&world, self.now);
        if !due.is_empty() {
            // What was lost is not waited for any more.
            self.flights.retain(|_, (old, _)| self.pacer.expects(old));
        }
        for reading in due {
            self.flights.insert(reading.ask, (reading.clone(), self.now));
            effects.push(Effect::Read(reading));
        }
        for scope in self.scopes.iter().flatten() {
            let due = self.identified.get(scope).is_none_or(|at| self.now.duration_since(*at) >= self.ours(RETRY));
            if due && self.world.identity(scope).is_none() {
                self.identified.insert(scope.clone(), self.now);
                effects.push(Effect::Identify(scope.clone()));
            }
        }
        if self.stirred && !self.gathering {
            (self.stirred, self.gathering) = (false, true);
            effects.push(Effect::Gather);
        }
        if let Some(Page::Detail(page)) = self.places.last_mut()
            && page.due_at(self.settings.speed).is_some_and(|at| at <= self.now)
        {
            self.asked += 1;
            (page.ask, page.asked_at) = (Some(self.asked), Some(self.now));
            effects.push(Effect::Look(self.asked, page.id.clone()));
        }
        effects.extend(on_demand_reads::peek(self));
        effects.extend(logs::due(self));
        effects
    }

    /// The next moment at which there is something to do or to show.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        let after = |at: Timestamp, span: SignedDuration| at.checked_add(self.ours(span)).unwrap_or(Timestamp::MAX);
        let look = match self.here() {
            Some(Page::Detail(page)) => page.due_at(self.settings.speed),
            _ => None,
        };
        let unknown = self.scopes.iter().flatten().filter(|scope| self.world.identity(scope).is_none());
        let who = unknown.filter_map(|scope| self.identified.get(scope)).map(|at| after(*at, RETRY)).min();
        let slow = self.flights.values().map(|(_, since)| after(*since, SLOW)).filter(|at| *at > self.now).min();
        let changed = self.changed.values().map(|at| after(*at, CHANGED)).min();
        let retry = self.retry_at.filter(|_| self.scopes.is_none() && !self.asking);
        let pace = self.scopes.as_ref().and_then(|_| self.pacer.wake_at());
        let announce = stop_warnings::next_at(&self.picture, self.now);
        let said = self.notices.until();
        let peek = on_demand_reads::next_at(self);
        let lines = logs::next_at(self);
        let open = self.unlocked.values().map(|open| open.until).min();
        [pace, look, who, slow, changed, retry, announce, peek, lines, open, self.shown.until, said]
            .into_iter()
            .flatten()
            .min()
    }

    /// Time passed: what was marked or said long enough goes.
    pub(crate) fn expire(&mut self) {
        let now = self.now;
        let (before, marked, patience) = (self.changed.len(), self.ours(CHANGED), self.ours(SLOW));
        self.changed.retain(|_, at| now.duration_since(*at) < marked);
        if before != self.changed.len() {
            self.refill(false);
        }
        stop_warnings::announce(self);
        locks::expire(self);
        let due = self.shown.until.is_some_and(|until| until <= now);
        let slow = self.flights.values().any(|(_, since)| {
            let waited = now.duration_since(*since);
            waited >= patience && waited < patience + self.ours(SignedDuration::from_secs(2))
        });
        self.dirty |= self.notices.expire(now) || due || slow;
    }

    /// Remembers when what was asked in vain is asked again.
    pub(crate) fn retry_later(&mut self) {
        self.retry_at = self.now.checked_add(self.ours(RETRY)).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::gate::{Confirmation, Gate, Refused};
    use crate::change::procedure::{Observation, Procedure, Proposal, Step};
    use crate::change::{Ending, Report};
    use crate::console::model::Model;
    use crate::console::msg::Event;
    use crate::console::screens::confirm::Confirm;
    use crate::console::screens::rig::{demo, tell_at};
    use crate::console::settings::Settings;
    use crate::world::read_request::ReadRequest;
    use crate::world::{Speed, World};

    /// Work that only ever waits for the gate.
    struct Nap(crate::change::plan::Plan);

    impl Procedure for Nap {
        fn plan(&self) -> crate::change::plan::Plan {
            self.0.clone()
        }
        fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
            Vec::new()
        }
        fn step(&mut self, _sight: &Observation<'_>) -> Step {
            Step::End(Ending::done("done"))
        }
        fn told(
            &mut self,
            _deed: &crate::change::plan::ChangeRequest,
            _got: &Result<crate::change::receipt::Receipt, crate::world::Fault>,
            _now: Timestamp,
        ) {
        }
        fn report(&self, _sight: &Observation<'_>) -> Report {
            Report::default()
        }
    }

    fn nap(model: &Model) -> Proposal {
        let environment = model.picture.environment(&"prooflink-dev".into()).unwrap();
        let on = environment.members[0].id.clone();
        let plan = crate::change::plan::Plan::new("nap", environment.name.clone(), on, vec!["ecs:Nap".to_owned()]);
        Proposal::Procedure(Box::new(Nap(plan)))
    }

    fn asked(model: &Model) -> Confirm {
        let proposal = nap(model);
        let at = model.circumstances_of(&proposal.plan());
        Confirm::new(proposal, Gate::default(), at)
    }

    fn later(model: &Model, seconds: i64) -> Timestamp {
        model.now.checked_add(SignedDuration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn who_confirms_has_as_long_as_ever_however_fast_the_account_lives() {
        let mut model = demo(0);
        for (speed, simulated, held) in [(1.0, 100, true), (1.0, 130, false), (60.0, 6_000, true), (60.0, 7_300, false)]
        {
            Arc::make_mut(&mut model.world).clone_from(&World::at(Speed::times(speed)));
            let answered = asked(&model).answer(&Confirmation::Yes, Gate::default(), later(&model, simulated));
            assert_eq!(answered.is_ok(), held, "{simulated} s at {speed}: {answered:?}");
        }
    }

    #[test]
    fn what_is_said_marked_and_asked_again_keeps_to_the_readers_time() {
        let mut model = demo(0);
        let settings = Settings { speed: Speed::times(60.0), ..model.settings.clone() };
        model = Model::new(settings, 7, model.now);
        let begun = model.now;
        model.notices.info(begun, "read this");
        assert_eq!(model.notices.until(), begun.checked_add(SignedDuration::from_mins(5)).ok(), "five seconds of ours");
        model.retry_later();
        assert_eq!(model.retry_at, begun.checked_add(SignedDuration::from_mins(30)).ok());
        assert_eq!(model.world.speed(), Speed::times(60.0));
    }

    /// The clock goes back an hour: nothing is fresh for an hour more, and nothing waits an hour to be read again.
    #[test]
    fn a_clock_that_is_set_back_makes_nothing_young() {
        let mut model = demo(0);
        let begun = model.now;
        let read_at = model.picture.environment(&"prooflink-dev".into()).and_then(|it| it.read_at).unwrap();
        let soon = later(&model, 100);
        tell_at(&mut model, soon, Event::Tick);
        let confirm = asked(&model);
        model.overlay = Overlay::Confirm(Box::new(confirm));
        let back = begun.checked_sub(SignedDuration::from_hours(1)).unwrap();
        tell_at(&mut model, back, Event::Tick);
        assert_eq!(model.now, back);
        let (_, message) = model.notices.now().unwrap();
        assert!(message.starts_with("the clock was set back by 1 h"), "{message}");
        let environment = model.picture.environment(&"prooflink-dev".into()).unwrap();
        let age = |at: Timestamp| model.world.age(at, model.now);
        assert_eq!(environment.read_at.map(age), Some(SignedDuration::from_secs(100) + begun.duration_since(read_at)));
        assert_eq!(model.world.latest().map(age), environment.read_at.map(age));
        let Overlay::Confirm(confirm) = std::mem::replace(&mut model.overlay, Overlay::None) else { panic!("a plan") };
        let answered = confirm.answer(&Confirmation::Yes, Gate::default(), later(&model, 25));
        assert!(matches!(answered, Err(Refused::Stale { .. })), "{answered:?}");
        // What comes in disorder by a moment is no clock set back.
        tell_at(&mut model, back.checked_sub(SignedDuration::from_secs(1)).unwrap(), Event::Tick);
        assert_eq!(model.now, back);
        assert!(model.wake_at().is_some_and(|at| at < later(&model, 700)), "{:?}", model.wake_at());
    }
}
