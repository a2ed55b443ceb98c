//! What is due beside what an earlier run read: a first picture asks for what is missing, and what was remembered is read
//! again once the picture is there. And a first reading of what takes a call a part comes in pieces. Pure, as the rest of
//! the schedule.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{PollRequest, Poller, add};
use crate::kinds::AnyKind;
use crate::kinds::catalog::kind;
use crate::world::{Coverage, KindName, Part, World};

/// How many parts come at a time.
const PIECE: usize = 4;

impl Poller {
    /// [`Self::due`] beside what an earlier run read: of what seldom changes and takes a call a part, only the parts that `world`
    /// does not know are read before there is a picture; all of it is read again a minute later.
    pub fn due_beside(&mut self, world: &World, now: Timestamp) -> Vec<PollRequest> {
        let mut all = Vec::new();
        loop {
            let mut skipped = false;
            for mut reading in self.due(now) {
                let Some(missing) = self.missing(&reading, world) else {
                    all.extend(self.in_pieces(reading, world, now));
                    continue;
                };
                let nothing = missing.is_empty();
                if let Some(slot) = self.slots.get_mut(&(reading.scope.clone(), reading.kind)) {
                    slot.all_at = add(now, self.tempo.background);
                    if nothing {
                        slot.tried = true;
                        slot.flights.clear();
                    }
                }
                skipped |= nothing;
                if !nothing {
                    reading.coverage = Coverage::Parts(missing);
                    all.push(reading);
                }
            }
            // What waited for a reading that was left out is due now.
            if !skipped {
                return all;
            }
        }
    }

    /// The parts that a first reading has to bring, where an earlier run knew the others; `None` where all have to be read.
    fn missing(&self, reading: &PollRequest, world: &World) -> Option<BTreeSet<Part>> {
        let of = kind(reading.kind)?.slow_parts_of()?;
        let first = self.slots.get(&(reading.scope.clone(), reading.kind)).is_some_and(|slot| !slot.tried);
        let known = world.store(&reading.scope, reading.kind)?;
        let owners = world.store(&reading.scope, of)?;
        let read = owners.faults().next().is_none() && owners.bins().all(|(_, bin)| !bin.remembered);
        if !first || reading.coverage != Coverage::All || !read || known.bins().next().is_none() {
            return None;
        }
        Some(
            owners
                .keys()
                .filter(|key| known.bin(key).is_none_or(|bin| bin.read_at.is_none()))
                .map(Part::from)
                .collect(),
        )
    }

