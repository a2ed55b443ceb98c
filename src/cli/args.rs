//! The command line as one tree: parser, help, completions and man page all come of it.
//! Only commands that work stand here; the contract keeps the other names free. No doing.

mod change;
mod job;
mod logs;
mod schedule;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use jiff::{SignedDuration, Timestamp};

use crate::operations::tunnel::Behind;

pub(super) use change::{
    Acting, Bounds, Db, DbVerb, Deploy, Deployments, Mute, Mutes, Scale, Sleep, Task, TaskVerb, Unmute, Wake,
};
pub(super) use job::{Job, JobVerb, Jobs};
pub(super) use logs::Logs;
pub(super) use schedule::{Clearing, Listing, Previewing, Running, Schedule, Setting};

/// What stands below every help text and in the man page.
const AFTER: &str = "\
Exit codes: 0 done, and every environment named is well, changing or asleep on purpose · 1 failed · 2 usage · \
3 refused, nothing was changed · 4 no credentials, or they ran out · 5 not found or ambiguous · 6 a change did not end \
well · 10 worrying · 20 bad · 30 could not tell · 130 interrupted

Environment variables: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and all others the AWS SDK knows; NO_COLOR, \
TOBAN_CONFIG, TOBAN_STATE_DIR, TOBAN_READ_ONLY=1";

/// Operations console for AWS environments: their health, its causes, and what to do about it.
#[derive(Parser, Debug)]
#[command(name = "toban", version, about, after_help = AFTER, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// Environment to open the console on; may be shortened while unambiguous. One that is called like a command goes
    /// after `--`
    #[arg(value_name = "ENV")]
    pub env: Option<String>,

    /// View to open the console on: fleet, alarms, services, databases, tasks, targets, instances, functions, jobs,
    /// unassigned, journal, faults, tunnels; with ENV also schedule, explain, timeline, logs, charts
    #[arg(long, value_name = "NAME", value_parser = super::console::view)]
    pub view: Option<crate::command::Command>,

    /// Show only rows that match there
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,

    /// The console in lines: sentences for a screen reader or a pipe, commands typed behind a prompt
    #[arg(long)]
    pub plain: bool,

    /// What to do instead of opening the console.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// What goes with every command.
    #[command(flatten)]
    pub global: Global,
}

/// Options that go with every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Profile of the AWS files to use, instead of the configuration's sources
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,

    /// Region to look in; may be given several times
    #[arg(long = "region", global = true, value_name = "REGION")]
    pub regions: Vec<String>,

    /// Endpoint for every AWS service, such as a test peer's
    #[arg(long, global = true, value_name = "URL", value_hint = ValueHint::Url)]
    pub endpoint_url: Option<String>,

    /// Configuration file to read, instead of the usual one
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Refuse every change to the account
    #[arg(long, global = true, visible_alias = "readonly")]
    pub read_only: bool,

    /// Allow changes although TOBAN_READ_ONLY or the configuration says read-only
    #[arg(long, global = true)]
    pub write: bool,

    /// Show a simulated account; no credentials, no network
    #[arg(long, global = true)]
    pub demo: bool,

    /// Speed of the demo: with 60, a minute passes in a second
    #[arg(long, global = true, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub demo_speed: f64,

    /// Start time of the demo, instead of now: 2026-12-25T18:00+09:00
    #[arg(long, global = true, value_name = "TIME", value_parser = start_moment)]
    pub demo_start: Option<Timestamp>,

    /// Random seed of the demo
    #[arg(long, global = true, hide = true, value_name = "N", default_value_t = 7)]
    pub demo_seed: u64,

    /// Theme: night, day, contrast, plain, or a file of yours
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,

    /// How much goes to the log file: off, error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL", value_enum, default_value_t = Level::Info)]
    #[arg(hide_possible_values = true)]
    pub log_level: Level,

    /// Print calls, retries, throttles and bytes per operation as JSON on stderr at exit
    #[arg(long, global = true)]
    pub stats: bool,
}

