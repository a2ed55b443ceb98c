//! The state directory and its files: only for the one who runs toban. Directories are made with
//! mode 0700, files with 0600. A directory that was there before is never re-permitted: it may be
//! shared on purpose, and `doctor` tells of it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::os::open_state;

/// Makes the state directory if it is not there.
///
/// # Errors
/// When it cannot be made, or something else stands in its place.
pub fn open_state_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file of the state directory for appending, making it if need be.
///
/// # Errors
/// When it cannot be opened or made.
pub fn append_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    open_state(path, &mut options)
}

/// Puts `text` in the place of a file's content, whole or not at all: a reader never sees half of it.
///
/// # Errors
/// When it cannot be written beside the file, or not moved into its place.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let beside = path.with_file_name(name);
    // What a run that died left behind, or somebody put there, is never written through.
    let _ = std::fs::remove_file(&beside);
    let mut new = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    new.write_all(text.as_bytes())?;
    new.sync_all()?;
    if let Ok(known) = std::fs::metadata(path) {
        std::fs::set_permissions(&beside, known.permissions())?;
    }
    std::fs::rename(&beside, path)
}

/// Whether anybody but the owner may look into `path`. Where permissions have no modes: no.
///
/// # Errors
/// When its permissions cannot be read.
pub fn others_may_look(path: &Path) -> io::Result<bool> {
    let permissions = std::fs::metadata(path)?.permissions();
    Ok(wide(&permissions))
}

#[cfg(unix)]
fn wide(permissions: &std::fs::Permissions) -> bool {
    std::os::unix::fs::PermissionsExt::mode(permissions) & 0o077 != 0
}

#[cfg(not(unix))]
fn wide(_permissions: &std::fs::Permissions) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_we_make_is_ours_alone_and_what_was_there_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let state = home.path().join("a/state");
        open_state_dir(&state).unwrap();
        assert!(!others_may_look(&state).unwrap());
        let log = state.join("log");
        append_private(&log).unwrap().write_all(b"one\n").unwrap();
        append_private(&log).unwrap().write_all(b"two\n").unwrap();
        assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "one\ntwo\n");

        let shared = home.path().join("shared");
        std::fs::create_dir(&shared).unwrap();
        std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o755)).unwrap();
        open_state_dir(&shared).unwrap();
        assert!(others_may_look(&shared).unwrap());
    }
}
