//! Filling the places with what is known, and entering them. Pure; what a place shows is its
//! screen's business.

use super::Model;
use crate::command::Command;
use crate::console::page::Page;
use crate::console::preferences::{Visited, VisitedPlace};
use crate::console::screens::detail;
use crate::console::screens::detail::{Around, Detail};
use crate::console::screens::fleet;
use crate::console::screens::fleet::Waiting;
use crate::console::screens::list::ListOf;
use crate::console::screens::sheet::{RowTarget, Sheet};
use crate::console::screens::{environment, faults, journal, mutes, progress, schedule, tunnels, unassigned};
use crate::engine::explanation::own_events;
use crate::engine::poller::Focus;
use crate::kinds::catalog::kind;
use crate::overview::EnvironmentStatus;
use crate::timeline::Event;
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, ResourceId, Scope};

/// A page as a place to come back to; none where it is but a view of another.
pub(in crate::console) fn visited(page: &Page) -> Option<Visited> {
    let (name, place) = match page {
        Page::Environment(name, _) => (name.to_string(), VisitedPlace::Environment(name.to_string())),
        Page::Detail(detail) => (detail.name.clone(), VisitedPlace::of(&detail.id)),
        Page::List(page) => match &page.of {
            ListOf::Panel(list) => (page.title(), VisitedPlace::List((*list).to_owned())),
            ListOf::Text(_) | ListOf::Savings => return None,
        },
        _ => return None,
    };
    Some(Visited { name, place })
}

impl Model {
    /// What stands in the fleet while there is nothing to show.
    #[must_use]
    pub fn waiting(&self) -> Vec<Waiting> {
        let fine = |message: &str, remedy: &str| Waiting {
            message: message.to_owned(),
            remedy: remedy.to_owned(),
            fault: false,
        };
        if let Some(fault) = &self.nowhere {
            let here = Scope::new(
                self.choice.profile.as_deref().unwrap_or("default"),
                self.choice.region.as_deref().unwrap_or("configured"),
            );
            return vec![Waiting {
                message: fault.sentence(),
                remedy: format!("→ {}", fault.remedy(&here)),
                fault: true,
            }];
        }
        let Some(scopes) = &self.scopes else {
            return vec![fine("looking for credentials and regions…", "the first rows appear as soon as AWS answers")];
        };
        if scopes.is_empty() {
            return vec![fine(
                "no region to look in: no source has one",
                "set AWS_REGION or --region, or name `regions` in a [[source]] of the configuration",
            )];
        }
        let mut waiting: Vec<Waiting> = Vec::new();
        for scope in scopes {
            let fault = self.world.identity_fault(scope).or_else(|| {
                let here = self.world.shelves().filter(|(at, _, _)| *at == scope);
                here.flat_map(|(_, _, store)| store.faults()).next()
            });
            if let Some(fault) = fault {
                let message = format!("{scope}: {}", fault.sentence());
                waiting.push(Waiting { message, remedy: format!("→ {}", fault.remedy(scope)), fault: true });
            }
        }
        let places = scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let (done, all) = self.pacer.progress();
        if !self.complete() {
            waiting.push(fine(&format!("reading {places}: {done} of {all}"), "rows appear as they arrive"));
        } else if waiting.is_empty() {
            waiting.push(fine(
                &format!("no environments found in {places}"),
                "environments come from tags, stack names and resource names such as project-stage; :unassigned \
                 shows what was found and why it was not placed, :region and :profile look elsewhere, and \
                 [environment.NAME] in the configuration claims resources",
            ));
        }
        waiting
    }

    /// Fills every place on the stack with what is known now.
    pub fn refill(&mut self, resort: bool) {
        let mut places = std::mem::take(&mut self.places);
        for place in &mut places {
            self.fill(place, resort);
        }
        self.places = places;
        (self.refilled, self.dirty) = (true, true);
    }

