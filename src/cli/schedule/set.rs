//! `toban schedule set ENV SCHEDULE`: writes `schedule = "…"` into the environment's section of the configuration, and with
//! hours the schedule itself; every other line stays. What the file says afterwards is checked before it is written.

use std::io::ErrorKind;

use super::super::exit::{Exit, Failure};
use crate::cli::read;
use crate::cli::read::CommandContext;
use crate::cli::{ConfigFile, args, change, output};
use crate::config;
use crate::config::edit::{HolidayCalendar, OfficeHours, with_office_hours, with_schedule};

/// Runs it.
///
/// # Errors
/// When there is no such environment or schedule, or the file can't be read, would not hold, or can't be written.
pub(super) async fn run(context: &CommandContext, args: &args::Setting, file: ConfigFile<'_>) -> Result<Exit, Failure> {
    let snapshot = read::once(context).await?;
    let name = change::environment(&snapshot, &args.env)?.name.to_string();
    let hours = hours(context, args)?;
    let schedules: Vec<&str> =
        context.view.configured_environments.schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    let shown = file.path.display();
    if hours.is_none() && !schedules.contains(&args.schedule.as_str()) {
        let known = if schedules.is_empty() { "there is none yet".to_owned() } else { schedules.join(", ") };
        let message = format!(
            "there is no [schedule.{schedule}] in {shown}: {known}; `toban schedule set {name} {schedule} --days mon-fri --from \
             09:00 --to 22:00` writes one",
            schedule = args.schedule
        );
        return Err(Failure::new(Exit::NotFound, message));
    }
    let failed = |what: &str, why: &dyn std::fmt::Display| Failure::new(Exit::Failed, format!("{what} {shown}: {why}"));
    let text = match crate::os::read_text(file.path, crate::os::LARGEST) {
        Ok(text) => text,
        // None is needed until now; it is made.
        Err(why) if why.kind() == ErrorKind::NotFound => String::new(),
        Err(why) => return Err(failed("reading", &why)),
    };
    let changed = match &hours {
        Some(hours) => with_office_hours(&text, &name, hours),
        None => with_schedule(&text, &name, &args.schedule),
    };
    let changed = changed.map_err(|why| failed("nothing was written to", &why))?;
    // The demo's schedules are in no file: what would be written is told, not checked against a file that is not its own.
    if file.may_write {
        config::parse(&changed, &shown.to_string()).map_err(|why| failed("nothing was written to", &why))?;
    }
    if args.dry_run || !file.may_write {
        if !args.dry_run {
            output::note(
                "toban: the demo writes no configuration of yours; `--config FILE` names a file that it may write\n",
            );
        }
        let with = hours.as_ref().map(|hours| format!(", with {}", hours_of(hours))).unwrap_or_default();
        output::data(&format!("would write schedule = {:?} for {name} to {shown}{with}\n", args.schedule))?;
        return Ok(Exit::Done);
    }
    if let Some(folder) = file.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|why| failed("making the folder of", &why))?;
    }
    crate::os::replace_text(file.path, &changed).map_err(|why| failed("writing", &why))?;
    output::data(&format!(
        "{name} has the schedule {}; `toban schedule sync {name}` brings it to AWS\n",
        args.schedule
    ))?;
    Ok(Exit::Done)
}

/// The hours that were given, with zone and holidays guessed where they were not.
fn hours(context: &CommandContext, args: &args::Setting) -> Result<Option<OfficeHours>, Failure> {
    let (Some(days), Some(from), Some(to)) = (&args.days, &args.from, &args.to) else { return Ok(None) };
    let here = context.view.zone.iana_name().map(str::to_owned);
    let timezone = args.timezone.clone().or(here).ok_or_else(|| {
        Failure::new(Exit::Usage, "the zone of this machine has no name: say --timezone Asia/Tokyo, or which it is")
    })?;
    let holidays = match args.holidays.as_deref() {
        None => OfficeHours::usual_holidays(&timezone),
        Some("none") => None,
        Some(name) => {
            let usual = OfficeHours::usual_holidays("Asia/Tokyo").filter(|usual| usual.name == name);
            Some(usual.unwrap_or_else(|| HolidayCalendar { name: name.to_owned(), builtin: None }))
        }
    };
    let name = args.schedule.clone();
    Ok(Some(OfficeHours { name, days: days.clone(), from: from.clone(), to: to.clone(), timezone, holidays }))
}

fn hours_of(hours: &OfficeHours) -> String {
    format!("[schedule.{}] {} {}-{} {}", hours.name, hours.days, hours.from, hours.to, hours.timezone)
}
