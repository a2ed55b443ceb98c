//! The command line as one tree: parser, help, completions and man page all come of it.
//! Only commands that work stand here; the contract keeps the other names free. No doing.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

/// What stands below every help text and in the man page.
const AFTER: &str = "\
Exit codes: 0 done, and every environment named is well, changing or asleep on purpose · 1 failed · 2 usage · \
3 refused, nothing was changed · 4 no credentials, or they ran out · 5 not found or ambiguous · 6 a change did not end \
well · 10 worrying · 20 bad · 30 could not tell · 130 interrupted

Environment variables: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and all others the AWS SDK knows; NO_COLOR, \
TOBAN_CONFIG, TOBAN_STATE_DIR, TOBAN_READ_ONLY=1";

/// The console for whoever is on duty: environments on AWS, their health, and what to do about it.
#[derive(Parser, Debug)]
#[command(name = "toban", version, about, after_help = AFTER, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// Environment to open the console on; may be shortened while unambiguous. One that is called like a command goes
    /// after `--`
    #[arg(value_name = "ENV")]
    pub env: Option<String>,

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

    /// How many times as fast as the clock the simulated account lives: 60 makes a minute of it a second
    #[arg(long, global = true, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub demo_speed: f64,

    /// What the simulated account's chance starts from
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
    /// Every call's outline.
    Debug,
    /// Everything.
    Trace,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show environments and their health; the exit code tells the worst of them
    Status(Status),
    /// When environments sleep and wake, and why
    #[command(subcommand)]
    Schedule(Schedule),
    /// Put a whole environment to sleep: services, instances, then databases
    Sleep(Sleep),
    /// Wake a whole environment as it was: databases, instances, then services
    Wake(Wake),
    /// Start or stop a database
    Db(Db),
    /// Open a shell on an instance or in a task, or run a command there
    ///
    /// `enter ~ .` leaves a shell, whatever the remote side does. A command's exit code is toban's.
    Connect(Connect),
    /// Deploy a service, or go back to what ran before, and watch it to its true end
    Deploy(Deploy),
    /// Run another number of tasks of a service
    Scale(Scale),
    /// Open a port of this machine that leads to a database, and keep it open until ctrl-c
    ///
    /// An instance or task of the database's environment carries it; nothing need be installed. Prints the address and
    /// what to type for psql or mysql.
    Tunnel(Tunnel),
    /// Write a config.toml of what was inferred, every line with its reason
    Init(Init),
    /// Check credentials, permissions, clock, terminal and configuration, with a remedy for each failing line
    Doctor(Doctor),
    /// Print what was changed from here: by whom, why, and how it ended
    Journal(Journal),
    /// Print the IAM policy toban needs
    ///
    /// `toban policy --read-only` prints the least that looking takes; `toban policy --operator` what changing takes
    /// besides, in a statement a feature; `toban policy --scheduler --account ID` the role that
    /// schedules at AWS act by, with its trust policy, and what writing them takes.
    Policy(Policy),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the man page
    Man,
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

/// `toban schedule`.
#[derive(Subcommand, Debug)]
pub enum Schedule {
    /// Show every environment with a schedule: what should be, what comes next and why, what drifted
    List(Listing),
    /// Show the next days of an environment, with the cause of each change
    Preview(Previewing),
    /// Give an environment a schedule, in the configuration
    Set(Setting),
    /// Keep an environment running or stopped until a time; it undoes itself
    Override(Overriding),
    /// Leave an environment exactly as it is until a time
    Hold(Holding),
    /// Take back an override and a hold
    Clear(Clearing),
    /// Bring the schedules at AWS to what was computed, after showing each difference
    Sync(Syncing),
    /// Remove an environment's schedules at AWS
    Remove(Clearing),
    /// Execute the edges of environments with backend "local": on a host, or from cron with --once
    Run(Running),
}

/// `toban schedule set`.
#[derive(Args, Debug)]
pub struct Setting {
    /// The environment; may be shortened
    #[arg(value_name = "ENV")]
    pub env: String,
    /// The schedule, as in [schedule.NAME]
    #[arg(value_name = "SCHEDULE")]
    pub schedule: String,
    /// Say what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// What an override keeps.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Kept {
    /// Up.
    #[default]
    Running,
    /// Down.
    Stopped,
}

