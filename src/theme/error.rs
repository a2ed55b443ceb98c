//! Why a theme was refused, precise enough to mend it: file, line, key, what to do.
//! Never a half-applied theme: the one in use stays.

/// A theme that could not be used. Nothing of it was applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{problem}", place(file, *line), key_prefix(key))]
pub struct ThemeError {
    /// The file as it was opened, or the name asked for when there is no such file.
    pub file: String,
    /// Line in the file, from 1; 0 when the problem has no line.
    pub line: usize,
    /// The key the problem is at, dotted; empty when it is about the whole file.
    pub key: String,
    /// What is wrong and what to do about it.
    pub problem: String,
}

fn place(file: &str, line: usize) -> String {
    if line == 0 { format!("{file}: ") } else { format!("{file}:{line}: ") }
}

fn key_prefix(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("{key}: ") }
}
