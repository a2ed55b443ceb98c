//! `toban connect`: a shell, a program or a command on an instance or in a task. The checklist first where something
//! fails; then the terminal is the remote side's until the session ends. Exit codes are the remote command's.

use crate::overview::EnvironmentStatus;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc;

use super::change::{at_site, environment, surroundings, typed_line};
use super::exit::{Exit, Failure, is_credentials};
use super::read;
use super::read::CommandContext;
use super::{args, left_sessions, output, resolve};
use crate::change::gate::Gate;
use crate::engine::execute::JournalWriter;
use crate::engine::headless::Snapshot;
use crate::engine::session::{
    IN_PASSING, SessionRequest, Visiting, abandoned, foresee, open_session, parting, remedy, start_plugin_session,
};
use crate::engine::transcript::Transcript;
use crate::engine::{plugin_process, session_terminal};
use crate::kinds::catalog::kind;
use crate::os::signals::Signals;
use crate::os::stdio::{Inward, Outward, has_input};
use crate::ssm::channel::{Channel, End, Link};
use crate::ssm::command;
use crate::ssm::command::Ran;
use crate::ssm::exit_marker;
use crate::ssm::preflight::SessionAccess;
use crate::ssm::session_target::{Gateway, SessionTarget, Unsettled};
use crate::text;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, ResourceId};

/// What can be entered, by the lists it stands in.
const LISTS: &[&str] = &["instances", "services", "tasks"];

/// Runs it.
///
/// # Errors
/// When it is refused, the target is not clear or cannot be entered, or the session broke.
pub(super) async fn run(context: &CommandContext, args: &args::Connect) -> Result<Exit, Failure> {
    let gate = Gate { read_only: context.settings.read_only };
    refuse_read_only(gate, &args.target)?;
    left_sessions::offer(context).await?;
    let mut snapshot = read::once_for(context, &args.target).await?;
    let (environment, id) = target(&snapshot, &args.target)?;
    let environment = environment.name.clone();
    let at = surroundings(context, &snapshot).of_environment(&environment, &id.scope);
    if let Some(refused) = gate.bars(&environment, &at) {
        return Err(Failure::new(Exit::Refused, format!("connecting to {}: {refused}", args.target)));
    }
    let reach_of = |snapshot: &Snapshot| {
        let environment = snapshot.picture.environment(&environment)?;
        at_site(context, snapshot, (environment, &id), |context| {
            kind(id.kind).and_then(|kind| kind.session_access(&id, &context.cx))
        })
    };
    let wants = reach_of(&snapshot).map(|session_access| session_access.rights.wants).unwrap_or_default();
    read_more(context, &mut snapshot, wants, IN_PASSING).await;
    let session_access = reach_of(&snapshot);
    let session_access =
        session_access.ok_or_else(|| Failure::new(Exit::NotFound, format!("{} has no shell", args.target)))?;
    let door = door(&session_access, args.container.as_deref()).await?;
    let place = match door.container() {
        Some(container) => format!("{}, container {container}", session_access.message),
        None => session_access.message.clone(),
    };
    let who = snapshot.world.identity(&id.scope).cloned();
    let stay = Stay {
        context,
        journal_writer: JournalWriter { path: context.settings.journal.clone(), who },
        reason: args.reason.clone(),
        transcript: args.transcript.clone(),
    };
    let to = |what: &str, ask| SessionRequest::new(what, &place, environment.clone(), id.clone(), ask);
    let is_shell = args.command.is_empty() || args.tty;
    if args.transcript.is_some() && (args.plugin || !is_shell) {
        let message =
            "--transcript keeps what a shell or a program with --tty shows; a command's output can be redirected";
        return Err(Failure::new(Exit::Usage, message));
    }
    if args.plugin {
        let (what, ask) = match args.command.as_slice() {
            [] => ("open a shell in", door.shell()),
            line => ("run a program in", door.program(line)),
        };
        return stay.plugin(to(what, ask)).await;
    }
    match (args.command.as_slice(), args.tty) {
        ([], _) => stay.shell(to("open a shell in", door.shell())).await,
        (line, true) => stay.shell(to("run a program in", door.program(line))).await,
        (line, false) => {
            let nonce = format!("{:016x}", fastrand::u64(..));
            // What is piped in goes to the command, as with ssh; where nothing is, its errors can come apart.
            let is_fed = has_input();
            let once = if is_fed { door.fed(line, &nonce) } else { door.once(line, &nonce) };
            stay.command(to("run a command in", once.ask), once.nonce.as_deref(), is_fed).await
        }
    }
}

