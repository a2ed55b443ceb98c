//! Tunnels to databases: where one leads (`remote`), who carries it (`choose`) and may (`rights`), what to type at it (`strings`), and the
//! tunnel itself (`live`), which outlives the sessions that carry it. Only `live` does anything; the rest is pure.

mod bastion;
mod connect_strings;
mod permissions;
pub mod request;
mod supervisor;
mod target;

pub use bastion::{Candidates, Carrier, Entry, Unchosen, candidates, wants};
pub use connect_strings::{Line, lines, tls, usual_local};
pub use permissions::{Permitted, permitted};
pub use supervisor::{Begun, Health, Opens, ReconnectPace, State, Tunnel};
pub use target::{Family, Remote, leads_to, remote};
