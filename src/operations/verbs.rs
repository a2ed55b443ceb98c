//! Every operation by its name, with what it is for: what help, documentation and a command typed in the wrong place tell.
//! A test holds it against what the simulation offers; what an operation does stands with it.

/// One operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operation {
    /// Its name, typed after `:`.
    pub verb: &'static str,
    /// What it does, in a sentence without a full stop.
    pub message: &'static str,
    /// What it is for, in words.
    pub of: &'static str,
}

/// Every operation, in the order of the documentation.
pub static OPERATIONS: &[Operation] = &[
    Operation { verb: "sleep", message: "put all of it to sleep, databases last", of: "an environment" },
    Operation { verb: "wake", message: "wake all of it as it was, databases first", of: "an environment" },
    Operation {
        verb: "override",
        message: "keep it running, or stopped, until a time; wakes what is asleep",
        of: "an environment",
    },
    Operation {
        verb: "lease",
        message: "keep it running for some hours; ends by itself, asked again it is prolonged",
        of: "an environment",
    },
    Operation { verb: "hold", message: "change nothing by schedule until a time", of: "an environment" },
    Operation { verb: "clear", message: "remove the override and the hold", of: "an environment" },
    Operation { verb: "sync", message: "update the schedules at AWS from the configuration", of: "an environment" },
    Operation {
        verb: "migrate",
        message: "replace its rules by schedules of EventBridge Scheduler; of instances, run the recipe's migration",
        of: "an environment, a target group",
    },
    Operation {
        verb: "deploy",
        message: "deploy another image, code or commit, and watch it to its end",
        of: "a service, a function, a target group",
    },
    Operation { verb: "force", message: "replace every task, on the same revision", of: "a service, a task" },
    Operation { verb: "revision", message: "deploy an existing revision", of: "a service" },
    Operation { verb: "rollback", message: "go back to what ran before", of: "a service, a function, a target group" },
    Operation { verb: "scale", message: "set how many tasks run", of: "a service" },
    Operation { verb: "bounds", message: "set how few and how many tasks auto scaling may run", of: "a service" },
    Operation { verb: "watch", message: "watch the rollout that is on its way", of: "a service" },
    Operation {
        verb: "continue",
        message: "let a deployment that pauses go on",
        of: "a service whose deployment waits for an answer",
    },
    Operation {
        verb: "reject",
        message: "end a deployment that pauses, and go back",
        of: "a service whose deployment waits for an answer",
    },
    Operation {
        verb: "stop-rollout",
        message: "stop the deployment that is on its way, and go back",
        of: "a service that is being deployed",
    },
    Operation {
        verb: "enable-exec",
        message: "turn ECS Exec on, so that tasks can be entered; replaces them",
        of: "a service",
    },
    Operation {
        verb: "mute",
        message: "mute it, or all alarms of the environment, until a time",
        of: "an alarm, an environment",
    },
    Operation { verb: "unmute", message: "take back the muting by hand", of: "an alarm, an environment" },
    Operation { verb: "run", message: "run it now, by hand, and watch it", of: "a job" },
    Operation { verb: "snapshot", message: "take a snapshot of the database now", of: "a database's backups" },
    Operation { verb: "start", message: "start it, and wait until it is up", of: "a database, an instance" },
    Operation {
        verb: "stop",
        message: "stop it, and wait until it is stopped; of a task, until its service has another",
        of: "a database, an instance, a task",
    },
    Operation { verb: "reboot", message: "reboot it, and wait until it is back", of: "a database, an instance" },
    Operation {
        verb: "failover",
        message: "let its standby, or a reader of the cluster, take over",
        of: "a database with a standby, a DB cluster",
    },
];

/// The operation of that name.
#[must_use]
pub fn operation(verb: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.verb == verb)
}
