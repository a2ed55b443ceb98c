//! toban: the engine behind the console and its headless commands.

pub mod text;
pub mod theme;
