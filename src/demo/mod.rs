//! The simulated account behind `--demo`: it lives, reacts to changes, and is the same for the same seed.
