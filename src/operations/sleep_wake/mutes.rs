//! Which alarms of an environment are muted while it sleeps, for how long, and whether that still holds after it.
//! Pure; the calls are the kind's.

use super::actions::woken_at;
use crate::kinds::alarm::change::is_of_sleep;
use crate::kinds::alarm::{Alarm, AlarmMute, mute_alarms, scales};
use crate::kinds::mute_rule::MuteRule;
use crate::operations::ActionContext;
use crate::schedule::wording;
use crate::world::Scope;

/// For how long its alarms are muted, in words.
pub(super) fn muted(context: &ActionContext<'_>) -> String {
    match woken_at(context) {
        Some(at) => {
            format!("until {}, when its schedule has woken it", wording::when(at, context.cx.now, context.cx.zone))
        }
        None => "for 15 days at most".to_owned(),
    }
}

/// What silences the environment's alarms, one a scope.
pub(super) fn hushes(context: &ActionContext<'_>) -> Vec<AlarmMute> {
    let environment = context.environment;
    let alarms = environment.members.iter().filter(|member| {
        // Those that only scale tell nobody.
        context.cx.world.get::<Alarm>(&member.id).is_some_and(|alarm| !scales(alarm))
    });
    let mut scopes: Vec<(&Scope, Vec<String>)> = Vec::new();
    for member in alarms {
        match scopes.iter_mut().find(|(scope, _)| *scope == &member.id.scope) {
            Some((_, names)) => names.push(member.name.clone()),
            None => scopes.push((&member.id.scope, vec![member.name.clone()])),
        }
    }
    let when = (context.cx.now, woken_at(context));
    scopes.into_iter().map(|(scope, names)| mute_alarms(&names, &environment.name, scope, when)).collect()
}

/// Whether alarms of it are muted by a sleep: what is awake may be so, where the wake could not let them speak again.
pub(super) fn still_muted(context: &ActionContext<'_>) -> bool {
    let environment = context.environment;
    environment.scopes.iter().any(|scope| {
        let ours =
            |name: &String| environment.members.iter().any(|member| member.id.scope == *scope && member.name == *name);
        let mut rules = context.cx.world.all::<MuteRule>(scope);
        rules.any(|rule| {
            is_of_sleep(&rule.name, environment.name.as_str())
                && (rule.mutes(context.cx.now) || rule.is_ahead(context.cx.now))
                && rule.alarms.iter().any(ours)
        })
    })
}
