//! Appending to files that several consoles share: one write a line, synced, readable by the
//! owner only. Knows nothing of what the lines mean.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::private_file::{open_private, private_dir, sync_dir};

/// Appends `line` (with its newline) to `path` and syncs it to disk. Makes the directory (0700) and the file
/// (0600) if need be. The file is locked meanwhile, so that the lines of two running consoles stay apart and neither
/// takes the other's write for the half line of a dead one.
///
/// # Errors
/// Whatever the file system says; nothing is half-written that a reader would take for a whole line.
pub fn append_line(path: &Path, line: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        private_dir(parent)?;
    }
    let new = !path.exists();
    let mut file = open_private(path)?;
    locked(&file)?;
    // A writer that died in the middle left half a line: ours must not be glued to it.
    let whole = if ends_whole(&mut file)? { line.to_owned() } else { format!("\n{line}") };
    file.write_all(whole.as_bytes())?;
    file.sync_data()?;
    // The name of a new file stands in its directory, which has to reach the disk as well.
    if new { sync_dir(path) } else { Ok(()) }
}

/// Waits until no other writer is at it; whoever drops the file lets go. Where files cannot be locked, appending in one
/// write has to do.
fn locked(file: &File) -> io::Result<()> {
    loop {
        match file.lock() {
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) if why.kind() == io::ErrorKind::Unsupported => return Ok(()),
            outcome => return outcome,
        }
    }
}

fn ends_whole(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use super::append_line;

    #[test]
    fn lines_of_two_writers_stay_whole() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("state").join("journal.jsonl");
        let writers: Vec<_> = ["a", "b"]
            .into_iter()
            .map(|name| {
                let path = path.clone();
                std::thread::spawn(move || {
                    for _ in 0..50 {
                        append_line(&path, &format!("{}\n", name.repeat(200))).expect("a line");
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().expect("a writer");
        }
        let text = std::fs::read_to_string(&path).expect("the file");
        assert_eq!(text.lines().count(), 100);
        assert!(text.lines().all(|line| line.len() == 200 && (line.starts_with('a') == line.ends_with('a'))));
    }

    #[test]
    fn a_write_that_is_seen_half_done_is_not_taken_for_a_dead_writers() {
        use std::io::Write;
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("journal.jsonl");
        let mut other = crate::os::open_private(&path).expect("the file");
        other.lock().expect("the lock");
        other.write_all(b"{\"half").expect("half a line");
        let waiting = {
            let path = path.clone();
            std::thread::spawn(move || append_line(&path, "mine\n"))
        };
        other.write_all(b" and half\n").expect("the other half");
        drop(other);
        waiting.join().expect("a writer").expect("a line");
        assert_eq!(std::fs::read_to_string(&path).expect("the file"), "{\"half and half\nmine\n");
    }

    #[test]
    fn half_a_line_of_a_dead_writer_is_closed_first() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("journal.jsonl");
        std::fs::write(&path, "{\"half").expect("half a line");
        append_line(&path, "whole\n").expect("a line");
        assert_eq!(std::fs::read_to_string(&path).expect("the file"), "{\"half\nwhole\n");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("state").join("journal.jsonl");
        append_line(&path, "x\n").expect("a line");
        let mode = |path: &std::path::Path| std::fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().expect("a parent"))), (0o600, 0o700));
    }
}
