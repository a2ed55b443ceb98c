//! What is kept at AWS for a schedule: planned schedules, tags, records, actions, and what targets of schedules do.
//! Pure: forms and reads documents, makes no call.

pub mod planned_schedules;
pub mod restore_schedules;
pub mod scheduled_actions;
pub mod tag_record;
pub mod tags;
pub mod target_effect;
