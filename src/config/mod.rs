//! Configuration: the file's schema, its strict loading, the directories, and the settings that
//! come of it. Everything is checked before anything applies: one problem refuses the whole file,
//! and all problems are told at once, each with file, line and key. No AWS and no drawing here.

mod dirs;
pub mod edit;
mod interval;
pub use interval::interval;
mod offhours;
mod recipe;
mod schema;
mod settings;

pub use crate::text::document_error::{DocumentError, Problem};
pub use dirs::Dirs;
pub use settings::{KeyWish, Settings};

use std::io::ErrorKind;
use std::path::Path;

use crate::os::{self, LARGEST};

/// Loads the configuration the directories point at. Without a file the defaults hold, unless the
/// file was named on the command line or in `TOBAN_CONFIG`.
///
/// # Errors
/// [`DocumentError`] with every problem of the file; nothing of it was applied.
pub fn load(dirs: &Dirs) -> Result<Settings, DocumentError> {
    let file = dirs.file.display().to_string();
    match os::read_text(&dirs.file, LARGEST) {
        Ok(text) => parse(&text, &file),
        Err(fault) if fault.kind() == ErrorKind::NotFound && !dirs.named => Ok(Settings::default()),
        Err(fault) => Err(DocumentError::whole(&file, unreadable(&dirs.file, &fault))),
    }
}

/// Checks the text of a configuration and turns it into settings; `file` is its name in errors.
///
/// # Errors
/// [`DocumentError`] with every problem found.
pub fn parse(text: &str, file: &str) -> Result<Settings, DocumentError> {
    let folder = Path::new(file).parent().unwrap_or_else(|| Path::new(""));
    schema::settings(crate::text::document::Document::parse(text, file)?, folder)
}

fn unreadable(path: &Path, fault: &std::io::Error) -> String {
    match fault.kind() {
        ErrorKind::NotFound => {
            "there is no such file; fix --config or TOBAN_CONFIG, or let `toban init` write one".to_owned()
        }
        ErrorKind::InvalidData => "is not UTF-8 text; save it as UTF-8".to_owned(),
        ErrorKind::IsADirectory => {
            format!("is a directory; name the file in it, such as {}", path.join("config.toml").display())
        }
        _ => format!("can't be read: {fault}"),
    }
}

#[cfg(test)]
mod tests;
