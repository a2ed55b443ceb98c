//! Chords and the keymap: from key presses to commands. No drawing, no AWS, no terminal library:
//! whoever reads the terminal turns its events into chords first.

mod chord;
mod editing;
mod keymap;

pub use chord::{BadChord, Chord, Key};
pub use editing::edit;
pub use keymap::{Keymap, KeymapError};