impl Kept {
    /// Its word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
        }
    }
}

/// `toban schedule override`.
#[derive(Args, Debug)]
pub struct Overriding {
    /// The environment; may be shortened
    #[arg(value_name = "ENV")]
    pub env: String,
    /// Until when: 23:30, +2h, "2026-11-24 23:30", or RFC 3339
    #[arg(long, value_name = "TIME")]
    pub until: String,
    /// What it shall be until then
    #[arg(long, value_enum, default_value_t = Kept::Running)]
    pub state: Kept,
    #[command(flatten)]
    pub(super) acting: Acting,
}

/// `toban schedule hold`.
#[derive(Args, Debug)]
pub struct Holding {
    /// The environment; may be shortened
    #[arg(value_name = "ENV")]
    pub env: String,
    /// Until when: 23:30, +2d, "2026-11-24 09:00", or RFC 3339
    #[arg(long, value_name = "TIME")]
    pub until: String,
    #[command(flatten)]
    pub(super) acting: Acting,
}

/// `toban schedule clear` and `remove`.
#[derive(Args, Debug)]
pub struct Clearing {
    /// The environment; may be shortened
    #[arg(value_name = "ENV")]
    pub env: String,
    #[command(flatten)]
    pub(super) acting: Acting,
}

/// `toban schedule sync`.
#[derive(Args, Debug)]
pub struct Syncing {
    /// The environment; may be shortened. All that have a schedule at AWS, if none is named
    #[arg(value_name = "ENV")]
    pub env: Option<String>,
    #[command(flatten)]
    pub(super) acting: Acting,
}

/// `toban schedule run`.
#[derive(Args, Debug)]
pub struct Running {
    /// Look once, do what is due, and end: for cron
    #[arg(long)]
    pub once: bool,
}

/// `toban schedule list`.
#[derive(Args, Debug, Default)]
pub struct Listing {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban schedule preview`.
#[derive(Args, Debug)]
pub struct Previewing {
    /// The environment; may be shortened
    #[arg(value_name = "ENV")]
    pub env: String,
    /// How many days, at most 60
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=60))]
    pub days: u16,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban deploy`.
#[derive(Args, Debug)]
pub struct Deploy {
    /// Service, function, or target group of instances; both names may be shortened
    #[arg(value_name = "ENV/NAME")]
    pub target: String,
    /// What to deploy.
    #[command(flatten)]
    pub(super) to: To,
    /// Alias of the function to shift, where it has several
    #[arg(long, value_name = "NAME")]
    pub alias: Option<String>,
    /// Share of the function's calls in hundredths that the new version gets first, watched before it gets them all
    #[arg(long, value_name = "PERCENT")]
    pub weight: Option<u8>,
    /// Container that gets the image; needed where none or several serve a target group
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// How to go about it.
    #[command(flatten)]
    pub(super) acting: Acting,
}

/// What is deployed: exactly one of these.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(super) struct To {
    /// Replace every task, on the same revision
    #[arg(long)]
    pub force: bool,
    /// Another tag of the image
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// A whole image, with its tag or digest
    #[arg(long, value_name = "REF")]
    pub image: Option<String>,
    /// A revision of the task definition that is there
    #[arg(long, value_name = "N")]
    pub revision: Option<u32>,
    /// A branch, tag or commit on instances with a compose recipe; the recipe's own if none is named
    #[arg(long, value_name = "REF", num_args = 0..=1)]
    pub reference: Option<Option<String>>,
    /// Run the compose recipe's migration on the first instance
    #[arg(long)]
    pub migrate: bool,
    /// An archive with a function's code: s3://bucket/key, with @version where the bucket keeps versions
    #[arg(long, value_name = "s3://…")]
    pub s3: Option<String>,
    /// What ran before: the last deployment that was successful, a function's earlier version, instances' earlier
    /// commit; a rollout on its way is taken back
    #[arg(long)]
    pub rollback: bool,
}

/// `toban scale`.
#[derive(Args, Debug)]
pub struct Scale {
    /// Service; both names may be shortened
    #[arg(value_name = "ENV/SERVICE")]
    pub target: String,
    /// How many tasks
    #[arg(value_name = "COUNT")]
    pub count: u32,
    /// How to go about it.
    #[command(flatten)]
    pub(super) acting: Acting,
}

