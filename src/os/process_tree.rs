//! Ending a program together with everything it started: for programs that share our terminal, and so our process group,
//! which cannot be ended as one. Knows no program by name.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;

/// Ends `child` and all that it started, and waits until it is gone.
pub async fn end(child: &mut Child) {
    let root = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(root) = root {
        for pid in started_by(root, &parents()).into_iter().chain([root]) {
            if let Some(pid) = Pid::from_raw(pid) {
                // Whoever has ended by itself needs no more.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
    let _ = child.wait().await;
}

/// Everything that `root` started, and what that started.
fn started_by(root: i32, parents: &[(i32, i32)]) -> Vec<i32> {
    let mut all = Vec::new();
    let (mut known, mut next) = (BTreeSet::from([root]), vec![root]);
    while let Some(parent) = next.pop() {
        for (child, _) in parents.iter().filter(|(_, its)| *its == parent) {
            if known.insert(*child) {
                all.push(*child);
                next.push(*child);
            }
        }
    }
    all
}

/// Every process with its parent, as far as the system tells.
fn parents() -> Vec<(i32, i32)> {
    let told: Vec<(i32, i32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|one| {
            let pid = one.file_name().to_str()?.parse().ok()?;
            // The name in it may hold anything: what follows the last bracket counts.
            let stat = fs::read_to_string(one.path().join("stat")).ok()?;
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect();
    if !told.is_empty() {
        return told;
    }
    let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output();
    let text = listed.map(|listed| String::from_utf8_lossy(&listed.stdout).into_owned()).unwrap_or_default();
    let pair = |line: &str| {
        let mut numbers = line.split_whitespace().map_while(|word| word.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    };
    text.lines().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::{end, parents, started_by};

    #[test]
    fn what_was_started_by_what_was_started_belongs_to_it() {
        let parents = [(1, 0), (10, 1), (11, 10), (12, 11), (13, 1), (14, 12), (10, 14)];
        let mut all = started_by(10, &parents);
        all.sort_unstable();
        assert_eq!(all, [11, 12, 14], "a circle ends as well");
        assert_eq!(started_by(13, &parents), Vec::<i32>::new());
    }

    #[tokio::test]
    async fn a_program_ends_with_its_children_and_theirs() {
        let mut shell = tokio::process::Command::new("sh");
        let mut child = shell.args(["-c", "sh -c 'sleep 600 & wait' & sleep 600 & wait"]).spawn().expect("a shell");
        let root = i32::try_from(child.id().expect("it runs")).expect("a number");
        let mut all = Vec::new();
        while all.len() < 3 {
            tokio::task::yield_now().await;
            all = started_by(root, &parents());
        }
        end(&mut child).await;
        let lives = |pid: &i32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
        };
        while all.iter().any(lives) {
            tokio::task::yield_now().await;
        }
        assert_eq!(child.id(), None, "it is over");
    }
}
