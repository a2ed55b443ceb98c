//! Who holds a port of this machine, as far as the system tells: on Linux by its tables of sockets and open files.
//! Reads only; where nothing can be told it says nothing.

use std::fs;
use std::path::Path;

/// The state of a listening socket in Linux's table.
const LISTENS: &str = "0A";

/// Who listens on `port`, as `postgres (process 123)`; `None` if nobody does, or it cannot be told.
#[must_use]
pub fn holder(port: u16) -> Option<String> {
    let socket =
        ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| inode(&fs::read_to_string(table).ok()?, port))?;
    let wanted = format!("socket:[{socket}]");
    for process in fs::read_dir("/proc").ok()?.flatten() {
        let name = process.file_name().to_string_lossy().into_owned();
        if !name.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        if holds(&process.path().join("fd"), &wanted) {
            let command = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some(format!("{} (process {name})", crate::text::harmless(command.trim())));
        }
    }
    // Another user's process shows its table, but not its files.
    Some("another user's process".to_owned())
}

/// The inode of the socket that listens on `port`.
fn inode(table: &str, port: u16) -> Option<String> {
    let wanted = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, _, state) = (fields.next()?, fields.next()?, fields.next()?);
        (local.ends_with(&wanted) && state == LISTENS).then(|| fields.nth(5).map(str::to_owned)).flatten()
    })
}

fn holds(files: &Path, wanted: &str) -> bool {
    let Ok(files) = fs::read_dir(files) else { return false };
    files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|to| to.as_os_str() == wanted))
}

#[cfg(test)]
mod tests {
    use super::inode;

    const TABLE: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:3C48 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 99001 1 0000 100 0 0 10 0
   1: 0100007F:3C49 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 99002 1 0000 100 0 0 10 0";

    #[test]
    fn the_socket_that_listens_is_found_by_its_port() {
        assert_eq!(inode(TABLE, 15_432).as_deref(), Some("99001"));
        assert_eq!(inode(TABLE, 15_433), None, "one that is connected does not listen");
        assert_eq!(inode("", 1), None);
    }
}
