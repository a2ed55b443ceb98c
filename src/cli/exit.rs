//! How a run ends: every exit code with its meaning, and failures as sentences. Scripts rely on
//! the numbers; they never change.

use std::fmt;
use std::process::ExitCode;

use crate::world::{Fault, FaultKind, Health, Scope};

/// The exit codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// Done; for `status`: every environment named is well, changing or asleep on purpose.
    Done = 0,
    /// The command failed.
    Failed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// Refused by the gate; nothing was changed.
    Refused = 3,
    /// No credentials, or they ran out.
    Credentials = 4,
    /// Not found or ambiguous.
    NotFound = 5,
    /// A change was made but did not end well.
    Incomplete = 6,
    /// The worst environment is worrying.
    Worrying = 10,
    /// The worst environment is bad.
    Bad = 20,
    /// Could not tell for at least one environment, and none is worse.
    Unknown = 30,
    /// Interrupted.
    Interrupted = 130,
}

impl Exit {
    /// The code for the worst of some environments.
    #[must_use]
    pub const fn of(worst: Health) -> Self {
        match worst {
            Health::Well | Health::Changing | Health::Asleep => Self::Done,
            Health::Unknown => Self::Unknown,
            Health::Worrying => Self::Worrying,
            Health::Bad => Self::Bad,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A run that could not do its work: what to print on stderr, and how to end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    /// What was tried, on what, why it failed, what to do; possibly several lines.
    pub says: String,
}

impl Failure {
    /// A failure with its code.
    #[must_use]
    pub fn new(exit: Exit, says: impl Into<String>) -> Self {
        Self { exit, says: says.into() }
    }

    /// The failure of a whole command because of one fault.
    #[must_use]
    pub fn of(fault: &Fault, scope: &Scope) -> Self {
        let exit = if is_credentials(fault) { Exit::Credentials } else { Exit::Failed };
        Self::new(exit, format!("{}\n  {}", fault.sentence(), fault.remedy(scope)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

/// Whether a fault means that credentials are missing or ran out.
#[must_use]
pub(super) fn is_credentials(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Expired | FaultKind::Credentials)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Health::Well, 0)]
    #[case(Health::Changing, 0)]
    #[case(Health::Asleep, 0)]
    #[case(Health::Worrying, 10)]
    #[case(Health::Bad, 20)]
    #[case(Health::Unknown, 30)]
    fn a_health_has_its_code(#[case] health: Health, #[case] code: u8) {
        assert_eq!(Exit::of(health) as u8, code);
    }

    #[test]
    fn the_codes_are_those_that_scripts_know() {
        let codes = [
            (Exit::Done, 0),
            (Exit::Failed, 1),
            (Exit::Usage, 2),
            (Exit::Refused, 3),
            (Exit::Credentials, 4),
            (Exit::NotFound, 5),
            (Exit::Incomplete, 6),
            (Exit::Worrying, 10),
            (Exit::Bad, 20),
            (Exit::Unknown, 30),
            (Exit::Interrupted, 130),
        ];
        for (exit, code) in codes {
            assert_eq!(exit as u8, code, "{exit:?}");
        }
    }

    #[test]
    fn credentials_have_a_code_of_their_own_and_every_failure_a_remedy() {
        let scope = Scope::new("duty", "ap-northeast-1");
        let expired = Failure::of(&Fault::new(FaultKind::Expired, "sts:GetCallerIdentity", "token expired"), &scope);
        assert_eq!(expired.exit, Exit::Credentials);
        assert!(expired.says.contains("aws sso login --profile duty"), "{expired}");
        let denied = Failure::of(&Fault::new(FaultKind::Denied, "ecs:ListServices", ""), &scope);
        assert_eq!(denied.exit, Exit::Failed);
        assert!(denied.says.contains("allow ecs:ListServices"), "{denied}");
    }
}
