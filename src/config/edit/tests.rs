//! The changes to a configuration's text: what is set is read back, and everything else stays byte for byte.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case::replaced(
    "# mine\n[environment.dev]\nschedule = \"old\" # why\n\n[environment.other]\n",
    "dev",
    "# mine\n[environment.dev]\nschedule = \"office\" # why\n\n[environment.other]\n"
)]
#[case::added(
    "[environment.other]\nstage = \"dev\" # x\n",
    "other",
    "[environment.other]\nstage = \"dev\" # x\nschedule = \"office\"\n"
)]
#[case::a_section_of_its_own(
    "theme = \"day\"\n",
    "本番",
    "theme = \"day\"\n\n[environment.\"本番\"]\nschedule = \"office\"\n"
)]
#[case::an_empty_file("", "dev", "[environment.dev]\nschedule = \"office\"\n")]
#[case::a_dotted_key("environment.dev.schedule = \"old\"\n", "dev", "environment.dev.schedule = \"office\"\n")]
#[case::an_inline_table(
    "environment = { dev = { stage = \"dev\" } }\n",
    "dev",
    "environment = { dev = { stage = \"dev\" , schedule = \"office\" } }\n"
)]
#[case::a_text_that_looks_like_a_section(
    "note = \"\"\"\n[environment.dev]\n\"\"\"\n[environment.dev]\n",
    "dev",
    "note = \"\"\"\n[environment.dev]\n\"\"\"\n[environment.dev]\nschedule = \"office\"\n"
)]
#[case::another_case_of_the_name("[environment.Dev]\n", "dev", "[environment.Dev]\nschedule = \"office\"\n")]
#[case::spaces_and_quotes("[ environment . \"dev\" ]\n", "dev", "[ environment . \"dev\" ]\nschedule = \"office\"\n")]
fn a_line_is_set_and_everything_else_stays(#[case] text: &str, #[case] environment: &str, #[case] expected: &str) {
    assert_eq!(with_schedule(text, environment, "office").as_deref(), Ok(expected));
}

#[test]
fn what_is_no_table_is_refused() {
    let refused = with_schedule("environment = 3\n", "dev", "office");
    assert!(refused.is_err_and(|why| why.contains("environment")));
    assert!(with_schedule("[environment.dev\n", "dev", "office").is_err());
}

proptest! {
    #[test]
    fn any_name_and_schedule_are_read_back(name in "\\PC{1,12}", schedule in "\\PC{0,12}") {
        let set = with_schedule("# kept\n[environment.other]\nstage = \"dev\"\n", &name, &schedule).unwrap();
        let read: toml::Table = set.parse().unwrap();
        prop_assert_eq!(read["environment"][&name]["schedule"].as_str(), Some(schedule.as_str()));
        prop_assert!(set.starts_with("# kept\n[environment.other]\nstage = \"dev\"\n"));
        prop_assert_eq!(with_schedule(&set, &name, &schedule).unwrap(), set);
    }
}

fn office() -> OfficeHours {
    OfficeHours {
        name: "office".to_owned(),
        days: "mon-fri".to_owned(),
        from: "09:00".to_owned(),
        to: "22:00".to_owned(),
        timezone: "Asia/Tokyo".to_owned(),
        holidays: OfficeHours::usual_holidays("Asia/Tokyo"),
    }
}

#[test]
fn office_hours_from_nothing_are_a_configuration_that_holds() {
    let made = with_office_hours("", "dev", &office()).unwrap();
    let settings = crate::config::parse(&made, "config.toml").unwrap();
    let dev = settings.configured_environments.of(&"dev".into()).unwrap();
    let schedule = &dev.routine.as_ref().unwrap().schedule;
    assert_eq!((schedule.name.as_str(), schedule.on.len(), schedule.holidays.is_some()), ("office", 1, true));
    insta::assert_snapshot!(made);
}

#[test]
fn office_hours_asked_for_twice_are_written_once_and_others_are_not_overwritten() {
    let made = with_office_hours("# mine\n", "dev", &office()).unwrap();
    assert!(made.contains("# mine"), "{made}");
    assert_eq!(with_office_hours(&made, "dev", &office()).as_deref(), Ok(made.as_str()));
    let second = with_office_hours(&made, "other", &office()).unwrap();
    assert_eq!(second.matches("[schedule.office]").count(), 1, "{second}");
    let longer = OfficeHours { to: "23:00".to_owned(), ..office() };
    assert!(with_office_hours(&made, "dev", &longer).is_err_and(|why| why.contains("[schedule.office] already")));
    let unknown = HolidayCalendar { name: "de".to_owned(), builtin: None };
    let without = OfficeHours { holidays: Some(unknown), ..office() };
    assert!(with_office_hours("", "dev", &without).is_err_and(|why| why.contains("[calendar.de]")));
}
