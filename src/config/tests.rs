//! The schema against files that are good and files that are not: each bad file says in its
//! `# expect LINE: KEY: TEXT` lines what is to be told of it, all of it and nothing else.

use std::path::{Path, PathBuf};

use rstest::rstest;

use super::*;
use crate::aws::Source;
use crate::schedule::cost::prices::Item;
use crate::schedule::{Backend, Guard, MemberKind, Ready, Record, WakeDesired};
use crate::text::Glob;
use crate::world::EnvironmentName;

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/fixtures").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn good_files_are_taken() {
    for path in fixtures("good") {
        let text = std::fs::read_to_string(&path).unwrap();
        parse(&text, "config.toml").unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    }
}

#[test]
fn the_example_of_the_contract_is_taken() {
    let contract = include_str!("../../docs/contract.md");
    let example = contract.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let settings = parse(example, "docs/contract.md").unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(
        (settings.sources.len(), settings.configured_environments.environments.len(), settings.keys.len()),
        (1, 2, 1)
    );
    let example = contract.split("### Off-hours").nth(1).and_then(|rest| rest.split("```toml\n").nth(1)).unwrap();
    let example = example.split("```").next().unwrap().replace("file = ", "# file = ");
    let settings = parse(&example, "docs/contract.md").unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(
        (
            settings.configured_environments.schedules.len(),
            settings.configured_environments.environments[0].scheduled_members.len()
        ),
        (1, 2)
    );
}

#[test]
fn bad_files_are_refused_with_every_line_and_key() {
    for path in fixtures("bad") {
        let text = std::fs::read_to_string(&path).unwrap();
        let expected: Vec<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# expect "))
            .map(|line| format!("config.toml:{line}"))
            .collect();
        let fault = parse(&text, "config.toml").expect_err(&path.display().to_string());
        assert_eq!(fault.to_string().lines().collect::<Vec<_>>(), expected, "{}", path.display());
    }
}

#[test]
fn everything_arrives_where_it_belongs() {
    let settings = parse(include_str!("fixtures/good/everything.toml"), "config.toml").unwrap();
    assert_eq!(settings.theme.as_deref(), Some("day"));
    assert_eq!(settings.refresh.as_secs(), 90);
    assert!(settings.read_only);
    let keys: Vec<_> = settings.keys.iter().map(|key| (key.command.as_str(), key.chords.len(), key.line)).collect();
    assert_eq!(keys, [("refresh", 1, 7), ("quit", 2, 8), ("copy-name", 0, 9)]);
    assert_eq!(settings.configured_environments.notes_days(), 90);
    assert_eq!(parse("", "config.toml").unwrap().configured_environments.notes_days(), 60);
    let never = parse("notes_days = 0", "config.toml").expect_err("it must be a day at least");
    assert!(never.to_string().contains("from 1 to 3650"), "{never}");

    let [context, current] = settings.sources.as_slice() else { panic!("{:?}", settings.sources) };
    assert_eq!(context.regions, ["ap-northeast-1", "us-east-1"]);
    assert_eq!(context.label.as_str(), "prooflink");
    assert_eq!(context.session_name.as_deref(), Some("duty"));
    let endpoint_url = Some("http://localhost:5000".to_owned());
    assert_eq!(*current, Source { endpoint_url, ..Source::current().in_regions(["us-east-1"]) });

    let names: Vec<_> = settings
        .configured_environments
        .environments
        .iter()
        .map(|environment_config| environment_config.name.as_str())
        .collect();
    assert_eq!(names, ["prooflink-dev", "本番", "city"], "in the order of the file");
    let dev = settings.configured_environments.of(&EnvironmentName::from("prooflink-dev")).unwrap();
    assert_eq!(dev.account.as_ref().map(|account| account.as_str()), Some("123456789012"));
    assert_eq!(dev.protected, Some(false));
    assert_eq!(dev.matches.tags.len(), 2);
    assert_eq!(dev.matches.names, [Glob::new("prooflink-dev-*")]);
    assert_eq!(dev.matches.vpc, ["vpc-0123"]);
    assert_eq!(dev.matches.stack, [Glob::new("*-dev")]);
    assert_eq!(dev.exclude, [Glob::new("prooflink-dev-old*")]);
    let mut services = ["web", "shop-backend", "admin", "shop-migrate"];
    services.sort_by_key(|name| settings.configured_environments.release_place(&dev.name, name));
    assert_eq!(services, ["shop-migrate", "shop-backend", "web", "admin"], "what is not named comes last, as it came");
    assert_eq!(settings.configured_environments.release_place(&EnvironmentName::from("city"), "web"), 0);
}

