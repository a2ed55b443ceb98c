//! Giving an environment office hours: from the command to the form, and from the form to the file. Pure; who writes the file
//! is the runner.

use super::effect::Effect;
use super::model::Model;
use super::overlay::Overlay;
use super::page::Page;
use super::screens::hours::{HoursForm, HoursKey, Outcome};
use super::screens::sheet::Sheet;
use super::settings::SavedHours;
use crate::keys::Chord;
use crate::world::EnvironmentName;

/// Opens the form for an environment.
pub(super) fn open(model: &mut Model, environment: EnvironmentName) {
    if model.gate.read_only {
        model.notices.fault(model.now, "toban was started read-only; start it with --write to write a schedule");
        return;
    }
    let Some(zone) = model.settings.zone.iana_name() else {
        let message =
            "the zone of this machine has no name, so whose hours are meant is not known; set TZ, as in TZ=Asia/Tokyo";
        model.notices.fault(model.now, message);
        return;
    };
    model.overlay = Overlay::Hours(Box::new(HoursForm::new(environment, zone)));
}

/// What the form comes to now.
pub(super) fn outcome(model: &Model, form: &HoursForm) -> Result<Outcome, String> {
    form.outcome(model.picture.environment(&form.environment), &model.world, model.now)
}

/// A key for the form.
pub(super) fn key(model: &mut Model, mut form: Box<HoursForm>, chord: Chord) -> Vec<Effect> {
    let good = outcome(model, &form).is_ok();
    match form.hear(chord, good) {
        HoursKey::Stay => {
            model.overlay = Overlay::Hours(form);
            Vec::new()
        }
        HoursKey::Leave => Vec::new(),
        HoursKey::Write(hours) => vec![Effect::WriteHours(form.environment, hours)],
    }
}

/// They were written, or why not.
pub(super) fn written(model: &mut Model, environment: EnvironmentName, got: Result<Box<SavedHours>, String>) {
    model.dirty = true;
    match got {
        Ok(saved) => {
            model.settings.configured_environments = saved.configured_environments;
            model.notices.info(model.now, saved.message);
            model.stirred = true;
            if !matches!(model.here(), Some(Page::Schedule(here, _)) if *here == environment) {
                model.enter(Page::Schedule(environment, Sheet::default()));
            }
        }
        Err(why) => model.notices.fault(model.now, why),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::command::Command;
    use crate::console::dispatch::perform;
    use crate::console::effect::Effect;
    use crate::console::msg::Event;
    use crate::console::screens::rig::{demo, read_of_demo, tell};
    use crate::console::settings::{SaveHours, Settings};

    #[test]
    fn the_form_opens_on_the_environment_that_is_meant_and_not_read_only() {
        let mut model = demo(0);
        model.settings.zone = jiff::tz::TimeZone::get("Asia/Tokyo").expect("a zone");
        perform(&mut model, Command::OfficeHours, Some("backend-dev"));
        assert!(matches!(&model.overlay, Overlay::Hours(form) if form.environment.as_str() == "backend-dev"));
        let mut model = demo(0);
        model.gate.read_only = true;
        perform(&mut model, Command::OfficeHours, Some("backend-dev"));
        assert!(matches!(model.overlay, Overlay::None));
    }

    #[test]
    fn what_was_written_holds_from_then_on_and_its_page_opens() {
        let mut model = demo(0);
        let configured_environments = crate::demo::configured_environments();
        let saved =
            SavedHours { configured_environments: configured_environments.clone(), message: "written".to_owned() };
        written(&mut model, "backend-dev".into(), Ok(Box::new(saved)));
        assert_eq!(model.settings.configured_environments, configured_environments);
        assert!(matches!(model.here(), Some(Page::Schedule(name, _)) if name.as_str() == "backend-dev"));
        assert!(model.stirred, "the picture is made anew");
    }

    #[test]
    fn without_a_file_to_write_it_is_said() {
        let save: SaveHours = Settings::default().save_hours;
        let hours = HoursForm::new("dev".into(), "Asia/Tokyo").hours();
        assert!((Arc::clone(&save))(&"dev".into(), &hours).is_err_and(|why| !why.is_empty()));
    }

    /// The plan that comes of a lease, in the simulation's environment with a schedule.
    fn leased(model: &mut Model) -> String {
        let effects = perform(model, Command::Prolong, None);
        if let Some(Effect::Consult(ask, wants)) = effects.first() {
            tell(model, Event::Consulted(*ask, read_of_demo(wants)));
        }
        match &model.overlay {
            Overlay::Confirm(plan) => plan.plan.message.clone(),
            _ => model.notices.now().map(|(_, text)| text.to_owned()).unwrap_or_default(),
        }
    }

    #[test]
    fn a_lease_is_a_plan_that_ends_by_itself() {
        let mut model = demo(0);
        model.enter_environment("prooflink-dev".into());
        let message = leased(&mut model);
        assert!(message.contains("prooflink-dev") && matches!(model.overlay, Overlay::Confirm(_)), "{message}");
        let Overlay::Confirm(plan) = &model.overlay else { panic!("a plan") };
        assert!(plan.plan.calls.iter().any(|call| call.contains("Start")), "it is woken: {:?}", plan.plan.calls);
    }

    #[test]
    fn without_a_schedule_nothing_would_end_it() {
        let mut model = demo(0);
        model.enter_environment("kajimaru".into());
        let message = leased(&mut model);
        assert!(message.contains("has no schedule") && message.contains(":office-hours"), "{message}");
    }
}
