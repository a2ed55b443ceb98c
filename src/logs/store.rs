//! Lines in the order of time, kept as long as there is room: a ring bounded in lines and bytes that says what it let go.
//! Whatever comes late is put in its place; what was there already is not there twice. Pure; a line costs its text and some
//! seventy bytes.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::level::Level;
use super::source::StreamName;

/// How much is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// Lines.
    pub lines: usize,
    /// Bytes, of text and of what is kept about it.
    pub bytes: usize,
}

impl Default for Limit {
    fn default() -> Self {
        Self { lines: 1_000_000, bytes: 190 << 20 }
    }
}

/// What a line is known by as long as it is kept: the moment, and when it came among those of the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LineKey {
    /// Milliseconds of the Unix epoch.
    pub at: i64,
    /// Counts what came.
    pub seq: u32,
}

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Something a program wrote.
    Line,
    /// Something that happened beside the lines.
    Mark,
    /// Lines may be missing here.
    Gap,
}

/// A line as it is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line<'a> {
    /// What it is known by.
    pub key: LineKey,
    /// What it is.
    pub kind: Kind,
    /// How grave.
    pub level: Level,
    /// Which of the [streams](LineStore::stream) it came by.
    pub stream: u32,
    /// The template it belongs to.
    pub template: u32,
    /// What it says.
    pub text: &'a str,
}

/// A stream lines came by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stream {
    /// Which of the sources it belongs to.
    pub source: usize,
    /// Its name at AWS.
    pub name: Arc<str>,
    /// What that tells.
    pub told: StreamName,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: LineKey,
    id: u64,
    chunk: u32,
    from: u32,
    len: u32,
    stream: u32,
    template: u32,
    level: Level,
    kind: Kind,
}

/// Text of some lines in one piece.
#[derive(Clone, Debug)]
struct Chunk {
    text: String,
    /// How many lines still have their text here.
    lines: u32,
}

/// A chunk is full when a line does not fit into it any more.
const CHUNK: usize = 128 * 1024;
/// What a line costs beside its text: its entry, and its id in a set that is half empty.
const EACH: usize = size_of::<Entry>() + 18;

/// Ids are hashes already.
#[derive(Clone, Debug, Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, id: u64) {
        self.0 = id;
    }
}

/// A line to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewLine<'a> {
    /// What tells it from every other.
    pub id: u64,
    /// When.
    pub at: i64,
    /// Which of the streams.
    pub stream: u32,
    /// Its template.
    pub template: u32,
    /// What it is.
    pub kind: Kind,
    /// How grave.
    pub level: Level,
    /// What it says.
    pub text: &'a str,
}

/// The lines.
#[derive(Clone, Debug, Default)]
pub struct LineStore {
    entries: VecDeque<Entry>,
    chunks: BTreeMap<u32, Chunk>,
    streams: Vec<Stream>,
    numbers: BTreeMap<(usize, Arc<str>), u32>,
    ids: HashSet<u64, BuildHasherDefault<Same>>,
    limit: Limit,
    seq: u32,
    chunk: u32,
    bytes: usize,
    dropped: u64,
    /// Lines before this moment were let go: those that come later than that are not taken in any more.
    floor: Option<i64>,
}

impl LineStore {
    /// Nothing yet, and room for so much.
    #[must_use]
    pub fn new(limit: Limit) -> Self {
        Self { limit, ..Self::default() }
    }

    /// The number of a stream, which is made known if it was not.
    pub fn stream_number(&mut self, source: usize, name: &Arc<str>) -> u32 {
        if let Some(known) = self.numbers.get(&(source, Arc::clone(name))) {
            return *known;
        }
        let number = u32::try_from(self.streams.len()).unwrap_or(u32::MAX);
        self.streams.push(Stream { source, name: Arc::clone(name), told: StreamName::of(name) });
        self.numbers.insert((source, Arc::clone(name)), number);
        number
    }

    /// A stream by its number.
    #[must_use]
    pub fn stream(&self, number: u32) -> Option<&Stream> {
        self.streams.get(usize::try_from(number).ok()?)
    }

    /// Every stream a line came by.
    #[must_use]
    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// Whether a line of that id is kept.
    #[must_use]
    pub fn holds(&self, id: u64) -> bool {
        self.ids.contains(&id)
    }

