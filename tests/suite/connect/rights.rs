//! What IAM denies, told before anyone waits: by `doctor`, and by `connect` and `tunnel`, which then open
//! nothing.

use std::process::Command;

use serde_json::{Value, json};

use super::Site;
use super::tunnels::{Held, database};

const ME: &str = "arn:aws:sts::123456789012:assumed-role/ops/ann";

/// An answer of the simulator: every one of `actions` on every of `on`, decided so.
fn decided(actions: &[&str], on: &[&str], decision: &str) -> Value {
    let one = |action: &&str| {
        on.iter()
            .map(|on| json!({"EvalActionName": action, "EvalResourceName": on, "EvalDecision": decision}))
            .collect::<Vec<_>>()
    };
    let all: Vec<Value> = actions.iter().flat_map(one).collect();
    json!({"EvaluationResults": all, "IsTruncated": false})
}

/// A caller who may start sessions, but not open their channels.
fn shut_out(context: &Site) {
    let role = json!({"Role": {
        "Path": "/team/", "RoleName": "ops", "RoleId": "AROA0123456789ABCDEF", "Arn": "arn:aws:iam::123456789012:role/team/ops",
        "CreateDate": "2026-01-01T00:00:00Z",
    }});
    let session = "arn:aws:ssm:ap-northeast-1:123456789012:session/ann-0";
    let simulate = |matches: Value, answer: Value| json!({"service": "iam", "operation": "SimulatePrincipalPolicy", "match": matches, "answer": answer});
    let who = json!({"UserId": "AROA0123456789ABCDEF:ann", "Account": "123456789012", "Arn": ME});
    let status = context.run(&["status", "--json", "kajimaru"]);
    let status: Value = serde_json::from_str(&status.out).expect("JSON");
    let instances = status["environments"][0]["instances"].as_array().cloned().unwrap_or_default();
    let mut scripts = vec![
        json!({"service": "sts", "operation": "GetCallerIdentity", "answer": who}),
        json!({"service": "iam", "operation": "GetRole", "match": {"RoleName": "ops"}, "answer": role}),
        simulate(
            json!({"ActionNames": "ssmmessages:OpenDataChannel", "PolicySourceArn": "role/team/ops"}),
            decided(
                &["ssmmessages:OpenDataChannel", "ssm:ResumeSession", "ssm:TerminateSession"],
                &[session],
                "implicitDeny",
            ),
        ),
    ];
    for instance in instances {
        let id = instance["id"].as_str().expect("an id");
        let arn = format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{id}");
        scripts.push(simulate(json!({"ResourceArns": id}), decided(&["ssm:StartSession"], &[&arn], "allowed")));
    }
    let document = "arn:aws:ssm:ap-northeast-1::document/AWS-StartPortForwardingSessionToRemoteHost";
    scripts.push(simulate(
        json!({"ResourceArns": ":document/"}),
        decided(&["ssm:StartSession"], &[document], "implicitDeny"),
    ));
    let preferences = r#"{"inputs":{"kmsKeyId":"","cloudWatchLogGroupName":"","idleSessionTimeout":"30"}}"#;
    scripts.push(json!({
        "service": "ssm", "operation": "GetDocument", "match": {"Name": "SSM-SessionManagerRunShell"},
        "answer": {"Name": "SSM-SessionManagerRunShell", "Content": preferences, "DocumentFormat": "JSON"},
    }));
    context.peer.script(&Value::Array(scripts));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_iam_denies_is_told_before_anyone_waits() {
    let context = Site::with(&["kajimaru"]).await;
    shut_out(&context);
    let doctor = context.run(&["doctor", "kajimaru"]);
    for line in [
        "shell in instance kajimaru-ec2-01",
        "may open its channel: your policies do not allow ssmmessages:OpenDataChannel",
        "→ allow it on arn:aws:ssm:*:*:session/*; `toban policy --operator` prints the statement",
        "may resume it: your policies do not allow ssm:ResumeSession",
        "takes a tunnel through it",
    ] {
        assert!(doctor.out.contains(line), "{line} in\n{}", doctor.out);
    }
    let refused = context.run(&["connect", "kajimaru/kajimaru-ec2-01", "--", "true"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    for line in [
        "● may open it: ssm:StartSession is allowed",
        "✗ may open its channel",
        "! may end it",
        "● time limits: it ends after 30 idle minutes",
    ] {
        assert!(refused.err.contains(line), "{line} in\n{}", refused.err);
    }
    let [database] = &context.databases("kajimaru/")[..] else { panic!("one database") };
    let refused = context.run(&["tunnel", database]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    for line in [
        "✗ may open it: your policies do not allow ssm:StartSession on the document \
         AWS-StartPortForwardingSessionToRemoteHost",
        "→ allow it for ann on arn:aws:ssm:ap-northeast-1::document/AWS-StartPortForwardingSessionToRemoteHost",
        "✗ may open its channel",
    ] {
        assert!(refused.err.contains(line), "{line} in\n{}", refused.err);
    }
    assert!(context.gateway.calls().is_empty(), "no session was opened: {:?}", context.gateway.calls());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_ask_iam_is_not_kept_out() {
    let context = Site::with(&["kajimaru"]).await;
    let denied = json!({"code": "AccessDenied", "message": "User is not authorized to perform this", "status": 403});
    let scripts = [("iam", "SimulatePrincipalPolicy"), ("iam", "GetRole"), ("ssm", "GetDocument")]
        .map(|(service, operation)| json!({"service": service, "operation": operation, "error": denied}));
    let who = json!({"UserId": "AROA0123456789ABCDEF:ann", "Account": "123456789012", "Arn": ME});
    context.peer.script(&json!({"service": "sts", "operation": "GetCallerIdentity", "answer": who}));
    context.peer.script(&Value::Array(scripts.to_vec()));
    let done = context.run(&["connect", "kajimaru/kajimaru-ec2-01", "--", "echo in"]);
    assert_eq!((done.code, done.out.as_str()), (Some(0), "in\n"), "{}", done.err);
    context.gateway.databases(database());
    let [name] = &context.databases("kajimaru/")[..] else { panic!("one database") };
    let held = tokio::task::block_in_place(|| {
        let mut command = Command::new(crate::support::said::program());
        command.env_clear().envs(context.env()).args(["tunnel", "--json", name]);
        let held = Held::open(command);
        assert_eq!(held.ask("in\n", "\n"), "IN\n");
        held.leave("-TERM")
    });
    assert_eq!(held.code, Some(0), "{}", held.err);
    let doctor = context.run(&["doctor", "kajimaru"]);
    assert!(doctor.out.contains("● ok   shell in instance kajimaru-ec2-01"), "{}", doctor.out);
    assert!(doctor.out.contains("your permissions: not checked, for IAM was not asked"), "{}", doctor.out);
    assert!(doctor.out.contains("Session Manager's preferences could not be read"), "{}", doctor.out);
}
