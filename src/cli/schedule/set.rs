//! `toban schedule set ENV SCHEDULE`: writes `schedule = "…"` into the environment's section of the configuration,
//! leaving every other line as it is. What the file says afterwards is checked before it is written.

use std::path::Path;

use super::super::exit::{Exit, Failure};
use crate::cli::read;
use crate::cli::read::CommandContext;
use crate::cli::{args, change, output};
use crate::config;

/// Runs it.
///
/// # Errors
/// When there is no such environment or schedule, or the file can't be read, would not hold, or can't be written.
pub(super) async fn run(duty: &CommandContext, args: &args::Setting, file: &Path) -> Result<Exit, Failure> {
    let snapshot = read::once(duty).await?;
    let name = change::environment(&snapshot, &args.env)?.name.to_string();
    let schedules: Vec<&str> = duty.view.wishes.schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    if !schedules.contains(&args.schedule.as_str()) {
        let known = if schedules.is_empty() { "there is none yet".to_owned() } else { schedules.join(", ") };
        let message = format!("there is no [schedule.{}] in {}: {known}", args.schedule, file.display());
        return Err(Failure::new(Exit::NotFound, message));
    }
    let shown = file.display();
    let failed = |what: &str, why: &dyn std::fmt::Display| Failure::new(Exit::Failed, format!("{what} {shown}: {why}"));
    let text = crate::os::read_text(file, crate::os::LARGEST).map_err(|why| failed("reading", &why))?;
    let changed = with_schedule(&text, &name, &args.schedule);
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

/// The text with the environment's `schedule` set.
fn with_schedule(text: &str, environment: &str, schedule: &str) -> String {
    let line = format!("schedule = {schedule:?}");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let Some(head) = lines.iter().position(|line| is_head_of(line, environment)) else {
        let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return format!("{text}{end}{gap}[environment.{environment:?}]\n{line}\n");
    };
    let inside = lines.iter().enumerate().skip(head + 1).take_while(|(_, line)| !line.trim_start().starts_with('['));
    let old = inside
        .filter(|(_, line)| line.split('=').next().is_some_and(|key| key.trim() == "schedule"))
        .map(|(at, _)| at)
        .next();
    match old.and_then(|at| lines.get_mut(at)) {
        Some(old) => {
            let comment = old.split_once('#').map(|(_, comment)| format!(" #{comment}")).unwrap_or_default();
            *old = format!("{line}{comment}");
        }
        None => lines.insert(head + 1, line),
    }
    lines.join("\n") + "\n"
}

/// Whether a line opens the section of that environment.
fn is_head_of(line: &str, environment: &str) -> bool {
    let inside = line.trim().strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or_default();
    let name = inside.trim().strip_prefix("environment.").map(|name| name.trim().trim_matches(['"', '\'']));
    name.is_some_and(|name| name.eq_ignore_ascii_case(environment))
}

#[cfg(test)]
mod tests {
    use super::with_schedule;

    #[test]
    fn a_line_is_set_and_everything_else_stays() {
        let text = "# mine\n[environment.dev]\nstage = \"dev\" # x\nschedule = \"old\" # why\n\n[environment.other]\n";
        let set = with_schedule(text, "dev", "office");
        assert_eq!(set, text.replace("\"old\"", "\"office\""));
        let new = with_schedule(text, "other", "office");
        assert_eq!(new, format!("{text}schedule = \"office\"\n"));
        let fresh = with_schedule("theme = \"day\"", "本番", "office");
        assert_eq!(fresh, "theme = \"day\"\n\n[environment.\"本番\"]\nschedule = \"office\"\n");
    }
}
