//! The console in lines: what is said of pages and plans, what a line means, and that only a whole word is a yes. On the
//! simulated account.

use super::news::Teller;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::screens::rig::{demo, read_of_demo, tell};
use crate::world::Health;

/// Somebody at the prompt.
struct Reader {
    model: Model,
    teller: Teller,
}

impl Reader {
    fn new() -> (Self, String) {
        let mut reader = Self { model: demo(0), teller: Teller::default() };
        let first = reader.told();
        (reader, first)
    }

    fn told(&mut self) -> String {
        self.teller.believe_complete();
        self.teller.tell(&self.model).join("\n")
    }

    /// Types a line, hands in what is read for it, and gives what is said.
    fn types(&mut self, line: &str) -> (String, Vec<Effect>) {
        self.teller.answer(line);
        let mut effects = tell(&mut self.model, Event::Line(line.to_owned()));
        if let Some(Effect::Consult(question, reads)) = effects.first() {
            let (question, got) = (*question, read_of_demo(reads));
            effects = tell(&mut self.model, Event::Consulted(question, got));
        }
        (self.told(), effects)
    }

    fn says(&mut self, line: &str) -> String {
        self.types(line).0
    }
}

#[test]
fn the_fleet_is_told_as_numbered_sentences_without_anything_drawn() {
    let (_, first) = Reader::new();
    let is_drawn = |c: char| ('\u{2500}'..='\u{25ff}').contains(&c) || c == '\u{1b}';
    assert!(!first.contains(is_drawn), "{first}");
    assert!(first.contains("Fleet: 9 environments, 2 bad"), "{first}");
    let line = first.lines().find(|line| line.contains("prooflink-prod, bad, protected: ")).expect("its line");
    assert!(line.ends_with('.') && line.contains("targets 1 of 4") && line.contains("stage prod"), "{line}");
    assert!(first.contains("\n1. "), "{first}");
}

#[test]
fn a_number_opens_a_row_and_back_returns() {
    let (mut reader, _) = Reader::new();
    let page = reader.says("1");
    assert!(matches!(reader.model.here(), Some(Page::Environment(..))), "{page}");
    assert!(page.contains("is bad, protected") && page.contains("services"), "{page}");
    assert!(reader.says("999").contains("Rows are 1 to "));
    let fleet = reader.says("back");
    assert!(fleet.contains("Fleet: "), "{fleet}");
    assert!(reader.says("").contains("Fleet: "), "an empty line tells it again");
    assert!(reader.says("nonsense").contains("here is no command"));
    assert!(reader.says("help").contains("what can be done"));
}

#[test]
fn a_row_can_be_told_what_to_do_by_its_number() {
    let (mut reader, fleet) = Reader::new();
    let row = fleet.lines().find(|line| line.contains("prooflink-dev, asleep")).expect("its row");
    let number = row.split('.').next().expect("a number");
    let plan = reader.says(&format!("{number} wake"));
    assert!(plan.contains("Plan: Wake prooflink-dev"), "{plan}");
}

#[test]
fn a_plan_is_told_in_numbered_sentences_and_only_the_whole_word_is_a_yes() {
    let (mut reader, _) = Reader::new();
    reader.says("env prooflink-dev");
    let plan = reader.says("lease 3h");
    assert!(plan.contains("Plan: ") && plan.contains("\n1. It is in prooflink-dev"), "{plan}");
    assert!(plan.contains("Call: ") && plan.contains("Type yes to do it"), "{plan}");
    for no in ["y", "no", "", "Yes please"] {
        let (said, effects) = reader.types(no);
        assert!(matches!(reader.model.overlay, Overlay::None), "{no:?}: {said}");
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Run(_) | Effect::Change(_))), "{no:?}");
        reader.says("lease 3h");
    }
    assert!(reader.says("why for the demo at nine").contains("The reason is: for the demo at nine"));
    let (_, effects) = reader.types("yes");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Run(_))), "{effects:?}");
    assert!(matches!(reader.model.here(), Some(Page::Progress(..))));
}

#[test]
fn a_protected_environment_wants_its_name() {
    let (mut reader, _) = Reader::new();
    reader.says("env prooflink-prod");
    let plan = reader.says("roll-back");
    assert!(plan.contains("which is protected") && plan.contains("Type prooflink-prod to do it"), "{plan}");
    let (said, effects) = reader.types("yes");
    assert!(effects.is_empty() && said.contains("nothing was changed"), "{said}");
    reader.says("roll-back");
    let (_, effects) = reader.types("prooflink-prod");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Run(_))), "{effects:?}");
}

#[test]
fn menus_are_numbered_and_chosen_from_by_number_or_name() {
    let (mut reader, _) = Reader::new();
    let menu = reader.says("actions");
    assert!(menu.contains("\n1. ") && menu.contains("A number or a name chooses"), "{menu}");
    assert!(reader.says("zzz").contains("is none of them"));
    assert!(reader.says("back").is_empty() && matches!(reader.model.overlay, Overlay::None));
    reader.says("actions");
    let text = reader.says("describe");
    assert!(matches!(reader.model.here(), Some(Page::Viewer(_))) && text.contains("what belongs to it"), "{text}");
}

#[test]
fn what_changes_is_told_once_as_it_happens() {
    let (mut reader, _) = Reader::new();
    assert_eq!(reader.told(), "", "nothing is said twice");
    let home = reader.model.picture.environments.iter_mut().find(|it| it.name.as_str() == "kajimaru").expect("it");
    home.verdict.health = Health::Worrying;
    let said = reader.told();
    assert!(said.contains("kajimaru is worrying, it was well"), "{said}");
    assert_eq!(reader.told(), "");
}

#[test]
fn office_hours_are_asked_for_one_by_one() {
    let (mut reader, _) = Reader::new();
    reader.model.settings.zone = jiff::tz::TimeZone::get("Asia/Tokyo").expect("a zone");
    assert!(reader.says("office-hours backend-dev").contains("On which days"));
    assert!(reader.says("").contains("From when"));
    assert!(reader.says("08:30").contains("To when"));
    let seen = reader.says("19:00");
    assert!(seen.contains("mon-fri from 08:30 to 19:00") && seen.contains("Type yes"), "{seen}");
    let (_, effects) = reader.types("yes");
    assert!(matches!(effects.as_slice(), [Effect::WriteHours(..)]), "{effects:?}");
}
