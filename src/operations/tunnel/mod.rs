//! Tunnels to databases and to ports behind instances and tasks: where one leads (`target`), who carries it (`bastion`) and may (`permissions`), and what to type
//! at it (`connect_strings`). Pure: the tunnel itself is kept by `engine::tunnel_supervisor`.

mod bastion;
mod connect_strings;
mod permissions;
pub mod request;
mod target;

pub use bastion::{Candidates, Carrier, Entry, Unchosen, candidates, wants};
pub use connect_strings::{Line, lines, tls, usual_local};
pub use permissions::{Permitted, permitted};
pub use target::{Behind, Family, Remote, carries, leads_to, remote, through};
