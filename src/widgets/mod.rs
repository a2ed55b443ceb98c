//! What screens are drawn with: pure pictures of the values they are given. No AWS, no clock, no
//! colours (roles only), no memory beyond the small states passed in. Nothing here panics,
//! however small the area.

pub mod area;
pub mod grid;
pub mod ink;

#[cfg(test)]
mod rig;
