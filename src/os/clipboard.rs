//! The clipboard, by the terminal itself (OSC 52): works over SSH and inside tmux, needs no display.
//! Writes bytes to the terminal and reads nothing back.

use base64::Engine as _;

/// Terminals drop longer ones without a word.
const MOST: usize = 74_000;

/// What makes the terminal put `text` on the clipboard; at most as much as terminals take.
#[must_use]
pub fn sequence(text: &str) -> String {
    let mut end = text.len().min(MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let encoded = base64::engine::general_purpose::STANDARD.encode(text.get(..end).unwrap_or_default());
    format!("\x1b]52;c;{encoded}\x07")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_encoded_and_never_ends_the_sequence() {
        assert_eq!(sequence("prod"), "\x1b]52;c;cHJvZA==\x07");
        assert!(!sequence("\x07\x1b\\").trim_end_matches('\x07').contains('\x07'));
        assert!(sequence(&"本".repeat(50_000)).len() < 100_000);
    }
}
