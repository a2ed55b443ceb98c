//! Reads one theme file strictly: an unknown key, a wrong type or a bad colour refuses the file
//! and says where. Knows nothing of directories or of which theme inherits from which.

use std::collections::BTreeMap;
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};

use super::Role;
use crate::text::document::{Document, Table, Value};
use crate::text::document_error::DocumentError;

/// A theme as written. Colours stay names until all of the inheritance is known, so that a theme
/// may change a palette entry of its parent and nothing else.
#[derive(Clone, Debug, Default)]
pub(super) struct ThemeFile {
    pub(super) inherits: Option<String>,
    pub(super) dark: Option<bool>,
    pub(super) background: Option<Paint>,
    pub(super) palette: BTreeMap<String, Color>,
    pub(super) roles: BTreeMap<Role, StyleSpec>,
}

/// A colour, or the name of one in the palette, and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Paint {
    text: String,
    key: String,
    file: String,
    line: usize,
}

/// How a role looks, before the palette is known.
#[derive(Clone, Debug, Default)]
pub(super) struct StyleSpec {
    fg: Option<Paint>,
    bg: Option<Paint>,
    modifiers: Modifier,
}

impl StyleSpec {
    pub(super) fn style(&self, palette: &BTreeMap<String, Color>) -> Result<Style, DocumentError> {
        let mut style = Style::new().add_modifier(self.modifiers);
        if let Some(paint) = &self.fg {
            style = style.fg(paint.color(palette)?);
        }
        if let Some(paint) = &self.bg {
            style = style.bg(paint.color(palette)?);
        }
        Ok(style)
    }
}

impl Paint {
    pub(super) fn color(&self, palette: &BTreeMap<String, Color>) -> Result<Color, DocumentError> {
        if let Some(color) = palette.get(&self.text) {
            return Ok(*color);
        }
        color(&self.text).map_err(|problem| DocumentError::at(&self.file, self.line, &self.key, problem))
    }
}

/// `#rrggbb`, an ANSI name or 0–255.
fn color(text: &str) -> Result<Color, String> {
    if let Some(hex) = text.strip_prefix('#')
        && !(hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        return Err(format!("{text:?} is not a colour; write six hex digits, as in \"#ff8a82\""));
    }
    Color::from_str(text).map_err(|_| {
        format!("no colour {text:?}; use \"#rrggbb\", a name from [palette], an ANSI name such as \"red\", or 0 to 255")
    })
}

/// Parses the text of a theme; `file` is its name in errors.
pub(super) fn parse(text: &str, file: &str) -> Result<ThemeFile, DocumentError> {
    Document::parse(text, file)?.read(|root| theme(root, file))
}

fn theme(root: &Table<'_>, file: &str) -> ThemeFile {
    let mut theme = ThemeFile {
        inherits: root.get("inherits").and_then(|value| value.text("\"night\"")).map(str::to_owned),
        dark: root.get("dark").and_then(|value| value.flag()),
        background: root.get("background").and_then(|value| paint(&value, file)),
        ..ThemeFile::default()
    };
    for (name, value) in
        root.get("palette").and_then(|value| value.table()).map(|table| table.each()).unwrap_or_default()
    {
        let Some(paint) = paint(&value, file) else { continue };
        match color(&paint.text) {
            Ok(color) => _ = theme.palette.insert(name.to_owned(), color),
            Err(why) => _ = value.refuse::<()>(why),
        }
    }
    for (name, value) in root.get("role").and_then(|value| value.table()).map(|table| table.each()).unwrap_or_default()
    {
        match Role::named(name) {
            Some(role) => _ = theme.roles.insert(role, look(&value, file)),
            None => {
                let known: Vec<_> = Role::ALL.iter().map(|role| role.name()).collect();
                value.refuse::<()>(format!("unknown role; there are {}", known.join(", ")));
            }
        }
    }
    theme
}

/// How a role looks: a colour alone, or a table.
fn look(value: &Value<'_>, file: &str) -> StyleSpec {
    const MODIFIERS: [(&str, Modifier); 5] = [
        ("bold", Modifier::BOLD),
        ("dim", Modifier::DIM),
        ("italic", Modifier::ITALIC),
        ("underline", Modifier::UNDERLINED),
        ("reverse", Modifier::REVERSED),
    ];
    if !value.is_table() {
        return StyleSpec { fg: paint(value, file), ..StyleSpec::default() };
    }
    let Some(table) = value.table() else { return StyleSpec::default() };
    let color = |key| table.get(key).and_then(|value| paint(&value, file));
    let mut look = StyleSpec { fg: color("fg"), bg: color("bg"), modifiers: Modifier::empty() };
    for (key, modifier) in MODIFIERS {
        look.modifiers.set(modifier, table.get(key).and_then(|value| value.flag()).unwrap_or_default());
    }
    table.refuse_the_rest();
    look
}

fn paint(value: &Value<'_>, file: &str) -> Option<Paint> {
    let text = match value.is_number() {
        true => value.number(0, 255)?.to_string(),
        false => value.text("\"#ff8a82\"")?.to_owned(),
    };
    Some(Paint { text, key: value.key().to_owned(), file: file.to_owned(), line: value.line() })
}
