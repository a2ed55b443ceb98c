//! How a run ends: every exit code with its meaning, and failures as sentences. Scripts rely on
//! the numbers; they never change.

use std::fmt;
use std::process::ExitCode;

use crate::world::{Fault, Health, Scope};

/// The exit codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Done; for `status`: every environment named is well, changing or asleep on purpose.
    Done,
    /// The command failed.
    Failed,
    /// The command line was wrong.
    Usage,
    /// Refused by the gate; nothing was changed.
    Refused,
    /// No credentials, or they ran out.
    Credentials,
    /// Not found or ambiguous.
    NotFound,
    /// A change was made but did not end well.
    Incomplete,
    /// The worst environment is worrying.
    Worrying,
    /// The worst environment is bad.
    Bad,
    /// Could not tell for at least one environment, and none is worse.
    Unknown,
    /// Interrupted.
    Interrupted,
    /// What a remote command ended with.
    Remote(u8),
}

impl Exit {
    /// The number that scripts see.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Credentials => 4,
            Self::NotFound => 5,
            Self::Incomplete => 6,
            Self::Worrying => 10,
            Self::Bad => 20,
            Self::Unknown => 30,
            Self::Interrupted => 130,
            Self::Remote(code) => code,
        }
    }

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
        Self::from(exit.code())
    }
}

/// A run that could not do its work: what to print on stderr, and how to end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    /// What was tried, on what, why it failed, what to do; possibly several lines.
    pub message: String,
}

impl Failure {
    /// A failure with its code.
    #[must_use]
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// The failure of a whole command because of one fault. What may have been done all the same did not fail.
    #[must_use]
    pub fn of(fault: &Fault, scope: &Scope) -> Self {
        let exit = match fault {
            fault if is_credentials(fault) => Exit::Credentials,
            fault if fault.answer_lost => Exit::Incomplete,
            _ => Exit::Failed,
        };
        Self::new(exit, format!("{}\n  {}", fault.sentence(), fault.remedy(scope)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Whether a fault means that credentials are missing or ran out.
#[must_use]
pub(super) fn is_credentials(fault: &Fault) -> bool {
    fault.is_login()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::FaultKind;
    use rstest::rstest;

    #[rstest]
    #[case(Health::Well, 0)]
    #[case(Health::Changing, 0)]
    #[case(Health::Asleep, 0)]
    #[case(Health::Worrying, 10)]
    #[case(Health::Bad, 20)]
    #[case(Health::Unknown, 30)]
    fn a_health_has_its_code(#[case] health: Health, #[case] code: u8) {
        assert_eq!(Exit::of(health).code(), code);
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
            assert_eq!(exit.code(), code, "{exit:?}");
        }
    }

    #[test]
    fn credentials_have_a_code_of_their_own_and_every_failure_a_remedy() {
        let scope = Scope::new("duty", "ap-northeast-1");
        let expired = Fault::new(FaultKind::Expired, "sts:GetCallerIdentity", "token expired");
        let bare = Failure::of(&expired, &scope);
        assert_eq!(bare.exit, Exit::Credentials);
        assert!(bare.message.contains("the credentials of duty") && !bare.message.contains("aws sso"), "{bare}");
        let known = Failure::of(&expired.advise("log in: `aws sso login --profile base`"), &scope);
        assert!(known.message.ends_with("`aws sso login --profile base`"), "{known}");
        let role = Failure::of(&Fault::new(FaultKind::Denied, "sts:AssumeRole", "no trust"), &scope);
        assert_eq!(role.exit, Exit::Credentials);
        let denied = Failure::of(&Fault::new(FaultKind::Denied, "ecs:ListServices", ""), &scope);
        assert_eq!(denied.exit, Exit::Failed);
        assert!(denied.message.contains("allow ecs:ListServices"), "{denied}");
    }
}
