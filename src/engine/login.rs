//! The words for how long a login lasts, in the header and before work that may outlive it.
//! Pure text; no clock, no file, no key.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::change::plan::Plan;
use crate::text::{moment, span};
use crate::world::{LoginHorizon, Scope, World};

/// What stands in the header: `login until 15:04`; `None` where no end is known.
#[must_use]
pub fn header(login: &LoginHorizon, now: Timestamp, zone: &TimeZone) -> Option<String> {
    let until = login.until?;
    Some(match until <= now {
        true => "login ended".to_owned(),
        false => format!("login until {}", moment(until, now, zone)),
    })
}

/// The login that ends first among those of `scopes`; `None` where no end is known.
pub fn first_to_end<'a>(scopes: impl Iterator<Item = &'a Scope>, world: &'a World) -> Option<&'a LoginHorizon> {
    let known = scopes.filter_map(|scope| world.identity(scope)?.login.as_ref().filter(|login| login.until.is_some()));
    known.min_by_key(|login| login.until)
}

/// What a reader should know of their login before `plan`, which may outlive it.
#[must_use]
pub fn before(plan: &Plan, world: &World, now: Timestamp, zone: &TimeZone) -> Option<String> {
    warning(first_to_end(plan.scopes(), world)?, now, zone)
}

/// What a reader should know before work that may outlive it.
fn warning(login: &LoginHorizon, now: Timestamp, zone: &TimeZone) -> Option<String> {
    let until = login.until.filter(|_| login.ends_soon(now))?;
    let left = span(until.duration_since(now).as_secs());
    Some(format!(
        "the login ends {}, in {left}: what goes on inside AWS goes on, toban waits for a new login to go on and to watch it",
        moment(until, now, zone)
    ))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn login(keys: Option<&str>, until: Option<&str>) -> LoginHorizon {
        LoginHorizon { by: "IAM Identity Center", keys_until: keys.map(at), until: until.map(at) }
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
}
