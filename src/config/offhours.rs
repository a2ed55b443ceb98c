//! The part of the schema that is about off-hours: calendars, schedules, and what an environment says of its own
//! sleep. Names are resolved here, so that a schedule nobody wrote is told of with its line.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::interval::interval;
use crate::schedule::binding::group_name;
use crate::schedule::calendar::date_range::read_dates;
use crate::schedule::cost::prices::Prices;
use crate::schedule::{
    Backend, Builtin, Calendar, Guard, HolidayPolicy, Holidays, Member, Mode, Period, Ready, Record, Schedule,
    ScheduleBinding, StopAt, WakeDesired,
};
use crate::text::document::{Table, Value};
use crate::world::Arn;

/// Things by the name the file gives them; `None` for one that was refused, so that it is not also called missing.
type Named<T> = BTreeMap<String, Option<T>>;

/// `[calendar.NAME]`. Files of dates are looked for beside the configuration, in `folder`.
pub(super) fn calendars(root: &Table<'_>, folder: &Path) -> Named<Calendar> {
    named(root, "calendar", |_, table| {
        let calendar = Calendar {
            builtin: table.get("builtin").and_then(|value| builtin(&value)),
            closed: list(table, "closed", "\"2026-12-29..2027-01-03\""),
            open: list(table, "open", "\"2026-11-23\""),
            own: table.get("file").and_then(|value| dates(&value, folder)).unwrap_or_default(),
        };
        table.refuse_the_rest();
        Some(calendar)
    })
}

/// `[schedule.NAME]`.
pub(super) fn schedules(root: &Table<'_>, calendars: &Named<Calendar>) -> Named<Schedule> {
    named(root, "schedule", |value, table| {
        let schedule = schedule(value, table, calendars);
        table.refuse_the_rest();
        schedule
    })
}