/// What goes with every command that changes something.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Changing")]
pub struct Acting {
    /// Print the plan and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask; a protected environment still wants --confirm
    #[arg(long, short)]
    pub yes: bool,
    /// Repeat the environment's name, as a protected one wants it
    #[arg(long, value_name = "ENV")]
    pub confirm: Option<String>,
    /// Why it is done, for the journal
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Wait until the end is seen (the default)
    #[arg(long, overrides_with = "no_wait")]
    pub wait: bool,
    /// Return as soon as the rest goes on inside AWS
    #[arg(long)]
    pub no_wait: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban sleep`.
#[derive(Args, Debug)]
pub struct Sleep {
    /// Which environment; may be shortened
    #[arg(value_name = "ENV")]
    pub env: String,
    /// How to do it.
    #[command(flatten)]
    pub acting: Acting,
}

/// `toban wake`.
#[derive(Args, Debug)]
pub struct Wake {
    /// Which environment; may be shortened
    #[arg(value_name = "ENV")]
    pub env: String,
    /// How many tasks a service wakes to of which nothing is remembered; without it such a service stays asleep
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=5000))]
    pub tasks: Option<u32>,
    /// How to do it.
    #[command(flatten)]
    pub acting: Acting,
}

/// `toban db`.
#[derive(Args, Debug)]
pub struct Db {
    /// What to do with it.
    #[command(subcommand)]
    pub what: DbVerb,
}

/// What can be done with a database.
#[derive(Subcommand, Debug)]
pub enum DbVerb {
    /// Start it, and wait until it is available
    Start(DbTurn),
    /// Stop it, and wait until it is stopped; AWS starts it again after seven days
    Stop(DbTurn),
}

/// `toban db start`, `toban db stop`.
#[derive(Args, Debug)]
pub struct DbTurn {
    /// Which: environment and identifier of the instance or cluster; both may be shortened. A member of a cluster
    /// stands for its cluster
    #[arg(value_name = "ENV/DATABASE")]
    pub database: String,
    /// How to do it.
    #[command(flatten)]
    pub acting: Acting,
}

/// `toban tunnel`.
#[derive(Args, Debug, Default)]
pub struct Tunnel {
    /// Which: environment and identifier of the instance or cluster; both may be shortened
    #[arg(value_name = "ENV/DATABASE")]
    pub database: String,
    /// Port of this machine to listen on; without it one that is the same every day, or a free one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub local_port: Option<u16>,
    /// Instance, task or service to go through, by name or id; without it the best one is chosen
    #[arg(long, value_name = "TARGET")]
    pub via: Option<String>,
    /// Lead to the readers of a cluster in place of its writer
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
    /// Use the session-manager-plugin in place of toban's own protocol; it wants a terminal
    #[arg(long)]
    pub plugin: bool,
    /// Give the command a terminal
    #[arg(long, short)]
    pub tty: bool,
    /// Why, for the journal and AWS's records
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Command to run in place of a shell; a single word is a whole command line
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
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

/// `toban policy`.
#[derive(Args, Debug, Default)]
pub struct Policy {
    /// What changing takes, besides what looking takes
    #[arg(long, conflicts_with = "scheduler")]
    pub operator: bool,
    /// The role that schedules at AWS act by: trust, policy, and what whoever writes them needs
    #[arg(long, requires = "account")]
    pub scheduler: bool,
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

impl Cli {
    /// What clap cannot see on its own: combinations across the tree.
    ///
    /// # Errors
    /// The sentence to print; the exit code is that of wrong usage.
    pub fn check(&self) -> Result<(), String> {
        if self.global.read_only && self.global.write {
            return Err("--read-only and --write exclude each other; give one of them".to_owned());
        }
        if self.global.demo && (self.global.profile.is_some() || self.global.endpoint_url.is_some()) {
            return Err("--demo looks at no real account; leave --profile and --endpoint-url out".to_owned());
        }
        if self.global.demo_speed != 1.0 && !self.global.demo {
            return Err("--demo-speed is the simulated account's; it goes with --demo".to_owned());
        }
        match (&self.env, &self.command) {
            (Some(env), Some(_)) => {
                Err(format!("`{env}` stands before the command; write it behind, as in `toban status {env}`"))
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
