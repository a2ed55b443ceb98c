//! How a job queue is judged: whether it takes jobs and has somewhere to run them, and why jobs wait in RUNNABLE.
//! Pure. Source of what holds a job: the user guide's page on jobs stuck in RUNNABLE, and its blocked-job reasons.

use jiff::SignedDuration;

use super::model::{BatchJob, BatchQueue, ComputeEnvironment};
use crate::kinds::KindContext;
use crate::text::{counted, span};
use crate::world::{Assessment, Health};

/// A job that waits longer than this in RUNNABLE is stuck: Fargate starts within a minute or two.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// What AWS calls the reason a job at the head of a queue is held for, with the same in words.
const HELD: &[(&str, &str)] = &[
    ("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", "it prompt for more CPU or memory than any compute environment has"),
    (
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
        "its compute environment's maximum of vCPUs is smaller than what it prompt for",
    ),
    ("MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS", "the service role of its compute environment lacks a permission"),
    ("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", "AWS has no capacity of that kind now"),
    ("ACTION_REQUIRED", "somebody has to act"),
];

impl BatchJob {
    /// Why it failed, in words; `None` where it did not, or nothing is told.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        if self.status != "FAILED" {
            return None;
        }
        let reason = match self.reason.as_deref() {
            Some("Essential container in task exited") => None,
            Some(reason) if reason.starts_with("Job attempt duration exceeded timeout") => {
                Some("it took longer than its definition allows".to_owned())
            }
            other => other.map(str::to_owned),
        };
        let exit = self.exit_code.map(|code| match code {
            137 => "its container was killed (exit code 137, mostly for memory)".to_owned(),
            code => format!("its container ended with exit code {code}"),
        });
        let told: Vec<String> = [self.container_reason.clone(), exit, reason].into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

impl ComputeEnvironment {
    /// What is wrong with it, in words.
    fn trouble(&self) -> Option<String> {
        let name = self.arn.last();
        if self.state.as_deref() == Some("DISABLED") {
            return Some(format!("compute environment {name} is disabled"));
        }
        let why = self.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        match self.status.as_deref() {
            Some("INVALID") => Some(format!("compute environment {name} is invalid{why}")),
            Some("DELETING" | "DELETED") => Some(format!("compute environment {name} is being deleted")),
            _ if self.most_vcpus == Some(0) => Some(format!("compute environment {name} may have no vCPU at all")),
            _ => None,
        }
    }
}

/// How it is.
pub(super) fn assess(item: &BatchQueue, cx: &KindContext<'_>) -> Assessment {
    let told = |health, why: String| Assessment::new(health, format!("job queue {} {why}", item.name));
    let stuck = stuck(item, cx);
    let troubles: Vec<String> = item.environments.iter().filter_map(ComputeEnvironment::trouble).collect();
    let nowhere = !item.environments.is_empty() && troubles.len() == item.environments.len();
    let why = |stuck: &BatchJob| {
        let held = stuck.reason.as_deref().and_then(|reason| HELD.iter().find(|(code, _)| reason.contains(code)));
        match (held, troubles.first(), &stuck.reason) {
            (Some((_, words)), ..) => (*words).to_owned(),
            (None, Some(trouble), _) => trouble.clone(),
            (None, None, Some(reason)) => reason.clone(),
            (None, None, None) => {
                "look at the compute environment's maximum of vCPUs, its subnets' way to the registry, and \
                                   what the job prompt for"
                    .to_owned()
            }
        }
    };
    if let Some(first) = stuck.first() {
        let waits = first.created_at.map(|at| span(cx.now.duration_since(at).as_secs())).unwrap_or_default();
        let jobs = counted(stuck.len(), "job");
        return told(Health::Worrying, format!("has {jobs} that cannot start, for up to {waits}: {}", why(first)));
    }
    match (item.state.as_deref(), item.status.as_deref()) {
        (_, Some("INVALID")) => {
            let why = item.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
            told(Health::Worrying, format!("is invalid{why}"))
        }
        (Some("DISABLED"), _) => Assessment::new(Health::Well, format!("job queue {} is disabled", item.name)),
        _ if nowhere => told(Health::Worrying, format!("has nowhere to run jobs: {}", troubles.join("; "))),
        _ => Assessment::well(),
    }
}

/// Jobs that wait too long to be started, oldest first.
pub(super) fn stuck<'q>(item: &'q BatchQueue, cx: &KindContext<'_>) -> Vec<&'q BatchJob> {
    let waits = |job: &&BatchJob| {
        job.status == "RUNNABLE" && job.created_at.is_some_and(|at| cx.now.duration_since(at) > PATIENCE)
    };
    let mut stuck: Vec<&BatchJob> = item.jobs.iter().filter(waits).collect();
    stuck.sort_by_key(|job| job.created_at);
    stuck
}
