//! What lines of application logs mean, as data: the errors that name their own cause, from special to general. Programs
//! write what they like, so each row rests on the fragments that drivers and runtimes themselves write.

use crate::kinds::shared::phrase_table::{Known, find, normal};
use crate::world::Health::Worrying;

/// What a line means; `None` for one that names no cause.
#[must_use]
pub(super) fn meaning(line: &str) -> Option<&'static Known> {
    find(LINES, &normal(line))
}

const fn known(
    id: &'static str,
    any: &'static [&'static str],
    message: &'static str,
    check: &'static str,
    example: &'static str,
) -> Known {
    Known { id, all: &[], any, message, health: Worrying, depth: 1, check, example }
}

/// The table.
pub(super) static LINES: &[Known] = &[
    known(
        "password",
        &["password authentication failed for user", "access denied for user", "p1000", "login failed for user"],
        "the database refuses its password",
        "compare the secret with the database's user: was it rotated after the tasks started, is it URL-encoded?",
        "FATAL: password authentication failed for user \"app\"",
    ),
    known(
        "database-tls",
        &["no pg_hba.conf entry for host", "ssl connection is required", "require_secure_transport"],
        "the database wants TLS (rds.force_ssl), the program does not use it",
        "add sslmode=require to the connection",
        "FATAL: no pg_hba.conf entry for host \"10.0.1.5\", user \"app\", database \"app\", no encryption",
    ),
    known(
        "connections",
        &[
            "remaining connection slots are reserved",
            "too many clients",
            "too many connections",
            "sorry, too many",
            "p2037",
        ],
        "the database has no connection left",
        "lower the pool of each task, or raise max_connections (a larger class)",
        "FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute",
    ),
    known(
        "lock",
        &[
            "deadlock detected",
            "deadlock found when trying to get lock",
            "lock wait timeout exceeded",
            "due to lock timeout",
            "could not obtain lock",
        ],
        "statements wait for a lock in the database",
        "look at who holds the lock (pg_stat_activity, SHOW PROCESSLIST) and at the waits in Performance Insights",
        "ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction",
    ),
    known(
        "statement-timeout",
        &["canceling statement due to statement timeout", "maximum statement execution time exceeded"],
        "statements of the database take too long",
        "look at the top statements and waits in Performance Insights",
        "ERROR: canceling statement due to statement timeout",
    ),
    known(
        "database-full",
        &["could not extend file", "the table is full", "disk full (errno", "writes are disabled"],
        "the database cannot write: its storage is full",
        "make the storage of the database larger",
        "ERROR: could not extend file \"base/16384/2619\": No space left on device",
    ),
    known(
        "certificate",
        &[
            "certificate has expired",
            "certificate is expired",
            "cert_has_expired",
            "certificate expired",
            "certificate verify failed",
        ],
        "a certificate is refused: expired, or not known to the program",
        "look at the certificate's end and at the bundle of authorities in the image",
        "Error: certificate has expired (CERT_HAS_EXPIRED)",
    ),
    known(
        "name",
        &[
            "enotfound",
            "eai_again",
            "could not translate host name",
            "name or service not known",
            "temporary failure in name resolution",
            "no such host",
            "getaddrinfo failed",
            "unknown host",
        ],
        "a host name cannot be resolved",
        "check the host in the settings, whether what it names still exists, and DNS in the VPC",
        "Error: getaddrinfo ENOTFOUND city-db.x.ap-northeast-1.rds.amazonaws.com",
    ),
    known(
        "exec-format",
        &["exec format error"],
        "the image is built for another processor",
        "build the image for the architecture of the task (X86_64 unless the task definition says ARM64)",
        "exec /usr/local/bin/serve: exec format error",
    ),
    known(
        "timeout",
        &[
            "etimedout",
            "connection timed out",
            "connect timeout",
            "timeout expired",
            "i/o timeout",
            "connection timeout",
            "can't reach database server",
            "enetunreach",
            "network is unreachable",
        ],
        "a connection is not answered",
        "check the security groups and routes towards the address, and whether it is up",
        "Error: connect ETIMEDOUT 10.0.2.7:5432",
    ),
    known(
        "refused",
        &["econnrefused", "connection refused"],
        "a connection is refused",
        "check host and port in the settings, and whether the other side is up",
        "Error: connect ECONNREFUSED 10.0.2.7:5432",
    ),
    known(
        "memory",
        &[
            "javascript heap out of memory",
            "java.lang.outofmemoryerror",
            "oomkilled",
            "memoryerror",
            "cannot allocate memory",
            "runtime exited with error: signal: killed",
        ],
        "the program ran out of memory",
        "raise the memory or find what grew",
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    ),
    known(
        "module",
        &[
            "importmoduleerror",
            "cannot find module",
            "modulenotfounderror",
            "no module named",
            "classnotfoundexception",
            "cannot open shared object file",
        ],
        "a module that the program needs is not in the image",
        "check how the image or package was built (platform, layers, dependencies)",
        "Error: Cannot find module '/app/dist/main.js'",
    ),
    known(
        "port-in-use",
        &["eaddrinuse", "address already in use"],
        "its port is taken already",
        "check the ports of the task's containers",
        "Error: listen EADDRINUSE: address already in use :::5000",
    ),
    known(
        "function-timeout",
        &["task timed out after"],
        "the function ran into its timeout",
        "look at what it waits for (database, network), then at its timeout",
        "2026-11-21T05:00:00.000Z 0b1c Task timed out after 10.01 seconds",
    ),
    known(
        "not-allowed",
        &["accessdenied", "access denied", "is not authorized to perform", "unauthorizedoperation"],
        "the program's role may not do what it tries",
        "check the policies of the task role (not the execution role)",
        "AccessDenied: User: arn:aws:sts::123456789012:assumed-role/app/x is not authorized to perform: s3:GetObject",
    ),
    known(
        "throttled",
        &["rate exceeded", "throttlingexception", "toomanyrequestsexception", "request limit exceeded"],
        "AWS throttles calls of the program",
        "look at the service's quota and at how often the program calls",
        "ThrottlingException: Rate exceeded",
    ),
    known(
        "setting",
        &[
            "environment variable",
            "missing required config",
            "missing configuration",
            "improperlyconfigured",
            "keyerror: '",
            "is not defined in the environment",
        ],
        "a setting it needs is missing or wrong",
        "compare the environment of this revision with the one before",
        "Error: environment variable DATABASE_URL is not set",
    ),
];

#[cfg(test)]
mod tests {
    use super::{LINES, meaning};
    use crate::kinds::shared::phrase_table::normal;

    #[test]
    fn every_row_is_the_first_to_fit_its_example() {
        for row in LINES {
            assert_eq!(meaning(row.example).map(|found| found.id), Some(row.id), "{}", row.example);
            for fragment in row.any {
                assert_eq!(normal(fragment), **fragment, "{} can never match", row.id);
            }
        }
    }

    #[test]
    fn routine_lines_name_no_cause() {
        for line in ["GET /health 200 3 ms", "listening on 0.0.0.0:5000", "", "Migrations applied", "タスク開始"] {
            assert_eq!(meaning(line).map(|row| row.id), None, "{line}");
        }
    }
}
