//! Played incidents of tasks: they do not start, or they end.

use super::*;
use crate::diagnosis::explain::Confidence::{Certain, Likely};
use crate::kinds::ecs_service::{Breaker, Service};
use crate::kinds::subnet::WayOut;
use crate::kinds::testing_samples::*;
use crate::timeline::EventKind;

const TAG: &str = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref 123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/city-backend:latest: not found";
const ROUTE: &str = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref x: dial tcp 3.112.64.1:443: i/o timeout";
const PLATFORM: &str =
    "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'";

/// A service of which no task starts, for that reason.
fn unstartable(reason: &str) -> Shelves {
    well().with([short(0, 2, 10)]).with([unstarted("x", 4, reason), unstarted("y", 8, reason)]).with([targets([])])
}

/// A service whose tasks end with that code, having written these lines.
fn crashing(code: i32, lines: &[&str]) -> Shelves {
    let task = ended("x", 4, code);
    let tail = log(&task, 4, lines);
    well().with([short(1, 2, 10)]).with([task]).with([tail]).with([targets([answers(5, 502), healthy(6)])])
}

fn in_trouble(message: &str) -> Shelves {
    let mut service = Service { running: 1, ..service() };
    service.events.insert(0, event(5, message));
    well().with([service])
}

pub(super) fn played_incidents() -> Vec<Played> {
    let oom = well()
        .with([short(2, 4, 7)])
        .with([killed("a", 3), killed("b", 5), killed("c", 6)])
        .with([targets([healthy(5), answers(6, 502), answers(7, 502)])])
        .with([errors_alarm(4)]);
    let deployed = Event::new(ago(7), EventKind::Deployment, "ecs:DescribeServices", "revision 118 deployed")
        .about(Resource::id(&service(), &scope()), "Backend")
        .by(Some("arn:aws:sts::123456789012:assumed-role/ci/deploy".to_owned()));
    let mut all = vec![Played {
        events: vec![deployed],
        ..played(
            "out of memory after a deployment",
            oom,
            ("task-out-of-memory", Certain),
            &[
                "Backend of revision 118 runs out of memory",
                "OutOfMemoryError",
                "revision 118 deployed by arn:aws:sts::123456789012:assumed-role/ci/deploy",
            ],
        )
    }];
    all.push({
        // The program's own last words and AWS's are of one thing.
        let task = killed("a", 3);
        let words =
            log(&task, 3, &["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"]);
        let world = well().with([short(2, 4, 7)]).with([task]).with([words]).with([definition()]);
        played(
            "out of memory, and the program says so too",
            world,
            ("task-out-of-memory", Certain),
            &["runs out of memory", "JavaScript heap out of memory"],
        )
    });
    let spot = {
        let gone = |id: &str| stopped(id, 6, "SpotInterruption", "Your Spot Task was interrupted.");
        well().with([Service { running: 1, desired: 4, ..service() }]).with([gone("a"), gone("b"), gone("c")])
    };
    let host = {
        let gone = stopped("a", 6, "TerminationNotice", "Host EC2 (instance i-0123456789abcdef0) terminated.");
        well().with([Service { running: 1, ..service() }]).with([gone])
    };
    let by_hand = {
        let gone = stopped("a", 2, "UserInitiated", "Task stopped by user");
        well().with([Service { running: 0, ..service() }]).with([gone]).with([targets([])])
    };
    let grace = {
        let mut task =
            stopped("x", 3, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group arn)");
        task.started_at = Some(ago(4));
        let mut service = short(1, 2, 20);
        service.grace_seconds = Some(0);
        well().with([service]).with([task])
    };
    let health = {
        let task = stopped("x", 3, "ServiceSchedulerInitiated", "Task failed container health checks");
        let mut definition = definition();
        definition.containers[0].health_command = vec!["CMD-SHELL".to_owned(), "curl -f http://localhost/".to_owned()];
        well().with([short(1, 2, 20)]).with([task]).with([definition])
    };
    let breaker = {
        let mut service = service();
        service.breaker = Some(Breaker { enabled: true, rollback: true });
        service.deployments[0] = rolling(117, 1, 2, 4);
        service.running = 1;
        service.events.insert(0, event(4, "(service Backend) rolling back to deployment ecs-svc/117."));
        service.events.insert(
            0,
            event(5, "(service Backend) (deployment ecs-svc/118) deployment failed: tasks failed to start."),
        );
        well().with([service])
    };
    let alarm_rollback = {
        let mut service = service();
        service.deployments[0] = rolling(117, 1, 2, 4);
        service.running = 1;
        service.events.insert(0, event(4, "(service Backend) rolling back to deployment ecs-svc/117."));
        let deployment = crate::kinds::service_deployment::ServiceDeployment {
            arn: crate::world::Arn::from(
                "arn:aws:ecs:ap-northeast-1:123456789012:service-deployment/city-prod/Backend/d1",
            ),
            service: service.arn.clone(),
            status: "ROLLBACK_IN_PROGRESS".to_owned(),
            reason: Some("Service deployment rolled back because of a CloudWatch alarm: backend-5xx".to_owned()),
            stage: None,
            created_at: Some(ago(9)),
            finished_at: None,
            revision: None,
            task_definition: Some(revision(118)),
            images: Vec::new(),
            progress: crate::kinds::service_deployment::DeploymentProgress::default(),
            rollback: Some("Alarm backend-5xx went into the state ALARM".to_owned()),
            failures: None,
            threshold: None,
        };
        well().with([service]).with([deployment])
    };
    all.extend([
        played(
            "image tag missing",
            unstartable(TAG).with([repository("v9", "amd64")]),
            ("image-tag-missing", Certain),
            &["tag not found (city-backend:latest)", "has no tag latest; its newest is v9"],
        ),
        played(
            "image tag pushed since",
            unstartable(TAG).with([repository("latest", "amd64")]),
            ("image-tag-missing", Likely),
            &["tag not found"],
        ),
        played("registry without a look into it", unstartable(TAG), ("image-tag-missing", Likely), &["tag not found"]),
        played(
            "architecture wrong",
            unstartable(PLATFORM).with([repository("latest", "arm64")]),
            ("image-architecture", Certain),
            &["built for another processor", "is made for arm64, the task wants amd64"],
        ),
        played(
            "architecture wrong at run time",
            crashing(1, &["exec /usr/local/bin/serve: exec format error"]),
            ("image-architecture", Certain),
            &["exec format error"],
        ),
        played(
            "registry not reachable",
            unstartable(ROUTE).with([subnet(200, WayOut::None)]),
            ("registry-unreachable", Certain),
            &["no route to the registry", "has no default route"],
        ),
        played(
            "role may not pull",
            unstartable("CannotPullContainerError: denied: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: ecr:BatchGetImage on resource: y"),
            ("image-not-allowed", Certain),
            &["the execution role may not read the repository"],
        ),
        played(
            "repository missing",
            unstartable("CannotPullContainerError: denied: requested access to the resource is denied"),
            ("image-repository-missing", Certain),
            &["no such repository"],
        ),
        played(
            "registry limit",
            unstartable("CannotPullContainerError: toomanyrequests: You have reached your pull rate limit"),
            ("registry-limit", Certain),
            &["pull limit"],
        ),
        played(
            "secret missing",
            unstartable("ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can’t find the specified secret."),
            ("secret-missing", Certain),
            &["no such secret, version or key"],
        ),
        played(
            "key of a secret missing",
            unstartable("ResourceInitializationError: unable to pull secrets or registry auth: retrieved secret from Secrets Manager did not contain json key PASSWORD"),
            ("secret-missing", Certain),
            &["no such secret, version or key"],
        ),
        played(
            "secret not allowed",
            unstartable("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: AccessDeniedException: User: x is not authorized to perform: secretsmanager:GetSecretValue"),
            ("secret-not-allowed", Certain),
            &["secrets cannot be read: the execution role may not"],
        ),
        played(
            "secrets not reachable",
            unstartable("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 5 time(s): context deadline exceeded")
                .with([subnet(200, WayOut::Blackhole("nat-1".to_owned()))]),
            ("secret-unreachable", Certain),
            &["leads to nat-1, which is gone"],
        ),
        played(
            "log group missing",
            unstartable("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: ResourceNotFoundException: The specified log group does not exist."),
            ("log-group-missing", Certain),
            &["its log group is missing"],
        ),
        played(
            "subnet full",
            unstartable("RESOURCE:ENI").with([subnet(0, WayOut::Internet)]),
            ("subnet-full", Certain),
            &["0 free addresses in subnet-a"],
        ),
        played(
            "command missing",
            unstartable("CannotStartContainerError: failed to create task: exec: \"serve\": executable file not found in $PATH"),
            ("command-missing", Certain),
            &["its command is not in the image"],
        ),
        played(
            "crash with its last line",
            crashing(1, &["server starting", "TypeError: Cannot read properties of undefined (reading 'id')"]),
            ("application-crash", Certain),
            &["app exited with code 1", "it wrote last: TypeError: Cannot read properties of undefined"],
        ),
        played(
            "crash without a log",
            well().with([short(1, 2, 10)]).with([ended("x", 4, 1)]),
            ("application-crash", Likely),
            &["app exited with code 1"],
        ),
        played("command that ends", crashing(0, &["done"]), ("command-ends", Certain), &["must not end"]),
        played(
            "setting missing",
            crashing(1, &["Error: environment variable DATABASE_URL is not set"]),
            ("setting-missing", Certain),
            &["a setting it needs is missing", "DATABASE_URL"],
        ),
        played(
            "module missing",
            crashing(1, &["Error: Cannot find module '/app/dist/main.js'"]),
            ("module-missing", Certain),
            &["Cannot find module"],
        ),
        played(
            "role of the program",
            crashing(1, &["AccessDenied: User: x is not authorized to perform: s3:GetObject"]),
            ("program-not-allowed", Certain),
            &["s3:GetObject"],
        ),
        played(
            "host name does not resolve",
            crashing(1, &["Error: getaddrinfo ENOTFOUND api.partner.example"]),
            ("name-not-resolved", Certain),
            &["a host name cannot be resolved", "api.partner.example"],
        ),
        played("Spot interruption", spot, ("spot-interruption", Certain), &["took Spot capacity back from 3 tasks"]),
        played("host retired", host, ("host-retired", Certain), &["i-0123456789abcdef0"]),
        played("task stopped by hand", by_hand, ("stopped-by-hand", Certain), &["1 task stopped by hand"]),
        played("grace too short", grace, ("health-grace-too-short", Confidence::Possible), &["the grace period is 0 s"]),
        played("container health check", health, ("container-health-check", Likely), &["curl -f http://localhost/"]),
        played("rollback by the breaker", breaker, ("rolled-back-by-breaker", Likely), &["rolling back to deployment"]),
        played("rollback by an alarm", alarm_rollback, ("rolled-back-by-alarm", Certain), &["backend-5xx"]),
        played(
            "no capacity",
            in_trouble("(service Backend) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone."),
            ("capacity-unavailable", Certain),
            &["AWS has no capacity now"],
        ),
        played(
            "quota",
            in_trouble("(service Backend) was unable to place a task. Reason: You’ve reached the limit on the number of vCPUs you can run concurrently"),
            ("quota-reached", Certain),
            &["Fargate quota is used up"],
        ),
        played(
            "role not assumable",
            in_trouble("(service Backend) failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::123456789012:role/x' that was provided for this task.)"),
            ("role-not-assumable", Certain),
            &["may not assume its role"],
        ),
        played(
            "no room on instances",
            in_trouble("(service Backend) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0123) has insufficient memory available."),
            ("no-room", Certain),
            &["no instance with enough CPU and memory"],
        ),
    ]);
    all
}