    fn around(&self) -> Around<'_> {
        Around { world: &self.world, picture: &self.picture, now: self.now, zone: &self.settings.zone }
    }

    /// What is known of an environment besides what was read: the journal's entries and what is remembered.
    fn known(&self, environment: &EnvironmentStatus) -> Vec<Event> {
        let mut known = own_events(&self.journal, environment);
        known.extend(self.seen.of(environment).iter().cloned());
        known
    }

    pub(super) fn fill(&self, place: &mut Page, resort: bool) {
        let around = self.around();
        match place {
            Page::Fleet(sheet) => {
                let here = (self.now, &self.settings.zone);
                sheet.fill(fleet::blocks(&self.picture, here, &self.changed, &self.waiting()), resort);
            }
            Page::Environment(name, sheet) => {
                let mut blocks = match self.picture.environment(name) {
                    Some(found) => environment::blocks(found, around, &self.changed),
                    None => environment::missing(name.as_str(), self.complete(), &self.key_of(Command::Back)),
                };
                if !resort {
                    sheet.keep_order(&mut blocks);
                }
                sheet.fill(blocks, resort);
            }
            Page::Schedule(name, sheet) => {
                let blocks = match self.picture.environment(name) {
                    Some(found) => schedule::blocks(found, around, &self.uptime_log),
                    None => environment::missing(name.as_str(), self.complete(), &self.key_of(Command::Back)),
                };
                sheet.fill(blocks, resort);
            }
            Page::Explain(page) => match self.picture.environment(&page.environment) {
                Some(found) => page.fill(found, around, self.known(found), (&|wants| self.is_reading(wants), resort)),
                None => {
                    let key = self.key_of(Command::Back);
                    page.sheet.fill(environment::missing(page.environment.as_str(), self.complete(), &key), resort);
                }
            },
            Page::Timeline(page) => match self.picture.environment(&page.environment) {
                Some(found) => page.fill(found, around, self.known(found), (&|wants| self.is_reading(wants), resort)),
                None => {
                    let key = self.key_of(Command::Back);
                    page.sheet.fill(environment::missing(page.environment.as_str(), self.complete(), &key), resort);
                }
            },
            Page::Detail(page) => {
                if let Some(name) = kind(page.id.kind).and_then(|kind| kind.title(&self.world, &page.id)) {
                    page.name = name;
                }
                let blocks = detail::blocks(page, around);
                page.sheet.fill(blocks, resort);
            }
            Page::Faults(sheet) => sheet.fill(
                faults::blocks(faults::Around {
                    world: &self.world,
                    scopes: self.scopes.as_deref().unwrap_or_default(),
                    nowhere: self.nowhere.as_ref(),
                    journal: &self.journal,
                    now: self.now,
                    zone: &self.settings.zone,
                }),
                resort,
            ),
            // The newest stands first, whatever was under the cursor before.
            Page::Journal(sheet) => {
                sheet.fill(journal::blocks(&self.journal, &self.underway, self.now, &self.settings.zone), true);
            }
            Page::List(page) => page.fill(around, &self.uptime_log, (self.complete(), resort)),
            Page::Unassigned(sheet) => sheet.fill(unassigned::blocks(&self.picture, self.complete()), resort),
            Page::Tunnels(sheet) => {
                sheet.fill(
                    tunnels::blocks(&self.tunnels, self.now, &self.settings.zone, &self.key_of(Command::Tunnel)),
                    resort,
                );
            }
            Page::Mutes(sheet) => sheet.fill(mutes::blocks(&self.picture, around, self.complete()), resort),
            Page::Progress(id, _, sheet) => {
                let one = self.underway.iter().find(|one| one.id == *id);
                sheet.fill(progress::blocks(one, self.now, &self.key_of(Command::TakeBack)), resort);
            }
            Page::Charts(_) | Page::Logs(_) | Page::Viewer(_) => {}
        }
    }

    /// Whether an answer to what a page wants is still waited for, or was not even asked.
    fn is_reading(&self, wants: &[ReadRequest]) -> bool {
        let asked = |want: &ReadRequest| self.peeked.iter().any(|(known, _)| known == want);
        !self.peeking.is_empty() || !wants.iter().all(asked)
    }

    /// Goes to a place, on top of this one.
    pub fn enter(&mut self, mut place: Page) {
        if let Page::List(page) = &mut place {
            page.look(self.around());
        }
        self.fill(&mut place, true);
        if let Page::Environment(_, sheet) = &mut place {
            sheet.seek_sick();
        }
        if let Some(visited) = visited(&place) {
            self.preferences.visit(visited);
            self.remembered = false;
        }
        self.places.push(place);
        self.refocus();
        (self.refilled, self.dirty) = (true, true);
    }

    /// Goes to an environment from wherever its name was given: going back leads to its row in the fleet.
    pub fn enter_environment(&mut self, name: EnvironmentName) {
        if let Some(Page::Fleet(sheet)) = self.places.first_mut() {
            sheet.seek(&RowTarget::Environment(name.clone()));
        }
        self.enter(Page::Environment(name, Sheet::default()));
    }

    /// Puts the environment the reader is in into focus, so that it is read more often.
    pub fn refocus(&mut self) {
        let inside = self.places.iter().any(Page::is_inside);
        let focus = self.environment().filter(|_| inside).map(|environment| Focus::on(environment, &self.world));
        self.pacer.focus(focus.unwrap_or_default());
    }

    /// The page of a resource.
    #[must_use]
    pub fn page_of(&self, id: &ResourceId) -> Page {
        let title = kind(id.kind).and_then(|kind| kind.title(&self.world, id));
        Page::Detail(Box::new(Detail::new(id.clone(), title.unwrap_or_else(|| id.key.to_string()))))
    }
}
