//! What a file imports: every `use`, written out, however its things are grouped, and what it names by a whole path.
//! Works on text without comments; decides nothing about who may import what.

use std::collections::BTreeSet;

use crate::sources::Source;

/// The imports in `code`, each in full with its line; and the code without them.
pub(crate) fn imports(code: &str) -> (Vec<(usize, String)>, String) {
    let mut found = Vec::new();
    let mut rest: Vec<char> = code.chars().collect();
    let mut at = 0;
    while let Some(begin) = next_use(&rest, at) {
        let end = rest.iter().skip(begin).position(|c| *c == ';').map_or(rest.len(), |length| begin + length);
        let line = 1 + rest[..begin].iter().filter(|c| **c == '\n').count();
        Tree { text: &rest[begin + "use".len()..end], at: 0, line, found: &mut found }.read("");
        for one in rest.iter_mut().take(end + 1).skip(begin).filter(|c| **c != '\n') {
            *one = ' ';
        }
        at = end;
    }
    (found, rest.into_iter().collect())
}

/// Where the next import begins: the word `use` where no bound of a closure or a type can have it.
fn next_use(text: &[char], from: usize) -> Option<usize> {
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_' || *c == '#';
    (from..text.len().saturating_sub(3)).find(|at| {
        let starts = at.checked_sub(1).is_none_or(|before| !is_word(&text[before]));
        starts && text[*at..*at + 3] == ['u', 's', 'e'] && text[*at + 3].is_whitespace() && begins_item(&text[..*at])
    })
}

/// Whether an item may begin behind `before`: after another item, or after its attributes and visibility.
fn begins_item(before: &[char]) -> bool {
    let last = before.iter().rev().find(|c| !c.is_whitespace());
    let word: String = before.iter().rev().skip_while(|c| c.is_whitespace()).take(3).collect();
    last.is_none_or(|c| ";{}])".contains(*c)) || word == "bup"
}

/// A tree of imports that is being read.
struct Tree<'a> {
    text: &'a [char],
    at: usize,
    line: usize,
    found: &'a mut Vec<(usize, String)>,
}

impl Tree<'_> {
    /// Reads one branch; `before` is the path that leads to it.
    fn read(&mut self, before: &str) {
        let (mut own, mut line) = (String::new(), self.line);
        while let Some(c) = self.text.get(self.at).copied() {
            match c {
                '{' => {
                    self.at += 1;
                    while !matches!(self.text.get(self.at), None | Some('}')) {
                        self.read(&format!("{before}{own}"));
                    }
                    self.at += 1;
                    own.clear();
                }
                ',' => {
                    self.at += 1;
                    break;
                }
                '}' => break,
                '\n' => (self.at, self.line) = (self.at + 1, self.line + 1),
                // What it is called here does not matter: `use a as b`.
                c if c.is_whitespace() && !own.is_empty() => self.skip_name(),
                c if c.is_whitespace() => self.at += 1,
                c => {
                    if own.is_empty() {
                        line = self.line;
                    }
                    own.push(c);
                    self.at += 1;
                }
            }
        }
        if !own.is_empty() {
            let path = format!("{before}{own}");
            let path = path.strip_suffix("::self").unwrap_or(&path);
            self.found.push((line, path.trim_start_matches("::").to_owned()));
        }
    }

    fn skip_name(&mut self) {
        self.at += self.text[self.at..].iter().take_while(|c| !",}\n".contains(**c)).count();
    }
}

/// The modules and items of our own that a file names, each with its line and by its path from the root of the crate
/// (`aws::budget::Budget`): imported or written out in the code.
pub(crate) fn ours(source: &Source) -> BTreeSet<(usize, String)> {
    let home = module(&source.path);
    let (uses, rest) = imports(&source.skeleton);
    let written =
        rest.lines().enumerate().flat_map(|(at, line)| paths(line).into_iter().map(move |path| (at + 1, path)));
    uses.into_iter().chain(written).filter_map(|(line, path)| Some((line, absolute(&home, &path)?))).collect()
}

/// The module that a file is: `src/a/b.rs` and `src/a/b/mod.rs` are `["a", "b"]`.
fn module(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').filter(|part| !["lib", "main", "mod"].contains(part)).map(str::to_owned).collect()
}

/// A path as the root of the crate sees it; none for those of other crates.
fn absolute(home: &[String], path: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split("::").collect();
    let mut from: Vec<&str> = home.iter().map(String::as_str).collect();
    match *parts.first()? {
        "crate" | "toban" => from.clear(),
        "self" => {}
        "super" => {
            while parts.first() == Some(&"super") {
                from.pop()?;
                parts.remove(0);
            }
            parts.insert(0, "");
        }
        _ => return None,
    }
    from.extend(parts.drain(1..));
    Some(from.join("::"))
}

/// The paths in a line of code that begin at the crate or near the file.
fn paths(line: &str) -> Vec<String> {
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let begins = |word: &&str| ["crate::", "super::", "self::"].iter().any(|start| word.starts_with(start));
    words.filter(begins).map(|word| word.trim_end_matches(':').to_owned()).collect()
}

#[test]
fn imports_are_written_out_however_they_are_grouped() {
    let code = "use a::b;\npub(crate) use c::{\n    self,\n    d::{e as f, g},\n    h,\n};\npub use i::*;\n\
                use {j, k::l as _};\nfn m() -> impl N + use<'_> {}\n#[o]\nuse ::p::q;\nlet r#use = s;";
    let (found, rest) = imports(code);
    let found: Vec<(usize, &str)> = found.iter().map(|(line, path)| (*line, path.as_str())).collect();
    let wanted = [
        (1, "a::b"),
        (3, "c"),
        (4, "c::d::e"),
        (4, "c::d::g"),
        (5, "c::h"),
        (7, "i::*"),
        (8, "j"),
        (8, "k::l"),
        (11, "p::q"),
    ];
    assert_eq!(found, wanted);
    assert_eq!(rest.lines().nth(8), Some("fn m() -> impl N + use<'_> {}"));
    assert_eq!(rest.lines().count(), code.lines().count());
}

#[test]
fn paths_of_ours_are_those_of_the_root() {
    let home = module("src/kinds/alarm/view.rs");
    let of = |path: &str| absolute(&home, path);
    assert_eq!(of("crate::world::Fault").as_deref(), Some("world::Fault"));
    assert_eq!(of("super::model::Alarm").as_deref(), Some("kinds::alarm::model::Alarm"));
    assert_eq!(of("super::super::catalog").as_deref(), Some("kinds::catalog"));
    assert_eq!(of("self::deep").as_deref(), Some("kinds::alarm::view::deep"));
    assert_eq!(
        (of("std::fs"), module("src/kinds/mod.rs"), module("src/lib.rs")),
        (None, vec!["kinds".to_owned()], vec![])
    );
    assert_eq!(paths("fn f(a: &crate::aws::Live, b: super::B<self::C>)"), ["crate::aws::Live", "super::B", "self::C"]);
}
