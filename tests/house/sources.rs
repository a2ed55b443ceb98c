//! The sources of the program: each file with its code apart from comments and tests, and which files only tests are built
//! with. Reads `src/`; holds no rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::imports;
use crate::lexer::{Without, bare, blanked, test_items};

/// A file of `src/`.
pub(crate) struct Source {
    /// Where it is, from the root of the project.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
    /// Its code with what strings hold; what only tests are built with is blank.
    pub(crate) code: String,
    /// The same without what strings hold.
    pub(crate) skeleton: String,
    /// Whether only tests are built with it.
    pub(crate) is_test: bool,
}

impl Source {
    fn new(path: String, text: String) -> Self {
        let skeleton = bare(&text, Without::CommentsAndLiterals);
        let tests = test_items(&skeleton);
        let code = blanked(&bare(&text, Without::Comments), &tests);
        Self { skeleton: blanked(&skeleton, &tests), code, path, text, is_test: false }
    }

    /// The lines of its code with their numbers. An import of several things counts as a line for each, in full.
    pub(crate) fn lines(&self) -> Vec<(usize, String)> {
        let (uses, rest) = imports::imports(&self.code);
        let rest = rest.lines().enumerate().map(|(at, line)| (at + 1, line.to_owned()));
        let uses = uses.into_iter().map(|(at, path)| (at, format!("use {path};")));
        let mut lines: Vec<_> = rest.chain(uses).filter(|(_, line)| !line.trim().is_empty()).collect();
        lines.sort();
        lines
    }
}

/// All files of `src/`, in order.
pub(crate) fn sources() -> &'static [Source] {
    static SOURCES: OnceLock<Vec<Source>> = OnceLock::new();
    SOURCES.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        walk(&root.join("src"), &mut found);
        let read = |path: PathBuf| {
            let text = fs::read_to_string(&path).expect("a readable file");
            Source::new(path.strip_prefix(root).expect("a path below the root").display().to_string(), text)
        };
        let mut sources: Vec<Source> = found.into_iter().map(read).collect();
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(sources.len() > 50, "the sources were not found");
        mark_tests(&mut sources);
        sources
    })
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a readable directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Marks the files that only tests are built with: no module of the program has them.
fn mark_tests(sources: &mut [Source]) {
    let mut built: BTreeSet<String> = ["src/lib.rs", "src/main.rs"].map(str::to_owned).into();
    let mut new: Vec<String> = built.iter().cloned().collect();
    while let Some(path) = new.pop() {
        let Some(source) = sources.iter().find(|source| source.path == path) else { continue };
        for name in modules(&source.skeleton) {
            let folder = children(&path);
            for child in [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")] {
                if built.insert(child.clone()) {
                    new.push(child);
                }
            }
        }
    }
    for source in sources {
        source.is_test = !built.contains(&source.path);
    }
}

/// The folder that the modules of a file are in.
fn children(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
        name => format!("{folder}/{}", name.trim_end_matches(".rs")),
    }
}

/// The modules that this code has in files of their own.
fn modules(skeleton: &str) -> Vec<String> {
    let mut found = Vec::new();
    for statement in skeleton.split([';', '}', '{']) {
        let words: Vec<&str> = statement.split_whitespace().collect();
        if let [.., "mod", name] = words.as_slice() {
            found.push((*name).to_owned());
        }
    }
    found
}

#[test]
fn files_of_tests_are_told_from_those_of_the_program() {
    let of = |path: &str, text: &str| Source::new(path.to_owned(), text.to_owned());
    let mut all = [
        of("src/lib.rs", "mod a;\npub mod b;\n#[cfg(test)]\nmod rig;\nmod inner { fn f() {} }"),
        of("src/a.rs", "fn f() {}\n#[cfg(test)]\nmod tests;"),
        of("src/a/tests.rs", "mod deep;"),
        of("src/a/tests/deep.rs", ""),
        of("src/b/mod.rs", "#[cfg(test)]\nmod sample;\nmod c;\nfn after_the_tests() {}"),
        of("src/b/c.rs", ""),
        of("src/b/sample.rs", ""),
        of("src/main.rs", ""),
        of("src/rig.rs", ""),
    ];
    mark_tests(&mut all);
    let tests: Vec<&str> = all.iter().filter(|one| one.is_test).map(|one| one.path.as_str()).collect();
    assert_eq!(tests, ["src/a/tests.rs", "src/a/tests/deep.rs", "src/b/sample.rs", "src/rig.rs"]);
    let lines: Vec<(usize, String)> = all[4].lines();
    assert_eq!(lines, [(3, "mod c;".to_owned()), (4, "fn after_the_tests() {}".to_owned())]);
}

#[test]
fn the_program_has_files_of_both_sorts() {
    let tests = sources().iter().filter(|source| source.is_test).count();
    assert!(tests > 20 && tests < sources().len() / 2, "{tests} of {}", sources().len());
}
