//! A local scheduler that goes on: looks, takes up what is due, and looks again in time, while what it took up goes on
//! by itself.
//! Decides nothing of what is due.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp};

use super::{AGAIN, LocalScheduler, plus};
use crate::cloud::at_work;
use crate::world::EnvironmentName;

/// Goes on for ever; `tell` hears what was done. What can't be told is tried again.
pub async fn run_loop(local_scheduler: &LocalScheduler, tell: &mut (dyn FnMut(Timestamp, String) + Send)) {
    let here = at_work(&local_scheduler.cloud);
    let mut works = FuturesUnordered::new();
    let mut busy: BTreeSet<EnvironmentName> = BTreeSet::new();
    // What stands in the way, of looking or of an environment: told once.
    let mut standing: BTreeMap<Option<EnvironmentName>, Vec<String>> = BTreeMap::new();
    loop {
        let mut due = plus(here.now(), local_scheduler.poll_interval);
        match local_scheduler.look(&here, &busy).await {
            Ok((message, taken)) => {
                news(&mut standing, None, message).into_iter().for_each(|message| tell(here.now(), message));
                for (name, work) in taken {
                    busy.insert(name);
                    works.push(work);
                }
            }
            Err(fault) => {
                tell(here.now(), fault.sentence());
                due = plus(here.now(), AGAIN);
            }
        }
        loop {
            let left = due.duration_since(here.now()).max(SignedDuration::ZERO);
            tokio::select! {
                // What is done says when to look again.
                biased;
                Some(done) = works.next(), if !works.is_empty() => {
                    busy.remove(&done.name);
                    due = due.min(plus(done.at, done.round.next));
                    let new = news(&mut standing, Some(done.name), done.round.standing);
                    new.into_iter().chain(done.round.said).for_each(|message| tell(done.at, message));
                }
                () = here.pause(left) => break,
            }
        }
    }
}

/// What of `says` was not told yet of whoever it is about; what does not stand any more can be told again.
fn news(
    standing: &mut BTreeMap<Option<EnvironmentName>, Vec<String>>,
    of: Option<EnvironmentName>,
    message: Vec<String>,
) -> Vec<String> {
    let told = standing.insert(of, message.clone()).unwrap_or_default();
    message.into_iter().filter(|message| !told.contains(message)).collect()
}
