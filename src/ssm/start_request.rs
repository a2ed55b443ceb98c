//! The seam to whatever starts sessions: AWS, a simulation, a test. It gives a session's address and token, renews and
//! ends it, signs the way in and asks KMS for keys. Tokens are wiped from memory and never printed.

use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use super::crypto::DataKey;
use crate::world::Fault;

/// The document of tunnels: a way from the target to a port of another host.
pub const TO_REMOTE_HOST: &str = "AWS-StartPortForwardingSessionToRemoteHost";

/// The document of a way to a node's SSH server.
pub const TO_SSH: &str = "AWS-StartSSHSession";

/// A secret text: wiped when dropped, hidden when printed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// Keeps `text`.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// How a mark begins.
const MARK: &str = "[toban ";
/// The longest reason that Systems Manager takes, characters.
const REASON: usize = 256;

/// The mark at the end of a reason.
fn mark_of(reason: &str) -> Option<&str> {
    let mark = reason.get(reason.rfind(MARK)?..)?;
    let digits = mark.strip_prefix(MARK)?.strip_suffix(']')?;
    (digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())).then_some(mark)
}

/// What to open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StartRequest {
    /// `ssm:StartSession`: a plain shell, or whatever a document does.
    Start {
        /// `i-…`, `mi-…`, or `ecs:cluster_task_runtime`.
        target: String,
        /// The document; `None` for the account's own shell.
        document: Option<String>,
        /// Its parameters.
        parameters: BTreeMap<String, Vec<String>>,
        /// Why, for the account's records.
        reason: Option<String>,
    },
    /// `ecs:ExecuteCommand`, interactive as the service demands.
    Exec {
        /// The cluster's name or ARN.
        cluster: String,
        /// The task's id or ARN.
        task: String,
        /// Which container.
        container: String,
        /// What to run. It is split like a command line and run without a shell around it.
        command: String,
        /// How the agent in there names itself, `ecs:cluster_task_runtime`, for encrypted sessions.
        target: String,
    },
}

impl StartRequest {
    /// A shell on a managed node.
    #[must_use]
    pub fn shell(target: &str) -> Self {
        Self::Start { target: target.to_owned(), document: None, parameters: BTreeMap::new(), reason: None }
    }

    /// A command whose output, errors and exit code come back apart.
    #[must_use]
    pub fn command(target: &str, command: &str) -> Self {
        let parameters = [("command", command), ("separateOutputStream", "true")];
        Self::document(target, "AWS-StartNonInteractiveCommand", &parameters)
    }

    /// A program that wants a terminal, in place of a shell.
    #[must_use]
    pub fn program(target: &str, command: &str) -> Self {
        Self::document(target, "AWS-StartInteractiveCommand", &[("command", command)])
    }

    /// Whether the session begins with a handshake even when it is not encrypted.
    #[must_use]
    pub fn shakes_hands(&self) -> bool {
        let Self::Start { document: Some(document), .. } = self else { return false };
        document != "AWS-StartInteractiveCommand"
    }

    /// The same, with a mark of its own at the end of the reason, by which the session is found again, and the mark. One that
    /// has a mark keeps it; `ExecuteCommand` has no room for one.
    #[must_use]
    pub fn marked(mut self) -> (Self, Option<String>) {
        let Self::Start { reason, .. } = &mut self else { return (self, None) };
        let kept = reason.as_deref().and_then(mark_of).map(str::to_owned);
        let mark = kept.unwrap_or_else(|| {
            let mark = format!("{MARK}{:016x}]", fastrand::u64(..));
            let room = REASON - mark.len() - 1;
            let words: String = reason.as_deref().unwrap_or_default().chars().take(room).collect();
            *reason = Some(if words.is_empty() { mark.clone() } else { format!("{words} {mark}") });
            mark
        });
        (self, Some(mark))
    }

    /// How the agent there names itself.
    #[must_use]
    pub fn target(&self) -> &str {
        match self {
            Self::Start { target, .. } | Self::Exec { target, .. } => target,
        }
    }

