//! A tunnel that somebody asked for: to what, through whom, on which local port. Plain data.
//! Opening it is the engine's.

use crate::operations::tunnel::Carrier;
use crate::operations::tunnel::Remote;
use crate::world::EnvironmentName;

/// A tunnel to be opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TunnelRequest {
    /// The database's environment.
    pub environment: EnvironmentName,
    /// The database.
    pub remote: Remote,
    /// Who may carry it, best first.
    pub carriers: Vec<Carrier>,
    /// The local port asked for; `None` for the usual one, or any.
    pub port: Option<u16>,
    /// Why, for the records.
    pub reason: Option<String>,
}
