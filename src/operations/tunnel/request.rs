//! A tunnel that somebody asked for: to what, through whom, on which local port. Plain data.
//! Opening it is the engine's.

use crate::operations::tunnel::Carrier;
use crate::operations::tunnel::Remote;
use crate::world::EnvironmentName;

/// A tunnel to be opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TunnelRequest {
    /// Its environment.
    pub environment: EnvironmentName,
    /// Where it leads.
    pub remote: Remote,
    /// Who may carry it, best first.
    pub carriers: Vec<Carrier>,
    /// Who has to carry it, by name, where that is not left to choose.
    pub via: Option<String>,
    /// The local port asked for; `None` for the usual one, or any.
    pub port: Option<u16>,
    /// Why, for the records.
    pub reason: Option<String>,
}
