//! The table itself. A new command is one line here and one arm where `console::dispatch` performs it.
//! Only commands that work stand here.

/// The places a command can be offered in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Where {
    /// All environments.
    Fleet,
    /// One environment.
    Environment,
    /// The schedule of one environment.
    Schedule,
    /// Why one environment is not well.
    Explain,
    /// What happened to one environment.
    Timeline,
    /// One resource.
    Detail,
    /// Faults and identities.
    Faults,
    /// What was done.
    Journal,
    /// What could not be placed.
    Unassigned,
    /// A list over all environments.
    List,
    /// Tunnels to databases.
    Tunnels,
    /// Alarms that are muted.
    Mutes,
    /// A procedure under way.
    Progress,
    /// Metrics over time.
    Charts,
    /// Lines that programs wrote.
    Logs,
    /// A text: raw document, description, help.
    Viewer,
}

impl Where {
    /// Every place.
    pub const ALL: &[Self] = &[
        Self::Fleet,
        Self::Environment,
        Self::Schedule,
        Self::Explain,
        Self::Timeline,
        Self::Detail,
        Self::Faults,
        Self::Journal,
        Self::Unassigned,
        Self::List,
        Self::Tunnels,
        Self::Mutes,
        Self::Progress,
        Self::Charts,
        Self::Logs,
        Self::Viewer,
    ];

    /// What it is called in a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Fleet => "the fleet",
            Self::Environment => "an environment",
            Self::Schedule => "a schedule",
            Self::Explain => "an explanation",
            Self::Timeline => "a timeline",
            Self::Detail => "a resource",
            Self::Faults => "faults",
            Self::Journal => "the journal",
            Self::Unassigned => "unassigned resources",
            Self::List => "a list",
            Self::Tunnels => "tunnels",
            Self::Mutes => "muted alarms",
            Self::Progress => "a procedure",
            Self::Charts => "charts",
            Self::Logs => "logs",
            Self::Viewer => "a text",
        }
    }
}

/// What must be under the cursor (or true) for a command to make sense.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A row.
    Row,
    /// A row, or a page, that stands for something: not only a sentence about what is not there (yet).
    Subject,
    /// A subject, or a login that is due.
    Action,
    /// A row that leads somewhere.
    Door,
    /// A resource.
    Resource,
    /// A resource with a page in the web console.
    Web,
    /// A resource that a shell can be opened in.
    Shell,
    /// A database that a tunnel can lead to, or what can carry one.
    Tunnel,
    /// Something of which two can be compared.
    Comparable,
    /// A word that is looked for, or lines among which trouble is.
    Sought,
    /// Something that writes log lines.
    Lines,
    /// Something that AWS measures.
    Measured,
    /// A change that did not end well and can be taken back.
    Failed,
    /// Something that is deployed, and can go back to what ran before.
    Deployed,
    /// A source whose credentials ran out and that can be logged in again.
    Login,
}

/// What a command takes when typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Argument {
    /// Nothing.
    Nothing,
    /// An environment.
    Environment,
    /// A region.
    Region,
    /// A profile.
    Profile,
    /// A theme.
    Theme,
    /// Words, taken as they are.
    Words,
}

/// One command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spec {
    /// Which.
    pub command: Command,
    /// Its name, typed after `:` and written in a keymap.
    pub name: &'static str,
    /// What it does, in a sentence without a full stop.
    pub message: &'static str,
    /// Its word in the footer; `None` keeps it out of there.
    pub hint: Option<&'static str>,
    /// Its default keys, the one to show first.
    pub keys: &'static [&'static str],
    /// Where it is offered.
    pub at: &'static [Where],
    /// What it needs.
    pub needs: Need,
    /// What it takes when typed.
    pub takes: Argument,
    /// Whether it stands in the actions menu of a row.
    pub action: bool,
}

macro_rules! commands {
    ($($command:ident $name:literal $message:literal { $($field:ident: $value:expr),* $(,)? })+) => {
        /// Everything a reader can do.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Command { $(#[doc = $message] $command),+ }

        /// Every command, in the order of help.
        pub static COMMANDS: &[Spec] = &[$(Spec {
            $($field: $value,)*
            ..Spec::new(Command::$command, $name, $message)
        }),+];
    };
}

impl Spec {
    const fn new(command: Command, name: &'static str, message: &'static str) -> Self {
        Self {
            command,
            name,
            message,
            hint: None,
            keys: &[],
            at: Where::ALL,
            needs: Need::Nothing,
            takes: Argument::Nothing,
            action: false,
        }
    }
}

impl Command {
    /// Its line in the table.
    #[must_use]
    pub fn spec(self) -> &'static Spec {
        // Every command has a line, because the enum is made from the lines, in their order.
        COMMANDS.get(self as usize).unwrap_or(&FALLBACK)
    }
}

