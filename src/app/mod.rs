//! The engine and the console: what is read when, the gate every change goes through, the
//! journal, and the loop that turns keys and arrivals into screens. Only the runner acts;
//! everything else here is values in, values out.

pub mod gate;
pub mod headless;
pub mod journal;
pub mod pace;
