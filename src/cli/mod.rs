//! The command line: the tree, one file for each headless command, exit codes, and the start of a
//! run. It reads arguments, environment and configuration, and hands values to the engine; it
//! knows no resource kind and no AWS API.

mod args;
mod attendant;
mod cache;
mod change;
mod complete;
mod connect;
mod console;
mod db;
mod deploy;
mod deployments;
mod doctor;
mod exit;
mod explain;
mod find;
mod generate;
mod init;
mod interrupt;
mod job;
mod journal;
mod left_sessions;
mod log;
mod logs;
mod mute;
mod operator;
mod options;
mod output;
mod policy;
mod read;
mod resolve;
mod scale;
mod schedule;
mod sleep;
mod ssh_proxy;
mod status;
mod task;
#[cfg(test)]
mod testing;
mod timeline;
mod tunnel;
mod waiting;

pub use args::{Cli, Command, Global};
pub use exit::{Exit, Failure};
pub use read::CommandContext;
pub use resolve::resolve;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::aws::Attendant;
use crate::cloud::Cloud;
use crate::cloud::Live;
use crate::config::{self, Dirs, Settings};
use crate::demo::Demo;
use crate::engine::headless::View;
use crate::engine::memory::Memory;
use crate::operations::verbs::{OPERATIONS, operation};
use crate::theme::Theme;

/// Runs the program with these arguments and tells how it ended. Everything there is to say has
/// been said.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(answer) => return parsed(&answer).into(),
    };
    if let Err(message) = cli.check() {
        output::note(&format!("toban: {message}\n"));
        return Exit::Usage.into();
    }
    // Colours of a report are for a terminal; there is none to be sure of once a screen has failed.
    let plain = color_eyre::config::HookBuilder::blank().theme(color_eyre::config::Theme::new());
    let (panics, reports) = plain.into_hooks();
    if let Err(fault) = reports.install() {
        tracing::debug!(%fault, "failures are reported in the standard way");
    }
    // By a note, and not as the library does it: that panics once more, and aborts, where the terminal is gone.
    std::panic::set_hook(Box::new(move |info| output::note(&format!("{}\n", panics.panic_report(info)))));
    match dispatch(&cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if !failure.message.is_empty() {
                output::note(&format!("toban: {failure}\n"));
            }
            failure.exit.into()
        }
    }
}

/// Help and version are answers; the rest is wrong usage.
fn parsed(answer: &clap::Error) -> Exit {
    if answer.use_stderr() {
        // It repeats the arguments, and those may come from anywhere.
        output::note(&answer.render().to_string());
    } else if let Err(fault) = answer.print() {
        tracing::debug!(%fault, "nobody reads the help");
    }
    if answer.use_stderr() { Exit::Usage } else { Exit::Done }
}

fn dispatch(cli: &Cli) -> Result<Exit, Failure> {
    if let Some(name) = &cli.global.theme {
        // Told before anything is read, and by every command: a misspelt name would go unseen in a pipe.
        let themes = vec![Dirs::find(cli.global.config.as_deref()).themes];
        Theme::load(name, &themes).map_err(|fault| Failure::new(Exit::Usage, format!("--theme: {fault}")))?;
    }
    let printed = match &cli.command {
        Some(Command::Completions(args)) => generate::completions(args.shell),
        Some(Command::Man(args)) => return generate::man(args),
        Some(Command::Complete(args)) => return complete::run(args),
        Some(Command::Journal(args)) => return journal::run(&cli.global, args),
        Some(Command::Cache(what)) => return cache::run(&cli.global, what),
        Some(Command::Policy(args)) => match &args.account {
            Some(account) if args.scheduler => format!("{:#}\n", policy::scheduler(account, !args.no_tags)),
            _ if args.operator => format!("{:#}\n", operator::operator(!args.no_tags)),
            _ => format!("{:#}\n", policy::read_only()),
        },
        _ => return engine(cli),
    };
    output::data(&printed)?;
    Ok(Exit::Done)
}

