//! The words for how long a login lasts, in the header and before work that may outlive it.
//! Pure text; no clock, no file, no key.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::change::plan::Plan;
use crate::text::{moment, span};
use crate::world::{LoginHorizon, Scope, World};

/// What stands in the header: `login until 15:04`, or `login renews by 15:04` where its token is renewed by itself as long as
/// its session lasts; `None` where nothing is known.
#[must_use]
pub fn header(login: &LoginHorizon, now: Timestamp, zone: &TimeZone) -> Option<String> {
    if let Some(until) = login.until {
        return Some(match until <= now {
            true => "login ended".to_owned(),
            false => format!("login until {}", moment(until, now, zone)),
        });
    }
    let renewal = login.renewal?;
    Some(match renewal.at_the_latest {
        Some(latest) if latest <= now => "login ended".to_owned(),
        Some(latest) if login.ends_soon(now) => format!("login until {}", moment(latest, now, zone)),
        _ if renewal.token_until <= now => "login to be renewed".to_owned(),
        _ => format!("login renews by {}", moment(renewal.token_until, now, zone)),
    })
}

/// The login that ends first among those of `scopes`, as far as an end is known; else one whose token is renewed, the one
/// that ends first; `None` where nothing is known.
pub fn first_to_end<'a>(scopes: impl Iterator<Item = &'a Scope>, world: &'a World) -> Option<&'a LoginHorizon> {
    let known = scopes.filter_map(|scope| world.identity(scope)?.login.as_ref());
    let known = known.filter(|login| login.until.is_some() || login.renewal.is_some());
    known.min_by_key(|login| match (login.until, login.renewal) {
        (Some(until), _) => (false, until),
        (None, Some(renewal)) => (true, renewal.token_until),
        (None, None) => (true, Timestamp::MAX),
    })
}

/// What a reader should know of their login before `plan`, which may outlive it.
#[must_use]
pub fn before(plan: &Plan, world: &World, now: Timestamp, zone: &TimeZone) -> Option<String> {
    warning(first_to_end(plan.scopes(), world)?, now, zone)
}

/// What a reader should know before work that may outlive it.
fn warning(login: &LoginHorizon, now: Timestamp, zone: &TimeZone) -> Option<String> {
    let then = "what goes on inside AWS goes on, toban waits for a new login to go on and to watch it";
    if let Some(until) = login.at_the_latest().filter(|_| login.ends_soon(now)) {
        let left = span(until.duration_since(now).as_secs());
        return Some(format!("the login ends {}, in {left}: {then}", moment(until, now, zone)));
    }
    let keys = login.in_doubt(now)?;
    Some(format!(
        "the keys end {}, and the token that renews them has ended: it is renewed by itself only while the session of {} \
         lasts; if that is over, {then}",
        moment(keys, now, zone),
        login.by
    ))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::world::TokenRenewal;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn login(keys: Option<&str>, until: Option<&str>) -> LoginHorizon {
        LoginHorizon { by: "IAM Identity Center", keys_until: keys.map(at), until: until.map(at), renewal: None }
    }

    const NOW: &str = "2026-11-21T05:00:00Z";

    #[rstest]
    #[case::endless(None, None, None, false)]
    #[case::renewed(Some("2026-11-21T06:00:00Z"), None, None, false)]
    #[case::ends(Some("2026-11-21T06:00:00Z"), Some("2026-11-21T09:30:00Z"), Some("login until 09:30"), false)]
    #[case::soon(None, Some("2026-11-21T05:20:00Z"), Some("login until 05:20"), true)]
    #[case::over(None, Some("2026-11-21T04:20:00Z"), Some("login ended"), true)]
    fn an_end_that_is_known_is_told_where_it_matters(
        #[case] keys: Option<&str>,
        #[case] until: Option<&str>,
        #[case] header: Option<&str>,
        #[case] soon: bool,
    ) {
        let (login, zone, now) = (login(keys, until), TimeZone::UTC, at(NOW));
        assert_eq!(super::header(&login, now, &zone).as_deref(), header);
        assert_eq!((login.ends_soon(now), warning(&login, now, &zone).is_some()), (soon, soon));
    }

    fn renewed(keys: &str, token: &str, latest: Option<&str>) -> LoginHorizon {
        let renewal = TokenRenewal { token_until: at(token), at_the_latest: latest.map(at) };
        LoginHorizon { renewal: Some(renewal), ..login(Some(keys), None) }
    }

    #[rstest]
    #[case::renewed("09:00", "05:40", Some("2027-02-01T00:00:00Z"), "login renews by 05:40", None)]
    #[case::asked_for_lately("09:00", "04:40", None, "login to be renewed", None)]
    #[case::in_doubt(
        "05:20",
        "04:40",
        None,
        "login to be renewed",
        Some("only while the session of IAM Identity Center lasts")
    )]
    #[case::registration_ends(
        "09:00",
        "05:20",
        Some("2026-11-21T05:30:00Z"),
        "login until 05:30",
        Some("the login ends 05:30, in 30 min")
    )]
    #[case::registration_ended("09:00", "04:20", Some("2026-11-21T04:30:00Z"), "login ended", Some("the login ends"))]
    fn a_token_that_is_renewed_is_told_as_that(
        #[case] keys: &str,
        #[case] token: &str,
        #[case] latest: Option<&str>,
        #[case] shown: &str,
        #[case] warned: Option<&str>,
    ) {
        let on = |time: &str| format!("2026-11-21T{time}:00Z");
        let (login, zone, now) = (renewed(&on(keys), &on(token), latest), TimeZone::UTC, at(NOW));
        assert_eq!(header(&login, now, &zone).as_deref(), Some(shown));
        let told = warning(&login, now, &zone);
        assert_eq!(told.is_some(), warned.is_some(), "{told:?}");
        assert!(warned.is_none_or(|words| told.as_deref().is_some_and(|told| told.contains(words))), "{told:?}");
    }
}
