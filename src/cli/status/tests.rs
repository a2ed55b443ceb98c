//! The document, the table and the exit code of outlooks made by hand.

use serde_json::json;

use super::*;
use crate::cli::testing;
use crate::cli::testing::{snapshot, zone};
use crate::theme::Theme;
use crate::world::{Fault, FaultKind, KindName};

fn all(snapshot: &Snapshot) -> Vec<&EnvironmentStatus> {
    choose(snapshot, &[]).unwrap()
}

fn typed(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_document_holds_what_scripts_rely_on() {
    let snapshot = snapshot();
    let mut document = document(&snapshot, &all(&snapshot), &zone());
    let environments = document["environments"].as_array_mut().unwrap();
    // What kinds say of their own is theirs to test.
    for environment in environments.iter_mut() {
        environment["alarms"].as_array_mut().unwrap().clear();
    }
    let fault = json!({
        "scope": "123456789012/ap-northeast-1",
        "operation": "elasticloadbalancing:DescribeTargetHealth",
        "on": "prooflink-tg",
        "kind": "denied",
        "message": "not authorized",
    });
    let mut expected = json!({
        "at": "2026-11-21T14:02:11+09:00",
        "environments": [
            {
                "name": "prooflink-prod", "project": "prooflink", "stage": "prod", "protected": true,
                "account": "123456789012", "region": "ap-northeast-1",
                "health": "bad", "since": null, "why": ["3 of 4 targets answer 502 since 13:58", "1 alarm is muted"],
                "read_at": "2026-11-21T14:02:11+09:00",
                "services": [], "target_groups": [], "databases": [], "instances": [], "alarms": [],
                "shared": [],
                "confidence": {
                    "level": "certain",
                    "why": "1 of 1 member says it by name, tags, stack or configuration, and nothing speaks against it",
                },
                "doubts": [],
                "faults": [fault],
                "cost": null,
            },
            {
                "name": "本番-dev", "project": "prooflink", "stage": "dev", "protected": false,
                "account": "123456789012", "region": "ap-northeast-1",
                "health": "well", "since": null, "why": ["well"],
                "read_at": "2026-11-21T14:02:11+09:00",
                "services": [], "target_groups": [], "databases": [], "instances": [], "alarms": [],
                "shared": [],
                "confidence": { "level": "likely", "why": "nothing is in it" },
                "doubts": [],
                "faults": [],
                "cost": null,
            },
        ],
        "shared": [],
        "unassigned": [{
            "kind": "alarm", "id": testing::stray().key, "name": "stray",
            "account": "123456789012", "region": "ap-northeast-1",
        }],
        "faults": [fault],
    });
    // The lists of other kinds are empty rather than missing.
    let others = [
        "tasks",
        "functions",
        "jobs",
        "queues",
        "distributions",
        "certificates",
        "apis",
        "user_pools",
        "web_acls",
        "dns_zones",
        "stacks",
        "backups",
    ];
    for (environment, list) in (0..2).flat_map(|at| others.map(|list| (at, list))) {
        expected["environments"][environment][list] = json!([]);
    }
    assert_eq!(document, expected);
    let order: Vec<&String> = document["environments"][0].as_object().unwrap().keys().collect();
    assert_eq!(order[..8], ["name", "project", "stage", "protected", "account", "region", "health", "why"]);
}

#[test]
fn a_resource_is_listed_as_its_kind_says() {
    let snapshot = snapshot();
    let document = document(&snapshot, &all(&snapshot), &zone());
    let resource_index = crate::kinds::ResourceIndex::of(&snapshot.world);
    let environment = &snapshot.picture.environments[0];
    let cx = crate::kinds::KindContext {
        world: &snapshot.world,
        resource_index: &resource_index,
        scope: &testing::scope(),
        protected: true,
        now: snapshot.at,
        zone: &zone(),
    };
    let alarms = crate::kinds::catalog::kind(KindName("alarm")).unwrap();
    let listed: Vec<_> = alarms.to_json(&environment.members[0].id, &cx).into_iter().collect();
    assert_eq!(document["environments"][0]["alarms"], json!(listed));
}

#[test]
fn the_table_is_aligned_and_says_why() {
    let snapshot = snapshot();
    insta::assert_snapshot!(table(&snapshot, &all(&snapshot), &Manner::default()), @r"
      ENVIRONMENT     STAGE   HEALTH  TASKS  TARGETS  DATABASE                    ALARMS
    ✗ prooflink-prod  prod ■  bad       2/4      1/4  storage-full, available ×2  2 of 9, 1 muted
    ● 本番-dev        dev     well        –        –  –                           –

    ✗ prooflink-prod  3 of 4 targets answer 502 since 13:58

    1 resource belongs to no environment; `toban status --json` names it
    ");
}

#[test]
fn a_named_environment_comes_with_its_evidence() {
    let snapshot = snapshot();
    let chosen = choose(&snapshot, &typed(&["PROOF"])).unwrap();
    let manner = Manner { theme: None, evidence: true };
    insta::assert_snapshot!(table(&snapshot, &chosen, &manner), @r"
      ENVIRONMENT     STAGE   HEALTH  TASKS  TARGETS  DATABASE                    ALARMS
    ✗ prooflink-prod  prod ■  bad       2/4      1/4  storage-full, available ×2  2 of 9, 1 muted

    ✗ prooflink-prod
      ✗ bad: 3 of 4 targets answer 502 since 13:58
          alarm prooflink-5xx in ALARM␛[31m
      ! worrying: 1 alarm is muted

    1 resource belongs to no environment; `toban status --json` names it
    ");
}

#[test]
fn colours_change_nothing_but_colours() {
    let snapshot = snapshot();
    let theme = Theme::built_in("night");
    let painted = table(&snapshot, &all(&snapshot), &Manner { theme: Some(&theme), evidence: true });
    let plain = table(&snapshot, &all(&snapshot), &Manner { theme: None, evidence: true });
    assert!(painted.contains("\u{1b}["));
    let escape = regex_lite::Regex::new("\u{1b}\\[[0-9;:]*m").unwrap();
    assert_eq!(escape.replace_all(&painted, ""), plain);
}

#[test]
fn the_exit_code_is_that_of_the_worst_named() {
    let snapshot = snapshot();
    let code = |names: &[&str]| exit(&snapshot, &choose(&snapshot, &typed(names)).unwrap(), !names.is_empty());
    assert_eq!(code(&[]), Exit::Bad);
    assert_eq!(code(&["prooflink-prod", "本"]), Exit::Bad);
    assert_eq!(code(&["本番"]), Exit::Done);
    assert_eq!(choose(&snapshot, &typed(&["kajimaru"])).unwrap_err().exit, Exit::NotFound);
}

#[test]
fn a_place_that_could_not_be_read_may_hide_something() {
    let mut snapshot = snapshot();
    snapshot.picture.environments.remove(0);
    assert_eq!(exit(&snapshot, &all(&snapshot), false), Exit::Done, "one denied reading is the verdict's business");
    let other = crate::world::Scope::new("duty", "us-east-1");
    snapshot.world.identify(&other, Err(Fault::new(FaultKind::Offline, "sts:GetCallerIdentity", "no route")));
    assert_eq!(exit(&snapshot, &all(&snapshot), false), Exit::Unknown);
    assert_eq!(exit(&snapshot, &all(&snapshot), true), Exit::Done, "what was named was seen");
    let missing = choose(&snapshot, &typed(&["kajimaru"])).unwrap_err();
    assert!(missing.message.contains("nothing could be read: duty/us-east-1"), "{missing}");
}

#[test]
fn nothing_readable_fails_and_says_what_to_do() {
    let failure = read::readable(&testing::locked_out()).unwrap_err();
    assert_eq!(failure.exit, Exit::Credentials);
    assert!(failure.message.contains("duty/ap-northeast-1"), "{failure}");
    assert!(failure.message.contains("log in again"), "{failure}");
    assert_eq!(read::readable(&snapshot()), Ok(()));
}

#[test]
fn one_expired_login_is_told_once() {
    assert_eq!(read::all_faults(&testing::locked_out()).len(), 1);
    let told = read::faults(&snapshot());
    assert!(told.starts_with("123456789012/ap-northeast-1: elasticloadbalancing:DescribeTargetHealth on prooflink-tg"));
    assert!(told.contains("\n  allow elasticloadbalancing:DescribeTargetHealth"), "{told}");
}
