//! One key press with its modifiers, and its spelling: `g`, `G`, `ctrl-f`, `shift-tab`, `pgdn`.
//! The same spelling in the configuration, on screen and in the docs.

use std::fmt;
use std::str::FromStr;

/// A key without its modifiers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Key {
    /// A letter, digit or sign; upper case is a letter of its own.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key, from 1.
    F(u8),
}

const NAMED: &[(&str, Key)] = &[
    ("enter", Key::Enter),
    ("esc", Key::Esc),
    ("tab", Key::Tab),
    ("backspace", Key::Backspace),
    ("delete", Key::Delete),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("pgup", Key::PageUp),
    ("pgdn", Key::PageDown),
    ("space", Key::Char(' ')),
];

/// A key with its modifiers. `shift` with a letter is the upper-case letter, so it is set for named keys only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// With control.
    pub ctrl: bool,
    /// With alt.
    pub alt: bool,
    /// With shift; never for characters.
    pub shift: bool,
}

impl Chord {
    /// A key alone.
    #[must_use]
    pub const fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false, shift: false }
    }

    /// A character alone.
    #[must_use]
    pub const fn char(c: char) -> Self {
        Self::plain(Key::Char(c))
    }

    /// A character with control.
    #[must_use]
    pub const fn ctrl(c: char) -> Self {
        Self { key: Key::Char(c), ctrl: true, alt: false, shift: false }
    }

    /// The same chord however a terminal reports it: shift is part of a character, control forgets case.
    #[must_use]
    pub fn normal(self) -> Self {
        match self.key {
            Key::Char(c) if self.ctrl => Self { key: Key::Char(c.to_ascii_lowercase()), shift: false, ..self },
            Key::Char(c) if self.shift => Self { key: Key::Char(c.to_ascii_uppercase()), shift: false, ..self },
            _ => self,
        }
    }

    /// The character it types, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.key {
            Key::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (on, word) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if on {
                f.write_str(word)?;
            }
        }
        match self.key {
            Key::F(n) => write!(f, "f{n}"),
            key => match (NAMED.iter().find(|(_, named)| *named == key), key) {
                (Some((name, _)), _) => f.write_str(name),
                (None, Key::Char(c)) => write!(f, "{c}"),
                (None, _) => Ok(()),
            },
        }
    }
}

/// Text that is no chord.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{0:?} is no key; write one character, or a name such as enter, esc, tab, space, up, pgdn, home, f5, with ctrl-, alt- or shift- in front"
)]
pub struct BadChord(pub String);

impl FromStr for Chord {
    type Err = BadChord;

    fn from_str(text: &str) -> Result<Self, BadChord> {
        let mut chord = Self::char(' ');
        let mut rest = text;
        loop {
            let modifiers = [("ctrl-", &mut chord.ctrl), ("alt-", &mut chord.alt), ("shift-", &mut chord.shift)];
            let found = modifiers.into_iter().find_map(|(word, flag)| {
                let rest = rest.strip_prefix(word).filter(|rest| !rest.is_empty() && !*flag)?;
                *flag = true;
                Some(rest)
            });
            match found {
                Some(shorter) => rest = shorter,
                None => break,
            }
        }
        chord.key = key(rest).ok_or_else(|| BadChord(text.to_owned()))?;
        Ok(chord.normal())
    }
}

fn key(text: &str) -> Option<Key> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control() && c != ' ').then_some(Key::Char(c));
    }
    let lower = text.to_ascii_lowercase();
    if let Some((_, key)) = NAMED.iter().find(|(name, _)| *name == lower) {
        return Some(*key);
    }
    match lower.as_str() {
        "pageup" => Some(Key::PageUp),
        "pagedown" => Some(Key::PageDown),
        "return" => Some(Key::Enter),
        "escape" => Some(Key::Esc),
        _ => lower.strip_prefix('f')?.parse().ok().filter(|n| (1..=24).contains(n)).map(Key::F),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("g", Chord::char('g'))]
    #[case("G", Chord::char('G'))]
    #[case("shift-f", Chord::char('F'))]
    #[case("ctrl-F", Chord::ctrl('f'))]
    #[case("ctrl--", Chord::ctrl('-'))]
    #[case("-", Chord::char('-'))]
    #[case("space", Chord::char(' '))]
    #[case("F5", Chord::plain(Key::F(5)))]
    #[case("shift-tab", Chord { shift: true, ..Chord::plain(Key::Tab) })]
    #[case("ctrl-alt-delete", Chord { ctrl: true, alt: true, ..Chord::plain(Key::Delete) })]
    #[case("項", Chord::char('項'))]
    fn spellings(#[case] text: &str, #[case] expected: Chord) {
        assert_eq!(text.parse(), Ok(expected));
        assert_eq!(expected.to_string().parse(), Ok(expected), "what is shown can be written");
    }

    #[rstest]
    #[case("")]
    #[case("ctrl-")]
    #[case("ctrl-ctrl-f")]
    #[case("gg")]
    #[case("f0")]
    #[case("f25")]
    #[case(" ")]
    #[case("meta-x")]
    fn what_is_no_chord(#[case] text: &str) {
        assert_eq!(text.parse::<Chord>(), Err(BadChord(text.to_owned())));
    }
}
