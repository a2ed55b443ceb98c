//! The Python the peer runs on: a virtual environment under `target/`, made once per set of pinned packages.
//!
//! Parallel test binaries wait for each other at a file lock; a half-made environment is never seen under its final name.
//! Never touches the Python that is installed.
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PYTHONS: [&str; 6] = ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];

/// The interpreter of the environment, made on first use.
pub(super) fn python(peer: &Path) -> PathBuf {
    let pins = peer.join("requirements.txt");
    let wanted = fs::read(&pins).unwrap_or_else(|fault| panic!("cannot read {}: {fault}", pins.display()));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("target/tmp has a parent");
    let home = target.join(format!("peer-venv-{:016x}", fingerprint(&wanted)));
    let python = home.join("bin/python");
    let lock_path = target.join("peer-venv.lock");
    let lock =
        File::create(&lock_path).unwrap_or_else(|fault| panic!("cannot create {}: {fault}", lock_path.display()));
    lock.lock().unwrap_or_else(|fault| panic!("cannot lock {}: {fault}", lock_path.display()));
    if !works(&python) {
        let part = target.join(format!("peer-venv-part-{}", std::process::id()));
        let _ = fs::remove_dir_all(&part);
        let _ = fs::remove_dir_all(&home);
        make(&part, &pins);
        fs::rename(&part, &home).unwrap_or_else(|fault| panic!("cannot rename to {}: {fault}", home.display()));
    }
    python
}

fn make(at: &Path, pins: &Path) {
    let base = base_python();
    eprintln!("making the test peer's Python environment with {base} (once, about 20 s)");
    demand(
        &format!("cannot make a virtual environment with {base} (on Debian and Ubuntu: apt install python3-venv)"),
        Command::new(&base).args(["-m", "venv"]).arg(at),
    );
    demand(
        "pip cannot install the test peer's packages; tests against the peer need PyPI or a mirror once",
        Command::new(at.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "-r"])
            .arg(pins),
    );
}

fn base_python() -> String {
    let named = std::env::var("TOBAN_TEST_PYTHON").ok();
    let new_enough = |name: &String| {
        let check = ["-c", "import sys, venv; sys.exit(sys.version_info < (3, 10))"];
        Command::new(name).args(check).output().is_ok_and(|output| output.status.success())
    };
    named.into_iter().chain(PYTHONS.map(String::from)).find(new_enough).unwrap_or_else(|| {
        panic!("tests against the AWS peer need Python 3.10 or newer with venv (looked for {PYTHONS:?}; set TOBAN_TEST_PYTHON to name one)")
    })
}

/// The name is given by a rename once all is installed; only the Python beneath may have gone away since.
fn works(python: &Path) -> bool {
    Command::new(python).args(["-c", ""]).output().is_ok_and(|output| output.status.success())
}

fn demand(complaint: &str, command: &mut Command) {
    match command.output() {
        Ok(output) if output.status.success() => {}
        Ok(Output { stderr, .. }) => panic!("{complaint}:\n{}", String::from_utf8_lossy(&stderr)),
        Err(fault) => panic!("{complaint}: {fault}"),
    }
}

/// FNV-1a: the same on every machine and toolchain, so a kept `target/` keeps its environment.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