static FALLBACK: Spec = Spec::new(Command::Help, "help", "show what can be done here");

use Where::{
    Charts, Detail, Environment, Explain, Faults, Fleet, Journal, List, Logs, Mutes, Progress, Schedule, Timeline,
    Tunnels, Unassigned, Viewer,
};

const ROWS: &[Where] = &[
    Fleet,
    Environment,
    Schedule,
    Explain,
    Timeline,
    Detail,
    Faults,
    Journal,
    Unassigned,
    List,
    Tunnels,
    Mutes,
    Progress,
];
/// Where the row under the cursor can be opened, and fewer rows shown.
const OPENED: &[Where] = &[
    Fleet,
    Environment,
    Schedule,
    Explain,
    Timeline,
    Detail,
    Faults,
    Journal,
    Unassigned,
    List,
    Tunnels,
    Mutes,
    Progress,
    Logs,
];
const RESOURCES: &[Where] = &[Environment, Schedule, Explain, Timeline, Detail, Unassigned, List];
/// Where instances, services and tasks stand that belong to an environment.
const INSIDE: &[Where] = &[Environment, Explain, Timeline, Detail, List];
/// Where an environment is meant.
const OF_ENVIRONMENTS: &[Where] = &[Fleet, Environment, Schedule, Explain, Timeline, Detail, List];
/// Where an environment's schedule is meant.
const OF_SCHEDULES: &[Where] = &[Fleet, Environment, Schedule];
const PLACED: &[Where] = &[Fleet, Environment, Detail, Unassigned, List];
/// Where something stands that writes lines, or is told of by them.
const WRITTEN: &[Where] = &[Fleet, Environment, Explain, Timeline, Detail, Unassigned, List];
/// Where rows have a health.
const JUDGED: &[Where] = &[Fleet, Environment, Detail, Journal, List, Tunnels];
const PANELS: &[Where] = &[Environment, Schedule, Explain, Timeline, Detail, Faults, Tunnels, Progress];

