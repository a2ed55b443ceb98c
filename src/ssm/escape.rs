//! The way out of a shell that hears nothing any more: `enter ~ .`, as in ssh. Pure; sees every byte on its way to
//! the remote side, holds back a tilde only until the next key, and never changes anything else.

/// Recognises the escape.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Escape {
    place: EscapePosition,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum EscapePosition {
    /// At the start of a line: also the very first key.
    #[default]
    Start,
    /// A tilde at the start of a line is held back.
    Tilde,
    Inside,
}

impl Escape {
    /// Takes what was typed and gives what to pass on; `true` when the escape was completed. What came behind it in
    /// the same bytes is not passed on.
    pub fn type_in(&mut self, typed: &[u8]) -> (Vec<u8>, bool) {
        let mut passed = Vec::with_capacity(typed.len() + 1);
        for &byte in typed {
            match (self.place, byte) {
                (EscapePosition::Start, b'~') => {
                    self.place = EscapePosition::Tilde;
                    continue;
                }
                (EscapePosition::Tilde, b'.') => return (passed, true),
                // `~~` sends one tilde.
                (EscapePosition::Tilde, b'~') => {}
                (EscapePosition::Tilde, _) => passed.push(b'~'),
                (EscapePosition::Start | EscapePosition::Inside, _) => {}
            }
            self.place = if matches!(byte, b'\r' | b'\n') { EscapePosition::Start } else { EscapePosition::Inside };
            passed.push(byte);
        }
        (passed, false)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Escape;

    fn typed(text: &[u8]) -> (Vec<u8>, bool) {
        Escape::default().type_in(text)
    }

    #[test]
    fn only_the_whole_escape_leaves() {
        assert_eq!(typed(b"~."), (b"".to_vec(), true), "at once");
        assert_eq!(typed(b"ls\r~.rest"), (b"ls\r".to_vec(), true));
        assert_eq!(typed(b"a~."), (b"a~.".to_vec(), false), "not inside a line");
        assert_eq!(typed(b"\r~/x"), (b"\r~/x".to_vec(), false));
        assert_eq!(typed(b"\r~~."), (b"\r~.".to_vec(), false));
        assert_eq!(typed(b"\r~\r~."), (b"\r~\r".to_vec(), true));
    }

    #[test]
    fn it_may_come_key_by_key() {
        let mut escape = Escape::default();
        let ends: Vec<_> = b"\r~.".iter().map(|key| escape.type_in(&[*key])).collect();
        assert_eq!(ends, [(b"\r".to_vec(), false), (vec![], false), (vec![], true)]);
    }

    proptest! {
        #[test]
        fn nothing_without_a_tilde_is_changed(text in "[^~]{0,80}") {
            prop_assert_eq!(typed(text.as_bytes()), (text.into_bytes(), false));
        }

        #[test]
        fn cuts_between_keys_change_nothing(text in "[a~.\r]{0,12}", at in 0usize..12) {
            let (head, tail) = text.as_bytes().split_at(at.min(text.len()));
            let mut escape = Escape::default();
            let (mut passed, mut left) = escape.type_in(head);
            if !left {
                let (more, end) = escape.type_in(tail);
                passed.extend(more);
                left = end;
            }
            prop_assert_eq!((passed, left), typed(text.as_bytes()));
        }
    }
}