/// Before anything is read: nobody waits for a refusal.
pub(super) fn refuse_read_only(gate: Gate, what: &str) -> Result<(), Failure> {
    if !gate.read_only {
        return Ok(());
    }
    let refused = crate::change::gate::Refused::ReadOnly;
    Err(Failure::new(Exit::Refused, format!("connecting to {what}: {refused}")))
}

/// Reads what checklists take, each for no longer than `patience`. What cannot be had keeps nobody out.
pub(super) async fn read_more(
    context: &CommandContext,
    snapshot: &mut Snapshot,
    wants: Vec<ReadRequest>,
    patience: Duration,
) {
    for (want, got) in foresee(&*context.cloud, wants, &snapshot.world, patience).await {
        if got.is_ok() {
            snapshot.world.put(&want.scope, want.kind, &want.coverage, got, context.cloud.now());
        }
    }
}

/// What `ENV/TARGET` names: by name or by id, both shortened while unambiguous.
pub(super) fn target<'o>(snapshot: &'o Snapshot, typed: &str) -> Result<(&'o EnvironmentStatus, ResourceId), Failure> {
    let Some((env, name)) = typed.split_once('/') else {
        let message = format!("`{typed}` names no target: write ENVIRONMENT/TARGET, as in `prooflink-dev/web`");
        return Err(Failure::new(Exit::Usage, message));
    };
    let environment = environment(snapshot, env)?;
    let listed =
        |id: &ResourceId| kind(id.kind).and_then(|kind| kind.shown()).is_some_and(|shown| LISTS.contains(&shown.list));
    let mut known: Vec<(&str, &ResourceId)> = Vec::new();
    for member in environment.members.iter().filter(|member| listed(&member.id)) {
        let key = member.id.key.rsplit('/').next().unwrap_or_default();
        for label in [member.name.as_str(), key] {
            if !known.iter().any(|(there, _)| *there == label) {
                known.push((label, &member.id));
            }
        }
    }
    let labels: Vec<&str> = known.iter().map(|(label, _)| *label).collect();
    let chosen = resolve(name, &labels, &format!("target of {}", environment.name))?;
    known
        .iter()
        .find(|(label, _)| *label == chosen)
        .map(|(_, id)| (environment, (*id).clone()))
        .ok_or_else(|| Failure::new(Exit::NotFound, format!("there is no target `{typed}`")))
}

/// The door, if it can be gone through; else the checklist is the failure.
async fn door(session_access: &SessionAccess, asked: Option<&str>) -> Result<Gateway, Failure> {
    let checklist = || {
        let lines: String = session_access.text().iter().map(|line| format!("\n  {}", text::harmless(line))).collect();
        Failure::new(Exit::Failed, format!("{} cannot be entered:{lines}", text::harmless(&session_access.message)))
    };
    let Some(way) = session_access.way.as_ref().filter(|_| !session_access.fails()) else { return Err(checklist()) };
    let list = |names: &[String]| names.iter().map(|name| format!("\n  {}", text::harmless(name))).collect::<String>();
    match way.door(asked) {
        Ok(door) => Ok(door),
        Err(Unsettled::Several(names)) => chosen(way, &names).await?.ok_or_else(|| {
            let message =
                format!("which container of {}? name it with --container:{}", session_access.message, list(&names));
            Failure::new(Exit::NotFound, message)
        }),
        Err(Unsettled::Unknown(names)) => {
            let message = format!(
                "{} has no container `{}`; it has:{}",
                session_access.message,
                asked.unwrap_or_default(),
                list(&names)
            );
            Err(Failure::new(Exit::NotFound, message))
        }
    }
}

/// Asks for a container where there is somebody to ask.
///
/// # Errors
/// When ctrl-c is the answer.
async fn chosen(way: &SessionTarget, names: &[String]) -> Result<Option<Gateway>, Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    let list: String =
        names.iter().enumerate().map(|(at, name)| format!("  {} {}\n", at + 1, text::harmless(name))).collect();
    output::note(&format!("{list}which container? "));
    let typed = typed_line().await?;
    let name = match typed.trim().parse::<usize>() {
        Ok(number) => number.checked_sub(1).and_then(|at| names.get(at)).map(String::as_str),
        Err(_) => Some(typed.trim()),
    };
    Ok(name.and_then(|name| way.door(Some(name)).ok()))
}

/// A file for what a shell shows.
fn kept_in(path: &Path) -> Result<Transcript, Failure> {
    Transcript::create(path).map_err(|fault| {
        let message =
            format!("the transcript cannot be kept in {}: {fault}", text::harmless(&path.display().to_string()));
        Failure::new(Exit::Failed, message)
    })
}

