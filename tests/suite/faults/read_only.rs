//! Every command that can change something, with `--read-only`: the peer counts what arrives, and nothing that writes does.
//! Which commands those are, their own pages tell: a new one fails here until it has a line.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use toban::aws::{Idempotency, idempotency};

use crate::support::peer::Peer;
use crate::support::said::said;

/// The page of a command, and a line that would change something but for `--read-only`.
const LINES: &[(&str, &str)] = &[
    ("toban-bounds", "bounds prooflink-prod/service 1 9 --confirm prooflink-prod"),
    ("toban-db-failover", "db failover prooflink-dev/prooflink-dev-db --yes"),
    ("toban-db-reboot", "db reboot prooflink-dev/prooflink-dev-db --yes"),
    ("toban-db-start", "db start prooflink-dev/prooflink-dev-db --yes"),
    ("toban-db-stop", "db stop prooflink-dev/prooflink-dev-db --yes"),
    ("toban-deploy", "deploy prooflink-dev/service --force --yes"),
    ("toban-deploy", "deploy prooflink-dev/service --tag v9 --yes"),
    ("toban-deploy", "deploy prooflink-prod/service --force --confirm prooflink-prod"),
    ("toban-deploy", "deploy cat-data-v23/cat-data-v23-api --s3 s3://b/api.zip --alias live --confirm cat-data-v23"),
    ("toban-job-run", "job run prooflink-dev/prooflink-dev-user-import --yes"),
    ("toban-mute", "mute prooflink-dev --until +2h --yes"),
    ("toban-scale", "scale prooflink-dev/service 3 --yes"),
    ("toban-schedule-clear", "schedule clear prooflink-dev --yes"),
    ("toban-schedule-hold", "schedule hold prooflink-dev --until +2h --yes"),
    ("toban-schedule-lease", "schedule lease prooflink-dev --for 1h --yes"),
    ("toban-schedule-migrate", "schedule migrate prooflink-dev --yes"),
    ("toban-schedule-override", "schedule override prooflink-dev --until +1h --yes"),
    ("toban-schedule-remove", "schedule remove prooflink-dev --yes"),
    ("toban-schedule-sync", "schedule sync prooflink-dev --yes"),
    ("toban-sleep", "sleep prooflink-dev --yes"),
    ("toban-task-stop", "task stop prooflink-dev/0 --yes"),
    ("toban-unmute", "unmute prooflink-dev --yes"),
    ("toban-wake", "wake prooflink-dev --yes"),
    ("toban-connect", "connect kajimaru/kajimaru-ec2-01 -- true"),
    ("toban-tunnel", "tunnel kajimaru/kajimaru-db"),
    ("toban-doctor", "doctor --end-sessions"),
];

/// The pages of the commands that take `--confirm`.
fn changing(peer: &Peer) -> BTreeSet<String> {
    let pages = peer.home().join("pages");
    std::fs::create_dir(&pages).expect("a directory");
    let made = said(peer.toban().args(["man", "--dir"]).arg(&pages));
    assert_eq!(made.code, Some(0), "{}", made.err);
    let files = std::fs::read_dir(&pages).expect("pages").map(|file| file.expect("a page").path());
    let changes = |path: &std::path::Path| std::fs::read_to_string(path).expect("text").contains("\\-\\-confirm");
    let named = |path: &std::path::Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    files.filter(|path| changes(path)).map(|path| named(&path)).collect()
}

#[test]
fn no_command_writes_in_read_only() {
    let peer = Peer::with(&["prooflink", "kajimaru", "cat-data-v23"]);
    let changing = changing(&peer);
    assert!(changing.len() >= 16, "{changing:?}");
    let tried: BTreeSet<&str> = LINES.iter().map(|(page, _)| *page).collect();
    let untried: Vec<&String> = changing.iter().filter(|page| !tried.contains(page.as_str())).collect();
    assert!(untried.is_empty(), "no line for {untried:?}");
    let configuration = "[schedule.day]\ntimezone = \"UTC\"\non = [{ days = \"mon-sun\", from = \"00:00\", to = \"24:00\" }]\n\
                         [environment.prooflink-dev]\nschedule = \"day\"\n";
    let directory = peer.home().join(".config/toban");
    std::fs::create_dir_all(&directory).expect("a directory");
    std::fs::write(directory.join("config.toml"), configuration).expect("written");
    let mut refused = 0;
    for (_, line) in LINES {
        peer.forget_calls();
        let run = said(peer.toban().arg("--read-only").args(line.split(' ')));
        let text = |call: &serde_json::Value, key: &str| call[key].as_str().unwrap_or_default().to_owned();
        let calls = peer.calls();
        let names = calls.iter().map(|call| format!("{}:{}", text(call, "service"), text(call, "operation")));
        // `AssumeRole` and its like are reading, as far as an account is concerned.
        let is_writing = |name: &String| idempotency(name) != Idempotency::Reading && !name.starts_with("sts:");
        let written: Vec<String> = names.filter(is_writing).collect();
        assert!(written.is_empty(), "{line}: {written:?}\n{}", run.err);
        match run.code {
            Some(3) => refused += 1,
            // What is so already, what there is nothing of, and what can be told without it.
            Some(0 | 1 | 5) => {}
            code => panic!("{line}: {code:?}\n{}{}", run.out, run.err),
        }
    }
    // They were refused for what they would have done, and not for something else.
    assert!(refused >= 9, "{refused} of {}", LINES.len());
}
