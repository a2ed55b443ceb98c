//! A picture of a terminal's screen as SVG, for the README and for eyes. Draws what the emulator
//! holds, cell by cell; knows nothing of toban.

use std::fmt::Write;

const CELL: (f32, f32) = (8.4, 18.0);
const EDGE: f32 = 12.0;
const DARK: (&str, &str) = ("#16181d", "#d7dae0");
const LIGHT: (&str, &str) = ("#fcfcfa", "#2a2c31");

/// The screen as SVG on a dark or light ground.
pub(crate) fn svg(screen: &vt100::Screen, dark: bool) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (ground, ink) = if dark { DARK } else { LIGHT };
    let width = f32::from(columns) * CELL.0 + 2.0 * EDGE;
    let height = f32::from(rows) * CELL.1 + 2.0 * EDGE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, Noto Sans Mono CJK JP, monospace\" font-size=\"14\" xml:space=\"preserve\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{ground}\"/>\n"
    );
    for row in 0..rows {
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column) else { continue };
            if cell.is_wide_continuation() {
                continue;
            }
            let (mut fore, mut back) = (colour(cell.fgcolor(), ink), colour(cell.bgcolor(), ground));
            if cell.inverse() {
                (fore, back) = (back, fore);
            }
            let x = EDGE + f32::from(column) * CELL.0;
            let y = EDGE + f32::from(row) * CELL.1;
            let span = if cell.is_wide() { 2.0 } else { 1.0 } * CELL.0;
            if back != ground {
                let _ = writeln!(
                    out,
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{}\" fill=\"{back}\"/>",
                    span + 0.3,
                    CELL.1
                );
            }
            let text = cell.contents();
            if text.trim().is_empty() {
                continue;
            }
            let style = [
                (cell.bold(), " font-weight=\"bold\""),
                (cell.dim(), " opacity=\"0.6\""),
                (cell.underline(), " text-decoration=\"underline\""),
            ];
            let style: String = style.iter().filter(|(on, _)| *on).map(|(_, message)| *message).collect();
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{span:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{fore}\"{style}>{text}</text>",
                y + 14.0
            );
        }
    }
    out.push_str("</svg>\n");
    out
}

fn colour(colour: vt100::Color, default: &str) -> String {
    const ANSI: [&str; 16] = [
        "#000000", "#cd3131", "#0dbc79", "#c8a600", "#2472c8", "#bc3fbc", "#11a8cd", "#d0d0d0", "#666666", "#f14c4c",
        "#23d18b", "#e5d510", "#3b8eea", "#d670d6", "#29b8db", "#ffffff",
    ];
    match colour {
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        vt100::Color::Idx(index) => match usize::from(index) {
            ansi @ 0..16 => ANSI.get(ansi).map_or_else(|| default.to_owned(), ToString::to_string),
            cube @ 16..232 => {
                let step = |n: usize| if n == 0 { 0 } else { 55 + 40 * n };
                let cube = cube - 16;
                format!("#{:02x}{:02x}{:02x}", step(cube / 36), step(cube / 6 % 6), step(cube % 6))
            }
            grey => {
                let level = 8 + 10 * (grey - 232);
                format!("#{level:02x}{level:02x}{level:02x}")
            }
        },
    }
}
