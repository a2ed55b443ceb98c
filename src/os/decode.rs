//! What whole sequences mean: keys, mouse, focus, pastes, and the terminal's answer about its background. What is not
//! known means nothing. Every number comes from outside and may be any.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::sequence::Sequence;

/// What a terminal told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Something its reader did.
    Event(Event),
    /// Whether its background is light.
    Light(bool),
    /// What it is: the answer to the last question of those asked together.
    Attributes,
}

/// What `sequence` means, if anything.
pub(crate) fn decode(sequence: Sequence) -> Option<Told> {
    match sequence {
        Sequence::Char { char, alt } => Some(typed(char, alt)),
        Sequence::Escape => Some(key(KeyCode::Esc)),
        Sequence::Ss3(last) => letter(last).map(key),
        Sequence::LinuxKey(last @ b'A'..=b'E') => Some(key(KeyCode::F(last - b'A' + 1))),
        Sequence::LinuxKey(_) | Sequence::Csi { intermediate: true, .. } => None,
        Sequence::OldMouse([button, column, row]) => {
            let place = |told: u8| told.checked_sub(33).map(u16::from);
            mouse(u16::from(button.checked_sub(32)?), (place(column)?, place(row)?), false)
        }
        Sequence::Paste(text) => Some(Told::Event(Event::Paste(text))),
        Sequence::Osc(text) => light(std::str::from_utf8(&text).ok()?.strip_prefix("11;")?).map(Told::Light),
        Sequence::Csi { params, last, .. } => control(std::str::from_utf8(&params).ok()?, last),
    }
}

fn key(code: KeyCode) -> Told {
    pressed(code, KeyModifiers::NONE)
}

fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Told {
    Told::Event(Event::Key(KeyEvent::new(code, modifiers)))
}

fn typed(char: char, alt: bool) -> Told {
    let with = |code, modifiers| (code, modifiers);
    let letter = |first: char, from: u8| char::from(first as u8 + (char as u8).wrapping_sub(from));
    let (code, mut modifiers) = match char {
        '\r' => with(KeyCode::Enter, KeyModifiers::NONE),
        '\t' => with(KeyCode::Tab, KeyModifiers::NONE),
        '\u{7f}' => with(KeyCode::Backspace, KeyModifiers::NONE),
        '\0' => with(KeyCode::Char(' '), KeyModifiers::CONTROL),
        '\u{1}'..='\u{1a}' => with(KeyCode::Char(letter('a', 1)), KeyModifiers::CONTROL),
        '\u{1c}'..='\u{1f}' => with(KeyCode::Char(letter('4', 0x1c)), KeyModifiers::CONTROL),
        _ if char.is_uppercase() => with(KeyCode::Char(char), KeyModifiers::SHIFT),
        _ => with(KeyCode::Char(char), KeyModifiers::NONE),
    };
    modifiers.set(KeyModifiers::ALT, alt);
    pressed(code, modifiers)
}

fn control(params: &str, last: u8) -> Option<Told> {
    match (params.as_bytes().first(), last) {
        (Some(b'<'), b'M' | b'm') => {
            let mut numbers = params.get(1..)?.split(';').map(|text| text.parse::<u16>().ok());
            let (button, column, row) = (numbers.next()??, numbers.next()??, numbers.next()??);
            mouse(button, (column.checked_sub(1)?, row.checked_sub(1)?), last == b'm')
        }
        (Some(b'?'), b'c') => Some(Told::Attributes),
        // Reports of modes, colour schemes, versions: nothing was asked, and nothing is a key.
        (Some(b'<' | b'=' | b'>' | b'?'), _) => None,
        (None, b'I') => Some(Told::Event(Event::FocusGained)),
        (None, b'O') => Some(Told::Event(Event::FocusLost)),
        (_, b'M') => {
            let mut numbers = params.split(';').map(|text| text.parse::<u16>().ok());
            let (button, column, row) = (numbers.next()??, numbers.next()??, numbers.next()??);
            mouse(button.checked_sub(32)?, (column.checked_sub(1)?, row.checked_sub(1)?), false)
        }
        (_, b'u') => encoded(params),
        (_, b'~') => with_modifiers(numbered(number(params, 0)?)?, params),
        (_, b'Z') => with_modifiers(KeyCode::BackTab, params).map(with_shift),
        // Where the cursor is, told as F3 with modifiers would be.
        (_, b'R') => None,
        _ => with_modifiers(letter(last)?, params),
    }
}

/// The number at `index`, the first of those that belong together.
fn number(params: &str, index: usize) -> Option<u32> {
    params.split(';').nth(index)?.split(':').next()?.parse().ok()
}

/// Modifiers and what was done with the key, from the second parameter.
fn modifiers(params: &str) -> (KeyModifiers, KeyEventKind) {
    let mut told = params.split(';').nth(1).unwrap_or_default().split(':').map(|text| text.parse::<u16>().ok());
    let bits = told.next().flatten().unwrap_or(1).saturating_sub(1);
    let known = [
        KeyModifiers::SHIFT,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ];
    let held = known.into_iter().enumerate().filter(|(bit, _)| bits & (1 << bit) != 0).map(|(_, one)| one).collect();
    let kind = match told.next().flatten() {
        Some(2) => KeyEventKind::Repeat,
        Some(3) => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    };
    (held, kind)
}

fn with_modifiers(code: KeyCode, params: &str) -> Option<Told> {
    let (held, kind) = modifiers(params);
    Some(Told::Event(Event::Key(KeyEvent::new_with_kind(code, held, kind))))
}

