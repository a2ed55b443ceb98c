//! Prices and what hours off save, dated and by region. Pure arithmetic over tables.

pub mod prices;
pub mod savings;