impl Default for Global {
    fn default() -> Self {
        Self {
            profile: None,
            regions: Vec::new(),
            endpoint_url: None,
            config: None,
            read_only: false,
            write: false,
            demo: false,
            demo_speed: 1.0,
            demo_start: None,
            demo_seed: 7,
            theme: None,
            log_level: Level::default(),
            stats: false,
        }
    }
}

/// A speed that a simulation can run at.
fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.1..=86_400.0).contains(&speed) => Ok(speed),
        _ => Err("must be a number from 0.1 to 86400, such as 60".to_owned()),
    }
}

/// A moment that a simulation can begin at.
fn start_moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "must be a time with its offset, such as 2026-12-25T18:00+09:00".to_owned())
}

/// How much is logged.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Level {
    /// Nothing.
    Off,
    /// What failed.
    Error,
    /// What failed or soon may.
    Warn,
    /// What was done.
    #[default]
    Info,
    /// An outline of every call, decision of the poller and step of a change.
    Debug,
    /// The same, and one line for each HTTP answer.
    Trace,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show environments and their health; the exit code is that of the worst
    Status(Status),
    /// Tell why an environment is not well: causes with evidence for and against them
    ///
    /// Reads logs, deployments, security groups and CloudTrail where that tells more, and says what it could not read.
    /// The exit code is that of `toban status`.
    Explain(Explain),
    /// Find any resource of any environment by its name, id, address, ARN or tag
    Find(Find),
    /// Tell what happened to an environment, on one clock, and who did it
    Timeline(Timeline),
    /// When environments sleep and wake, and why
    #[command(subcommand)]
    Schedule(Schedule),
    /// Put a whole environment to sleep: services, instances, then databases
    Sleep(Sleep),
    /// Wake a whole environment as it was: databases, instances, then services
    Wake(Wake),
    /// Start, stop or reboot a database, or fail it over
    Db(Db),
    /// Print the lines that an environment's programs, functions and databases write, merged by time
    Logs(Logs),
    /// Open a shell on an instance or in a task, or run a command there
    ///
    /// `enter ~ .` leaves a shell, whatever the remote side does. A command's exit code is toban's.
    Connect(Connect),
    /// Deploy a service, or roll back, and watch it until it has ended
    Deploy(Deploy),
    /// Show the deployments of a service that AWS keeps, or compare two revisions or deployments of it
    ///
    /// With one named it is compared with what runs, with two these. Nothing is changed.
    Deployments(Deployments),
    /// Set how many tasks a service runs
    Scale(Scale),
    /// Set how few and how many tasks auto scaling may run of a service
    Bounds(Bounds),
    /// Stop one task
    Task(Task),
    /// Mute one alarm, or all of an environment, until a time: what they would do is held back
    Mute(Mute),
    /// Take back a muting by hand
    Unmute(Unmute),
    /// Show which alarms are muted, by what and until when
    Mutes(Mutes),
    /// Show work that begins by the clock or by hand: next and last run, result, what hinders it
    Jobs(Jobs),
    /// Run a job
    Job(Job),
    /// Open a local port to a database, and keep it open until ctrl-c
    ///
    /// The tunnel goes through an instance or task of the environment; nothing needs to be installed. Prints the address and
    /// what to type for psql or mysql.
    Tunnel(Tunnel),
    /// Carry an SSH client's bytes to an instance: a ProxyCommand for ssh, scp, rsync and editors
    ///
    /// In ~/.ssh/config: `ProxyCommand toban ssh-proxy %h %p`. It goes through Session Manager, so no port of the instance need
    /// be open; the keys of SSH are its own business.
    SshProxy(SshProxy),
    /// Write a config.toml of what was inferred, every line with its reason
    Init(Init),
    /// Check credentials, permissions, clock, terminal and configuration, with a remedy for each failing line
    Doctor(Doctor),
    /// Print the changes made from here: by whom, why, and how they ended
    Journal(Journal),
    /// What is kept between runs of what was read, and forgetting it
    #[command(subcommand)]
    Cache(Cache),
    /// Print the IAM policy toban needs
    ///
    /// `toban policy --read-only` prints the least that looking takes; `toban policy --operator` what changing takes
    /// besides, in a statement a feature; `toban policy --scheduler --account ID` the role that
    /// schedules at AWS act by, with its trust policy, and what writing them takes.
    Policy(Policy),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the man page, or that of a command
    Man(Man),
    /// Answer a shell that completes a command line
    #[command(hide = true)]
    Complete(Complete),
}

