//! From the terminal's events to ours. The only place that knows the terminal library's keys.
//! What a key means is the keymap's business.

use crossterm::event::{
    Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};

use super::msg::Event;
use crate::keys::{Chord, Key};

/// What an event means to the console; `None` for those that mean nothing.
#[must_use]
pub fn news(event: TerminalEvent) -> Option<Event> {
    match event {
        TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => chord(key).map(Event::Key),
        TerminalEvent::Key(_) => None,
        TerminalEvent::Paste(text) => Some(Event::Pasted(text)),
        TerminalEvent::Resize(..) => Some(Event::Resized),
        TerminalEvent::FocusGained => Some(Event::Watched(true)),
        TerminalEvent::FocusLost => Some(Event::Watched(false)),
        TerminalEvent::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => Some(Event::Clicked(mouse.column, mouse.row)),
            MouseEventKind::ScrollDown => Some(Event::Wheeled(1)),
            MouseEventKind::ScrollUp => Some(Event::Wheeled(-1)),
            _ => None,
        },
    }
}

fn chord(event: KeyEvent) -> Option<Chord> {
    let mut shift = event.modifiers.contains(KeyModifiers::SHIFT);
    let key = match event.code {
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => {
            shift = true;
            Key::Tab
        }
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::F(n) => Key::F(n),
        _ => return None,
    };
    let (ctrl, alt) = (event.modifiers.contains(KeyModifiers::CONTROL), event.modifiers.contains(KeyModifiers::ALT));
    Some(Chord { key, ctrl, alt, shift }.normal())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(KeyCode::Char('g'), KeyModifiers::SHIFT, "G")]
    #[case(KeyCode::Char('G'), KeyModifiers::SHIFT, "G")]
    #[case(KeyCode::Char('F'), KeyModifiers::CONTROL.union(KeyModifiers::SHIFT), "ctrl-f")]
    #[case(KeyCode::BackTab, KeyModifiers::NONE, "shift-tab")]
    #[case(KeyCode::Char('?'), KeyModifiers::SHIFT, "?")]
    #[case(KeyCode::PageDown, KeyModifiers::NONE, "pgdn")]
    fn terminals_differ_and_chords_do_not(#[case] code: KeyCode, #[case] modifiers: KeyModifiers, #[case] text: &str) {
        assert_eq!(chord(KeyEvent::new(code, modifiers)), text.parse().ok());
    }

    #[test]
    fn a_moving_mouse_and_a_released_key_mean_nothing() {
        let released = KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
        assert!(news(TerminalEvent::Key(released)).is_none());
        let moved = crossterm::event::MouseEvent {
            kind: MouseEventKind::Moved,
            column: 1,
            row: 1,
            modifiers: KeyModifiers::NONE,
        };
        assert!(news(TerminalEvent::Mouse(moved)).is_none());
    }
}
