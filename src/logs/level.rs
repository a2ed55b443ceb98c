//! How grave a line is, as its writer said: a field of JSON, or a word where loggers put one. Pure; no line is graver for
//! a word in the middle of a sentence.

use serde::Serialize;

/// The levels of loggers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing tells.
    #[default]
    None,
    /// Trace and debug.
    Debug,
    /// Information.
    Info,
    /// Warnings.
    Warn,
    /// Errors.
    Error,
    /// What ends a program.
    Fatal,
}

const WORDS: [(&str, Level); 19] = [
    ("trace", Level::Debug),
    ("debug", Level::Debug),
    ("info", Level::Info),
    ("information", Level::Info),
    ("notice", Level::Info),
    ("log", Level::Info),
    ("note", Level::Info),
    ("warn", Level::Warn),
    ("warning", Level::Warn),
    ("error", Level::Error),
    ("err", Level::Error),
    ("severe", Level::Error),
    ("exception", Level::Error),
    ("fatal", Level::Fatal),
    ("crit", Level::Fatal),
    ("critical", Level::Fatal),
    ("panic", Level::Fatal),
    ("emerg", Level::Fatal),
    ("alert", Level::Fatal),
];

/// So much of a line is looked at: loggers put the level near its beginning.
const HEAD: usize = 240;
/// So many words of it.
const WORDS_IN: usize = 9;

impl Level {
    /// The level a word stands for.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, level)| *level)
    }

    /// The level of a number, as bunyan and pino write it.
    fn of_number(number: f64) -> Self {
        match number {
            n if n >= 60.0 => Self::Fatal,
            n if n >= 50.0 => Self::Error,
            n if n >= 40.0 => Self::Warn,
            n if n >= 30.0 => Self::Info,
            _ => Self::Debug,
        }
    }

    /// The level of a line.
    #[must_use]
    pub fn of(message: &str) -> Self {
        let mut end = message.len().min(HEAD);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        let head = message.get(..end).unwrap_or_default();
        let trimmed = head.trim_start();
        if trimmed.starts_with('{') {
            return Self::of_json(trimmed).unwrap_or_default();
        }
        let is_edge = |c: char| !c.is_alphanumeric();
        // `ERROR`, `[error]`, `level=error`, `app.ERROR:`; in lower case only where it stands apart as a level does.
        let mut words = head.split_whitespace();
        for word in words.by_ref().take(WORDS_IN) {
            if let Some((name, value)) = word.split_once('=')
                && matches!(name.to_ascii_lowercase().as_str(), "level" | "lvl" | "severity" | "loglevel")
            {
                return Self::of_word(value.trim_matches(is_edge)).unwrap_or_default();
            }
            let bare = word.trim_matches(is_edge);
            let enclosed = word.starts_with(['[', '<', '(']) && word.ends_with([']', '>', ')']);
            let marked = enclosed || word.ends_with(':');
            let loud = bare.chars().all(|c| c.is_ascii_uppercase());
            if (marked || loud)
                && let Some(level) = Self::of_word(bare)
            {
                return level;
            }
            // `TypeError: …`, `java.lang.IllegalStateException: …`, `app:app@app:[123]:ERROR:`.
            if word.ends_with(':') {
                if bare.ends_with("Error") || bare.ends_with("Exception") {
                    return Self::Error;
                }
                if let Some(level) = bare.rsplit(is_edge).next().and_then(Self::of_word) {
                    return level;
                }
            }
        }
        if trimmed.starts_with("Traceback (most recent call last)") || trimmed.starts_with("panic:") {
            return Self::Error;
        }
        Self::None
    }

    /// The level that a JSON line names, without reading the document: it may be long, and cut.
    fn of_json(head: &str) -> Option<Self> {
        let lower = head.to_ascii_lowercase();
        ["\"level\"", "\"severity\"", "\"lvl\"", "\"loglevel\"", "\"log.level\"", "\"levelname\""].iter().find_map(
            |key| {
                let at = lower.find(key)? + key.len();
                let rest = lower.get(at..)?.trim_start().strip_prefix(':')?.trim_start();
                match rest.strip_prefix('"') {
                    Some(word) => Self::of_word(word.split('"').next()?),
                    None => {
                        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                        rest.get(..end)?.parse().ok().map(Self::of_number)
                    }
                }
            },
        )
    }

    /// The word for it; empty where nothing tells.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Level;

    #[rstest]
    #[case(r#"{"time":"…","level":"error","msg":"no"}"#, Level::Error)]
    #[case(r#"{"level":50,"msg":"no"}"#, Level::Error)]
    #[case(r#"{"severity" : "WARNING"}"#, Level::Warn)]
    #[case(r#"{"msg":"an error"}"#, Level::None)]
    #[case("2026-11-30T14:00:00Z ERROR app::db: no connection", Level::Error)]
    #[case("2026/11/30 14:00:00 [error] 12#12: *1 connect() failed", Level::Error)]
    #[case("[2026-11-30] app.ERROR: no", Level::Error)]
    #[case("time=… level=warn msg=\"slow\"", Level::Warn)]
    #[case("2026-11-30 14:00:01 UTC:10.0.1.5(4711):app@app:[123]:ERROR:  deadlock detected", Level::Error)]
    #[case("2026-11-30 14:00:01 UTC::@:[7]:LOG:  checkpoint starting: time", Level::Info)]
    #[case("TypeError: undefined is not a function", Level::Error)]
    #[case("Error: Cannot find module './config/production'", Level::Error)]
    #[case("WARNING: heap is 92 % full", Level::Warn)]
    #[case("INFO:     10.0.0.1 - \"GET / HTTP/1.1\" 200", Level::Info)]
    #[case("there was no error at all", Level::None)]
    #[case("GET /error 200", Level::None)]
    #[case("panic: runtime error: index out of range", Level::Fatal)]
    #[case("FATAL:  password authentication failed", Level::Fatal)]
    #[case("", Level::None)]
    #[case("本番環境で ERROR が発生", Level::Error)]
    fn a_line_says_how_grave_it_is(#[case] line: &str, #[case] level: Level) {
        assert_eq!(Level::of(line), level, "{line}");
    }
}
