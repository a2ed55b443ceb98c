//! Whether the inside of an environment can be reached: the checklist of each instance and service, as sessions have
//! it. Only what was read; nothing is opened to find out.

use super::{Check, Report};
use crate::app::headless::Outlook;
use crate::cli::act::at_site;
use crate::cli::look::Duty;
use crate::environment::Environment;
use crate::kinds::kind;
use crate::session::preflight::{Line, State};

/// The lists whose members are told of; tasks stand behind their services.
const LISTS: &[&str] = &["instances", "services"];

/// Tells of every instance and service of `environment`.
pub(super) fn check(report: &mut Report, duty: &Duty, outlook: &Outlook, environment: &Environment) {
    for member in &environment.members {
        let Some(of) = kind(member.id.kind) else { continue };
        if of.shown().is_none_or(|shown| !LISTS.contains(&shown.list)) {
            continue;
        }
        let reach = at_site(duty, outlook, (environment, &member.id), |site| {
            // A machine that its instance tells of has no line of its own.
            let rows = of.rows(&member.id, &site.cx);
            if rows.is_empty() { None } else { of.reach(&member.id, &site.cx) }
        });
        let Some(reach) = reach else { continue };
        let about = format!("shell in {}", reach.says);
        let failing: Vec<&Line> = reach.lines.iter().filter(|line| line.state == State::Fails).collect();
        if failing.is_empty() {
            let unknown = reach.lines.iter().filter(|line| line.state == State::Unknown).map(|line| line.what);
            let unknown: Vec<&str> = unknown.collect();
            let says = match unknown.as_slice() {
                [] => "everything holds".to_owned(),
                some => format!("nothing stands against it; only connecting tells of {}", some.join(", ")),
            };
            report.add(Check::well(about.clone(), says));
        }
        for line in failing {
            let remedy = line.remedy.clone().unwrap_or_else(|| "see docs/sessions.md".to_owned());
            report.add(Check::warn(about.clone(), format!("{}: {}", line.what, line.says), remedy));
        }
    }
}
