//! Off-hours: when an environment should be up, what follows from that, and how it is put to sleep
//! and woken. Pure throughout: no clock, no input or output, no SDK type; time zones come in as values.

pub mod above;
pub mod band;
pub mod clock;
pub mod cron;
pub mod dates;
pub mod days;
pub mod desired;
pub mod drift;
pub mod due;
pub mod eligible;
pub mod error;
pub mod expression;
pub mod foreign;
pub mod holidays;
pub mod holidays_jp;
pub mod lights;
pub mod materialise;
pub mod model;
pub mod overrides;
pub mod period;
pub mod power;
pub mod preview;
pub mod prices;
pub mod record;
pub mod rest;
pub mod returning;
pub mod routine;
pub mod saga;
pub mod savings;
pub mod scaled;
pub mod service;
pub mod spans;
pub mod status;
pub mod tags;
pub mod tasks_told;
pub mod toggle;
pub mod until;
mod weekly;
pub mod window;
pub mod words;

#[cfg(test)]
mod tests;

pub use clock::ClockTime;
pub use dates::DateRange;
pub use days::Days;
pub use desired::{Cause, Desired, Edge, Intent};
pub use due::{ActionKey, Due, client_token};
pub use error::{GrammarError, ScheduleError};
pub use holidays::{Builtin, Calendar, DayClass};
pub use model::{
    Exceptions, Guard, Hold, HolidayPolicy, Holidays, Keep, Member, MemberKind, Mode, Override, Ready, Schedule, Verb,
    WakeDesired,
};
pub use overrides::{Granted, Note, Refusal};
pub use period::{Period, StopAt};
pub use preview::{AutoRestart, Preview, Warning, preview};
pub use record::Record;
pub use routine::{Backend, Routine};
pub use status::{Actual, Tasks};
pub use tags::{Bounds, Remembered};