/// Commands that need settings and a cloud.
fn engine(cli: &Cli) -> Result<Exit, Failure> {
    let global = &cli.global;
    let dirs = Dirs::find(global.config.as_deref());
    // A file that was named must be there for everything but its own making.
    let making = matches!(cli.command, Some(Command::Init(_) | Command::Schedule(args::Schedule::Set(_))));
    let loaded = config::load(&Dirs { named: dirs.named && !making, ..dirs.clone() });
    // Only the doctor goes on with a configuration that does not hold: to say so among the rest.
    let doctor = matches!(cli.command, Some(Command::Doctor(_)));
    let (settings, config) = match loaded {
        Ok(settings) => (settings, Ok(())),
        Err(fault) if doctor => (Settings::default(), Err(fault)),
        Err(fault) => return Err(Failure::new(Exit::Failed, format!("the configuration is not valid:\n{fault}"))),
    };
    let rules = &settings.configured_environments.rules;
    if let Some(unknown) = rules.iter().flat_map(|rule| &rule.operations).find(|name| operation(name).is_none()) {
        let known: Vec<&str> = OPERATIONS.iter().map(|operation| operation.verb).collect();
        let message = format!(
            "the configuration is not valid:\n{}: rule.operations: there is no operation {unknown:?}; there are {}",
            dirs.file.display(),
            known.join(", ")
        );
        return Err(Failure::new(Exit::Failed, message));
    }
    let file = settings.clone();
    let doctor_tells = doctor || cli.command.is_none();
    if let Some(name) = settings.theme.as_deref().filter(|_| global.theme.is_none() && !doctor_tells)
        && let Err(fault) = Theme::load(name, std::slice::from_ref(&dirs.themes))
    {
        output::note(&format!("toban: {}: theme: {fault}\n", dirs.file.display()));
    }
    let mut settings = options::settle(settings, global, &dirs, |name| std::env::var_os(name));
    settings.open.clone_from(&cli.env);
    if let Some(state) = &dirs.state
        && let Err(message) = log::start(state, global.log_level)
    {
        output::note(&format!("toban: {message}\n"));
    }
    if let Some(message) = lost_zone(std::env::var_os("TZ"), &TimeZone::system()) {
        output::note(&format!("toban: {message}\n"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|fault| Failure::new(Exit::Failed, format!("starting threads failed: {fault}")))?;
    let (cloud, ended) = runtime.block_on(async {
        let cloud = open(global, &settings, cli.command.is_none());
        let Some(command) = &cli.command else {
            let ended = console::run(Arc::clone(&cloud), &settings, file, (cli, &dirs)).await;
            return (cloud, ended);
        };
        let view = View { configured_environments: settings.configured_environments.clone(), zone: TimeZone::system() };
        let paint = options::paint(&settings, output::to_terminal(), |name| std::env::var_os(name));
        let memory = settings.execution_log.as_deref().and_then(remembering);
        let context = CommandContext { cloud: Arc::clone(&cloud), settings, view, memory, paint };
        let ended = headless(command, &context, (&dirs, global), config).await;
        if let Some(memory) = context.memory {
            memory.finish();
        }
        (cloud, ended)
    });
    cloud.close();
    // Calls still in flight are of no use to anybody; waiting for them would only delay the end.
    runtime.shutdown_background();
    if global.stats {
        let stats = serde_json::to_string(&cloud.stats()).unwrap_or_default();
        output::note(&format!("{stats}\n"));
    }
    ended
}

/// What earlier runs remember; where it cannot be used, that is said and nothing else comes of it.
fn remembering(state_dir: &Path) -> Option<Memory> {
    match Memory::open(state_dir) {
        Ok(memory) => {
            if let Some(notice) = memory.notice() {
                output::note(&format!("toban: {notice}\n"));
            }
            Some(memory)
        }
        Err(fault) => {
            output::note(&format!("toban: {fault}; nothing is remembered between runs\n"));
            None
        }
    }
}

/// What is said where `TZ` names a zone that cannot be loaded: times are shown in another one then.
fn lost_zone(named: Option<OsString>, zone: &TimeZone) -> Option<String> {
    let named = named.filter(|name| !name.is_empty() && zone.is_unknown())?;
    let named = crate::text::harmless(&named.to_string_lossy()).into_owned();
    Some(format!("the time zone {named}, which TZ names, cannot be loaded; times are in UTC"))
}

/// The cloud the flags ask for. Opens nothing yet.
fn open(global: &Global, settings: &Settings, screen: bool) -> Arc<dyn Cloud> {
    if global.demo {
        let demo = Demo::new(global.demo_seed, global.demo_speed, global.demo_start.unwrap_or_else(Timestamp::now));
        // Without a screen nobody could see an answer take its time.
        if screen { Arc::new(demo) } else { Arc::new(demo.prompt()) }
    } else {
        let attendant: Arc<dyn Attendant> =
            if screen { Arc::new(attendant::Console) } else { Arc::new(attendant::Terminal) };
        Arc::new(Live::new(settings.places()).attended_by(attendant).sharing(settings.execution_log.clone()))
    }
}

/// The configuration's file, and whether this run may write it.
#[derive(Clone, Copy)]
struct ConfigFile<'a> {
    path: &'a Path,
    may_write: bool,
}

async fn headless(
    command: &Command,
    context: &CommandContext,
    (dirs, global): (&Dirs, &Global),
    config: Result<(), config::DocumentError>,
) -> Result<Exit, Failure> {
    let demo = global.demo;
    // The demo writes no file that nobody named on its command line: `TOBAN_CONFIG` names that of real accounts.
    let file = ConfigFile { path: &dirs.file, may_write: !demo || global.config.is_some() };
    match command {
        Command::Status(args) => status::run(context, args).await,
        Command::Explain(args) => explain::run(context, args, dirs, demo).await,
        Command::Find(args) => find::run(context, args).await,
        Command::Timeline(args) => timeline::run(context, args, dirs, demo).await,
        Command::Schedule(command) => schedule::run(context, command, file).await,
        Command::Deploy(args) => deploy::run(context, args).await,
        Command::Deployments(args) => deployments::run(context, args).await,
        Command::Scale(args) => scale::run(context, args).await,
        Command::Bounds(args) => scale::bounds(context, args).await,
        Command::Task(args) => task::run(context, args).await,
        Command::Mute(args) => mute::run(context, "mute", (&args.target, &args.acting), Some(&args.until)).await,
        Command::Unmute(args) => mute::run(context, "unmute", (&args.target, &args.acting), None).await,
        Command::Mutes(args) => mute::list(context, args).await,
        Command::Jobs(args) => job::list(context, args).await,
        Command::Job(args) => job::act(context, args).await,
        Command::Logs(args) => logs::run(context, args).await,
        Command::Connect(args) => connect::run(context, args).await,
        Command::Tunnel(args) => tunnel::run(context, args).await,
        Command::SshProxy(args) => ssh_proxy::run(context, args).await,
        Command::Init(args) => init::run(context, args, file).await,
        Command::Sleep(args) => sleep::run(context, "sleep", (&args.env, &args.acting), None).await,
        Command::Wake(args) => sleep::run(context, "wake", (&args.env, &args.acting), args.tasks).await,
        Command::Db(args) => db::run(context, args).await,
        Command::Doctor(args) => doctor::run(context, args, dirs, config).await,
        // These were answered before there was a cloud.
        Command::Journal(_)
        | Command::Cache(_)
        | Command::Policy(_)
        | Command::Completions(_)
        | Command::Complete(_)
        | Command::Man(_) => Ok(Exit::Done),
    }
}

#[cfg(test)]
mod tests;

pub(crate) use read::{all_faults, place};
