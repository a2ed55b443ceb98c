//! Cuts the bytes that a terminal sends into whole sequences: characters, escape sequences, pastes, strings. A sequence
//! that is finished leaves nothing behind, known or not, and one that is not finished has an end in time, so that no
//! report of a terminal becomes a key and none keeps the keys away. Knows no key: what a sequence means is `decode`'s
//! work. Pure: time is told by whoever feeds it.

use std::time::Duration;

/// One whole sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sequence {
    /// A character, control characters included; `alt` with an escape before it.
    Char {
        /// The character.
        char: char,
        /// Whether an escape stood before it.
        alt: bool,
    },
    /// The escape key.
    Escape,
    /// `ESC O` and its last byte.
    Ss3(u8),
    /// `CSI`: parameters (`0`–`?`), whether there were intermediate bytes, the last byte.
    Csi {
        /// The bytes of the parameters, a private mark included.
        params: Vec<u8>,
        /// Whether bytes from space to `/` stood before the last.
        intermediate: bool,
        /// The byte that ended it.
        last: u8,
    },
    /// `CSI [` and its last byte: a function key of the Linux console.
    LinuxKey(u8),
    /// `CSI M` and three bytes: a mouse of the oldest form.
    OldMouse([u8; 3]),
    /// A paste between its brackets, or as much of it as came.
    Paste(String),
    /// An operating system command: its text.
    Osc(Vec<u8>),
}

const ESC: u8 = 0x1b;
const CTRL_C: u8 = 0x03;
const BEL: u8 = 0x07;
/// Both cancel a sequence.
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
/// Ends a paste.
const PASTE_END: &[u8] = b"\x1b[201~";

/// How long an escape may wait for what belongs to it before it is the key.
const ESCAPE: Duration = Duration::from_millis(50);
/// How long the first two bytes of a string may wait before they are a key with alt.
const INTRODUCER: Duration = Duration::from_millis(100);
/// How long the rest of a sequence may take.
const REST: Duration = Duration::from_secs(1);
/// How long a string or a paste may be silent.
const SILENCE: Duration = Duration::from_secs(2);

/// Parameters longer than this are nothing that anybody knows.
const LONGEST_PARAMS: usize = 256;
/// So much of a string is kept; the rest of it is only swallowed.
const LONGEST_STRING: usize = 4 << 10;
/// So much of a paste is kept.
const LONGEST_PASTE: usize = 1 << 20;
/// What arrives at once and is no longer than this may have been typed.
pub(super) const TYPED: usize = 16;

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// A character of several bytes: how many are missing.
    Utf8 {
        missing: u8,
        alt: bool,
    },
    /// An escape.
    Escape,
    /// Two escapes, told as one key already.
    Escapes,
    Ss3,
    Csi {
        intermediate: bool,
    },
    LinuxKey,
    OldMouse,
    Paste {
        matched: usize,
    },
    /// A string; `introducer` is the byte after the escape while nothing else has come. `missing` bytes belong to a
    /// character, so that none of them is taken for an end, but for that of a character of `control`.
    Text {
        osc: bool,
        introducer: Option<(u8, bool)>,
        missing: u8,
        control: bool,
    },
    /// An escape inside a string: its end, or the beginning of something else.
    TextEscape {
        osc: bool,
    },
}

/// What is known so far of a sequence that is not whole yet.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    state: State,
    held: Vec<u8>,
}

impl Splitter {
    /// Takes what arrived at once; whole sequences go to `into`.
    pub(super) fn feed(&mut self, chunk: &[u8], into: &mut Vec<Sequence>) {
        let typed = chunk.len() <= TYPED;
        for (at, byte) in chunk.iter().enumerate() {
            let ends = typed && at + 1 == chunk.len();
            self.byte(*byte, ends, into);
        }
    }

    /// How long nothing may come before [`give_up`](Self::give_up) is due; `None` if nothing is begun.
    pub(super) fn patience(&self) -> Option<Duration> {
        Some(match &self.state {
            State::Ground => return None,
            State::Escape | State::Escapes | State::TextEscape { .. } => ESCAPE,
            State::Text { introducer: Some(_), .. } => INTRODUCER,
            State::Utf8 { .. } | State::Ss3 | State::Csi { .. } | State::LinuxKey | State::OldMouse => REST,
            State::Text { .. } | State::Paste { .. } => SILENCE,
        })
    }

