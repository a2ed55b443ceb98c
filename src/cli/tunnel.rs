//! `toban tunnel ENV/DATABASE`: a port of this machine that leads to a database, through a node or task that can reach
//! it; `--to` leads to a port behind a node, task or service instead. Prints how to connect, stays until ctrl-c, and closes what it opened, here and there.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::change::{at_site, surroundings, target};
use super::connect::{read_more, refuse_read_only};
use super::exit::{Exit, Failure, is_credentials};
use super::read;
use super::read::CommandContext;
use super::{args, left_sessions, output};
use crate::change::gate::Gate;
use crate::engine::execute::JournalWriter;
use crate::engine::headless::Snapshot;
use crate::engine::open_tunnel;
use crate::engine::read_requests::read_in_turn;
use crate::engine::session::IN_PASSING;
use crate::engine::tunnel_supervisor::{Health, State, Tunnel};
use crate::operations::tunnel;
use crate::operations::tunnel::request::TunnelRequest;
use crate::operations::tunnel::{Carrier, Permitted, Remote, Unchosen};
use crate::os::signals::Signals;
use crate::ssm::forward;
use crate::ssm::preflight;
use crate::ssm::start_request::Token;
use crate::text;
use crate::world::{EnvironmentName, Fault, ResourceId, Scope};

/// An IAM token is good for this long, in seconds; AWS sets it.
const TOKEN_SECONDS: u64 = 900;

/// Runs it.
///
/// # Errors
/// When it is refused, the database or the carrier is not clear, nobody can carry it, or its port is taken.
pub(super) async fn run(context: &CommandContext, args: &args::Tunnel) -> Result<Exit, Failure> {
    let gate = Gate { read_only: context.settings.read_only };
    refuse_read_only(gate, &args.database)?;
    left_sessions::offer(context).await?;
    let mut snapshot = read::once_for(context, &args.database).await?;
    let (lists, what): (&[&str], &str) = match &args.to {
        Some(_) => (&["services", "instances", "tasks"], "instance, task or service"),
        None => (&["databases"], "database"),
    };
    let (environment, id) = target(&snapshot, &args.database, lists, what)?;
    let name = environment.name.clone();
    let at = surroundings(context, &snapshot).of_environment(&name, &id.scope);
    if let Some(refused) = gate.bars(&name, &at) {
        return Err(Failure::new(Exit::Refused, format!("a tunnel to {}: {refused}", args.database)));
    }
    let failed =
        |why: String| Failure::new(Exit::Failed, format!("no tunnel to {}: {}", args.database, text::harmless(&why)));
    let (mut remote, via) = match &args.to {
        Some(behind) => tunnel::through(&snapshot.world, &id, behind).map(|(remote, via)| (remote, Some(via))),
        None => tunnel::remote(&snapshot.world, &id).map(|remote| (remote, args.via.clone())),
    }
    .map_err(failed)?;
    if args.reader {
        remote = remote.reading().map_err(failed)?;
    }
    read_groups(context, &mut snapshot, &remote).await;
    let members = snapshot.picture.environment(&name).map(|found| found.members.as_slice()).unwrap_or_default();
    let carriers = tunnel::candidates(&snapshot.world, members, &remote).choose(via.as_deref());
    let carriers = carriers.map_err(|why| {
        let exit = if matches!(why, Unchosen::Unknown(_)) { Exit::NotFound } else { Exit::Failed };
        let message = text::harmless(&why.to_string()).replace("; ", "\n  ");
        Failure::new(exit, format!("no tunnel to {}: {message}", args.database))
    })?;
    let carriers = allowed(context, &mut snapshot, (&name, &id), carriers).await.map_err(|permitted| {
        let lines: String = preflight::text(permitted.rights.lines.iter())
            .iter()
            .map(|line| format!("\n  {}", text::harmless(line)))
            .collect();
        Failure::new(Exit::Failed, format!("no tunnel to {}:{lines}", args.database))
    })?;
    let token = match &args.iam_token {
        Some(user) => Some(token(context, &remote, user).await?),
        None => None,
    };
    let (port, reason) = (args.local_port, args.reason.clone());
    let dig = TunnelRequest { environment: name, remote, carriers, via, port, reason };
    let who = snapshot.world.identity(&id.scope).cloned();
    stay(context, args, dig, JournalWriter { path: context.settings.journal.clone(), who }, token).await
}

