//! The page of log lines: all tasks interleaved, one task, or templates; followed or standing, filtered or whole. State
//! only; `selection` tells which lines are wanted, `view` draws, and what keys mean stands in `console/logs`.

pub mod selection;
pub mod view;

use jiff::Timestamp;

use crate::logs::feed::{Brought, Feed};
use crate::logs::store::{Kind, Line};
use crate::logs::{LineFilter, LineKey, Template, Wanted};
use crate::world::{EnvironmentName, ResourceId};
use selection::Selection;

/// What of the lines is shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Only {
    /// Everything.
    #[default]
    All,
    /// Lines of one task, or of one stream where there is no task.
    Stream(u32),
    /// Lines of one template.
    Template(u32),
}

/// The page's state.
#[derive(Clone, Debug)]
pub struct LogView {
    /// Its number: answers carry it.
    pub number: u64,
    /// Whose lines, in words.
    pub title: String,
    /// The environment they belong to.
    pub environment: Option<EnvironmentName>,
    /// Whose lines.
    pub owners: Vec<ResourceId>,
    /// Whether they are all that the environment has.
    pub is_whole: bool,
    /// What is told of between the lines.
    pub beside: Vec<ResourceId>,
    /// Which of their lines.
    pub wanted: Wanted,
    /// The lines.
    pub feed: Feed,
    /// What is to be said of places that cannot be read.
    pub notes: Vec<String>,
    /// Why there may be no lines.
    pub silence: Vec<String>,
    /// When the newest deployment began: what is new since then is said to be.
    pub deployed_at: Option<Timestamp>,
    /// What is shown of them.
    pub only: Only,
    /// What was typed to see fewer.
    pub filter: LineFilter,
    /// Whether lines that do not match are shown all the same, with those that do lit.
    pub context: bool,
    /// Which lines that leaves.
    pub selection: Selection,
    /// The line under the cursor; at the end, and following it, without one.
    pub cursor: Option<LineKey>,
    /// How far below the top of the page the cursor is.
    pub row: usize,
    /// Whether templates are shown instead of lines, and the one under the cursor.
    pub grouped: Option<u32>,
    /// Whether long lines are broken.
    pub wrap: bool,
    /// Whether JSON is shown as its words and fields.
    pub fields: bool,
    /// What was said last of how reading goes.
    pub said: Option<String>,
}

/// What a page of lines is made for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Whose lines, in words.
    pub title: String,
    /// The environment they belong to.
    pub environment: Option<EnvironmentName>,
    /// Whose lines.
    pub owners: Vec<ResourceId>,
    /// Whether they are all that the environment has: what comes to it later belongs here too.
    pub is_whole: bool,
    /// What is told of between the lines.
    pub beside: Vec<ResourceId>,
    /// Which of their lines.
    pub wanted: Wanted,
}

impl LogView {
    /// A page that nothing was read for yet.
    #[must_use]
    pub fn new(number: u64, subject: Subject, feed: Feed, notes: Vec<String>) -> Self {
        let Subject { title, environment, owners, is_whole, beside, wanted } = subject;
        Self {
            number,
            title,
            environment,
            owners,
            is_whole,
            beside,
            wanted,
            feed,
            notes,
            silence: Vec::new(),
            deployed_at: None,
            only: Only::All,
            filter: LineFilter::new(""),
            context: false,
            selection: Selection::Whole,
            cursor: None,
            row: 0,
            grouped: None,
            wrap: false,
            fields: true,
            said: None,
        }
    }

    /// Whether the end is followed.
    #[must_use]
    pub const fn follows(&self) -> bool {
        self.cursor.is_none()
    }

