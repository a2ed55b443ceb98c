//! Days, times, holidays and intervals of civil time. Pure rules; never a clock and never AWS.

pub mod date_range;
pub mod deadline;
pub mod error;
pub mod holidays;
pub mod intervals;
pub mod japan;
pub mod period;
pub mod rds_window;
pub mod time_of_day;
pub mod weekdays;
pub mod weekly;
