//! Starting, stopping and restarting one thing: instances, databases and database clusters, as offers, plans and procedures.
//! Pure: the calls stand in each kind's `change.rs`.

pub mod db_cluster;
pub mod db_instance;
pub mod ec2_instance;
pub mod ec2_power;
mod machine;
mod restart;
mod start_stop;

pub(crate) use db_cluster::power;
pub(crate) use db_instance::before_stop;
pub use start_stop::{RETRY_WINDOW, Switch};