fn named<T>(
    root: &Table<'_>,
    key: &'static str,
    read: impl Fn((&str, &Value<'_>), &Table<'_>) -> Option<T>,
) -> Named<T> {
    let Some(table) = root.get(key).and_then(|value| value.table()) else { return Named::new() };
    let all = table.each().into_iter();
    all.map(|(name, value)| (name.to_owned(), value.table().and_then(|inside| read((name, &value), &inside)))).collect()
}

fn list<T: std::str::FromStr<Err: std::fmt::Display>>(table: &Table<'_>, key: &'static str, like: &str) -> Vec<T> {
    let items = table.get(key).and_then(|value| value.list(like)).unwrap_or_default();
    items.iter().filter_map(|value| value.read(like)).collect()
}

fn builtin(value: &Value<'_>) -> Option<Builtin> {
    one_of(value, &Builtin::ALL.map(|builtin| (builtin.word(), builtin)))
}

fn dates(value: &Value<'_>, folder: &Path) -> Option<Vec<crate::schedule::calendar::date_range::NamedDates>> {
    let path = folder.join(value.text("\"holidays.csv\"")?);
    let text = match crate::os::read_text(&path, crate::os::LARGEST) {
        Ok(text) => text,
        Err(why) => return value.refuse(format!("{} can't be read: {why}; save it as UTF-8 text", path.display())),
    };
    read_dates(&text).map_or_else(|why| value.refuse(format!("{}, {why}", path.display())), Some)
}

fn schedule((name, value): (&str, &Value<'_>), table: &Table<'_>, calendars: &Named<Calendar>) -> Option<Schedule> {
    let zone = match table.get("timezone") {
        Some(value) => zone(&value),
        None => value.refuse("needs `timezone`, an IANA name such as \"Asia/Tokyo\"".to_owned()),
    };
    // With another zone in its place the rest is read all the same, so that everything is told at once.
    let usual = Schedule::new(name, zone.clone().unwrap_or(TimeZone::UTC));
    let modes = [Mode::Edge, Mode::Enforce, Mode::StopOnly].map(|mode| (mode.word(), mode));
    let guards = [("none", Guard::None), ("daily", Guard::Daily)];
    let mode = table.get("mode").map(|value| one_of(&value, &modes));
    let on = table.get("on").map(|value| each(&value, period));
    let stop = table.get("stop").map(|value| each(&value, stop_at));
    let holidays = table.get("holidays").map(|value| holidays(&value, calendars));
    let guard = table.get("guard").map(|value| one_of(&value, &guards));
    let length = |key, usual| table.get(key).map_or(Some(usual), |value| length(&value));
    let start_lead = length("start_lead", usual.start_lead);
    let retry_window = length("retry_window", usual.retry_window);
    let late_window = length("late_window", usual.late_window);
    let max_override = length("max_override", usual.max_override);
    let hard_end = table.get("override_hard_end").map(|value| value.read("\"03:00\""));
    zone?;
    let schedule = Schedule {
        mode: mode.unwrap_or(Some(usual.mode))?,
        on: on.unwrap_or_else(|| Some(Vec::new()))?,
        stop: stop.unwrap_or_else(|| Some(Vec::new()))?,
        holidays: match holidays {
            Some(holidays) => Some(holidays?),
            None => None,
        },
        // What somebody woke on a Saturday, or AWS after seven days, is to be caught unless somebody says otherwise.
        guard: guard.unwrap_or(Some(Guard::Daily))?,
        start_lead: start_lead?,
        retry_window: retry_window?,
        late_window: late_window?,
        max_override: max_override?,
        override_hard_end: match hard_end {
            Some(hard_end) => Some(hard_end?),
            None => None,
        },
        ..usual
    };
    match schedule.check() {
        Ok(()) => Some(schedule),
        Err(why) => value.refuse(why.to_string()),
    }
}

/// The hours of a rule, as a schedule that is on then: `hours = [{ days, from, to }]` with `timezone`.
pub(super) fn hours(table: &Table<'_>) -> Option<Schedule> {
    let zone_name = table.get("timezone");
    let Some(value) = table.get("hours") else {
        if let Some(value) = zone_name {
            value.refuse::<()>("only goes with `hours`; add some or take this out".to_owned());
        }
        return None;
    };
    let on = each(&value, period);
    let zone = match &zone_name {
        Some(value) => zone(value),
        None => value.refuse("needs `timezone`, an IANA name such as \"Asia/Tokyo\", beside it".to_owned()),
    };
    Some(Schedule { on: on?, ..Schedule::new("rule", zone?) })
}

fn zone(value: &Value<'_>) -> Option<TimeZone> {
    let name = value.text("\"Asia/Tokyo\"")?;
    match TimeZone::get(name) {
        Ok(zone) if zone.iana_name().is_some() => Some(zone),
        // Every zone is built in, but names come and go: that it is not known here does not mean that there is none.
        _ => {
            value.refuse(format!("{name:?} cannot be loaded as a time zone; write an IANA name such as \"Asia/Tokyo\""))
        }
    }
}

fn one_of<T: Copy>(value: &Value<'_>, known: &[(&str, T)]) -> Option<T> {
    let like = known.first().map(|(word, _)| format!("{word:?}")).unwrap_or_default();
    let text = value.text(&like)?;
    let words = || known.iter().map(|(word, _)| format!("{word:?}")).collect::<Vec<_>>().join(", ");
    match known.iter().find(|(word, _)| *word == text) {
        Some((_, meant)) => Some(*meant),
        None => value.refuse(format!("{text:?} is not known; write one of {}", words())),
    }
}

fn each<T>(value: &Value<'_>, read: impl Fn(&Table<'_>, &Value<'_>) -> Option<T>) -> Option<Vec<T>> {
    let items = value.list("{ days = \"mon-fri\", … }")?;
    let read = |item: &Value<'_>| {
        let table = item.table()?;
        let read = read(&table, item);
        table.refuse_the_rest();
        read
    };
    // Each is read before the first bad one counts, so that all are told of.
    let read: Vec<Option<T>> = items.iter().map(read).collect();
    read.into_iter().collect()
}

/// A text of a table that must be there.
fn needed<T: std::str::FromStr<Err: std::fmt::Display>>(
    table: &Table<'_>,
    (at, key): (&Value<'_>, &'static str),
    like: &str,
) -> Option<T> {
    match table.get(key) {
        Some(value) => value.read(like),
        None => at.refuse(format!("needs `{key}`, such as {key} = {like}")),
    }
}

fn period(table: &Table<'_>, at: &Value<'_>) -> Option<Period> {
    let days = needed(table, (at, "days"), "\"mon-fri\"");
    let from = needed(table, (at, "from"), "\"09:00\"");
    let to = needed(table, (at, "to"), "\"22:00\"");
    Period::new(days?, from?, to?).map_or_else(|why| at.refuse(why.to_string()), Some)
}

fn stop_at(table: &Table<'_>, at: &Value<'_>) -> Option<StopAt> {
    let days: Option<crate::schedule::Days> = needed(table, (at, "days"), "\"mon-sun\"");
    let time: Option<crate::schedule::ClockTime> = needed(table, (at, "at"), "\"22:00\"");
    let (days, time) = (days?.to_string(), time?.to_string());
    StopAt::parse(&days, &time).map_or_else(|why| at.refuse(why.to_string()), Some)
}

fn holidays(value: &Value<'_>, calendars: &Named<Calendar>) -> Option<Holidays> {
    let table = value.table()?;
    let policies = [("off", HolidayPolicy::Off), ("ignore", HolidayPolicy::Ignore)];
    let policy = table.get("policy").map_or(Some(HolidayPolicy::Off), |value| one_of(&value, &policies));
    let calendar = match table.get("calendar") {
        Some(value) => known(&value, calendars, "calendar"),
        None => value.refuse("needs `calendar`, the name of a [calendar.…]".to_owned()),
    };
    table.refuse_the_rest();
    Some(Holidays { calendar: calendar?, policy: policy? })
}

/// The thing of that name; told of if there is none.
fn known<T: Clone>(value: &Value<'_>, all: &Named<T>, what: &str) -> Option<T> {
    let name = value.text("\"office\"")?;
    match all.get(name) {
        Some(found) => found.clone(),
        None if all.is_empty() => value.refuse(format!("there is no [{what}.{name}]; write one")),
        None => {
            let names: Vec<&str> = all.keys().map(String::as_str).collect();
            value.refuse(format!("there is no [{what}.{name}]; there are {}", names.join(", ")))
        }
    }
}

fn length(value: &Value<'_>) -> Option<SignedDuration> {
    let text = value.text("\"15m\"")?;
    if matches!(text, "0" | "0s" | "0m" | "0h") {
        return Some(SignedDuration::ZERO);
    }
    let read = interval(text).filter(|length| length.as_secs() % 60 == 0);
    read.or_else(|| value.refuse(format!("{text:?} is no length of whole minutes; write it like \"15m\" or \"6h\"")))
}

/// `[prices]`: US dollars an hour by the name of what is billed.
pub(super) fn prices(root: &Table<'_>) -> Prices {
    let mut prices = Prices::new();
    let Some(table) = root.get("prices").and_then(|value| value.table()) else { return prices };
    for (name, value) in table.each() {
        if let Some(Err(why)) = value.decimal("0.026").map(|usd| prices.set(name, usd)) {
            value.refuse::<()>(why);
        }
    }
    prices
}

/// What an environment says of its off-hours, and what the words about its sleep are written on.
pub(super) fn offhours(
    (name, table): (&str, &Table<'_>),
    schedules: &Named<Schedule>,
    prices: &Prices,
) -> (Option<ScheduleBinding>, Record) {
    let schedule = table.get("schedule").map(|value| known(&value, schedules, "schedule"));
    let backends = Backend::ALL.map(|backend| (backend.word(), backend));
    let backend = table.get("backend").map_or(Some(Backend::default()), |value| one_of(&value, &backends));
    let group = table.get("group").map(|value| group(&value));
    let role_arn = table.get("role_arn").and_then(|value| arn(&value, "arn:aws:iam::123456789012:role/name", "role"));
    let queue = "arn:aws:sqs:ap-northeast-1:123456789012:name";
    // An empty one says that there is none.
    let dlq_arn = table.get("dlq_arn").filter(|value| !value.is_empty()).and_then(|value| arn(&value, queue, "queue"));
    let enforce_blind = table.get("enforce_blind").and_then(|value| value.flag()).unwrap_or(false);
    let records = [(Record::TAGS, false), (Record::GROUP, true)];
    let on_group = table.get("record").and_then(|value| one_of(&value, &records)) == Some(true);
    if schedule.is_none() {
        for key in ["backend", "role_arn", "dlq_arn", "enforce_blind"] {
            if let Some(value) = table.get(key) {
                value.refuse::<()>("only goes with `schedule`; add one or take this out".to_owned());
            }
        }
        if let Some(value) = table.get("group").filter(|_| !on_group) {
            let message = "only goes with `schedule`, or with record = \"group\"; add one or take this out";
            value.refuse::<()>(message.to_owned());
        }
    }
    // What was refused is told of already, and not called missing.
    let kept = match (&schedule, backend) {
        (Some(_), Some(backend)) => backend == Backend::EventBridge,
        (Some(_), None) => true,
        (None, _) => false,
    };
    if on_group
        && group.is_none()
        && !kept
        && let Some(value) = table.get("record")
    {
        value.refuse::<()>(format!(
            "\"group\" needs a schedule group: name one, as in group = {:?}, or have a schedule kept by backend = {:?}",
            group_name(name),
            Backend::EventBridge.word()
        ));
    }
    let group = group.flatten();
    let record = match on_group {
        true => Record::Group(group.clone().unwrap_or_else(|| group_name(name))),
        false => Record::Tags,
    };
    let (Some(Some(schedule)), Some(backend)) = (schedule, backend) else { return (None, record) };
    let routine =
        ScheduleBinding { schedule, backend, group, role_arn, dlq_arn, enforce_blind, prices: prices.clone() };
    (Some(routine), record)
}

fn group(value: &Value<'_>) -> Option<String> {
    let text = value.text("\"toban-prooflink-dev\"")?;
    let fits = text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    match fits && text.starts_with(crate::schedule::binding::GROUP_PREFIX) {
        true => Some(text.to_owned()),
        // Everything in the group is ours to delete: no group that may have been made for something else.
        false => value.refuse(format!(
            "{text:?} will not do: a group begins with \"toban-\" and has at most 64 letters, digits, `-`, `_`, `.`"
        )),
    }
}

fn arn(value: &Value<'_>, like: &str, what: &str) -> Option<String> {
    let text = value.text(&format!("{like:?}"))?;
    let (found, wanted) = (Arn::from(text), Arn::from(like));
    let fits = found.service() == wanted.service() && (what != "role" || found.resource().starts_with("role/"));
    if fits {
        Some(text.to_owned())
    } else {
        value.refuse(format!("{text:?} is no {what}'s ARN; write it like {like:?}"))
    }
}

/// `[[environment.NAME.member]]`: who sleeps and wakes with it.
pub(super) fn members(table: &Table<'_>) -> Vec<Member> {
    let Some(value) = table.get("member") else { return Vec::new() };
    let items = value.list("{ kind = \"rds-instance\", id = \"…\" }").unwrap_or_default();
    let read = |item: &Value<'_>| {
        let table = item.table()?;
        let member = member(&table, item);
        table.refuse_the_rest();
        member
    };
    items.iter().filter_map(read).collect()
}

fn member(table: &Table<'_>, at: &Value<'_>) -> Option<Member> {
    use crate::schedule::MemberKind::{Ec2Instance, EcsService, RdsCluster, RdsInstance};
    let kinds = [RdsInstance, RdsCluster, Ec2Instance, EcsService].map(|kind| (kind.word(), kind));
    let kind = match table.get("kind") {
        Some(value) => one_of(&value, &kinds),
        None => at.refuse("needs `kind`, such as kind = \"rds-instance\"".to_owned()),
    };
    let id: Option<String> = needed(table, (at, "id"), "\"prooflink-dev-db\"");
    let cluster: Option<String> = table.get("cluster").and_then(|value| value.read("\"prooflink-dev-cluster\""));
    let stage = table.get("stage").map(|value| value.number(0, 99));
    let wake = table.get("wake_desired").map(|value| wake_desired(&value));
    let ready = [("running", Ready::Running), ("target-healthy", Ready::TargetHealthy)];
    let ready = table.get("ready").map(|value| one_of(&value, &ready));
    let (kind, id) = (kind?, id?);
    if kind == EcsService && cluster.is_none() {
        return at.refuse("an ecs-service needs `cluster`, the name of its cluster".to_owned());
    }
    if kind != EcsService {
        for key in ["cluster", "wake_desired", "ready"] {
            if let Some(value) = table.get(key) {
                value.refuse::<()>("only an ecs-service has this; take it out".to_owned());
            }
        }
    }
    let usual = Member::new(kind, id);
    let stage = stage.map_or(Some(usual.stage), |stage| u8::try_from(stage?).ok())?;
    Some(Member {
        cluster,
        stage,
        wake_desired: wake.unwrap_or(Some(usual.wake_desired))?,
        ready: ready.unwrap_or(Some(usual.ready))?,
        ..usual
    })
}

fn wake_desired(value: &Value<'_>) -> Option<WakeDesired> {
    if value.is_number() {
        return value.number(1, 5000).map(WakeDesired::Count);
    }
    one_of(value, &[("remembered", WakeDesired::Remembered)])
}