#[test]
fn schedules_arrive_where_they_belong() {
    let settings = parse(include_str!("fixtures/good/offhours.toml"), "config.toml").unwrap();
    let names: Vec<_> =
        settings.configured_environments.schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    assert_eq!(names, ["nights_off", "office"]);
    let dev = settings.configured_environments.of(&EnvironmentName::from("prooflink-dev")).unwrap();
    let routine = dev.routine.as_ref().unwrap();
    let cost = |item| routine.prices.own(&item);
    assert_eq!(cost(Item::Ec2 { kind: "t2.micro".into() }), Some(0.0152));
    assert_eq!((cost(Item::FargateCpu { arm: false }), cost(Item::FargateCpu { arm: true })), (Some(1.0), None));
    let office = &routine.schedule;
    assert_eq!((routine.backend, office.name.as_str()), (Backend::EventBridge, "office"));
    assert_eq!(office.zone.iana_name(), Some("Asia/Tokyo"));
    assert_eq!((office.on.len(), office.guard, office.late_window.as_mins()), (1, Guard::Daily, 90));
    let calendar = &office.holidays.as_ref().unwrap().calendar;
    assert_eq!((calendar.closed.len(), calendar.open.len(), calendar.builtin.is_some()), (1, 1, true));
    let [db, service] = dev.scheduled_members.as_slice() else { panic!("{:?}", dev.scheduled_members) };
    assert_eq!((db.kind, db.stage), (MemberKind::RdsInstance, 1));
    assert_eq!((service.label().as_str(), service.stage), ("prooflink-dev-cluster/prooflink-dev-service", 2));
    assert_eq!((service.wake_desired, service.ready), (WakeDesired::Count(2), Ready::Running));
    let poc = settings.configured_environments.of(&EnvironmentName::from("city-poc")).unwrap();
    assert_eq!(poc.routine.as_ref().map(|routine| routine.backend), Some(Backend::Local));
    assert_eq!(poc.routine.as_ref().and_then(|routine| routine.dlq_arn.clone()), None, "an empty one is none");
    assert_eq!(poc.region, Some("ap-northeast-1".into()));
    let record = |name: &str| settings.configured_environments.of(&EnvironmentName::from(name)).unwrap().record.clone();
    let group = |name: &str| Record::Group(name.to_owned());
    assert_eq!(record("prooflink-dev"), group("toban-prooflink-dev"));
    assert_eq!(record("city-prod"), group("toban-city"), "of one without a schedule, which is put to sleep by hand");
    assert_eq!(record("backend-dev"), group("toban-backend-dev"), "its usual group");
    assert_eq!((record("backend-poc"), record("city-poc")), (Record::Tags, Record::Tags));
}

/// What nobody thought of is stopped again: one leaves that out by saying so.
#[rstest]
#[case::unsaid("", Guard::Daily)]
#[case::daily("guard = \"daily\"", Guard::Daily)]
#[case::none("guard = \"none\"", Guard::None)]
fn a_stop_is_repeated_daily_unless_somebody_says_otherwise(#[case] line: &str, #[case] expected: Guard) {
    let on = r#"on = [{ days = "mon-fri", from = "09:00", to = "22:00" }]"#;
    let text = format!("[schedule.office]\ntimezone = \"Asia/Tokyo\"\n{on}\n{line}\n");
    assert_eq!(parse(&text, "config.toml").unwrap().configured_environments.schedules[0].guard, expected);
}

