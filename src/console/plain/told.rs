//! Pages as sentences: what stands on a page, numbered, so that a number can be typed. Reads the same rows as the views do
//! and draws nothing. Pure.

use super::words::{cell, plainly, sentence};
use crate::charts::series;
use crate::console::model::Model;
use crate::console::page::Page;
use crate::console::screens::charts::ChartView;
use crate::console::screens::charts::view::figure;
use crate::console::screens::fleet;
use crate::console::screens::sheet::{Block, Item, RowStyle, Sheet};
use crate::display::{Cell, Tone, Width};
use crate::text::when;

/// What a page says.
pub(super) fn page(model: &Model) -> Vec<String> {
    match model.here() {
        Some(Page::Fleet(rows)) => {
            let summary = plainly(&fleet::summary(&model.picture));
            let mut lines = vec![format!("Fleet: {summary}.")];
            lines.extend(sheet_lines(model, rows));
            lines
        }
        Some(Page::Viewer(text)) => {
            let mut lines = vec![format!("{}:", plainly(&text.title))];
            // A document is read as it is: its indent tells what belongs to what.
            lines.extend(text.lines.iter().map(|line| crate::text::harmless(&line.text).into_owned()));
            lines
        }
        Some(Page::Charts(view)) => {
            let mut lines = vec![format!("{}:", plainly(&view.title))];
            lines.extend(charts(model, view));
            lines
        }
        Some(Page::Logs(view)) => vec![format!("Lines of {}, as they come; back leaves them.", plainly(&view.title))],
        Some(page) => {
            let mut lines = vec![format!("{}:", plainly(&page.title()))];
            lines.extend(page.sheet().map(|rows| sheet_lines(model, rows)).unwrap_or_default());
            lines
        }
        None => Vec::new(),
    }
}

/// All rows of a page below the headings of their panels, numbered through.
fn sheet_lines(model: &Model, rows: &Sheet) -> Vec<String> {
    let mut lines = Vec::new();
    let mut number = 0;
    for panel in rows.panels() {
        lines.extend(heading(panel.block));
        if panel.is_empty() && !panel.block.empty.is_empty() {
            lines.push(sentence(&plainly(&panel.block.empty)));
        }
        for item in panel.items() {
            number += 1;
            lines.push(format!("{number}. {}", row(model, panel.block, item)));
        }
    }
    if !rows.filter().is_empty() {
        lines.push(format!("Only rows that match {}: {} of {}.", plainly(rows.filter()), rows.len(), rows.total()));
    }
    lines
}

/// The heading of a panel, with what is missing from it.
pub(super) fn heading(block: &Block) -> Option<String> {
    let title = plainly(&block.title);
    let fault = block.note.fault.as_ref().map(|fault| format!(" {}", sentence(&plainly(fault)))).unwrap_or_default();
    (!title.is_empty()).then(|| format!("{title}.{fault}"))
}

/// One row.
pub(super) fn row(model: &Model, block: &Block, item: &Item) -> String {
    let health = item.health.map(|health| health.word());
    match &item.look {
        RowStyle::Cells(cells) => table_row(block, cells, (&item.name, health)),
        RowStyle::Prose(cells) => {
            let texts: Vec<String> = cells.iter().map(|cell| sentence(&plainly(&cell.text))).collect();
            let texts = texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
            match health.filter(|health| !texts.to_lowercase().contains(health)) {
                Some(health) => format!("{} {texts}", sentence(health)),
                None => texts,
            }
        }
        RowStyle::Fact(label, value) => sentence(&format!("{label}: {}", plainly(&value.text))),
        RowStyle::Moment(moment) => {
            let at = when(moment.at, model.now, &model.settings.zone);
            sentence(&format!("{at}: {}", plainly(&moment.message)))
        }
        RowStyle::Course(series) => {
            let values = series.points.iter().filter_map(|(_, value)| *value);
            course(&series.title, series.unit, values.collect(), series.threshold)
        }
        RowStyle::States(band) => {
            // From the newest back: that is what one wants to hear.
            let spans = band
                .spans
                .iter()
                .rev()
                .map(|span| format!("{} from {}", span.word, when(span.from, model.now, &model.settings.zone)));
            let told = spans.chain(band.note.clone()).collect::<Vec<_>>().join(", ");
            let told = if told.is_empty() { "no state is known".to_owned() } else { plainly(&told) };
            sentence(&format!("{}: {told}", plainly(&band.title)))
        }
    }
}

fn table_row(block: &Block, cells: &[Cell], (name, health): (&str, Option<&'static str>)) -> String {
    let first = cells.first().map(|cell| plainly(&cell.text)).filter(|text| !text.is_empty());
    let mut head = first.unwrap_or_else(|| plainly(name));
    if let Some(health) = health {
        head = format!("{head}, {health}");
    }
    let titled = block.columns.iter().zip(cells).skip(1);
    let (mut why, mut parts) = (Vec::new(), Vec::new());
    for (column, it) in titled {
        let Some(text) = cell(&it.text) else { continue };
        match (it.tone, column.width) {
            (Tone::Protected, _) => head = format!("{head}, protected"),
            // The sentence comes first: it is what one wants to hear.
            (_, Width::Fill(_)) if column.keep >= 7 => why.push(text),
            _ if column.title.is_empty() => parts.push(text),
            _ => parts.push(format!("{} {text}", column.title.to_lowercase())),
        }
    }
    why.extend(parts);
    if why.is_empty() { sentence(&head) } else { sentence(&format!("{head}: {}", why.join(", "))) }
}

fn course(title: &str, unit: &'static str, values: Vec<f64>, threshold: Option<f64>) -> String {
    let title = plainly(title);
    let Some(last) = values.last() else { return format!("{title}: no data.") };
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let line = threshold.map(|line| format!(", its alarm is at {}", figure(line, unit))).unwrap_or_default();
    format!("{title}: {} now, between {} and {}{line}.", figure(*last, unit), figure(low, unit), figure(high, unit))
}

fn charts(model: &Model, view: &ChartView) -> Vec<String> {
    let (seconds, period) = view.span();
    let groups = view.groups(&model.world);
    let mut lines = Vec::new();
    for group in &groups {
        lines.push(format!("{}, over {}:", plainly(&group.title), crate::text::span(i64::from(seconds))));
        for chart in &group.charts {
            let values = series(&model.world, chart, (seconds, period)).unwrap_or_default();
            let values = values.into_iter().filter_map(|(_, value)| value).collect();
            let line = chart.threshold.map(|threshold| threshold.at(period));
            lines.push(course(&chart.title, chart.metric.unit, values, line));
        }
    }
    if groups.is_empty() {
        lines.push("Nothing is measured here.".to_owned());
    }
    lines
}
