//! What the commands on jobs take: flags, arguments and their help.
//! No doing.

use clap::{Args, Subcommand};

use super::Acting;

/// `toban jobs`.
#[derive(Args, Debug, Default)]
pub struct Jobs {
    /// Environment to show; all, if none is named
    #[arg(value_name = "ENV")]
    pub env: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// `toban job`.
#[derive(Args, Debug)]
pub struct Job {
    /// What to do with it.
    #[command(subcommand)]
    pub what: JobVerb,
}

/// What can be done with a job.
#[derive(Subcommand, Debug)]
pub enum JobVerb {
    /// Run it now, as its timer would, and watch it until it has ended
    Run(JobRun),
}

/// `toban job run`.
#[derive(Args, Debug)]
pub struct JobRun {
    /// Job; both names may be shortened
    #[arg(value_name = "ENV/JOB")]
    pub target: String,
    /// Environment variable of its container, or parameter of its definition; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", conflicts_with = "input")]
    pub set: Vec<String>,
    /// Input of a function or a state machine
    #[arg(long, value_name = "JSON")]
    pub input: Option<String>,
    /// Job queue to submit to, where there are several
    #[arg(long, value_name = "NAME", conflicts_with = "input")]
    pub queue: Option<String>,
    /// How it is done.
    #[command(flatten)]
    pub(crate) acting: Acting,
}