#[test]
fn a_file_of_dates_is_read_beside_the_configuration() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("own.txt"), "2026-10-01 創立記念日\n").unwrap();
    let text = "[calendar.own]\nfile = \"own.txt\"\n[schedule.s]\ntimezone = \"Asia/Tokyo\"\n\
        on = [{ days = \"mon-sun\", from = \"00:00\", to = \"24:00\" }]\nholidays = { calendar = \"own\" }\n";
    let file = home.path().join("config.toml");
    std::fs::write(&file, text).unwrap();
    let settings = load(&Dirs::with(Some(&file), |_| None)).unwrap();
    assert_eq!(
        settings.configured_environments.schedules[0].closed_on(jiff::civil::date(2026, 10, 1)).as_deref(),
        Some("創立記念日")
    );
    std::fs::write(home.path().join("own.txt"), "2026-10-01\nsoon\n").unwrap();
    let fault = load(&Dirs::with(Some(&file), |_| None)).unwrap_err().to_string();
    assert!(fault.contains(":2: calendar.own.file:") && fault.contains("own.txt, line 2"), "{fault}");
}

#[test]
fn a_missing_file_is_an_error_only_if_it_was_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("none.toml");
    let mut dirs = Dirs::with(Some(&file), |_| None);
    let fault = load(&dirs).unwrap_err().to_string();
    assert!(fault.contains("none.toml: there is no such file") && fault.contains("toban init"), "{fault}");
    dirs.named = false;
    assert_eq!(load(&dirs).unwrap(), Settings::default());
}

#[test]
fn a_file_that_cannot_be_read_is_told_of() {
    let home = tempfile::tempdir().unwrap();
    let fault = load(&Dirs::with(Some(home.path()), |_| None)).unwrap_err().to_string();
    assert!(fault.contains("is a directory"), "{fault}");
    let file = home.path().join("latin.toml");
    std::fs::write(&file, b"theme = \"\xe9\"\n").unwrap();
    let fault = load(&Dirs::with(Some(&file), |_| None)).unwrap_err().to_string();
    assert!(fault.contains("not UTF-8"), "{fault}");
}

/// Values that no key wants, or only some.
const ODD: [&str; 18] = [
    "true",
    "-1",
    "0",
    "99999999999999999999",
    "1e999",
    "\"\"",
    "\"\u{202e}x\"",
    "\"25:61\"",
    "[]",
    "[[]]",
    "{}",
    "[{}]",
    "2026-13-40",
    "1979-05-27T07:32:00Z",
    "\"mon-xyz\"",
    "\"Mars/Olympus\"",
    "[\"\", 1]",
    "\"\"\"\n\"\"\"",
];

/// A good configuration with a few things wrong in it.
fn mangled(good: &str, dice: &mut fastrand::Rng) -> String {
    let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
    for _ in 0..dice.usize(1..6) {
        let at = dice.usize(..lines.len().max(1)).min(lines.len().saturating_sub(1));
        let Some(line) = lines.get(at).cloned() else { break };
        match dice.u8(..6) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(dice.usize(..=lines.len()), line),
            2 => {
                let key = line.split('=').next().unwrap_or_default();
                lines[at] = format!("{key}= {}", dice.choice(ODD).unwrap_or_default());
            }
            3 => lines[at] = line.chars().filter(|_| dice.u8(..8) > 0).collect(),
            4 => lines[at] = line.chars().map(|c| if dice.u8(..20) == 0 { dice.char(..) } else { c }).collect(),
            _ => lines.truncate(at),
        }
    }
    lines.join("\n")
}

/// Seven thousand configurations with mistakes in them: each is taken or refused with its reasons, and none panics.
#[rstest]
fn whatever_is_wrong_with_a_file_is_told(#[values(1, 2, 3, 4)] seed: u64) {
    let contract = include_str!("../../docs/contract.md");
    let examples = contract.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next().map(str::to_owned));
    let files = fixtures("good").into_iter().chain(fixtures("bad")).map(|path| std::fs::read_to_string(path).unwrap());
    let good: Vec<String> = examples.chain(files).collect();
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut refused = 0;
    for _ in 0..1750 {
        let text = mangled(&good[dice.usize(..good.len())], &mut dice);
        if let Err(fault) = parse(&text, "config.toml") {
            refused += 1;
            assert!(!fault.problems.is_empty(), "{text}");
            assert!(fault.problems.iter().all(|one| !one.message.is_empty()), "{fault}: {text}");
        }
    }
    assert!(refused > 500, "{refused} have a mistake that is found");
}
