//! Schedule expressions: parsing and writing cron, rate and at, and the tag language of Lights Off.

pub mod lights_off_tags;
pub mod parse;
pub mod write;
