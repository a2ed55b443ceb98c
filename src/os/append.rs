//! Appends to a file that several consoles may write to at once: one write a line, under a lock,
//! readable by its owner alone.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Appends `line`, newline included, and makes sure it is on the disk. The directory is made with mode 0700, the
/// file with 0600.
///
/// # Errors
/// What the file system says.
pub fn append(path: &Path, line: &str) -> io::Result<()> {
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.lock()?;
    file.write_all(line.as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn lines_follow_each_other_in_a_file_of_our_own() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("state/journal.jsonl");
        super::append(&path, "one\n").expect("a line");
        super::append(&path, "two\n").expect("a line");
        assert_eq!(std::fs::read_to_string(&path).expect("the file"), "one\ntwo\n");
        let mode = |path: &std::path::Path| path.metadata().expect("its mode").permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().expect("a directory"))), (0o600, 0o700));
    }
}
