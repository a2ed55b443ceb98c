//! What screens are drawn with: pure pictures of the values they are given. No AWS, no clock, no
//! colours (roles only), no memory beyond the small states passed in. Nothing here panics,
//! however small the area.

pub mod area;
pub mod chart;
pub mod gauge;
pub mod graph;
pub mod grid;
pub mod hints;
pub mod input;
pub mod lines;
pub mod menu;
pub mod panel;
pub mod span_styles;
pub mod spark;
#[cfg(test)]
mod testing;