    /// Keeps a line in its place; its key, or `None` where it is there already or older than what is kept.
    pub fn insert(&mut self, line: NewLine<'_>) -> Option<LineKey> {
        if self.floor.is_some_and(|floor| line.at < floor) || !self.ids.insert(line.id) {
            return None;
        }
        self.seq = self.seq.wrapping_add(1);
        let key = LineKey { at: line.at, seq: self.seq };
        let (chunk, from) = self.put(line.text);
        let entry = Entry {
            key,
            id: line.id,
            chunk,
            from,
            len: u32::try_from(line.text.len()).unwrap_or(u32::MAX),
            stream: line.stream,
            template: line.template,
            level: line.level,
            kind: line.kind,
        };
        // Most come at the end, and of the others most come near it.
        let place = match self.entries.back() {
            Some(last) if last.key > key => self.entries.partition_point(|other| other.key < key),
            _ => self.entries.len(),
        };
        self.entries.insert(place, entry);
        self.bytes += line.text.len() + EACH;
        self.shrink();
        Some(key)
    }

    /// Takes a line away, such as a gap that was filled.
    pub fn remove(&mut self, id: u64) -> Option<LineKey> {
        if !self.ids.remove(&id) {
            return None;
        }
        let place = self.entries.iter().rposition(|entry| entry.id == id)?;
        let entry = self.entries.remove(place)?;
        self.release(entry);
        Some(entry.key)
    }

    fn put(&mut self, text: &str) -> (u32, u32) {
        let fits =
            self.chunks.get(&self.chunk).is_some_and(|chunk| chunk.text.len() + text.len() <= chunk.text.capacity());
        if !fits {
            self.chunk = self.chunk.wrapping_add(1);
            let text = String::with_capacity(CHUNK.max(text.len()));
            self.chunks.insert(self.chunk, Chunk { text, lines: 0 });
        }
        let Some(chunk) = self.chunks.get_mut(&self.chunk) else { return (self.chunk, 0) };
        let from = u32::try_from(chunk.text.len()).unwrap_or(u32::MAX);
        chunk.text.push_str(text);
        chunk.lines += 1;
        (self.chunk, from)
    }

    fn release(&mut self, entry: Entry) {
        self.bytes = self.bytes.saturating_sub(usize::try_from(entry.len).unwrap_or_default() + EACH);
        let empty = self.chunks.get_mut(&entry.chunk).is_some_and(|chunk| {
            chunk.lines = chunk.lines.saturating_sub(1);
            chunk.lines == 0
        });
        if empty && entry.chunk != self.chunk {
            self.chunks.remove(&entry.chunk);
        }
    }

    /// Lets the oldest go until there is room.
    fn shrink(&mut self) {
        while self.entries.len() > self.limit.lines || (self.bytes > self.limit.bytes && self.entries.len() > 1) {
            let Some(entry) = self.entries.pop_front() else { return };
            self.ids.remove(&entry.id);
            self.release(entry);
            self.dropped += 1;
            self.floor = self.floor.max(Some(entry.key.at));
        }
    }

    /// Lets everything up to a line go: it was handed on, and does not come back.
    pub fn forget_through(&mut self, last: LineKey) {
        while self.entries.front().is_some_and(|entry| entry.key <= last) {
            let Some(entry) = self.entries.pop_front() else { return };
            self.release(entry);
            self.floor = self.floor.max(Some(entry.key.at));
        }
    }

    fn text(&self, entry: &Entry) -> &str {
        let range = || {
            let from = usize::try_from(entry.from).ok()?;
            Some(from..from + usize::try_from(entry.len).ok()?)
        };
        let chunk = self.chunks.get(&entry.chunk);
        chunk.zip(range()).and_then(|(chunk, range)| chunk.text.get(range)).unwrap_or_default()
    }

    fn line(&self, entry: &Entry) -> Line<'_> {
        let Entry { key, kind, level, stream, template, .. } = *entry;
        Line { key, kind, level, stream, template, text: self.text(entry) }
    }

    /// The line at a place, counted from the oldest that is kept.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Line<'_>> {
        self.entries.get(place).map(|entry| self.line(entry))
    }

    /// The line of that key, if it is kept.
    #[must_use]
    pub fn find(&self, key: LineKey) -> Option<Line<'_>> {
        let place = self.place_of(key);
        self.get(place).filter(|line| line.key == key)
    }

    /// The place of a key, or where it would be.
    #[must_use]
    pub fn place_of(&self, key: LineKey) -> usize {
        self.entries.partition_point(|entry| entry.key < key)
    }

    /// Every line, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Line<'_>> + ExactSizeIterator {
        self.entries.iter().map(|entry| self.line(entry))
    }

    /// How many lines are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes they take, about.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many were let go.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How much is kept at most.
    #[must_use]
    pub const fn limit(&self) -> Limit {
        self.limit
    }
}

#[cfg(test)]
mod tests;
