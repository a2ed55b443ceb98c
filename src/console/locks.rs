//! Locks: environments that the configuration makes read-only, and how long one is open once somebody typed its name. Pure;
//! the gate holds to it, and the journal keeps who unlocked what and why.

use jiff::{SignedDuration, Timestamp};
use tui_input::Input;

use super::effect::Effect;
use super::model::Model;
use super::overlay::Overlay;
use super::page::Page;
use crate::change::Ending;
use crate::change::gate::Guard;
use crate::change::plan::Plan;
use crate::engine::journal::Line;
use crate::keys::{Chord, Key, edit};
use crate::schedule::calendar::deadline;
use crate::world::{EnvironmentName, KindName, ResourceId};

/// Nothing is open for longer: a lock that is always open is none.
const LONGEST: SignedDuration = SignedDuration::from_hours(8);

/// An environment that was unlocked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unlocked {
    /// Until when.
    pub until: Timestamp,
}

/// Somebody is about to unlock an environment: its name is awaited.
#[derive(Clone, Debug)]
pub struct Unlocking {
    /// Which.
    pub environment: EnvironmentName,
    /// For how long.
    pub span: SignedDuration,
    /// Why, in their words.
    pub reason: String,
    /// What is typed of the name.
    pub input: Input,
}

impl Unlocking {
    /// What is asked.
    #[must_use]
    pub fn prompt(&self) -> String {
        let span = crate::text::span(self.span.as_secs());
        format!("type {} to unlock it for {span}:", self.environment)
    }
}

/// Asks for the name of the environment here; `words` are how long, and why.
pub(super) fn unlock(model: &mut Model, words: Option<&str>) {
    let usage = "write how long and why behind it, as in `:unlock 10m rolling back 118`";
    let Some(environment) = model.environment().map(|environment| environment.name.clone()) else {
        model.notices.fault(model.now, "no environment is meant here; open one first");
        return;
    };
    if !model.settings.configured_environments.is_locked(&environment) {
        model.notices.info(model.now, format!("{environment} is not locked"));
        return;
    }
    let (span, reason) = words.map(str::trim).and_then(|words| words.split_once(' ')).unwrap_or_default();
    let reason = reason.trim().trim_matches('"').trim().to_owned();
    match deadline::span(span) {
        Some(span) if span <= LONGEST && !reason.is_empty() => {
            let input = Input::default();
            model.overlay = Overlay::Unlock(Box::new(Unlocking { environment, span, reason, input }));
        }
        Some(span) if span > LONGEST => model.notices.fault(model.now, "it stays open for 8 hours at most"),
        _ => model.notices.fault(model.now, usage),
    }
}

/// A key while the name is typed.
pub(super) fn key(model: &mut Model, mut unlocking: Box<Unlocking>, chord: Chord) -> Vec<Effect> {
    match chord.key {
        Key::Esc => return Vec::new(),
        Key::Enter if unlocking.input.value().trim() == unlocking.environment.as_str() => {
            return open(model, *unlocking);
        }
        Key::Enter => {
            let message = format!("that is not {}; nothing was unlocked", unlocking.environment);
            model.notices.fault(model.now, message);
        }
        _ => {
            edit(&mut unlocking.input, chord);
        }
    }
    model.overlay = Overlay::Unlock(unlocking);
    Vec::new()
}

fn open(model: &mut Model, unlocking: Unlocking) -> Vec<Effect> {
    let Unlocking { environment, span, reason, .. } = unlocking;
    let until = model.now.checked_add(model.ours(span)).unwrap_or(Timestamp::MAX);
    let said = crate::text::span(span.as_secs());
    model.notices.info(model.now, format!("{environment} is unlocked for {said}; `:lock` locks it again"));
    model.unlocked.insert(environment.clone(), Unlocked { until });
    model.dirty = true;
    journaled(model, &environment, (&format!("unlock {environment} for {said}"), Some(&reason)))
}

/// Locks the environment here again, before its time.
pub(super) fn lock(model: &mut Model) -> Vec<Effect> {
    let environment = model.environment().map(|environment| environment.name.clone());
    let Some(environment) = environment.filter(|environment| model.unlocked.remove(environment).is_some()) else {
        model.notices.info(model.now, "nothing here is unlocked");
        return Vec::new();
    };
    model.notices.info(model.now, format!("{environment} is locked again"));
    model.dirty = true;
    journaled(model, &environment, (&format!("lock {environment}"), None))
}

/// What the journal keeps of it: it changes nothing at AWS, but who opened what is asked afterwards.
fn journaled(model: &Model, environment: &EnvironmentName, (message, reason): (&str, Option<&str>)) -> Vec<Effect> {
    let Some(scope) = model.picture.environment(environment).and_then(|found| found.scopes.first()) else {
        return Vec::new();
    };
    let on = ResourceId { kind: KindName("environment"), scope: scope.clone(), key: environment.as_str().into() };
    let plan = Plan::new(message, environment.clone(), on, Vec::new());
    let id = format!("{:x}-{}", model.now.as_millisecond(), model.keys);
    let who = model.world.identity(scope);
    let started = Line::started(&id, model.now, &plan, who, reason);
    vec![Effect::Close(vec![started, Line::closed(&id, model.now, &Ending::done("done"))])]
}

