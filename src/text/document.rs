//! A parsed TOML document read strictly: every table remembers which keys were asked for, and what
//! is left over is unknown. Knows spans, lines and key paths; knows no key of ours by name.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document_error::{DocumentError, Problem};

/// A document with its text, collecting problems.
pub(crate) struct Document<'t> {
    text: &'t str,
    file: &'t str,
    root: Spanned<DeTable<'t>>,
}

/// Where problems are gathered while a document is read.
pub(crate) struct Reading<'d> {
    text: &'d str,
    problems: RefCell<Vec<Problem>>,
}

/// One table of the document.
pub(crate) struct Table<'d> {
    reading: &'d Reading<'d>,
    path: String,
    entries: Vec<(&'d str, Range<usize>, &'d Spanned<DeValue<'d>>)>,
    asked: RefCell<Vec<&'static str>>,
    at: Range<usize>,
}

/// One value with the key it stands at.
#[derive(Clone)]
pub(crate) struct Value<'d> {
    reading: &'d Reading<'d>,
    path: String,
    at: Range<usize>,
    value: &'d Spanned<DeValue<'d>>,
}

impl<'t> Document<'t> {
    /// Parses `text`; syntax errors and duplicate keys are told all at once.
    pub(crate) fn parse(text: &'t str, file: &'t str) -> Result<Self, DocumentError> {
        let (root, faults) = DeTable::parse_recoverable(text);
        if faults.is_empty() {
            return Ok(Self { text, file, root });
        }
        let mut problems: Vec<Problem> =
            faults.iter().map(|fault| malformed(text, fault.span().unwrap_or(0..0), fault.message())).collect();
        problems.sort();
        problems.dedup();
        Err(DocumentError { file: file.to_owned(), problems })
    }

