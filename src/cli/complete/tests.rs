//! What is completed where, from names that are known; the shells themselves are driven in the integration tests.

use rstest::rstest;

use super::*;

fn known() -> Known {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let environment = |name: &str, services: &[&str], databases: &[&str]| KnownEnvironment {
        name: name.to_owned(),
        lists: [("services".to_owned(), names(services)), ("databases".to_owned(), names(databases))].into(),
        tags: names(&["v1", "v2"]),
    };
    let environments = vec![
        environment("shop-dev", &["web", "api"], &["shop-db"]),
        environment("shop-prod", &["web"], &[]),
        environment("evil$(reboot)", &["`x`"], &[]),
    ];
    let dirs = Dirs::with(Some(std::path::Path::new("/nowhere/config.toml")), |_| None);
    Known { environments, settings: Settings::default(), dirs }
}

fn complete(line: &str) -> Vec<String> {
    let mut tree = Cli::command();
    tree.build();
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let asked = words::asked(&tree, &words);
    let answer = values::answer(&asked, &known());
    let marks = [(answer.files, ":files"), (answer.nospace, ":nospace")];
    let marks = marks.iter().filter(|(set, _)| *set).map(|(_, mark)| (*mark).to_owned());
    marks.chain(answer.candidates.into_iter().map(|one| one.value)).collect()
}

#[rstest]
#[case::commands_and_environments("s", &["status", "schedule", "sleep", "scale", "ssh-proxy", "shop-dev", "shop-prod"])]
#[case::after_a_flag("--demo sl", &["sleep"])]
#[case::environments("status shop", &["shop-dev", "shop-prod"])]
#[case::not_twice("status shop-dev shop", &["shop-prod"])]
#[case::deeper("schedule pre", &["preview"])]
#[case::of_a_deeper_command("schedule preview shop-d", &["shop-dev"])]
#[case::a_service("deploy sh", &[":nospace", "shop-dev/", "shop-prod/"])]
#[case::in_an_environment("scale shop-dev/", &["shop-dev/api", "shop-dev/web"])]
#[case::in_a_shortened_one("scale prod/", &["prod/web"])]
#[case::a_database("db stop shop-dev/", &["shop-dev/shop-db"])]
#[case::tags("deploy shop-dev/web --tag ", &["v1", "v2"])]
#[case::a_theme("status --theme d", &["day"])]
#[case::in_one_word("--theme=d", &["--theme=day"])]
#[case::as_bash_splits_it("--theme = d", &["day"])]
#[case::a_region("--region ap-northeast-1", &["ap-northeast-1"])]
#[case::a_file("--config x", &[":files"])]
#[case::a_flag("scale --dry", &["--dry-run"])]
#[case::a_level("--log-level tr", &["trace"])]
#[case::hidden_stays_hidden("--demo-se", &[])]
#[case::hidden_commands_too("compl", &["completions"])]
#[case::of_another_program("connect shop-dev/web -- st", &[])]
#[case::schedules("schedule set shop-dev o", &["office"])]
#[case::nothing_for_free_text("sleep shop-dev --reason x", &[])]
fn the_word_at_the_cursor(#[case] line: &str, #[case] expected: &[&str]) {
    assert_eq!(complete(line), expected, "{line}");
}

#[test]
fn nothing_that_a_shell_would_run_is_offered() {
    let all = [complete("status "), complete("scale evil$(reboot)/")].concat();
    assert!(all.iter().all(|name| !name.contains(['$', '`'])), "{all:?}");
}

#[test]
fn a_flag_that_was_given_is_not_offered_again() {
    let flags = complete("sleep shop-dev --yes --");
    assert!(flags.contains(&"--reason".to_owned()) && !flags.contains(&"--yes".to_owned()), "{flags:?}");
    assert!(complete("--region us-east-1 --re").contains(&"--region".to_owned()), "several may be given");
}
