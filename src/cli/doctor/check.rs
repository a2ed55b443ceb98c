//! One check, and the report of all. Plain data and its two forms: lines and JSON.
//! Nothing here tries anything or prints.

use serde::Serialize;
use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::text::harmless;
use crate::theme::{Role, Theme};

/// How a check came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// As it should be.
    Well,
    /// toban works, with something missing.
    Worrying,
    /// Something does not work.
    Bad,
}

/// One check.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Check {
    /// What was looked at: `credentials 123456789012/ap-northeast-1`.
    pub about: String,
    /// How it came out.
    pub level: Level,
    /// What was found.
    #[serde(rename = "says")]
    pub message: String,
    /// What to do, unless all is well.
    pub remedy: Option<String>,
    /// The exit code it asks for, if it failed.
    #[serde(skip)]
    exit: Exit,
}

impl Check {
    /// All is well.
    pub(crate) fn well(about: impl Into<String>, message: impl Into<String>) -> Self {
        Self { about: about.into(), level: Level::Well, message: message.into(), remedy: None, exit: Exit::Done }
    }

    /// Something is missing.
    pub(crate) fn warn(about: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Worrying, remedy: Some(remedy.into()), ..Self::well(about, message) }
    }

    /// Something does not work.
    pub(crate) fn fail(about: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Bad, exit: Exit::Failed, ..Self::warn(about, message, remedy) }
    }

    /// The same, asking for another exit code.
    #[must_use]
    pub(crate) fn because(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

/// All checks, in the order they were made.
#[derive(Default, Debug)]
pub(crate) struct Report {
    checks: Vec<Check>,
}

impl Report {
    /// Adds one.
    pub(crate) fn add(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// What was checked.
    #[cfg(test)]
    pub(crate) fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Whether this was told already.
    pub(crate) fn tells(&self, message: &str) -> bool {
        self.checks.iter().any(|check| check.message == message)
    }

    /// Credentials before anything else, then whether anything failed.
    #[must_use]
    pub(crate) fn exit(&self) -> Exit {
        let failed = |exit| self.checks.iter().any(|check| check.level == Level::Bad && check.exit == exit);
        if failed(Exit::Credentials) {
            Exit::Credentials
        } else if self.checks.iter().any(|check| check.level == Level::Bad) {
            Exit::Failed
        } else {
            Exit::Done
        }
    }

    /// Lines for people.
    #[must_use]
    pub(crate) fn text(&self, theme: Option<&Theme>) -> String {
        let mut text = String::new();
        for check in &self.checks {
            let (sign, role) = match check.level {
                Level::Well => ("● ok  ", Role::Well),
                Level::Worrying => ("! warn", Role::Worrying),
                Level::Bad => ("✗ fail", Role::Bad),
            };
            let sign = theme.map_or_else(|| sign.to_owned(), |theme| theme.ansi(role, sign));
            text.push_str(&format!("{sign} {}: {}\n", harmless(&check.about), lines(&check.message)));
            if let Some(remedy) = &check.remedy {
                text.push_str(&format!("       → {}\n", lines(remedy)));
            }
        }
        text
    }

    /// One document.
    ///
    /// # Errors
    /// Never in practice: text and words always become JSON.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        let worst = self.checks.iter().map(|check| check.level).max().unwrap_or(Level::Well);
        serde_json::to_string_pretty(&json!({ "health": worst, "checks": self.checks }))
            .map(|text| format!("{text}\n"))
            .map_err(|fault| Failure::new(Exit::Failed, format!("writing JSON failed: {fault}")))
    }
}

/// Several lines stay several lines, indented under their check.
fn lines(text: &str) -> String {
    text.lines().map(|line| harmless(line.trim()).into_owned()).collect::<Vec<_>>().join("\n         ")
}
