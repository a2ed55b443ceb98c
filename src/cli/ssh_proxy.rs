//! `toban ssh-proxy`: the bytes of an SSH client to the SSH server of an instance, through Session Manager: a `ProxyCommand`
//! for ssh, scp, rsync and editors. Nothing but those bytes goes to standard output.

use super::args;
use super::change::surroundings;
use super::connect::{ended, listen, refuse_read_only, target, unopened};
use super::exit::{Exit, Failure};
use super::read;
use super::read::CommandContext;
use crate::change::gate::Gate;
use crate::engine::execute::JournalWriter;
use crate::engine::headless::Snapshot;
use crate::engine::session::{SessionRequest, Visiting, open_session};
use crate::kinds::ec2_instance::Instance;
use crate::kinds::managed_node::Node;
use crate::os::stdio::{Inward, Outward};
use crate::overview::EnvironmentStatus;
use crate::ssm::raw_port;
use crate::ssm::start_request::StartRequest;
use crate::text::harmless;
use crate::world::{Resource, ResourceId};

/// Runs it.
///
/// # Errors
/// When it is refused, the target is not clear or is no instance, or the session broke.
pub(super) async fn run(context: &CommandContext, args: &args::SshProxy) -> Result<Exit, Failure> {
    let gate = Gate { read_only: context.settings.read_only };
    refuse_read_only(gate, &args.target)?;
    let snapshot = read::once_for(context, &args.target).await?;
    let (environment, id) = found(&snapshot, &args.target)?;
    let at = surroundings(context, &snapshot).of_environment(&environment.name, &id.scope);
    if let Some(refused) = gate.bars(&environment.name, &at) {
        return Err(Failure::new(Exit::Refused, format!("connecting to {}: {refused}", args.target)));
    }
    let node = node(&snapshot, &id).ok_or_else(|| {
        let message =
            format!("{} is no instance: SSH leads to instances; `toban connect` enters tasks", harmless(&args.target));
        Failure::new(Exit::NotFound, message)
    })?;
    let ask = StartRequest::ssh(&node, args.port);
    let place = format!("port {} of {}", args.port, args.target);
    let asked = SessionRequest::new("open an SSH way to", &place, environment.name.clone(), id.clone(), ask);
    let asked = asked.because(args.reason.clone());
    let who = snapshot.world.identity(&id.scope).cloned();
    let journal_writer = JournalWriter { path: context.settings.journal.clone(), who };
    let mut signals = listen()?;
    let opened = tokio::select! {
        opened = open_session(&*context.cloud, &asked, &journal_writer) => opened.map_err(|fault| unopened(&fault, &asked))?,
        _ = signals.leave() => return Err(Failure::new(Exit::Interrupted, "left before AWS answered")),
    };
    let Visiting { session, record } = opened;
    let stop = async { _ = signals.leave().await };
    let carried = raw_port::run(session.channel, Inward::default(), Outward::stdout(), stop).await;
    record.close(&*context.cloud, &carried.end).await;
    if carried.is_refused {
        let message = format!(
            "nobody answers at port {} of {}: is an SSH server running there? `toban connect {}` needs none",
            args.port,
            harmless(&args.target),
            harmless(&args.target)
        );
        return Err(Failure::new(Exit::Failed, message));
    }
    ended(&carried.end)
}

/// What `ENV/TARGET` names, or an instance's id alone, as editors know their hosts.
fn found<'s>(snapshot: &'s Snapshot, typed: &str) -> Result<(&'s EnvironmentStatus, ResourceId), Failure> {
    if typed.contains('/') {
        return target(snapshot, typed);
    }
    let is_it = |id: &&ResourceId| node(snapshot, id).is_some_and(|node| node == typed);
    let environments = snapshot.picture.environments.iter();
    let mut all = environments.flat_map(|home| home.members.iter().map(move |member| (home, &member.id)));
    let found = all.find(|(_, id)| is_it(id)).map(|(home, id)| (home, id.clone()));
    found.ok_or_else(|| {
        let message =
            format!("`{}` is neither ENVIRONMENT/TARGET nor the id of an instance of any environment", harmless(typed));
        Failure::new(Exit::NotFound, message)
    })
}

/// The id by which Session Manager knows an instance.
fn node(snapshot: &Snapshot, id: &ResourceId) -> Option<String> {
    match id.kind {
        kind if kind == Instance::KIND => snapshot.world.get::<Instance>(id).map(|one| one.id.clone()),
        kind if kind == Node::KIND => snapshot.world.get::<Node>(id).map(|one| one.id.clone()),
        _ => None,
    }
}
