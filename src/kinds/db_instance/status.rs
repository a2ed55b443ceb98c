//! What the status of a DB instance or cluster means: its class, for whoever judges, shows, starts or
//! stops one. The statuses are AWS's open strings; an unknown one stays unknown and is shown as it is.

use crate::world::{Assessment, Health};

/// What a status means for a reader and for whoever wants to start or stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Runs and can be stopped.
    Up,
    /// Runs or soon will, but is busy with something; a request has to wait.
    Busy,
    /// Starts.
    GoingUp,
    /// Stops.
    GoingDown,
    /// Stopped; can be started.
    Down,
    /// Runs, with something that a person has to put right.
    Limping,
    /// Down until a person puts it right.
    Blocked,
    /// Is being deleted.
    Going,
    /// A status nobody has seen.
    Unknown,
}

/// Every known status with its class and what is wrong, if anything. Instances and clusters share the list.
pub static STATUSES: &[(&str, Class, &str)] = &[
    ("available", Class::Up, ""),
    ("storage-optimization", Class::Up, "optimises its storage, fully usable"),
    ("backing-up", Class::Busy, "is being backed up"),
    ("backtracking", Class::Busy, "goes back in time"),
    ("configuring-enhanced-monitoring", Class::Busy, "changes its monitoring"),
    ("configuring-iam-database-auth", Class::Busy, "changes IAM authentication"),
    ("update-iam-db-auth", Class::Busy, "changes IAM authentication"),
    ("configuring-log-exports", Class::Busy, "changes its log exports"),
    ("converting-to-vpc", Class::Busy, "moves to a VPC"),
    ("moving-to-vpc", Class::Busy, "moves to a VPC"),
    ("creating", Class::Busy, "is being created"),
    ("failing-over", Class::Busy, "fails over"),
    ("maintenance", Class::Busy, "is under maintenance"),
    ("migrating", Class::Busy, "migrates"),
    ("modifying", Class::Busy, "is being modified"),
    ("preparing-data-migration", Class::Busy, "prepares a migration"),
    ("promoting", Class::Busy, "is being promoted"),
    ("rebooting", Class::Busy, "reboots"),
    ("renaming", Class::Busy, "is being renamed"),
    ("resetting-master-credentials", Class::Busy, "changes its master password"),
    ("scaling-storage", Class::Busy, "enlarges its storage"),
    ("scaling-compute", Class::Busy, "changes its capacity"),
    ("storage-config-upgrade", Class::Busy, "upgrades its storage"),
    ("storage-initialization", Class::Busy, "loads its storage, slower until then"),
    ("upgrading", Class::Busy, "is being upgraded"),
    ("starting", Class::GoingUp, "is starting"),
    ("stopping", Class::GoingDown, "is stopping"),
    ("stopped", Class::Down, "is stopped"),
    ("incompatible-option-group", Class::Limping, "an option of its option group cannot be applied"),
    ("failed", Class::Blocked, "restore it from a snapshot"),
    ("cloning-failed", Class::Blocked, "could not be cloned"),
    ("migration-failed", Class::Blocked, "could not be migrated"),
    ("inaccessible-encryption-credentials", Class::Blocked, "its KMS key cannot be used: restore it from a snapshot"),
    (
        "inaccessible-encryption-credentials-recoverable",
        Class::Blocked,
        "its KMS key cannot be used: put the key right and start it within 7 days",
    ),
    ("incompatible-create", Class::Blocked, "could not be created as asked"),
    ("incompatible-network", Class::Blocked, "its network does not fit: free addresses, VPC DNS, subnet group"),
    ("incompatible-parameters", Class::Blocked, "its parameters keep it from starting: put them right and reboot"),
    ("incompatible-restore", Class::Blocked, "could not be restored"),
    ("restore-error", Class::Blocked, "could not be restored"),
    ("insufficient-capacity", Class::Blocked, "AWS has no capacity for its class in this zone"),
    ("storage-full", Class::Blocked, "its storage is full: make it larger"),
    ("delete-precheck", Class::Going, "is being deleted"),
    ("deleting", Class::Going, "is being deleted"),
];

/// The class of a status.
#[must_use]
pub fn class(status: &str) -> Class {
    let unknown = if is_doing(status) { Class::Busy } else { Class::Unknown };
    STATUSES.iter().find(|(known, ..)| *known == status).map_or(unknown, |(_, class, _)| *class)
}

/// Whether a status that nobody has seen says that something is being done: `pondering`, `configuring-dreams`.
/// AWS's own are written so.
fn is_doing(status: &str) -> bool {
    let mut words = status.split('-');
    let is = |word: Option<&str>| word.is_some_and(|word| word.len() > 4 && word.ends_with("ing"));
    is(words.next()) || is(words.next_back())
}

/// What a status means, as the tail of a sentence; empty where there is nothing to say.
#[must_use]
pub fn sentence(status: &str) -> &'static str {
    STATUSES.iter().find(|(known, ..)| *known == status).map_or("", |(.., message)| *message)
}

/// How a database in that status is. Stopped is asleep, but bad where the environment is protected.
#[must_use]
pub fn judge(name: &str, status: &str, protected: bool) -> Assessment {
    let health = match class(status) {
        Class::Up => {
            return if sentence(status).is_empty() {
                Assessment::well()
            } else {
                Assessment::new(Health::Well, told(name, status))
            };
        }
        Class::Busy | Class::GoingUp => Health::Changing,
        Class::GoingDown | Class::Going if protected => Health::Worrying,
        Class::GoingDown | Class::Going => Health::Changing,
        Class::Down if protected => Health::Bad,
        Class::Down => Health::Asleep,
        Class::Limping => Health::Worrying,
        Class::Blocked => Health::Bad,
        Class::Unknown => Health::Unknown,
    };
    Assessment::new(health, told(name, status))
}

