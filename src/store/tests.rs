//! The store between processes, on a bad disk and across versions. What it keeps is tried beside.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Timestamp;
use rusqlite::Connection;

use super::readings::bound;
use super::{CachedPart, DAMAGED, FILE, Place, Store, StoreFaultKind, StoredEvent, schema};

/// Tells a child process of these tests which directory to write in.
const CHILD: &str = "TOBAN_TEST_STORE_CHILD";
/// The same for what happened.
const RECORDER: &str = "TOBAN_TEST_STORE_RECORDER";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a second in range")
}

fn place() -> Place {
    Place { account: "123456789012".to_owned(), region: "ap-northeast-1".to_owned() }
}

fn part(kind: &str, part: &str, second: i64, body: &[u8]) -> CachedPart {
    CachedPart {
        kind: kind.to_owned(),
        part: part.to_owned(),
        form: "1".to_owned(),
        read_at: at(second),
        body: body.to_vec(),
    }
}

fn kept(store: &Store) -> Vec<(String, i64)> {
    let mut all: Vec<(String, i64)> = store
        .parts(&place(), "1", Timestamp::MIN)
        .expect("the parts")
        .into_iter()
        .map(|part| (part.part, part.read_at.as_second()))
        .collect();
    all.sort();
    all
}

#[test]
fn parts_come_back_as_they_were_put_and_none_of_another_form_or_place() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(dir.path()).expect("a store");
    let one = part("listener", "a", 10, b"[1]");
    let other_form = CachedPart { form: "0".to_owned(), ..part("listener", "b", 10, b"[2]") };
    store.keep_parts(&place(), &[one.clone(), other_form]).expect("kept");
    let elsewhere = Place { region: "us-east-1".to_owned(), ..place() };
    store.keep_parts(&elsewhere, &[part("listener", "c", 10, b"[3]")]).expect("kept");
    assert_eq!(store.parts(&place(), "1", at(9)).expect("the parts"), [one]);
    assert_eq!(store.parts(&place(), "1", at(10)).expect("the parts"), []);
    let shares = store.shares().expect("the shares");
    assert_eq!(shares.iter().map(|share| (share.parts, share.bytes)).collect::<Vec<_>>(), [(2, 6), (1, 3)]);
    assert_eq!(store.clear_readings(Some(&elsewhere)).expect("cleared"), 1);
    assert_eq!(store.clear_readings(None).expect("cleared"), 2);
    assert!(store.shares().expect("the shares").is_empty());
}

#[test]
fn what_was_read_later_stays_and_what_is_gone_goes() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(dir.path()).expect("a store");
    store.keep_parts(&place(), &[part("listener", "a", 20, b"new"), part("listener", "b", 5, b"old")]).expect("kept");
    store.keep_parts(&place(), &[part("listener", "a", 10, b"late")]).expect("kept");
    assert_eq!(kept(&store), [("a".to_owned(), 20), ("b".to_owned(), 5)]);
    store.keep_kind(&place(), "listener", at(15), &[part("listener", "c", 15, b"")]).expect("kept");
    assert_eq!(kept(&store), [("a".to_owned(), 20), ("c".to_owned(), 15)]);
}

#[test]
fn beyond_the_bound_the_oldest_go() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(dir.path()).expect("a store");
    let many: Vec<CachedPart> = (0..40).map(|n| part("k", &format!("{n:02}"), n, &[0; 4096])).collect();
    store.keep_parts(&place(), &many).expect("kept");
    store.change(|transaction| bound(transaction, 20 * 4096)).expect("bounded");
    let left = kept(&store);
    assert_eq!(left.first(), Some(&("25".to_owned(), 25)));
    assert_eq!(left.len(), 15);
}

