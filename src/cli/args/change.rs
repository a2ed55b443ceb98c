//! What the commands take that change something, and what goes with every one of them.
//! No doing: flags, arguments and their help alone.

use std::io::IsTerminal;

use clap::{Args, Subcommand};
use jiff::SignedDuration;

use crate::config::interval;

/// `toban deploy`.
#[derive(Args, Debug)]
pub struct Deploy {
    /// Service, function, or target group of instances; both names may be shortened. Several services of one environment
    /// are one release, deployed one after the other
    #[arg(value_name = "ENV/NAME", required = true)]
    pub targets: Vec<String>,
    /// What to deploy.
    #[command(flatten)]
    pub(crate) to: To,
    /// Alias of the function to shift, where it has several
    #[arg(long, value_name = "NAME")]
    pub alias: Option<String>,
    /// Share of the function's calls in percent that the new version gets first, watched before it gets them all
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub weight: Option<u8>,
    /// Container that gets the image; needed where none or several serve a target group
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// If one of several services does not end well, take back what is done of the others without asking
    #[arg(long)]
    pub take_back: bool,
    /// How it is done.
    #[command(flatten)]
    pub(crate) acting: Acting,
}

/// What is deployed: exactly one of these.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct To {
    /// Replace every task, on the same revision
    #[arg(long)]
    pub force: bool,
    /// Another tag of the image
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// A whole image, with its tag or digest
    #[arg(long, value_name = "REF")]
    pub image: Option<String>,
    /// An existing revision of the task definition
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
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
    /// Answer the pause of the deployment on its way: it goes on
    #[arg(long = "continue")]
    pub go_on: bool,
    /// Answer the pause of the deployment on its way: ECS goes back to what ran before
    #[arg(long)]
    pub reject: bool,
    /// What ran before: the last deployment that was successful, a function's earlier version, instances' earlier
    /// commit; a rollout on its way is taken back
    #[arg(long)]
    pub rollback: bool,
}

/// `toban deployments`.
#[derive(Args, Debug)]
pub struct Deployments {
    /// Service; both names may be shortened
    #[arg(value_name = "ENV/SERVICE")]
    pub target: String,
    /// Revision (its number) or deployment (its id) to compare with what runs, or two to compare with each other
    #[arg(value_name = "REVISION|DEPLOYMENT", num_args = 0..=2)]
    pub sides: Vec<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban scale`.
#[derive(Args, Debug)]
pub struct Scale {
    /// Service; both names may be shortened
    #[arg(value_name = "ENV/SERVICE")]
    pub target: String,
    /// How many tasks
    #[arg(value_name = "COUNT", value_parser = clap::value_parser!(u32).range(0..=5000))]
    pub count: u32,
    /// How it is done.
    #[command(flatten)]
    pub(crate) acting: Acting,
}

/// `toban bounds`.
#[derive(Args, Debug)]
pub struct Bounds {
    /// Service; both names may be shortened
    #[arg(value_name = "ENV/SERVICE")]
    pub target: String,
    /// The least number of tasks
    #[arg(value_name = "MIN", value_parser = clap::value_parser!(u32).range(0..=5000))]
    pub min: u32,
    /// The most
    #[arg(value_name = "MAX", value_parser = clap::value_parser!(u32).range(0..=5000))]
    pub max: u32,
    /// How it is done.
    #[command(flatten)]
    pub(crate) acting: Acting,
}

/// `toban task`.
#[derive(Args, Debug)]
pub struct Task {
    /// What to do with it.
    #[command(subcommand)]
    pub what: TaskVerb,
}

/// What can be done with a task.
#[derive(Subcommand, Debug)]
pub enum TaskVerb {
    /// Stop it, and wait until its service runs as many as it wants again
    Stop(TaskStop),
}

/// `toban task stop`.
#[derive(Args, Debug)]
pub struct TaskStop {
    /// Environment and the task's id; both may be shortened
    #[arg(value_name = "ENV/TASK")]
    pub task: String,
    /// How to do it.
    #[command(flatten)]
    pub(crate) acting: Acting,
}

/// Options of every command that changes something.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Changing")]
pub struct Acting {
    /// Print the plan and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask for confirmation; a protected environment still needs --confirm
    #[arg(long, short)]
    pub yes: bool,
    /// Repeat the environment's name, as a protected one needs it
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
    /// Wait this long at most (as in 20m, 1h30m), then end with code 6; without a terminal an hour unless this says otherwise
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<SignedDuration>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// How long is waited where nobody looks on.
const UNATTENDED: SignedDuration = SignedDuration::from_mins(60);

impl Acting {
    /// The same for work that follows from this one; `agreed` where nobody is asked again.
    pub(crate) fn again(&self, agreed: bool) -> Self {
        Self {
            dry_run: false,
            yes: agreed,
            confirm: self.confirm.clone().filter(|_| agreed),
            reason: self.reason.clone(),
            wait: true,
            no_wait: false,
            timeout: self.timeout,
            json: self.json,
        }
    }

    /// How long is waited at most: for ever where somebody looks on and can leave.
    pub(crate) fn limit(&self) -> Option<SignedDuration> {
        self.timeout.or_else(|| (!std::io::stderr().is_terminal()).then_some(UNATTENDED))
    }
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    interval(text).ok_or_else(|| format!("`{text}` is no duration: write 90s, 20m or 1h30m"))
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

/// `toban mute`.
#[derive(Args, Debug)]
pub struct Mute {
    /// Environment, or one of its alarms; both names may be shortened
    #[arg(value_name = "ENV[/ALARM]")]
    pub target: String,
    /// Until when: 23:30, +2h, 2026-11-24 23:30, or RFC 3339; 15 days at most
    #[arg(long, value_name = "TIME")]
    pub until: String,
    /// How to do it.
    #[command(flatten)]
    pub acting: Acting,
}

/// `toban unmute`.
#[derive(Args, Debug)]
pub struct Unmute {
    /// Environment, or one of its alarms; both names may be shortened
    #[arg(value_name = "ENV[/ALARM]")]
    pub target: String,
    /// How to do it.
    #[command(flatten)]
    pub acting: Acting,
}

/// `toban mutes`.
#[derive(Args, Debug, Default)]
pub struct Mutes {
    /// Environment to show; all, if none is named
    #[arg(value_name = "ENV")]
    pub env: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
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
    /// Reboot a DB instance, and wait until it is back
    Reboot(DbTurn),
    /// Let the standby of a DB instance take over, or a reader of a DB cluster, and wait until it is seen
    Failover(DbFailover),
}

/// `toban db failover`.
#[derive(Args, Debug)]
pub struct DbFailover {
    /// Which: environment and identifier of the instance or cluster; both may be shortened. A member of a cluster
    /// stands for its cluster
    #[arg(value_name = "ENV/DATABASE")]
    pub database: String,
    /// The reader of a cluster that becomes its writer; RDS chooses if none is named
    #[arg(long, value_name = "MEMBER")]
    pub to: Option<String>,
    /// How to do it.
    #[command(flatten)]
    pub acting: Acting,
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
