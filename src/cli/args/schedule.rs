//! What `toban schedule` takes, command by command.
//! No doing: flags, arguments and their help alone.

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Acting;
use crate::schedule::calendar::deadline;

/// `toban schedule`.
#[derive(Subcommand, Debug)]
pub enum Schedule {
    /// Show every environment with a schedule: what should be, what comes next and why, what drifted
    List(Listing),
    /// Show the next days of an environment, with the cause of each change
    Preview(Previewing),
    /// Give an environment a schedule, in the configuration
    Set(Setting),
    /// Keep an environment running or stopped until a time; it ends by itself
    Override(Overriding),
    /// Keep an environment running for some hours; asked again, for so much longer. It ends by itself
    Lease(Leasing),
    /// Change nothing in an environment until a time
    Hold(Holding),
    /// Remove an override and a hold
    Clear(Clearing),
    /// Update the schedules at AWS from the configuration, after showing each difference
    Sync(Syncing),
    /// Replace the EventBridge rules that stop and start an environment by its schedules
    Migrate(Clearing),
    /// Remove an environment's schedules at AWS
    Remove(Clearing),
    /// Execute the schedules of environments with backend "local": on a host, or from cron with --once
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
    /// Write the schedule too: on which days it is up, as in mon-fri or mon,wed
    #[arg(long, value_name = "DAYS", requires_all = ["from", "to"])]
    pub days: Option<String>,
    /// From when on it is up, as in 09:00
    #[arg(long, value_name = "TIME", requires_all = ["days", "to"])]
    pub from: Option<String>,
    /// Until when, as in 22:00
    #[arg(long, value_name = "TIME", requires_all = ["days", "from"])]
    pub to: Option<String>,
    /// Zone of these times; this machine's, unless it is given
    #[arg(long, value_name = "ZONE", requires = "days")]
    pub timezone: Option<String>,
    /// Calendar whose holidays are off, or none; Japan's in Japan's zone, unless it is given
    #[arg(long, value_name = "CALENDAR", requires = "days")]
    pub holidays: Option<String>,
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
    pub(crate) const fn word(self) -> &'static str {
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
    #[arg(long, value_name = "TIME", value_parser = end)]
    pub until: String,
    /// The state to keep until then
    #[arg(long, value_enum, default_value_t = Kept::Running)]
    pub state: Kept,
    #[command(flatten)]
    pub(crate) acting: Acting,
}

/// `toban schedule lease`.
#[derive(Args, Debug)]
pub struct Leasing {
    /// The environment; may be shortened
    #[arg(value_name = "ENV")]
    pub env: String,
    /// For how long: 3h, 45m, 1d
    #[arg(long = "for", value_name = "SPAN", default_value = "3h", value_parser = span)]
    pub span: String,
    #[command(flatten)]
    pub(crate) acting: Acting,
}

/// A length of time, checked before anything is read.
fn span(text: &str) -> Result<String, String> {
    let fits = deadline::span(text).is_some();
    if fits { Ok(text.to_owned()) } else { Err("write 3h, 45m or 1d".to_owned()) }
}

/// An end, checked likewise; in which zone it is meant is told later.
fn end(text: &str) -> Result<String, String> {
    deadline::until(text, Timestamp::now(), &TimeZone::UTC).map(|_| text.to_owned())
}

/// `toban schedule hold`.
#[derive(Args, Debug)]
pub struct Holding {
    /// The environment; may be shortened
    #[arg(value_name = "ENV")]
    pub env: String,
    /// Until when: 23:30, +2d, "2026-11-24 09:00", or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = end)]
    pub until: String,
    #[command(flatten)]
    pub(crate) acting: Acting,
}

/// `toban schedule clear`, `migrate` and `remove`.
#[derive(Args, Debug)]
pub struct Clearing {
    /// The environment; may be shortened
    #[arg(value_name = "ENV")]
    pub env: String,
    #[command(flatten)]
    pub(crate) acting: Acting,
}

/// `toban schedule sync`.
#[derive(Args, Debug)]
pub struct Syncing {
    /// The environment; may be shortened. All that have a schedule at AWS, if none is named
    #[arg(value_name = "ENV")]
    pub env: Option<String>,
    #[command(flatten)]
    pub(crate) acting: Acting,
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
