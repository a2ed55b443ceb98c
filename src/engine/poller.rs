//! What is read when. A pure schedule over (scope, kind): focused environment often, the rest
//! slower, structure seldom, everything slower under throttling and when nobody looks.
//! Time is passed in; nothing here reads a clock or does the reading.

use crate::overview::EnvironmentStatus;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::environment::{PartialInventory, Unread};
use crate::kinds::PollClass;
use crate::kinds::catalog::{KINDS, kind};
use crate::world::{AnyReading, Coverage, Fault, FaultKind, KindName, Part, Scope, Speed, World};

/// How long between two readings of the same thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PollIntervals {
    /// State of the environment in focus.
    pub focused: SignedDuration,
    /// State of the others.
    pub background: SignedDuration,
    /// Structure.
    pub topology: SignedDuration,
}

impl Default for PollIntervals {
    fn default() -> Self {
        Self {
            focused: SignedDuration::from_secs(15),
            background: SignedDuration::from_secs(60),
            topology: SignedDuration::from_secs(600),
        }
    }
}

impl PollIntervals {
    /// The same beside a cloud whose time runs at `speed`: no thing is read twice in one second of ours.
    fn beside(self, speed: Speed) -> Self {
        let Self { focused, background, topology } = self;
        Self { focused: speed.apart(focused), background: speed.apart(background), topology: speed.apart(topology) }
    }
}

/// A terminal nobody looks at is served this many times slower.
const UNWATCHED: f64 = 4.0;
/// Throttling never slows a scope by more than this.
const SLOWEST: f64 = 8.0;
/// A reading without an answer for this long is given up; its answer will be late.
const LOST: SignedDuration = SignedDuration::from_mins(5);

/// One reading to start now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PollRequest {
    /// The number its answer carries; an answer to a question no longer asked is dropped.
    pub ask: u64,
    /// What.
    pub kind: KindName,
    /// Where.
    pub scope: Scope,
    /// How much of it.
    pub coverage: Coverage,
}

/// How a reading ended, as far as the schedule cares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It brought something. `changed` says whether it differs from before, so that what depends on it is read anew.
    Read {
        /// Whether anything differs.
        changed: bool,
    },
    /// AWS asked us to slow down.
    Throttled,
    /// It failed otherwise.
    Failed,
}

impl Outcome {
    /// What a reading's answer is for the schedule: throttled if any part of it was. Whether anything `changed` is
    /// known once it is on its store.
    #[must_use]
    pub fn of(got: &Result<AnyReading, Fault>) -> Self {
        let throttled = |fault: &Fault| fault.kind == FaultKind::Throttled;
        match got {
            Ok(found) if found.faults().any(throttled) => Self::Throttled,
            Ok(_) => Self::Read { changed: false },
            Err(fault) if throttled(fault) => Self::Throttled,
            Err(_) => Self::Failed,
        }
    }

    /// The same, once it is known whether anything changed.
    #[must_use]
    pub fn knowing(self, changed: bool) -> Self {
        match self {
            Self::Read { .. } => Self::Read { changed },
            other => other,
        }
    }
}

/// The environment that is looked at: its scopes, and of kinds read part by part only its parts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Focus {
    /// What is read at the focused pace, with the coverage that serves the environment.
    wants: BTreeMap<(Scope, KindName), Coverage>,
}

impl Focus {
    /// The focus on `environment`, by what the world holds of it.
    #[must_use]
    pub fn on(environment: &EnvironmentStatus, world: &World) -> Self {
        let keys: BTreeSet<&str> = environment.members.iter().map(|member| &*member.id.key).collect();
        let mut wants = BTreeMap::new();
        for (scope, name, store) in world.shelves() {
            let live = kind(name).is_some_and(|kind| kind.pace() == PollClass::Live);
            if !live || !environment.scopes.contains(scope) {
                continue;
            }
            let parts: BTreeSet<Part> = store
                .bins()
                .filter(|(part, bin)| {
                    part.is_empty() || keys.contains(&***part) || bin.keys().any(|key| keys.contains(key))
                })
                .map(|(part, _)| part.clone())
                .collect();
            if parts.is_empty() {
                continue;
            }
            let coverage =
                if parts.iter().any(|part| part.is_empty()) { Coverage::All } else { Coverage::Parts(parts) };
            wants.insert((scope.clone(), name), coverage);
        }
        Self { wants }
    }
}

