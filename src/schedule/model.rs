//! The schedule itself and what may stand above it for a while: override, hold, protection.
//! Plain data and its checks; what follows from it for an instant is decided in `desired_state.rs`.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::calendar::error::ScheduleError;
use super::calendar::holidays::Calendar;
use super::calendar::period::{Period, StopAt};
use super::calendar::time_of_day::ClockTime;

/// What a schedule may do by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// Acts at edges only: what somebody does between them stands until the next one.
    #[default]
    Edge,
    /// Also puts right what has drifted for longer than a grace.
    Enforce,
    /// Only stops; people start by hand.
    StopOnly,
}

impl Mode {
    /// Its word in the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Enforce => "enforce",
            Self::StopOnly => "stop-only",
        }
    }

    /// The mode called `word`.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Edge, Self::Enforce, Self::StopOnly].into_iter().find(|mode| mode.word() == word)
    }
}

/// What a holiday does to the periods that start on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum HolidayPolicy {
    /// They do not take place. A period that began the evening before runs to its end.
    #[default]
    Off,
    /// They do; the holiday is only shown.
    Ignore,
}

/// A calendar and what it is used for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holidays {
    /// The days.
    pub calendar: Calendar,
    /// What they do.
    pub policy: HolidayPolicy,
}

/// Whether the stop is repeated on days that are off already.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Guard {
    /// No.
    #[default]
    None,
    /// At the latest `to`, every day: catches what was woken on a Saturday, and what AWS started after seven days.
    Daily,
}

/// When something should be up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The zone its times are in.
    pub zone: TimeZone,
    /// What it may do.
    pub mode: Mode,
    /// When to be up (`edge`, `enforce`).
    pub on: Vec<Period>,
    /// When to stop (`stop-only`).
    pub stop: Vec<StopAt>,
    /// Days off.
    pub holidays: Option<Holidays>,
    /// Whether to repeat the stop.
    pub guard: Guard,
    /// How long before a period to issue the start.
    pub start_lead: SignedDuration,
    /// How long to keep trying an edge against a busy resource.
    pub retry_window: SignedDuration,
    /// How late an edge may still be executed.
    pub late_window: SignedDuration,
    /// The longest override.
    pub max_override: SignedDuration,
    /// The time of day no override outlives.
    pub override_hard_end: Option<ClockTime>,
}

impl Schedule {
    /// A schedule in edge mode with the usual lengths (lead 15 min, windows 60 min, override 6 h) and nothing in it.
    #[must_use]
    pub fn new(name: impl Into<String>, zone: TimeZone) -> Self {
        Self {
            name: name.into(),
            zone,
            mode: Mode::Edge,
            on: Vec::new(),
            stop: Vec::new(),
            holidays: None,
            guard: Guard::None,
            start_lead: SignedDuration::from_mins(15),
            retry_window: SignedDuration::from_mins(60),
            late_window: SignedDuration::from_mins(60),
            max_override: SignedDuration::from_hours(6),
            override_hard_end: None,
        }
    }

    /// Whether its parts make sense together.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self) -> Result<(), ScheduleError> {
        let name = || self.name.clone();
        match self.mode {
            Mode::Edge | Mode::Enforce if self.on.is_empty() => return Err(ScheduleError::NothingOn(name())),
            Mode::Edge | Mode::Enforce if !self.stop.is_empty() => {
                return Err(ScheduleError::StopOutsideStopOnly(name()));
            }
            Mode::StopOnly if !self.on.is_empty() => return Err(ScheduleError::OnInStopOnly(name())),
            Mode::StopOnly if self.stop.is_empty() => return Err(ScheduleError::NothingStops(name())),
            Mode::Edge | Mode::Enforce | Mode::StopOnly => {}
        }
        let lengths = [
            ("start_lead", self.start_lead),
            ("retry_window", self.retry_window),
            ("late_window", self.late_window),
            ("max_override", self.max_override),
        ];
        if let Some((key, _)) = lengths.into_iter().find(|(_, length)| length.is_negative()) {
            return Err(ScheduleError::Negative { schedule: name(), key });
        }
        self.zone.iana_name().map(|_| ()).ok_or_else(|| ScheduleError::NamelessZone(name()))
    }
}

