//! Files as people write them, and what is made of each.

use proptest::prelude::*;
use rstest::rstest;

use super::{FileKind, ProfileFile, SectionKind};

fn config(text: &str) -> ProfileFile {
    ProfileFile::parse(text, FileKind::Config, "config")
}

fn get<'a>(file: &'a ProfileFile, profile: &str, key: &str) -> Option<&'a str> {
    let section = file.sections.get(&(SectionKind::Profile, profile.to_owned()))?;
    section.keys.get(key).map(|value| value.text.as_str())
}

fn fault(file: &ProfileFile, profile: &str) -> Option<String> {
    file.sections.get(&(SectionKind::Profile, profile.to_owned()))?.fault.clone()
}

#[rstest]
#[case::plain("[profile p]\nregion = eu-west-1\n")]
#[case::no_spaces("[profile p]\nregion=eu-west-1\n")]
#[case::colon("[profile p]\nregion : eu-west-1\n")]
#[case::indented_first_line("[profile p]\n  region = eu-west-1\n")]
#[case::indented_all("  [profile p]\n    output = json\n    region = eu-west-1\n")]
#[case::tabs("[profile\tp]\n\tregion\t=\teu-west-1\t\n")]
#[case::text_behind_the_bracket("[profile p] the city\nregion = eu-west-1\n")]
#[case::comment_behind_the_bracket("[profile p] # [old]\nregion = eu-west-1\n")]
#[case::comments("# a\n[profile p]\n; b\n   # c\nregion = eu-west-1\n")]
#[case::comment_behind_the_value("[profile p]\nregion = eu-west-1 # Dublin\n")]
#[case::comment_after_a_tab("[profile p]\nregion = eu-west-1\t; Dublin\n")]
#[case::quoted("[profile \"p\"]\nregion = eu-west-1\n")]
#[case::single_quotes("[profile 'p']\nregion = eu-west-1\n")]
#[case::upper_case_key("[profile p]\nREGION = eu-west-1\n")]
#[case::carriage_returns("[profile p]\r\nregion = eu-west-1\r\n")]
#[case::byte_order_mark("\u{feff}[profile p]\nregion = eu-west-1\n")]
#[case::a_bad_profile_before("[profile q]\nnonsense\n[profile p]\nregion = eu-west-1\n")]
#[case::a_bad_header_before("[profile q\nregion = x\n[profile p]\nregion = eu-west-1\n")]
#[case::a_bad_profile_after("[profile p]\nregion = eu-west-1\n[profile q]\n= x\n")]
#[case::lines_before_any_section("region = us-east-1\n[profile p]\nregion = eu-west-1\n")]
#[case::foreign_sections("[preview]\nx = 1\n  y = 2\n[plugins]\nnonsense\n[profile p]\nregion = eu-west-1\n")]
#[case::nested("[profile p]\ns3 =\n  max_concurrent_requests = 5\nregion = eu-west-1\n")]
fn what_the_cli_accepts_is_accepted(#[case] text: &str) {
    let file = config(text);
    assert_eq!(get(&file, "p", "region"), Some("eu-west-1"));
    assert_eq!(fault(&file, "p"), None);
}

#[rstest]
#[case::no_equals("[profile p]\nregion\n", "line 2 of config: there is no = in it")]
#[case::no_key("[profile p]\n= x\n", "line 2 of config: there is no key before the =")]
#[case::no_bracket("\n[profile p\nregion = x\n", "line 2 of config: the section's name has no closing bracket")]
#[case::twice("[profile p]\nregion = a\nregion = b\n", "line 3 of config: it sets region a second time")]
#[case::section_twice("[profile p]\n[profile p]\n", "line 2 of config: the section is in the file twice")]
#[case::by_indent(
    "[profile p]\nregion = a\n  role_arn = b\n",
    "line 3 of config: it is indented, which makes it a part of region"
)]
#[case::control("[profile p]\nregion = a\u{1}b\n", "line 2 of config: it holds characters that are no text")]
#[case::not_utf8("[profile p]\nregion = a\u{fffd}\n", "line 2 of config: it holds characters that are no text")]
fn a_bad_line_costs_its_profile_and_says_where(#[case] text: &str, #[case] message: &str) {
    let file = config(&format!("{text}[profile fine]\nregion = x\n"));
    assert_eq!(fault(&file, "p").as_deref(), Some(message));
    assert_eq!(fault(&file, "fine"), None);
    assert_eq!(get(&file, "fine", "region"), Some("x"));
}

#[test]
fn the_default_profile_goes_by_both_names_but_not_at_once() {
    assert_eq!(get(&config("[default]\nregion = a\n"), "default", "region"), Some("a"));
    assert_eq!(get(&config("[profile default]\nregion = a\n"), "default", "region"), Some("a"));
    let both = config("[default]\nregion = a\n[profile default]\nregion = b\n");
    assert!(fault(&both, "default").is_some_and(|why| why.contains("twice")));
    let upper = config("[DEFAULT]\nregion = a\n");
    assert!(
        upper.sections.is_empty() && upper.notes.iter().any(|note| note.contains("[default]")),
        "{:?}",
        upper.notes
    );
}

#[test]
fn a_name_may_have_spaces_in_quotes() {
    let file = config("[profile \"my city\"]\nregion = a\n[profile two words]\nregion = b\n");
    assert_eq!(get(&file, "my city", "region"), Some("a"));
    assert!(file.notes.iter().any(|note| note.starts_with("line 3 of config")), "{:?}", file.notes);
}

#[test]
fn a_profile_without_its_prefix_is_told() {
    let file = config("[prod]\nregion = a\n");
    assert_eq!(file.notes, ["line 1 of config: [prod] is no profile; in this file a profile is [profile prod]"]);
    let credentials = ProfileFile::parse("[prod]\naws_access_key_id = A\n", FileKind::Credentials, "credentials");
    assert_eq!(get(&credentials, "prod", "aws_access_key_id"), Some("A"));
}

#[test]
fn other_sections_and_nested_keys_are_kept() {
    let file = config(
        "[sso-session corp]\nsso_region = x\nsso_start_url = https://corp.awsapps.com/start/#/\n\
         [services local]\ns3 =\n  endpoint_url = http://localhost:9000\n",
    );
    let session = file.sections.get(&(SectionKind::SsoSession, "corp".to_owned())).expect("a session");
    let url = session.keys.get("sso_start_url").map(|value| value.text.as_str());
    assert_eq!(url, Some("https://corp.awsapps.com/start/#/"), "no comment");
    let services = file.sections.get(&(SectionKind::Services, "local".to_owned())).expect("services");
    let nested = services.keys.get("s3").map(|value| value.nested.clone());
    assert_eq!(nested, Some(vec![("endpoint_url".to_owned(), "http://localhost:9000".to_owned())]));
}

#[test]
fn a_command_keeps_what_looks_like_a_comment() {
    let file = config("[profile p]\ncredential_process = keys --name 'a # b' ; true\n");
    assert_eq!(get(&file, "p", "credential_process"), Some("keys --name 'a # b' ; true"));
}

proptest! {
    #[test]
    fn no_text_panics_and_a_good_profile_behind_it_is_read(text in "[ -~\t\r\n\u{80}-\u{2ff}]{0,200}") {
        let file = config(&format!("{text}\n[profile zz-good]\nregion = eu-west-1\n"));
        prop_assert_eq!(get(&file, "zz-good", "region"), Some("eu-west-1"));
    }
}
