//! What the doctor says of a healthy, a denied and a locked-out account, of terminals and files.

use rstest::rstest;

use super::check::Level;
use super::terminal::Terminal;
use super::*;
use crate::cli::fixture::{locked_out, outlook};
use crate::environment::{Match, Wish, Wishes};
use crate::world::{AccountId, EnvironmentName};

fn find<'r>(report: &'r Report, about: &str) -> &'r Check {
    let found = report.checks().iter().find(|check| check.about.contains(about));
    found.unwrap_or_else(|| panic!("no {about} in {}", report.text(None)))
}

fn wish(name: &str, account: Option<&str>) -> Wish {
    Wish {
        name: EnvironmentName::from(name),
        stage: None,
        account: account.map(AccountId::from),
        protected: None,
        matches: Match::default(),
        exclude: Vec::new(),
    }
}

#[test]
fn a_denied_reading_names_the_action_to_allow() {
    let outlook = outlook();
    let mut report = Report::default();
    cloud::check(&mut report, &outlook, &outlook.world.scopes(), &Wishes::default());
    assert_eq!(find(&report, "credentials").level, Level::Well);
    assert_eq!(find(&report, "clock").level, Level::Well);
    assert_eq!(find(&report, "alarm 123456789012/ap-northeast-1").level, Level::Well);
    let denied = find(&report, "target-health");
    assert_eq!(denied.level, Level::Bad);
    assert!(denied.remedy.as_deref().unwrap().starts_with("allow elasticloadbalancing:DescribeTargetHealth for"));
    assert_eq!(find(&report, "ecs-task").level, Level::Worrying, "what was not read is not called well");
    assert_eq!(report.exit(), Exit::Failed);
    assert!(report.text(None).contains("✗ fail target-health"), "{}", report.text(None));
    let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert_eq!(json["health"], "bad");
    assert_eq!(json["checks"][0]["level"], "well");
}

#[test]
fn without_credentials_only_that_is_told() {
    let outlook = locked_out();
    let mut report = Report::default();
    cloud::check(&mut report, &outlook, &outlook.world.scopes(), &Wishes::default());
    assert_eq!(report.checks().len(), 1);
    assert!(report.checks()[0].remedy.as_deref().unwrap().contains("aws sso login --profile duty"));
    assert_eq!(report.exit(), Exit::Credentials);
}

#[test]
fn the_configuration_is_held_against_what_is_there() {
    let outlook = outlook();
    let environments = vec![
        wish("prooflink-prod", Some("210987654321")),
        wish("本番-dev", Some("123456789012")),
        wish("kajimaru", None),
    ];
    let mut report = Report::default();
    cloud::check(&mut report, &outlook, &outlook.world.scopes(), &Wishes { environments });
    assert_eq!(find(&report, "environment prooflink-prod").level, Level::Bad);
    assert_eq!(find(&report, "environment 本番-dev").level, Level::Well);
    assert_eq!(find(&report, "environment kajimaru").level, Level::Worrying);
}

#[test]
fn files_are_checked_with_their_remedies() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config.toml");
    let state = home.path().join("state");
    let dirs = Dirs::with(Some(&file), |name| (name == "TOBAN_STATE_DIR").then(|| state.clone().into()));
    let mut report = Report::default();
    files::check(&mut report, &dirs, Err(ConfigError::whole("config.toml", "is not UTF-8 text")));
    assert_eq!(find(&report, "configuration").says, "config.toml: is not UTF-8 text");
    assert_eq!(find(&report, "state directory").level, Level::Well);
    assert_eq!(std::fs::read_dir(&state).unwrap().count(), 0, "nothing is left behind");
    assert_eq!(report.exit(), Exit::Failed);

    std::fs::remove_dir(&state).unwrap();
    std::fs::write(&state, "").unwrap();
    let mut report = Report::default();
    files::check(&mut report, &dirs, Ok(()));
    assert_eq!(find(&report, "configuration").level, Level::Well);
    assert_eq!(find(&report, "state directory").level, Level::Bad);
}

fn terminal(size: (u16, u16), vars: &[(&'static str, &str)]) -> Report {
    let vars = vars.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let mut report = Report::default();
    terminal::check(&mut report, &Terminal { is: true, size: Some(size), dark: Some(false), vars });
    report
}

#[cfg(not(windows))]
#[rstest]
#[case::good("colours", &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Level::Well)]
#[case::few("colours", &[("TERM", "xterm")], Level::Worrying)]
#[case::none_asked("colours", &[("TERM", "xterm"), ("NO_COLOR", "1")], Level::Well)]
#[case::dumb("terminal", &[("TERM", "dumb")], Level::Bad)]
#[case::unset("terminal", &[], Level::Worrying)]
#[case::utf8("letters", &[("LANG", "ja_JP.UTF-8")], Level::Well)]
#[case::overridden("letters", &[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "C")], Level::Worrying)]
#[case::no_locale("letters", &[], Level::Worrying)]
#[case::tmux("clipboard", &[("TMUX", "/tmp/x")], Level::Well)]
#[case::screen("clipboard", &[("STY", "1.pts")], Level::Worrying)]
#[case::mac_over_ssh("clipboard", &[("TERM_PROGRAM", "Apple_Terminal"), ("SSH_TTY", "/dev/pts/1")], Level::Worrying)]
fn a_terminal_is_judged_by_what_it_tells(
    #[case] about: &str,
    #[case] vars: &[(&'static str, &str)],
    #[case] level: Level,
) {
    assert_eq!(find(&terminal((120, 35), vars), about).level, level);
}

#[test]
fn a_small_terminal_is_told_of_and_a_light_one_gets_the_day() {
    assert_eq!(find(&terminal((79, 24), &[]), "size").level, Level::Worrying);
    assert_eq!(find(&terminal((80, 24), &[]), "size").level, Level::Well);
    assert!(find(&terminal((80, 24), &[]), "background").says.contains("day"));
}
