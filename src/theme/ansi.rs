//! Roles in plain output: the same looks as on the screen, as escape sequences around a text.
//! For tables that are printed, not drawn.

use ratatui::backend::IntoCrossterm;
use ratatui::crossterm::style::ContentStyle;

use super::{Role, Theme};

impl Theme {
    /// `text` as `role` looks in this theme, for writing to a terminal. Where the role has no looks, the text alone.
    #[must_use]
    pub fn ansi(&self, role: Role, text: &str) -> String {
        let style: ContentStyle = self.style(role).into_crossterm();
        if style == ContentStyle::default() { text.to_owned() } else { style.apply(text).to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_put_around_the_text_and_taken_off_again() {
        let text = Theme::built_in("night").ansi(Role::Bad, "bad");
        assert!(text.starts_with("\u{1b}[") && text.ends_with('m') && text.contains("bad"), "{text:?}");
        assert_eq!(Theme::bare().ansi(Role::Bad, "bad"), "bad");
    }
}
