//! What the doctor says of a healthy, a denied and a locked-out account, of terminals and files.

use rstest::rstest;

use super::check::Level;
use super::terminal::Terminal;
use super::*;
use crate::cli::testing::{denied, scope, snapshot};
use crate::environment::{ConfiguredEnvironments, EnvironmentConfig};
use crate::world::access_check::Outcome;
use crate::world::{AccountId, Fault, FaultKind};

fn find<'r>(report: &'r Report, about: &str) -> &'r Check {
    let found = report.checks().iter().find(|check| check.about.contains(about));
    found.unwrap_or_else(|| panic!("no {about} in {}", report.text(None)))
}

fn environment_config(name: &str, account: Option<&str>) -> EnvironmentConfig {
    EnvironmentConfig { account: account.map(AccountId::from), ..EnvironmentConfig::new(name) }
}

fn tried(what: &str, outcome: Outcome) -> crate::world::access_check::Check {
    crate::world::access_check::Check { what: what.to_owned(), outcome }
}

#[test]
fn a_denied_reading_names_the_action_to_allow() {
    let mut report = Report::default();
    let checks = [
        tried("sts:GetCallerIdentity", Outcome::Fine(Some("me in account 123456789012".to_owned()))),
        tried("cloudwatch:DescribeAlarms", Outcome::Fine(None)),
        tried("ecs:DescribeServices", Outcome::Untried),
        tried("ecs:ListServices", Outcome::Fine(None)),
        tried("elasticloadbalancing:DescribeTargetHealth", Outcome::Denied(denied())),
        tried("clock", Outcome::Fine(Some("this machine's clock is 1 s behind AWS's".to_owned()))),
    ];
    cloud::tried(&mut report, &scope(), &checks);
    insta::assert_snapshot!(report.text(None), @r"
    ● ok   credentials duty/ap-northeast-1: me in account 123456789012
    ● ok   clock duty/ap-northeast-1: this machine's clock is 1 s behind AWS's
    ● ok   cloudwatch duty/ap-northeast-1: may DescribeAlarms
    ● ok   ecs duty/ap-northeast-1: may ListServices
    ● ok   ecs duty/ap-northeast-1: there was nothing to try DescribeServices on
    ✗ fail elasticloadbalancing:DescribeTargetHealth duty/ap-northeast-1: elasticloadbalancing:DescribeTargetHealth on prooflink-tg is not allowed: not authorized
           → allow elasticloadbalancing:DescribeTargetHealth for this role or user; `toban policy --read-only` prints the whole policy
    ● ok   changes duty/ap-northeast-1: what changing takes was not tried, for that would change something; `toban policy --operator` lists it
    ");
    assert_eq!(report.exit(), Exit::Failed);
    let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert_eq!(json["health"], "bad");
    assert_eq!(json["checks"][0]["level"], "well");
}

#[test]
fn without_credentials_only_that_is_told() {
    let expired =
        || Outcome::Failed(Fault::new(FaultKind::Expired, "sts:GetCallerIdentity", "the session has expired"));
    let mut report = Report::default();
    let checks = [tried("sts:GetCallerIdentity", expired()), tried("ecs:ListServices", expired())];
    cloud::tried(&mut report, &scope(), &checks);
    assert_eq!(report.checks().len(), 1);
    assert!(report.checks()[0].remedy.as_deref().unwrap().contains("log in again"));
    assert_eq!(report.exit(), Exit::Credentials);
}

#[test]
fn a_clock_far_off_fails_without_being_taken_for_credentials() {
    let fault = Fault::new(FaultKind::Credentials, "clock", "this machine's clock is 420 s behind AWS's");
    let mut report = Report::default();
    cloud::tried(&mut report, &scope(), &[tried("clock", Outcome::Failed(fault))]);
    assert_eq!(find(&report, "clock").level, Level::Bad);
    assert_eq!(report.exit(), Exit::Failed);
}

#[test]
fn the_configuration_is_held_against_what_is_there() {
    let snapshot = snapshot();
    let environments = vec![
        environment_config("prooflink-prod", Some("210987654321")),
        environment_config("本番-dev", Some("123456789012")),
        environment_config("kajimaru", None),
    ];
    let mut report = Report::default();
    cloud::pins(
        &mut report,
        &snapshot,
        &ConfiguredEnvironments { environments, ..ConfiguredEnvironments::default() },
        &snapshot.world.scopes(),
        true,
    );
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
    files::check(&mut report, &dirs, Err(DocumentError::whole("config.toml", "is not UTF-8 text")));
    assert_eq!(find(&report, "configuration").message, "config.toml: is not UTF-8 text");
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
    assert!(find(&terminal((80, 24), &[]), "background").message.contains("day"));
}
