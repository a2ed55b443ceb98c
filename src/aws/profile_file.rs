//! One shared AWS file (`config` or `credentials`) read as the AWS CLI reads it: what it holds, section by section, and
//! which lines are not understood. A bad line costs the section that it stands in and no other. Pure: text in, data out.

use std::collections::BTreeMap;

/// Which of the two files: they name profiles differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FileKind {
    /// `~/.aws/config`: `[profile name]`, `[sso-session name]`, `[services name]`.
    Config,
    /// `~/.aws/credentials`: `[name]`.
    Credentials,
}

/// What a section is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum SectionKind {
    /// Settings and credentials under a name.
    Profile,
    /// How to reach IAM Identity Center.
    SsoSession,
    /// Endpoints of single services.
    Services,
}

/// The value of a key.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Value {
    /// The text behind the key.
    pub(super) text: String,
    /// The indented `key = value` lines below a key without a text of its own.
    pub(super) nested: Vec<(String, String)>,
}

/// The keys of one section.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Section {
    /// By their names in lower case.
    pub(super) keys: BTreeMap<String, Value>,
    /// Why the section cannot be relied on: the first line that is not understood.
    pub(super) fault: Option<String>,
}

/// What a file holds.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct ProfileFile {
    /// Its sections that mean something here.
    pub(super) sections: BTreeMap<(SectionKind, String), Section>,
    /// Lines that belong to no section that means something here.
    pub(super) notes: Vec<String>,
}

impl ProfileFile {
    /// Reads `text`; `path` is how the file is called in what is said of it.
    pub(super) fn parse(text: &str, kind: FileKind, path: &str) -> Self {
        let mut parser = Parser { file: Self::default(), kind, path, at: At::Nowhere, key: None, indent: 0 };
        // Some editors put a mark in front that is no text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in text.lines().enumerate() {
            parser.line(number + 1, line);
        }
        parser.file
    }
}

/// The section that lines go to.
enum At {
    /// None yet.
    Nowhere,
    /// One that means nothing here, such as `[preview]`.
    Elsewhere,
    /// This one.
    In(SectionKind, String),
}

struct Parser<'a> {
    file: ProfileFile,
    kind: FileKind,
    path: &'a str,
    at: At,
    /// The key that an indented line goes on.
    key: Option<String>,
    /// How far that key is indented.
    indent: usize,
}

