//! Chords and the keymap: from key presses to commands. No drawing, no AWS.
