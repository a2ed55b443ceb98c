//! How a Lambda function is judged by its state and its last update, with AWS's reason codes in words.
//! Pure.

use super::model::Function;
use crate::kinds::KindContext;
use crate::world::{Assessment, Health};

/// Runtimes that Lambda no longer gives updates to, with the month they were deprecated.
const DEPRECATED: &[(&str, &str)] = &[
    ("dotnet6", "December 2024"),
    ("dotnetcore3.1", "April 2023"),
    ("go1.x", "January 2024"),
    ("java8", "January 2024"),
    ("nodejs12.x", "March 2023"),
    ("nodejs14.x", "December 2023"),
    ("nodejs16.x", "June 2024"),
    ("nodejs18.x", "September 2025"),
    ("provided", "January 2024"),
    ("python3.6", "July 2022"),
    ("python3.7", "December 2023"),
    ("python3.8", "October 2024"),
    ("python3.9", "December 2025"),
    ("ruby2.7", "December 2023"),
];

/// Since when its runtime gets no updates any more.
#[must_use]
pub(crate) fn deprecated(item: &Function) -> Option<&'static str> {
    let runtime = item.runtime.as_deref()?;
    DEPRECATED.iter().find(|(name, _)| *name == runtime).map(|(_, since)| *since)
}

/// A reason code in words, with the sentence AWS gave where it tells more.
#[must_use]
pub fn reason((code, sentence): &(Option<String>, Option<String>)) -> String {
    let words = match code.as_deref() {
        Some("EniLimitExceeded") => "the VPC has no network interface left for it",
        Some("InsufficientRolePermissions") => "its role lacks a permission",
        Some("InvalidConfiguration") => "its configuration is not valid",
        Some("InternalError") => "Lambda had an error of its own",
        Some("SubnetOutOfIPAddresses") => "a subnet has no address left",
        Some("InvalidSubnet") => "a subnet does not exist",
        Some("InvalidSecurityGroup") => "a security group does not exist",
        Some("ImageDeleted") => "its image was deleted from the registry",
        Some("ImageAccessDenied") => "it may not pull its image",
        Some("InvalidImage") => "its image is not one that Lambda can run",
        Some("KMSKeyAccessDenied") => "it may not use its KMS key",
        Some("KMSKeyNotFound") => "its KMS key does not exist",
        Some("InvalidStateKMSKey" | "DisabledKMSKey") => "its KMS key is disabled",
        Some(code) if code.starts_with("EFS") => "its file system cannot be mounted",
        Some("FunctionError" | "FunctionError.InitTimeout") => "its code fails or hangs while it starts",
        Some("FunctionError.RuntimeExitError") => "its runtime ended while it started",
        Some("FunctionError.InvalidEntryPoint" | "FunctionError.InvalidWorkingDirectory") => {
            "its entry point or working directory does not exist"
        }
        Some("FunctionError.PermissionDenied") => "it may not run its own entry point",
        Some("InvalidRuntime") => "its runtime does not exist any more",
        Some("InvalidZipFileException") => "its archive cannot be unpacked",
        Some("Idle") => "it is idle: it was not called for a long time",
        Some("Creating") => "it is being created",
        Some("Restoring") => "it is becoming active again after it was idle",
        Some(other) => other,
        None => "",
    };
    match sentence.as_deref() {
        Some(sentence) if words.is_empty() => sentence.to_owned(),
        Some(sentence) if Some(words) == code.as_deref() => format!("{words}: {sentence}"),
        _ => words.to_owned(),
    }
}

fn because(reason_of: &(Option<String>, Option<String>)) -> String {
    match reason(reason_of) {
        words if words.is_empty() => String::new(),
        words => format!(": {words}"),
    }
}

/// How `item` is; `None` before its state was read.
pub(super) fn assess(item: &Function, _cx: &KindContext<'_>) -> Option<Assessment> {
    let name = &item.name;
    let message = |health, what: &str, why: &(Option<String>, Option<String>)| {
        Some(Assessment::new(health, format!("{name} {what}{}", because(why))))
    };
    match (item.state.as_deref(), item.update.as_deref()) {
        (Some("Failed"), _) => message(Health::Bad, "cannot be called", &item.state_reason),
        (_, Some("Failed")) => {
            message(Health::Worrying, "kept its old code, the last update failed", &item.update_reason)
        }
        (Some("Pending"), _) => message(Health::Changing, "is being created", &item.state_reason),
        (_, Some("InProgress")) => message(Health::Changing, "is being updated", &item.update_reason),
        // It wakes with the next call.
        (Some("Inactive" | "Active"), _) => Some(Assessment::well()),
        (Some(other), _) => {
            message(Health::Unknown, &format!("has the state {other}, which toban does not know"), &(None, None))
        }
        (None, _) => None,
    }
}
