//! What is written to tags so that every colleague's console sees it: overrides, holds, and what a service had
//! before it slept or will wake to. Pure; the grammar keeps to what RDS allows in a tag: letters, digits, space and `_ . : / = + - @`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::schedule::calendar::error::GrammarError;
use crate::schedule::model::{Hold, Override, TargetState};

/// Tag with the environment's name.
pub const ENV: &str = "toban:env";
/// Tag that forbids every sleep action when it is `true`.
pub const PROTECT: &str = "toban:protect";
/// Tag with an override.
pub const OVERRIDE: &str = "toban:override";
/// Tag with a hold.
pub const HOLD: &str = "toban:hold";
/// Tag with what a service had. Worn from before it is put to sleep until it is awake again, and not otherwise.
pub const REMEMBERED: &str = "toban:remembered";
/// Tag with what a service wakes to whose schedule stands at AWS: nobody writes a memory there when the stop fires.
pub const WAKES_TO: &str = "toban:wakes-to";
/// Longest value of a tag.
pub const MAX_VALUE: usize = 256;
/// Longest name kept of a person, so that the value always fits.
const MAX_BY: usize = 128;

/// `text` with everything RDS would refuse in a tag replaced by `_`.
#[must_use]
pub fn allowed(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || " _.:/=+-@".contains(c) { c } else { '_' }).collect()
}

fn environment_config(state: TargetState, until: Timestamp, by: &str, zone: &TimeZone) -> String {
    let until = until.to_zoned(zone.clone());
    let shape = if until.second() == 0 { "%Y-%m-%dT%H:%M%:z" } else { "%Y-%m-%dT%H:%M:%S%:z" };
    let by: String = allowed(by).trim().chars().take(MAX_BY).collect();
    format!("{}/{}/{}", state.word(), until.strftime(shape), by.trim())
}

fn parts(text: &str, what: &'static str) -> Result<(TargetState, Timestamp, String), GrammarError> {
    let wrong = || GrammarError::Tag { text: text.to_owned(), what, example: "running/2026-11-24T23:30+09:00/tanaka" };
    let mut parts = text.trim().splitn(3, '/');
    let (Some(state), Some(until)) = (parts.next(), parts.next()) else { return Err(wrong()) };
    let state = TargetState::named(state).ok_or_else(wrong)?;
    let until = until.parse().map_err(|_| wrong())?;
    Ok((state, until, parts.next().unwrap_or_default().to_owned()))
}

/// What the tags of a service remember of it: from before it slept, else what it wakes to.
#[must_use]
pub fn remembered(tags: &BTreeMap<String, String>) -> Option<Remembered> {
    [REMEMBERED, WAKES_TO].into_iter().find_map(|key| tags.get(key)?.parse().ok())
}

impl Override {
    /// Its tag value, with the time as people in `zone` know it. To the second; the reason is not kept.
    #[must_use]
    pub fn to_tag(&self, zone: &TimeZone) -> String {
        environment_config(self.state, self.until, &self.by, zone)
    }

    /// The override a tag value holds.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_tag(text: &str) -> Result<Self, GrammarError> {
        let (state, until, by) = parts(text, "an override")?;
        Ok(Self { state, until, by, reason: None })
    }
}

impl Hold {
    /// Its tag value, with the time as people in `zone` know it.
    #[must_use]
    pub fn to_tag(&self, zone: &TimeZone) -> String {
        environment_config(self.state, self.until, &self.by, zone)
    }

    /// The hold a tag value holds.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_tag(text: &str) -> Result<Self, GrammarError> {
        let (state, until, by) = parts(text, "a hold")?;
        Ok(Self { state, until, by, reason: None })
    }
}

/// The range App Auto Scaling keeps a service in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Bounds {
    /// MinCapacity.
    pub min: u32,
    /// MaxCapacity.
    pub max: u32,
}

impl Bounds {
    /// What keeps a service asleep.
    pub const ZERO: Self = Self { min: 0, max: 0 };
}

/// What a service had before it slept. What is not known stays unknown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Remembered {
    /// How many tasks; never 0.
    pub desired: Option<u32>,
    /// Its bounds; never with a maximum of 0.
    pub bounds: Option<Bounds>,
}

impl fmt::Display for Remembered {
    /// `desired=2 min=2 max=10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        words.extend(self.desired.map(|desired| format!("desired={desired}")));
        words.extend(self.bounds.map(|bounds| format!("min={} max={}", bounds.min, bounds.max)));
        f.write_str(&words.join(" "))
    }
}

impl FromStr for Remembered {
    type Err = GrammarError;

    fn from_str(text: &str) -> Result<Self, GrammarError> {
        let wrong = || GrammarError::Tag {
            text: text.to_owned(),
            what: "what a service had",
            example: "desired=2 min=2 max=10",
        };
        let (mut desired, mut min, mut max) = (None, None, None);
        for word in text.split_whitespace() {
            let (key, value) = word.split_once('=').ok_or_else(wrong)?;
            let place = match key {
                "desired" => &mut desired,
                "min" => &mut min,
                "max" => &mut max,
                _ => return Err(wrong()),
            };
            if place.replace(value.parse::<u32>().map_err(|_| wrong())?).is_some() {
                return Err(wrong());
            }
        }
        let bounds = match (min, max) {
            (None, None) => None,
            (Some(min), Some(max)) if min <= max => Some(Bounds { min, max }),
            _ => return Err(wrong()),
        };
        // A remembered zero is no memory: it would wake a service to nothing.
        let known = Self { desired: desired.filter(|n| *n > 0), bounds: bounds.filter(|bounds| bounds.max > 0) };
        if desired.is_none() && bounds.is_none() { Err(wrong()) } else { Ok(known) }
    }
}
