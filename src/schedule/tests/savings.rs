//! Hours and money: real months, the worked example, and prices nobody knows.

use super::*;
use crate::schedule::cost::prices::{Item, Prices, REGION, per_hour};
use crate::schedule::cost::savings::{Hours, Part, off_hours, savings};

fn hours_of_2026(schedule: &Schedule) -> f64 {
    let none = Exceptions::default();
    (1..=12).map(|month| off_hours(Intent::new(schedule, &none), 2026, month).unwrap().off_hours()).sum()
}

#[test]
fn the_worked_example_of_an_average_month() {
    let mut daily = of("Asia/Tokyo", &["mon-sun 09:00-22:00"]);
    daily.start_lead = SignedDuration::ZERO;
    assert!((hours_of_2026(&daily) / 12.0 - 334.6).abs() < 0.05);
    let mut office = office();
    office.holidays = jp(&[], &[]);
    office.start_lead = SignedDuration::ZERO;
    // 244 work days of 261 weekdays.
    assert!((hours_of_2026(&office) - f64::from(365 * 24 - 244 * 13)).abs() < 1e-6);
    assert!((hours_of_2026(&office) / 12.0 - 465.7).abs() < 0.05);
}

#[test]
fn the_lead_counts_as_running_and_months_are_as_long_as_they_are() {
    let daily = of("Asia/Tokyo", &["mon-sun 09:00-22:00"]);
    let none = Exceptions::default();
    let november = off_hours(Intent::new(&daily, &none), 2026, 11).unwrap();
    assert_eq!((november.off, november.total), (minutes(30 * (11 * 60 - 15)), SignedDuration::from_hours(720)));
    // The month the clocks change in is an hour short, and so is one night.
    let new_york = of("America/New_York", &["mon-sun 09:00-22:00"]);
    let march = off_hours(Intent::new(&new_york, &none), 2026, 3).unwrap();
    assert_eq!((march.off, march.total), (minutes(31 * (11 * 60 - 15) - 60), SignedDuration::from_hours(743)));
}

#[test]
fn who_knows_when_people_start_by_hand() {
    let mut schedule = Schedule::new("nights_off", tokyo());
    schedule.mode = Mode::StopOnly;
    schedule.stop = vec![StopAt::parse("mon-sun", "22:00").unwrap()];
    let none = Exceptions::default();
    assert_eq!(off_hours(Intent::new(&schedule, &none), 2026, 11), None);
    assert_eq!(off_hours(Intent::new(&office(), &none), 2026, 13), None);
}

#[test]
fn an_unknown_price_stays_unknown_and_hours_come_first() {
    let part = |name: &str, item, quantity| Part { name: name.into(), item, quantity };
    let database = |class: &str| Item::DbInstance { class: class.into(), engine: "postgres".into(), multi_az: false };
    let mut office = office();
    office.holidays = jp(&[], &[]);
    office.start_lead = SignedDuration::ZERO;
    let none = Exceptions::default();
    let hours = off_hours(Intent::new(&office, &none), 2026, 11).unwrap();
    // 19 work days: 21 weekdays less two holidays.
    assert_eq!(hours.off, SignedDuration::from_hours(720 - 19 * 13));
    let parts = [
        part("db", database("db.t4g.micro"), 1.0),
        part("web cpu", Item::FargateCpu { arm: false }, 0.5),
        part("old", database("db.m5.large"), 1.0),
    ];
    let saved = savings(hours, &parts, &Prices::new(), REGION);
    assert_eq!(
        saved.to_string(),
        "off 473 h of 720 h (65.7 %) ≈ US$23.8 on-demand list, prices read 2026-10, without discounts; price unknown: old"
    );
    assert_eq!(saved.sum().1, ["old"]);
    let elsewhere = savings(hours, &parts[..1], &Prices::new(), "eu-west-1");
    assert_eq!(elsewhere.to_string(), "off 473 h of 720 h (65.7 %); price unknown: db");
}

#[test]
fn prices_of_ones_own_stand_before_the_table_and_say_so() {
    let hours = Hours { off: SignedDuration::from_hours(100), total: SignedDuration::from_hours(720) };
    let database = |class: &str, multi_az| Item::DbInstance { class: class.into(), engine: "mysql".into(), multi_az };
    let part = |name: &str, item| Part { name: name.into(), item, quantity: 2.0 };
    let parts = [part("old", database("db.t3.medium", true)), part("cpu", Item::FargateCpu { arm: false })];
    let mut prices = Prices::new();
    prices.set("db.t3.medium", 0.1).unwrap();
    assert_eq!(savings(hours, &parts, &prices, REGION).sum().1, ["old"], "a standby has a price of its own");
    prices.set("db.t3.medium mysql multi-az", 0.2).unwrap();
    let saved = savings(hours, &parts, &prices, REGION);
    assert_eq!(
        saved.to_string(),
        "off 100 h of 720 h (13.9 %) ≈ US$50.1 by your own prices, else on-demand list, read 2026-10, without discounts"
    );
    prices.set("fargate-vcpu", 0.05).unwrap();
    let own = savings(hours, &parts, &prices, "eu-west-1");
    assert_eq!(own.to_string(), "off 100 h of 720 h (13.9 %) ≈ US$50.0 by your own prices");
    prices.set("t2.micro", 0.0152).unwrap();
    assert_eq!(prices.own(&Item::Ec2 { kind: "t2.micro".into() }), Some(0.0152));
    for (name, usd) in
        [("database", 1.0), ("DB.T3.medium", 1.0), ("t2.micro mysql", 1.0), ("", 1.0), ("t2.micro", -1.0)]
    {
        assert!(prices.set(name, usd).is_err(), "{name:?} {usd}");
    }
}

#[test]
fn prices_are_exact_or_absent() {
    let db =
        |class: &str, engine: &str, multi_az| Item::DbInstance { class: class.into(), engine: engine.into(), multi_az };
    assert_eq!(per_hour(&db("db.t4g.small", "postgres", true), REGION), Some(0.101));
    for unknown in
        [db("db.m5.large", "mysql", false), db("db.t3.micro", "postgres", false), db("db.t4g.micro", "postgres", true)]
    {
        assert_eq!(per_hour(&unknown, REGION), None, "{unknown:?}");
    }
    assert_eq!(per_hour(&Item::Ec2 { kind: "t2.micro".into() }, REGION), None);
    assert_eq!(per_hour(&Item::PublicIpv4, "us-east-1"), None);
}