fn told(name: &str, status: &str) -> String {
    match class(status) {
        Class::Unknown => format!("database {name} has the status {status}, which toban does not know"),
        Class::Limping | Class::Blocked => format!("database {name} is {status}: {}", sentence(status)),
        _ if sentence(status).is_empty() => format!("database {name} is {status}"),
        _ => format!("database {name} {}", sentence(status)),
    }
}

/// The last days of standard support. Sources: the release calendars of RDS for MySQL (Amazon RDS User Guide, "Supported
/// MySQL major versions on Amazon RDS"), of RDS for PostgreSQL and of Aurora PostgreSQL (their release notes), as
/// endoflife.date took them from there in August 2026; for Aurora MySQL 2 (5.7) "Using Amazon RDS Extended Support" in the
/// Amazon Aurora User Guide; for Aurora MySQL 3 (8.0) the release calendar in the Aurora MySQL release notes, as
/// endoflife.date has it since May 2026. What no source could be found for is not here, and nothing is said of it.
const STANDARD_SUPPORT: &[(&str, &str, &str)] = &[
    ("mysql", "5.7", "2024-02-29"),
    ("mysql", "8.0", "2026-07-31"),
    ("mysql", "8.4", "2029-07-31"),
    ("postgres", "11", "2024-02-29"),
    ("postgres", "12", "2025-02-28"),
    ("postgres", "13", "2026-02-28"),
    ("postgres", "14", "2027-02-28"),
    ("postgres", "15", "2028-02-29"),
    ("postgres", "16", "2029-02-28"),
    ("postgres", "17", "2030-02-28"),
    ("postgres", "18", "2031-02-28"),
    ("aurora-mysql", "5.7", "2024-10-31"),
    ("aurora-mysql", "8.0", "2028-04-30"),
    ("aurora-postgresql", "11", "2024-02-29"),
    ("aurora-postgresql", "12", "2025-02-28"),
    ("aurora-postgresql", "13", "2026-02-28"),
    ("aurora-postgresql", "14", "2027-02-28"),
    ("aurora-postgresql", "15", "2028-02-29"),
    ("aurora-postgresql", "16", "2029-02-28"),
    ("aurora-postgresql", "17", "2030-02-28"),
    ("aurora-postgresql", "18", "2031-02-28"),
];

/// The major version of an engine, and the day its standard support ends.
fn standard_support(engine: &str, version: Option<&str>) -> Option<(&'static str, &'static str)> {
    let major = |parts: usize| version.map(|version| version.split('.').take(parts).collect::<Vec<_>>().join("."));
    let fits = |(of, known, _): &&(&str, &'static str, &'static str)| {
        *of == engine && major(known.split('.').count()).as_deref() == Some(*known)
    };
    STANDARD_SUPPORT.iter().find(fits).map(|(_, known, ends)| (*known, *ends))
}

/// How many days before the end of something (a certificate, an engine's support) it is told of in a note, unless the
/// configuration says otherwise.
pub const NOTES_DAYS: u32 = 60;

/// An engine, its version, and how AWS says that its extended support is set.
pub type EngineRelease<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// What is to be said of the standard support of an engine: that it ends within `days`, or that it is over.
#[must_use]
pub fn support_note(of: EngineRelease<'_>, now: jiff::Timestamp, days: u32) -> Option<String> {
    let (engine, version, lifecycle) = of;
    let soon =
        || support_left(engine, version, now).filter(|(.., left)| u32::try_from(*left).is_ok_and(|left| left <= days));
    extended_support(engine, version, lifecycle, now).or_else(|| {
        let (major, ends, left) = soon()?;
        let then = match lifecycle {
            Some("open-source-rds-extended-support-disabled") => "AWS upgrades it by itself afterwards, with a restart",
            _ => "extended support costs extra afterwards; an upgrade takes a restart",
        };
        Some(format!("standard support of {engine} {major} ends {ends}, in {left} d; {then}"))
    })
}

/// The major version of an engine, the last day of its standard support, and how many days are left of it.
#[must_use]
pub fn support_left(
    engine: &str,
    version: Option<&str>,
    now: jiff::Timestamp,
) -> Option<(&'static str, &'static str, i32)> {
    let (major, ends) = standard_support(engine, version)?;
    let day: jiff::civil::Date = ends.parse().ok()?;
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    Some((major, ends, day.since(today).ok()?.get_days()))
}

/// Whether AWS charges extra because the engine is past its standard support.
#[must_use]
pub(super) fn extended_support(
    engine: &str,
    version: Option<&str>,
    lifecycle: Option<&str>,
    now: jiff::Timestamp,
) -> Option<String> {
    let (major, ended) = standard_support(engine, version)?;
    let past = jiff::tz::TimeZone::UTC.to_datetime(now).date().to_string().as_str() > ended;
    if !past {
        return None;
    }
    Some(match lifecycle {
        Some("open-source-rds-extended-support-disabled") => {
            format!("{engine} {major} is past standard support ({ended}): AWS will upgrade it by itself")
        }
        _ => format!("{engine} {major} is past standard support ({ended}): AWS charges for extended support"),
    })
}