/// What locks and rules say of an operation on `count` things of an environment now.
pub(super) fn guard(model: &Model, environment: &EnvironmentName, (operation, count): (&str, usize)) -> Guard {
    let mut guard = model.settings.configured_environments.guard(environment, operation, model.now);
    guard.locked &= !model.unlocked.contains_key(environment);
    let running = model.underway.iter().filter(|one| one.ended.is_none() && one.plan.environment == *environment);
    let (running, new) = (running.count(), count.max(1));
    if let Some(most) = guard.at_once.filter(|most| running + new > *most as usize) {
        let under_way = if running > 0 { format!(", with {running} running already,") } else { String::new() };
        guard.denied.get_or_insert_with(|| format!("{new} at once{under_way} are more than {most}"));
    }
    guard
}

/// Time passed: what was open long enough is locked again.
pub(super) fn expire(model: &mut Model) {
    let now = model.now;
    let over: Vec<EnvironmentName> =
        model.unlocked.iter().filter(|(_, open)| open.until <= now).map(|(name, _)| name.clone()).collect();
    for name in over {
        model.unlocked.remove(&name);
        model.notices.info(now, format!("{name} is locked again"));
        model.dirty = true;
    }
}

/// What the header says of the environment here, and in how many seconds it reads differently.
pub(super) fn sign(model: &Model) -> Option<(String, Option<i64>)> {
    if !model.places.iter().any(Page::is_inside) {
        // In the fleet the row under the cursor is not where one is; that something stands open is told everywhere.
        let count = model.unlocked.len();
        return (count > 0).then(|| (format!("{count} unlocked"), None));
    }
    let environment = &model.environment()?.name;
    if !model.settings.configured_environments.is_locked(environment) {
        return None;
    }
    let Some(open) = model.unlocked.get(environment) else { return Some(("locked".to_owned(), None)) };
    let left = model.settings.speed.in_ours(open.until.duration_since(model.now)).as_secs().max(0);
    let (text, next) = if left > 60 {
        (format!("unlocked {} min", (left + 59) / 60), (left - 1) % 60 + 1)
    } else {
        (format!("unlocked {left} s"), 1)
    };
    Some((text, Some(next)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::gate::Refused;
    use crate::command::Command;
    use crate::console::dispatch::perform;
    use crate::console::msg::Event;
    use crate::console::screens::rig::{demo, press, tell_at, type_in};
    use crate::environment::{EnvironmentConfig, Rule};

    const HERE: &str = "prooflink-dev";

    /// A console in an environment that is locked.
    fn locked() -> Model {
        let mut model = demo(0);
        let environments = &mut model.settings.configured_environments.environments;
        match environments.iter_mut().find(|config| config.name.as_str() == HERE) {
            Some(config) => config.read_only = true,
            None => environments.push(EnvironmentConfig { read_only: true, ..EnvironmentConfig::new(HERE) }),
        }
        model.enter_environment(HERE.into());
        model
    }

    fn refused(model: &Model) -> Option<Refused> {
        let environment = model.picture.environment(&HERE.into())?;
        let at = model.circumstances(&environment.name, environment.scopes.first()?);
        model.gate.bars(&environment.name, &at)
    }

    #[test]
    fn a_lock_opens_by_its_name_for_a_while_and_closes_by_itself() {
        let mut model = locked();
        assert_eq!(refused(&model), Some(Refused::Locked(HERE.into())));
        assert_eq!(sign(&model).map(|(text, _)| text).as_deref(), Some("locked"));
        perform(&mut model, Command::Unlock, Some("10m trying a fix"));
        type_in(&mut model, "prooflink");
        press(&mut model, &["enter"]);
        assert!(model.unlocked.is_empty(), "another name opens nothing");
        type_in(&mut model, "-dev");
        let effects = press(&mut model, &["enter"]);
        let kept = |effect: &Effect| matches!(effect, Effect::Close(lines) if lines.len() == 2);
        assert!(effects.iter().any(kept), "{effects:?}");
        assert_eq!(refused(&model), None);
        assert_eq!(sign(&model).map(|(text, _)| text).as_deref(), Some("unlocked 10 min"));
        let later = model.now + SignedDuration::from_mins(11);
        tell_at(&mut model, later, Event::Tick);
        assert_eq!(refused(&model), Some(Refused::Locked(HERE.into())));
    }

    #[test]
    fn without_a_reason_or_for_too_long_nothing_opens() {
        for words in [None, Some("10m"), Some("soon because"), Some("9h because")] {
            let mut model = locked();
            perform(&mut model, Command::Unlock, words);
            assert!(matches!(model.overlay, Overlay::None), "{words:?}");
        }
    }

    #[test]
    fn it_can_be_locked_before_its_time() {
        let mut model = locked();
        model.unlocked.insert(HERE.into(), Unlocked { until: Timestamp::MAX });
        perform(&mut model, Command::Lock, None);
        assert!(refused(&model).is_some());
    }

    #[test]
    fn more_at_once_than_a_rule_allows_is_denied() {
        let mut model = demo(0);
        model.settings.configured_environments.rules = vec![Rule { at_once: Some(2), ..Rule::default() }];
        assert_eq!(guard(&model, &HERE.into(), ("run", 2)).denied, None);
        let denied = guard(&model, &HERE.into(), ("run", 3)).denied;
        assert!(denied.is_some_and(|why| why.contains("3 at once")));
    }
}