#[derive(Clone, Debug)]
struct Slot {
    tried: bool,
    /// A change touched its scope, and it was not read as a whole since.
    touched: bool,
    /// What is under way, with its start: one reading, or the pieces of one.
    flights: Vec<(u64, Timestamp)>,
    /// Whether those pieces are all of it together.
    in_pieces: bool,
    /// Whether one of them was throttled.
    is_throttled: bool,
    all_at: Timestamp,
    focus_at: Timestamp,
}

/// The schedule.
#[derive(Debug)]
pub struct Poller {
    tempo: PollIntervals,
    lost: SignedDuration,
    slots: BTreeMap<(Scope, KindName), Slot>,
    focus: Focus,
    ease: BTreeMap<Scope, (f64, Timestamp)>,
    watched: bool,
    /// What the reader named: what is called like it is read first.
    named: Option<String>,
    asked: u64,
    dice: fastrand::Rng,
}

impl Poller {
    /// A schedule that reads nothing yet, of a cloud whose time runs at `speed`. `seed` makes its jitter repeatable.
    #[must_use]
    pub fn new(seed: u64, tempo: PollIntervals, speed: Speed) -> Self {
        Self {
            tempo: tempo.beside(speed),
            lost: speed.of_ours(LOST),
            slots: BTreeMap::new(),
            focus: Focus::default(),
            ease: BTreeMap::new(),
            watched: true,
            named: None,
            asked: 0,
            dice: fastrand::Rng::with_seed(seed),
        }
    }

    /// Reads these scopes from now on, and no others.
    pub fn watch(&mut self, scopes: &[Scope], now: Timestamp) {
        self.slots.retain(|(scope, _), _| scopes.contains(scope));
        for scope in scopes {
            for kind in KINDS.iter().filter(|kind| kind.pace() != PollClass::OnDemand) {
                self.slots.entry((scope.clone(), kind.name())).or_insert(Slot {
                    tried: false,
                    touched: false,
                    flights: Vec::new(),
                    in_pieces: false,
                    is_throttled: false,
                    all_at: now,
                    focus_at: now,
                });
            }
        }
    }

