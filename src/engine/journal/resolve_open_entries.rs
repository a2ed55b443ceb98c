//! Closing entries whose end nobody wrote down: toban broke off between the two lines, and what it did can be
//! told from what is seen now. The kinds know how; this asks them. Pure: lines come out, nobody writes here.

use jiff::{SignedDuration, Timestamp};

use super::entry::{Entry, nested};
use super::{Did, Line};
use crate::kinds::catalog::KINDS;
use crate::kinds::{ObservedOutcome, UnresolvedChange};
use crate::world::{ResourceId, Scope, World};

/// An entry younger than this may be under way in another console, which will write its end itself; and AWS may not
/// show yet what was asked of it.
const GRACE: SignedDuration = SignedDuration::from_mins(2);

/// The lines that close what can be told. `under_way` says whether this very console is still at an entry.
#[must_use]
pub fn settle(entries: &[Entry], world: &World, now: Timestamp, under_way: &dyn Fn(&Entry) -> bool) -> Vec<Line> {
    let mut lines = Vec::new();
    for (entry, steps) in nested(entries) {
        if under_way(entry) {
            continue;
        }
        for one in
            std::iter::once(&entry).chain(&steps).filter(|one| one.done.is_none() && one.change_request.is_some())
        {
            let seen = look(one, one.at, world);
            lines.extend(seen.map(|seen| Line::seen(&one.id, now, seen.done, &seen.message)));
        }
        if entry.done.is_none() && entry.change_request.is_none() {
            let seen = whole(entry, &steps, world, now);
            lines.extend(seen.map(|seen| Line::seen(&entry.id, now, seen.done, &seen.message)));
        }
    }
    lines
}

/// A procedure stands as its last step does; without a step, nothing was sent.
fn whole(entry: &Entry, steps: &[&Entry], world: &World, now: Timestamp) -> Option<ObservedOutcome> {
    let Some(last) = steps.last() else {
        // Procedures of an older toban, and those that wait long before their first step, are not judged so soon.
        let quiet = now.duration_since(entry.at) > SignedDuration::from_hours(24);
        return quiet.then(|| ObservedOutcome::not("it broke off before its first step; nothing was sent"));
    };
    match last.done {
        Some(false) => Some(ObservedOutcome::not(format!("it broke off after a step that failed: {}", last.outcome))),
        Some(true) => look(last, last.ended_at.unwrap_or(last.at), world),
        None => None,
    }
}

/// What the kind of the resource tells, if it was read long enough after `since`.
fn look(entry: &Entry, since: Timestamp, world: &World) -> Option<ObservedOutcome> {
    let change_request = entry.change_request.as_ref()?;
    let (kind, id) = resource(change_request)?;
    let read_at = world.store(&id.scope, id.kind)?.read_at(&id.key)?;
    if read_at.duration_since(since) < GRACE {
        return None;
    }
    let unresolved = UnresolvedChange {
        verb: &change_request.verb,
        arguments: &change_request.arguments,
        facts: &entry.facts,
        at: entry.at,
    };
    kind.settled(world, &id, &unresolved)
}

fn resource(change_request: &Did) -> Option<(&'static dyn crate::kinds::AnyKind, ResourceId)> {
    let kind = KINDS.iter().copied().find(|kind| kind.name().0 == change_request.kind)?;
    let scope = Scope::new(change_request.source.as_str(), change_request.region.as_str());
    Some((kind, ResourceId { kind: kind.name(), scope, key: change_request.key.as_str().into() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::plan::{ChangeRequest, Plan};
    use crate::change::receipt::Receipt;
    use crate::engine::journal::read;
    use crate::kinds::db_instance::DbInstance;
    use crate::kinds::testing_samples::database as sample;
    use crate::world::{Coverage, Reading, Resource};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a second in range")
    }

    fn scope() -> Scope {
        Scope::new("p", "ap-northeast-1")
    }

    fn database(status: &str, read: i64) -> (World, ResourceId) {
        let db = DbInstance { status: status.to_owned(), ..sample() };
        let id = ResourceId { kind: DbInstance::KIND, scope: scope(), key: db.key().into() };
        let mut world = World::default();
        world.put(&scope(), DbInstance::KIND, &Coverage::All, Ok(Reading::whole(vec![db]).into()), at(read));
        (world, id)
    }

    fn step(id: &str, on: &ResourceId) -> Line {
        let plan = Plan::new("stop it", "e".into(), on.clone(), Vec::new());
        Line::started(id, at(0), &plan, None, None).doing(&ChangeRequest {
            verb: "stop",
            on: on.clone(),
            arguments: Vec::new(),
        })
    }

    fn told(lines: &[Line], world: &World, now: i64) -> Vec<(String, Option<bool>)> {
        let text: String = lines.iter().map(|line| line.encode().expect("JSON")).collect();
        let more = settle(&read(&text).0, world, at(now), &|_| false);
        let text = text + &more.iter().map(|line| line.encode().expect("JSON")).collect::<String>();
        read(&text).0.into_iter().map(|entry| (entry.outcome, entry.done)).collect()
    }

    #[test]
    fn what_the_resource_shows_closes_the_entry() {
        for (status, done) in [("stopped", Some(true)), ("stopping", Some(true)), ("available", Some(false))] {
            let (world, id) = database(status, 300);
            assert_eq!(told(&[step("1", &id)], &world, 300)[0].1, done, "{status}");
        }
        let (world, id) = database("rebooting", 300);
        assert_eq!(told(&[step("1", &id)], &world, 300)[0].1, None, "nothing can be told");
    }

    #[test]
    fn what_was_read_too_soon_or_never_tells_nothing() {
        let (world, id) = database("stopped", 60);
        assert_eq!(told(&[step("1", &id)], &world, 600)[0].1, None);
        assert_eq!(told(&[step("1", &id)], &World::default(), 600)[0].1, None);
    }

    #[test]
    fn an_entry_that_is_under_way_here_is_left_alone() {
        let (world, id) = database("stopped", 300);
        let text = step("1", &id).encode().expect("JSON");
        assert!(settle(&read(&text).0, &world, at(300), &|_| true).is_empty());
    }

    #[test]
    fn a_procedure_stands_as_its_last_step_does() {
        let (world, id) = database("stopped", 300);
        let plan = Plan::new("put it to sleep", "e".into(), id.clone(), Vec::new());
        let whole = Line::started("0", at(0), &plan, None, None);
        let step = step("1", &id).of(Some("0"));
        let told_of = |lines: &[Line]| told(lines, &world, 300).into_iter().map(|(_, done)| done).collect::<Vec<_>>();
        let done = Line::ended("1", at(5), &Ok(Receipt::default()));
        assert_eq!(told_of(&[whole.clone(), step.clone(), done]), [Some(true), Some(true)]);
        assert_eq!(
            told_of(&[whole.clone(), step]),
            [None, Some(true)],
            "the step first, the procedure at the next look"
        );
        assert_eq!(told_of(std::slice::from_ref(&whole)), [None]);
        assert_eq!(told(&[whole], &world, 90_000)[0].1, Some(false), "it broke off before its first step");
    }
}
