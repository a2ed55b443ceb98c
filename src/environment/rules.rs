//! Rules of the configuration for changes: what is forbidden, what wants a name typed, how much at once, and at which hours a
//! yes is asked for twice. Pure data and matching; the gate holds to what comes of it.

use jiff::Timestamp;

use super::match_rules::ConfiguredEnvironments;
use crate::change::gate::Guard;
use crate::schedule::{Desired, Exceptions, Intent, Schedule};
use crate::text::Glob;
use crate::world::EnvironmentName;

/// One rule. What it does not say counts for all.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rule {
    /// The environments it is for; all, if none is named.
    pub environments: Vec<Glob>,
    /// The operations it is for, by their names; all, if none is named.
    pub operations: Vec<String>,
    /// Why they are forbidden, if they are.
    pub deny: Option<String>,
    /// Whether the environment's name has to be typed.
    pub confirm: bool,
    /// So many changes may be under way at once.
    pub at_once: Option<u32>,
    /// Hours in which a yes is asked for twice, as a schedule that is on then.
    pub twice: Option<Schedule>,
}

impl Rule {
    fn is_for(&self, environment: &EnvironmentName, operation: &str) -> bool {
        let here = self.environments.is_empty() || self.environments.iter().any(|glob| glob.fits(environment.as_str()));
        here && (self.operations.is_empty() || self.operations.iter().any(|known| known == operation))
    }

    fn twice(&self, now: Timestamp) -> Option<String> {
        let hours = self.twice.as_ref()?;
        let none = Exceptions::default();
        let is_on = Intent::new(hours, &none).desired(now) == Desired::On;
        let clock = || now.to_zoned(hours.zone.clone()).strftime("%a %H:%M").to_string();
        is_on.then(|| format!("it is {}, when a rule of the configuration asks twice", clock()))
    }
}

impl ConfiguredEnvironments {
    /// What locks and rules say of `operation` in `environment` at `now`. Of several rules that are for it the strictest
    /// word counts, whatever their order.
    #[must_use]
    pub fn guard(&self, environment: &EnvironmentName, operation: &str, now: Timestamp) -> Guard {
        let mut guard = Guard { locked: self.is_locked(environment), ..Guard::NONE };
        for rule in self.rules.iter().filter(|rule| rule.is_for(environment, operation)) {
            guard.denied = guard.denied.or_else(|| rule.deny.clone());
            guard.confirm |= rule.confirm;
            guard.twice = guard.twice.or_else(|| rule.twice(now));
            guard.at_once = match (guard.at_once, rule.at_once) {
                (Some(known), Some(new)) => Some(known.min(new)),
                (known, new) => known.or(new),
            };
        }
        guard
    }

    /// Whether an environment is read-only by the configuration.
    #[must_use]
    pub fn is_locked(&self, environment: &EnvironmentName) -> bool {
        self.of(environment).is_some_and(|config| config.read_only)
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use rstest::rstest;

    use super::*;
    use crate::environment::EnvironmentConfig;
    use crate::schedule::{ClockTime, Period};

    fn friday_evening() -> Schedule {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let days = "fri".parse().unwrap();
        let period = Period::new(days, ClockTime::new(16, 0).unwrap(), ClockTime::new(24, 0).unwrap()).unwrap();
        Schedule { on: vec![period], ..Schedule::new("rule", zone) }
    }

    fn rules(rules: Vec<Rule>) -> ConfiguredEnvironments {
        let locked = EnvironmentConfig { read_only: true, ..EnvironmentConfig::new("shop-prod") };
        ConfiguredEnvironments { environments: vec![locked], rules, ..ConfiguredEnvironments::default() }
    }

    /// A Friday at 17:00 in Tokyo.
    fn friday() -> Timestamp {
        "2026-11-20T08:00:00Z".parse().unwrap()
    }

    #[rstest]
    #[case::for_all(&[], &[], "shop-dev", "scale", true)]
    #[case::for_production(&["*-prod"], &[], "shop-prod", "scale", true)]
    #[case::for_no_other(&["*-prod"], &[], "shop-dev", "scale", false)]
    #[case::for_an_operation(&[], &["scale", "stop"], "shop-dev", "stop", true)]
    #[case::for_no_other_operation(&[], &["scale"], "shop-dev", "wake", false)]
    fn a_rule_is_for_what_it_names(
        #[case] environments: &[&str],
        #[case] operations: &[&str],
        #[case] environment: &str,
        #[case] operation: &str,
        #[case] denied: bool,
    ) {
        let rule = Rule {
            environments: environments.iter().map(|text| Glob::new(text)).collect(),
            operations: operations.iter().map(|text| (*text).to_owned()).collect(),
            deny: Some("not now".to_owned()),
            ..Rule::default()
        };
        let guard = rules(vec![rule]).guard(&environment.into(), operation, friday());
        assert_eq!(guard.denied.is_some(), denied);
    }

    #[test]
    fn the_strictest_of_several_counts_and_hours_are_those_of_the_zone() {
        let two = Rule { at_once: Some(2), ..Rule::default() };
        let one = Rule { at_once: Some(1), confirm: true, twice: Some(friday_evening()), ..Rule::default() };
        let known = rules(vec![two, one]);
        let guard = known.guard(&"shop-dev".into(), "scale", friday());
        assert_eq!((guard.at_once, guard.confirm, guard.locked), (Some(1), true, false));
        assert!(guard.twice.is_some_and(|why| why.contains("Fri 17:00")));
        let thursday = friday().checked_sub(jiff::SignedDuration::from_hours(24)).unwrap();
        assert_eq!(known.guard(&"shop-dev".into(), "scale", thursday).twice, None);
        assert!(known.guard(&"shop-prod".into(), "scale", friday()).locked);
    }
}