    /// Reads the document with `read`; any problem met on the way refuses all of it.
    pub(crate) fn read<T>(self, read: impl FnOnce(&Table<'_>) -> T) -> Result<T, DocumentError> {
        let reading = Reading { text: self.text, problems: RefCell::default() };
        let table = Table::new(&reading, String::new(), self.root.get_ref(), 0..0);
        let got = read(&table);
        table.refuse_the_rest();
        let mut problems = reading.problems.take();
        if problems.is_empty() {
            return Ok(got);
        }
        problems.sort();
        Err(DocumentError { file: self.file.to_owned(), problems })
    }
}

impl<'d> Table<'d> {
    fn new(reading: &'d Reading<'d>, path: String, table: &'d DeTable<'d>, at: Range<usize>) -> Self {
        let mut entries: Vec<_> =
            table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value)).collect();
        entries.sort_by_key(|(_, span, _)| span.start);
        Self { reading, path, entries, asked: RefCell::default(), at }
    }

    /// The value at a key of ours. Asking makes the key known.
    pub(crate) fn get(&self, key: &'static str) -> Option<Value<'d>> {
        if !self.asked.borrow().contains(&key) {
            self.asked.borrow_mut().push(key);
        }
        self.entries.iter().find(|(name, _, _)| *name == key).map(|entry| self.value(entry))
    }

    /// Every key with its value, in the order of the file: for tables whose keys are the reader's own.
    pub(crate) fn each(&self) -> Vec<(&'d str, Value<'d>)> {
        self.entries.iter().map(|entry| (entry.0, self.value(entry))).collect()
    }

    /// Tells that the table as a whole will not do; always `None`.
    pub(crate) fn refuse<T>(&self, message: String) -> Option<T> {
        self.reading.tell(&self.at, self.path.clone(), message);
        None
    }

    /// Tells of every key nobody asked for.
    pub(crate) fn refuse_the_rest(&self) {
        let asked = self.asked.borrow();
        for (key, span, _) in self.entries.iter().filter(|(key, _, _)| !asked.contains(key)) {
            let near = asked.iter().map(|known| (strsim::levenshtein(key, known), *known)).min();
            let message = match near {
                Some((apart, known)) if apart <= 2.min(known.len() / 2) => {
                    format!("unknown key, did you mean `{known}`?")
                }
                _ if asked.is_empty() => "unknown key; take it out".to_owned(),
                _ => format!("unknown key; known here: {}", asked.join(", ")),
            };
            self.reading.tell(span, join(&self.path, key), message);
        }
    }

    fn value(&self, (key, span, value): &(&'d str, Range<usize>, &'d Spanned<DeValue<'d>>)) -> Value<'d> {
        Value { reading: self.reading, path: join(&self.path, key), at: span.clone(), value }
    }
}

impl<'d> Value<'d> {
    /// A text; `like` is an example for the message.
    pub(crate) fn text(&self, like: &str) -> Option<&'d str> {
        match self.value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.refuse(format!("is empty; write something like {like}, or take the line out"))
            }
            DeValue::String(text) => Some(text),
            other => self.refuse(format!("must be a text such as {like}, not {}", article(other))),
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            other => self.refuse(format!("must be true or false, not {}", article(other))),
        }
    }

    /// A whole number from `low` to `high`.
    pub(crate) fn number(&self, low: u32, high: u32) -> Option<u32> {
        let wrong = || match low == high {
            true => self.refuse(format!("must be {low}")),
            false => self.refuse(format!("must be a whole number from {low} to {high}")),
        };
        match self.value.get_ref() {
            DeValue::Integer(number) => match number.as_str().replace('_', "").parse::<u32>() {
                Ok(number) if number >= low && number <= high => Some(number),
                _ => wrong(),
            },
            _ => wrong(),
        }
    }

    /// A number, with or without a fraction; `like` is an example for the message.
    pub(crate) fn decimal(&self, like: &str) -> Option<f64> {
        let read = |text: &str| text.replace('_', "").parse::<f64>().ok().filter(|number| number.is_finite());
        let number = match self.value.get_ref() {
            DeValue::Integer(number) => read(number.as_str()),
            DeValue::Float(number) => read(number.as_str()),
            other => return self.refuse(format!("must be a number such as {like}, not {}", article(other))),
        };
        number.or_else(|| self.refuse(format!("must be a number such as {like}")))
    }

    /// Whether it is a text with nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::String(text) if text.trim().is_empty())
    }

    /// The key it stands at, dotted.
    pub(crate) fn key(&self) -> &str {
        &self.path
    }

    /// Whether it is a table.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Table(_))
    }

    /// Whether it is a number.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Integer(_))
    }

    /// A text that reads as something; `like` is an example for the message.
    pub(crate) fn read<T: std::str::FromStr<Err: std::fmt::Display>>(&self, like: &str) -> Option<T> {
        self.text(like)?.parse().map_or_else(|why: T::Err| self.refuse(why.to_string()), Some)
    }

    /// A list of texts.
    pub(crate) fn texts(&self, like: &str) -> Option<Vec<&'d str>> {
        let items = self.items(&format!("must be a list of texts such as [{like}]"))?;
        items.iter().map(|item| item.text(like)).collect()
    }

    /// A list of anything; `like` is an example of an item for the message.
    pub(crate) fn list(&self, like: &str) -> Option<Vec<Value<'d>>> {
        self.items(&format!("must be a list such as [{like}]"))
    }

    /// A table.
    pub(crate) fn table(&self) -> Option<Table<'d>> {
        match self.value.get_ref() {
            DeValue::Table(table) => Some(Table::new(self.reading, self.path.clone(), table, self.at.clone())),
            other => self.refuse(format!("must be a table, as in [{}], not {}", self.path, article(other))),
        }
    }

    /// A list of tables.
    pub(crate) fn tables(&self) -> Option<Vec<Table<'d>>> {
        let items = self.items(&format!("must be a list of tables, each headed [[{}]]", self.path))?;
        items.iter().map(Value::table).collect()
    }

    /// Whether it is a list.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Array(_))
    }

    /// The line of its key.
    pub(crate) fn line(&self) -> usize {
        line(self.reading.text, self.at.start)
    }

    /// Tells that the value will not do; always `None`.
    pub(crate) fn refuse<T>(&self, message: String) -> Option<T> {
        self.reading.tell(&self.at, self.path.clone(), message);
        None
    }

    fn items(&self, wrong: &str) -> Option<Vec<Value<'d>>> {
        match self.value.get_ref() {
            DeValue::Array(items) => Some(
                items
                    .iter()
                    .map(|value| Value { reading: self.reading, path: self.path.clone(), at: value.span(), value })
                    .collect(),
            ),
            other => self.refuse(format!("{wrong}, not {}", article(other))),
        }
    }
}

impl Reading<'_> {
    fn tell(&self, span: &Range<usize>, key: String, message: String) {
        self.problems.borrow_mut().push(Problem { line: line(self.text, span.start), key, message });
    }
}

/// A problem of the text itself, before there are keys and values.
fn malformed(text: &str, span: Range<usize>, message: &str) -> Problem {
    let at = line(text, span.start);
    if message.starts_with("duplicate key") {
        let key = text.get(span).unwrap_or_default().to_owned();
        return Problem { line: at, key, message: "is there twice; put both together or rename one".to_owned() };
    }
    let (key, value) = text.lines().nth(at - 1).and_then(|line| line.split_once('=')).unwrap_or_default();
    let (key, value) = (key.trim().to_owned(), value.trim());
    // The parser takes a bare word for a number that went wrong; people only forgot the quotes.
    let bare = value.starts_with(char::is_alphabetic) && !["true", "false", "inf", "nan"].contains(&value);
    let message = if bare && !value.contains(['"', '\'']) {
        format!("text needs quotes, as in \"{value}\"")
    } else {
        format!("not valid TOML: {message}")
    };
    Problem { line: at, key, message }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The line, from 1, of a byte offset.
fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// What a value is, for a sentence.
fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
