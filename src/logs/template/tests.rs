//! Templates found again: planted ones by precision and recall over pairs of lines, and what tells one from another.

use rstest::rstest;

use super::*;

/// What programs write, with `{n}`, `{id}`, `{ip}`, `{t}`, `{w}` and `{path}` where they write something else each time.
const PLANTED: [(&str, Level); 14] = [
    ("{t} INFO GET {path} 200 in {n}ms", Level::Info),
    ("{t} ERROR GET {path} 502 upstream {ip}:8080 closed the connection", Level::Error),
    ("{t} INFO user {w} signed in from {ip}", Level::Info),
    ("{t} WARN pool is busy: {n} of {n} connections in use", Level::Warn),
    ("{t} ERROR query timed out after {n} ms on db-{n}", Level::Error),
    ("{t} ERROR could not reserve seat {id}: deadlock detected", Level::Error),
    ("{t} INFO cache hit ratio {n} percent over {n} keys", Level::Info),
    ("{t} DEBUG request {id} took {n} ms", Level::Debug),
    ("START RequestId: {id} Version: $LATEST", Level::None),
    ("REPORT RequestId: {id} Duration: {n} ms Memory: {n} MB", Level::None),
    ("{\"level\":\"error\",\"msg\":\"payment {id} refused by bank\",\"took\":{n}}", Level::Error),
    ("{\"level\":\"info\",\"msg\":\"invoice {n} sent\",\"to\":\"{w}\",\"took\":{n}}", Level::Info),
    ("予約 {n} 件を処理しました", Level::None),
    ("panic: runtime error: index out of range [{n}] with length {n}", Level::Fatal),
];

fn written(template: &str, dice: &mut fastrand::Rng) -> String {
    let mut line = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        line.push_str(before);
        let end = from.find('}').unwrap_or(0);
        let (name, after) = from.split_at(end + 1);
        match name {
            "{n}" => line.push_str(&dice.u32(1..90_000).to_string()),
            "{id}" => line.push_str(&format!(
                "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                dice.u32(..),
                dice.u16(..),
                dice.u16(0..4096),
                dice.u16(0..4096),
                dice.u64(0..1 << 48)
            )),
            "{ip}" => line.push_str(&format!("10.{}.{}.{}", dice.u8(..), dice.u8(..), dice.u8(..))),
            "{t}" => line.push_str(&format!(
                "2026-11-30T14:{:02}:{:02}.{:03}Z",
                dice.u8(0..60),
                dice.u8(0..60),
                dice.u16(0..1000)
            )),
            "{w}" => line.push_str(["sato", "suzuki", "tanaka", "kato"][dice.usize(0..4)]),
            "{path}" => line.push_str(&format!("/api/items/{}", dice.u32(..))),
            _ => {
                line.push('{');
                rest = from.get(1..).unwrap_or_default();
                continue;
            }
        }
        rest = after;
    }
    line.push_str(rest);
    line
}

#[test]
fn planted_templates_are_found_again() {
    for seed in 0..6 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut miner = Miner::default();
        let lines: Vec<(usize, u32)> = (0..1500)
            .map(|at| {
                let planted = dice.usize(0..PLANTED.len());
                let line = written(PLANTED[planted].0, &mut dice);
                (planted, miner.learn(&line, Level::of(&line), at))
            })
            .collect();
        let (mut together, mut right, mut meant) = (0_u64, 0_u64, 0_u64);
        for (at, one) in lines.iter().enumerate() {
            for other in &lines[at + 1..] {
                let (found, planted) = (one.1 == other.1, one.0 == other.0);
                together += u64::from(found);
                meant += u64::from(planted);
                right += u64::from(found && planted);
            }
        }
        let (precision, recall) = (right * 100 / together, right * 100 / meant);
        assert!(precision >= 97 && recall >= 95, "seed {seed}: precision {precision} %, recall {recall} %");
    }
}

#[test]
fn every_planted_line_has_its_level() {
    let mut dice = fastrand::Rng::with_seed(7);
    for (template, level) in PLANTED {
        let line = written(template, &mut dice);
        assert_eq!(Level::of(&line), level, "{line}");
    }
}

#[rstest]
#[case("took=31ms", "took=<*>")]
#[case("10.0.1.5:8080", "<*>")]
#[case("[2026-11-30T14:00:01.250+09:00]", "[<*>]")]
#[case("req-0123456789abcdef", "req-<*>")]
#[case("s3://bucket/v2/key", "s3://bucket/v2/key")]
#[case("HTTP/1.1\"", "HTTP/<*>\"")]
#[case("deadbeef", "deadbeef")]
#[case("予約12件", "予約12件")]
fn what_varies_by_its_looks_is_replaced(#[case] word: &str, #[case] expected: &str) {
    assert_eq!(masked(word), expected);
}

#[test]
fn failures_stand_apart_from_successes_of_the_same_words() {
    let mut miner = Miner::default();
    let fine = miner.learn("GET /api/health 200 3", Level::None, 1);
    let failed = miner.learn("GET /api/health 502 3", Level::None, 2);
    assert_ne!(fine, failed);
    assert_eq!(miner.learn("GET /api/health 503 9", Level::None, 3), failed);
}

#[test]
fn what_is_new_and_grave_comes_first_then_the_gravest_then_the_most_frequent() {
    let mut miner = Miner::default();
    for at in 0..50 {
        miner.learn("INFO all is well", Level::Info, at);
    }
    miner.learn("ERROR an old trouble", Level::Error, 1);
    miner.learn("ERROR an old trouble", Level::Error, 90);
    miner.learn("WARN a new trouble", Level::Warn, 80);
    miner.learn("INFO a new greeting", Level::Info, 81);
    let order: Vec<String> = miner.worst_first(Some(70)).iter().map(|template| template.text()).collect();
    assert_eq!(order, ["WARN a new trouble", "ERROR an old trouble", "INFO a new greeting", "INFO all is well"]);
    let old = miner.template(2).expect("the second");
    assert_eq!((old.count, old.first, old.last), (2, 1, 90));
}

#[test]
fn there_is_no_end_of_templates_to_fill_the_memory() {
    let mut miner = Miner::default();
    let word = |n: u32| n.to_string().bytes().map(|digit| char::from(b'a' + (digit - b'0'))).collect::<String>();
    for n in 0..3000 {
        miner.learn(&format!("{} {}", word(n), word(n * 7)), Level::None, 0);
    }
    assert_eq!((miner.worst_first(None).len(), miner.unclustered()), (2000, 1000));
    assert_eq!(miner.learn("", Level::None, 0), 0);
}
