//! What EventBridge Scheduler holds, for the commands of this folder: read when asked for, compared with what was
//! computed, and searched for what others do to the same resources.

use jiff::tz::TimeZone;

use super::super::act::environment;
use super::super::exit::Failure;
use super::super::look::{self, Duty};
use crate::app::headless::Outlook;
use crate::environment::{Environment, OffHours, Other, others, sleepers};
use crate::kinds::kind;
use crate::kinds::schedule_group::{Group, Held};
use crate::schedule::Backend;
use crate::schedule::drift::{Difference, Stored, schedule_drift};
use crate::text;
use crate::world::{Coverage, Resource, Scope};

/// Reads it wherever there is an environment; what could not be read, in sentences.
pub(super) async fn read(duty: &Duty, outlook: &mut Outlook) -> String {
    let mut said = String::new();
    for scope in outlook.world.scopes() {
        if let Err(failure) = read_in(duty, outlook, &scope).await {
            let place = look::place(&scope, &outlook.world);
            let says = format!("{place}: what EventBridge Scheduler holds is not known: {failure}");
            said.push_str(&format!("{}\n", text::clean(&says)));
        }
    }
    said
}

/// Reads it for one environment.
///
/// # Errors
/// When it can't be read: a plan on a guess would be none.
pub(super) async fn read_of(duty: &Duty, outlook: &mut Outlook, name: &str) -> Result<(), Failure> {
    for scope in environment(outlook, name)?.scopes.clone() {
        read_in(duty, outlook, &scope).await?;
    }
    Ok(())
}

async fn read_in(duty: &Duty, outlook: &mut Outlook, scope: &Scope) -> Result<(), Failure> {
    let Some(groups) = kind(Group::KIND) else { return Ok(()) };
    let got = duty.cloud.read(groups, scope, &Coverage::All, &outlook.world).await;
    let failed = got.as_ref().err().map(|fault| Failure::of(fault, scope));
    outlook.world.put(scope, Group::KIND, &Coverage::All, got, duty.cloud.now());
    failed.map_or(Ok(()), Err)
}

/// How the server differs from what was computed, in sentences; `None` where that is not known or means nothing.
pub(super) fn drift(environment: &Environment, off: &OffHours, outlook: &Outlook) -> Option<Vec<String>> {
    if off.routine.backend != Backend::EventBridge {
        return None;
    }
    let name = off.routine.group_of(environment.name.as_str());
    let mut shelves = environment.scopes.iter().filter_map(|scope| outlook.world.shelf(scope, Group::KIND));
    shelves.find(|shelf| shelf.oldest().is_some())?;
    let mut groups = environment.scopes.iter().flat_map(|scope| outlook.world.all::<Group>(scope));
    let group = groups.find(|group| group.name == name);
    let held: Vec<Stored> = group.map(|group| group.schedules.iter().map(Held::stored).collect()).unwrap_or_default();
    let computed = off.computed(environment, &outlook.world, outlook.at);
    let differences = schedule_drift(&computed.planned, &held, outlook.at);
    let words = |one: Difference| match one {
        Difference::Missing(planned) => format!("{} is missing", planned.name),
        Difference::Extra { name } => format!("{name} is there and was not computed"),
        Difference::Changed { name, field, computed, stored } => {
            format!("{field} of {name} is {stored}, computed {computed}")
        }
    };
    Some(differences.into_iter().map(words).collect())
}

/// What others do, environment by environment.
pub(super) fn others_of<'o>(outlook: &'o Outlook, zone: &TimeZone) -> Vec<(&'o Environment, Other)> {
    let of = |it: &'o Environment| {
        let sleepers = match it.offhours.as_deref() {
            Some(off) => off.sleepers.clone(),
            None => sleepers(it, &outlook.world, None),
        };
        others(it, &sleepers, &outlook.world, (zone, outlook.at)).into_iter().map(move |other| (it, other))
    };
    outlook.picture.environments.iter().flat_map(of).collect()
}
