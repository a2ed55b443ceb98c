//! Tags: what is written reads back, whatever the name, and what is not ours is refused.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::schedule::stored::tags::{MAX_VALUE, allowed};

#[test]
fn an_override_reads_as_people_write_it() {
    let over = Override::from_tag("running/2026-11-24T23:30+09:00/tanaka").unwrap();
    assert_eq!((over.state, over.by.as_str()), (TargetState::Running, "tanaka"));
    assert_eq!(over.until.to_string(), "2026-11-24T14:30:00Z");
    assert_eq!(over.to_tag(&tokyo()), "running/2026-11-24T23:30+09:00/tanaka");
    let nobody = Override::from_tag("stopped/2026-11-24T23:30:15Z").unwrap();
    assert_eq!((nobody.state, nobody.by.as_str()), (TargetState::Stopped, ""));
}

#[rstest]
#[case("")]
#[case("running")]
#[case("up/2026-11-24T23:30+09:00/tanaka")]
#[case("running/2026-11-24T23:30/tanaka")]
#[case("running/tomorrow/tanaka")]
fn what_is_no_override(#[case] text: &str) {
    let why = Override::from_tag(text).unwrap_err().to_string();
    assert_eq!(why, format!("`{text}` is not an override; it looks like `running/2026-11-24T23:30+09:00/tanaka`"));
    assert!(Hold::from_tag(text).unwrap_err().to_string().contains("is not a hold"));
}

#[rstest]
#[case("desired=2 min=2 max=10", Some(2), Some((2, 10)))]
#[case("desired=1", Some(1), None)]
#[case("min=0 max=3", None, Some((0, 3)))]
#[case("max=3 desired=2 min=1", Some(2), Some((1, 3)))]
#[case::zero_is_no_memory("desired=0 min=0 max=0", None, None)]
fn memories(#[case] text: &str, #[case] desired: Option<u32>, #[case] bounds: Option<(u32, u32)>) {
    let bounds = bounds.map(|(min, max)| Bounds { min, max });
    assert_eq!(text.parse(), Ok(Remembered { desired, bounds }));
}

#[rstest]
#[case("")]
#[case("desired")]
#[case("desired=two")]
#[case("desired=-1")]
#[case("desired=1 desired=2")]
#[case("min=1")]
#[case("min=3 max=1")]
#[case("desired=1 colour=red")]
fn no_memories(#[case] text: &str) {
    assert!(text.parse::<Remembered>().unwrap_err().to_string().contains("desired=2 min=2 max=10"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn overrides_and_holds_survive_their_tag(
        running in any::<bool>(), until in 946_684_800_i64..4_102_444_800, by in "[a-zA-Z0-9_.:/=+@ -]{0,40}", place in 0_usize..3
    ) {
        let zone = zone(["Asia/Tokyo", "America/New_York", "UTC"][place]);
        let state = if running { TargetState::Running } else { TargetState::Stopped };
        let over = Override { state, until: Timestamp::from_second(until).unwrap(), by: by.trim().to_owned(), reason: None };
        prop_assert_eq!(Override::from_tag(&over.to_tag(&zone)), Ok(over.clone()));
        let hold = Hold { state, until: over.until, by: over.by.clone(), reason: None };
        prop_assert_eq!(Hold::from_tag(&hold.to_tag(&zone)), Ok(hold));
    }

    #[test]
    fn any_name_makes_a_value_rds_takes(by in "\\PC{0,300}") {
        let over = Override { state: TargetState::Running, until: Timestamp::UNIX_EPOCH, by, reason: None };
        let tag = over.to_tag(&TimeZone::UTC);
        prop_assert!(tag.chars().count() <= MAX_VALUE);
        prop_assert_eq!(&allowed(&tag), &tag);
        prop_assert_eq!(Override::from_tag(&tag).unwrap().to_tag(&TimeZone::UTC), tag);
    }

    #[test]
    fn memories_survive_their_tag(desired in prop::option::of(1_u32..10_000), bounds in prop::option::of((0_u32..50, 1_u32..50))) {
        let bounds = bounds.map(|(min, more)| Bounds { min, max: min + more });
        let memory = Remembered { desired, bounds };
        prop_assume!(memory != Remembered::default());
        prop_assert_eq!(memory.to_string().parse(), Ok(memory));
        prop_assert_eq!(allowed(&memory.to_string()), memory.to_string());
    }
}
