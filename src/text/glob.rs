//! Patterns with `*` and `?`, for names. Pure.
//! Never a regular expression: what a person types must mean what it looks like.

/// A shell-like pattern: `*` any run, `?` any one character; case is ignored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Glob(String);

impl Glob {
    /// A pattern from its text.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self(pattern.to_lowercase())
    }

    /// Whether `text` fits it as a whole.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        like(&self.0, &text.to_lowercase())
    }

    /// The pattern's text, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `text` fits `pattern` as a whole, case and all, as AWS's policies mean it: `*` any run, `?` any one character.
#[must_use]
pub fn like(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    // Greedy with one point of return: the last star. Linear in practice, never exponential.
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || Some(&c) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => match back {
                Some((star, seen)) => {
                    p = star + 1;
                    t = seen + 1;
                    back = Some((star, seen + 1));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}
