//! What is shown beside a list where the screen has room for it: the page of what is under the cursor, without a cursor of
//! its own, and its metrics of the last hour. Filled from what is known; never reads, never draws.

use jiff::{SignedDuration, Timestamp};

use super::model::Model;
use super::page::Page;
use super::screens::detail::{Around, Detail};
use super::screens::sheet::{Item, RowTarget, Sheet};
use super::screens::{detail, environment};
use super::widgets::span_styles::small;
use crate::charts::{ChartGroup, golden, of_resource, wants};
use crate::kinds::catalog::kind;
use crate::kinds::metric_series::SPANS;
use crate::world::read_request::ReadRequest;
use crate::world::{Health, ResourceId};

/// Metrics cost money: they are read once the cursor has rested for so long.
const RESTED: SignedDuration = SignedDuration::from_millis(700);

/// What is shown beside a list.
#[derive(Clone, Debug)]
pub struct Preview {
    of: RowTarget,
    /// Its page.
    pub sheet: Sheet,
    /// Its metrics.
    pub charts: Vec<ChartGroup>,
    since: Timestamp,
}

impl Preview {
    /// The rows that its metrics take where they may take so many.
    #[must_use]
    pub fn charts_in(&self, most: u16) -> u16 {
        let lines = small(self.charts.iter().map(|group| group.charts.len()).sum::<usize>());
        // As charts where all of them have room for it, else a line each.
        let tall = lines.saturating_mul(4).saturating_add(2);
        match lines {
            0 => 0,
            _ if tall <= most => tall,
            lines => lines.saturating_add(1).min(most),
        }
    }
}

/// What is under the cursor, where it is shown beside the list.
fn target(model: &Model) -> Option<RowTarget> {
    let door = model.door()?;
    match (model.here()?, door) {
        (Page::Fleet(_), RowTarget::Environment(_)) => Some(door.clone()),
        (Page::Environment(..) | Page::Unassigned(_) | Page::List(_), RowTarget::Resource(_)) => Some(door.clone()),
        _ => None,
    }
}

fn filled(model: &Model, of: RowTarget, since: Timestamp) -> Option<Preview> {
    let around = Around { world: &model.world, picture: &model.picture, now: model.now, zone: &model.settings.zone };
    let mut sheet = Sheet::default();
    let charts = match &of {
        RowTarget::Environment(name) => {
            let found = model.picture.environment(name)?;
            let mut blocks = environment::blocks(found, around, &model.changed);
            // Beside a list the cause is told, and notes on what is well are left to the page.
            if let Some(verdict) = blocks.first_mut() {
                let notes = |item: &Item| item.health == Some(Health::Well);
                if !verdict.items.iter().all(notes) {
                    verdict.items.retain(|item| !notes(item));
                }
            }
            sheet.fill(blocks, true);
            let members: Vec<ResourceId> = found.members.iter().map(|member| member.id.clone()).collect();
            golden(&model.world, &members)
        }
        RowTarget::Resource(id) => {
            let name = kind(id.kind).and_then(|kind| kind.title(&model.world, id));
            let page = Detail::new(id.clone(), name.unwrap_or_else(|| id.key.to_string()));
            let mut blocks = detail::blocks(&page, around);
            // Metrics and history are asked for when its page is opened.
            blocks.retain(|block| block.key != "metrics");
            sheet.fill(blocks, true);
            of_resource(&model.world, id)
        }
        RowTarget::Entry(_) | RowTarget::Tunnel(_) | RowTarget::Step(..) => return None,
    };
    Some(Preview { of, sheet, charts, since })
}

impl Model {
    /// Fills what is shown beside the list, where the last frame had room for it; `true` if it is another thing now.
    pub(super) fn look_beside(&mut self) -> bool {
        let of = target(self).filter(|_| self.shown.beside);
        let known = self.preview.as_ref().map(|preview| (&preview.of, preview.since));
        let same = known.filter(|(known, _)| Some(*known) == of.as_ref()).map(|(_, since)| since);
        if !std::mem::take(&mut self.refilled) && (same.is_some() || (of.is_none() && known.is_none())) {
            return false;
        }
        let now = self.now;
        self.preview = of.and_then(|of| filled(self, of, same.unwrap_or(now)));
        true
    }
}

/// The metrics to be read for it; none before the cursor has rested.
pub(super) fn reads(model: &Model) -> Vec<ReadRequest> {
    let rested = |preview: &&Preview| model.now.duration_since(preview.since) >= model.ours(RESTED);
    let preview = model.preview.as_ref().filter(rested);
    let span = SPANS.first().copied().unwrap_or((3_600, 60));
    preview.map(|preview| wants(&preview.charts, span)).unwrap_or_default()
}

/// When the cursor will have rested.
pub(super) fn next_at(model: &Model) -> Option<Timestamp> {
    let preview = model.preview.as_ref().filter(|preview| !preview.charts.is_empty())?;
    preview.since.checked_add(model.ours(RESTED)).ok().filter(|at| *at > model.now)
}
