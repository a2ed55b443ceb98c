//! What a function has published, in our words: aliases, versions, callers.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// What a function has published.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FunctionVersions {
    /// Whose.
    pub function: Arn,
    /// Its aliases.
    pub aliases: Vec<Alias>,
    /// Its versions, newest first, without $LATEST.
    pub versions: Vec<Version>,
    /// Who may call it, by the alias they call; under `""` by the function's bare name.
    pub callers: BTreeMap<String, Vec<String>>,
}

/// An alias.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Alias {
    /// Its name.
    pub name: String,
    /// The version it sends to.
    pub version: String,
    /// Another version, and the hundredths of calls it gets.
    pub share: Option<(String, u8)>,
    /// Moves with every change.
    pub revision: Option<String>,
}

/// A version.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Version {
    /// Its number.
    pub number: u64,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// The base64 of its code's SHA-256.
    pub code: Option<String>,
    /// What its makers wrote.
    pub about: Option<String>,
}

impl Alias {
    /// Where it sends: `7`, `7 and 10 % to 8`.
    #[must_use]
    pub fn sends(&self) -> String {
        match &self.share {
            Some((other, percent)) => format!("{} and {percent} % to {other}", self.version),
            None => self.version.clone(),
        }
    }
}

impl FunctionVersions {
    /// The alias of that name.
    #[must_use]
    pub fn alias(&self, name: &str) -> Option<&Alias> {
        self.aliases.iter().find(|alias| alias.name == name)
    }

    /// Who may call it by that alias; by `""` without one.
    #[must_use]
    pub fn callers_of(&self, alias: &str) -> &[String] {
        self.callers.get(alias).map_or(&[], Vec::as_slice)
    }

    /// The version published before `number`.
    #[must_use]
    pub fn before(&self, number: &str) -> Option<u64> {
        let number: u64 = number.parse().ok()?;
        self.versions.iter().map(|version| version.number).filter(|other| *other < number).max()
    }
}

impl Resource for FunctionVersions {
    const KIND: KindName = KindName("function-release");

    fn key(&self) -> &str {
        self.function.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        for alias in &self.aliases {
            alias.sends().hash(into);
        }
    }
}
