//! Letting hypotheses fight: what each explains, which stands before which, which lead is attacked by which rival, and
//! what of it remains how sure. Pure.

use super::graph::Graph;
use super::hypothesis::{Hypothesis, Strength, evidence, named};
use super::model::{Cause, Confidence, Evidence, Named, Unexplained};
use super::symptoms::{Sign, Symptom};
use crate::world::Health;

/// A rival that weighs less than its lead by more than this is no danger to it.
const CLOSE: i64 = 15;

/// Rules that tell what is seen in other words: where something explains them, they are its consequence.
const SYMPTOMATIC: [&str; 13] = [
    "application-crash",
    "application-hangs",
    "command-ends",
    "connection-refused",
    "connection-timeout",
    "database-unreachable",
    "health-check-error",
    "health-check-failed",
    "metric-without-data",
    "not-listening",
    "rolled-back-by-breaker",
    "rollout-stalled",
    "target-group-empty",
];

/// Whether a rule only tells in other words what is seen.
pub(super) fn is_symptomatic(rule: &str) -> bool {
    SYMPTOMATIC.contains(&rule)
}

/// A hypothesis with the symptoms it could explain, by number.
struct Entrant<'a> {
    it: Hypothesis<'a>,
    explains: Vec<usize>,
    /// The symptom it is first of all about.
    primary: usize,
}

/// The causes that remain, most probable first, and the symptoms that none explains.
pub(super) fn weigh<'a>(
    graph: &Graph<'a>,
    symptoms: &[Symptom<'a>],
    proposed: Vec<Hypothesis<'a>>,
) -> (Vec<Cause>, Vec<Unexplained>) {
    let mut entrants: Vec<Entrant<'a>> = proposed.into_iter().filter_map(|it| entrant(graph, symptoms, it)).collect();
    let dominated: Vec<bool> = entrants.iter().map(|one| is_dominated(graph, one, &entrants)).collect();
    let mut order: Vec<(bool, Entrant<'a>)> = dominated.into_iter().zip(entrants.drain(..)).collect();
    order.sort_by(|(behind_a, a), (behind_b, b)| {
        let rank = |behind: bool, one: &Entrant<'_>| {
            let symptomatic = SYMPTOMATIC.contains(&one.it.rule);
            (behind, symptomatic && one.it.strength != Strength::Said, std::cmp::Reverse(one.it.weight()))
        };
        let health = |one: &Entrant<'_>| std::cmp::Reverse(worst(symptoms, &one.explains));
        rank(*behind_a, a)
            .cmp(&rank(*behind_b, b))
            .then_with(|| health(a).cmp(&health(b)))
            .then_with(|| a.it.at.id.cmp(&b.it.at.id))
            .then_with(|| a.it.rule.cmp(b.it.rule))
    });
    let mut leads: Vec<(Entrant<'a>, Vec<Entrant<'a>>)> = Vec::new();
    for (_, one) in order {
        match leads.iter_mut().find(|(lead, _)| lead.explains.contains(&one.primary)) {
            Some((_, followers)) => followers.push(one),
            None => leads.push((one, Vec::new())),
        }
    }
    let explained: Vec<usize> = leads
        .iter()
        .flat_map(|(lead, others)| lead.explains.iter().chain(others.iter().flat_map(|it| &it.explains)))
        .copied()
        .collect();
    let unexplained = symptoms
        .iter()
        .enumerate()
        .filter(|(at, _)| !explained.contains(at))
        .map(|(_, symptom)| Unexplained {
            what: symptom.what.clone(),
            resource: named(symptom.member),
            since: symptom.since,
        })
        .collect();
    (tell(graph, symptoms, leads), unexplained)
}

fn entrant<'a>(graph: &Graph<'a>, symptoms: &[Symptom<'a>], it: Hypothesis<'a>) -> Option<Entrant<'a>> {
    let far =
        |symptom: &Symptom<'a>| graph.distance(&symptom.member.id, &it.at.id).filter(|far| it.explains(symptom, *far));
    let mut near: Vec<(bool, usize, usize)> = symptoms
        .iter()
        .enumerate()
        .filter_map(|(at, symptom)| {
            let measures = matches!(symptom.sign, Sign::Alarm(_) | Sign::Composite);
            Some((measures, far(symptom)?, at))
        })
        .collect();
    near.sort_unstable();
    let (_, _, primary) = near.first().copied()?;
    Some(Entrant { it, explains: near.into_iter().map(|(_, _, at)| at).collect(), primary })
}

