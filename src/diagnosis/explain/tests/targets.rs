//! Played incidents of targets: what the health check gets, and what is in its way.

use super::*;
use crate::diagnosis::explain::Confidence::{Certain, Likely, Possible};
use crate::kinds::target_health::Target;
use crate::kinds::testing_samples::*;

const TIMEOUT: (&str, &str) = ("Target.Timeout", "Request timed out");
const REFUSED: (&str, &str) = ("Target.FailedHealthChecks", "Health checks failed");

fn failing(n: u32, (reason, description): (&str, &str)) -> Target {
    target(n, "unhealthy", reason, description)
}

fn answering(code: u32) -> Shelves {
    well().with([targets([answers(5, code), answers(6, code)])])
}

pub(super) fn played_incidents() -> Vec<Played> {
    let silent = || well().with([targets([failing(5, TIMEOUT), failing(6, TIMEOUT)])]);
    let wrong_port = {
        let mut definition = definition();
        definition.containers[0].ports = vec![3000];
        well().with([definition]).with([targets([failing(5, REFUSED), failing(6, REFUSED)])])
    };
    let deployed = {
        let mut service = service();
        service.deployments[0] = deployment(118, 2, 2);
        service.deployments[0].created_at = Some(ago(9));
        service.task_definition = revision(118);
        service.events = vec![event(5, "(service Backend) has reached a steady state.")];
        well().with([service.clone()]).with([errors_alarm(4)])
    };
    let by_ci = did(9, "UpdateService Backend", &service(), "arn:aws:sts::123456789012:assumed-role/ci/github");
    let unused = target(
        5,
        "unused",
        "Target.NotInUse",
        "Target group is not configured to receive traffic from the load balancer",
    );
    let zone = target(
        5,
        "unused",
        "Target.NotInUse",
        "Target is in an Availability Zone that is not enabled for the load balancer",
    );
    let crash_in_log = {
        let running = task("a");
        let tail = log(&running, 2, &["GET /health 500", "Error: environment variable REDIS_URL is not set"]);
        answering(500).with([tail])
    };
    vec![
        played(
            "health path wrong",
            answering(404),
            ("health-check-path", Certain),
            &["Backend answers 404 on the health path /health"],
        ),
        played("health path redirects", answering(302), ("health-check-redirect", Certain), &["redirects (302)"]),
        played("host header refused", answering(400), ("health-check-host", Certain), &["Host header (400)"]),
        played(
            "login on the health path",
            answering(401),
            ("health-check-login", Certain),
            &["asks for a login (401)"],
        ),
        played(
            "matcher wrong",
            answering(204),
            ("health-check-matcher", Certain),
            &["answers 204", "the check wants 200"],
        ),
        played(
            "health port wrong",
            wrong_port,
            ("health-check-port", Certain),
            &["on port 5000, its containers have 3000"],
        ),
        played(
            "does not listen",
            well().with([targets([failing(5, REFUSED)])]),
            ("not-listening", Possible),
            &["does not listen"],
        ),
        played(
            "security group before the tasks",
            silent().with(groups(false, true)),
            ("security-group-closed", Certain),
            &["do not let the load balancer in on port 5000"],
        ),
        played(
            "application hangs",
            silent().with(groups(true, true)),
            ("application-hangs", Likely),
            &["does not answer the health check in time"],
        ),
        played(
            "timeouts with groups unread",
            silent(),
            ("security-group-closed", Possible),
            &["do not let the load balancer in"],
        ),
        Played {
            events: vec![by_ci],
            ..played(
                "deployed by CI before errors",
                deployed,
                ("deployment-before-errors", Likely),
                &[
                    "Backend revision 118, deployed 5 min before errors (5xx)",
                    "UpdateService Backend by arn:aws:sts::123456789012:assumed-role/ci/github",
                ],
            )
        },
        played("errors that the log names", crash_in_log, ("setting-missing", Certain), &["REDIS_URL is not set"]),
        played(
            "errors that nothing names",
            answering(503),
            ("health-check-error", Possible),
            &["answers 503 on /health"],
        ),
        played(
            "target group unused",
            well().with([targets([unused])]),
            ("target-group-unused", Certain),
            &["no listener rule"],
        ),
        played("zone not enabled", well().with([targets([zone])]), ("target-zone-disabled", Certain), &["zone"]),
    ]
}

#[test]
fn the_precise_line_stands_above_the_vague_one() {
    let mut task = stopped("x", 3, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group arn)");
    task.started_at = Some(ago(30));
    let world = answering(404).with([short(1, 2, 60)]).with([task]);
    let got = explained(&world, &[]);
    let rules: Vec<_> = got.findings.iter().map(|cause| cause.rule).collect();
    assert_eq!(rules, ["health-check-path"], "{got:#?}");
    assert!(got.findings[0].effects.iter().any(|effect| effect.name == "Backend"), "{got:#?}");
}
