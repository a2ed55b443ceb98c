//! What the account says: who we are in each place, which readings are allowed, whether the clock
//! agrees, and whether the configuration fits what is there.

use std::collections::BTreeMap;

use super::{Check, Report};
use crate::cli::exit::{Exit, is_credentials};
use crate::engine::headless::Snapshot;
use crate::environment::{ConfiguredEnvironments, EnvironmentConfig};
use crate::world::access_check::AWS_FILES;
use crate::world::access_check::{Check as Tried, Outcome};
use crate::world::{Fault, Scope};

/// Tells what was tried in `scope`.
pub(super) fn tried(report: &mut Report, scope: &Scope, tried: &[Tried]) {
    let (mut operations, mut locked_out) = (Vec::new(), false);
    for check in tried {
        match check.what.as_str() {
            "sts:GetCallerIdentity" => locked_out |= who(report, scope, &check.outcome),
            "clock" => clock(report, scope, &check.outcome),
            AWS_FILES => files(report, &check.outcome),
            operation => operations.push((operation, &check.outcome)),
        }
    }
    // Without credentials everything fails, and nothing but that is worth telling.
    if !locked_out {
        readings(report, scope, &operations);
        let message =
            "what changing takes was not tried, for that would change something; `toban policy --operator` lists it";
        report.add(Check::well(format!("changes {scope}"), message));
    }
}

/// Who we are there. True if nothing works for want of credentials.
fn who(report: &mut Report, scope: &Scope, outcome: &Outcome) -> bool {
    let about = format!("credentials {scope}");
    match outcome {
        Outcome::Fine(message) => report.add(Check::well(about, message.as_deref().unwrap_or("accepted"))),
        Outcome::Untried => report.add(Check::warn(about, "the identity there is not known", "run it again")),
        Outcome::Denied(fault) | Outcome::Failed(fault) => {
            let exit = if is_credentials(fault) { Exit::Credentials } else { Exit::Failed };
            report.add(Check::fail(about, fault.sentence(), fault.remedy(scope)).because(exit));
            return is_credentials(fault);
        }
    }
    false
}

fn clock(report: &mut Report, scope: &Scope, outcome: &Outcome) {
    let about = format!("clock {scope}");
    match outcome {
        Outcome::Fine(message) => report.add(Check::well(about, message.as_deref().unwrap_or("agrees with AWS's"))),
        Outcome::Untried => {}
        Outcome::Denied(fault) | Outcome::Failed(fault) => {
            let remedy = "set this machine's clock, as with `timedatectl set-ntp true`";
            report.add(Check::fail(about, fault.message.clone(), remedy));
        }
    }
}

/// A line of the AWS files that is not understood, once for all places.
fn files(report: &mut Report, outcome: &Outcome) {
    if let Outcome::Failed(fault) = outcome
        && !report.tells(&fault.message)
    {
        let remedy = "correct that line; until then the other settings of that section are not used";
        report.add(Check::warn(AWS_FILES.to_owned(), fault.message.clone(), remedy));
    }
}

/// What is allowed in one line a service; what is not, in a line each.
fn readings(report: &mut Report, scope: &Scope, operations: &[(&str, &Outcome)]) {
    let mut services: BTreeMap<&str, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    let mut failed: Vec<(&str, &Fault, bool)> = Vec::new();
    for (operation, outcome) in operations {
        let (service, action) = operation.split_once(':').unwrap_or((operation, operation));
        let (allowed, untried) = services.entry(service).or_default();
        match outcome {
            Outcome::Fine(_) => allowed.push(action),
            Outcome::Untried => untried.push(action),
            Outcome::Denied(fault) => failed.push((operation, fault, true)),
            Outcome::Failed(fault) => failed.push((operation, fault, false)),
        }
    }
    for (service, (allowed, untried)) in services {
        let about = format!("{service} {scope}");
        if !allowed.is_empty() {
            report.add(Check::well(about.clone(), format!("may {}", allowed.join(", "))));
        }
        if !untried.is_empty() {
            let message = format!("there was nothing to try {} on", untried.join(", "));
            report.add(Check::well(about, message));
        }
    }
    for (operation, fault, denied) in failed {
        let remedy = if denied {
            format!("allow {operation} for this role or user; `toban policy --read-only` prints the whole policy")
        } else {
            fault.remedy(scope)
        };
        report.add(Check::fail(format!("{operation} {scope}"), fault.sentence(), remedy));
    }
}

/// Holds the configuration's environments against what is there. `everywhere` tells whether all places were looked at:
/// else an environment that is missing says nothing.
pub(super) fn pins(
    report: &mut Report,
    snapshot: &Snapshot,
    configured_environments: &ConfiguredEnvironments,
    scopes: &[Scope],
    everywhere: bool,
) {
    for environment_config in &configured_environments.environments {
        pin(report, snapshot, environment_config, scopes, everywhere);
    }
}

fn pin(
    report: &mut Report,
    snapshot: &Snapshot,
    environment_config: &EnvironmentConfig,
    scopes: &[Scope],
    everywhere: bool,
) {
    let about = format!("environment {}", environment_config.name);
    let Some(environment) = snapshot.picture.environment(&environment_config.name) else {
        if everywhere {
            let message = "the configuration names it, but nothing belongs to it";
            let remedy =
                format!("fix environment.{}.match, or remove it from the configuration", environment_config.name);
            report.add(Check::warn(about, message, remedy));
        }
        return;
    };
    let Some(pinned) = &environment_config.account else {
        return;
    };
    for scope in environment.scopes.iter().filter(|scope| scopes.contains(scope)) {
        match snapshot.world.account(scope) {
            Some(account) if account == *pinned => {
                report.add(Check::well(about.clone(), format!("is in account {pinned}, as pinned")));
            }
            Some(account) => report.add(Check::fail(
                about.clone(),
                format!("is pinned to account {pinned}, but {scope} is account {account}: every change is refused"),
                "choose the right profile, or fix `account` in the configuration",
            )),
            None => {}
        }
    }
}