fn with_shift(told: Told) -> Told {
    match told {
        Told::Event(Event::Key(key)) => {
            Told::Event(Event::Key(KeyEvent { modifiers: key.modifiers | KeyModifiers::SHIFT, ..key }))
        }
        other => other,
    }
}

/// Keys that end in a letter, after `CSI` or `ESC O`.
const fn letter(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'R' => KeyCode::F(3),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}

/// Keys that have a number and end in `~`.
fn numbered(number: u32) -> Option<KeyCode> {
    let function = |less: u32| u8::try_from(number.saturating_sub(less)).ok().map(KeyCode::F);
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(10),
        17..=21 => function(11),
        23..=26 => function(12),
        28..=29 => function(15),
        31..=34 => function(17),
        _ => None,
    }
}

/// A key told by its code point, as the kitty protocol does: `code:shifted:base ; modifiers:kind ; text`.
fn encoded(params: &str) -> Option<Told> {
    let mut codes = params.split(';').next()?.split(':').map(|text| text.parse::<u32>().ok());
    let first = codes.next()??;
    let shifted = codes.next().flatten().and_then(char::from_u32);
    let (mut held, kind) = modifiers(params);
    let shift = held.contains(KeyModifiers::SHIFT);
    let mut code = match first {
        27 => KeyCode::Esc,
        13 => KeyCode::Enter,
        9 if shift => KeyCode::BackTab,
        9 => KeyCode::Tab,
        127 => KeyCode::Backspace,
        57344..=63743 => functional(first)?,
        _ => KeyCode::Char(char::from_u32(first).filter(|char| !char.is_control())?),
    };
    if let (true, Some(shifted), KeyCode::Char(_)) = (shift, shifted, code) {
        code = KeyCode::Char(shifted);
        held.remove(KeyModifiers::SHIFT);
    }
    Some(Told::Event(Event::Key(KeyEvent::new_with_kind(code, held, kind))))
}

/// Keys that the kitty protocol gives a code in Unicode's private area: the keypad's mean what their twins mean.
fn functional(code: u32) -> Option<KeyCode> {
    const KEYPAD: &[u8] = b"0123456789./*-+";
    if let Some(char) = code.checked_sub(57399).and_then(|at| KEYPAD.get(usize::try_from(at).ok()?)) {
        return Some(KeyCode::Char(char::from(*char)));
    }
    match code {
        57376..=57398 => u8::try_from(code - 57376 + 13).ok().map(KeyCode::F),
        57414 => Some(KeyCode::Enter),
        57415 => Some(KeyCode::Char('=')),
        57416 => Some(KeyCode::Char(',')),
        57417 => Some(KeyCode::Left),
        57418 => Some(KeyCode::Right),
        57419 => Some(KeyCode::Up),
        57420 => Some(KeyCode::Down),
        57421 => Some(KeyCode::PageUp),
        57422 => Some(KeyCode::PageDown),
        57423 => Some(KeyCode::Home),
        57424 => Some(KeyCode::End),
        57425 => Some(KeyCode::Insert),
        57426 => Some(KeyCode::Delete),
        _ => None,
    }
}

/// A mouse: two bits of the button, its modifiers, whether it moves, and what else it has.
fn mouse(told: u16, (column, row): (u16, u16), released: bool) -> Option<Told> {
    let moves = told & 32 != 0;
    let button = match told & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (told >> 6, told & 3, moves) {
        (0, 3, false) => MouseEventKind::Up(MouseButton::Left),
        (0, 3, true) => MouseEventKind::Moved,
        (0, _, true) => MouseEventKind::Drag(button),
        (0, _, false) if released => MouseEventKind::Up(button),
        (0, _, false) => MouseEventKind::Down(button),
        (1, 0, false) => MouseEventKind::ScrollUp,
        (1, 1, false) => MouseEventKind::ScrollDown,
        (1, 2, false) => MouseEventKind::ScrollLeft,
        (1, 3, false) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let held = [(4, KeyModifiers::SHIFT), (8, KeyModifiers::ALT), (16, KeyModifiers::CONTROL)];
    let modifiers = held.into_iter().filter(|(bit, _)| told & bit != 0).map(|(_, one)| one).collect();
    Some(Told::Event(Event::Mouse(MouseEvent { kind, column, row, modifiers })))
}

/// Whether a colour as terminals tell it (`rgb:` or `#`, one to four digits each) is nearer to white than to black.
fn light(colour: &str) -> Option<bool> {
    let part = |digits: &str| {
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?.checked_sub(1)?;
        (1..=4).contains(&digits.len()).then_some(())?;
        Some(f64::from(u32::from_str_radix(digits, 16).ok()?) / f64::from(most))
    };
    let parts: Vec<f64> = match colour.strip_prefix('#') {
        Some(digits) if digits.len().is_multiple_of(3) && digits.is_ascii() => {
            let each = digits.len() / 3;
            (0..3).map(|at| part(digits.get(at * each..(at + 1) * each)?)).collect::<Option<_>>()?
        }
        Some(_) => return None,
        None => {
            let parts = colour.strip_prefix("rgb:").or_else(|| colour.strip_prefix("rgba:"))?;
            parts.split('/').take(3).map(part).collect::<Option<_>>()?
        }
    };
    let [red, green, blue] = <[f64; 3]>::try_from(parts).ok()?;
    let linear = |value: f64| if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
    // Half of the lightness that eyes see is a little under a fifth of the light.
    Some(0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) > 0.184)
}