#[test]
fn two_writers_lose_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let writers: Vec<_> = ["a", "b", "c"]
        .into_iter()
        .map(|name| {
            let dir = dir.path().to_owned();
            std::thread::spawn(move || {
                let store = Store::open(&dir).expect("a store");
                for n in 0..40 {
                    store.keep_parts(&place(), &[part("k", &format!("{name}{n}"), n, b"x")]).expect("kept");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().expect("a writer");
    }
    assert_eq!(kept(&Store::open(dir.path()).expect("a store")).len(), 120);
}

fn event(n: i64, item: &str) -> StoredEvent {
    StoredEvent {
        at: at(n),
        kind: "task-stopped".to_owned(),
        subject: "{}".to_owned(),
        what: "a task stopped".to_owned(),
        by: None,
        source: "ecs:DescribeTasks".to_owned(),
        requests: String::new(),
        item: item.to_owned(),
        detail: "x".repeat(2_000),
        learned: at(n),
    }
}

#[test]
fn two_writers_of_what_happened_lose_nothing_and_keep_nothing_twice() {
    let dir = tempfile::tempdir().expect("a directory");
    let writers: Vec<_> = ["a", "b", "c"]
        .into_iter()
        .map(|name| {
            let dir = dir.path().to_owned();
            std::thread::spawn(move || {
                let store = Store::open(&dir).expect("a store");
                for n in 0..30 {
                    // One of its own, and one that all of them see.
                    store.keep_events("e", at(99), &[event(n, name), event(n, "seen by all")]).expect("kept");
                    let word = if n % 2 == 0 { "bad" } else { "well" };
                    let health = StoredEvent { kind: "health".to_owned(), ..event(100 + n, word) };
                    store.keep_health("e", &health).expect("kept");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().expect("a writer");
    }
    let told = Store::open(dir.path()).expect("a store").events("e", at(0), at(500)).expect("events");
    assert_eq!(told.iter().filter(|event| event.kind == "task-stopped").count(), 4 * 30);
    let words: Vec<&str> =
        told.iter().filter(|event| event.kind == "health").map(|event| event.item.as_str()).collect();
    assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "a change is a change: {words:?}");
}

/// Not a test of its own: what the process does that [`a_killed_recorder_costs_nothing_it_had_recorded`] kills.
#[test]
fn child_records_until_it_is_killed() {
    let Some(dir) = std::env::var_os(RECORDER) else { return };
    let store = Store::open(Path::new(&dir)).expect("a store");
    for n in 0..i64::MAX {
        store.keep_events("e", at(n), &[event(n, "x")]).expect("kept");
        println!("\nkept {n}");
    }
}

#[test]
fn a_killed_recorder_costs_nothing_it_had_recorded() {
    let dir = tempfile::tempdir().expect("a directory");
    let told = killed_after(30, ("store::tests::child_records_until_it_is_killed", RECORDER), dir.path());
    let store = Store::open(dir.path()).expect("a store");
    assert_eq!(store.notice(), None);
    store.look(|transaction| Ok(schema::check(transaction))).expect("a look").expect("a sound file");
    let kept = store.events("e", at(0), at(1_000_000)).expect("events");
    assert!(kept.len() > told, "{} of {told}", kept.len());
    store.keep_events("e", at(1), &[event(1, "after")]).expect("it can be written again");
}

/// Kills a child that runs `test` in `dir` once it said that it kept so much; the number it said last.
fn killed_after(many: usize, (test, variable): (&str, &str), dir: &Path) -> usize {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([test, "--exact", "--nocapture"])
        .env(variable, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let told = lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("kept ").and_then(|n| n.parse::<usize>().ok()))
        .find(|n| *n >= many)
        .expect("it wrote");
    child.kill().expect("killed");
    child.wait().expect("its end");
    told
}

/// Not a test of its own: what the process does that [`a_killed_writer_costs_nothing_it_had_written`] kills.
#[test]
fn child_writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let store = Store::open(Path::new(&dir)).expect("a store");
    for n in 0..i64::MAX {
        store.keep_parts(&place(), &[part("k", &format!("{n:06}"), n, &[7; 3000])]).expect("kept");
        println!("\nkept {n}");
    }
}

#[test]
fn a_killed_writer_costs_nothing_it_had_written() {
    let dir = tempfile::tempdir().expect("a directory");
    let told = killed_after(30, ("store::tests::child_writes_until_it_is_killed", CHILD), dir.path());
    let store = Store::open(dir.path()).expect("a store");
    assert_eq!(store.notice(), None);
    store.look(|transaction| Ok(schema::check(transaction))).expect("a look").expect("a sound file");
    assert!(kept(&store).len() > told);
    store.keep_parts(&place(), &[part("k", "after", 1, b"x")]).expect("it can be written again");
}

#[test]
fn a_damaged_file_is_made_anew_and_told_of_once() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join(FILE), [b'x'; 9000]).expect("no store");
    let store = Store::open(dir.path()).expect("a store");
    let notice = store.notice().expect("a notice");
    assert!(notice.contains("damaged") && notice.contains(DAMAGED), "{notice}");
    assert_eq!(store.notice(), None);
    store.keep_parts(&place(), &[part("k", "a", 1, b"x")]).expect("kept");
    let other = Store::open(dir.path()).expect("a store");
    assert_eq!((other.notice(), kept(&other).len()), (None, 1));
    assert_eq!(std::fs::metadata(dir.path().join(DAMAGED)).expect("the old file").len(), 9000);
}

#[test]
fn damage_met_while_working_is_mended_as_well() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join(FILE);
    {
        let store = Store::open(dir.path()).expect("a store");
        let many: Vec<CachedPart> = (0..200).map(|n| part("k", &n.to_string(), n, &[1; 5000])).collect();
        store.keep_parts(&place(), &many).expect("kept");
    }
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(&path).expect("the file");
    let mut length = Vec::new();
    let length = file.read_to_end(&mut length).expect("its length");
    // The first page, with header and schema, stays whole: opening meets nothing odd.
    file.seek(SeekFrom::Start(4096)).expect("the second page");
    file.write_all(&vec![0xee; length - 4096]).expect("damage");
    drop(file);
    let store = Store::open(dir.path()).expect("a store");
    assert_eq!(kept(&store), []);
    assert!(store.notice().is_some_and(|notice| notice.contains("damaged")));
    store.keep_parts(&place(), &[part("k", "a", 1, b"x")]).expect("kept");
    assert_eq!(kept(&store).len(), 1);
}

#[test]
fn another_programs_file_is_put_aside_and_a_newer_tobans_is_left_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join(FILE);
    Connection::open(&path).expect("a file").execute_batch("PRAGMA user_version = 7; CREATE TABLE t (x);").expect("t");
    assert!(Store::open(dir.path()).expect("a store").notice().is_some());
    let newer = i64::try_from(schema::STEPS.len() + 1).expect("few steps");
    Connection::open(&path).expect("the file").pragma_update(None, "user_version", newer).expect("newer");
    let fault = Store::open(dir.path()).expect_err("it is newer");
    assert_eq!(fault.kind, StoreFaultKind::Newer);
    assert!(fault.to_string().contains("newer toban"), "{fault}");
}

#[test]
fn a_file_of_each_older_version_is_brought_up() {
    for taken in 1..=schema::STEPS.len() {
        let dir = tempfile::tempdir().expect("a directory");
        let old = Connection::open(dir.path().join(FILE)).expect("a file");
        for step in &schema::STEPS[..taken] {
            old.execute_batch(step).expect("a step");
        }
        old.execute_batch(&format!("PRAGMA application_id = {}; PRAGMA user_version = {taken};", 0x746f_626e))
            .expect("its header");
        old.execute("INSERT INTO reading VALUES ('123456789012', 'ap-northeast-1', 'k', 'a', '1', 5000, x'00')", [])
            .expect("a row");
        drop(old);
        let store = Store::open(dir.path()).expect("a store");
        assert_eq!((store.notice(), kept(&store)), (None, vec![("a".to_owned(), 5)]), "from version {taken}");
        let now: i64 = store
            .look(|transaction| transaction.pragma_query_value(None, "user_version", |row| row.get(0)))
            .expect("its version");
        assert_eq!(usize::try_from(now), Ok(schema::STEPS.len()));
    }
}

#[test]
fn a_file_that_another_holds_is_a_fault_and_not_a_wait_without_end() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(dir.path()).expect("a store");
    let other = Connection::open(dir.path().join(FILE)).expect("the file");
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    store.open.lock().expect("the connection").connection.busy_timeout(std::time::Duration::ZERO).expect("no patience");
    let fault = store.keep_parts(&place(), &[part("k", "a", 1, b"x")]).expect_err("held");
    assert_eq!(fault.kind, StoreFaultKind::Busy);
    // Reading goes on beside a writer.
    assert_eq!(kept(&store), []);
    other.execute_batch("COMMIT").expect("let go");
    store.keep_parts(&place(), &[part("k", "a", 1, b"x")]).expect("kept");
}

