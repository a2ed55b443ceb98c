//! Tunnels to databases: where one leads (`remote`), who carries it (`choose`) and may (`rights`), what to type at it (`strings`), and the
//! tunnel itself (`live`), which outlives the sessions that carry it. Only `live` does anything; the rest is pure.

mod choose;
mod live;
mod remote;
mod rights;
mod strings;

pub use choose::{Candidates, Carrier, Entry, Unchosen, candidates, wants};
pub use live::{Begun, Health, Opens, Pace, State, Tunnel};
pub use remote::{Family, Remote, leads_to, remote};
pub use rights::{Permitted, permitted};
pub use strings::{Line, lines, tls, usual_local};
