//! The draft: valid, complete, with a reason on every line, and safe against names that would
//! like to be configuration.

use super::*;
use crate::cli::testing::{snapshot, zone};
use crate::world::EnvironmentName;

#[test]
fn the_draft_is_a_configuration_that_holds() {
    let mut snapshot = snapshot();
    snapshot.picture.environments[1].name = EnvironmentName::from("odd \"name\"\n[source]");
    let source = Source::profile("duty").in_regions(["ap-northeast-1"]);
    let text = draft(&snapshot, std::slice::from_ref(&source), &zone());
    let settings = config::parse(&text, "config.toml").unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    assert_eq!(settings.sources, [source]);
    let prod = settings.configured_environments.of(&EnvironmentName::from("prooflink-prod")).unwrap();
    assert_eq!(prod.protected, Some(true));
    assert_eq!(prod.stage.as_deref(), Some("prod"));
    assert_eq!(prod.account.as_ref().map(|account| account.as_str()), Some("123456789012"));
    assert_eq!(settings.configured_environments.environments.len(), 2);
}

#[test]
fn what_may_be_mixed_is_protected_and_says_why() {
    let mut snapshot = snapshot();
    let dev = &mut snapshot.picture.environments[1];
    (dev.protected, dev.doubts) =
        (true, vec!["mail is taken for 本番-dev, but tag Env=prod\nsays stage prod".to_owned()]);
    let text = draft(&snapshot, &[Source::profile("duty")], &zone());
    assert!(text.contains("#   ? mail is taken for 本番-dev, but tag Env=prod␊says stage prod\n"), "{text}");
    assert!(text.contains("# false confirms that all listed above is of this stage\n"), "{text}");
    let settings = config::parse(&text, "config.toml").unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    assert_eq!(settings.configured_environments.of(&EnvironmentName::from("本番-dev")).unwrap().protected, Some(true));
}

#[test]
fn every_line_says_why() {
    let text = draft(&snapshot(), &[Source::profile("duty")], &zone());
    for line in text.lines().filter(|line| !line.is_empty()) {
        assert!(line.contains('#') || line.starts_with("[environment."), "{line}");
    }
    assert!(text.contains("#   alarm prooflink-5xx: prooflink-5xx begins with␊prooflink-prod\n"), "{text}");
    assert!(text.contains("belong to no environment") && text.contains("#   alarm stray\n"), "{text}");
}

#[test]
fn a_file_that_is_there_is_never_written_over() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("deep/config.toml");
    write(&file, "# one\n").unwrap();
    let again = write(&file, "# two\n").unwrap_err();
    assert!(again.message.contains("config.toml failed"), "{again}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "# one\n");
}
