//! Tests of how alarms are read, judged, counted and listed.

use rstest::rstest;

use super::measured_value::{figure, number};
use super::{Alarm, AlarmMetric, Alarms, in_words, leads_to, measured, only_warns, reading, scales};
use crate::display::Section;
use crate::kinds::Counts;
use crate::kinds::Kind;
use crate::kinds::mute_rule::{MuteRule, Window};
use crate::kinds::testing_samples::*;
use crate::world::{Arn, Fault, FaultKind, Health, Resource};

fn topic(name: &str) -> Arn {
    Arn::from(format!("arn:aws:sns:ap-northeast-1:123456789012:{name}"))
}

fn telling(topics: &[&str]) -> Alarm {
    Alarm { alarm_actions: topics.iter().map(|name| topic(name)).collect(), ..firing() }
}

#[rstest]
#[case::ok(alarm(), Health::Well)]
#[case::fires(firing(), Health::Bad)]
#[case::muted(Alarm { actions_enabled: false, ..firing() }, Health::Worrying)]
#[case::nobody_told(telling(&[]), Health::Worrying)]
#[case::warning_topic(telling(&["warning-alerts"]), Health::Worrying)]
#[case::both_topics(telling(&["warning-alerts", "critical-alerts"]), Health::Bad)]
#[case::suppressed(Alarm { suppressed_by: Some("maintenance".to_owned()), ..firing() }, Health::Worrying)]
#[case::no_data(Alarm { state: "INSUFFICIENT_DATA".to_owned(), ..alarm() }, Health::Well)]
#[case::odd(Alarm { state: "SHINY".to_owned(), ..alarm() }, Health::Unknown)]
fn states(#[case] alarm: Alarm, #[case] health: Health) {
    assert_eq!(Shelves::default().seen(true, |cx| Alarms::assess(&alarm, cx)).unwrap().health, health);
}

#[rstest]
#[case("warning-alerts", true)]
#[case("dev_info", true)]
#[case("notice", true)]
#[case("Warn-Topic", true)]
#[case("information-desk", false)]
#[case("warnings", true)]
#[case("kajimaru", false)]
fn topics_for_warnings(#[case] name: &str, #[case] warns: bool) {
    assert_eq!(only_warns(&telling(&[name])), warns);
}

#[test]
fn an_alarm_that_scales_and_tells_somebody_counts() {
    let policy = Arn::from("arn:aws:autoscaling:ap-northeast-1:123456789012:scalingPolicy:1:policyName/y");
    let both = Alarm { alarm_actions: vec![policy.clone(), topic("critical-alerts")], ..firing() };
    let warns = Alarm { alarm_actions: vec![policy.clone(), topic("warning-alerts")], ..firing() };
    let later = Alarm { alarm_actions: vec![policy], ok_actions: vec![topic("critical-alerts")], ..firing() };
    let mut counts = Counts::default();
    Shelves::default().seen(true, |cx| {
        for (alarm, health) in [(&both, Health::Bad), (&warns, Health::Worrying), (&later, Health::Worrying)] {
            assert_eq!(Alarms::assess(alarm, cx).unwrap().health, health);
            Alarms::count(alarm, cx, &mut counts);
        }
    });
    assert_eq!((counts.alarms_total, counts.alarms_firing), (3, 3));
}

#[test]
fn scaling_alarms_have_no_say_and_do_not_count() {
    let by_action = Alarm {
        alarm_actions: vec![Arn::from(
            "arn:aws:autoscaling:ap-northeast-1:123456789012:scalingPolicy:1:resource/ecs/service/x:policyName/y",
        )],
        ..firing()
    };
    let by_name = Alarm {
        name: "TargetTracking-service/city-prod/Backend-AlarmHigh-1".to_owned(),
        alarm_actions: Vec::new(),
        ..firing()
    };
    let mut counts = Counts::default();
    Shelves::default().seen(true, |cx| {
        for alarm in [by_name, by_action] {
            assert!(scales(&alarm));
            assert_eq!(Alarms::assess(&alarm, cx), None);
            assert_eq!(Alarms::rows(&alarm, cx)[0].health, None, "in ALARM it is not marked as well");
            let calm = Alarm { state: "OK".to_owned(), ..alarm.clone() };
            assert_eq!(Alarms::rows(&calm, cx)[0].health, Some(Health::Well));
            Alarms::count(&alarm, cx, &mut counts);
        }
        Alarms::count(&Alarm { actions_enabled: false, ..firing() }, cx, &mut counts);
        Alarms::count(&alarm(), cx, &mut counts);
    });
    assert_eq!((counts.alarms_total, counts.alarms_firing, counts.alarms_muted), (2, 1, 1));
}

