//! What is printed when: a page when one comes to it, a plan when it opens, and of everything else only what changed, as it
//! changes. Compares what was told last with what is; pure but for that memory.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{plainly, sentence};
use super::{overlaid, told};
use crate::console::model::{Model, Whereabouts};
use crate::console::notifications::Level;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::screens::logs::LogView;
use crate::logs::LineKey;
use crate::text::clock;
use crate::world::{EnvironmentName, Health};

/// So many lines of a log are told at once; of a flood the newest count.
const FLOOD: usize = 40;

/// What was told last.
#[derive(Default)]
pub(super) struct Teller {
    place: Option<Whereabouts>,
    /// The panels of the page that had something in them.
    filled: BTreeSet<String>,
    row: Option<String>,
    overlay: Vec<String>,
    notice: Option<String>,
    health: BTreeMap<EnvironmentName, (Health, String)>,
    underway: BTreeMap<u64, String>,
    line: Option<(u64, LineKey)>,
    complete: bool,
    begun: bool,
    /// The page is to be told again.
    again: bool,
    /// What was typed is not answered yet.
    waiting: bool,
    running: bool,
}

impl Teller {
    /// A model that no loop filled was read whole.
    #[cfg(test)]
    pub(super) fn believe_complete(&mut self) {
        self.complete = true;
    }

    /// Whether a line would be understood now: everything was read once, and nothing is being read for a plan.
    pub(super) fn takes_lines(&self) -> bool {
        self.complete && !self.waiting
    }

    /// Whether something is still to come that was asked for.
    pub(super) fn is_busy(&self) -> bool {
        self.waiting || self.running || !self.complete
    }

    /// A line was typed; an empty one asks for the page again.
    pub(super) fn answer(&mut self, line: &str) {
        self.again = matches!(line, "" | "again");
        // What is said once more is told once more.
        self.notice = None;
    }

    /// What is to be printed now.
    pub(super) fn tell(&mut self, model: &Model) -> Vec<String> {
        let mut lines = Vec::new();
        if !std::mem::replace(&mut self.begun, true) {
            lines.push("toban, plain: type help for what can be done, a number to open a row, quit to end.".to_owned());
            lines.push("Reading…".to_owned());
        }
        self.complete |= model.complete() || model.nowhere.is_some();
        self.waiting = model.consulting.is_some();
        self.running = model.underway.iter().any(|one| one.ended.is_none());
        if !self.complete {
            return lines;
        }
        lines.extend(self.changes(model));
        lines.extend(self.procedures(model));
        lines.extend(self.notice(model));
        lines.extend(self.page(model));
        let over = overlaid::overlay(model);
        if over != self.overlay {
            lines.extend(over.iter().cloned());
            self.overlay = over;
        }
        lines
    }

    /// Environments whose health or cause is another than was told.
    fn changes(&mut self, model: &Model) -> Vec<String> {
        let now: BTreeMap<EnvironmentName, (Health, String)> = model
            .picture
            .environments
            .iter()
            .map(|it| (it.name.clone(), (it.verdict.health, it.verdict.headline().to_owned())))
            .collect();
        let before = std::mem::replace(&mut self.health, now);
        if before.is_empty() {
            return Vec::new();
        }
        let at = clock(model.now, &model.settings.zone);
        let mut lines = Vec::new();
        for (name, (health, why)) in &self.health {
            let told = match before.get(name) {
                Some((was, _)) if was != health => format!("{name} is {}, it was {}: {why}", health.word(), was.word()),
                // Of what is well or asleep the words change with the clock; that is no news.
                Some((_, was)) if was != why && matches!(health, Health::Bad | Health::Worrying) => {
                    format!("{name} is still {}: {why}", health.word())
                }
                None => format!("{name} was found, it is {}: {why}", health.word()),
                Some(_) => continue,
            };
            lines.push(sentence(&plainly(&format!("{at} {told}"))));
        }
        let gone = before.keys().filter(|name| !self.health.contains_key(*name));
        lines.extend(gone.map(|name| format!("{at} {name} is gone.")));
        lines
    }

