//! Whether the inside of an environment can be reached: the checklist of each instance and service, as sessions have
//! it. What was read, and what IAM and the account's settings say; nothing is opened to find out.

use crate::overview::EnvironmentStatus;
use std::time::Duration;

use super::{Check, Report};
use crate::cli::change::at_site;
use crate::cli::connect::read_more;
use crate::cli::read::CommandContext;
use crate::engine::headless::Snapshot;
use crate::environment::Member;
use crate::kinds::catalog::kind;
use crate::ssm::preflight::{Line, SessionAccess, State};
use crate::world::EnvironmentName;
use crate::world::read_request::ReadRequest;

/// The lists whose members are told of; tasks stand behind their services.
const LISTS: &[&str] = &["instances", "services"];
/// How long each answer may take: here somebody came for the answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tells of every instance and service of the environment called `name`.
pub(super) async fn check(
    report: &mut Report,
    context: &CommandContext,
    snapshot: &mut Snapshot,
    name: &EnvironmentName,
) {
    let mut wants: Vec<ReadRequest> = Vec::new();
    for want in all(context, snapshot, name).into_iter().flat_map(|session_access| session_access.rights.wants) {
        if !wants.contains(&want) {
            wants.push(want);
        }
    }
    read_more(context, snapshot, wants, PATIENCE).await;
    for session_access in all(context, snapshot, name) {
        tell(report, &session_access);
    }
}

fn all(context: &CommandContext, snapshot: &Snapshot, name: &EnvironmentName) -> Vec<SessionAccess> {
    let environment = snapshot.picture.environment(name);
    let members = environment.into_iter().flat_map(|found| found.members.iter().map(move |member| (found, member)));
    members.filter_map(|(environment, member)| session_access(context, snapshot, environment, member)).collect()
}

fn session_access(
    context: &CommandContext,
    snapshot: &Snapshot,
    environment: &EnvironmentStatus,
    member: &Member,
) -> Option<SessionAccess> {
    let of = kind(member.id.kind)?;
    of.shown().filter(|shown| LISTS.contains(&shown.list))?;
    at_site(context, snapshot, (environment, &member.id), |context| {
        // A machine that its instance tells of has no line of its own.
        let rows = of.rows(&member.id, &context.cx);
        if rows.is_empty() { None } else { of.session_access(&member.id, &context.cx) }
    })
}

fn tell(report: &mut Report, session_access: &SessionAccess) {
    let about = format!("shell in {}", session_access.message);
    let of = |states: &[State]| {
        session_access.checklist().filter(|line| states.contains(&line.state)).collect::<Vec<&Line>>()
    };
    let wanting = of(&[State::Fails, State::Lacks]);
    if wanting.is_empty() {
        let message = match of(&[State::Unknown]).as_slice() {
            [] => "all checks passed".to_owned(),
            some => {
                let each: Vec<String> = some.iter().map(|line| format!("{}: {}", line.what, line.message)).collect();
                format!("no obstacle found; not certain:\n{}", each.join("\n"))
            }
        };
        report.add(Check::well(about.clone(), message));
    }
    for line in wanting {
        let remedy = line.remedy.clone().unwrap_or_else(|| "see docs/sessions.md".to_owned());
        report.add(Check::warn(about.clone(), format!("{}: {}", line.what, line.message), remedy));
    }
}
