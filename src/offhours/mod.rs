//! What schedules mean for what was read: desired and actual states at AWS, who takes part, hours off and what they
//! saved, schedulers of others and conflicts with them. Pure: makes no call and changes nothing.

mod actual_at_aws;
mod desired_at_aws;
mod downtime_history;
pub mod event_rules;
pub mod external_schedulers;
mod rds_windows;
pub mod role_check;
mod running_cost;
mod savings;
pub mod scheduled_members;
mod status;
pub mod tag_store;

pub use tag_store::schedule_place;

pub use crate::schedule::cost::prices::Prices;
pub use actual_at_aws::{ActualAtAws, schedule_reads, unread};
pub use desired_at_aws::DesiredAtAws;
pub use external_schedulers::{ExternalSchedulers, Job, Owner, Source};
pub use running_cost::{CostPart, RunningCost};
pub use scheduled_members::{ScheduledMember, scheduled_members, scheduled_members_named};
pub use status::OffHours;
pub use tag_store::{RecordState, must_stay, note, notes, record_forbids, record_reads, room, standing, stranger};
