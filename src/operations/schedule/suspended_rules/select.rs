//! Which rules an override or a hold holds back: those that would act against it before its end. What cannot be held
//! back is told. Pure; nothing is changed here.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Case, wording};
use crate::kinds::event_rule::Rule;
use crate::offhours::event_rules::Ruling;
use crate::offhours::{ExternalSchedulers, Owner, ScheduledMember, Source};
use crate::operations::schedule::migrate::instead;
use crate::schedule::PowerAction;
use crate::schedule::active_exception::ActiveException;
use crate::schedule::expression::parse::Expression;
use crate::schedule::override_rules::TOO_LATE;

/// The rules that are held back, and what is said of them and of those that are not.
pub(super) struct Which<'r, 'w> {
    /// These are.
    pub(super) held: Vec<&'r Ruling<'w>>,
    /// Sentences.
    pub(super) notices: Vec<String>,
}

/// Those among `rulings`.
///
/// # Errors
/// A sentence, where a firing may be on its way: of a rule, or of what enables one that is held back already.
pub(super) fn of<'r, 'w>(case: &Case<'_>, rulings: &'r [Ruling<'w>]) -> Result<Which<'r, 'w>, String> {
    let now = case.context.cx.now;
    let mut which = Which { held: Vec::new(), notices: Vec::new() };
    for ruling in rulings {
        let rule = ruling.rule;
        if !rule.enabled {
            // Held back already: it is until the new end.
            let Some(away) = owners_of(&case.others, rule).find_map(|owner| owner.away.as_ref()) else { continue };
            if let Some(at) = away.returns.filter(|at| at.duration_since(now) < TOO_LATE) {
                return Err(wording::returns_soon(case, rule, at));
            }
            which.held.push(ruling);
            continue;
        }
        let (at, above) = match against(ruling, &case.above) {
            Against::Never => continue,
            Against::Sometime => {
                which.notices.push(wording::sometime(ruling));
                continue;
            }
            Against::At(at, above) => (at, above),
        };
        if at.duration_since(now) < TOO_LATE {
            return Err(wording::fires_soon(case, (ruling, &above), at));
        }
        match ruling.bar.clone().or_else(|| uncovered(case, (ruling, &above))) {
            Some(why) => which.notices.push(wording::all_the_same(case, ruling, at, &why)),
            None => {
                which.held.push(ruling);
                which.notices.push(wording::second_best(case, (ruling, &above), at));
            }
        }
    }
    Ok(which)
}

/// When a rule acts against what stands above.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Against {
    /// Not before the end.
    Never,
    /// Then for the first time, and against this.
    At(Timestamp, ActiveException),
    /// It would, and nobody tells when it fires.
    Sometime,
}

/// When `ruling` acts against `above`.
fn against(ruling: &Ruling<'_>, above: &[ActiveException]) -> Against {
    let parsed = Expression::parse(&ruling.rule.expression);
    let mut disabled_reason = above.iter().filter(|above| !bars(above, ruling).is_empty()).peekable();
    if disabled_reason.peek().is_none() {
        return Against::Never;
    }
    let Some(parsed) = parsed.filter(|parsed| !matches!(parsed, Expression::Rate(_))) else { return Against::Sometime };
    // A rule knows UTC only.
    let first =
        |above: &ActiveException| Some((parsed.next(&TimeZone::UTC, above.from).filter(|at| *at < above.to)?, *above));
    disabled_reason.find_map(first).map_or(Against::Never, |(at, above)| Against::At(at, above))
}

/// What of a rule goes against `above`.
pub(super) fn bars<'a>(above: &ActiveException, ruling: &Ruling<'a>) -> Vec<(PowerAction, &'a ScheduledMember)> {
    ruling.hits.iter().filter(|(verb, it)| above.bars(*verb, &it.actual)).copied().collect()
}

/// Whom these rules stop or start, each once.
pub(super) fn hit<'a>(rulings: &[&Ruling<'a>]) -> Vec<&'a ScheduledMember> {
    let mut hit: Vec<&ScheduledMember> = Vec::new();
    for (_, it) in rulings.iter().flat_map(|ruling| &ruling.hits) {
        if !hit.iter().any(|known| known.arn == it.arn) {
            hit.push(it);
        }
    }
    hit
}

/// When a rule fires next.
pub(super) fn next_of(others: &ExternalSchedulers, rule: &Rule) -> Option<Timestamp> {
    owners_of(others, rule).find_map(|owner| owner.clock.as_ref()?.next_at)
}

fn owners_of<'o>(others: &'o ExternalSchedulers, rule: &Rule) -> impl Iterator<Item = &'o Owner> {
    let (name, arn) = (rule.name.clone(), rule.arn.clone());
    // Another region may have a rule of the same name.
    let is_there = move |owner: &&Owner| {
        let region = owner.id.as_ref().map(|id| id.scope.region.as_str());
        region.zip(arn.region()).is_none_or(|(one, other)| one == other)
    };
    others.owners.iter().filter(move |owner| owner.source == Source::Rule && owner.name == name).filter(is_there)
}

/// That nothing of ours would make the stop that is left out, where AWS keeps schedules of ours that should. A start that
/// nobody makes leaves it asleep, which is cheap, and is told.
fn uncovered(case: &Case<'_>, (ruling, above): (&Ruling<'_>, &ActiveException)) -> Option<String> {
    let without = |it: &ScheduledMember| instead(PowerAction::Stop, it, &case.computed).next().is_none();
    let mut stops = bars(above, ruling).into_iter().filter(|(verb, _)| *verb == PowerAction::Stop && case.at_aws);
    let (_, it) = stops.find(|(_, it)| without(it))?;
    Some(format!("nothing of ours would stop {} afterwards", it.member.label()))
}

#[cfg(test)]
mod tests {
    use super::owners_of;
    use crate::offhours::external_schedulers::Owner;
    use crate::offhours::{ExternalSchedulers, Source};
    use crate::operations::schedule::testing::stop;
    use crate::schedule::PowerAction;
    use crate::world::{KindName, ResourceId, Scope};

    #[test]
    fn a_rule_of_the_same_name_in_another_region_is_another_rule() {
        let owner = |region: &str| Owner {
            source: Source::Rule,
            name: stop().name,
            verb: Some(PowerAction::Stop),
            on: "the database".to_owned(),
            id: Some(ResourceId { kind: KindName("db-instance"), scope: Scope::new("p", region), key: "db".into() }),
            clock: None,
            by: None,
            enabled: true,
            last: None,
            against: None,
            away: None,
        };
        let others = ExternalSchedulers {
            owners: vec![owner("us-east-1"), owner("ap-northeast-1")],
            ..ExternalSchedulers::default()
        };
        let found: Vec<_> = owners_of(&others, &stop()).filter_map(|owner| owner.id.clone()).collect();
        assert_eq!(found.iter().map(|id| id.scope.region.as_str()).collect::<Vec<_>>(), ["ap-northeast-1"]);
    }
}