    /// Nothing more comes: what was begun is what it can be, or nothing.
    pub(super) fn give_up(&mut self, into: &mut Vec<Sequence>) {
        match std::mem::take(&mut self.state) {
            State::Escape | State::TextEscape { osc: false } => into.push(Sequence::Escape),
            State::TextEscape { osc } => self.text_done(osc, into),
            State::Text { introducer: Some((byte, alt)), .. } => {
                into.push(Sequence::Char { char: char::from(byte), alt });
            }
            State::Paste { matched } => {
                self.held.extend(PASTE_END.iter().take(matched));
                into.push(self.paste());
            }
            // The rest, should it ever come, is better lost than this taken for something else.
            _ => {}
        }
        self.held.clear();
    }

    fn byte(&mut self, byte: u8, ends: bool, into: &mut Vec<Sequence>) {
        match std::mem::take(&mut self.state) {
            State::Ground => self.ground(byte, false, into),
            State::Utf8 { missing, alt } => self.utf8(byte, missing, alt, into),
            State::Escape => self.escape(byte, into),
            State::Escapes => match byte {
                ESC => self.state = State::Escapes,
                _ if self.introduces(byte, false) => {}
                _ => self.ground(byte, false, into),
            },
            State::Ss3 => match byte {
                b'0'..=b';' => self.state = State::Ss3,
                0x20..=0x7e => into.push(Sequence::Ss3(byte)),
                _ => self.ground(byte, false, into),
            },
            State::Csi { intermediate } => self.csi(byte, intermediate, into),
            State::LinuxKey => match byte {
                0x20..=0x7e => into.push(Sequence::LinuxKey(byte)),
                _ => self.ground(byte, false, into),
            },
            State::OldMouse => self.old_mouse(byte, into),
            State::Paste { matched } => self.pasted(byte, matched, ends, into),
            State::Text { osc, missing, control, .. } => self.text(byte, osc, (missing, control), into),
            State::TextEscape { osc } => {
                // Some terminals end a string with the escape alone.
                self.text_done(osc, into);
                match byte {
                    b'\\' => {}
                    ESC => self.state = State::Escape,
                    _ => self.escape(byte, into),
                }
            }
        }
    }

    fn ground(&mut self, byte: u8, alt: bool, into: &mut Vec<Sequence>) {
        self.held.clear();
        match byte {
            ESC => self.state = State::Escape,
            0..=0x7f => into.push(Sequence::Char { char: char::from(byte), alt }),
            0x80..=0x9f => self.c1(byte),
            0xc2..=0xf4 => {
                self.held.push(byte);
                self.state = State::Utf8 { missing: following(byte), alt };
            }
            // No character begins with it.
            _ => {}
        }
    }

    /// A control character of eight bits begins what an escape and its letter begin; the others mean nothing here.
    fn c1(&mut self, byte: u8) {
        self.held.clear();
        self.state = match byte {
            0x8f => State::Ss3,
            0x9b => State::Csi { intermediate: false },
            0x90 | 0x98 | 0x9d..=0x9f => {
                State::Text { osc: byte == 0x9d, introducer: None, missing: 0, control: false }
            }
            _ => State::Ground,
        };
    }

    fn utf8(&mut self, byte: u8, missing: u8, alt: bool, into: &mut Vec<Sequence>) {
        if !is_continuation(byte) {
            return self.ground(byte, false, into);
        }
        self.held.push(byte);
        if missing > 1 {
            self.state = State::Utf8 { missing: missing - 1, alt };
            return;
        }
        let char = std::str::from_utf8(&self.held).ok().and_then(|text| text.chars().next());
        self.held.clear();
        match char {
            Some(char @ '\u{80}'..='\u{9f}') => self.c1(u8::try_from(u32::from(char)).unwrap_or_default()),
            Some(char) => into.push(Sequence::Char { char, alt }),
            None => {}
        }
    }

    fn escape(&mut self, byte: u8, into: &mut Vec<Sequence>) {
        match byte {
            ESC => {
                into.push(Sequence::Escape);
                self.state = State::Escapes;
            }
            // Whatever was typed before it: who wants to leave, leaves.
            CTRL_C => into.push(Sequence::Char { char: '\u{3}', alt: false }),
            _ if self.introduces(byte, true) => {}
            _ => self.ground(byte, true, into),
        }
    }

