//! How meanings look. The only place where colours exist: everyone else names a [`Role`].
//! Themes are files, four of them built in; a bad one is refused whole, and nothing here panics.

mod ansi;
mod depth;
mod file;
mod mark;
mod role;

pub use depth::ColorDepth;
pub use mark::mark;
pub use role::Role;

use crate::text::document_error::DocumentError;
use file::ThemeFile;
use ratatui::style::{Color, Style};
use std::collections::BTreeMap;
use std::path::PathBuf;

const BUILT_IN: [(&str, &str); 4] = [
    ("night", include_str!("../../themes/night.toml")),
    ("day", include_str!("../../themes/day.toml")),
    ("contrast", include_str!("../../themes/contrast.toml")),
    ("plain", include_str!("../../themes/plain.toml")),
];

/// More than this is surely two themes that inherit from each other under many names.
const MAX_INHERITANCE: usize = 8;

/// A loaded theme: every role has a style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    name: String,
    dark: bool,
    background: Option<Color>,
    styles: BTreeMap<Role, Style>,
}

impl Theme {
    /// The names of the themes that need no file.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// The names of all themes that can be loaded: the built-in ones, then those with a file in `dirs`. A directory
    /// that cannot be read has none.
    pub fn names(dirs: &[PathBuf]) -> Vec<String> {
        let files = dirs.iter().filter_map(|dir| std::fs::read_dir(dir).ok()).flatten().filter_map(Result::ok);
        let own = files.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "toml"));
        let mut own: Vec<String> = own.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
        own.sort();
        own.dedup();
        let mut names: Vec<String> = Self::built_in_names().map(str::to_owned).collect();
        own.retain(|name| !names.contains(name));
        names.extend(own);
        names
    }

    /// The name of the theme to load. `no_color` wins over everything: whoever lets a flag override
    /// it passes `false`. Then what was asked for; then what suits the terminal, `dark` unless it
    /// is known to be light.
    pub fn choose(asked: Option<&str>, no_color: bool, dark: Option<bool>) -> &str {
        match (no_color, asked, dark) {
            (true, _, _) => "plain",
            (false, Some(name), _) => name,
            (false, None, Some(false)) => "day",
            (false, None, _) => "night",
        }
    }

    /// Loads the theme called `name`: `name.toml` from the first of `dirs` that has it, else the
    /// built-in one.
    ///
    /// # Errors
    /// When there is no such theme, or its file (or one it inherits from) can't be read, isn't
    /// valid, or leaves a role out. The error names file, line and key.
    pub fn load(name: &str, dirs: &[PathBuf]) -> Result<Theme, DocumentError> {
        let mut layers = Vec::new();
        let mut next = Some(name.to_owned());
        let mut seen: Vec<String> = Vec::new();
        while let Some(wanted) = next {
            // A file may extend the built-in theme of its own name.
            let (text, file) = find(&wanted, if seen.contains(&wanted) { &[] } else { dirs })?;
            if layers.len() >= MAX_INHERITANCE || seen.iter().filter(|name| **name == wanted).count() > 1 {
                let problem = format!("themes inherit in a circle: {}; break it", seen.join(" → "));
                return Err(DocumentError::at(&file, 0, "inherits", problem));
            }
            seen.push(wanted);
            let layer = file::parse(&text, &file)?;
            next = layer.inherits.clone();
            layers.push((layer, file));
        }
        let file = layers.first().map(|(_, file)| file.clone()).unwrap_or_default();
        let merged = layers.into_iter().rev().fold(ThemeFile::default(), |mut below, (above, _)| {
            below.dark = above.dark.or(below.dark);
            below.background = above.background.or(below.background);
            below.palette.extend(above.palette);
            below.roles.extend(above.roles);
            below
        });
        Theme::resolve(name, &file, &merged)
    }

    /// A theme with no colours and no emphasis, for the case that nothing else can be had.
    pub fn bare() -> Theme {
        Theme { name: "bare".to_owned(), dark: true, background: None, styles: BTreeMap::new() }
    }

    /// The built-in theme called `name`, or `night`.
    pub fn built_in(name: &str) -> Theme {
        Theme::load(name, &[]).or_else(|_| Theme::load("night", &[])).unwrap_or_else(|_| Theme::bare())
    }

    fn resolve(name: &str, file: &str, merged: &ThemeFile) -> Result<Theme, DocumentError> {
        // A theme from before there were lanes has no looks for them: they are then as ordinary text.
        let missing: Vec<_> = Role::ALL
            .iter()
            .filter(|role| !merged.roles.contains_key(role) && !Role::LANES.contains(role))
            .map(|role| role.name())
            .collect();
        if !missing.is_empty() {
            let problem = format!(
                "nothing said about {}; add them, or inherits = \"night\" at the top of the file",
                missing.join(", ")
            );
            return Err(DocumentError::at(file, 0, "role", problem));
        }
        let styles = merged
            .roles
            .iter()
            .map(|(role, look)| Ok((*role, look.style(&merged.palette)?)))
            .collect::<Result<_, DocumentError>>()?;
        let background = merged.background.as_ref().map(|paint| paint.color(&merged.palette)).transpose()?;
        Ok(Theme { name: name.to_owned(), dark: merged.dark.unwrap_or(true), background, styles })
    }

    /// How `role` looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }

    /// The name it was loaded under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is made for a dark terminal.
    pub fn dark(&self) -> bool {
        self.dark
    }
}

/// The text of a theme and the file's name for errors.
fn find(name: &str, dirs: &[PathBuf]) -> Result<(String, String), DocumentError> {
    let error = |file: &str, problem: String| DocumentError::whole(file, problem);
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    for dir in dirs.iter().filter(|_| plain) {
        let path = dir.join(format!("{name}.toml"));
        match crate::os::read_text(&path, crate::os::LARGEST) {
            Ok(text) => return Ok((text, path.display().to_string())),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {}
            Err(fault) => {
                return Err(error(&path.display().to_string(), format!("can't be read: {fault}")));
            }
        }
    }
    if let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
        return Ok(((*text).to_owned(), format!("themes/{name}.toml")));
    }
    let names: Vec<_> = Theme::built_in_names().collect();
    let looked = dirs.iter().map(|dir| format!(", {}", dir.display())).collect::<String>();
    Err(error(name, format!("no theme of this name among {}{looked}", names.join(", "))))
}

#[cfg(test)]
mod tests;
