//! `toban schedule set ENV SCHEDULE`: writes `schedule = "…"` into the environment's section of the configuration,
//! leaving every other line as it is. What the file says afterwards is checked before it is written.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, Value};

use super::super::exit::{Exit, Failure};
use crate::cli::read;
use crate::cli::read::CommandContext;
use crate::cli::{args, change, output};
use crate::config;

/// Runs it.
///
/// # Errors
/// When there is no such environment or schedule, or the file can't be read, would not hold, or can't be written.
pub(super) async fn run(context: &CommandContext, args: &args::Setting, file: &Path) -> Result<Exit, Failure> {
    let snapshot = read::once(context).await?;
    let name = change::environment(&snapshot, &args.env)?.name.to_string();
    let schedules: Vec<&str> =
        context.view.configured_environments.schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    if !schedules.contains(&args.schedule.as_str()) {
        let known = if schedules.is_empty() { "there is none yet".to_owned() } else { schedules.join(", ") };
        let message = format!("there is no [schedule.{}] in {}: {known}", args.schedule, file.display());
        return Err(Failure::new(Exit::NotFound, message));
    }
    let shown = file.display();
    let failed = |what: &str, why: &dyn std::fmt::Display| Failure::new(Exit::Failed, format!("{what} {shown}: {why}"));
    let text = crate::os::read_text(file, crate::os::LARGEST).map_err(|why| failed("reading", &why))?;
    let changed = with_schedule(&text, &name, &args.schedule).map_err(|why| failed("nothing was written to", &why))?;
    config::parse(&changed, &shown.to_string()).map_err(|why| failed("nothing was written to", &why))?;
    if args.dry_run {
        output::data(&format!("would write schedule = {:?} for {name} to {shown}\n", args.schedule))?;
        return Ok(Exit::Done);
    }
    config::replace(file, &changed).map_err(|why| failed("writing", &why))?;
    output::data(&format!(
        "{name} has the schedule {}; `toban schedule sync {name}` brings it to AWS\n",
        args.schedule
    ))?;
    Ok(Exit::Done)
}

/// The text with the environment's `schedule` set, and everything else as it was: comments, order, blank lines.
///
/// # Errors
/// When the text is not TOML, or `environment` in it is not made of tables.
fn with_schedule(text: &str, environment: &str, schedule: &str) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|why: toml_edit::TomlError| why.to_string())?;
    let not_tables = || format!("`environment` is not made of tables such as [environment.{environment:?}]");
    let all = document.entry("environment").or_insert_with(|| {
        let mut all = Table::new();
        // Only the sections below it are written, as a person would.
        all.set_implicit(true);
        Item::Table(all)
    });
    let all = all.as_table_like_mut().ok_or_else(not_tables)?;
    // Environments are one whatever the case of their names.
    let known = all.iter().map(|(name, _)| name.to_owned()).find(|name| name.eq_ignore_ascii_case(environment));
    let section = all.entry(known.as_deref().unwrap_or(environment)).or_insert_with(|| Item::Table(Table::new()));
    let section = section.as_table_like_mut().ok_or_else(not_tables)?;
    match section.get_mut("schedule").and_then(Item::as_value_mut) {
        Some(old) => {
            // What stands around the value, such as a comment behind it, stays.
            let around = old.decor().clone();
            *old = Value::from(schedule);
            *old.decor_mut() = around;
        }
        None => {
            section.insert("schedule", Item::Value(Value::from(schedule)));
        }
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::with_schedule;

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
    #[case::spaces_and_quotes(
        "[ environment . \"dev\" ]\n",
        "dev",
        "[ environment . \"dev\" ]\nschedule = \"office\"\n"
    )]
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
}