    /// A first reading of a kind that takes a call a part, a few parts at a time: each is there as soon as it is read. In the
    /// order of names, so that what belongs together mostly comes together.
    fn in_pieces(&mut self, reading: PollRequest, world: &World, now: Timestamp) -> Vec<PollRequest> {
        let owners = kind(reading.kind).and_then(AnyKind::parts_of).and_then(|of| world.store(&reading.scope, of));
        // What an earlier run knew is not the list of what there is.
        let owners = owners.filter(|owners| {
            owners.faults().next().is_none() && owners.bins().all(|(_, bin)| bin.read_at.is_some() && !bin.remembered)
        });
        let Some(slot) = self.slots.get_mut(&(reading.scope.clone(), reading.kind)) else { return vec![reading] };
        let parts: BTreeSet<Part> = owners.into_iter().flat_map(|owners| owners.keys().map(Part::from)).collect();
        if slot.tried || reading.coverage != Coverage::All || parts.len() <= PIECE {
            return vec![reading];
        }
        let named = self.named.as_deref().unwrap_or_default();
        let (mut ordered, rest): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| part.contains(named));
        ordered.extend(rest);
        let mut pieces = Vec::new();
        slot.flights.clear();
        for some in ordered.chunks(PIECE) {
            self.asked += 1;
            slot.flights.push((self.asked, now));
            let coverage = Coverage::Parts(some.iter().cloned().collect());
            pieces.push(PollRequest { ask: self.asked, coverage, ..reading.clone() });
        }
        slot.in_pieces = true;
        pieces
    }

    /// Leaves these kinds out: whoever does so reads the parts that are wanted.
    pub fn leave_out(&mut self, kinds: &[KindName]) {
        self.slots.retain(|(_, name), _| !kinds.contains(name));
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::engine::poller::{Outcome, PollIntervals};
    use crate::kinds::listener::ListenerSet;
    use crate::kinds::load_balancer::LoadBalancer;
    use crate::world::{Fault, FaultKind, Reading, Resource, Scope, Speed};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a second in range")
    }

    fn scope() -> Scope {
        Scope::new("p", "r")
    }

    fn balancer(name: &str) -> LoadBalancer {
        LoadBalancer {
            arn: name.into(),
            name: name.to_owned(),
            dns: None,
            scheme: None,
            flavour: None,
            state: None,
            state_reason: None,
            vpc: None,
            zones: Vec::new(),
            security_groups: Vec::new(),
            created_at: None,
        }
    }

    /// A world that remembers the listeners of `remembered`.
    fn world(remembered: &[&str]) -> World {
        let mut world = World::default();
        for name in remembered {
            let set = ListenerSet { load_balancer: (*name).into(), listeners: Vec::new() };
            world.remember(&scope(), ListenerSet::KIND, &Part::from(*name), Reading::whole(vec![set]).into(), at(1));
        }
        world
    }

    /// The poller once everything that others need was read; the load balancers were as told.
    fn after_first_round(world: &mut World, balancers: Result<Vec<LoadBalancer>, Fault>) -> (Poller, Vec<PollRequest>) {
        let mut pacer = Poller::new(1, PollIntervals::default(), Speed::REAL);
        pacer.watch(&[scope()], at(100));
        for reading in pacer.due_beside(world, at(100)) {
            if reading.kind == LoadBalancer::KIND {
                let got = balancers.clone().map(|items| Reading::whole(items).into());
                world.put(&scope(), reading.kind, &reading.coverage, got, at(100));
            }
            pacer.arrived(&reading, Outcome::Read { changed: false }, at(100));
        }
        // Listeners come after the health of targets.
        for reading in pacer.due_beside(world, at(100)) {
            pacer.arrived(&reading, Outcome::Read { changed: false }, at(100));
        }
        let next = pacer.due_beside(world, at(101));
        (pacer, next)
    }

    fn listeners(due: &[PollRequest]) -> Vec<Coverage> {
        due.iter().filter(|reading| reading.kind == ListenerSet::KIND).map(|reading| reading.coverage.clone()).collect()
    }

    #[test]
    fn what_is_remembered_waits_until_the_picture_is_there() {
        let mut world = world(&["a", "b"]);
        let (mut pacer, next) = after_first_round(&mut world, Ok(vec![balancer("a"), balancer("b")]));
        assert_eq!(listeners(&next), []);
        for reading in &next {
            pacer.arrived(reading, Outcome::Read { changed: false }, at(101));
        }
        assert_eq!(listeners(&pacer.due_beside(&world, at(150))), []);
        let later = at(101) + SignedDuration::from_secs(60);
        assert_eq!(listeners(&pacer.due_beside(&world, later)), [Coverage::All], "a minute later all of it is read");
    }

    #[test]
    fn what_is_new_is_read_at_once() {
        let mut world = world(&["a"]);
        let (_, next) = after_first_round(&mut world, Ok(vec![balancer("a"), balancer("new")]));
        assert_eq!(listeners(&next), [Coverage::Parts([Part::from("new")].into())]);
    }

    #[test]
    fn without_memory_or_without_a_list_of_what_there_is_all_is_read() {
        let (_, next) = after_first_round(&mut world(&[]), Ok(vec![balancer("a")]));
        assert_eq!(listeners(&next), [Coverage::All]);
        let denied = Fault::new(FaultKind::Denied, "elasticloadbalancing:DescribeLoadBalancers", "no");
        let (_, next) = after_first_round(&mut world(&["a"]), Err(denied));
        assert_eq!(listeners(&next), [Coverage::All]);
    }

    #[test]
    fn a_first_reading_of_many_parts_comes_in_pieces_and_ends_with_the_last() {
        let mut world = world(&[]);
        let names = ["a-1", "a-2", "b-1", "b-2", "c-1", "c-2"];
        let balancers = names.iter().map(|name| balancer(name)).collect();
        let mut pacer = Poller::new(1, PollIntervals::default(), Speed::REAL);
        pacer.favour(Some("c-"));
        pacer.watch(&[scope()], at(100));
        for reading in pacer.due_beside(&world, at(100)) {
            if reading.kind == LoadBalancer::KIND {
                let got = Ok(Reading::whole(Vec::clone(&balancers)).into());
                world.put(&scope(), reading.kind, &reading.coverage, got, at(100));
            }
            pacer.arrived(&reading, Outcome::Read { changed: false }, at(100));
        }
        // Listeners come after the health of targets.
        for reading in pacer.due_beside(&world, at(100)) {
            pacer.arrived(&reading, Outcome::Read { changed: false }, at(100));
        }
        let due = pacer.due_beside(&world, at(101));
        let pieces: Vec<&PollRequest> = due.iter().filter(|reading| reading.kind == ListenerSet::KIND).collect();
        let of = |names: &[&str]| Coverage::Parts(names.iter().map(|name| Part::from(*name)).collect());
        let coverages: Vec<&Coverage> = pieces.iter().map(|reading| &reading.coverage).collect();
        assert_eq!(coverages, [&of(&["c-1", "c-2", "a-1", "a-2"]), &of(&["b-1", "b-2"])]);
        let is_tried = |pacer: &Poller| pacer.slots[&(scope(), ListenerSet::KIND)].tried;
        assert!(pacer.arrived(pieces[1], Outcome::Read { changed: false }, at(102)) && !is_tried(&pacer));
        assert!(!pacer.arrived(pieces[1], Outcome::Read { changed: false }, at(103)), "an answer comes once");
        assert!(pacer.due_beside(&world, at(200)).iter().all(|reading| reading.kind != ListenerSet::KIND));
        assert!(pacer.arrived(pieces[0], Outcome::Read { changed: false }, at(201)) && is_tried(&pacer));
        assert_eq!(listeners(&pacer.due_beside(&world, at(300))), [], "all of it was read");
        assert_eq!(listeners(&pacer.due_beside(&world, at(900))), [Coverage::All]);
    }

    #[test]
    fn pieces_that_are_throttled_together_slow_a_scope_down_once() {
        let mut world = world(&[]);
        let names: Vec<String> = (0..40).map(|n| format!("lb-{n:02}")).collect();
        let balancers = names.iter().map(|name| balancer(name)).collect();
        let (mut pacer, due) = after_first_round(&mut world, Ok(balancers));
        let pieces: Vec<&PollRequest> = due.iter().filter(|reading| reading.kind == ListenerSet::KIND).collect();
        assert_eq!(pieces.len(), 10);
        for piece in &pieces {
            pacer.arrived(piece, Outcome::Throttled, at(102));
        }
        assert_eq!(pacer.ease.get(&scope()).map(|(factor, _)| *factor), Some(2.0));
    }
}