    /// The scopes that are read.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = self.slots.keys().map(|(scope, _)| scope.clone()).collect();
        scopes.dedup();
        scopes
    }

    /// Puts an environment in focus, or none. What it needs is due at the focused pace at once.
    pub fn focus(&mut self, focus: Focus) {
        self.focus = focus;
    }

    /// The reader named an environment: of what comes in pieces, what is called like it comes first.
    pub fn favour(&mut self, environment: Option<&str>) {
        self.named = environment.map(str::to_owned);
    }

    /// Whether somebody looks: an unfocused terminal is served slower.
    pub fn watched(&mut self, watched: bool) {
        self.watched = watched;
    }

    /// Makes everything due now: the focus if there is one, else all of it.
    pub fn refresh(&mut self, now: Timestamp) {
        let focused = !self.focus.wants.is_empty();
        for (key, slot) in &mut self.slots {
            if !focused {
                slot.all_at = slot.all_at.min(now);
            } else if self.focus.wants.contains_key(key) {
                slot.focus_at = slot.focus_at.min(now);
            }
        }
    }

    /// Makes everything of a scope due now, structure too: after a login, or on request.
    pub fn refresh_scope(&mut self, scope: &Scope, now: Timestamp) {
        for ((at, _), slot) in &mut self.slots {
            if at == scope {
                slot.all_at = slot.all_at.min(now);
            }
        }
    }

    /// A change ended in `scope`: everything there is due at once. What was asked before the change ended would tell of
    /// the time before it, so its answer is no longer wanted.
    pub fn touch(&mut self, scope: &Scope, now: Timestamp) {
        tracing::debug!(%scope, "poll: all anew after a change");
        self.refresh_scope(scope, now);
        for ((at, _), slot) in &mut self.slots {
            if at == scope {
                slot.flights.clear();
                (slot.in_pieces, slot.touched) = (false, true);
            }
        }
    }

    /// Whether `scope` is still being read again after a change: that kind of it, or any.
    #[must_use]
    pub fn touched(&self, scope: &Scope, of: Option<KindName>) -> bool {
        self.slots.iter().any(|((at, name), slot)| at == scope && of.is_none_or(|of| of == *name) && slot.touched)
    }

    /// The readings to start now; they count as in flight until they [arrive](Self::arrived).
    pub fn due(&mut self, now: Timestamp) -> Vec<PollRequest> {
        let ready: Vec<((Scope, KindName), Coverage)> = self
            .slots
            .iter()
            .filter(|((scope, name), slot)| self.ready(scope, *name, slot, now))
            .filter_map(|(key, slot)| {
                if slot.all_at <= now {
                    Some((key.clone(), Coverage::All))
                } else {
                    let wanted = self.focus.wants.get(key).filter(|_| slot.focus_at <= now)?;
                    Some((key.clone(), wanted.clone()))
                }
            })
            .collect();
        ready
            .into_iter()
            .map(|(key, coverage)| {
                self.asked += 1;
                if let Some(slot) = self.slots.get_mut(&key) {
                    slot.flights = vec![(self.asked, now)];
                    (slot.in_pieces, slot.is_throttled) = (false, false);
                }
                let reading = PollRequest { ask: self.asked, kind: key.1, scope: key.0, coverage };
                let parts = match &reading.coverage {
                    Coverage::All => None,
                    Coverage::Parts(parts) => Some(parts.len()),
                };
                tracing::debug!(ask = reading.ask, scope = %reading.scope, kind = %reading.kind, parts, "poll: due");
                reading
            })
            .collect()
    }

    /// Whether the answer to `reading` is still wanted: not late, not of a scope that was left.
    #[must_use]
    pub fn expects(&self, reading: &PollRequest) -> bool {
        let slot = self.slots.get(&(reading.scope.clone(), reading.kind));
        slot.is_some_and(|slot| slot.flights.iter().any(|(ask, _)| *ask == reading.ask))
    }

    /// Takes note that a reading ended. `false` means the answer is late and must be dropped.
    pub fn arrived(&mut self, reading: &PollRequest, outcome: Outcome, now: Timestamp) -> bool {
        if !self.expects(reading) {
            tracing::debug!(ask = reading.ask, scope = %reading.scope, kind = %reading.kind, "poll: late, dropped");
            return false;
        }
        let key = (reading.scope.clone(), reading.kind);
        // The pieces of a reading are one answer: many that were throttled together slow a scope down once.
        let outcome = match self.slots.get_mut(&key).filter(|slot| slot.in_pieces) {
            Some(slot) => {
                slot.is_throttled |= outcome == Outcome::Throttled;
                let is_last = slot.flights.len() <= 1;
                if is_last && std::mem::take(&mut slot.is_throttled) { Outcome::Throttled } else { outcome }
            }
            None => outcome,
        };
        if outcome != Outcome::Throttled || !self.slots.get(&key).is_some_and(|slot| slot.is_throttled) {
            self.settle(&reading.scope, outcome, now);
        }
        let all = self.after(&reading.scope, reading.kind, false);
        let focused = self.after(&reading.scope, reading.kind, true);
        let mut first = false;
        if let Some(slot) = self.slots.get_mut(&key) {
            first = !slot.tried;
            slot.flights.retain(|(ask, _)| *ask != reading.ask);
            if slot.flights.is_empty() {
                slot.tried = true;
                slot.focus_at = add(now, focused);
                if reading.coverage == Coverage::All || slot.in_pieces {
                    slot.all_at = add(now, all);
                    (slot.touched, slot.in_pieces) = (false, false);
                }
            }
        }
        tracing::debug!(
            ask = reading.ask, scope = %reading.scope, kind = %reading.kind, ?outcome, next = %all,
            in_focus = %focused, "poll: arrived"
        );
        if outcome == (Outcome::Read { changed: true }) && !first {
            self.stir(&reading.scope, reading.kind, now);
        }
        true
    }

    /// When there will be something to start, if nothing arrives before.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.slots
            .iter()
            .filter(|((scope, name), slot)| slot.tried || self.needs_met(scope, *name))
            .map(|(key, slot)| match slot.flights.iter().map(|(_, since)| *since).max() {
                Some(since) => add(since, self.lost),
                None if self.focus.wants.contains_key(key) => slot.all_at.min(slot.focus_at),
                None => slot.all_at,
            })
            .min()
    }

    /// How many readings are in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.slots.values().map(|slot| slot.flights.len()).sum()
    }

    /// How many readings a first full picture takes, and how many of them have ended.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.slots.values().filter(|slot| slot.tried).count(), self.slots.len())
    }

    /// Whether everything was asked for at least once.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.slots.values().all(|slot| slot.tried)
    }

    /// The scopes of which not every kind was asked for yet, with how far placement may go there.
    #[must_use]
    pub fn unread(&self) -> Unread {
        let mut unread = Unread::new();
        for ((scope, name), _) in self.slots.iter().filter(|(_, slot)| !slot.tried) {
            let early = match kind(*name) {
                Some(kind) if !kind.places() => PartialInventory::Placed,
                // Names and tags that others are compared with come with the structure that is read first.
                Some(kind) if kind.pace() == PollClass::Topology && kind.needs().is_empty() => PartialInventory::Little,
                // What comes a few at a time ties things to what is there already.
                Some(kind) if kind.parts_of().is_some() => PartialInventory::Named,
                _ => PartialInventory::Enough,
            };
            unread.entry(scope.clone()).and_modify(|known| *known = early.min(*known)).or_insert(early);
        }
        unread
    }

    fn ready(&self, scope: &Scope, name: KindName, slot: &Slot, now: Timestamp) -> bool {
        let free = slot.flights.iter().all(|(_, since)| now.duration_since(*since) > self.lost);
        free && (slot.tried || self.needs_met(scope, name))
    }

    fn needs_met(&self, scope: &Scope, name: KindName) -> bool {
        kind(name).is_some_and(|kind| {
            let mut before = kind.needs().iter().chain(kind.after());
            before.all(|need| self.slots.get(&(scope.clone(), *need)).is_none_or(|slot| slot.tried))
        })
    }

    /// The clock was set back by that much: everything is due as soon as before, by the new clock.
    pub fn set_back(&mut self, by: SignedDuration) {
        let earlier = |at: Timestamp| at.checked_sub(by).unwrap_or(Timestamp::MIN);
        for slot in self.slots.values_mut() {
            (slot.all_at, slot.focus_at) = (earlier(slot.all_at), earlier(slot.focus_at));
            for (_, since) in &mut slot.flights {
                *since = earlier(*since);
            }
        }
        for (_, since) in self.ease.values_mut() {
            *since = earlier(*since);
        }
    }

    /// What depends on a kind that changed is read again soon, if it would otherwise wait for minutes.
    fn stir(&mut self, scope: &Scope, changed: KindName, now: Timestamp) {
        for ((at, name), slot) in &mut self.slots {
            let depends =
                kind(*name).is_some_and(|kind| kind.pace() == PollClass::Topology && kind.needs().contains(&changed));
            if at == scope && depends {
                tracing::debug!(%scope, kind = %name, %changed, "poll: again, for what it depends on changed");
                slot.all_at = slot.all_at.min(now);
            }
        }
    }

    /// Slows a throttled scope down, and lets it recover by a tenth a minute.
    fn settle(&mut self, scope: &Scope, outcome: Outcome, now: Timestamp) {
        let (factor, since) = self.ease.get(scope).copied().unwrap_or((1.0, now));
        let eased = match outcome {
            Outcome::Throttled => (factor * 2.0).min(SLOWEST),
            Outcome::Read { .. } | Outcome::Failed => {
                let minutes = now.duration_since(since).as_secs_f64() / 60.0;
                if minutes < 1.0 {
                    return;
                }
                (factor * 0.9_f64.powf(minutes)).max(1.0)
            }
        };
        if (eased - factor).abs() > f64::EPSILON {
            tracing::debug!(%scope, times = eased, "poll: slowed down by so much");
        }
        if eased > 1.0 {
            self.ease.insert(scope.clone(), (eased, now));
        } else {
            self.ease.remove(scope);
        }
    }

    fn after(&mut self, scope: &Scope, name: KindName, focused: bool) -> SignedDuration {
        let base = match kind(name).map(|kind| kind.pace()) {
            Some(PollClass::Live) if focused => self.tempo.focused,
            Some(PollClass::Live) => self.tempo.background,
            Some(PollClass::Topology | PollClass::OnDemand) | None => self.tempo.topology,
        };
        let eased = self.ease.get(scope).map_or(1.0, |(factor, _)| *factor);
        let unwatched = if self.watched { 1.0 } else { UNWATCHED };
        let jitter = 0.9 + 0.2 * self.dice.f64();
        SignedDuration::from_secs_f64(base.as_secs_f64() * eased * unwatched * jitter)
    }
}

fn add(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// How long what was read counts as known: each schedule of a group takes a call.
pub(crate) const KNOWN: SignedDuration = SignedDuration::from_mins(5);

mod beside;
#[cfg(test)]
mod tests;
