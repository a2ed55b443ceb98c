//! Windows of time and their ends: an edge is in the window that begins with it, and in no other. One condition a row.

use rstest::rstest;

use super::*;

#[rstest]
#[case::it_begins_with_the_start("08:45", "08:46", &["start Tue 11-24 08:45"])]
#[case::it_ends_with_the_start("08:00", "08:45", &[])]
#[case::it_begins_behind_the_start("08:46", "09:30", &[])]
#[case::it_ends_with_the_stop("08:46", "22:00", &[])]
#[case::it_begins_with_the_stop("22:00", "22:01", &["stop Tue 11-24 22:00"])]
#[case::it_holds_both("08:45", "22:01", &["start Tue 11-24 08:45", "stop Tue 11-24 22:00"])]
#[case::it_holds_the_start_alone("00:00", "22:00", &["start Tue 11-24 08:45"])]
#[case::it_is_empty("08:45", "08:45", &[])]
#[case::it_runs_backwards("22:01", "08:45", &[])]
fn a_window_has_its_beginning_and_not_its_end(#[case] from: &str, #[case] to: &str, #[case] expected: &[&str]) {
    let day = |time: &str| format!("2026-11-24 {time}");
    assert_eq!(plain(&office(), &day(from), &day(to)), expected);
}

#[rstest]
#[case::tokyo("Asia/Tokyo", "2026-11-20 00:00", "2026-11-30 00:00")]
#[case::into_summer("Europe/Berlin", "2026-03-26 00:00", "2026-04-02 00:00")]
#[case::out_of_it("America/New_York", "2026-10-29 00:00", "2026-11-05 00:00")]
fn windows_cut_at_the_edges_add_up(#[case] zone: &str, #[case] from: &str, #[case] to: &str) {
    let mut schedule = of(zone, &["mon-fri 09:00-22:00", "sat 22:00-03:00"]);
    schedule.guard = Guard::Daily;
    let none = Exceptions::default();
    let intent = Intent::new(&schedule, &none);
    let whole = intent.transitions(at(&schedule, from), at(&schedule, to));
    assert!(whole.len() > 8, "{whole:?}");
    let mut cuts: Vec<Timestamp> = vec![at(&schedule, from)];
    cuts.extend(whole.iter().map(|edge| edge.issue_at));
    cuts.push(at(&schedule, to));
    cuts.dedup();
    let tiles = cuts.iter().zip(cuts.iter().skip(1)).flat_map(|(from, to)| intent.transitions(*from, *to));
    assert_eq!(tiles.collect::<Vec<_>>(), whole);
}

#[rstest]
#[case::before_the_start("08:44", "start Tue 11-24 08:45", "start Tue 11-24 08:45", "stop Tue 11-24 22:00")]
#[case::with_the_start("08:45", "stop Tue 11-24 22:00", "start Wed 11-25 08:45", "stop Tue 11-24 22:00")]
#[case::within_the_lead("08:50", "stop Tue 11-24 22:00", "start Wed 11-25 08:45", "stop Tue 11-24 22:00")]
#[case::before_the_stop("21:59", "stop Tue 11-24 22:00", "start Wed 11-25 08:45", "stop Tue 11-24 22:00")]
#[case::with_the_stop("22:00", "start Wed 11-25 08:45", "start Wed 11-25 08:45", "stop Wed 11-25 22:00")]
fn the_next_edge_is_behind_now(#[case] now: &str, #[case] next: &str, #[case] start: &str, #[case] stop: &str) {
    let (schedule, none) = (office(), Exceptions::default());
    let (intent, now) = (Intent::new(&schedule, &none), at(&schedule, &format!("2026-11-24 {now}")));
    let told = |edge: Option<Transition>| {
        edge.map(|edge| format!("{} {}", edge.verb.word(), said(&schedule, edge.issue_at))).unwrap_or_default()
    };
    assert_eq!(told(intent.next(now)), next);
    assert_eq!(told(intent.next_of(now, PowerAction::Start)), start);
    assert_eq!(told(intent.next_of(now, PowerAction::Stop)), stop);
}

#[rstest]
#[case::a_week("2026-12-01..2026-12-07", Some("Tue 12-08 08:45"))]
#[case::into_the_next_year("2026-12-01..2027-01-03", Some("Mon 01-04 08:45"))]
#[case::the_last_day_that_is_looked_at("2026-12-01..2027-01-28", Some("Fri 01-29 08:45"))]
#[case::a_day_more("2026-12-01..2027-01-29", None)]
fn a_long_break_is_looked_over_for_sixty_days(#[case] closed: &str, #[case] next: Option<&str>) {
    let mut schedule = office();
    schedule.holidays = jp(&[closed], &[]);
    let none = Exceptions::default();
    let found = Intent::new(&schedule, &none).next(at(&schedule, "2026-11-30 22:00"));
    assert_eq!(found.map(|edge| said(&schedule, edge.issue_at)).as_deref(), next);
}
