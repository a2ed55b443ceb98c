//! `toban doctor`: credentials, permissions, clock, terminal, files. One line a check, and under
//! each that fails its remedy. Looks through the same engine as everything else and changes nothing.

mod check;
mod cloud;
mod files;
mod terminal;

pub(in crate::cli) use check::{Check, Report};

use super::exit::{Exit, Failure};
use super::look::{self, Duty};
use super::{names, out, tree};
use crate::config::{ConfigError, Dirs};
use crate::world::Scope;

/// Runs it; `config` is what loading the configuration came to.
///
/// # Errors
/// When the named environment is not there, ctrl-c came, or stdout cannot be written. What fails
/// otherwise is the report's to tell.
pub(super) async fn run(
    duty: &Duty,
    args: &tree::Doctor,
    dirs: &Dirs,
    config: Result<(), ConfigError>,
) -> Result<Exit, Failure> {
    let mut report = Report::default();
    files::check(&mut report, dirs, config);
    terminal::check(&mut report, &terminal::Terminal::here());
    match look::once_whatever(duty).await {
        Err(failure) if matches!(failure.exit, Exit::Interrupted) => return Err(failure),
        Err(failure) => {
            report.add(Check::fail("where to look", failure.says.clone(), "see above").because(failure.exit))
        }
        Ok(outlook) => {
            let scopes = match &args.env {
                None => outlook.world.scopes(),
                Some(typed) => scopes_of(typed, &outlook)?,
            };
            cloud::check(&mut report, &outlook, &scopes, &duty.settings.wishes);
        }
    }
    let text = if args.json { report.json()? } else { report.text(duty.paint.as_ref()) };
    out::data(&text)?;
    Ok(report.exit())
}

fn scopes_of(typed: &str, outlook: &crate::app::headless::Outlook) -> Result<Vec<Scope>, Failure> {
    let all = &outlook.picture.environments;
    let known: Vec<&str> = all.iter().map(|environment| environment.name.as_str()).collect();
    let name = names::resolve(typed, &known, "environment")?;
    let found = all.iter().find(|environment| environment.name.as_str() == name);
    Ok(found.map(|environment| environment.scopes.clone()).unwrap_or_default())
}

#[cfg(test)]
mod tests;