    /// How far things under way have come, whenever that changed, and how they ended.
    fn procedures(&mut self, model: &Model) -> Vec<String> {
        let mut lines = Vec::new();
        for one in &model.underway {
            let stands = match &one.ended {
                Some((_, ending)) => ending.message.clone(),
                None => {
                    // Its line tells how far its parts have come; only where it has none they are told one by one.
                    let bars = one.report.bars.iter().filter(|bar| bar.all > 0 && one.report.message.is_empty());
                    let bars = bars.map(|bar| format!("{} {} of {} {}", bar.label, bar.done, bar.all, bar.note));
                    let line = Some(one.report.message.clone()).filter(|line| !line.is_empty());
                    line.into_iter().chain(bars).collect::<Vec<_>>().join(", ")
                }
            };
            let told = sentence(&plainly(&format!("{}: {stands}", one.plan.message)));
            if self.underway.get(&one.id) != Some(&told) && !stands.is_empty() {
                lines.push(told.clone());
                self.underway.insert(one.id, told);
            }
        }
        lines
    }

    fn notice(&mut self, model: &Model) -> Option<String> {
        let now = model.notices.now().map(|(level, text)| (level, sentence(&plainly(text))));
        let (level, text) = now?;
        // How a procedure ended was told already.
        if self.notice.as_ref() == Some(&text) || self.underway.values().any(|told| *told == text) {
            return None;
        }
        self.notice = Some(text.clone());
        Some(if level == Level::Fault { format!("Attention: {text}") } else { text })
    }

    /// The page, where it is another one; of the same one what came to it, and the row that one moved to.
    fn page(&mut self, model: &Model) -> Vec<String> {
        let here = model.whereabouts();
        let is_new = self.place.as_ref() != Some(&here) || std::mem::take(&mut self.again);
        self.again = false;
        let filled = |model: &Model| -> BTreeSet<String> {
            let panels = model.sheet().into_iter().flat_map(|sheet| sheet.panels());
            panels.filter(|panel| !panel.is_empty()).map(|panel| panel.block.key.clone()).collect()
        };
        let row =
            model.sheet().and_then(|sheet| sheet.current()).map(|(block, item)| format!("{} {}", block.key, item.key));
        let mut lines = Vec::new();
        if is_new {
            self.place = Some(here);
            lines.extend(told::page(model));
            self.line = None;
        } else if let Some(sheet) = model.sheet() {
            let mut number = 0;
            for panel in sheet.panels() {
                let came = !panel.is_empty() && !self.filled.contains(&panel.block.key);
                lines.extend(told::heading(panel.block).filter(|_| came));
                for item in panel.items() {
                    number += 1;
                    if came {
                        lines.push(format!("{number}. {}", told::row(model, panel.block, item)));
                    }
                }
            }
            let moved = row != self.row && matches!(model.overlay, Overlay::None) && lines.is_empty();
            if let Some((block, item)) = sheet.current().filter(|_| moved) {
                lines.push(format!("{}. {}", sheet.position() + 1, told::row(model, block, item)));
            }
        }
        (self.filled, self.row) = (filled(model), row);
        if let Some(Page::Logs(view)) = model.here() {
            lines.extend(self.log(view, model));
        }
        lines
    }

    /// Lines that came since the last were told.
    fn log(&mut self, view: &LogView, model: &Model) -> Vec<String> {
        let last = self.line.filter(|(number, _)| *number == view.number).map(|(_, key)| key);
        let count = view.len();
        let mut new = Vec::new();
        for place in (0..count).rev() {
            let Some(line) = view.line(place).filter(|line| last.is_none_or(|last| line.key > last)) else { break };
            if new.len() < FLOOD {
                let at = jiff::Timestamp::from_millisecond(line.key.at).unwrap_or_default();
                let at = at.to_zoned(model.settings.zone.clone()).strftime("%H:%M:%S").to_string();
                new.push(format!("{at} {}", crate::text::harmless(line.text)));
            }
        }
        if let Some(line) = count.checked_sub(1).and_then(|place| view.line(place)) {
            self.line = Some((view.number, line.key));
        }
        new.reverse();
        new
    }
}
