//! Off-hours: when an environment should be up, what follows from that, and how it is put to sleep
//! and woken. Pure throughout: no clock, no input or output, no SDK type; time zones come in as values.

pub mod active_exception;
pub mod binding;
pub mod calendar;
pub mod cost;
pub mod desired_state;
pub mod drift;
pub mod due;
pub mod expression;
pub mod model;
pub mod observed;
pub mod override_rules;
pub mod preview;
pub mod stoppable;
pub mod stored;
pub mod timeline;
pub mod transition;
pub mod wording;

#[cfg(test)]
mod tests;

pub use binding::{Backend, ScheduleBinding};
pub use calendar::date_range::DateRange;
pub use calendar::error::{GrammarError, ScheduleError};
pub use calendar::holidays::{Builtin, Calendar, DayClass};
pub use calendar::period::{Period, StopAt};
pub use calendar::time_of_day::ClockTime;
pub use calendar::weekdays::Days;
pub use desired_state::{Cause, Desired, Intent, Transition};
pub use due::{ActionKey, Due, client_token};
pub use model::{
    Exceptions, Guard, Hold, HolidayPolicy, Holidays, Member, MemberKind, Mode, Override, PowerAction, Ready, Schedule,
    TargetState, WakeDesired,
};
pub use observed::power_state::{Actual, Tasks};
pub use override_rules::{Granted, Note, Refusal};
pub use preview::{AutoRestart, Preview, Warning, preview};
pub use stored::tag_record::Record;
pub use stored::tags::{Bounds, Remembered};
