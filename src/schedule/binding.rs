//! What the configuration says of one environment's off-hours: which schedule, who carries it out, and
//! under which names it stands at AWS. Plain data; pure.

use super::cost::prices::Prices;
use super::model::{MemberKind, Mode, Schedule};
use super::stored::planned_schedules::MAX_NAME;

/// Who makes the edges happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Backend {
    /// EventBridge Scheduler: runs inside AWS with nobody logged in.
    #[default]
    EventBridge,
    /// `toban schedule run`, on a host or from cron, and the console while it is open.
    Local,
    /// Nobody: the schedule is shown and never acted on.
    Observe,
}

impl Backend {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::EventBridge, Self::Local, Self::Observe];

    /// Its word in the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::EventBridge => "eventbridge-scheduler",
            Self::Local => "local",
            Self::Observe => "observe",
        }
    }

    /// The backend called `word`.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|backend| backend.word() == word)
    }
}

/// The role schedules use unless another is named.
pub const ROLE: &str = "toban-scheduler";
/// What every schedule group of ours begins with.
pub const GROUP_PREFIX: &str = "toban-";

/// What the role must be allowed to do to a member of that kind: the source of `policy --scheduler` and of what `doctor`
/// has simulated.
#[must_use]
pub const fn acts(kind: MemberKind) -> &'static [&'static str] {
    match kind {
        MemberKind::RdsInstance => &["rds:StopDBInstance", "rds:StartDBInstance"],
        MemberKind::RdsCluster => &["rds:StopDBCluster", "rds:StartDBCluster"],
        MemberKind::Ec2Instance => &["ec2:StopInstances", "ec2:StartInstances"],
        MemberKind::EcsService => &["ecs:UpdateService"],
    }
}

/// One environment's off-hours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScheduleBinding {
    /// When to be up.
    pub schedule: Schedule,
    /// Who makes it so.
    pub backend: Backend,
    /// The schedule group at AWS; `None` leaves it to the environment's name.
    pub group: Option<String>,
    /// The role that schedules act by; `None` means `role/toban-scheduler` of the account.
    pub role_arn: Option<String>,
    /// Queue for firings that failed for good, if there is one.
    pub dlq_arn: Option<String>,
    /// Whether it is enforced although it cannot be seen who else stops or starts something.
    pub enforce_blind: bool,
    /// What things cost, where the reader knows better than the table.
    pub prices: Prices,
}

impl ScheduleBinding {
    /// A routine in which everything but the schedule is as usual.
    #[must_use]
    pub const fn new(schedule: Schedule) -> Self {
        Self {
            schedule,
            backend: Backend::EventBridge,
            group: None,
            role_arn: None,
            dlq_arn: None,
            enforce_blind: false,
            prices: Prices::new(),
        }
    }

    /// Whether something of it is done by `toban schedule run` or an open console: its edges, or for a schedule that is
    /// enforced and kept at AWS, what drifts between them, since AWS looks at nothing.
    #[must_use]
    pub fn acts_here(&self) -> bool {
        match self.backend {
            Backend::Local => true,
            Backend::EventBridge => self.schedule.mode == Mode::Enforce,
            Backend::Observe => false,
        }
    }

    /// The schedule group of `environment`: `toban-prooflink-dev`, cut to what Scheduler takes.
    #[must_use]
    pub fn group_of(&self, environment: &str) -> String {
        self.group.clone().unwrap_or_else(|| group_name(environment))
    }
}

/// The usual group of an environment. Characters Scheduler refuses become `-`; then, and when it is too long, a hash
/// tells it from its like.
#[must_use]
pub fn group_name(environment: &str) -> String {
    let clean: String =
        environment.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    let full = format!("{GROUP_PREFIX}{clean}");
    if clean == environment && full.len() <= MAX_NAME {
        return full;
    }
    let hash: String = super::due::client_token(environment).chars().take(8).collect();
    let head: String = full.chars().take(MAX_NAME - 9).collect();
    format!("{head}-{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_a_name_that_scheduler_takes() {
        assert_eq!(group_name("prooflink-dev"), "toban-prooflink-dev");
        for odd in ["本番", "a b", &"x".repeat(90)] {
            let name = group_name(odd);
            assert!(name.len() <= MAX_NAME && name.starts_with(GROUP_PREFIX), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{name}");
        }
        assert_ne!(group_name("本番"), group_name("検証"), "told apart");
    }

    #[test]
    fn backends_have_words() {
        for backend in Backend::ALL {
            assert_eq!(Backend::named(backend.word()), Some(backend));
        }
        assert_eq!(Backend::named("ssm-automation"), None);
    }
}
