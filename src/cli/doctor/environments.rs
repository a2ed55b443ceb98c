//! What of the environments is not sure: those in which two stages may be mixed, with the evidence and the way to
//! settle it. Tells only; decides nothing.

use std::collections::BTreeMap;

use super::{Check, Report};
use crate::environment::Certainty;
use crate::overview::EnvironmentStatus;

/// More doubts of one environment than this are counted.
const NAMED: usize = 5;

/// One line an environment that is not sure.
pub(super) fn check<'e>(report: &mut Report, environments: impl Iterator<Item = &'e EnvironmentStatus>) {
    let mut levels: BTreeMap<Certainty, usize> = BTreeMap::new();
    for environment in environments {
        if environment.doubts.is_empty() {
            *levels.entry(environment.confidence().level).or_default() += 1;
            continue;
        }
        let mut message = "two stages may be mixed in it, so it is protected and does not sleep:".to_owned();
        for doubt in environment.doubts.iter().take(NAMED) {
            message.push_str(&format!("\n{doubt}"));
        }
        if let Some(more) = environment.doubts.len().checked_sub(NAMED).filter(|more| *more > 0) {
            message.push_str(&format!("\nand {more} more"));
        }
        let name = &environment.name;
        let remedy = format!(
            "correct the tags or names, or move them by match and exclude in config.toml; protected = false in \
             [environment.\"{name}\"] confirms it as it is"
        );
        report.add(Check::warn(format!("environment {name}"), message, remedy));
    }
    let sure: usize = levels.values().sum();
    if sure > 0 {
        let told: Vec<String> = levels.iter().map(|(level, count)| format!("{count} {}", level.word())).collect();
        let told = told.join(", ");
        report.add(Check::well(
            "environments",
            format!("{sure} hold one stage each, as far as tags, names and relations tell ({told})"),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::check::Level;
    use crate::cli::testing::environment;
    use crate::world::Health;

    #[test]
    fn an_environment_that_may_be_mixed_is_told_with_its_evidence_and_the_remedy() {
        let mut dev = environment("shop-dev", Some("dev"), Health::Well);
        dev.doubts =
            (0..7).map(|at| format!("mail-{at} is taken for shop-dev, but tag Env=prod says stage prod")).collect();
        let prod = environment("shop-prod", Some("prod"), Health::Well);
        let mut report = Report::default();
        check(&mut report, [&dev, &prod].into_iter());
        let [doubt, sure] = report.checks() else { panic!("{report:?}") };
        assert_eq!((doubt.about.as_str(), doubt.level), ("environment shop-dev", Level::Worrying));
        assert!(
            doubt.message.contains("mail-4 is taken for shop-dev") && doubt.message.ends_with("and 2 more"),
            "{}",
            doubt.message
        );
        assert!(doubt.remedy.as_deref().is_some_and(|it| it.contains("[environment.\"shop-dev\"]")), "{doubt:?}");
        assert_eq!((sure.level, sure.message.starts_with("1 hold")), (Level::Well, true));
    }
}