/// `toban status`.
#[derive(Args, Debug, Default)]
pub struct Status {
    /// Environments to show, with the evidence of their verdicts; all, if none is named
    #[arg(value_name = "ENV")]
    pub env: Vec<String>,
    /// Print one JSON document; with --watch one a line
    #[arg(long)]
    pub json: bool,
    /// Go on, printing anew whenever something was read
    #[arg(long)]
    pub watch: bool,
}

/// `toban explain`.
#[derive(Args, Debug, Default)]
pub struct Explain {
    /// Environment to explain; may be shortened while unambiguous
    #[arg(value_name = "ENV")]
    pub env: String,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban find`.
#[derive(Args, Debug, Default)]
pub struct Find {
    /// What is looked for, in any case
    #[arg(value_name = "TEXT")]
    pub text: String,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban timeline`.
#[derive(Args, Debug, Default)]
pub struct Timeline {
    /// Environment; may be shortened while unambiguous
    #[arg(value_name = "ENV")]
    pub env: String,
    /// How far back: 45m, 3h, 2d; CloudTrail keeps 90 days
    #[arg(long, value_name = "SPAN", default_value = "3h", value_parser = super::timeline::span_of)]
    pub since: SignedDuration,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban tunnel`.
#[derive(Args, Debug, Default)]
pub struct Tunnel {
    /// Which: environment and database; with --to the instance, task or service to go through. Names may be shortened
    #[arg(value_name = "ENV/DATABASE|TARGET")]
    pub database: String,
    /// A port of the target instead of a database, or of a host that is reached from there, such as a cache
    #[arg(long, value_name = "[HOST:]PORT", conflicts_with_all = ["via", "reader", "iam_token"])]
    pub to: Option<Behind>,
    /// Local port to listen on; without it one that is the same every day, or a free one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub local_port: Option<u16>,
    /// Instance, task or service to go through, by name or id; without it the best one is chosen
    #[arg(long, value_name = "TARGET")]
    pub via: Option<String>,
    /// Connect to the readers of a cluster instead of its writer
    #[arg(long)]
    pub reader: bool,
    /// Print an IAM token too, the password of this database user for a quarter of an hour
    #[arg(long, value_name = "USER")]
    pub iam_token: Option<String>,
    /// Why, for the journal and AWS's records
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban connect`.
#[derive(Args, Debug, Default)]
pub struct Connect {
    /// Instance, task or service, as ENVIRONMENT/NAME or ENVIRONMENT/ID; of a service its newest running task
    #[arg(value_name = "ENV/TARGET")]
    pub target: String,
    /// Which container of a task, where it has several
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// Use the session-manager-plugin instead of toban's own protocol; it needs a terminal
    #[arg(long)]
    pub plugin: bool,
    /// Give the command a terminal
    #[arg(long, short)]
    pub tty: bool,
    /// Keep what the shell shows in this new file, as text, secrets masked, for you alone
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub transcript: Option<PathBuf>,
    /// Why, for the journal and AWS's records
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Command to run in place of a shell; a single word is a whole command line
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// `toban ssh-proxy`.
#[derive(Args, Debug, Default)]
pub struct SshProxy {
    /// Instance, as ENVIRONMENT/NAME, ENVIRONMENT/ID or its id alone
    #[arg(value_name = "ENV/INSTANCE|ID")]
    pub target: String,
    /// Port of its SSH server
    #[arg(value_name = "PORT", default_value_t = 22, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,
    /// Why, for the journal and AWS's records
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// `toban init`.
#[derive(Args, Debug, Default)]
pub struct Init {
    /// Print it instead of writing the file
    #[arg(long)]
    pub print: bool,
}

/// `toban doctor`.
#[derive(Args, Debug, Default)]
pub struct Doctor {
    /// Environment whose account and region to check; all, if none is named
    #[arg(value_name = "ENV")]
    pub env: Option<String>,
    /// End the sessions that a toban which was killed left open
    #[arg(long)]
    pub end_sessions: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban journal`.
#[derive(Args, Debug, Default)]
pub struct Journal {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban cache`.
#[derive(Subcommand, Debug)]
pub enum Cache {
    /// List what is kept, how old and how large it is
    List(CacheList),
    /// Forget it: the next run reads everything
    Clear,
}

/// `toban cache list`.
#[derive(Args, Debug, Default)]
pub struct CacheList {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban policy`.
#[derive(Args, Debug, Default)]
pub struct Policy {
    /// Permissions for changes, besides those for reading
    #[arg(long, conflicts_with = "scheduler")]
    pub operator: bool,
    /// The role that schedules at AWS act by: trust, policy, and what whoever writes them needs
    #[arg(long, requires = "account")]
    pub scheduler: bool,
    /// Without leave to tag databases and services, for environments with `record = "group"`
    #[arg(long)]
    pub no_tags: bool,
    /// The account it is for, twelve digits
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<String>,
}

/// An account's number.
fn account(text: &str) -> Result<String, String> {
    let fits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(text.to_owned()) } else { Err("an account has twelve digits".to_owned()) }
}

/// `toban completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell to complete in
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `toban man`.
#[derive(Args, Debug, Default)]
pub struct Man {
    /// Command whose page to print, as in `toban man schedule list`; toban's own, if none is named
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
    /// Write every page into this directory instead, each under its name
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "command")]
    pub dir: Option<PathBuf>,
}

/// `toban complete`.
#[derive(Args, Debug)]
pub struct Complete {
    /// The words behind `toban`, up to the one at the cursor
    #[arg(last = true, value_name = "WORDS", allow_hyphen_values = true)]
    pub words: Vec<std::ffi::OsString>,
}

impl Cli {
    /// What clap cannot see on its own: combinations across the tree.
    ///
    /// # Errors
    /// The sentence to print; the exit code is that of wrong usage.
    pub fn check(&self) -> Result<(), String> {
        if self.global.read_only && self.global.write {
            return Err("--read-only and --write exclude each other; give one of them".to_owned());
        }
        let elsewhere = [
            ("--profile", self.global.profile.is_some()),
            ("--region", !self.global.regions.is_empty()),
            ("--endpoint-url", self.global.endpoint_url.is_some()),
        ];
        if let Some((flag, _)) = elsewhere.iter().find(|(_, given)| self.global.demo && *given) {
            return Err(format!("--demo looks at no real account and has one region; leave {flag} out"));
        }
        if self.global.demo_speed != 1.0 && !self.global.demo {
            return Err("--demo-speed is the simulated account's; it goes with --demo".to_owned());
        }
        if self.global.demo_start.is_some() && !self.global.demo {
            return Err("--demo-start is the simulated account's; it goes with --demo".to_owned());
        }
        if self.command.is_some() && (self.view.is_some() || self.filter.is_some() || self.plain) {
            return Err("--view, --filter and --plain are the console's; leave them out with a command".to_owned());
        }
        match (&self.env, &self.command) {
            (Some(env), Some(_)) => {
                Err(format!("`{env}` is before the command; write it after the command, as in `toban status {env}`"))
            }
            (_, Some(Command::Policy(args))) if !self.global.read_only && !args.scheduler && !args.operator => {
                Err("say which policy: `toban policy --read-only` prints the least that looking takes, \
                     `toban policy --operator` what changing takes besides, \
                     `toban policy --scheduler --account ID` the role that schedules act by"
                    .to_owned())
            }
            _ => Ok(()),
        }
    }
}
