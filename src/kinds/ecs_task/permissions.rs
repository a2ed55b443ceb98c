//! What ECS Exec into a task takes: the caller's rights, the task role's, and what the cluster wants of its sessions.
//! Pure.

use super::model::Task;
use crate::kinds::KindContext;
use crate::kinds::ecs_cluster::{Cluster, Exec, Logging};
use crate::kinds::iam_simulation::permissions::{Asking, Opening, caller, data_key, document, key_arn};
use crate::kinds::iam_simulation::{Decision, Question};
use crate::kinds::session_settings::requirements;
use crate::kinds::task_definition::TaskDefinition;
use crate::ssm::preflight::{Line, Rights};
use crate::ssm::start_request::TO_REMOTE_HOST;
use crate::world::Arn;

/// What the agent in a task does with its role.
const AGENT: [&str; 4] = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];
/// What it does besides where sessions are logged to a log group of the cluster's choice.
const GROUP: [&str; 4] =
    ["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"];
/// The same for a bucket.
const BUCKET: [&str; 2] = ["s3:GetEncryptionConfiguration", "s3:PutObject"];
const DECRYPT: &str = "kms:Decrypt";

/// The rights that sessions in `item` take.
pub(super) fn rights(item: &Task, cx: &KindContext<'_>) -> Rights {
    let mut asking = Asking::new(cx);
    let me = cx.world.identity(cx.scope).map(|who| who.arn.clone());
    let (task, cluster) = (item.arn.to_string(), item.cluster.to_string());
    let tunnel = "a tunnel through it";
    let besides = me.as_ref().map(|me| vec![(task.clone(), tunnel), (document(cx, me, TO_REMOTE_HOST), tunnel)]);
    let besides = besides.unwrap_or_default();
    caller(&mut asking, &Opening { operation: "ecs:ExecuteCommand", on: vec![task, cluster], besides });
    let exec = cx.world.by_key::<Cluster>(cx.scope, item.cluster.as_str()).map(|cluster| &cluster.exec);
    role(&mut asking, item, cx, exec);
    match exec {
        None => asking.tell(Line::unknown("encryption", "its cluster was not read")),
        Some(exec) => settings(&mut asking, cx, exec),
    }
    asking.rights
}

/// What the cluster's executeCommandConfiguration means.
fn settings(asking: &mut Asking<'_, '_>, cx: &KindContext<'_>, exec: &Exec) {
    match &exec.key {
        Some(key) => data_key(asking, key),
        None => asking.tell(Line::holds("encryption", "TLS; the cluster names no KMS key for ECS Exec")),
    }
    let Logging::Override { group, encrypted_group, bucket, encrypted_bucket } = &exec.logging else { return };
    if let Some(name) = group {
        requirements::log_group(asking, cx, name, *encrypted_group);
    }
    if let Some(name) = bucket {
        requirements::bucket(asking, name, *encrypted_bucket);
    }
}

/// What the task role may do of what the agent does with it.
fn role(asking: &mut Asking<'_, '_>, item: &Task, cx: &KindContext<'_>, exec: Option<&Exec>) {
    const WHAT: &str = "task role may";
    let definition = cx.world.by_key::<TaskDefinition>(cx.scope, item.task_definition.as_str());
    // That there is none, or none known, is told by the task's own checklist.
    let Some(role) = definition.and_then(|definition| definition.task_role.as_ref()) else { return };
    let mut actions: Vec<&str> = AGENT.to_vec();
    if let Some(Logging::Override { group, bucket, .. }) = exec.map(|exec| &exec.logging) {
        actions.extend(group.iter().flat_map(|_| GROUP));
        actions.extend(bucket.iter().flat_map(|_| BUCKET));
    }
    let question = Question::new(role, &actions, &["*".to_owned()]);
    let line = match asking.answer(&question) {
        None => Line::unknown(WHAT, "what its agent needs: not asked of IAM yet"),
        Some(answer) => match &answer.answer {
            Err(why) => Line::unknown(WHAT, format!("what its agent needs: not checked, for IAM was not asked: {why}")),
            Ok(_) => {
                let denied = |group: &[&'static str]| {
                    group
                        .iter()
                        .filter(|action| answer.may(action, |_| true) == Decision::No)
                        .copied()
                        .collect::<Vec<_>>()
                };
                let (agent, logs) = (denied(&AGENT), [denied(&GROUP), denied(&BUCKET)].concat());
                let allow = |missing: &[&str]| format!("allow {} for the role {}", missing.join(", "), role.last());
                let unsure = actions.iter().find_map(|action| match answer.may(action, |_| true) {
                    Decision::Unknown(why) => Some(format!("{action}: not certain, for {why}")),
                    Decision::Yes | Decision::No => None,
                });
                match (agent.as_slice(), logs.as_slice(), unsure) {
                    ([], [], None) => Line::holds(WHAT, "all that its agent needs"),
                    ([], [], Some(unsure)) => Line::unknown(WHAT, unsure),
                    ([], missing, _) => Line::lacks(
                        WHAT,
                        // A log group's or bucket's own name may be allowed where everything is not.
                        format!("not {} on everything: sessions may not be logged", missing.join(", ")),
                        format!("{}, on where the cluster logs to", allow(missing)),
                    ),
                    (missing, _, _) => {
                        Line::fails(WHAT, format!("not {}", missing.join(", ")), format!("{}, on *", allow(missing)))
                    }
                }
            }
        },
    };
    asking.tell(line);
    if let Some(key) = exec.and_then(|exec| exec.key.as_deref()) {
        decrypts(asking, cx, role, key);
    }
}

/// Whether the task role can use the key that encrypts its sessions; the key's own policy may let it.
fn decrypts(asking: &mut Asking<'_, '_>, cx: &KindContext<'_>, role: &Arn, key: &str) {
    const WHAT: &str = "task role decrypts";
    let Some(on) = key_arn(cx, role, key) else {
        return asking.tell(Line::unknown(WHAT, format!("it needs {DECRYPT} on {key}")));
    };
    let question = Question::new(role, &[DECRYPT], &[on]);
    let line = match asking.answer(&question).map(|answer| answer.may(DECRYPT, |_| true)) {
        Some(Decision::Yes) => Line::holds(WHAT, format!("{DECRYPT} on {key} is allowed")),
        Some(Decision::No) => Line::lacks(
            WHAT,
            format!("its policies do not allow {DECRYPT} on {key}: the handshake fails unless the key's own does"),
            format!("allow {DECRYPT} on {key} for the role {}", role.last()),
        ),
        Some(Decision::Unknown(why)) => Line::unknown(WHAT, format!("{DECRYPT} on {key}: not certain, for {why}")),
        None => Line::unknown(WHAT, format!("{DECRYPT} on {key}: not asked of IAM yet")),
    };
    asking.tell(line);
}
