//! What the configuration wishes of environments: matches, exclusions, pins, protection.
//! Pure data and matching; parsing lives in `config`.

use std::collections::BTreeMap;

use super::Recipe;
use super::rules::Rule;
use crate::kinds::db_instance::NOTES_DAYS;
use crate::schedule::cost::prices::Prices;
use crate::schedule::{Member, Record, Schedule, ScheduleBinding};
use crate::text::glob::Glob;
use crate::world::{AccountId, EnvironmentName, Region};

/// Which resources an environment claims. A resource matches if any one of the given ways fits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Match {
    /// All of these tags (keys in any case).
    pub tags: BTreeMap<String, String>,
    /// Any of these names.
    pub names: Vec<Glob>,
    /// Any of these VPCs.
    pub vpc: Vec<String>,
    /// Any of these CloudFormation stacks.
    pub stack: Vec<Glob>,
}

/// What the configuration says of one environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnvironmentConfig {
    /// The environment's name.
    pub name: EnvironmentName,
    /// Its stage, if said.
    pub stage: Option<String>,
    /// Refuse every change if the caller's account differs.
    pub account: Option<AccountId>,
    /// Refuse every change in another region.
    pub region: Option<Region>,
    /// Protection, if said; else by stage.
    pub protected: Option<bool>,
    /// Whether it is locked: read-only until somebody unlocks it for a while.
    pub read_only: bool,
    /// Whether it may be stopped although it is protected, if said.
    pub allow_stop: Option<bool>,
    /// What it claims.
    pub matches: Match,
    /// Names it never takes.
    pub exclude: Vec<Glob>,
    /// How its instances are deployed.
    pub deploy: Option<Recipe>,
    /// In which order its services are released together; what none of them matches comes last.
    pub release_order: Vec<Glob>,
    /// Who sleeps and wakes with it, if the file says so; otherwise what inference found.
    pub scheduled_members: Vec<Member>,
    /// Its off-hours.
    pub routine: Option<ScheduleBinding>,
    /// What the words about its sleep are written on.
    pub record: Record,
}

/// All wishes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ConfiguredEnvironments {
    /// One an environment, in the order of the file.
    pub environments: Vec<EnvironmentConfig>,
    /// Every schedule there is, whether an environment has it or not, by name.
    pub schedules: Vec<Schedule>,
    /// Prices of the reader's own.
    pub prices: Prices,
    /// Rules for changes, in the order of the file.
    pub rules: Vec<Rule>,
    /// How many days before the end of something it is told of in a note, if said.
    pub notes_days: Option<u32>,
}

impl ConfiguredEnvironments {
    /// How many days before the end of something it is told of in a note.
    #[must_use]
    pub fn notes_days(&self) -> u32 {
        self.notes_days.unwrap_or(NOTES_DAYS)
    }
}

impl EnvironmentConfig {
    /// A wish that says nothing yet of `name`.
    #[must_use]
    pub fn new(name: impl Into<EnvironmentName>) -> Self {
        Self {
            name: name.into(),
            stage: None,
            account: None,
            region: None,
            protected: None,
            read_only: false,
            allow_stop: None,
            matches: Match::default(),
            exclude: Vec::new(),
            deploy: None,
            release_order: Vec::new(),
            scheduled_members: Vec::new(),
            routine: None,
            record: Record::default(),
        }
    }
}

impl ConfiguredEnvironments {
    /// What is wished of `name`.
    #[must_use]
    pub fn of(&self, name: &EnvironmentName) -> Option<&EnvironmentConfig> {
        self.environments.iter().find(|environment_config| &environment_config.name == name)
    }

    /// The place of a service among those that are released together in `name`: services of one place keep their order.
    #[must_use]
    pub fn release_place(&self, name: &EnvironmentName, service: &str) -> usize {
        let order = self.of(name).map(|config| config.release_order.as_slice()).unwrap_or_default();
        order.iter().position(|glob| glob.fits(service)).unwrap_or(order.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::text::glob::{Glob, like};
    use rstest::rstest;

    #[rstest]
    #[case("toban-*", "toban-dev", true)]
    #[case("Toban-*", "toban-dev", false)]
    #[case("toban-?ev", "toban-dev", true)]
    #[case("*", "", true)]
    #[case("", "x", false)]
    fn policies_mean_the_case_they_write(#[case] pattern: &str, #[case] text: &str, #[case] fits: bool) {
        assert_eq!(like(pattern, text), fits);
    }

    #[rstest]
    #[case("prooflink-dev-*", "prooflink-dev-db", true)]
    #[case("prooflink-dev-*", "prooflink-prod-db", false)]
    #[case("*-dev", "DatabaseStack-dev", true)]
    #[case("*-dev", "DatabaseStack-dev-x", false)]
    #[case("a*b*c", "aXXbXXbc", true)]
    #[case("?", "項", true)]
    #[case("", "", true)]
    #[case("", "x", false)]
    #[case("*", "", true)]
    fn a_glob_fits_whole_names(#[case] pattern: &str, #[case] text: &str, #[case] fits: bool) {
        assert_eq!(Glob::new(pattern).fits(text), fits);
    }
}