/// Whether something further up, which was seen and is not contradicted, explains what this one is about.
fn is_dominated(graph: &Graph<'_>, one: &Entrant<'_>, all: &[Entrant<'_>]) -> bool {
    if one.it.strength == Strength::Said {
        return false;
    }
    all.iter().any(|other| {
        other.it.at.id != one.it.at.id
            && other.it.strength >= Strength::Seen
            && other.it.against.is_empty()
            && other.explains.contains(&one.primary)
            && graph.distance(&one.it.at.id, &other.it.at.id).is_some()
            // Who was told the cause by the thing itself needs none from further up.
            && (other.it.confirmed || !one.it.confirmed || SYMPTOMATIC.contains(&one.it.rule))
    })
}

fn worst(symptoms: &[Symptom<'_>], of: &[usize]) -> Health {
    of.iter().filter_map(|at| symptoms.get(*at)).map(|symptom| symptom.health).max().unwrap_or_default()
}

/// Leads with what follows from them, then the rivals that are left.
fn tell<'a>(graph: &Graph<'a>, symptoms: &[Symptom<'a>], leads: Vec<(Entrant<'a>, Vec<Entrant<'a>>)>) -> Vec<Cause> {
    let mut firsts: Vec<Cause> = Vec::new();
    let mut rest: Vec<Cause> = Vec::new();
    let mut claimed: Vec<usize> = Vec::new();
    for (lead, followers) in leads {
        let (mut rivals, mut follow): (Vec<Entrant<'a>>, Vec<Entrant<'a>>) = (Vec::new(), Vec::new());
        for one in followers {
            let upstream = one.it.at.id != lead.it.at.id && graph.distance(&one.it.at.id, &lead.it.at.id).is_some();
            let in_other_words = SYMPTOMATIC.contains(&one.it.rule) && !SYMPTOMATIC.contains(&lead.it.rule);
            // Of two that tell the same in other words, the weaker adds nothing.
            let both = SYMPTOMATIC.contains(&one.it.rule) && one.it.at.id == lead.it.at.id && lead.it.confirmed;
            if upstream || in_other_words || both || one.it.rule == lead.it.rule {
                follow.push(one)
            } else {
                rivals.push(one)
            }
        }
        let explains: Vec<usize> = lead.explains.iter().filter(|at| !claimed.contains(at)).copied().collect();
        claimed.extend(&explains);
        let mut cause = cause(symptoms, &lead, &explains);
        for one in follow {
            cause.evidence.extend(one.it.evidence);
            // What is to be done is done about the cause.
            if cause.next.is_empty() {
                cause.next = one.it.next;
            }
        }
        symptoms_as_evidence(symptoms, &explains, &mut cause);
        settle(&mut cause.evidence);
        // What only repeats the cause speaks for nothing, unless nothing else does.
        if cause.evidence.iter().any(|one| one.what != cause.message) {
            cause.evidence.retain(|one| one.what != cause.message);
        }
        for rival in rivals {
            let close = rival.it.weight() + CLOSE >= lead.it.weight() && rival.it.against.is_empty();
            if close && lead.it.strength != Strength::Said {
                cause.confidence = cause.confidence.min(Confidence::Likely);
                cause.against.push(evidence(
                    format!("as well possible: {}", rival.it.message),
                    rival.it.since,
                    "toban:rules",
                ));
            }
            let mut other = self::cause(symptoms, &rival, &rival.explains);
            settle(&mut other.evidence);
            let below = if cause.confidence == Confidence::Certain { Confidence::Possible } else { Confidence::Likely };
            other.confidence = other.confidence.min(below);
            // What is excluded by a certain lead is not worth a line, unless it was itself seen.
            if cause.confidence == Confidence::Certain && rival.it.strength == Strength::Inferred {
                continue;
            }
            other.against.push(evidence(format!("rather: {}", cause.message), cause.since, "toban:rules"));
            rest.push(other);
        }
        firsts.push(cause);
    }
    firsts.sort_by(|a, b| {
        b.health.cmp(&a.health).then_with(|| b.confidence.cmp(&a.confidence)).then_with(|| a.since.cmp(&b.since))
    });
    rest.sort_by_key(|cause| std::cmp::Reverse(cause.confidence));
    firsts.extend(rest);
    firsts
}

fn cause(symptoms: &[Symptom<'_>], one: &Entrant<'_>, explains: &[usize]) -> Cause {
    let it = &one.it;
    let effects: Vec<Named> = explains
        .iter()
        .filter_map(|at| symptoms.get(*at))
        .filter(|symptom| symptom.member.id != it.at.id)
        .map(|symptom| named(symptom.member))
        .collect();
    let first = symptoms.get(one.primary).and_then(|symptom| symptom.since);
    Cause {
        rule: it.rule,
        message: it.message.clone(),
        confidence: it.confidence(),
        health: worst(symptoms, explains).max(worst(symptoms, &[one.primary])),
        resource: it.named(),
        since: it.since.or(first),
        evidence: it.evidence.clone(),
        against: it.against.clone(),
        effects,
        changes_before: Vec::new(),
        next: it.next.clone(),
    }
}

/// What suffers from a cause is seen, and so speaks for it.
fn symptoms_as_evidence(symptoms: &[Symptom<'_>], explains: &[usize], cause: &mut Cause) {
    for symptom in explains.iter().filter_map(|at| symptoms.get(*at)) {
        let source = match &symptom.sign {
            Sign::Alarm(_) | Sign::Composite => "cloudwatch:DescribeAlarms",
            Sign::Targets(_) => "elasticloadbalancing:DescribeTargetHealth",
            _ => continue,
        };
        let told =
            Evidence { what: symptom.what.clone(), at: symptom.since, source, resource: Some(named(symptom.member)) };
        if cause.evidence.iter().all(|known| known.resource != told.resource || known.source != told.source) {
            cause.evidence.push(told);
        }
    }
}

/// Evidence in the order of time, what has no time last, nothing twice.
fn settle(evidence: &mut Vec<Evidence>) {
    let mut seen: Vec<String> = Vec::new();
    evidence.retain(|one| {
        let new = !seen.contains(&one.what);
        seen.push(one.what.clone());
        new
    });
    evidence.sort_by_key(|one| (one.at.is_none(), one.at));
}