    /// Begins what an escape and `byte` begin, if they do.
    fn introduces(&mut self, byte: u8, alt: bool) -> bool {
        self.state = match byte {
            b'[' => State::Csi { intermediate: false },
            b'O' => State::Ss3,
            b']' | b'P' | b'X' | b'^' | b'_' => {
                State::Text { osc: byte == b']', introducer: Some((byte, alt)), missing: 0, control: false }
            }
            _ => return false,
        };
        true
    }

    fn csi(&mut self, byte: u8, intermediate: bool, into: &mut Vec<Sequence>) {
        match byte {
            b'[' if self.held.is_empty() && !intermediate => self.state = State::LinuxKey,
            b'M' if self.held.is_empty() && !intermediate => self.state = State::OldMouse,
            0x20..=0x3f => {
                // Too long, or parameters after intermediates: nothing that anybody knows.
                let odd = intermediate || byte < 0x30 || self.held.len() >= LONGEST_PARAMS;
                if !odd {
                    self.held.push(byte);
                }
                self.state = State::Csi { intermediate: odd };
            }
            b'~' if !intermediate && self.held == b"200" => {
                self.held.clear();
                self.state = State::Paste { matched: 0 };
            }
            0x40..=0x7e => {
                let params = std::mem::take(&mut self.held);
                into.push(Sequence::Csi { params, intermediate, last: byte });
            }
            CAN | SUB => self.held.clear(),
            _ => self.ground(byte, false, into),
        }
    }

    fn old_mouse(&mut self, byte: u8, into: &mut Vec<Sequence>) {
        if byte < 0x20 {
            return self.ground(byte, false, into);
        }
        self.held.push(byte);
        match <[u8; 3]>::try_from(self.held.as_slice()) {
            Ok(told) => {
                self.held.clear();
                into.push(Sequence::OldMouse(told));
            }
            Err(_) => self.state = State::OldMouse,
        }
    }

    fn pasted(&mut self, byte: u8, matched: usize, ends: bool, into: &mut Vec<Sequence>) {
        if byte == CTRL_C && ends {
            // Typed, and not a part of what is pasted, of which only the end was lost.
            self.held.clear();
            into.push(Sequence::Char { char: '\u{3}', alt: false });
            return;
        }
        if PASTE_END.get(matched) == Some(&byte) {
            self.state = State::Paste { matched: matched + 1 };
            if matched + 1 == PASTE_END.len() {
                self.state = State::Ground;
                into.push(self.paste());
            }
            return;
        }
        let room = LONGEST_PASTE.saturating_sub(self.held.len());
        let again = usize::from(byte == ESC);
        self.held.extend(PASTE_END.iter().take(matched).chain((again == 0).then_some(&byte)).take(room));
        self.state = State::Paste { matched: again };
    }

    fn paste(&mut self) -> Sequence {
        Sequence::Paste(String::from_utf8_lossy(&std::mem::take(&mut self.held)).into_owned())
    }

    fn text(&mut self, byte: u8, osc: bool, (missing, control): (u8, bool), into: &mut Vec<Sequence>) {
        let continues = missing > 0 && is_continuation(byte);
        match byte {
            CTRL_C => self.ground(byte, false, into),
            CAN | SUB => self.held.clear(),
            ESC => self.state = State::TextEscape { osc },
            BEL if osc => self.text_done(osc, into),
            0x9c if !continues || control => {
                if continues && osc {
                    self.held.pop();
                }
                self.text_done(osc, into);
            }
            _ => {
                let missing = if continues { missing - 1 } else { following(byte) };
                if osc && self.held.len() < LONGEST_STRING {
                    self.held.push(byte);
                }
                self.state = State::Text { osc, introducer: None, missing, control: byte == 0xc2 };
            }
        }
    }

    fn text_done(&mut self, osc: bool, into: &mut Vec<Sequence>) {
        let text = std::mem::take(&mut self.held);
        if osc {
            into.push(Sequence::Osc(text));
        }
    }
}

const fn is_continuation(byte: u8) -> bool {
    matches!(byte, 0x80..=0xbf)
}

/// How many bytes belong to a character that begins with this one.
const fn following(byte: u8) -> u8 {
    match byte {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => 0,
    }
}
