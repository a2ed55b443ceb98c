//! `toban cache`: what is kept between runs, how old and how large it is, and forgetting it. Looks into the local store and
//! nothing else: no credentials, no network. The simulated account keeps nothing.

use jiff::Timestamp;
use serde_json::json;

use super::args::{Cache, Global};
use super::exit::{Exit, Failure};
use super::output;
use crate::config::Dirs;
use crate::store::{CachedShare, FILE, Store};
use crate::text;

/// Lists it, or forgets it.
///
/// # Errors
/// When there is no state directory, or the store cannot be used.
pub(super) fn run(global: &Global, what: &Cache) -> Result<Exit, Failure> {
    let dirs = Dirs::find(global.config.as_deref());
    let Some(dir) = dirs.state.filter(|_| !global.demo) else {
        let why = if global.demo {
            "the simulation keeps nothing"
        } else {
            "there is no state directory; set TOBAN_STATE_DIR"
        };
        return Err(Failure::new(Exit::Failed, why));
    };
    let failed = |fault: crate::store::StoreFault| Failure::new(Exit::Failed, fault.to_string());
    if !dir.join(FILE).exists() {
        match what {
            Cache::List(args) if args.json => {
                output::json(&format!("{:#}\n", json!({ "file": dir.join(FILE), "bytes": 0, "places": [] })))?
            }
            _ => output::data("nothing is kept between runs\n")?,
        };
        return Ok(Exit::Done);
    }
    let store = Store::open(&dir).map_err(failed)?;
    if let Some(notice) = store.notice() {
        output::note(&format!("toban: {notice}\n"));
    }
    match what {
        Cache::Clear => {
            let shares = shown(&store).map_err(failed)?;
            store.clear_readings(None).map_err(failed)?;
            let parts: u64 = shares.iter().map(|share| share.parts).sum();
            let forgot = text::counted(usize::try_from(parts).unwrap_or(usize::MAX), "reading");
            output::data(&format!("forgot {forgot}; the next run reads everything\n"))?;
        }
        Cache::List(args) => {
            let shares = shown(&store).map_err(failed)?;
            match args.json {
                true => output::json(&format!("{:#}\n", document(&store, &shares)))?,
                false => output::data(&table(&store, &shares, Timestamp::now()))?,
            };
        }
    }
    Ok(Exit::Done)
}

/// What is of AWS, without our own note of which source leads to which account.
fn shown(store: &Store) -> Result<Vec<CachedShare>, crate::store::StoreFault> {
    Ok(store.shares()?.into_iter().filter(|share| !share.place.account.is_empty()).collect())
}

fn document(store: &Store, shares: &[CachedShare]) -> serde_json::Value {
    let place = |share: &CachedShare| {
        json!({
            "account": share.place.account, "region": share.place.region, "kind": share.kind, "parts": share.parts,
            "bytes": share.bytes, "oldest": share.oldest, "newest": share.newest,
        })
    };
    json!({ "file": store.path(), "bytes": store.size(), "places": shares.iter().map(place).collect::<Vec<_>>() })
}

fn table(store: &Store, shares: &[CachedShare], now: Timestamp) -> String {
    let mut lines = format!("{}: {}\n", store.path().display(), text::bytes(store.size()));
    let mut last = None;
    for share in shares {
        if last != Some(&share.place) {
            let place = format!("{}/{}", share.place.account, share.place.region);
            lines.push_str(&format!("\n{}\n", text::harmless(&place)));
            last = Some(&share.place);
        }
        let age = text::ago(now.duration_since(share.oldest).as_secs());
        let size = text::bytes(share.bytes);
        lines.push_str(&format!("  {:<20} {size:>9}  oldest {age}\n", text::harmless(&share.kind)));
    }
    lines
}
