//! Reads one theme file strictly: an unknown key, a wrong type or a bad colour refuses the file
//! and says where. Knows nothing of directories or of which theme inherits from which.

use super::{Role, ThemeError};
use ratatui::style::{Color, Modifier, Style};
use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

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
    pub(super) fn style(&self, palette: &BTreeMap<String, Color>) -> Result<Style, ThemeError> {
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
    pub(super) fn color(&self, palette: &BTreeMap<String, Color>) -> Result<Color, ThemeError> {
        if let Some(color) = palette.get(&self.text) {
            return Ok(*color);
        }
        color(&self.text).map_err(|problem| ThemeError {
            file: self.file.clone(),
            line: self.line,
            key: self.key.clone(),
            problem,
        })
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
pub(super) fn parse(text: &str, file: &str) -> Result<ThemeFile, ThemeError> {
    let reader = Reader { text, file };
    let document = DeTable::parse(text)
        .map_err(|fault| reader.error(fault.span().unwrap_or(0..0), "", fault.message().to_owned()))?;
    reader.document(document.get_ref())
}

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
}

impl Reader<'_> {
    fn document(&self, document: &DeTable<'_>) -> Result<ThemeFile, ThemeError> {
        let mut theme = ThemeFile::default();
        for (key, value) in document {
            match key.get_ref().as_ref() {
                "inherits" => theme.inherits = Some(self.string(value, "inherits")?.to_owned()),
                "dark" => theme.dark = Some(self.flag(value, "dark")?),
                "background" => theme.background = Some(self.paint(value, "background")?),
                "palette" => self.palette(self.table(value, "palette")?, &mut theme)?,
                "role" => self.roles(self.table(value, "role")?, &mut theme)?,
                other => {
                    let problem = "unknown key; a theme has inherits, dark, background, [palette] and [role]";
                    return Err(self.error(key.span(), other, problem.to_owned()));
                }
            }
        }
        Ok(theme)
    }

    fn palette(&self, table: &DeTable<'_>, theme: &mut ThemeFile) -> Result<(), ThemeError> {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let paint = self.paint(value, &format!("palette.{name}"))?;
            theme.palette.insert(name.to_owned(), paint.color(&BTreeMap::new())?);
        }
        Ok(())
    }

    fn roles(&self, table: &DeTable<'_>, theme: &mut ThemeFile) -> Result<(), ThemeError> {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = format!("role.{name}");
            let Some(role) = Role::named(name) else {
                let known: Vec<_> = Role::ALL.iter().map(|role| role.name()).collect();
                return Err(self.error(key.span(), &path, format!("unknown role; there are {}", known.join(", "))));
            };
            theme.roles.insert(role, self.look(value, &path)?);
        }
        Ok(())
    }

    fn look(&self, value: &Spanned<DeValue<'_>>, path: &str) -> Result<StyleSpec, ThemeError> {
        let mut look = StyleSpec::default();
        let DeValue::Table(table) = value.get_ref() else {
            look.fg = Some(self.paint(value, path)?);
            return Ok(look);
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = format!("{path}.{name}");
            let modifier = match name {
                "fg" => {
                    look.fg = Some(self.paint(value, &path)?);
                    continue;
                }
                "bg" => {
                    look.bg = Some(self.paint(value, &path)?);
                    continue;
                }
                "bold" => Modifier::BOLD,
                "dim" => Modifier::DIM,
                "italic" => Modifier::ITALIC,
                "underline" => Modifier::UNDERLINED,
                "reverse" => Modifier::REVERSED,
                _ => {
                    let problem = "unknown key; a role has fg, bg, bold, dim, italic, underline and reverse";
                    return Err(self.error(key.span(), &path, problem.to_owned()));
                }
            };
            look.modifiers.set(modifier, self.flag(value, &path)?);
        }
        Ok(look)
    }

    fn paint(&self, value: &Spanned<DeValue<'_>>, key: &str) -> Result<Paint, ThemeError> {
        let text = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().to_owned(),
            _ => self.string(value, key)?.to_owned(),
        };
        Ok(Paint { text, key: key.to_owned(), file: self.file.to_owned(), line: self.line(value.span()) })
    }

    fn string<'v>(&self, value: &'v Spanned<DeValue<'_>>, key: &str) -> Result<&'v str, ThemeError> {
        value.get_ref().as_str().ok_or_else(|| self.wrong_type(value, key, "a text in quotes"))
    }

    fn flag(&self, value: &Spanned<DeValue<'_>>, key: &str) -> Result<bool, ThemeError> {
        value.get_ref().as_bool().ok_or_else(|| self.wrong_type(value, key, "true or false"))
    }

    fn table<'v, 'i>(&self, value: &'v Spanned<DeValue<'i>>, key: &str) -> Result<&'v DeTable<'i>, ThemeError> {
        value.get_ref().as_table().ok_or_else(|| self.wrong_type(value, key, "a table"))
    }

    fn wrong_type(&self, value: &Spanned<DeValue<'_>>, key: &str, wanted: &str) -> ThemeError {
        let problem = format!("is of type {}; write {wanted}", value.get_ref().type_str());
        self.error(value.span(), key, problem)
    }

    fn error(&self, at: Range<usize>, key: &str, problem: String) -> ThemeError {
        ThemeError { file: self.file.to_owned(), line: self.line(at), key: key.to_owned(), problem }
    }

    fn line(&self, at: Range<usize>) -> usize {
        let before = self.text.as_bytes().get(..at.start.min(self.text.len())).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }
}
