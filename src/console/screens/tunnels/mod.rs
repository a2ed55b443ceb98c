//! The list of tunnels: each with its address, database, carrier and traffic, and below how to connect through it.
//! Makes blocks; the page itself is a sheet. Pure.

use jiff::{Timestamp, tz::TimeZone};

use super::sheet::{Block, Item, RowTarget};
use crate::console::tunnels::Tunnelled;
use crate::display::{Align, Cell, Column, Width};
use crate::engine::tunnel_supervisor::Health as Doing;
use crate::operations::tunnel::{lines, tls};
use crate::ssm::forward::crowd_words;
use crate::text;
use crate::world::Health;

const COLUMNS: &[Column] = &[
    Column::text("ADDRESS", Width::Fit(15, 21), 9),
    Column::text("DATABASE", Width::Fit(10, 40), 9),
    Column::text("STATE", Width::Fill(12), 8),
    Column::text("VIA", Width::Fit(8, 32), 5),
    Column { title: "OPEN", width: Width::Fit(4, 6), align: Align::Right, keep: 6 },
    Column { title: "IN", width: Width::Fit(6, 9), align: Align::Right, keep: 4 },
    Column { title: "OUT", width: Width::Fit(6, 9), align: Align::Right, keep: 4 },
    Column::text("SINCE", Width::Fit(5, 12), 3),
];

/// The health a tunnel's doing amounts to.
fn health(doing: &Doing) -> Health {
    match doing {
        Doing::Up => Health::Well,
        Doing::Opening | Doing::Resuming(_) => Health::Changing,
        Doing::Resting(_) | Doing::Closed => Health::Asleep,
        Doing::Slow(_) | Doing::Away | Doing::Refused | Doing::Login(_) | Doing::Waiting(_) => Health::Worrying,
        Doing::Down(_) => Health::Bad,
    }
}

/// The blocks of the page; `tunnel` is the key that opens one.
#[must_use]
pub fn blocks(tunnels: &[Tunnelled], now: Timestamp, zone: &TimeZone, tunnel: &str) -> Vec<Block> {
    let list = Block {
        key: "tunnels".to_owned(),
        columns: COLUMNS,
        items: tunnels.iter().map(|one| row(one, now, zone)).collect(),
        empty: format!("no tunnel is open; on a database, {tunnel} opens one"),
        ..Block::default()
    };
    std::iter::once(list).chain(tunnels.iter().filter_map(connect)).collect()
}

fn row(one: &Tunnelled, now: Timestamp, zone: &TimeZone) -> Item {
    let report = one.report.as_ref();
    let address = report.map_or_else(|| "opening…".to_owned(), |report| report.address.to_string());
    let (doing, via) = match report {
        Some(report) => (report.state.health.clone(), report.state.via.clone()),
        None => (Doing::Opening, None),
    };
    let how = health(&doing);
    let traffic = report.map(|report| report.traffic).unwrap_or_default();
    let refused = match traffic.refused {
        0 => String::new(),
        refused => {
            format!("; the database refused {}", text::counted(usize::try_from(refused).unwrap_or(1), "connection"))
        }
    };
    let crowd = match traffic.crowded {
        true => format!("; {}", crowd_words(usize::try_from(traffic.open).unwrap_or(usize::MAX))),
        false => String::new(),
    };
    let cells = vec![
        Cell::strong(address.clone()),
        Cell::plain(format!("{}/{}", one.dig.environment, one.dig.remote.name)),
        Cell::of(how, format!("{}{refused}{crowd}", text::mask_text(&doing.words()))),
        Cell::or_none(via.map(|(name, _)| name)),
        Cell::plain(format!("{}/{}", traffic.open, traffic.total)),
        Cell::plain(text::bytes(traffic.down)),
        Cell::plain(text::bytes(traffic.up)),
        Cell::dim(text::moment(one.since, now, zone)),
    ];
    Item::row(one.id.to_string(), address, cells).of(how).to(Some(RowTarget::Tunnel(one.id)))
}

/// How to connect through it.
fn connect(one: &Tunnelled) -> Option<Block> {
    let report = one.report.as_ref()?;
    let to = Some(RowTarget::Tunnel(one.id));
    let typed = lines(&one.dig.remote, report.address.port(), None).into_iter().map(|line| {
        Item { name: line.text.clone(), ..Item::prose(line.what, vec![Cell::plain(line.text)]) }.to(to.clone())
    });
    let carried = report.state.via.as_ref().and_then(|(_, target)| {
        let chosen = one.dig.carriers.iter().find(|carrier| carrier.target == *target)?;
        Some(Item::prose("via", vec![Cell::dim(format!("via {target}: {}", chosen.why))]))
    });
    let tls = Item::prose("tls", vec![Cell::dim(format!("TLS: {}", tls(&one.dig.remote)))]);
    Some(Block {
        key: format!("connect {}", one.id),
        title: format!("connect to {}", one.dig.remote.name),
        items: typed.chain(carried).chain([tls]).collect(),
        ..Block::default()
    })
}

#[cfg(test)]
mod tests;
