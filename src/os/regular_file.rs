//! Opening and reading files that must be regular ones: a FIFO would be waited for without end, a device read without
//! end, and a link in the place of a file of ours leads into somebody else's. Each is refused with a sentence.
//! Knows nothing of what the files hold.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The largest configuration, theme or list of holidays that is read, bytes.
pub(crate) const LARGEST: u64 = 4 * 1024 * 1024;

/// The largest file of the state directory that is read.
const LARGEST_STATE: u64 = 256 * 1024 * 1024;

/// Opens a file of ours by `options`; it may not be there yet, and is no link.
///
/// # Errors
/// Whatever the file system says, or what stands in its place.
pub fn open_state(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let before = no_link(path)?;
    let file = regular(options, path)?;
    // Somebody may have put a link there in the meantime.
    if before.is_some_and(|before| !is_same(&before, &file)) {
        return Err(io::Error::other("it was put in place of another file just now"));
    }
    Ok(file)
}

/// Makes sure that a file of ours is regular, or not there.
///
/// # Errors
/// What stands in its place.
pub fn no_link(path: &Path) -> io::Result<Option<Metadata>> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => Ok(Some(found)),
        Ok(found) => Err(odd(found.file_type())),
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
        Err(why) => Err(why),
    }
}

/// What a file of ours holds.
///
/// # Errors
/// Whatever the file system says, or what stands in its place.
pub fn read_state(path: &Path) -> io::Result<Vec<u8>> {
    bytes(&open_state(path, OpenOptions::new().read(true))?, LARGEST_STATE)
}

/// The text of somebody's file of at most `largest` bytes. A link to one is followed: people keep their files as they
/// like.
///
/// # Errors
/// Whatever the file system says; that it is no regular file, is too large, or is no text.
pub fn read_text(path: &Path, largest: u64) -> io::Result<String> {
    let all = bytes(&regular(OpenOptions::new().read(true), path)?, largest)?;
    String::from_utf8(all).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

fn bytes(file: &File, largest: u64) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    file.take(largest.saturating_add(1)).read_to_end(&mut all)?;
    if u64::try_from(all.len()).unwrap_or(u64::MAX) > largest {
        let limit = if largest >= 1 << 20 { format!("{} MiB", largest >> 20) } else { format!("{largest} bytes") };
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {limit}")));
    }
    Ok(all)
}

/// Opens it without waiting for anybody, and makes sure of what it is before it is read or written.
fn regular(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, super::NON_BLOCKING);
    let file = match options.open(path) {
        // A FIFO that nobody reads, a socket: they cannot even be opened.
        Err(why) => match std::fs::metadata(path) {
            Ok(found) if !found.is_file() => return Err(odd(found.file_type())),
            _ => return Err(why),
        },
        Ok(file) => file,
    };
    let found = file.metadata()?;
    if found.is_file() { Ok(file) } else { Err(odd(found.file_type())) }
}

#[cfg(unix)]
fn is_same(before: &Metadata, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|now| (now.dev(), now.ino()) == (before.dev(), before.ino()))
}

#[cfg(not(unix))]
fn is_same(_before: &Metadata, _file: &File) -> bool {
    true
}

fn odd(found: FileType) -> io::Error {
    let kind = if found.is_dir() { ErrorKind::IsADirectory } else { ErrorKind::InvalidInput };
    io::Error::new(kind, format!("it is {}, and only a regular file is used there: move it away", named(found)))
}

fn named(found: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if found.is_fifo() {
            return "a FIFO";
        }
        if found.is_char_device() || found.is_block_device() {
            return "a device";
        }
        if found.is_socket() {
            return "a socket";
        }
    }
    match (found.is_dir(), found.is_symlink()) {
        (true, _) => "a directory",
        (_, true) => "a symbolic link",
        _ => "no file",
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;
    use crate::os::{append_line, put_text, try_hold};

    /// One of each kind of thing that is no regular file, with its word.
    fn oddities(dir: &Path) -> Vec<(PathBuf, &'static str)> {
        let at = |name: &str| dir.join(name);
        assert!(Command::new("mkfifo").arg(at("fifo")).status().expect("mkfifo").success());
        std::fs::create_dir(at("directory")).expect("a directory");
        std::fs::write(at("theirs"), "theirs").expect("a file");
        symlink(at("theirs"), at("link")).expect("a link");
        symlink("/dev/zero", at("zero")).expect("a link");
        symlink(at("nowhere"), at("dangling")).expect("a link");
        let _ = UnixListener::bind(at("socket")).expect("a socket");
        vec![
            (at("fifo"), "a FIFO"),
            (at("directory"), "a directory"),
            (at("link"), "a symbolic link"),
            (at("zero"), "a symbolic link"),
            (at("dangling"), "a symbolic link"),
            (at("socket"), "a socket"),
            (PathBuf::from("/dev/null"), "a device"),
        ]
    }

    #[test]
    fn nothing_odd_is_taken_for_a_file_of_ours_and_nothing_is_waited_for() {
        let dir = tempfile::tempdir().expect("a directory");
        for (path, word) in oddities(dir.path()) {
            let tried = [
                ("reading", read_state(&path).map(|_| ())),
                ("appending", append_line(&path, "x\n")),
                ("putting", put_text(&path, "x")),
                ("holding", try_hold(&path).map(|_| ())),
                ("logging", crate::os::open_private(&path).map(|_| ())),
            ];
            for (what, got) in tried {
                let why = got.expect_err(what).to_string();
                assert!(why.contains(word), "{what} {}: {why}", path.display());
            }
        }
        assert_eq!(std::fs::read_to_string(dir.path().join("theirs")).expect("the file"), "theirs");
        assert!(!dir.path().join("nowhere").exists(), "a link led to a new file");
    }

    #[test]
    fn a_file_of_somebodys_may_be_linked_but_ends() {
        let dir = tempfile::tempdir().expect("a directory");
        for (path, word) in oddities(dir.path()) {
            match path.file_name().and_then(|name| name.to_str()) {
                Some("link") => assert_eq!(read_text(&path, 6).expect("a text"), "theirs"),
                Some("dangling") => assert_eq!(read_text(&path, 6).expect_err("none").kind(), ErrorKind::NotFound),
                Some("zero") => assert!(read_text(&path, 6).expect_err("no end").to_string().contains("a device")),
                _ => assert!(read_text(&path, 6).expect_err("odd").to_string().contains(word), "{}", path.display()),
            }
        }
        let why = read_text(&dir.path().join("theirs"), 5).expect_err("too large").to_string();
        assert_eq!(why, "it is larger than 5 bytes");
    }
}