#[test]
fn what_another_account_measures_is_not_taken_for_ours() {
    let own = AlarmMetric { account: None, ..alarm().metrics.remove(0) };
    let theirs = AlarmMetric { account: Some("222222222222".to_owned()), ..own.clone() };
    let (own, theirs) = (Alarm { metrics: vec![own], ..firing() }, Alarm { metrics: vec![theirs], ..firing() });
    let service = Shelves::default().with([service()]);
    service.seen(true, |cx| {
        assert!(leads_to(&own, cx).is_some());
        assert_eq!(leads_to(&theirs, cx), None);
    });
    assert_eq!(in_words(&theirs), "CPUUtilization of account 222222222222");
    let ties = |alarm: &Alarm| Alarms::subject(alarm, &scope()).unwrap().ties;
    assert!(ties(&own).len() > ties(&theirs).len(), "{:?}", ties(&theirs));
    // A topic of the same name in the account of those who are on duty.
    let abroad = Arn::from("arn:aws:sns:ap-northeast-1:222222222222:critical-alerts");
    let told = Alarm { alarm_actions: vec![abroad], ..own.clone() };
    assert!(ties(&told).len() < ties(&own).len(), "{:?}", ties(&told));
}

#[rstest]
#[case::one(
    "Threshold Crossed: 1 out of the last 1 datapoints [91.0 (21/11/26 04:54:00)] was greater than the threshold (80.0) (minimum 1 datapoint for OK -> ALARM transition).",
    Some(91.0),
    Some(80.0),
    false
)]
#[case::old_form(
    "Threshold Crossed: 1 datapoint [5.5 (21/11/26 04:54:00)] was greater than or equal to the threshold (1.0).",
    Some(5.5),
    Some(1.0),
    false
)]
#[case::newest_first(
    "Threshold Crossed: 2 out of the last 3 datapoints [91.25 (21/11/26 04:56:00), 85.0 (21/11/26 04:55:00)] were greater than the threshold (80.0) (minimum 2 datapoints for OK -> ALARM transition).",
    Some(91.25),
    Some(80.0),
    false
)]
#[case::not(
    "Threshold Crossed: 1 datapoint [0.0 (21/11/26 04:54:00)] was not greater than the threshold (10.0).",
    Some(0.0),
    Some(10.0),
    false
)]
#[case::small(
    "Threshold Crossed: 1 datapoint [1.0E-4 (21/11/26 04:54:00)] was less than the threshold (0.5).",
    Some(0.0001),
    Some(0.5),
    false
)]
#[case::no_points(
    "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].",
    None,
    Some(80.0),
    true
)]
#[case::insufficient("Insufficient Data: 1 datapoint was unknown.", None, Some(80.0), true)]
#[case::fresh("Unchecked: Initial alarm creation", None, Some(80.0), true)]
#[case::by_hand("set by hand for a test", None, Some(80.0), false)]
fn reasons(#[case] reason: &str, #[case] value: Option<f64>, #[case] threshold: Option<f64>, #[case] missing: bool) {
    let read = reading(&Alarm { reason: Some(reason.to_owned()), ..firing() });
    assert_eq!((read.value, read.threshold, read.missing), (value, threshold, missing));
}

#[test]
fn the_json_of_the_reason_goes_first() {
    let data = r#"{"version":"1.0","queryDate":"2026-11-21T04:59:00.000+0000","statistic":"Average","period":300,"recentDatapoints":[91.5],"threshold":80.0,"evaluatedDatapoints":[{"timestamp":"2026-11-21T04:54:00.000+0000","sampleCount":5.0,"value":91.5}]}"#;
    let alarm = Alarm { reason_data: Some(data.to_owned()), ..firing() };
    assert_eq!(measured(&alarm, &tokyo()).as_deref(), Some("CPUUtilization 91.5 % > 80 for 5 min (13:54)"));
    let broken = Alarm { reason_data: Some("{".to_owned()), ..firing() };
    assert_eq!(measured(&broken, &tokyo()).as_deref(), Some("CPUUtilization 91 % > 80 for 5 min (13:54)"));
}

#[rstest]
#[case("CPUUtilization", 91.0, "91 %")]
#[case("TargetResponseTime", 2.345, "2.35 s")]
#[case("FreeStorageSpace", 2_147_483_648.0, "2 GiB")]
#[case("HTTPCode_Target_5XX_Count", 12.0, "12")]
#[case("AuroraReplicaLag", 1500.0, "1500 ms")]
#[case("x", 1234.56, "1234.6")]
#[case("x", -0.5, "-0.5")]
fn figures(#[case] metric: &str, #[case] value: f64, #[case] message: &str) {
    assert_eq!(figure(metric, value), message);
}

