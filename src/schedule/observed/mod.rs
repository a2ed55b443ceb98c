//! What events and statuses of AWS tell of past uptime: RDS events, ECS service events, power states.
//! Pure: classifies what was read, reads nothing.

pub mod ecs_event_history;
pub mod power_state;
pub mod rds_power_events;
pub mod uptime_history;
