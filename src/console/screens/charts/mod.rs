//! The page of charts: the metrics of one resource, or the four golden rows of an environment, on one clock with what
//! happened. State only; what is read for it `charts` says, `view` draws.

pub mod view;

use crate::charts::{ChartGroup, golden, of_resource};
use crate::kinds::metric_series::SPANS;
use crate::world::{EnvironmentName, ResourceId, World};

/// The page's state.
#[derive(Clone, PartialEq, Debug)]
pub struct ChartView {
    /// Whose charts, in words.
    pub title: String,
    /// The environment they belong to.
    pub environment: Option<EnvironmentName>,
    /// Whose.
    pub owners: Vec<ResourceId>,
    /// What is told of by marks.
    pub beside: Vec<ResourceId>,
    /// Whether they are the four golden rows of all owners, or all metrics of the one.
    pub golden: bool,
    /// Which of the spans is looked at.
    pub span: usize,
    /// The first line of the page that is on the screen.
    pub offset: usize,
}

impl ChartView {
    /// The span, and the seconds a point stands for.
    #[must_use]
    pub fn span(&self) -> (u32, u32) {
        SPANS.get(self.span).or(SPANS.first()).copied().unwrap_or((3_600, 60))
    }

    /// The charts.
    #[must_use]
    pub fn groups(&self, world: &World) -> Vec<ChartGroup> {
        match self.owners.first() {
            Some(only) if !self.golden => of_resource(world, only),
            _ => golden(world, &self.owners),
        }
    }

    /// Looks at a longer span, or a shorter one; `false` where there is none.
    pub fn zoom(&mut self, longer: bool) -> bool {
        let next = if longer { self.span + 1 } else { self.span.wrapping_sub(1) };
        let there = next < SPANS.len();
        if there {
            self.span = next;
        }
        there
    }
}

#[cfg(test)]
mod tests;