#[test]
fn odd_numbers_are_no_trouble() {
    for odd in [f64::NAN, f64::INFINITY, f64::MIN, f64::MAX] {
        assert!(!number(odd, "FreeStorageSpace").is_empty());
    }
}

fn of(dimensions: &[(&str, &str)]) -> Alarm {
    let dimensions = dimensions.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let metric = AlarmMetric { dimensions, ..alarm().metrics.remove(0) };
    Alarm { metrics: vec![metric], ..alarm() }
}

#[rstest]
#[case(&[("ClusterName", "city-prod"), ("ServiceName", "Backend")], "CPUUtilization of service Backend", Some("service Backend"))]
#[case(&[("ClusterName", "city-prod")], "CPUUtilization of cluster city-prod", None)]
#[case(&[("DBInstanceIdentifier", "city-db")], "CPUUtilization of database city-db", Some("database city-db"))]
#[case(&[("DBClusterIdentifier", "backend-db")], "CPUUtilization of database backend-db", Some("database backend-db"))]
#[case(&[("LoadBalancer", "app/city-alb/fedcba9876543210")], "CPUUtilization of load balancer city-alb", Some("load balancer city-alb"))]
#[case(&[("LoadBalancer", "app/city-alb/fedcba9876543210"), ("TargetGroup", "targetgroup/city-backend/0123456789abcdef")], "CPUUtilization of target group city-backend", Some("target group city-backend"))]
#[case(&[("InstanceId", "i-0123456789abcdef0")], "CPUUtilization of instance i-0123456789abcdef0", Some("instance i-0123456789abcdef0"))]
#[case(&[("FunctionName", "count")], "CPUUtilization of function count", None)]
#[case(&[("QueueName", "jobs")], "CPUUtilization of QueueName jobs", None)]
#[case(&[], "CPUUtilization", None)]
fn what_it_watches(#[case] dimensions: &[(&str, &str)], #[case] words: &str, #[case] leads: Option<&str>) {
    let shelves = Shelves::default()
        .with([service()])
        .with([database()])
        .with([cluster()])
        .with([group()])
        .with([balancer()])
        .with([instance()]);
    let alarm = of(dimensions);
    assert_eq!(in_words(&alarm), words);
    assert_eq!(shelves.seen(true, |cx| leads_to(&alarm, cx)).map(|(name, _)| name).as_deref(), leads);
}

#[test]
fn a_composite_alarm_tells_its_rule() {
    let alarm = Alarm {
        metrics: Vec::new(),
        rule: Some("ALARM(\"a\") OR ALARM(\"b\")".to_owned()),
        reason: None,
        threshold: None,
        ..firing()
    };
    assert_eq!(in_words(&alarm), "other alarms: ALARM(a) OR ALARM(b)");
    let assessment = Shelves::default().seen(true, |cx| Alarms::assess(&alarm, cx)).unwrap();
    assert_eq!(assessment.why.as_deref(), Some("alarm backend-cpu: its rule holds: ALARM(a) OR ALARM(b)"));
}

#[test]
fn an_alarm_that_never_had_data_asks_for_its_metric() {
    let alarm = Alarm { state: "INSUFFICIENT_DATA".to_owned(), since: Some(ago(2 * 1440)), ..alarm() };
    let assessment = Shelves::default().seen(true, |cx| Alarms::assess(&alarm, cx)).unwrap();
    assert_eq!(assessment.why.as_deref(), Some("alarm backend-cpu has had no data for 2 d: does its metric exist?"));
}

#[test]
fn its_object_line_and_page() {
    let shelves = Shelves::default().with([service()]);
    shelves.seen(true, |cx| {
        let listed = Alarms::to_json(&firing(), cx).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&listed).unwrap(), @r#"
    {
      "name": "backend-cpu",
      "type": "metric",
      "state": "alarm",
      "evaluation": null,
      "since": "2026-11-21T13:59:11+09:00",
      "reason": "Threshold Crossed: 1 out of the last 1 datapoints [91.0 (21/11/26 04:54:00)] was greater than the threshold (80.0) (minimum 1 datapoint for OK -> ALARM transition).",
      "muted": false,
      "mute_rule": null,
      "health": "bad",
      "why": "alarm backend-cpu: CPUUtilization 91 % > 80 for 5 min (13:54)"
    }
    "#);
        let rows = Alarms::rows(&firing(), cx);
        let texts: Vec<&str> = rows[0].cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "backend-cpu",
                "alarm",
                "13:59",
                "CPUUtilization of service Backend",
                "alarm backend-cpu: CPUUtilization 91 % > 80 for 5 min (13:54)"
            ]
        );
        let sections = Alarms::detail(&firing(), cx);
        let Section::Facts { facts, .. } = &sections[0] else { panic!("facts first") };
        let about = facts.iter().find(|fact| fact.label == "about").unwrap();
        assert_eq!(about.open, Some(service().id(&scope())));
        let Section::Table { rows, columns, .. } = &sections[1] else { panic!("then metrics") };
        assert!(rows.iter().all(|row| row.cells.len() == columns.len()));
    });
    assert!(Alarms::web(&alarm(), &scope()).unwrap().ends_with("#alarmsV2:alarm/backend-cpu"));
}