    /// How many lines are shown in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.selection.len(&self.feed.store)
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The line at a place among those shown.
    #[must_use]
    pub fn line(&self, place: usize) -> Option<Line<'_>> {
        self.selection.line(&self.feed.store, place)
    }

    /// The place of the line under the cursor, or of the last.
    #[must_use]
    pub fn position(&self) -> usize {
        let last = self.len().saturating_sub(1);
        self.cursor.map_or(last, |key| self.selection.place_of(&self.feed.store, key).min(last))
    }

    /// The line under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<Line<'_>> {
        self.line(self.position())
    }

    /// The templates, worst first, as far as the filter wants them.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        let all = self.feed.miner.worst_first(self.new_since());
        if self.filter.is_empty() {
            return all;
        }
        all.into_iter().filter(|template| self.filter.wants(&template.text())).collect()
    }

    /// Since when something counts as new; `None` where nothing from before was read, so that it cannot be told.
    #[must_use]
    pub fn new_since(&self) -> Option<i64> {
        let from = self.feed.tail.span().from;
        self.deployed_at.filter(|at| *at > from).map(Timestamp::as_millisecond)
    }

    /// Takes what an answer brought.
    pub fn take(&mut self, brought: Brought) {
        for key in brought.gone {
            self.selection.remove(key);
        }
        for key in brought.keys {
            self.selection.add(&self.feed.store, key, &Self::wants(&self.filter, &self.only, self.context, &self.feed));
        }
        self.selection.let_go(&self.feed.store);
        self.said = brought.notes.into_iter().next_back().or_else(|| self.said.take());
    }

    /// Which lines are wanted.
    fn wants<'w>(
        filter: &'w LineFilter,
        only: &'w Only,
        context: bool,
        feed: &'w Feed,
    ) -> impl Fn(&Line<'_>) -> bool + use<'w> {
        let task = match only {
            Only::Stream(stream) => {
                feed.store.stream(*stream).map(|stream| (stream.told.task.clone(), stream.name.clone()))
            }
            Only::All | Only::Template(_) => None,
        };
        move |line: &Line<'_>| {
            let meant = match (only, line.kind) {
                (Only::All, _) => true,
                (Only::Template(template), _) => line.template == *template,
                // What happened stands between the lines of one task too.
                (Only::Stream(_), Kind::Mark | Kind::Gap) => true,
                (Only::Stream(_), Kind::Line) => match (&task, feed.store.stream(line.stream)) {
                    (Some((Some(task), _)), Some(stream)) => stream.told.task.as_ref() == Some(task),
                    (Some((None, name)), Some(stream)) => stream.name == *name,
                    (_, _) => true,
                },
            };
            meant && (context || filter.is_empty() || filter.wants(line.text))
        }
    }

    /// What is wanted changed: looks the lines through again, a slice at a time.
    pub fn select(&mut self) {
        let whole = self.only == Only::All && (self.filter.is_empty() || self.context);
        self.selection = if whole { Selection::Whole } else { Selection::begin() };
        self.scan();
    }

    /// Looks another slice of lines through, from the newest back; `true` if there is more.
    pub fn scan(&mut self) -> bool {
        let mut selection = std::mem::take(&mut self.selection);
        selection.scan(&self.feed.store, &Self::wants(&self.filter, &self.only, self.context, &self.feed));
        self.selection = selection;
        self.selection.is_open()
    }

    /// Takes back one thing that narrows what is shown; `false` where nothing does.
    pub fn widen(&mut self) -> bool {
        if !self.filter.is_empty() {
            self.filter = LineFilter::new("");
        } else if self.grouped.take().is_some() {
            return true;
        } else if self.only != Only::All {
            self.only = Only::All;
        } else {
            return false;
        }
        self.select();
        true
    }

    /// Moves the cursor by so many lines; at the end it follows.
    pub fn step(&mut self, delta: isize, height: usize) {
        if let Some(at) = self.grouped {
            let templates: Vec<u32> = self.templates().iter().map(|template| template.id).collect();
            let place = templates.iter().position(|id| *id == at).unwrap_or(0);
            let next = place.saturating_add_signed(delta).min(templates.len().saturating_sub(1));
            self.grouped = Some(templates.get(next).copied().unwrap_or(0));
            return;
        }
        let last = self.len().saturating_sub(1);
        let place = self.position();
        let next = place.saturating_add_signed(delta).min(last);
        let bottom = height.saturating_sub(1);
        let row = if self.follows() { bottom } else { self.row };
        self.row = row.saturating_add_signed(delta).min(bottom).min(next);
        self.cursor = if next == last && delta >= 0 { None } else { self.line(next).map(|line| line.key) };
    }

    /// Puts the cursor on what was clicked, by its place; `true` if it was there already.
    pub fn point(&mut self, place: usize) -> bool {
        if self.grouped.is_some() {
            let id = self.templates().get(place).map_or(0, |template| template.id);
            return self.grouped.replace(id) == Some(id);
        }
        let here = self.position();
        if !self.follows() && here == place {
            return true;
        }
        self.row =
            self.row.saturating_add_signed(isize::try_from(place).unwrap_or(0) - isize::try_from(here).unwrap_or(0));
        self.cursor = self.line(place).map(|line| line.key);
        false
    }

    /// Goes to a line.
    pub fn go(&mut self, key: LineKey, height: usize) {
        self.cursor = Some(key);
        self.row = height / 2;
    }

    /// Goes to the next line that is looked for, or the one before: that matches the filter, else that tells of trouble.
    /// `false` where there is none.
    pub fn seek(&mut self, backwards: bool, height: usize) -> bool {
        let here = self.position();
        let len = self.len();
        let sought = |line: &Line<'_>| {
            if self.filter.is_empty() {
                line.kind != Kind::Line || line.level >= crate::logs::Level::Error
            } else {
                self.filter.wants(line.text)
            }
        };
        let found = |place: &usize| self.line(*place).is_some_and(|line| sought(&line));
        let place = if backwards { (0..here).rev().find(found) } else { (here.saturating_add(1)..len).find(found) };
        match place.and_then(|place| self.line(place)).map(|line| line.key) {
            Some(key) => {
                self.go(key, height);
                true
            }
            None => false,
        }
    }

    /// Goes to the first line of a moment or after it; `false` if there is none.
    pub fn go_to(&mut self, at: Timestamp, height: usize) -> bool {
        let key = LineKey { at: at.as_millisecond(), seq: 0 };
        let place = self.selection.place_of(&self.feed.store, key);
        match self.line(place).map(|line| line.key) {
            Some(key) => {
                self.go(key, height);
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests;