/// Running or stopped: what a person can ask for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TargetState {
    /// Up.
    Running,
    /// Down.
    Stopped,
}

impl TargetState {
    /// Its word in tags and commands.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
        }
    }

    /// The state called `word`.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Running, Self::Stopped].into_iter().find(|keep| keep.word() == word)
    }
}

/// A person's wish above the schedule, with an end: "keep running until 23:30".
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Override {
    /// What instead.
    pub state: TargetState,
    /// Live while the time is before this.
    pub until: Timestamp,
    /// Who asked.
    pub by: String,
    /// Why; not kept in the tag.
    pub reason: Option<String>,
}

/// "Leave it exactly as it is": a vacation, an incident. It ends too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    /// How it is.
    pub state: TargetState,
    /// Live while the time is before this.
    pub until: Timestamp,
    /// Who asked.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
}

/// What stands above the schedule of one environment now.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Exceptions {
    /// Never touched at all.
    pub protect: bool,
    /// The override, live or over.
    pub over: Option<Override>,
    /// The hold, live or over.
    pub hold: Option<Hold>,
}

/// What a schedule does to a resource.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PowerAction {
    /// Bring it down.
    Stop,
    /// Bring it up.
    Start,
}

impl PowerAction {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
        }
    }
}

/// The kinds of member that can sleep.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MemberKind {
    /// A DB instance on its own.
    RdsInstance,
    /// A DB cluster.
    RdsCluster,
    /// An EC2 instance.
    Ec2Instance,
    /// An ECS service.
    EcsService,
}

impl MemberKind {
    /// Its word in the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::RdsInstance => "rds-instance",
            Self::RdsCluster => "rds-cluster",
            Self::Ec2Instance => "ec2-instance",
            Self::EcsService => "ecs-service",
        }
    }

    /// The kind called `word`.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::RdsInstance, Self::RdsCluster, Self::Ec2Instance, Self::EcsService]
            .into_iter()
            .find(|kind| kind.word() == word)
    }

    /// Where it stands in a wake when nobody says: databases, then instances, then services.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::RdsInstance | Self::RdsCluster => 1,
            Self::Ec2Instance => 2,
            Self::EcsService => 3,
        }
    }

    /// Whether it is a database.
    #[must_use]
    pub const fn is_database(self) -> bool {
        matches!(self, Self::RdsInstance | Self::RdsCluster)
    }
}

/// How many tasks a service wakes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum WakeDesired {
    /// As many as it had.
    #[default]
    Remembered,
    /// This many.
    Count(u32),
}

/// When a service counts as up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ready {
    /// All its tasks run.
    Running,
    /// Its targets are healthy too.
    #[default]
    TargetHealthy,
}

/// One member of an environment that sleeps and wakes with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// What it is.
    pub kind: MemberKind,
    /// Its identifier.
    pub id: String,
    /// Cluster of a service.
    pub cluster: Option<String>,
    /// Wake goes up the stages, sleep down; each waits for the one before.
    pub stage: u8,
    /// How many tasks a service wakes to.
    pub wake_desired: WakeDesired,
    /// When a service counts as up.
    pub ready: Ready,
}

impl Member {
    /// A member in the stage its kind suggests.
    #[must_use]
    pub fn new(kind: MemberKind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            cluster: None,
            stage: kind.rank(),
            wake_desired: WakeDesired::default(),
            ready: Ready::default(),
        }
    }

    /// Its place in a wake: by stage, and inside one stage databases before instances before services.
    #[must_use]
    pub const fn order(&self) -> (u8, u8) {
        (self.stage, self.kind.rank())
    }

    /// `prooflink-dev-cluster/prooflink-dev-service`, or its id.
    #[must_use]
    pub fn label(&self) -> String {
        self.cluster.as_ref().map_or_else(|| self.id.clone(), |cluster| format!("{cluster}/{}", self.id))
    }
}
