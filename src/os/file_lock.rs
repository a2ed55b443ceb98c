//! A lock that several processes share: whoever holds the file's lock works, and a process that dies lets go of it.
//! Knows nothing of what is guarded.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::private_file::private_dir;
use super::regular_file::open_state;

/// Held while it lives.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "it is held, never looked at")] File);

/// Takes the lock of `path`, making the file (0600) if need be; `None` if another holds it.
///
/// # Errors
/// Whatever the file system says.
pub fn try_hold(path: &Path) -> io::Result<Option<Held>> {
    if let Some(parent) = path.parent() {
        private_dir(parent)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = open_state(path, &mut options)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Held(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(why)) => Err(why),
    }
}

#[cfg(test)]
mod tests {
    use super::try_hold;

    #[test]
    fn only_one_holds_it_until_it_lets_go() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state/schedule.lock");
        let held = try_hold(&path).unwrap();
        assert!(held.is_some());
        assert!(try_hold(&path).unwrap().is_none());
        drop(held);
        assert!(try_hold(&path).unwrap().is_some());
    }
}
