//! Target states and reason codes in words.
//! Pure look-up; unknown codes are shown as they are.

use crate::kinds::target_health::Target;
use crate::world::Health;

/// What the state of one target means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    /// How it is.
    pub health: Health,
    /// Said of one: `does not answer in time`.
    pub one: String,
    /// Said besides of one alone: `wants 200`; often empty.
    pub aside: String,
    /// Said of several: `do not answer in time`.
    pub many: String,
    /// The part the target plays in its group.
    pub role: Role,
}

impl Words {
    /// Said of one target alone: `answers 502 (expected 200)`; nothing of a healthy one.
    #[must_use]
    pub fn full(&self) -> String {
        match (self.one.as_str(), self.aside.as_str()) {
            ("healthy", _) => String::new(),
            (one, "") => one.to_owned(),
            (one, aside) => format!("{one} ({aside})"),
        }
    }
}

/// The part a target plays in the judgement of its group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Gets requests and answers.
    Serving,
    /// Fails its checks.
    Failing,
    /// Fails only by a redirect or a client error: with no healthy target the load balancer sends to it all the same.
    Mismatched,
    /// Healthy, and a zonal shift keeps requests away from it.
    Shifted,
    /// Passes its checks, and answers worse than the others.
    Anomalous,
    /// Is being checked for the first time.
    Arriving,
    /// Is being drained.
    Leaving,
    /// Gets no requests, for a reason outside the target.
    Unused,
    /// Its instance is stopped or gone.
    Stopped,
    /// In a state nobody has seen.
    Odd,
}

/// The words for one target; `wants` is the group's matcher.
#[must_use]
pub fn words(target: &Target, wants: Option<&str>) -> Words {
    let reason = target.reason.as_deref().unwrap_or_default();
    let say = |role, health, one: &str, many: &str| Words {
        health,
        one: one.to_owned(),
        many: many.to_owned(),
        aside: String::new(),
        role,
    };
    match (target.state.as_str(), reason) {
        ("healthy", _) if target.is_shifted_away() => shifted(target),
        ("healthy", _) if target.is_anomalous() => anomalous(target),
        ("healthy", _) => say(Role::Serving, Health::Well, "healthy", "are healthy"),
        (_, "Target.HealthCheckDisabled") => say(Role::Serving, Health::Well, "not checked", "are not checked"),
        ("draining" | "unhealthy.draining", _) | (_, "Target.DeregistrationInProgress") => {
            say(Role::Leaving, Health::Changing, "is draining", "are draining")
        }
        (_, "Elb.RegistrationInProgress") => {
            say(Role::Arriving, Health::Changing, "is being registered", "are being registered")
        }
        ("initial", _) | (_, "Elb.InitialHealthChecking") => say(
            Role::Arriving,
            Health::Changing,
            "is being checked for the first time",
            "are being checked for the first time",
        ),
        (_, "Target.ResponseCodeMismatch") => mismatch(target, wants),
        (_, "Target.Timeout") => say(Role::Failing, Health::Bad, "does not answer in time", "do not answer in time"),
        (_, "Target.FailedHealthChecks") => say(
            Role::Failing,
            Health::Bad,
            "refuses connections (port, TLS or app not listening)",
            "refuse connections (port, TLS or app not listening)",
        ),
        (_, "Target.NotRegistered") => say(Role::Unused, Health::Worrying, "is not registered", "are not registered"),
        (_, "Target.NotInUse") => not_in_use(target),
        (_, "Target.InvalidState") => {
            let text = if describes(target, "terminated") { "terminated" } else { "stopped" };
            say(Role::Stopped, Health::Worrying, &format!("is a {text} instance"), &format!("are {text} instances"))
        }
        (_, "Target.IpUnusable") => say(
            Role::Failing,
            Health::Bad,
            "has an address that a load balancer uses",
            "have an address that a load balancer uses",
        ),
        (_, "Elb.InternalError") => say(
            Role::Failing,
            Health::Bad,
            "cannot be checked: the load balancer has an internal error",
            "cannot be checked: the load balancer has an internal error",
        ),
        ("unhealthy", "") => say(Role::Failing, Health::Bad, "is unhealthy", "are unhealthy"),
        ("unhealthy", code) => {
            say(Role::Failing, Health::Bad, &format!("is unhealthy ({code})"), &format!("are unhealthy ({code})"))
        }
        ("unused", "") => say(Role::Unused, Health::Worrying, "is unused", "are unused"),
        ("unused", code) => {
            say(Role::Unused, Health::Worrying, &format!("is unused ({code})"), &format!("are unused ({code})"))
        }
        ("unavailable", code) if !code.is_empty() => {
            say(Role::Odd, Health::Unknown, &format!("is unavailable ({code})"), &format!("are unavailable ({code})"))
        }
        (state, "") => say(Role::Odd, Health::Unknown, &format!("is {state}"), &format!("are {state}")),
        (state, code) => {
            say(Role::Odd, Health::Unknown, &format!("is {state} ({code})"), &format!("are {state} ({code})"))
        }
    }
}

