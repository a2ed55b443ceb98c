//! The log files of a database instance: listed now and then, the newest of each sort read from its end and on.
//! Pure: questions come out, answers go in.

use std::collections::BTreeMap;

use super::Span;
use crate::kinds::log_page::{DbLogFile, FileRequest, LogPage, LogRequest};

/// How far the files of an instance were read.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Files {
    /// Each file with where its next lines will be.
    read: BTreeMap<String, Option<String>>,
    /// Files that are to be read before they are listed again.
    waiting: Vec<String>,
    asked: Asked,
    /// When each was last written to, as it was listed before.
    written: BTreeMap<String, i64>,
    /// The time of the last line of each.
    last: BTreeMap<String, i64>,
}

#[derive(Clone, PartialEq, Debug, Default)]
enum Asked {
    #[default]
    Nothing,
    List,
    File(String),
}

/// Files that tell nothing of what the database does for its clients.
const BORING: [&str; 3] = ["postgres.log", "mysqlUpgrade", "audit/"];

impl Files {
    pub(super) fn ask(&mut self, instance: &str, span: &Span) -> Option<LogRequest> {
        let from = span.from.as_millisecond();
        let Some(file) = self.waiting.pop() else {
            self.asked = Asked::List;
            return Some(LogRequest::Files { instance: instance.to_owned(), since: from });
        };
        self.asked = Asked::File(file.clone());
        let marker = self.read.get(&file).cloned().flatten();
        let at = self.last.get(&file).copied().unwrap_or(from);
        Some(LogRequest::File(FileRequest { instance: instance.to_owned(), file, marker, at }))
    }

    /// The file that was asked for is gone; `false` if none was.
    pub(super) fn lost(&mut self) -> bool {
        match std::mem::take(&mut self.asked) {
            Asked::File(file) => {
                self.read.remove(&file);
                true
            }
            Asked::List | Asked::Nothing => false,
        }
    }

    /// Takes an answer; whether another question is wanted at once, and whether there was anything new.
    pub(super) fn hear(&mut self, page: &LogPage) -> (bool, bool) {
        match std::mem::take(&mut self.asked) {
            Asked::List => {
                self.waiting = self.changed(&page.files);
                (!self.waiting.is_empty(), false)
            }
            Asked::File(file) => {
                self.last.extend(page.events.last().map(|event| (file.clone(), event.at)));
                self.read.insert(file.clone(), page.next.clone());
                if page.more {
                    self.waiting.push(file);
                }
                (!self.waiting.is_empty(), !page.events.is_empty())
            }
            Asked::Nothing => (false, false),
        }
    }

    /// The files that were written to since they were listed before, the newest last: it is read first.
    fn changed(&mut self, files: &[DbLogFile]) -> Vec<String> {
        let telling = |file: &&DbLogFile| file.size > 0 && !BORING.iter().any(|name| file.name.contains(name));
        let mut changed: Vec<&DbLogFile> = files.iter().filter(telling).collect();
        changed.retain(|file| self.written.insert(file.name.clone(), file.written) != Some(file.written));
        changed.sort_by_key(|file| file.written);
        changed.into_iter().map(|file| file.name.clone()).collect()
    }
}
