//! A chart of a metric over time: columns from its zero or its lowest value up, a dashed line where an alarm goes off and
//! another colour beyond it, marks where something happened, labels at the left. Gaps stay gaps.

use super::span_styles::{put, put_line, small};
use super::spark::{extent, gathered, step};
use crate::text::{fit_right, width};
use crate::theme::{Role, Theme};
use ratatui::{buffer::Buffer, layout::Rect, widgets::Widget};

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// The columns that labels have.
pub const LABELS: u16 = 9;

/// A chart to be drawn, oldest value first.
pub struct Chart<'a> {
    /// The values, evenly spaced in time; `None` where none was reported.
    pub values: &'a [Option<f64>],
    /// Where an alarm goes off, and whether what is above is bad.
    pub threshold: Option<(f64, bool)>,
    /// How much there can be at most, where that is known.
    pub most: Option<f64>,
    /// Where something happened, as parts of the width from 0 to 1, with what it means.
    pub marks: &'a [(f64, Role)],
    /// How a value is written at the axis, with its unit.
    pub label: &'a dyn Fn(f64) -> String,
    /// How it looks.
    pub theme: &'a Theme,
}

impl Chart<'_> {
    /// Between which values it is drawn. A column says how much something is by its height, so it begins at zero.
    fn bounds(&self) -> Option<(f64, f64)> {
        let (low, high) = extent(self.values)?;
        let line = self.threshold.map(|(value, _)| value).filter(|value| value.is_finite());
        // A line far above what there is would press it to the ground.
        let line = line.filter(|line| *line <= high.max(0.0) * 4.0 + f64::EPSILON || self.most == Some(*line));
        let high = line.map_or(high, |line| high.max(line));
        let high = self.most.filter(|most| *most <= high * 2.0).map_or(high, |most| high.max(most));
        Some((low.min(0.0), if high > low.min(0.0) { high } else { low.min(0.0) + 1.0 }))
    }
}

impl Widget for Chart<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.height == 0 || area.width <= LABELS {
            return;
        }
        let plot = Rect { x: area.x + LABELS, width: area.width - LABELS, ..area };
        let style = |role: Role| self.theme.style(role);
        for (part, role) in self.marks {
            let x = step(*part, 0.0, 1.0, plot.width - 1);
            for y in 0..plot.height {
                put(buf, plot, (x, y), 1, "┊", style(*role));
            }
        }
        let Some((low, high)) = self.bounds() else {
            put_line(buf, plot, (0, plot.height / 2), "no data", style(Role::Faint));
            return;
        };
        let levels = plot.height.saturating_mul(8);
        let label = |value: f64| fit_right(&(self.label)(value), usize::from(LABELS - 1));
        put(buf, area, (0, 0), LABELS - 1, &label(high), style(Role::Dim));
        if area.height > 1 {
            put(buf, area, (0, area.height - 1), LABELS - 1, &label(low), style(Role::Dim));
        }
        let line = self.threshold.filter(|(value, _)| (low..=high).contains(value));
        if let Some((value, _)) = line {
            let y = plot.height - 1 - (step(value, low, high, levels).saturating_sub(1) / 8).min(plot.height - 1);
            put_line(buf, plot, (0, y), &"╌".repeat(usize::from(plot.width)), style(Role::GraphThreshold));
            if y > 0 && y + 1 < area.height {
                put(buf, area, (0, y), LABELS - 1, &label(value), style(Role::GraphThreshold));
            }
        }
        let values = gathered(self.values, usize::from(plot.width));
        for x in 0..plot.width {
            // Few points are wide, so that the whole width is the whole span.
            let place = usize::from(x) * values.len() / usize::from(plot.width).max(1);
            let Some(value) = values.get(place).copied().flatten() else { continue };
            let bad = line.is_some_and(|(line, above)| if above { value > line } else { value < line });
            let role = if bad { Role::Bad } else { Role::Graph };
            let level = step(value, low, high, levels);
            for row in 0..plot.height {
                let filled = usize::from(level.saturating_sub(row * 8).min(8));
                let Some(sign) = EIGHTHS.get(filled).filter(|_| filled > 0) else { break };
                put(buf, plot, (x, plot.height - 1 - row), 1, sign, style(role));
            }
        }
    }
}

/// The line below charts: how far back they go, and now.
pub fn time_axis(area: Rect, buf: &mut Buffer, span: &str, theme: &Theme) {
    if area.width <= LABELS {
        return;
    }
    let plot = Rect { x: area.x + LABELS, width: area.width - LABELS, ..area };
    let style = theme.style(Role::Dim);
    let from = format!("−{span}");
    put_line(buf, plot, (0, 0), &from, style);
    let now = "now";
    if usize::from(plot.width) > width(&from) + width(now) + 2 {
        put_line(buf, plot, (plot.width - small(width(now)), 0), now, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::testing::{at_every_small_size, draw, night};

    fn picture(columns: u16, rows: u16, values: &[Option<f64>], threshold: Option<(f64, bool)>) -> String {
        let theme = night();
        let label = |value: f64| format!("{value:.0} ms");
        let marks = [(0.5, Role::Changing)];
        let buffer = draw(columns, rows, |area, buf| {
            Chart { values, threshold, most: None, marks: &marks, label: &label, theme: &theme }.render(area, buf);
        });
        format!("{buffer:?}")
    }

    fn history() -> Vec<Option<f64>> {
        [10, 12, 30, 55, 80, 95, 90].map(|n| Some(f64::from(n))).into_iter().chain([None, Some(20.0)]).collect()
    }

    #[test]
    fn columns_begin_at_zero_and_are_another_colour_beyond_the_line() {
        insta::assert_snapshot!(picture(40, 4, &history(), Some((70.0, true))));
    }

    #[test]
    fn without_data_it_says_so_and_marks_stay() {
        insta::assert_snapshot!(picture(30, 3, &[None, None], None));
    }

    #[test]
    fn a_line_far_above_does_not_press_the_columns_to_the_ground() {
        let theme = night();
        let label = |value: f64| format!("{value:.0}");
        let far = Chart {
            values: &history(),
            threshold: Some((9_000.0, true)),
            most: None,
            marks: &[],
            label: &label,
            theme: &theme,
        };
        assert_eq!(far.bounds(), Some((0.0, 95.0)));
        let near = Chart { threshold: Some((120.0, true)), ..far };
        assert_eq!(near.bounds(), Some((0.0, 120.0)));
        let full = Chart { threshold: None, most: Some(100.0), ..near };
        assert_eq!(full.bounds(), Some((0.0, 100.0)));
    }

    #[test]
    fn no_size_breaks_it() {
        let theme = night();
        let label = |value: f64| format!("{value} 本番");
        let mut values = history();
        values.extend([Some(f64::NAN), Some(f64::INFINITY), Some(f64::MAX), Some(-5.0)]);
        let marks = [(0.0, Role::Bad), (1.0, Role::Bad), (f64::NAN, Role::Bad), (7.0, Role::Bad)];
        let drawn = at_every_small_size(|area, buf| {
            let threshold = Some((f64::NAN, false));
            Chart { values: &values, threshold, most: Some(f64::NAN), marks: &marks, label: &label, theme: &theme }
                .render(area, buf);
            time_axis(area, buf, "3 h", &theme);
        });
        assert_eq!(drawn, 70);
    }
}
