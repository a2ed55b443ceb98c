//! What the settings of sessions mean for one that is about to be opened, as lines of its checklist. Pure: what is not
//! known yet is named as something to be read.

use jiff::SignedDuration;

use super::model::{Group, PREFERENCES, Preferences, SessionSettings, Settings, group_part};
use crate::kinds::KindContext;
use crate::kinds::iam_simulation::permissions::{Asking, data_key};
use crate::ssm::preflight::Line;
use crate::world::read_request::ReadRequest;
use crate::world::{Part, Resource};

/// Settings are good for this long: who changes them tries a session at once.
const KEPT: SignedDuration = SignedDuration::from_secs(10);

const LOGS: &str = "logs";

/// What the account's preferences mean for a shell on a node.
pub(crate) fn of_node(asking: &mut Asking<'_, '_>, cx: &KindContext<'_>) {
    let preferences = match known(asking, cx, PREFERENCES.into()) {
        None => return asking.tell(Line::unknown("encryption", "Session Manager's preferences were not read yet")),
        Some(Settings::Unread(why)) => {
            let message = format!("Session Manager's preferences could not be read, so it is not known: {why}");
            return asking.tell(Line::unknown("encryption", message));
        }
        Some(Settings::Preferences(preferences)) => preferences,
        Some(Settings::Group(_)) => return,
    };
    match &preferences.key {
        Some(key) => data_key(asking, key),
        None => asking.tell(Line::holds("encryption", "TLS; Session Manager's preferences name no KMS key")),
    }
    if let Some(name) = &preferences.log_group {
        log_group(asking, cx, name, preferences.wants_encrypted_group);
    }
    if let Some(bucket) = &preferences.bucket {
        self::bucket(asking, bucket, preferences.wants_encrypted_bucket);
    }
    asking.tell(Line::holds("time limits", limits(preferences)));
}

fn limits(preferences: &Preferences) -> String {
    let idle = preferences.idle_minutes.as_deref().unwrap_or("20");
    match &preferences.most_minutes {
        Some(most) => format!("it ends after {idle} idle minutes, and after {most} in any case"),
        None => format!("it ends after {idle} idle minutes"),
    }
}

/// A log group that a session is written to; `encrypted` if the session is refused unless the group is.
pub(crate) fn log_group(asking: &mut Asking<'_, '_>, cx: &KindContext<'_>, name: &str, encrypted: bool) {
    if !encrypted {
        return asking.tell(Line::holds(LOGS, format!("it is logged to the log group {name}")));
    }
    let line = match known(asking, cx, group_part(name)) {
        Some(Settings::Group(Group::Encrypted)) => {
            Line::holds(LOGS, format!("it is logged to {name}, which is encrypted as it has to be"))
        }
        Some(Settings::Group(Group::Plain)) => Line::fails(
            LOGS,
            format!("it is to be logged to {name}, encrypted, and that log group is not: AWS ends the session at once"),
            format!("give {name} a KMS key, or do not enforce encrypted log data"),
        ),
        Some(Settings::Group(Group::Missing)) => Line::lacks(
            LOGS,
            format!("it is to be logged to {name}, encrypted, and there is no such log group"),
            format!("make {name} and give it a KMS key, or do not enforce encrypted log data"),
        ),
        Some(Settings::Unread(why)) => {
            Line::unknown(LOGS, format!("it is refused unless {name} is encrypted, which could not be read: {why}"))
        }
        Some(Settings::Preferences(_)) | None => {
            Line::unknown(LOGS, format!("it is refused unless {name} is encrypted; that was not read yet"))
        }
    };
    asking.tell(line);
}

/// A bucket that a session is written to. Whether it is encrypted is not read: S3 encrypts every new object since 2023.
pub(crate) fn bucket(asking: &mut Asking<'_, '_>, name: &str, encrypted: bool) {
    let message = format!("it is logged to the bucket {name}");
    asking.tell(match encrypted {
        true => Line::unknown(LOGS, format!("{message}, and refused should its role not see that it is encrypted")),
        false => Line::holds(LOGS, message),
    });
}

/// A part as far as it is known; what is not known or not fresh is to be read.
fn known<'a>(asking: &mut Asking<'_, '_>, cx: &KindContext<'a>, part: Part) -> Option<&'a Settings> {
    let store = cx.world.store(cx.scope, SessionSettings::KIND);
    let age = store.and_then(|store| store.bin(&part)?.read_at).map(|at| cx.world.age(at, cx.now));
    if age.is_none_or(|age| age > KEPT) {
        asking.rights.wants.push(ReadRequest::part(cx.scope, SessionSettings::KIND, &part));
    }
    cx.world.by_key::<SessionSettings>(cx.scope, &part).map(|found| &found.settings)
}