/// A stay on the remote side.
struct Stay<'d> {
    context: &'d CommandContext,
    journal_writer: JournalWriter,
    reason: Option<String>,
    /// Where what it shows is kept.
    transcript: Option<PathBuf>,
}

impl Stay<'_> {
    async fn open(&self, asked: SessionRequest, signals: &mut Signals) -> Result<Visiting, Failure> {
        let asked = asked.because(self.reason.clone());
        output::progress(&format!("toban: {} …", text::harmless(&asked.plan.message)));
        let opened = tokio::select! {
            opened = open_session(&*self.context.cloud, &asked, &self.journal_writer) => Some(opened),
            _ = signals.leave() => None,
        };
        output::progress("");
        match opened {
            Some(opened) => opened.map_err(|fault| unopened(&fault, &asked)),
            None => Err(self.left(&asked)),
        }
    }

    /// Somebody left before AWS had answered: what stands.
    fn left(&self, asked: &SessionRequest) -> Failure {
        let became = abandoned(&*self.context.cloud, asked.ask.target(), 0);
        let stands = became.map_or_else(|| "nothing was sent yet; nothing is open".to_owned(), |one| one.message);
        Failure::new(Exit::Interrupted, format!("{}: left before AWS answered; {stands}", asked.plan.message))
    }

    async fn shell(&self, asked: SessionRequest) -> Result<Exit, Failure> {
        // A file that cannot be written is told before anything is opened.
        let mut transcript = self.transcript.as_deref().map(kept_in).transpose()?;
        let mut signals = listen()?;
        let Visiting { session, record } = self.open(asked, &mut signals).await?;
        if std::io::stdin().is_terminal() {
            output::note(&format!("toban: session {} · enter ~ . leaves\n", text::harmless(&session.id)));
        }
        if let Some(transcript) = &transcript {
            output::note(&format!("toban: {}\n", transcript.begins()));
        }
        let stop = async { _ = signals.leave().await };
        let left = session_terminal::hand_over(session.channel, transcript.as_mut(), stop).await;
        if let Some(transcript) = transcript {
            output::note(&format!("toban: {}\n", transcript.end()));
        }
        let end = left.unwrap_or_else(|fault| End::Broken(format!("the terminal could not be handed over: {fault}")));
        record.close(&*self.context.cloud, &end).await;
        ended(&end)
    }

    /// By the plugin: it tells no exit code of anything.
    async fn plugin(&self, asked: SessionRequest) -> Result<Exit, Failure> {
        let warning = plugin_process::look().await.map_err(|why| Failure::new(Exit::Failed, why))?;
        if let Some(warning) = warning {
            output::note(&format!("toban: {}\n", text::harmless(&warning)));
        }
        let mut signals = listen()?;
        let asked = asked.because(self.reason.clone());
        let opened = tokio::select! {
            opened = start_plugin_session(&*self.context.cloud, &asked, &self.journal_writer) => Some(opened),
            _ = signals.leave() => None,
        };
        let opened = opened.ok_or_else(|| self.left(&asked))?;
        let (plugged, record) = opened.map_err(|fault| unopened(&fault, &asked))?;
        let end = plugin_process::run(plugged, async { _ = signals.leave().await }).await;
        record.close(&*self.context.cloud, &end).await;
        ended(&end)
    }

    async fn command(&self, asked: SessionRequest, nonce: Option<&str>, is_fed: bool) -> Result<Exit, Failure> {
        let mut signals = listen()?;
        let Visiting { session, record } = self.open(asked, &mut signals).await?;
        let (interrupt, interrupts) = mpsc::channel(2);
        let mut status = session.channel.status();
        let mut told = None;
        let mut running = std::pin::pin!(carried(session.channel, nonce, is_fed, interrupts));
        let mut interrupted = false;
        let ran = loop {
            tokio::select! {
                ran = &mut running => break ran,
                Ok(()) = status.changed() => {
                    let word = trouble(&status.borrow_and_update().link, told.as_deref());
                    if let Some(word) = &word {
                        output::note(&format!("toban: {}\n", text::harmless(word)));
                    }
                    told = word.or(told);
                }
                _ = signals.leave() => {
                    interrupted = true;
                    // Twice leaves it: nobody listens any more.
                    let _ = interrupt.try_send(());
                }
            }
        };
        record.close(&*self.context.cloud, &ran.end).await;
        match (ran.exit, ran.end) {
            (Some(0), _) => Ok(Exit::Done),
            (Some(code), _) => Ok(Exit::Remote(u8::try_from(code & 0xff).unwrap_or(u8::MAX))),
            (None, _) if interrupted => Err(Failure::new(Exit::Interrupted, "")),
            (None, end) => {
                let message = format!("the command reported no exit code. {}", parted(&end));
                Err(Failure::new(Exit::Failed, message))
            }
        }
    }
}

