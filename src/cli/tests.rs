//! The tree: what parses to what, what is refused, and what only stands in the contract.

use clap::CommandFactory;
use rstest::rstest;

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("toban").chain(line.split_whitespace()))
}

#[test]
fn the_tree_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_and_option_has_a_sentence() {
    for command in Cli::command().get_subcommands() {
        assert!(command.get_about().is_some(), "{}", command.get_name());
        for option in command.get_arguments() {
            assert!(option.get_help().is_some(), "{} {}", command.get_name(), option.get_id());
        }
    }
}

#[test]
fn only_what_works_is_offered() {
    let names: Vec<String> = Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    assert_eq!(
        names,
        [
            "status",
            "explain",
            "find",
            "timeline",
            "schedule",
            "sleep",
            "wake",
            "db",
            "logs",
            "connect",
            "deploy",
            "deployments",
            "scale",
            "bounds",
            "task",
            "mute",
            "unmute",
            "mutes",
            "jobs",
            "job",
            "tunnel",
            "ssh-proxy",
            "init",
            "doctor",
            "journal",
            "cache",
            "policy",
            "completions",
            "man",
            // Hidden: what shells ask.
            "complete"
        ]
    );
}

#[test]
fn the_console_opens_on_an_environment() {
    let cli = parse("--profile duty prooflink-dev --region ap-northeast-1 --region us-east-1 --demo-seed 3").unwrap();
    assert_eq!(cli.env.as_deref(), Some("prooflink-dev"));
    assert!(cli.command.is_none());
    assert_eq!(cli.global.regions, ["ap-northeast-1", "us-east-1"]);
    assert_eq!(parse("-- status").unwrap().env.as_deref(), Some("status"));
    assert!(parse("").unwrap().env.is_none());
}

#[rstest]
#[case("--region us-east-1 status")]
#[case("status --region us-east-1")]
#[case("status --region us-east-1 dev prod")]
fn global_options_go_before_and_behind(#[case] line: &str) {
    let cli = parse(line).unwrap();
    assert_eq!(cli.global.regions, ["us-east-1"]);
    assert!(matches!(cli.command, Some(Command::Status(_))), "{cli:?}");
    cli.check().unwrap();
}

#[rstest]
#[case::too_many_tasks("scale dev/web 5001")]
#[case::no_count("scale dev/web many")]
#[case::no_revision("deploy dev/web --revision 0")]
#[case::more_than_all("deploy dev/resize --s3 s3://b/k --weight 101")]
#[case::no_share("deploy dev/resize --s3 s3://b/k --weight 0")]
#[case::no_time("schedule override dev --until soon")]
#[case::no_end("schedule hold dev --until 25:00")]
fn what_is_no_number_or_time_is_wrong_usage(#[case] line: &str) {
    assert!(parse(line).is_err(), "{line}");
}

#[test]
fn times_of_every_form_are_taken() {
    for until in ["23:30", "+2h", "+2d", "2026-11-24T23:30:00+09:00"] {
        assert!(parse(&format!("schedule override dev --until {until}")).is_ok(), "{until}");
    }
}

#[test]
fn readonly_is_read_only() {
    assert!(parse("--readonly").unwrap().global.read_only);
    assert!(parse("status --read-only --watch --json").unwrap().global.read_only);
}

#[rstest]
#[case::no_such_option("--nope")]
#[case::two_environments("a b")]
#[case::bad_level("--log-level loud")]
#[case::a_moment_nowhere("--demo --demo-start 2026-12-25T18:00")]
#[case::no_shell("completions")]
#[case::two_policies("policy --operator --scheduler --account 123456789012")]
fn wrong_usage_is_refused_by_the_parser(#[case] line: &str) {
    assert_eq!(parsed_quietly(&parse(line).unwrap_err()), Exit::Usage);
}

fn parsed_quietly(answer: &clap::Error) -> Exit {
    if answer.use_stderr() { Exit::Usage } else { Exit::Done }
}

#[rstest]
#[case("--read-only --write", "exclude each other")]
#[case("--write status --read-only", "exclude each other")]
#[case("dev status", "toban status dev")]
#[case("policy", "toban policy --read-only")]
#[case("--demo --profile duty", "no real account")]
#[case("--demo-start 2026-12-25T18:00+09:00", "goes with --demo")]
fn wrong_usage_is_refused_with_a_sentence(#[case] line: &str, #[case] message: &str) {
    let refused = parse(line).unwrap().check().unwrap_err();
    assert!(refused.contains(message), "{refused}");
}

#[test]
fn help_and_version_are_no_errors() {
    for line in ["--help", "--version", "status --help"] {
        assert_eq!(parsed_quietly(&parse(line).unwrap_err()), Exit::Done, "{line}");
    }
}

#[test]
fn a_time_zone_that_cannot_be_loaded_is_told_only_where_one_was_named() {
    let said = lost_zone(Some("Nowhere/City".into()), &TimeZone::unknown());
    assert!(said.is_some_and(|said| said.contains("Nowhere/City") && !said.contains("no such")));
    assert_eq!(lost_zone(None, &TimeZone::unknown()), None);
    assert_eq!(lost_zone(Some("UTC".into()), &TimeZone::UTC), None);
}
