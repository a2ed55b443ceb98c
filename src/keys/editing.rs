//! The keys of a line one types into; the same in every prompt, as in a shell. They are not part
//! of the keymap: while a prompt is open, characters are text.

use tui_input::{Input, InputRequest};

use super::{Chord, Key};

/// Applies `chord` to `input` if it edits; `true` if it did.
pub fn edit(input: &mut Input, chord: Chord) -> bool {
    let Some(request) = request(chord) else { return false };
    input.handle(request).is_some()
}

fn request(chord: Chord) -> Option<InputRequest> {
    if let Some(c) = chord.typed() {
        return Some(InputRequest::InsertChar(c));
    }
    let Chord { key, ctrl, alt, .. } = chord;
    Some(match (key, ctrl, alt) {
        (Key::Backspace, false, false) | (Key::Char('h'), true, false) => InputRequest::DeletePrevChar,
        (Key::Delete, false, false) | (Key::Char('d'), true, false) => InputRequest::DeleteNextChar,
        (Key::Left, false, false) | (Key::Char('b'), true, false) => InputRequest::GoToPrevChar,
        (Key::Right, false, false) | (Key::Char('f'), true, false) => InputRequest::GoToNextChar,
        (Key::Left, ..) | (Key::Char('b'), false, true) => InputRequest::GoToPrevWord,
        (Key::Right, ..) | (Key::Char('f'), false, true) => InputRequest::GoToNextWord,
        (Key::Home, ..) | (Key::Char('a'), true, false) => InputRequest::GoToStart,
        (Key::End, ..) | (Key::Char('e'), true, false) => InputRequest::GoToEnd,
        (Key::Char('w'), true, false) | (Key::Backspace, ..) => InputRequest::DeletePrevWord,
        (Key::Char('u'), true, false) => InputRequest::DeleteLine,
        (Key::Char('k'), true, false) => InputRequest::DeleteTillEnd,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_text_and_ctrl_u_empties_the_line() {
        let mut input = Input::default();
        for c in "本番 x".chars() {
            assert!(edit(&mut input, Chord::char(c)));
        }
        assert!(edit(&mut input, Chord::plain(Key::Backspace)));
        assert_eq!(input.value(), "本番 ");
        assert!(edit(&mut input, Chord::ctrl('u')));
        assert_eq!(input.value(), "");
        assert!(!edit(&mut input, Chord::plain(Key::Tab)));
    }
}
