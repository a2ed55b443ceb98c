//! What is due beside what an earlier run read: a first picture asks for what is missing, and what was remembered is read
//! again once the picture is there. Pure, as the rest of the schedule.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{PollRequest, Poller, add};
use crate::kinds::catalog::kind;
use crate::world::{Coverage, KindName, Part, World};

impl Poller {
    /// [`Self::due`] beside what an earlier run read: of what seldom changes and takes a call a part, only the parts that `world`
    /// does not know are read before there is a picture; all of it is read again a minute later.
    pub fn due_beside(&mut self, world: &World, now: Timestamp) -> Vec<PollRequest> {
        let mut all = Vec::new();
        loop {
            let mut skipped = false;
            for mut reading in self.due(now) {
                let Some(missing) = self.missing(&reading, world) else {
                    all.push(reading);
                    continue;
                };
                let nothing = missing.is_empty();
                if let Some(slot) = self.slots.get_mut(&(reading.scope.clone(), reading.kind)) {
                    slot.all_at = add(now, self.tempo.background);
                    if nothing {
                        (slot.tried, slot.flight) = (true, None);
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
}
