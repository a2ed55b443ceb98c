//! What can go wrong between us and AWS, classified once at the seam.
//! A fault says what was tried, on what, why it failed and what to do. It never
//! carries SDK types, and it never drives control flow by its message text.

use std::fmt;

use serde::Serialize;

use super::Scope;

/// The classes of failure a reader can act on differently.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// The caller may not do this: a permission is missing.
    Denied,
    /// Credentials were there and ran out (SSO session, assumed role, temporary keys).
    Expired,
    /// No credentials, or they were not accepted at all.
    Credentials,
    /// AWS asked us to slow down, and retries did not help.
    Throttled,
    /// The thing asked about does not exist (any more).
    Gone,
    /// The endpoint could not be reached: name, route, proxy or TLS.
    Offline,
    /// It was reached and did not answer in time.
    Timeout,
    /// The answer was cut off or is not what this API speaks.
    Garbled,
    /// The service is not available in this region or for this account.
    Unavailable,
    /// AWS refused the request for a reason of its own (state, validation, quota).
    Refused,
    /// Anything else; the message is shown as it came.
    Odd,
}

impl FaultKind {
    /// Its word in JSON, in the log and in the documentation.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Credentials => "credentials",
            Self::Throttled => "throttled",
            Self::Gone => "gone",
            Self::Offline => "offline",
            Self::Timeout => "timeout",
            Self::Garbled => "garbled",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
            Self::Odd => "odd",
        }
    }
}

/// One failed reading or change, ready to be shown beside the data that is still there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fault {
    /// The class, for decisions.
    pub kind: FaultKind,
    /// What was tried, as IAM names it: `elasticloadbalancing:DescribeTargetHealth`.
    pub operation: String,
    /// On what, if on one thing: a cluster, a target group. Cleaned by the view, not here.
    pub on: Option<String>,
    /// Why, in the service's words or ours; with its chain of causes.
    pub message: String,
    /// AWS's request id, when there was an answer.
    pub request_id: Option<String>,
    /// The wire code, such as `AccessDeniedException` or `InvalidDBInstanceState`.
    pub code: Option<String>,
    /// What to do about it, where more is known than the class tells.
    #[serde(skip)]
    pub advice: Option<String>,
    /// Whether it is of a write that may have been done all the same: it was sent, and its answer is lost.
    #[serde(skip)]
    pub answer_lost: bool,
}

impl Fault {
    /// A fault of `kind` when trying `operation`, because of `message`.
    #[must_use]
    pub fn new(kind: FaultKind, operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            operation: operation.into(),
            on: None,
            message: message.into(),
            request_id: None,
            code: None,
            advice: None,
            answer_lost: false,
        }
    }

    /// The same, naming the thing it was tried on.
    #[must_use]
    pub fn on(mut self, what: impl Into<String>) -> Self {
        self.on = Some(what.into());
        self
    }

    /// Whether it only tells that records without a name were left out: what is known by its name was read.
    #[must_use]
    pub fn is_of_nameless(&self) -> bool {
        self.code.as_deref() == Some(Self::NAMELESS)
    }

    /// The code of a fault of ours whose message says all: what was tried would tell the reader nothing more.
    pub const NO_REGION: &'static str = "NoRegion";
    /// The code of a fault that counts records without a name or id.
    pub const NAMELESS: &'static str = "NamelessRecords";
    /// The same, with what to do about it.
    #[must_use]
    pub fn advise(mut self, what: impl Into<String>) -> Self {
        self.advice = Some(what.into());
        self
    }

    /// Whether it is the credentials that are missing, ran out or could not be had: a login or other settings help,
    /// not another try.
    #[must_use]
    pub fn is_login(&self) -> bool {
        let role = self.operation.starts_with("sts:AssumeRole") && self.kind == FaultKind::Denied;
        role || matches!(self.kind, FaultKind::Expired | FaultKind::Credentials)
    }

    /// What was tried, on what, and how it failed, without what AWS said of it: `ecs:ListTasks is not allowed`.
    #[must_use]
    pub fn brief(&self) -> String {
        let on = self.on.as_deref().map(|on| format!(" on {on}")).unwrap_or_default();
        let why = match self.kind {
            FaultKind::Denied => "is not allowed",
            FaultKind::Expired => "failed: the credentials ran out",
            FaultKind::Credentials => "failed: no usable credentials",
            FaultKind::Throttled => "is being throttled",
            FaultKind::Gone => "found nothing there any more",
            FaultKind::Offline => "could not reach AWS",
            FaultKind::Timeout => "was not answered in time",
            FaultKind::Garbled => "got an answer that was cut off or not understood",
            FaultKind::Unavailable => "is not available here",
            FaultKind::Refused => "was refused",
            FaultKind::Odd => "failed",
        };
        format!("{}{on} {why}", self.operation)
    }

    /// One sentence: what was tried, on what, why it failed.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.code.as_deref() == Some(Self::NO_REGION) {
            return self.message.clone();
        }
        let brief = self.brief();
        if self.message.is_empty() { brief } else { format!("{brief}: {}", self.message) }
    }

    /// What to do about it. `scope` names the profile and region the remedy speaks of.
    #[must_use]
    pub fn remedy(&self, scope: &Scope) -> String {
        if let Some(advice) = &self.advice {
            return advice.clone();
        }
        match self.kind {
            FaultKind::Denied => format!(
                "allow {} for this role or user (`toban policy --read-only` prints the whole policy)",
                self.operation
            ),
            FaultKind::Expired => {
                format!("log in again the way the credentials of {} were made; an open console picks them up by itself", scope.source)
            }
            FaultKind::Credentials => {
                "set AWS_PROFILE or --profile to one that works (`aws sts get-caller-identity` tells), or run `aws sso login`".to_owned()
            }
            FaultKind::Throttled => "calls have slowed down by themselves; fewer consoles or a longer `refresh` help".to_owned(),
            FaultKind::Gone => "nothing: the next reading leaves it out".to_owned(),
            FaultKind::Offline => {
                format!("check the network, HTTPS_PROXY and that the region {} is right; an open console goes on trying", scope.region)
            }
            FaultKind::Timeout => "an open console goes on trying; check the network or the proxy if it stays".to_owned(),
            FaultKind::Garbled => "an open console asks again; if it stays, a proxy may be rewriting answers".to_owned(),
            FaultKind::Unavailable => format!("enable the region {} for the account, or leave it out of `regions`", scope.region),
            FaultKind::Refused | FaultKind::Odd => {
                "read the message; `--log-level debug` writes an outline of every call to the log file".to_owned()
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_region_is_said_without_what_was_tried() {
        let fault = Fault::new(FaultKind::Refused, "choosing the region", "no region is set").on("default");
        assert_eq!(fault.sentence(), "choosing the region on default was refused: no region is set");
        let fault = Fault { code: Some(Fault::NO_REGION.to_owned()), ..fault };
        assert_eq!(fault.sentence(), "no region is set");
    }
}
