//! Tunnels of the console: opened, told of while they live, carried by somebody else, closed when it leaves.
//! What passes through them is the session's.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{MissedTickBehavior, timeout};

use super::Runner;
use crate::console::msg::{Event, Msg};
use crate::console::tunnels::Report;
use crate::engine::open_tunnel;
use crate::engine::tunnel_supervisor::Tunnel;
use crate::operations::tunnel::Carrier;
use crate::operations::tunnel::request::TunnelRequest;
use crate::world::World;

/// How long closing tunnels may take when the console leaves.
const FAREWELL: Duration = Duration::from_secs(8);

impl Runner {
    /// Opens a tunnel, and keeps telling how it is doing.
    pub(super) async fn dig(&mut self, id: u64, dig: TunnelRequest, world: &World) {
        let journal_writer = self.journal_writer(world, &dig.remote.id.scope);
        match open_tunnel::open(Arc::clone(&self.cloud), dig, journal_writer).await {
            Ok(tunnel) => {
                self.follow(id, &tunnel);
                self.tunnels.insert(id, tunnel);
            }
            Err(why) => self.say(Event::TunnelGone(id, Some(why))),
        }
    }

    /// Says who can carry a tunnel now.
    pub(super) fn carry(&self, id: u64, carriers: Vec<Carrier>) {
        if let Some(tunnel) = self.tunnels.get(&id) {
            tunnel.carried_by(carriers);
        }
    }

    /// Opens a tunnel that rests, or is stuck, again.
    pub(super) fn redig(&self, id: u64) {
        if let Some(tunnel) = self.tunnels.get(&id) {
            tunnel.reopen();
        }
    }

    /// Tells how a tunnel is doing whenever that changes, and what passes through it once a second while something does.
    pub(super) fn follow(&self, id: u64, tunnel: &Tunnel) {
        let (mut state, counters, address) = (tunnel.state(), tunnel.counters(), tunnel.address());
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::spawn(async move {
            let mut looks = tokio::time::interval(Duration::from_secs(1));
            looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut told = None;
            loop {
                let report = Report { address, state: state.borrow_and_update().clone(), traffic: counters.read() };
                if told.as_ref() != Some(&report) {
                    told = Some(report.clone());
                    if tell.send(Msg { now: cloud.now(), news: Event::Tunnel(id, report) }).is_err() {
                        return;
                    }
                }
                let changed = tokio::select! {
                    changed = state.changed() => changed,
                    _ = looks.tick() => Ok(()),
                };
                if changed.is_err() {
                    return;
                }
            }
        });
    }

    /// Closes a tunnel, here and there.
    pub(super) fn fill(&mut self, id: u64) {
        let Some(tunnel) = self.tunnels.remove(&id) else { return };
        let work = async move {
            tunnel.close().await;
            Event::TunnelGone(id, None)
        };
        self.spawn(work, move |fault| Event::TunnelGone(id, Some(fault.sentence())));
    }

    /// Closes what the console held open. Does not wait for ever for an AWS that does not answer.
    pub async fn leave(self) {
        let all = join_all(self.tunnels.into_values().map(Tunnel::close));
        if timeout(FAREWELL, all).await.is_err() {
            tracing::warn!("not every tunnel could be closed in time; AWS ends what is left once it idles");
        }
    }
}
