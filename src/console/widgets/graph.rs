//! A small graph of a number against its threshold, for an alarm's history. Dots for values, gaps
//! where there are none, a dashed line for the threshold, labels at the left.

use super::span_styles::{put, small};
use super::spark::{extent, gathered, step};
use crate::text::{fit_right, width};
use crate::theme::{Role, Theme};
use ratatui::{buffer::Buffer, layout::Rect, widgets::Widget};

/// A graph to be drawn, oldest value first. It does not say which side of the threshold is bad:
/// that the alarm knows.
pub struct Graph<'a> {
    /// The values, evenly spaced in time; `None` where none was reported.
    pub values: &'a [Option<f64>],
    /// Where it becomes an alarm.
    pub threshold: Option<f64>,
    /// How a value is written at the axis, with its unit.
    pub label: &'a dyn Fn(f64) -> String,
    /// How it looks.
    pub theme: &'a Theme,
}

impl Widget for Graph<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        // The threshold belongs to the picture even when no value comes near it.
        let mut all = self.values.to_vec();
        all.push(self.threshold);
        let known = extent(self.values);
        let (Some(_), Some((low, high))) = (known, extent(&all)) else {
            put(buf, area, (0, 0), area.width, "no data", self.theme.style(Role::Faint));
            return;
        };
        let bottom = area.height - 1;
        let row = |value: f64| bottom - step(value, low, high, bottom);
        let axis = self.axis(buf, area, (low, high), &row);
        let plot = Rect { x: area.x + axis, width: area.width - axis, ..area };
        if let Some(threshold) = self.threshold.filter(|value| value.is_finite()) {
            let line = "╌".repeat(usize::from(plot.width));
            put(buf, plot, (0, row(threshold)), plot.width, &line, self.theme.style(Role::GraphThreshold));
        }
        let values = gathered(self.values, usize::from(plot.width));
        // The newest value stands at the right edge, however few there are.
        let unused = usize::from(plot.width).saturating_sub(values.len());
        for (x, value) in values.iter().enumerate() {
            if let Some(value) = value {
                put(buf, plot, (small(unused + x), row(*value)), 1, "•", self.theme.style(Role::Graph));
            }
        }
    }
}

impl Graph<'_> {
    /// Labels for the ends and the threshold; returns the columns they took, none when the graph
    /// would be left with less than half of the room.
    fn axis(&self, buf: &mut Buffer, area: Rect, (low, high): (f64, f64), row: &dyn Fn(f64) -> u16) -> u16 {
        let mut labels = vec![(high, Role::Dim), (low, Role::Dim)];
        labels.extend(self.threshold.map(|threshold| (threshold, Role::GraphThreshold)));
        let texts: Vec<_> = labels.iter().map(|(value, role)| ((self.label)(*value), row(*value), *role)).collect();
        let widest = texts.iter().map(|(text, _, _)| width(text)).max().unwrap_or_default();
        let axis = small(widest.saturating_add(1));
        if axis > area.width / 2 {
            return 0;
        }
        // The threshold is written last: it matters more than the end it may share a row with.
        for (text, y, role) in &texts {
            put(buf, area, (0, *y), axis, &fit_right(text, widest), self.theme.style(*role));
        }
        axis
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::testing::{at_every_small_size, draw, night};

    fn picture(columns: u16, rows: u16, values: &[Option<f64>], threshold: Option<f64>) -> String {
        let theme = night();
        let label = |value: f64| format!("{value:.0}%");
        let buffer = draw(columns, rows, |area, buf| {
            Graph { values, threshold, label: &label, theme: &theme }.render(area, buf);
        });
        format!("{buffer:?}")
    }

    fn history() -> Vec<Option<f64>> {
        [10, 12, 30, 55, 80, 95, 90].map(|n| Some(f64::from(n))).into_iter().chain([None, Some(20.0)]).collect()
    }

    #[test]
    fn empty() {
        insta::assert_snapshot!(picture(20, 4, &[None, None], Some(80.0)));
    }

    #[test]
    fn one() {
        insta::assert_snapshot!(picture(20, 4, &[Some(3.0)], None));
    }

    #[test]
    fn many_across_the_threshold() {
        insta::assert_snapshot!(picture(20, 6, &history(), Some(70.0)));
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(picture(7, 3, &history(), Some(70.0)));
    }

    #[test]
    fn no_size_breaks_it() {
        let theme = night();
        let label = |value: f64| format!("{value} 本番");
        let mut values = history();
        values.extend([Some(f64::NAN), Some(f64::INFINITY), Some(f64::MAX)]);
        let drawn = at_every_small_size(|area, buf| {
            Graph { values: &values, threshold: Some(f64::NAN), label: &label, theme: &theme }.render(area, buf);
        });
        assert_eq!(drawn, 70);
    }
}
