//! What `toban logs` takes.
//! No doing: flags, arguments and their help alone.

use clap::Args;

/// `toban logs`.
#[derive(Args, Debug, Default)]
pub struct Logs {
    /// Environment, or one of its services, tasks, functions, databases or jobs; both names may be shortened
    #[arg(value_name = "ENV[/TARGET]")]
    pub target: String,
    /// From when on: 15m, 3h, 2d, a time of day, or a time with its offset
    #[arg(long, value_name = "T", default_value = "15m")]
    pub since: String,
    /// Until when: the same forms; without it, until now
    #[arg(long, value_name = "T", conflicts_with = "follow")]
    pub until: Option<String>,
    /// Go on with what is written, until ctrl-c
    #[arg(long, short)]
    pub follow: bool,
    /// Only lines with this text; a pattern of CloudWatch Logs, if it begins with {, [, ? or %
    #[arg(long, value_name = "TEXT")]
    pub grep: Option<String>,
    /// Only of the task whose id begins so
    #[arg(long, value_name = "ID")]
    pub task: Option<String>,
    /// Only of this container
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// Print templates of lines with their counts instead of the lines, worst first
    #[arg(long, conflicts_with = "follow")]
    pub group: bool,
    /// Print JSON, one object a line
    #[arg(long)]
    pub json: bool,
}
