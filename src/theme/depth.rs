//! How many colours a terminal shows, by what it says of itself, and a theme brought down to them: what could be read
//! and told apart in 24 bits can be with 256 colours, with 16, and with none. Asks nobody; a terminal's words come in as
//! values.

use std::ffi::OsString;

use ratatui::style::{Color, Modifier, Style};

use super::Theme;

/// How many colours there are to draw with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorDepth {
    /// None: bold, underline and reverse only.
    Monochrome,
    /// The sixteen that every terminal mixes as its reader likes.
    Ansi16,
    /// The palette of xterm.
    Ansi256,
    /// 24 bits.
    #[default]
    TrueColor,
}

/// Names of terminals that show 24 bits and do not say so in `COLORTERM` over SSH.
const DEEP: &[&str] = &["alacritty", "contour", "foot", "ghostty", "kitty", "rio", "wezterm"];
/// Terminals of one colour.
const PLAIN: &[&str] = &["dumb", "vt50", "vt52", "vt100", "vt102", "vt200", "vt220", "vt320", "vt420", "vt520"];

impl ColorDepth {
    /// What the environment `var` says of the terminal. Not `NO_COLOR`: that is a wish, and a theme's name on the
    /// command line overrides it.
    #[must_use]
    pub fn of_terminal(var: impl Fn(&str) -> Option<OsString>) -> Self {
        let told = |name| var(name).and_then(|value| value.into_string().ok()).unwrap_or_default().to_lowercase();
        let (term, message) = (told("TERM"), told("COLORTERM"));
        let family = term.split('-').next().unwrap_or_default();
        if term.is_empty() || (PLAIN.contains(&family) && !term.contains("color")) {
            return Self::Monochrome;
        }
        // GNU Screen passes the variable on that it was started with, and mixes no colours itself.
        let screen = !told("STY").is_empty() || (family == "screen" && told("TMUX").is_empty());
        let deep = matches!(message.as_str(), "truecolor" | "24bit")
            || !told("WT_SESSION").is_empty()
            || term.split('-').any(|part| part == "direct" || DEEP.contains(&part));
        match (deep && !screen, term.contains("256")) {
            (true, _) => Self::TrueColor,
            (false, true) => Self::Ansi256,
            (false, false) => Self::Ansi16,
        }
    }

    /// What a reader would call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monochrome => "none",
            Self::Ansi16 => "16",
            Self::Ansi256 => "256",
            Self::TrueColor => "16 million",
        }
    }
}

impl Theme {
    /// The same theme in no more colours than `depth` has.
    #[must_use]
    pub fn at_depth(mut self, depth: ColorDepth) -> Self {
        if depth == ColorDepth::TrueColor {
            return self;
        }
        let ground = Ground::of(&self);
        for style in self.styles.values_mut() {
            *style = match depth {
                ColorDepth::TrueColor => *style,
                ColorDepth::Ansi256 => ground.in_256(*style),
                ColorDepth::Ansi16 => ground.in_16(*style),
                ColorDepth::Monochrome => without_colours(*style),
            };
        }
        self
    }
}

type Rgb = (u8, u8, u8);

/// Text is told from its ground as well as before, but for this much nobody asks for more.
const READABLE: f64 = 4.5;
/// A neutral colour with less contrast than this is a quieter one.
const STRONG: f64 = 9.0;
/// Less between the largest and the smallest part than this, and a colour is a grey.
const GREY: u8 = 32;

/// What text stands on.
struct Ground {
    terminal: Rgb,
    dark: bool,
    /// The row under the cursor, as the palette of xterm shows it.
    selected: Rgb,
}

impl Ground {
    fn of(theme: &Theme) -> Self {
        let plain = if theme.dark { (0, 0, 0) } else { (255, 255, 255) };
        let terminal = theme.background.and_then(rgb).unwrap_or(plain);
        let selected = theme.style(super::Role::Selected).bg.and_then(rgb).unwrap_or(terminal);
        Self { terminal, dark: theme.dark, selected: nearest(selected, |_| true).1 }
    }

    fn in_256(&self, style: Style) -> Style {
        let bg = style.bg.map(|color| {
            rgb(color).map_or((color, None), |exact| {
                let (color, shown) = nearest(exact, |_| true);
                (color, Some(shown))
            })
        });
        let grounds = [bg.and_then(|(_, shown)| shown).unwrap_or(self.terminal), self.selected];
        let exact = [style.bg.and_then(rgb).unwrap_or(self.terminal), self.selected];
        let fg = style.fg.map(|color| {
            let Color::Rgb(red, green, blue) = color else { return color };
            let wanted = (red, green, blue);
            let least = |ground: Rgb| contrast(wanted, ground).min(READABLE);
            let reads = |shown: Rgb| grounds.iter().zip(exact).all(|(new, old)| contrast(shown, *new) >= least(old));
            nearest(wanted, reads).0
        });
        Style { fg, bg: bg.map(|(color, _)| color), ..style }
    }

