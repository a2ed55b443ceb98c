//! Why a file of the reader's own (a configuration, a theme) was refused, precise enough to mend it: file, line, key, what
//! to do. Never a half-applied file: one mistake refuses it.

use std::fmt;

/// A file that could not be used, with everything wrong in it. Nothing of it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// The file as it was opened.
    pub file: String,
    /// What is wrong, in the order of lines; never empty.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line in the file, from 1; 0 when the problem has no line.
    pub line: usize,
    /// The key it is at, dotted; empty when it is about the whole file.
    pub key: String,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl DocumentError {
    /// A problem with the file as a whole.
    #[must_use]
    pub fn whole(file: &str, message: impl Into<String>) -> Self {
        Self::at(file, 0, "", message)
    }

    /// A problem at `key` of `line`, which is 0 where it has none.
    #[must_use]
    pub fn at(file: &str, line: usize, key: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), problems: vec![Problem { line, key: key.to_owned(), message: message.into() }] }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&self.file)?;
            if problem.line > 0 {
                write!(f, ":{}", problem.line)?;
            }
            if !problem.key.is_empty() {
                write!(f, ": {}", problem.key)?;
            }
            write!(f, ": {}", problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for DocumentError {}