fn rule(name: &str, status: &str, window: Option<(&str, &str)>) -> MuteRule {
    MuteRule {
        arn: Arn::from(format!("arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm-mute-rule:{name}")),
        name: name.to_owned(),
        status: status.to_owned(),
        alarms: vec!["backend-cpu".to_owned()],
        window: window.map(|(from, until)| Window { from: at(from), until: at(until) }),
    }
}

const HOLDS: (&str, &str) = ("2026-11-21T04:00:00Z", "2026-12-06T04:00:00Z");

#[rstest]
#[case::holds(vec![rule("a", "ACTIVE", Some(HOLDS))], Some("muted until 2026-12-06 13:00"))]
#[case::the_longest(
    vec![
        rule("a", "ACTIVE", Some(("2026-11-21T04:00:00Z", "2026-11-21T08:00:00Z"))),
        rule("b", "ACTIVE", Some(HOLDS)),
        rule("c", "ACTIVE", None),
    ],
    Some("muted until 2026-12-06 13:00")
)]
#[case::recurs(vec![rule("a", "ACTIVE", None)], Some("muted now, by a rule that recurs"))]
#[case::its_hours_are_others(vec![rule("a", "SCHEDULED", None)], None)]
#[case::begins_soon(
    vec![rule("a", "SCHEDULED", Some(("2026-11-21T05:03:00Z", "2026-11-21T08:00:00Z")))],
    Some("muted from 14:03 until 17:00")
)]
#[case::begins_one_day(vec![rule("a", "SCHEDULED", Some(("2026-11-25T05:03:00Z", "2026-11-25T08:00:00Z")))], None)]
#[case::over_since_it_was_read(
    vec![rule("a", "ACTIVE", Some(("2026-11-21T01:00:00Z", "2026-11-21T05:00:00Z")))],
    None
)]
#[case::of_another(vec![MuteRule { alarms: vec!["other".to_owned()], ..rule("a", "ACTIVE", Some(HOLDS)) }], None)]
fn what_a_mute_rule_makes_of_its_line(#[case] rules: Vec<MuteRule>, #[case] message: Option<&str>) {
    let why = |alarm: &Alarm| {
        Shelves::default().with(rules.clone()).seen(true, |cx| Alarms::rows(alarm, cx)[0].cells[4].text.clone())
    };
    assert_eq!(why(&alarm()), message.unwrap_or_default());
    let fires = "alarm backend-cpu: CPUUtilization 91 % > 80 for 5 min (13:54)";
    let told = message.map_or(fires.to_owned(), |message| format!("{fires} ({message})"));
    assert_eq!(why(&firing()), told, "it is told once");
}

#[test]
fn a_muted_alarm_is_as_bad_as_ever_and_its_page_says_who_mutes_it() {
    let page = |shelves: &Shelves| {
        shelves.seen(true, |cx| {
            assert_eq!(Alarms::assess(&firing(), cx).map(|assessment| assessment.health), Some(Health::Bad));
            let sections = Alarms::detail(&firing(), cx);
            let Some(Section::Facts { facts, .. }) = sections.last() else { panic!("its actions come last") };
            let muted = facts.iter().find(|fact| fact.label == "muted").map(|fact| fact.value.text.clone());
            (muted, Alarms::to_json(&firing(), cx).unwrap()["mute_rule"].clone())
        })
    };
    let (message, listed) = page(&Shelves::default().with([rule("toban-sleep-city", "ACTIVE", Some(HOLDS))]));
    assert_eq!(
        message.as_deref(),
        Some("until 2026-12-06 13:00, in 14 d, by the rule toban-sleep-city: its actions are not taken")
    );
    let stamps = (&listed["from"], &listed["until"]);
    assert_eq!(stamps, (&"2026-11-21T13:00:00+09:00".into(), &"2026-12-06T13:00:00+09:00".into()));
    let denied = Fault::new(FaultKind::Denied, "cloudwatch:ListAlarmMuteRules", "no");
    let (message, listed) = page(&Shelves::default().failing::<MuteRule>(denied));
    assert_eq!(message.as_deref(), Some("not known: cloudwatch:ListAlarmMuteRules is not allowed: no"));
    assert!(listed.is_null());
    assert_eq!(page(&Shelves::default()).0, None, "not read yet, nothing is said");
}
