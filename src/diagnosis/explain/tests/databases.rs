//! Played incidents of databases: down, full, moved, refused, and in the way of their services.

use super::*;
use crate::diagnosis::explain::Confidence::{Certain, Likely};
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecs_service::Service;
use crate::kinds::testing_samples::*;

const TIMED_OUT: &str = "Error: connect ETIMEDOUT 10.0.2.7:5432";

/// The targets answer 500 and the running task wrote that.
fn failing_with(line: &str) -> Shelves {
    let running = task("a");
    let tail = log(&running, 3, &["GET /health 500", line]);
    let mut service = service();
    service.events.insert(
        0,
        event(8, "(service Backend) (port 5000) is unhealthy in (target-group arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/city-backend/0123456789abcdef) due to (reason Health checks failed with these codes: [500])."),
    );
    well().with([service]).with([targets([answers(5, 500), answers(6, 500)])]).with([tail])
}

pub(super) fn played_incidents() -> Vec<Played> {
    let stopped = || failing_with(TIMED_OUT).with([in_status("stopped")]).with([db_said(9, "DB instance stopped")]);
    let by_alice = did(10, "StopDBInstance city-db", &database(), "arn:aws:sts::123456789012:assumed-role/admin/alice");
    let by_schedule =
        did(10, "StopDBInstance city-db", &database(), "arn:aws:sts::123456789012:assumed-role/nightly-scheduler/x");
    let expired = DbInstance { certificate_until: Some(ago(60)), ..database() };
    vec![
        played(
            "database full",
            failing_with("ERROR: could not extend file \"base/1/2\": No space left on device")
                .with([in_status("storage-full")]),
            ("database-storage-full", Certain),
            &["the storage of database city-db is full", "could not extend file"],
        ),
        played(
            "database full by its status alone",
            well().with([in_status("storage-full")]).with([targets([answers(5, 500)])]),
            ("database-storage-full", Likely),
            &["is full"],
        ),
        Played {
            events: vec![by_alice],
            ..played(
                "database stopped by hand",
                stopped(),
                ("database-stopped-by-hand", Certain),
                &[
                    "database city-db was stopped by alice",
                    "connect ETIMEDOUT",
                    "StopDBInstance city-db by arn:aws:sts::123456789012:assumed-role/admin/alice",
                ],
            )
        },
        Played {
            events: vec![by_schedule],
            ..played(
                "database stopped by a schedule",
                stopped(),
                ("database-stopped-by-schedule", Certain),
                &["stopped by a schedule"],
            )
        },
        played(
            "database stopped by nobody seen",
            stopped(),
            ("database-stopped", Certain),
            &["database city-db is stopped"],
        ),
        played(
            "database failed over",
            failing_with("Error: connect ECONNREFUSED 10.0.2.7:5432")
                .with([db_said(9, "Multi-AZ instance failover completed")]),
            ("database-failed-over", Certain),
            &["failed over at"],
        ),
        played(
            "database restarts",
            failing_with("Error: connect ECONNREFUSED 10.0.2.7:5432").with([in_status("rebooting")]),
            ("database-restarted", Certain),
            &["reboots"],
        ),
        played(
            "out of connections",
            failing_with("FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute"),
            ("database-out-of-connections", Certain),
            &["no connection left (city-db)"],
        ),
        played(
            "slow by lock",
            failing_with("ERROR: deadlock detected while updating table orders in database app"),
            ("database-locked", Certain),
            &["statements wait for a lock"],
        ),
        played(
            "password refused",
            failing_with("FATAL: password authentication failed for user \"app\""),
            ("database-refuses-password", Certain),
            &["refuses its password (city-db)"],
        ),
        played(
            "TLS wanted",
            failing_with(
                "FATAL: no pg_hba.conf entry for host \"10.0.1.5\", user \"app\", database \"app\", no encryption",
            ),
            ("database-wants-tls", Certain),
            &["wants TLS"],
        ),
        played(
            "security group before the database",
            failing_with(TIMED_OUT).with(groups(true, false)),
            ("security-group-closed", Certain),
            &["do not let Backend in on port 5432", "connect ETIMEDOUT", "no rule of sg-db lets sg-a in"],
        ),
        played(
            "database silent though the groups let in",
            failing_with(TIMED_OUT).with(groups(true, true)),
            ("database-unreachable", Likely),
            &["Backend gets no answer from database city-db"],
        ),
        played(
            "certificate expired",
            failing_with("Error: certificate has expired (CERT_HAS_EXPIRED)").with([expired]),
            ("certificate-expired", Certain),
            &["the certificate of database city-db expired"],
        ),
        played(
            "KMS key gone",
            well().with([in_status("inaccessible-encryption-credentials-recoverable")]),
            ("database-key-inaccessible", Certain),
            &["KMS key of database city-db"],
        ),
        played(
            "storage low by its alarm",
            well().with([fires("db-storage", 20, "FreeStorageSpace", &[("DBInstanceIdentifier", "city-db")])]),
            ("database-storage-low", Likely),
            &["running out of storage"],
        ),
    ]
}

#[test]
fn two_at_once_stay_apart() {
    let (front, front_group) = second();
    let pull = "CannotPullContainerError: failed to resolve ref x/city-front:v3: not found";
    let mut lost = unstarted("x", 4, pull);
    lost.group = Some("service:Front".to_owned());
    let world = failing_with("ERROR: could not extend file: No space left on device")
        .with([in_status("storage-full")])
        .with([service(), Service { running: 0, ..front }])
        .with([group(), front_group])
        .with([targets([answers(5, 500)]), second_targets([])])
        .with([task("a"), lost]);
    let got = explained(&world, &[]);
    let mut rules: Vec<_> = got.findings.iter().map(|cause| (cause.rule, cause.resource.name.as_str())).collect();
    rules.sort_unstable();
    assert_eq!(rules, [("database-storage-full", "city-db"), ("image-tag-missing", "Front")], "{got:#?}");
    let full = got.findings.iter().find(|cause| cause.rule == "database-storage-full").expect("it is told");
    assert!(full.effects.iter().all(|effect| effect.name != "Front" && effect.name != "city-front"), "{full:#?}");
}

#[test]
fn a_stopped_database_is_not_blamed_for_what_the_log_explains() {
    let running = task("a");
    let tail = log(&running, 3, &["Error: Cannot find module 'left-pad'"]);
    let sleeping = DbInstance { status: "stopped".to_owned(), ..database() };
    let world = well().with([targets([answers(5, 500)])]).with([tail]).with([sleeping]);
    let got = explained(&world, &[]);
    let rules: Vec<_> = got.findings.iter().map(|cause| cause.rule).collect();
    assert!(rules.contains(&"module-missing") && rules.contains(&"database-stopped"), "{rules:?}");
    let module = got.findings.iter().find(|cause| cause.rule == "module-missing").expect("it is told");
    assert!(module.effects.iter().any(|effect| effect.name == "city-backend"), "{module:#?}");
}
