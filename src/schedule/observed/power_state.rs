//! What an observed status means for sleeping and waking: the words of RDS, ECS counts and EC2 states as
//! one of a few situations. Pure; an unknown word stays what it is and never becomes a guess.

/// Where something is on its way between down and up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Actual {
    /// Up.
    Up,
    /// Down.
    Down,
    /// On its way up.
    GoingUp,
    /// On its way down.
    GoingDown,
    /// Occupied with something else.
    Busy {
        /// Whether it serves meanwhile.
        serving: bool,
        /// Whether a stop may be tried all the same.
        try_stop: bool,
        /// The status.
        status: String,
    },
    /// Needs a person.
    Blocked {
        /// The status.
        status: String,
        /// Whether it serves all the same.
        serving: bool,
        /// Whether a start is the cure, once its cause is repaired.
        start_cures: bool,
    },
    /// Gone, or on its way out.
    Gone,
    /// A word nobody has seen.
    Unknown {
        /// The word.
        status: String,
    },
}

impl Actual {
    /// Whether nothing is moving: a verdict on it is not premature.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        !matches!(self, Self::GoingUp | Self::GoingDown | Self::Busy { .. })
    }

    /// Whether it is known to be up or to serve.
    #[must_use]
    pub const fn is_serving(&self) -> bool {
        matches!(self, Self::Up | Self::Busy { serving: true, .. } | Self::Blocked { serving: true, .. })
    }
}

fn busy(status: &str, serving: bool) -> Actual {
    Actual::Busy { serving, try_stop: false, status: status.to_owned() }
}

fn blocked(status: &str) -> Actual {
    Actual::Blocked { status: status.to_owned(), serving: false, start_cures: false }
}

/// DBInstanceStatus. The list is from the RDS user guide ("Viewing Amazon RDS DB instance status").
#[must_use]
pub fn of_db_instance(status: &str) -> Actual {
    match status {
        "available" => Actual::Up,
        "stopped" => Actual::Down,
        "starting" => Actual::GoingUp,
        "stopping" => Actual::GoingDown,
        // Fully operational, though the word is not `available`; may last for hours, and a stop may be refused.
        "storage-optimization" => Actual::Busy { serving: true, try_stop: true, status: status.to_owned() },
        "backing-up"
        | "backtracking"
        | "configuring-enhanced-monitoring"
        | "configuring-iam-database-auth"
        | "configuring-log-exports"
        | "maintenance"
        | "storage-config-upgrade"
        | "storage-initialization" => busy(status, true),
        "converting-to-vpc"
        | "creating"
        | "modifying"
        | "moving-to-vpc"
        | "rebooting"
        | "renaming"
        | "resetting-master-credentials"
        | "upgrading" => busy(status, false),
        "scaling-storage" | "scaling-compute" => busy(status, true),
        "deleting" | "delete-precheck" | "deleted" => Actual::Gone,
        "inaccessible-encryption-credentials-recoverable" => {
            Actual::Blocked { status: status.to_owned(), serving: false, start_cures: true }
        }
        "incompatible-option-group" => Actual::Blocked { status: status.to_owned(), serving: true, start_cures: false },
        "failed"
        | "inaccessible-encryption-credentials"
        | "incompatible-create"
        | "incompatible-network"
        | "incompatible-parameters"
        | "incompatible-restore"
        | "insufficient-capacity"
        | "restore-error"
        | "storage-full" => blocked(status),
        // Whatever it is, it is being done: there is something to wait for.
        other if other.split('-').any(|word| word.len() > 4 && word.ends_with("ing")) => busy(status, false),
        _ => Actual::Unknown { status: status.to_owned() },
    }
}

/// Status of a DB cluster. The list is from the Aurora user guide ("Viewing DB cluster status").
/// It is up only when its writer is too: a cluster may be `available` while members still start.
#[must_use]
pub fn of_db_cluster(status: &str, writer: Option<&str>) -> Actual {
    match status {
        "available" => match writer.map(of_db_instance) {
            None | Some(Actual::Up) => Actual::Up,
            Some(Actual::GoingUp) => Actual::GoingUp,
            Some(writer_is) => writer_is,
        },
        "failing-over" | "promoting" => busy(status, false),
        "migrating" | "preparing-data-migration" => busy(status, false),
        "update-iam-db-auth" => busy(status, true),
        "cloning-failed" | "migration-failed" => blocked(status),
        other => of_db_instance(other),
    }
}

/// Counts of an ECS service.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tasks {
    /// Wanted.
    pub desired: u32,
    /// Running.
    pub running: u32,
    /// Pending.
    pub pending: u32,
    /// Whether a deployment is in progress.
    pub deploying: bool,
    /// Whether it is ready in the way its member asks for (targets healthy); running alone when that is enough.
    pub ready: bool,
}

/// A service: down when nothing is wanted, runs or is pending; up when all that is wanted runs and is ready.
#[must_use]
pub fn of_service(tasks: Tasks) -> Actual {
    match tasks {
        Tasks { desired: 0, running: 0, pending: 0, .. } => Actual::Down,
        Tasks { desired: 0, .. } => Actual::GoingDown,
        Tasks { deploying: true, desired, running, .. } => {
            Actual::Busy { serving: running >= desired, try_stop: false, status: "deployment in progress".to_owned() }
        }
        Tasks { desired, running, ready: true, .. } if running == desired => Actual::Up,
        _ => Actual::GoingUp,
    }
}

/// State of an EC2 instance.
#[must_use]
pub fn of_ec2_instance(state: &str) -> Actual {
    match state {
        "running" => Actual::Up,
        "stopped" => Actual::Down,
        "pending" => Actual::GoingUp,
        "stopping" => Actual::GoingDown,
        "shutting-down" | "terminated" => Actual::Gone,
        _ => Actual::Unknown { status: state.to_owned() },
    }
}
