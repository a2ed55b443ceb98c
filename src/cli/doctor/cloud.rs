//! What the account says: who we are in each place, which readings are allowed, whether the clock
//! agrees, and whether the configuration fits what is there. All of it is read from one outlook.

use super::{Check, Report};
use crate::app::headless::Outlook;
use crate::cli::exit::{Exit, is_credentials};
use crate::cli::look::place;
use crate::environment::Wishes;
use crate::kinds::{AnyKind, KINDS};
use crate::world::{Fault, FaultKind, Scope, World};

/// Wire codes that mean the clocks are too far apart.
const SKEWED: &[&str] = &["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"];

/// Checks `scopes`.
pub(super) fn check(report: &mut Report, outlook: &Outlook, scopes: &[Scope], wishes: &Wishes) {
    let world = &outlook.world;
    for scope in scopes {
        let known = who(report, world, scope);
        if known {
            clock(report, world, scope);
            for kind in KINDS {
                report.add(reading(world, scope, *kind));
            }
        }
    }
    for wish in &wishes.environments {
        pin(report, outlook, wish, scopes);
    }
}

/// Who we are there. Without credentials nothing further is worth telling.
fn who(report: &mut Report, world: &World, scope: &Scope) -> bool {
    let about = format!("credentials {scope}");
    if let Some(identity) = world.identity(scope) {
        report.add(Check::well(about, format!("{} in account {}", identity.arn, identity.account)));
        return true;
    }
    let fault = world.identity_fault(scope).or_else(|| faults(world, scope).find(|fault| is_credentials(fault)));
    match fault {
        Some(fault) => {
            let exit = if is_credentials(fault) { Exit::Credentials } else { Exit::Failed };
            report.add(Check::fail(about, fault.sentence(), fault.remedy(scope)).because(exit));
            !is_credentials(fault)
        }
        None => {
            report.add(Check::warn(about, "nobody said who we are there", "run it again; the network may be slow"));
            true
        }
    }
}

fn faults<'w>(world: &'w World, scope: &'w Scope) -> impl Iterator<Item = &'w Fault> {
    world.shelves().filter(move |(at, _, _)| *at == scope).flat_map(|(_, _, shelf)| shelf.faults())
}

fn clock(report: &mut Report, world: &World, scope: &Scope) {
    let about = format!("clock {}", place(scope, world));
    let skewed = |fault: &&Fault| fault.code.as_deref().is_some_and(|code| SKEWED.contains(&code));
    let all = world.identity_fault(scope).into_iter().chain(faults(world, scope));
    let check = match all.into_iter().find(skewed) {
        Some(fault) => {
            Check::fail(about, fault.sentence(), "set this machine's clock, as with `timedatectl set-ntp true`")
        }
        None if world.identity(scope).is_some() => Check::well(about, "AWS accepts requests signed by it"),
        None => return,
    };
    report.add(check);
}

/// Whether a kind can be read.
fn reading(world: &World, scope: &Scope, kind: &dyn AnyKind) -> Check {
    let about = format!("{} {}", kind.name(), place(scope, world));
    let actions = kind.permissions().join(", ");
    let Some(shelf) = world.shelf(scope, kind.name()) else {
        let needs: Vec<&str> = kind.needs().iter().map(|need| need.0).collect();
        let remedy =
            if needs.is_empty() { "run it again".to_owned() } else { format!("mend {} first", needs.join(", ")) };
        return Check::warn(about, format!("was not read; it would take {actions}"), remedy);
    };
    let mut told: Vec<&Fault> = Vec::new();
    for fault in shelf.faults() {
        if !told.iter().any(|known| known.kind == fault.kind && known.operation == fault.operation) {
            told.push(fault);
        }
    }
    let Some(first) = told.first() else {
        return Check::well(about, actions);
    };
    let says: Vec<String> = told.iter().map(|fault| fault.sentence()).collect();
    let denied: Vec<&str> =
        told.iter().filter(|fault| fault.kind == FaultKind::Denied).map(|fault| fault.operation.as_str()).collect();
    let remedy = if denied.is_empty() {
        first.remedy(scope)
    } else {
        format!("allow {} for this role or user; `toban policy --read-only` prints the whole policy", denied.join(", "))
    };
    Check::fail(about, says.join("\n"), remedy)
}

/// Whether an environment of the configuration is there and in the account it is pinned to.
fn pin(report: &mut Report, outlook: &Outlook, wish: &crate::environment::Wish, scopes: &[Scope]) {
    let about = format!("environment {}", wish.name);
    let Some(environment) = outlook.picture.environment(&wish.name) else {
        // Where only some places were asked for, its absence says nothing.
        if scopes.len() == outlook.world.scopes().len() {
            let remedy =
                format!("mend environment.{}.match, or take the environment out of the configuration", wish.name);
            report.add(Check::warn(about, "the configuration names it, but nothing belongs to it", remedy));
        }
        return;
    };
    let Some(pinned) = &wish.account else {
        return;
    };
    for scope in environment.scopes.iter().filter(|scope| scopes.contains(scope)) {
        match outlook.world.account(scope) {
            Some(account) if account == *pinned => {
                report.add(Check::well(about.clone(), format!("is in account {pinned}, as pinned")));
            }
            Some(account) => report.add(Check::fail(
                about.clone(),
                format!("is pinned to account {pinned}, but {scope} is account {account}: every change is refused"),
                "choose the right profile, or mend `account` in the configuration",
            )),
            None => {}
        }
    }
}
