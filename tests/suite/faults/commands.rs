//! The program itself while a write fails: its exit code is the contract's, what failed is told, the journal has its end,
//! and what must not be done twice arrived once. Which writes there are, and every way of each, is `writes`' business.

use rstest::rstest;
use serde_json::{Value, json};

use super::ways::Way;
use crate::support::peer::Peer;
use crate::support::said::said;

const SERVICE: &str = "prooflink-dev/service";
const FORCE: (&str, &[&str]) = ("prooflink", &["deploy", SERVICE, "--force", "--yes", "--no-wait"]);
const TAG: (&str, &[&str]) = ("prooflink", &["deploy", SERVICE, "--tag", "v2", "--yes", "--no-wait"]);
const SCALE: (&str, &[&str]) = ("prooflink", &["scale", SERVICE, "2", "--yes", "--no-wait"]);
const STOP: (&str, &[&str]) = ("prooflink", &["db", "stop", "prooflink-dev/prooflink-dev-db", "--yes"]);
const REBOOT: (&str, &[&str]) = ("prooflink", &["db", "reboot", "prooflink-dev/prooflink-dev-db", "--yes"]);
const FUNCTION: (&str, &[&str]) = (
    "cat-data-v23",
    &[
        "deploy",
        "cat-data-v23/cat-data-v23-api",
        "--s3",
        "s3://cat-data-v23/api.zip",
        "--alias",
        "live",
        "--confirm",
        "cat-data-v23",
    ],
);

/// A command, one of its writes and how that fails, whether AWS does it first, and the exit code.
#[rstest]
#[case::forced_and_gone(FORCE, "ecs:UpdateService", Way::Gone, true, 0)]
#[case::forced_and_half(FORCE, "ecs:UpdateService", Way::Half, true, 0)]
#[case::forced_and_nothing(FORCE, "ecs:UpdateService", Way::Empty, true, 0)]
#[case::not_forced(FORCE, "ecs:UpdateService", Way::Broken, false, 6)]
#[case::not_forced_behind_a_page(FORCE, "ecs:UpdateService", Way::Page, false, 6)]
#[case::force_denied(FORCE, "ecs:UpdateService", Way::Denied, false, 1)]
#[case::registered(TAG, "ecs:RegisterTaskDefinition", Way::Cut, true, 0)]
#[case::not_registered(TAG, "ecs:RegisterTaskDefinition", Way::Broken, false, 6)]
#[case::register_denied(TAG, "ecs:RegisterTaskDefinition", Way::Denied, false, 1)]
#[case::scaled(SCALE, "ecs:UpdateService", Way::Broken, true, 0)]
#[case::stopped(STOP, "rds:StopDBInstance", Way::Broken, true, 0)]
#[case::rebooted(REBOOT, "rds:RebootDBInstance", Way::Gone, true, 0)]
#[case::reboot_denied(REBOOT, "rds:RebootDBInstance", Way::Denied, false, 1)]
#[case::shifted(FUNCTION, "lambda:UpdateAlias", Way::Gone, true, 0)]
fn a_command_whose_write_fails_ends_by_the_contract(
    #[case] (system, arguments): (&str, &[&str]),
    #[case] operation: &str,
    #[case] way: Way,
    #[case] acts: bool,
    #[case] code: i32,
) {
    let peer = Peer::with(&[system]);
    let script = if acts { way.script_after(operation) } else { way.script(operation) };
    let ids = peer.script(&json!([script]));
    let run = said(peer.toban().args(arguments));
    let all = format!("{}{}", run.out, run.err);
    assert_eq!(run.code, Some(code), "{all}");
    assert!(code == 0 || all.contains(operation), "{all}");
    assert!(code != 6 || all.contains("not known"), "{all}");

    let name = |call: &Value| {
        let part = |key: &str| call[key].as_str().unwrap_or_default().to_owned();
        format!("{}:{}", part("service"), part("operation"))
    };
    let arrived = peer.calls().iter().filter(|call| name(call) == operation).count();
    let once = ["ecs:", "lambda:", "rds:Reboot"].iter().any(|service| operation.starts_with(service));
    assert!(arrived == 1 || !once, "it arrived {arrived} times: {all}");

    let journal =
        std::fs::read_to_string(peer.home().join("state/journal.jsonl")).unwrap_or_else(|why| panic!("{why}"));
    let (entries, skipped) = toban::engine::journal::read(&journal);
    assert_eq!(skipped, 0, "{journal}");
    assert!(entries.iter().all(|entry| entry.outcome != toban::engine::journal::UNKNOWN), "{entries:?}");
    let lost = entries.iter().any(|entry| entry.outcome.contains("the answer was lost") || entry.done.is_none());
    assert_eq!(lost, once && way != Way::Denied, "{entries:?}");

    // With AWS well again the same command ends well: it does what was not done, or says that it is so already.
    peer.unscript(&ids);
    let again = said(peer.toban().args(arguments));
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
}