/// Reads what choosing a carrier takes. What cannot be read only makes the choice less sure.
async fn read_groups(context: &CommandContext, snapshot: &mut Snapshot, remote: &Remote) {
    for want in tunnel::wants(remote) {
        for fault in read_in_turn(&*context.cloud, &mut snapshot.world, &[want]).await {
            tracing::info!(%fault, "who the database lets in is not known");
        }
    }
}

/// Who of `carriers` IAM lets carry it. It is asked first, and who may not ask is not kept out.
///
/// # Errors
/// The checklist, where a tunnel cannot work.
async fn allowed(
    context: &CommandContext,
    snapshot: &mut Snapshot,
    (name, id): (&EnvironmentName, &ResourceId),
    carriers: Vec<Carrier>,
) -> Result<Vec<Carrier>, Permitted> {
    let look = |snapshot: &Snapshot| {
        let environment = snapshot.picture.environment(name)?;
        Some(at_site(context, snapshot, (environment, id), |context| tunnel::permitted(&context.cx, &carriers)))
    };
    let wants = look(snapshot).map(|permitted| permitted.rights.wants).unwrap_or_default();
    read_more(context, snapshot, wants, IN_PASSING).await;
    match look(snapshot) {
        Some(permitted) if permitted.fails() => Err(permitted),
        Some(permitted) => Ok(permitted.carriers),
        None => Ok(carriers),
    }
}

async fn token(context: &CommandContext, remote: &Remote, user: &str) -> Result<Token, Failure> {
    if !remote.iam_auth {
        output::note(&format!("toban: {} does not take IAM tokens: IAM authentication is off there\n", remote.name));
    }
    let asked = context.cloud.database_token(&remote.id.scope, (&remote.host, remote.port), user);
    asked.await.map_err(|fault| Failure::of(&fault, &remote.id.scope))
}

/// Opens it, tells how to connect, and stays.
async fn stay(
    context: &CommandContext,
    args: &args::Tunnel,
    dig: TunnelRequest,
    journal_writer: JournalWriter,
    token: Option<Token>,
) -> Result<Exit, Failure> {
    let signals = Signals::new();
    let mut signals =
        signals.map_err(|fault| Failure::new(Exit::Failed, format!("signals cannot be heard: {fault}")))?;
    let opened = open_tunnel::open(std::sync::Arc::clone(&context.cloud), dig.clone(), journal_writer).await;
    let tunnel = opened.map_err(|why| Failure::new(Exit::Failed, format!("no tunnel to {}: {why}", args.database)))?;
    let mut state = tunnel.state();
    let is_open = tokio::select! {
        got = up(&mut state, &dig.remote.id.scope) => Some(got),
        _ = signals.leave() => None,
    };
    output::progress("");
    match is_open {
        Some(Ok(())) => {}
        Some(Err(failure)) => {
            tunnel.close().await;
            return Err(failure);
        }
        None => {
            tunnel.close().await;
            let became = context.cloud.abandoned().pop();
            let stands = became.map_or_else(|| "nothing is open".to_owned(), |one| one.message);
            let message = format!("no tunnel to {}: left while it was being opened; {stands}", args.database);
            return Err(Failure::new(Exit::Interrupted, message));
        }
    }
    let now = state.borrow().clone();
    let user = args.iam_token.as_deref();
    let written = match args.json {
        true => output::json(&format!("{}\n", document(&tunnel, &dig, &now, user, token.as_ref()))),
        false => output::data(&sheet(&tunnel, &dig, &now, user, token.as_ref())),
    };
    // The token is not needed any more.
    drop(token);
    if written.is_ok() {
        output::note("toban: the tunnel stays open until ctrl-c\n");
        let mut last = now.health;
        let mut crowd = tunnel.counters().crowd();
        loop {
            tokio::select! {
                _ = signals.leave() => break,
                Ok(()) = crowd.changed() => {
                    let open = *crowd.borrow_and_update();
                    if let Some(open) = open {
                        output::note(&format!("toban: {}\n", forward::crowd_words(open)));
                    }
                }
                changed = state.changed() => {
                    let now = state.borrow_and_update().clone();
                    if changed.is_err() || now.health == Health::Closed {
                        break;
                    }
                    if now.health != last && !matches!((&now.health, &last), (Health::Slow(_), Health::Slow(_))) {
                        output::note(&format!("toban: {}\n", text::harmless(&text::mask_text(&now.health.words()))));
                    }
                    last = now.health;
                }
            }
        }
    }
    let passed = tunnel.traffic();
    tunnel.close().await;
    written?;
    let connections = text::counted(usize::try_from(passed.total).unwrap_or(usize::MAX), "connection");
    let (down, up) = (text::bytes(passed.down), text::bytes(passed.up));
    output::note(&format!("toban: closed after {connections}, {down} in, {up} out\n"));
    Ok(Exit::Done)
}