#[test]
fn a_full_store_is_a_fault_and_what_it_holds_stays() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(dir.path()).expect("a store");
    store.keep_parts(&place(), &[part("k", "a", 1, b"x")]).expect("kept");
    store
        .open
        .lock()
        .expect("the connection")
        .connection
        .execute_batch("PRAGMA max_page_count = 10")
        .expect("a small bound");
    let fault = store.keep_parts(&place(), &[part("k", "b", 1, &[0; 100_000])]).expect_err("full");
    assert_eq!(fault.kind, StoreFaultKind::Full);
    assert_eq!(kept(&store), [("a".to_owned(), 1)]);
}

#[cfg(unix)]
mod permissions {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn only_the_owner_can_read_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let store = Store::open(&dir.path().join("state")).expect("a store");
        store.keep_parts(&place(), &[part("k", "a", 1, b"x")]).expect("kept");
        let mut seen = 0;
        for entry in std::fs::read_dir(dir.path().join("state")).expect("the directory") {
            let entry = entry.expect("an entry");
            assert_eq!(entry.metadata().expect("metadata").permissions().mode() & 0o777, 0o600, "{entry:?}");
            seen += 1;
        }
        assert!(seen >= 2, "the file and what SQLite keeps beside it");
    }

    #[test]
    fn a_directory_that_may_not_be_written_is_a_fault() {
        let dir = tempfile::tempdir().expect("a directory");
        let state = dir.path().join("state");
        std::fs::create_dir(&state).expect("a directory");
        std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o500)).expect("read-only");
        // Nothing is forbidden to root: then there is nothing to see here.
        if std::fs::write(state.join("probe"), "").is_ok() {
            return;
        }
        let fault = Store::open(&state).expect_err("read-only");
        assert_eq!(fault.kind, StoreFaultKind::Denied);
    }

    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let dir = tempfile::tempdir().expect("a directory");
        let theirs = dir.path().join("theirs");
        std::fs::write(&theirs, "theirs").expect("a file");
        symlink(&theirs, dir.path().join(FILE)).expect("a link");
        let fault = Store::open(dir.path()).expect_err("a link");
        assert!(fault.to_string().contains("a symbolic link"), "{fault}");
        assert_eq!(std::fs::read_to_string(&theirs).expect("the file"), "theirs");
    }
}
