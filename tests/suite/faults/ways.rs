//! The ways in which one operation may fail, as scripts of the peer, and what each must be told as. Asserts nothing.

use serde_json::{Value, json};
use toban::world::FaultKind;

/// A way to fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// A right is missing.
    Denied,
    /// AWS asks to slow down, again and again.
    Throttled,
    /// AWS has an error of its own, again and again.
    Broken,
    /// A page for people under 200.
    Page,
    /// Nothing at all under 200.
    Empty,
    /// Half of the answer, and the connection ends.
    Cut,
    /// Half of the answer, as if that were all.
    Half,
    /// The connection ends without a word.
    Gone,
}

impl Way {
    pub(super) const ALL: [Self; 8] =
        [Self::Denied, Self::Throttled, Self::Broken, Self::Page, Self::Empty, Self::Cut, Self::Half, Self::Gone];

    /// The script that lets `operation` (as IAM names it) fail so.
    pub(super) fn script(self, operation: &str) -> Value {
        let (service, name) = operation.split_once(':').unwrap_or_default();
        let mut script = json!({"service": service, "operation": name});
        let (member, value) = match self {
            Self::Denied => {
                let message = format!("User: peer is not authorized to perform: {operation}");
                ("error", json!({"code": "AccessDeniedException", "message": message, "status": 403}))
            }
            Self::Throttled => {
                ("error", json!({"code": "ThrottlingException", "message": "Rate exceeded", "status": 400}))
            }
            Self::Broken => {
                ("error", json!({"code": "InternalFailure", "message": "An internal error occurred", "status": 500}))
            }
            Self::Page => {
                let body = "<!DOCTYPE html><html><body>Please log in</body></html>";
                ("raw", json!({"status": 200, "headers": {"Content-Type": "text/html"}, "body": body}))
            }
            Self::Empty => ("raw", json!({"status": 200, "headers": {}, "body": ""})),
            Self::Cut => ("cut", json!(true)),
            Self::Half => ("cut", json!("unseen")),
            Self::Gone => ("cut", json!("all")),
        };
        if let Some(script) = script.as_object_mut() {
            script.insert(member.to_owned(), value);
        }
        script
    }

    /// The same, once what `operation` asks is done.
    pub(super) fn script_after(self, operation: &str) -> Value {
        let mut script = self.script(operation);
        // What is cut is done anyway.
        if !matches!(self, Self::Cut | Self::Half | Self::Gone)
            && let Some(script) = script.as_object_mut()
        {
            script.insert("act".to_owned(), json!(true));
        }
        script
    }

    /// The classes it may be told as.
    pub(super) const fn classes(self) -> &'static [FaultKind] {
        match self {
            Self::Denied => &[FaultKind::Denied],
            Self::Throttled => &[FaultKind::Throttled],
            Self::Broken => &[FaultKind::Odd],
            Self::Page | Self::Empty | Self::Half => &[FaultKind::Garbled],
            Self::Cut => &[FaultKind::Garbled, FaultKind::Offline],
            Self::Gone => &[FaultKind::Offline],
        }
    }
}