/// Waits until it is open; what keeps it from being so at first is the end of it.
async fn up(state: &mut tokio::sync::watch::Receiver<State>, scope: &Scope) -> Result<(), Failure> {
    let told = |fault: &Fault| {
        let exit = if is_credentials(fault) { Exit::Credentials } else { Exit::Failed };
        let known = preflight::remedy(fault.code.as_deref(), &fault.message);
        let remedy = known.map_or_else(|| fault.remedy(scope), str::to_owned);
        Failure::new(exit, format!("{}\n  {remedy}", text::harmless(&fault.sentence())))
    };
    loop {
        let now = state.borrow_and_update().clone();
        match &now.health {
            Health::Up => return Ok(()),
            Health::Down(fault) | Health::Waiting(fault) | Health::Login(fault) => return Err(told(fault)),
            Health::Resting(why) => return Err(Failure::new(Exit::Failed, format!("the session ended: {why}"))),
            Health::Closed => return Err(Failure::new(Exit::Failed, "the tunnel closed before it was open")),
            Health::Opening | Health::Slow(_) | Health::Away | Health::Refused | Health::Resuming(_) => {
                let via = now.via.map(|(name, _)| format!(" via {name}")).unwrap_or_default();
                output::progress(&format!("toban: {}{via} …", text::harmless(&now.health.words())));
            }
        }
        if state.changed().await.is_err() {
            return Err(Failure::new(Exit::Failed, "the tunnel closed before it was open"));
        }
    }
}

/// For people: the address first, then what to type.
fn sheet(tunnel: &Tunnel, dig: &TunnelRequest, state: &State, user: Option<&str>, token: Option<&Token>) -> String {
    let (remote, address) = (&dig.remote, tunnel.address());
    let mut text = format!("{address}\n");
    let via = state.via.as_ref().map(|(name, _)| format!(" via {name}")).unwrap_or_default();
    let _ = writeln!(text, "  leads to   {}:{}{}", remote.host, remote.port, text::harmless(&via));
    for line in tunnel::lines(remote, address.port(), user) {
        let _ = writeln!(text, "  {:<10} {}", line.what, line.text);
    }
    let _ = writeln!(text, "  TLS        {}", tunnel::tls(remote));
    if let Some(token) = token {
        let _ = writeln!(text, "  password   {}", token.reveal());
    }
    text
}

/// For scripts.
fn document(tunnel: &Tunnel, dig: &TunnelRequest, state: &State, user: Option<&str>, token: Option<&Token>) -> Value {
    let (remote, address) = (&dig.remote, tunnel.address());
    json!({
        "environment": dig.environment,
        "database": remote.is_database().then_some(&remote.name),
        "engine": remote.is_database().then_some(&remote.engine),
        "to": remote.name,
        "address": address.to_string(),
        "host": address.ip().to_string(),
        "port": address.port(),
        "remote": { "host": remote.host, "port": remote.port },
        "via": state.via.as_ref().map(|(name, target)| json!({ "name": name, "target": target })),
        "session": state.session,
        "connect": tunnel::lines(remote, address.port(), user),
        "tls": tunnel::tls(remote),
        "iam_token": token.map(Token::reveal),
        "iam_token_seconds": token.map(|_| TOKEN_SECONDS),
    })
}
