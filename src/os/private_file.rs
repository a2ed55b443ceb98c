//! Files of their owner alone (0600) in directories of their owner alone (0700), and text that takes the place of another
//! whole or not at all. A directory that was there before is never re-permitted: it may be shared on purpose, and `doctor`
//! tells of it. Knows nothing of what the text means.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::Path;

use super::regular_file::{no_link, open_state};

/// Makes a directory that only its owner can look into, with its parents. An existing one is left as it is.
///
/// # Errors
/// Whatever the file system says.
pub fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file to append to it and to read it, making it (0600) if need be.
///
/// # Errors
/// When it cannot be opened or made, or is no file.
pub fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    open_state(path, &mut options)
}

/// Writes `text` to a file of its own (0600) in a directory that is there; what is there already is not touched.
///
/// # Errors
/// Whatever the file system says, also where a file of that name is there.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// Puts `text` in the place of whatever is in `path`, so that whoever reads it finds the one or the other whole. Makes
/// the directory (0700) and the file (0600) if need be. It is not synced: for what may be lost with the machine.
///
/// # Errors
/// Whatever the file system says; then the old text stands.
pub fn put_text(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        private_dir(parent)?;
    }
    no_link(path)?;
    put(path, text, None, false)
}

/// The same for a file that a person keeps: where its name is a link, in the place of what that leads to; with the
/// permissions it had; and on the disk when this returns.
///
/// # Errors
/// Whatever the file system says; then the old text stands.
pub fn replace_text(path: &Path, text: &str) -> io::Result<()> {
    let real = match path.canonicalize() {
        Err(why) if why.kind() == io::ErrorKind::NotFound => no_link(path).map(|_| path.to_owned()),
        found => found,
    }?;
    let known = std::fs::metadata(&real).ok().map(|known| known.permissions());
    put(&real, text, known, true)?;
    sync_dir(&real)
}

fn put(path: &Path, text: &str, like: Option<Permissions>, synced: bool) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = Path::new(&name);
    // What a run that died left behind, or somebody put there, is never written through.
    let _ = std::fs::remove_file(new);
    let written = write_new(new, text).and_then(|()| {
        if synced {
            File::open(new)?.sync_all()?;
        }
        like.map_or(Ok(()), |like| std::fs::set_permissions(new, like))?;
        std::fs::rename(new, path)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(new);
    }
    written
}

/// Brings the name of a new file to the disk.
#[cfg(unix)]
pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

#[cfg(not(unix))]
pub(super) fn sync_dir(_path: &Path) -> io::Result<()> {
    Ok(())
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
fn wide(permissions: &Permissions) -> bool {
    std::os::unix::fs::PermissionsExt::mode(permissions) & 0o077 != 0
}

#[cfg(not(unix))]
fn wide(_permissions: &Permissions) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_we_make_is_ours_alone_and_what_was_there_is_left_alone() {
        let home = tempfile::tempdir().expect("a directory");
        let state = home.path().join("a/state");
        private_dir(&state).expect("it is made");
        assert!(!others_may_look(&state).expect("it is there"));
        let log = state.join("log");
        for line in ["one\n", "two\n"] {
            open_private(&log).expect("it opens").write_all(line.as_bytes()).expect("it is written");
        }
        assert_eq!(std::fs::metadata(&log).expect("it is there").permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&log).expect("it is read"), "one\ntwo\n");

        let shared = home.path().join("shared");
        std::fs::create_dir(&shared).expect("it is made");
        std::fs::set_permissions(&shared, Permissions::from_mode(0o755)).expect("they are set");
        private_dir(&shared).expect("it is there");
        assert!(others_may_look(&shared).expect("it is there"));
    }

    #[test]
    fn a_text_takes_the_place_of_another_and_leaves_nothing_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state/looked");
        put_text(&path, "one, and longer").unwrap();
        put_text(&path, "two").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(std::fs::read_dir(home.path().join("state")).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_a_person_keeps_keeps_its_place_and_its_permissions() {
        let home = tempfile::tempdir().expect("a directory");
        let (kept, link) = (home.path().join("dotfiles.toml"), home.path().join("config.toml"));
        std::fs::write(&kept, "old").expect("it is written");
        std::fs::set_permissions(&kept, Permissions::from_mode(0o640)).expect("they are set");
        std::os::unix::fs::symlink(&kept, &link).expect("it is linked");
        replace_text(&link, "new").expect("it is replaced");
        assert_eq!(std::fs::read_to_string(&kept).expect("it is read"), "new");
        assert!(std::fs::symlink_metadata(&link).expect("it is there").is_symlink(), "the link stays one");
        assert_eq!(std::fs::metadata(&kept).expect("it is there").permissions().mode() & 0o777, 0o640);
        assert_eq!(std::fs::read_dir(home.path()).expect("it is listed").count(), 2, "nothing is left beside it");

        let fresh = home.path().join("fresh.toml");
        replace_text(&fresh, "x").expect("it is made");
        assert_eq!(std::fs::read_to_string(&fresh).expect("it is read"), "x");
        let nowhere = home.path().join("nowhere");
        std::os::unix::fs::symlink(home.path().join("gone"), &nowhere).expect("it is linked");
        assert!(replace_text(&nowhere, "x").is_err(), "a link that leads nowhere is not written through");
        // A directory cannot be replaced by a file, and what was written beside it is gone again.
        assert!(replace_text(home.path(), "x").is_err());
    }
}