/// What is to be said of the connection, where it is not what was `told` last.
fn trouble(link: &Link, told: Option<&str>) -> Option<String> {
    let word = match link {
        // The first connection is told by its end: it does not take long.
        Link::Opening | Link::Ended(_) => return None,
        Link::Up if told.is_none() => return None,
        Link::Up => "connected again".to_owned(),
        Link::Lost(fault) => format!("the connection was lost, reconnecting: {}", fault.sentence()),
        Link::Login(fault) => format!("a new connection waits for a login: {}", fault.sentence()),
        Link::Away => "the remote machine is not connected for now".to_owned(),
    };
    (told != Some(word.as_str())).then_some(word)
}

pub(super) fn unopened(fault: &Fault, asked: &SessionRequest) -> Failure {
    let exit = if is_credentials(fault) { Exit::Credentials } else { Exit::Failed };
    Failure::new(exit, format!("{}: {}\n  {}", asked.plan.message, fault.sentence(), remedy(fault, asked)))
}

/// How it ended and what to do, line by line.
fn parted(end: &End) -> String {
    parting(end).lines().map(text::harmless).collect::<Vec<_>>().join("\n")
}

pub(super) fn ended(end: &End) -> Result<Exit, Failure> {
    match end {
        End::Closed(_) | End::Left => {
            output::note(&format!("toban: {}\n", text::harmless(&end.sentence())));
            Ok(Exit::Done)
        }
        End::Lost(_) | End::Broken(_) => Err(Failure::new(Exit::Failed, parted(end))),
    }
}

async fn carried(channel: Channel, nonce: Option<&str>, is_fed: bool, interrupts: mpsc::Receiver<()>) -> Ran {
    let (out, errors) = (Outward::stdout(), Outward::stderr());
    match nonce {
        Some(nonce) => exit_marker::run(channel, nonce, out, is_fed.then(Inward::default), interrupts).await,
        None => command::run(channel, out, errors, interrupts).await,
    }
}

pub(super) fn listen() -> Result<Signals, Failure> {
    Signals::new().map_err(|fault| Failure::new(Exit::Failed, format!("signals cannot be heard: {fault}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssm::preflight::{Line, Rights};
    use crate::ssm::session_target::Inside;

    fn session_access(lines: Vec<Line>, containers: &[&str]) -> SessionAccess {
        let inside = |name: &&str| Inside { name: (*name).to_owned(), runtime: None, serves: false, ready: true };
        let way = SessionTarget::Task {
            cluster: "c".to_owned(),
            task: "t".to_owned(),
            inside: containers.iter().map(inside).collect(),
        };
        SessionAccess { message: "task t of web".to_owned(), way: Some(way), lines, rights: Rights::default() }
    }

    #[tokio::test]
    async fn what_cannot_be_entered_says_why_before_anyone_waits() {
        let failing = session_access(vec![Line::fails("exec on for this task", "off", "deploy anew")], &["app"]);
        let failure = door(&failing, None).await.unwrap_err();
        assert_eq!(failure.exit, Exit::Failed);
        assert!(failure.message.contains("✗ exec on for this task: off\n    → deploy anew"), "{failure}");
    }

    #[test]
    fn a_lost_connection_is_told_once_and_so_is_the_next() {
        let lost = Link::Lost(Fault::new(crate::world::FaultKind::Offline, "ssm:ResumeSession", "no route"));
        assert_eq!(trouble(&Link::Opening, None), None);
        assert_eq!(trouble(&Link::Up, None), None);
        let word = trouble(&lost, None).expect("a word");
        assert!(word.contains("no route"), "{word}");
        assert_eq!(trouble(&lost, Some(&word)), None);
        assert_eq!(trouble(&Link::Up, Some(&word)).as_deref(), Some("connected again"));
        assert_eq!(trouble(&Link::Up, Some("connected again")), None);
    }

    #[tokio::test]
    async fn a_container_that_is_not_clear_lists_the_candidates() {
        assert_eq!(door(&session_access(Vec::new(), &["app"]), None).await.expect("a door").container(), Some("app"));
        let several = door(&session_access(Vec::new(), &["app", "log"]), None).await.unwrap_err();
        assert_eq!(several.exit, Exit::NotFound);
        assert!(several.message.contains("--container:\n  app\n  log"), "{several}");
        let unknown = door(&session_access(Vec::new(), &["app"]), Some("web")).await.unwrap_err();
        assert!(unknown.message.contains("no container `web`; it has:\n  app"), "{unknown}");
    }
}