/// A zonal shift is somebody's act: the target is well and gets no requests.
fn shifted(target: &Target) -> Words {
    let zone = target.zone.as_deref().map_or_else(|| "its zone".to_owned(), |zone| format!("zone {zone}"));
    let of_each = target.zone.as_deref().map_or_else(|| "their zone".to_owned(), |zone| format!("zone {zone}"));
    Words {
        health: Health::Worrying,
        one: format!("gets no traffic: {zone} is shifted away"),
        many: format!("get no traffic: {of_each} is shifted away"),
        aside: String::new(),
        role: Role::Shifted,
    }
}

fn anomalous(target: &Target) -> Words {
    let eased = target.anomaly.as_ref().is_some_and(|one| one.mitigated);
    let aside = if eased { "the load balancer sends it less" } else { "" };
    Words {
        health: Health::Worrying,
        one: "passes its checks but fails requests more than the others (anomalous)".to_owned(),
        many: "pass their checks but fail requests more than the others (anomalous)".to_owned(),
        aside: aside.to_owned(),
        role: Role::Anomalous,
    }
}

fn describes(target: &Target, fragment: &str) -> bool {
    target.description.as_deref().is_some_and(|text| text.to_lowercase().contains(fragment))
}

fn not_in_use(target: &Target) -> Words {
    let (one, many) = if describes(target, "availability zone") {
        ("is in a zone the load balancer does not use", "are in a zone the load balancer does not use")
    } else {
        (
            "gets no traffic: no listener rule leads to its group",
            "get no traffic: no listener rule leads to their group",
        )
    };
    Words {
        health: Health::Worrying,
        one: one.to_owned(),
        many: many.to_owned(),
        aside: String::new(),
        role: Role::Unused,
    }
}

/// `Health checks failed with these codes: [502]`.
fn mismatch(target: &Target, wants: Option<&str>) -> Words {
    let codes = target
        .description
        .as_deref()
        .and_then(|text| text.split_once('[')?.1.split_once(']').map(|(codes, _)| codes.trim()))
        .filter(|codes| codes.len() <= 40 && codes.starts_with(|c: char| c.is_ascii_digit()));
    let open =
        codes.is_some_and(|codes| codes.split(',').all(|code| matches!(code.trim().as_bytes(), [b'3' | b'4', _, _])));
    let codes = codes.unwrap_or("an unexpected code");
    Words {
        health: Health::Bad,
        one: format!("answers {codes}"),
        many: format!("answer {codes}"),
        aside: wants.map(|wants| format!("expected {wants}")).unwrap_or_default(),
        role: if open { Role::Mismatched } else { Role::Failing },
    }
}

/// What to look at for a reason code; empty when there is nothing.
#[must_use]
pub fn check(target: &Target) -> &'static str {
    let code = target.description.as_deref().unwrap_or_default();
    match target.reason.as_deref().unwrap_or_default() {
        _ if target.is_shifted_away() => "look at the zonal shift: who started it, and until when it lasts",
        _ if target.is_anomalous() => "compare its errors and log with those of the other targets",
        "Target.Timeout" => {
            "check that the targets' security groups let the load balancer in on the check's port, and whether the app hangs"
        }
        "Target.FailedHealthChecks" => {
            "check port and protocol of the group against the app, and that it listens on 0.0.0.0"
        }
        "Target.ResponseCodeMismatch" if code.contains("[30") => {
            "the health path redirects: use a path that answers 200, or accept 200-399"
        }
        "Target.ResponseCodeMismatch" if code.contains("[400") => {
            "the app refuses the Host header of the check, which is the target's address (ALLOWED_HOSTS)"
        }
        "Target.ResponseCodeMismatch" if code.contains("[401") || code.contains("[403") => {
            "the health path asks for a login or a firewall rule stops it"
        }
        "Target.ResponseCodeMismatch" if code.contains("[404") => "the health path does not exist in the app",
        "Target.ResponseCodeMismatch" => "look at the app's log, and whether its database is up",
        "Target.NotInUse" => "look at the listener rules and the load balancer's zones",
        "Target.InvalidState" => "start the instance",
        _ => "",
    }
}
