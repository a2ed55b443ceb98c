//! Opening tunnels for both faces: the local port, and behind it sessions through the cloud's seam, each between its
//! two lines in the journal. Touches the outside through `Cloud`, the journal and loopback only.

use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::execute::JournalWriter;
use super::session::{Record, SessionRequest, open_session};
use crate::cloud::Cloud;
use crate::engine::tunnel_supervisor::{Begun, Opens, ReconnectPace, Tunnel};
use crate::operations::tunnel::request::TunnelRequest;
use crate::operations::tunnel::{Carrier, usual_local};
use crate::os::ports::holder;
use crate::ssm::channel::End;
use crate::ssm::forward::LocalListener;
use crate::ssm::start_request::StartRequest;
use crate::world::Fault;

/// A tunnel's sessions, by the cloud's seam.
struct Route {
    cloud: Arc<dyn Cloud>,
    journal_writer: JournalWriter,
    dig: TunnelRequest,
    records: Mutex<BTreeMap<String, Record>>,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Way({})", self.dig.remote.name)
    }
}

impl Route {
    fn records(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Opens for Route {
    fn open<'a>(&'a self, carrier: &'a Carrier, ask: StartRequest) -> BoxFuture<'a, Result<Begun, Fault>> {
        Box::pin(async move {
            let TunnelRequest { environment, remote, reason, .. } = &self.dig;
            let place = format!("{} via {}", remote.name, carrier.name);
            let asked = SessionRequest::new("open a tunnel to", &place, environment.clone(), remote.id.clone(), ask);
            let visiting = open_session(&*self.cloud, &asked.because(reason.clone()), &self.journal_writer).await?;
            self.records().insert(visiting.session.id.clone(), visiting.record);
            Ok(Begun { session: visiting.session.id, channel: visiting.session.channel })
        })
    }

    fn ended<'a>(&'a self, session: &'a str, end: &'a End) -> BoxFuture<'a, ()> {
        let record = self.records().remove(session);
        Box::pin(async move {
            if let Some(record) = record {
                record.close(&*self.cloud, end).await;
            }
        })
    }
}

/// Opens the local port and, behind it, the tunnel; its first session may still be on its way.
///
/// # Errors
/// A sentence: why the local port cannot be had.
pub async fn open(cloud: Arc<dyn Cloud>, dig: TunnelRequest, journal_writer: JournalWriter) -> Result<Tunnel, String> {
    let door = match dig.port {
        Some(port) => LocalListener::open(port).await.map_err(|why| match holder(port) {
            Some(who) => format!("port {port} of this machine is taken by {who}; choose another, or none for any"),
            None => format!("port {port} of this machine cannot be opened: {why}; choose another, or none for any"),
        })?,
        None => {
            let door = LocalListener::usual(usual_local(&dig.remote)).await;
            door.map_err(|why| format!("no port of this machine can be opened: {why}"))?
        }
    };
    let (remote, carriers) = (dig.remote.clone(), dig.carriers.clone());
    let way = Arc::new(Route { cloud, journal_writer, dig, records: Mutex::default() });
    Ok(Tunnel::start(Arc::new(door), &remote, carriers, way, ReconnectPace::default()))
}