commands! {
    Open "open" "open the selected row" {
        hint: Some("open"), keys: &["enter"], at: OPENED, needs: Need::Door, action: true
    }
    Back "back" "go back; clears a filter first; never quits" { keys: &["esc"] }
    Actions "actions" "show what can be done with this row" {
        hint: Some("actions"), keys: &["a"], at: ROWS, needs: Need::Action
    }
    Filter "filter" "show only rows that match what is typed" { hint: Some("filter"), keys: &["/"], at: OPENED }
    Search "search" "look for a word in this text" { hint: Some("search"), keys: &["/"], at: &[Viewer] }
    Palette "command" "type a command, with completion" { hint: Some("command"), keys: &[":"] }
    Help "help" "show what can be done here" { hint: Some("help"), keys: &["?"] }
    Leave "leave" "quit in the fleet, go back elsewhere" { keys: &["q"] }
    Quit "quit" "quit, from anywhere" { keys: &["ctrl-c"] }

    Explain "explain" "tell why an environment is not well: causes with evidence, and what was changed before" {
        hint: Some("explain"), keys: &["X"], at: OF_ENVIRONMENTS, takes: Argument::Environment
    }
    Logs "logs" "show the lines that its programs write, and what happened between them" {
        hint: Some("logs"), keys: &["l"], at: WRITTEN, needs: Need::Lines, action: true
    }
    Timeline "timeline" "show what happened to an environment, or to the resource under the cursor, and who did it" {
        hint: Some("timeline"), keys: &["T"], at: OF_ENVIRONMENTS, takes: Argument::Environment
    }
    Charts "charts" "show its metrics over time, with deployments, alarms and stops as marks" {
        hint: Some("charts"), keys: &["v"], at: PLACED, needs: Need::Measured, action: true
    }

    Down "down" "one row down" { keys: &["j", "down"] }
    Up "up" "one row up" { keys: &["k", "up"] }
    Top "top" "to the first row" { keys: &["g", "home"] }
    Bottom "bottom" "to the last row" { keys: &["G", "end"] }
    PageDown "page-down" "a page down" { keys: &["ctrl-f", "pgdn"] }
    PageUp "page-up" "a page up" { keys: &["ctrl-b", "pgup"] }
    HalfDown "half-page-down" "half a page down" { keys: &["ctrl-d"] }
    HalfUp "half-page-up" "half a page up" { keys: &["ctrl-u"] }
    NextPanel "next-panel" "to the next panel" { keys: &["tab"], at: PANELS }
    PreviousPanel "previous-panel" "to the panel before" { keys: &["shift-tab"], at: PANELS }
    Panel "panel" "to a panel by its digit, or by its name: :panel services" {
        keys: &["1", "2", "3", "4", "5", "6", "7", "8", "9"], at: PANELS, takes: Argument::Words
    }
    SearchNext "search-next" "to the next place that matches" {
        hint: Some("next"), keys: &["n"], at: &[Viewer, Logs], needs: Need::Sought
    }
    SearchPrevious "search-previous" "to the place before that matches" {
        keys: &["N"], at: &[Viewer, Logs], needs: Need::Sought
    }

    Longer "longer" "look at a longer span" { hint: Some("longer"), keys: &["+"], at: &[Charts, Timeline] }
    Shorter "shorter" "look at a shorter span" { hint: Some("shorter"), keys: &["-"], at: &[Charts, Timeline] }
    Pause "pause" "stop reading lines, or go on" { hint: Some("pause"), keys: &["p"], at: &[Logs] }
    Group "group" "show templates of lines with their counts, worst first, or the lines again" {
        hint: Some("grouped"), keys: &["o"], at: &[Logs]
    }
    OneTask "one-task" "show lines of one task only, or of all again" {
        hint: Some("one task"), keys: &["t"], at: &[Logs]
    }
    Context "context" "show all lines with those that match lit, or only those that match" {
        keys: &["x"], at: &[Logs]
    }
    Earlier "earlier" "read the lines of the 15 minutes before" { hint: Some("earlier"), keys: &["["], at: &[Logs] }
    Previous "previous" "show the logs of the task that stopped before" {
        hint: Some("stopped before"), keys: &["P"], at: &[Logs]
    }
    Wrap "wrap" "break long lines, or cut them" { hint: Some("wrap"), keys: &["w"], at: &[Logs] }
    Fields "fields" "show JSON by its words and fields, or as it was written" { keys: &["J"], at: &[Logs] }
    GoTo "at" "go to a time: :at 14:02, :at 5m" { keys: &["@"], at: &[Logs], takes: Argument::Words }
    Since "since" "read from a time on: :since 3h, :since 14:00" { at: &[Logs], takes: Argument::Words }
    Grep "grep" "let AWS look for a text or a pattern of its own; without one for everything" {
        at: &[Logs], takes: Argument::Words
    }
    Save "save" "write the lines that are shown to a file" { keys: &["ctrl-s"], at: &[Logs], takes: Argument::Words }
    CopyLine "copy-line" "copy the line" { keys: &["c"], at: &[Logs] }

    Describe "describe" "show why it belongs to its environment, its tags and ids" {
        hint: Some("describe"), keys: &["d"], at: PLACED, needs: Need::Subject, action: true
    }
    Raw "raw" "show the raw document as JSON, secrets masked" {
        hint: Some("raw JSON"), keys: &["y"], at: RESOURCES, needs: Need::Resource, action: true
    }
    Mark "mark" "mark or unmark this row; :run and copying the name are for all marked ones" {
        keys: &["m", "space"], at: ROWS, needs: Need::Row, action: true
    }
    CopyName "copy-name" "copy its name" { keys: &["c"], at: ROWS, needs: Need::Row, action: true }
    Events "events" "show what happened to it, on its page" {
        keys: &["e"], at: RESOURCES, needs: Need::Resource, action: true
    }
    CopyId "copy-id" "copy its id" { at: RESOURCES, needs: Need::Resource }
    CopyArn "copy-arn" "copy its ARN" { keys: &["A"], at: RESOURCES, needs: Need::Resource, action: true }
    CopyCell "copy-cell" "copy one cell of this row" { keys: &["Y"], at: ROWS, needs: Need::Row, action: true }
    Compare "compare" "compare the two marked deployments of a service, or the one under the cursor with what runs" {
        hint: Some("compare"), keys: &["="], at: &[Detail], needs: Need::Comparable, action: true
    }
    Web "web" "open its page in the AWS web console" {
        keys: &["b"], at: RESOURCES, needs: Need::Web, action: true
    }
    Shell "shell" "open a shell in it; enter ~ . leaves" {
        hint: Some("shell"), keys: &["s"], at: INSIDE, needs: Need::Shell, action: true
    }
    Tunnel "tunnel" "open a tunnel: a local port to the database, or by :tunnel [HOST:]PORT to a port behind an instance, task or service" {
        hint: Some("tunnel"), keys: &["F"], at: RESOURCES, needs: Need::Tunnel, action: true
    }
    RollBack "roll-back" "go back to what ran well before; opens its plan" {
        keys: &["R"], at: OF_ENVIRONMENTS, needs: Need::Deployed
    }
    Run "run" "run a command on the marked instances as root, in the marked tasks, or on what is here" {
        keys: &["x"], at: RESOURCES, needs: Need::Resource, takes: Argument::Words
    }
    Release "release" "deploy a tag to the marked services, one after the other, by one plan" {
        at: RESOURCES, takes: Argument::Words
    }
    TakeBack "take-back" "take back what a release that failed has done, or roll back the service of a rollout that failed; opens its plan" {
        hint: Some("take back"), keys: &["R"], at: &[Progress], needs: Need::Failed, action: true
    }
    Login "login" "log in again where the credentials ran out" { needs: Need::Login, action: true }

    Unwell "unwell" "show only what is not well, or everything again" {
        hint: Some("only not well"), keys: &["ctrl-z"], at: JUDGED
    }
    Sort "sort" "choose the order of the rows" { keys: &["S"], at: PLACED }
    SortNext "sort-next" "sort the rows by the next column" { keys: &[">"], at: PLACED }
    SortPrevious "sort-previous" "sort the rows by the column before" { keys: &["<"], at: PLACED }
    SortTurn "sort-turn" "turn the order of the rows around" { keys: &["I"], at: PLACED }
    Columns "columns" "choose the columns of this list; they are kept" { keys: &["C"], at: PLACED }
    Refresh "refresh" "refresh everything shown here, now" { keys: &["ctrl-r"] }
    Faults "faults" "show what could not be read, the identity in use, and the journal" { keys: &["!"] }
    Journal "journal" "show what was changed from here: by whom, why, and how it ended" {}
    Unassigned "unassigned" "show resources that belong to no environment, with reasons" {}
    Find "find" "find any resource of any environment by name, id, address, ARN or tag" { takes: Argument::Words }
    Alarms "alarms" "list the alarms of all environments" {}
    Services "services" "list the services of all environments" {}
    Databases "databases" "list the databases of all environments" {}
    Tasks "tasks" "list the tasks of all environments" {}
    Targets "targets" "list the targets of all environments, by target group" {}
    Instances "instances" "list the instances of all environments" {}
    Functions "functions" "list the functions of all environments" {}
    Jobs "jobs" "list the jobs of all environments" {}
    Savings "savings" "show what sleeping saves over all environments: hours and money, planned and observed" {}
    Recent "recent" "choose from the places visited last" { keys: &["`"] }
    Bookmark "bookmark" "bookmark this row or page, or take the bookmark back" { keys: &["B"], at: PLACED }
    Bookmarks "bookmarks" "choose from the bookmarks" { keys: &["'"] }
    Tunnels "tunnels" "show the tunnels that are open, how to connect through them, and close them" { keys: &["f"] }
    Mutes "mutes" "show which alarms are muted, by what and until when; a takes it back" {}
    EndSessions "end-sessions" "end the sessions that a toban which was killed left open" {}
    Progress "progress" "show running changes, and how the last ones ended" {}
    EventKind "event-kind" "show only the next kind of events, or all again" {
        hint: Some("kind"), keys: &["K"], at: &[Timeline]
    }
    Schedule "schedule" "show when an environment sleeps and wakes, and why" { takes: Argument::Environment }
    OfficeHours "office-hours" "give an environment office hours: days, from, to; the week is drawn before it is written" {
        at: OF_SCHEDULES, takes: Argument::Environment, action: true
    }
    Prolong "prolong" "keep it running for 3 hours, or 3 hours more: a lease that ends by itself; opens its plan" {
        keys: &["L"], at: OF_SCHEDULES
    }
    Notify "notify" "tell when this row gets better or worse, by the title, bell, desktop or command of [notify]; again: no more" {
        at: &[Fleet, Environment, Detail, Explain], needs: Need::Door
    }
    Unlock "unlock" "open a locked environment for a while: how long and why, as in :unlock 10m rolling back; then its name" {
        at: OF_ENVIRONMENTS, takes: Argument::Words
    }
    Lock "lock" "lock it again before its time" { at: OF_ENVIRONMENTS }
    Env "env" "open an environment by its name" { takes: Argument::Environment }
    Profile "profile" "look at the account of another profile" { takes: Argument::Profile }
    Region "region" "look at another region" { takes: Argument::Region }
    Theme "theme" "change the theme" { takes: Argument::Theme }
    Mouse "mouse" "release the mouse, so that text can be selected, or capture it again" { keys: &["M"] }
    Suspend "suspend" "go to the background; the shell's fg comes back" {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_finds_its_own_line() {
        for spec in COMMANDS {
            assert_eq!(spec.command.spec().name, spec.name);
        }
    }

    #[test]
    fn names_are_unique_and_sentences_are_sentences() {
        for (at, spec) in COMMANDS.iter().enumerate() {
            assert!(COMMANDS.iter().skip(at + 1).all(|other| other.name != spec.name), "{}", spec.name);
            assert!(!spec.message.ends_with('.') && spec.message.contains(' '), "{}", spec.name);
            assert!(!spec.at.is_empty(), "{} is offered nowhere", spec.name);
        }
    }
}