impl Parser<'_> {
    fn line(&mut self, number: usize, line: &str) {
        let text = line.trim();
        if text.is_empty() || text.starts_with(['#', ';']) {
            return;
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if self.key.is_some() && indent > self.indent {
            return self.continuation(number, text);
        }
        self.indent = indent;
        self.key = None;
        match text.strip_prefix('[') {
            Some(inside) => self.header(number, inside),
            None => self.property(number, text),
        }
    }

    /// `[profile name] anything`.
    fn header(&mut self, number: usize, inside: &str) {
        let closed = inside.split_once(']');
        let name = closed.map_or(inside, |(name, _)| name).trim();
        let found = self.section(name);
        match (found, closed) {
            (Some((kind, name)), Some(_)) => {
                let again = self.file.sections.contains_key(&(kind, name.clone()));
                self.at = At::In(kind, name);
                self.here();
                if again {
                    self.broken(number, "the section is in the file twice");
                }
            }
            (Some((kind, name)), None) => {
                self.at = At::In(kind, name);
                self.broken(number, "the section's name has no closing bracket");
            }
            (None, Some(_)) => {
                self.at = At::Elsewhere;
                self.note_foreign(number, name);
            }
            (None, None) => {
                self.at = At::Elsewhere;
                self.note(number, "the section's name has no closing bracket");
            }
        }
    }

    /// What the name of a section means.
    fn section(&self, name: &str) -> Option<(SectionKind, String)> {
        if self.kind == FileKind::Credentials {
            return (!name.is_empty()).then(|| (SectionKind::Profile, name.to_owned()));
        }
        if name == "default" {
            return Some((SectionKind::Profile, name.to_owned()));
        }
        let words = words(name)?;
        let [kind, name] = words.as_slice() else { return None };
        let kind = match kind.as_str() {
            "profile" => SectionKind::Profile,
            "sso-session" => SectionKind::SsoSession,
            "services" => SectionKind::Services,
            _ => return None,
        };
        (!name.is_empty()).then(|| (kind, name.clone()))
    }

    /// A section that is none, where its name looks as if it were meant to be one.
    fn note_foreign(&mut self, number: usize, name: &str) {
        if name == "DEFAULT" {
            self.note(number, "[DEFAULT] is not read; the profile used without a name is [default]");
        } else if self.kind == FileKind::Config && !name.contains(char::is_whitespace) {
            self.note(number, &format!("[{name}] is no profile; in this file a profile is [profile {name}]"));
        } else {
            self.note(number, &format!("[{name}] is not understood"));
        }
    }

    /// `key = value` or `key : value`.
    fn property(&mut self, number: usize, text: &str) {
        if matches!(self.at, At::Elsewhere) {
            self.key = Some(String::new());
            return;
        }
        let Some((key, value)) = text.split_once(['=', ':']) else {
            return self.broken(number, "there is no = in it");
        };
        let key = key.trim().to_lowercase();
        if key.is_empty() {
            return self.broken(number, "there is no key before the =");
        }
        if matches!(self.at, At::Nowhere) {
            return self.broken(number, "it is before the first section");
        }
        if !is_clean(&key) || !is_clean(value) {
            return self.broken(number, "it holds characters that are no text");
        }
        let value = if key == "credential_process" { value.trim() } else { without_comment(value) };
        let value = Value { text: value.to_owned(), nested: Vec::new() };
        let twice = self.here().is_some_and(|section| section.keys.insert(key.clone(), value).is_some());
        if twice {
            self.broken(number, &format!("it sets {key} a second time"));
        }
        self.key = Some(key);
    }

    /// A line that is indented further than the key before it.
    fn continuation(&mut self, number: usize, text: &str) {
        let Some(key) = self.key.clone().filter(|_| matches!(self.at, At::In(..))) else { return };
        let pair = text.split_once('=').map(|(key, value)| (key.trim().to_lowercase(), without_comment(value)));
        let Some(value) = self.here().and_then(|section| section.keys.get_mut(&key)) else { return };
        match pair {
            Some((inner, inside)) if value.text.is_empty() && is_clean(&inner) && is_clean(inside) => {
                value.nested.push((inner, inside.to_owned()));
            }
            _ => self.broken(number, &format!("it is indented, which makes it a part of {key}")),
        }
    }

    fn here(&mut self) -> Option<&mut Section> {
        let At::In(kind, name) = &self.at else { return None };
        Some(self.file.sections.entry((*kind, name.clone())).or_default())
    }

    /// Marks the section that a line stands in; the first reason stays.
    fn broken(&mut self, number: usize, why: &str) {
        let message = format!("line {number} of {}: {why}", self.path);
        match self.here() {
            Some(section) => {
                section.fault.get_or_insert(message);
            }
            None => self.file.notes.push(message),
        }
    }

    fn note(&mut self, number: usize, why: &str) {
        self.file.notes.push(format!("line {number} of {}: {why}", self.path));
    }
}

/// A value without the comment behind it: a `#` or `;` that stands after a space.
fn without_comment(value: &str) -> &str {
    let mut spaced = true;
    for (index, c) in value.char_indices() {
        if spaced && matches!(c, '#' | ';') {
            return value.get(..index).unwrap_or_default().trim();
        }
        spaced = c.is_whitespace();
    }
    value.trim()
}

fn is_clean(text: &str) -> bool {
    !text.trim().contains(|c: char| (c.is_control() && c != '\t') || c == '\u{fffd}')
}

/// The words of a section's name, quoted as in a shell; `None` where a quote is not closed.
fn words(name: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some('"') | None, '\\') => word.get_or_insert_default().push(rest.next()?),
            (Some(_), _) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests;