    /// The API call that opens it, as IAM names it.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Start { .. } => "ssm:StartSession",
            Self::Exec { .. } => "ecs:ExecuteCommand",
        }
    }

    /// A way to `port` of `host`, as seen from `target`; of the target itself if no host is named.
    #[must_use]
    pub fn port(target: &str, host: Option<&str>, port: u16) -> Self {
        let port = port.to_string();
        match host {
            Some(host) => Self::document(
                target,
                TO_REMOTE_HOST,
                &[("host", host), ("portNumber", &port), ("localPortNumber", "0")],
            ),
            None => Self::document(
                target,
                "AWS-StartPortForwardingSession",
                &[("portNumber", &port), ("localPortNumber", "0")],
            ),
        }
    }

    /// The way to the SSH server of a node: its bytes as they are, for a client of one's own.
    #[must_use]
    pub fn ssh(target: &str, port: u16) -> Self {
        Self::document(target, TO_SSH, &[("portNumber", &port.to_string())])
    }

    fn document(target: &str, name: &str, parameters: &[(&str, &str)]) -> Self {
        let parameter = |(name, value): &(&str, &str)| ((*name).to_owned(), vec![(*value).to_owned()]);
        Self::Start {
            target: target.to_owned(),
            document: Some(name.to_owned()),
            parameters: parameters.iter().map(parameter).collect(),
            reason: None,
        }
    }

    /// The same, with the reason told to AWS; `ExecuteCommand` has no room for one.
    #[must_use]
    pub fn because(mut self, why: &str) -> Self {
        if let Self::Start { reason, .. } = &mut self {
            *reason = Some(why.to_owned());
        }
        self
    }
}

/// Where a session's data channel is, and what opens it. Good for one connection; the next needs a fresh one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entrance {
    /// The websocket's address, verbatim.
    pub url: String,
    /// The token of the first frame.
    pub token: Token,
    /// Whether the endpoint that gave this is on this machine: only then may the address be so too.
    pub is_local: bool,
}

/// A session that AWS opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// Its id.
    pub id: String,
    /// How the agent names itself, for encrypted sessions.
    pub target: String,
    /// The way in.
    pub entrance: Entrance,
}

/// What became of a session that was given up before AWS had answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Abandoned {
    /// Where it was to be.
    pub target: String,
    /// What was found and done, as a sentence without a full stop.
    pub message: String,
    /// Whether that is certain; else a session may be open.
    pub is_known: bool,
}

/// Starts, renews and ends sessions.
pub trait SessionSource: Send + Sync + fmt::Debug {
    /// Opens a session. Whoever opened it must end it.
    fn open<'a>(&'a self, ask: &'a StartRequest) -> BoxFuture<'a, Result<Opened, Fault>>;

    /// A fresh way into session `id`; `None` if the session is over.
    fn resume<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Entrance>, Fault>>;

    /// Ends session `id`.
    fn terminate<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Fault>>;

    /// The same with connections of its own: for when the runtime that drives the usual ones is going away.
    fn terminate_apart<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        self.terminate(id)
    }

    /// The headers that sign a websocket upgrade to `url`; none if the address is signed already.
    fn sign<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<(String, Token)>, Fault>>;

    /// A data key of 64 bytes under the KMS key `key`, bound to `context`.
    fn data_key<'a>(
        &'a self,
        key: &'a str,
        context: &'a BTreeMap<String, String>,
    ) -> BoxFuture<'a, Result<DataKey, Fault>>;
}

#[cfg(test)]
mod tests {
    use super::{StartRequest, Token};

    #[test]
    fn a_mark_is_one_of_a_kind_leaves_the_reason_readable_and_stays() {
        let reason = |ask: &StartRequest| match ask {
            StartRequest::Start { reason, .. } => reason.clone().unwrap_or_default(),
            StartRequest::Exec { .. } => String::new(),
        };
        let (long, mark) = StartRequest::shell("i-1").because(&"ü".repeat(400)).marked();
        assert_eq!(reason(&long).chars().count(), 256);
        let mark = mark.expect("a mark");
        assert!(reason(&long).ends_with(&mark), "{mark}");
        assert_eq!(long.clone().marked(), (long, Some(mark)), "once marked it stays so");
        let (short, mark) = StartRequest::shell("i-1").because("a look [toban 12]").marked();
        assert!(reason(&short).starts_with("a look [toban 12] [toban "), "{}", reason(&short));
        assert_ne!(StartRequest::shell("i-1").marked().1, mark);
        let exec = StartRequest::Exec {
            cluster: "c".to_owned(),
            task: "t".to_owned(),
            container: "web".to_owned(),
            command: "sh".to_owned(),
            target: "ecs:c_t_r".to_owned(),
        };
        assert_eq!(exec.clone().marked(), (exec, None));
    }

    #[test]
    fn tokens_are_not_printed() {
        assert_eq!(format!("{:?}", Token::new("secret".to_owned())), "Token(…)");
        assert_eq!(Token::new("secret".to_owned()).reveal(), "secret");
    }

    #[test]
    fn a_port_is_asked_of_the_right_document() {
        let StartRequest::Start { document, parameters, reason, .. } =
            StartRequest::port("i-1", Some("db"), 5432).because("look")
        else {
            panic!("not a start")
        };
        assert_eq!(document.as_deref(), Some("AWS-StartPortForwardingSessionToRemoteHost"));
        assert_eq!(parameters["portNumber"], ["5432"]);
        assert_eq!(parameters["host"], ["db"]);
        assert_eq!(reason.as_deref(), Some("look"));
    }
}