    fn in_16(&self, style: Style) -> Style {
        let mut made = Style { fg: None, bg: None, ..style };
        if let Some(color) = style.fg {
            let quiet = rgb(color).is_some_and(|exact| is_grey(exact) && contrast(exact, self.terminal) < STRONG);
            made.fg = Some(self.ansi(color));
            if quiet {
                made = made.add_modifier(Modifier::DIM);
            }
        }
        match style.bg {
            Some(color @ (Color::Reset | Color::Indexed(0..16))) => made.bg = Some(color),
            Some(color) => match rgb(color) {
                // A named colour: the reader's own choice.
                None => made.bg = Some(color),
                // No sixteen colours hold a second ground that is sure to carry text: text and ground change places.
                Some(exact) => {
                    if !is_grey(exact) && contrast(exact, self.terminal) >= 2.0 {
                        made.fg = Some(self.ansi(color));
                    }
                    made = made.add_modifier(Modifier::REVERSED);
                }
            },
            None => {}
        }
        made
    }

    /// The one of sixteen that means the same. Only its name is ours: the terminal mixes it.
    fn ansi(&self, color: Color) -> Color {
        let Some(exact) = rgb(color) else { return color };
        if matches!(color, Color::Indexed(0..16)) {
            return color;
        }
        if is_grey(exact) {
            return Color::Reset;
        }
        let (onto_dark, onto_light) = match hue(exact) {
            15..33 => (Color::Yellow, Color::Yellow),
            33..70 => (Color::LightYellow, Color::Yellow),
            70..150 => (Color::LightGreen, Color::Green),
            150..200 => (Color::LightCyan, Color::Cyan),
            200..245 => (Color::LightBlue, Color::Blue),
            245..330 => (Color::LightMagenta, Color::Magenta),
            _ => (Color::LightRed, Color::Red),
        };
        if self.dark { onto_dark } else { onto_light }
    }
}

fn without_colours(style: Style) -> Style {
    let bare = Style { fg: None, bg: None, ..style };
    if style.bg.is_some_and(|color| color != Color::Reset) { bare.add_modifier(Modifier::REVERSED) } else { bare }
}

/// The colour as all terminals show it; the sixteen of ANSI have none that is sure.
fn rgb(color: Color) -> Option<Rgb> {
    match color {
        Color::Rgb(red, green, blue) => Some((red, green, blue)),
        Color::Indexed(index @ 16..) => Some(indexed(index)),
        _ => None,
    }
}

/// What xterm's palette holds at `index`, from 16: a cube of six steps, then greys.
const fn indexed(index: u8) -> Rgb {
    const fn step(at: u8) -> u8 {
        if at == 0 { 0 } else { 55 + 40 * at }
    }
    if index >= 232 {
        let grey = 8 + 10 * (index - 232);
        return (grey, grey, grey);
    }
    let at = index.saturating_sub(16);
    (step(at / 36), step(at / 6 % 6), step(at % 6))
}

/// The colour of xterm's palette that is nearest to `wanted` among those that are `good`; among all, if none is.
fn nearest(wanted: Rgb, good: impl Fn(Rgb) -> bool) -> (Color, Rgb) {
    let lab = oklab(wanted);
    let mut best: Option<(bool, f64, u8, Rgb)> = None;
    for index in 16..=255 {
        let shown = indexed(index);
        let far = oklab(shown).iter().zip(lab).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        let better = |(was_good, was_far, ..): (bool, f64, u8, Rgb)| match (far < was_far, was_good) {
            (true, true) => good(shown),
            (true, false) => true,
            (false, true) => false,
            (false, false) => good(shown),
        };
        if best.is_none_or(better) {
            best = Some((good(shown), far, index, shown));
        }
    }
    best.map_or((Color::Reset, wanted), |(.., index, shown)| (Color::Indexed(index), shown))
}

/// A colour in `OKLab`, where distances are what eyes see.
fn oklab(color: Rgb) -> [f64; 3] {
    let [r, g, b] = linear(color);
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s,
    ]
}

fn linear((red, green, blue): Rgb) -> [f64; 3] {
    [red, green, blue].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// The contrast of two colours as WCAG reckons it, 1 to 21.
pub(super) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let light = |color| {
        let [r, g, b] = linear(color);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn is_grey((red, green, blue): Rgb) -> bool {
    red.max(green).max(blue) - red.min(green).min(blue) < GREY
}

/// The hue in degrees.
fn hue((red, green, blue): Rgb) -> u16 {
    let (r, g, b) = (i32::from(red), i32::from(green), i32::from(blue));
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let span = (most - least).max(1);
    let turned = match most {
        _ if most == r => 60 * (g - b) / span,
        _ if most == g => 120 + 60 * (b - r) / span,
        _ => 240 + 60 * (r - g) / span,
    };
    u16::try_from(turned.rem_euclid(360)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
