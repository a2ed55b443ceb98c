//! The handshake as data: what the agent asks, what we answer, which agent can do what, and the challenge that proves
//! a shared key. Pure; the key itself is asked of KMS elsewhere. No input may panic.
//! Documents as in `message/handshakemessage.go` of aws/session-manager-plugin.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::CLIENT_VERSION;

/// An agent's version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version(Vec<u64>);

impl Version {
    /// Reads `3.1.1511.0`; what is no number ends it.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.trim().split('.').map_while(|part| part.parse().ok()).take(8).collect())
    }

    /// Whether it is newer than `other`; missing parts count as zero.
    fn is_after(&self, other: [u64; 4]) -> bool {
        let padded = |at: usize| self.0.get(at).copied().unwrap_or(0);
        [padded(0), padded(1), padded(2), padded(3)] > other
    }

    /// Whether the plugin of this version signs its connections, as AWS wants it.
    #[must_use]
    pub fn signs_as_plugin(&self) -> bool {
        self.is_after([1, 2, 763, u64::MAX])
    }

    /// Whether it knows sessions at all: the documentation names 2.3.68.0 as the first that does.
    #[must_use]
    pub fn knows_sessions(&self) -> bool {
        self.is_after([2, 3, 67, u64::MAX])
    }

    /// Whether it carries several connections in one port session.
    #[must_use]
    pub fn can_multiplex(&self) -> bool {
        self.is_after([3, 0, 196, 0])
    }

    /// Whether it does without keep-alive frames, which would reset the idle clock.
    #[must_use]
    pub fn needs_no_keep_alive(&self) -> bool {
        self.is_after([3, 1, 1511, 0])
    }

    /// Whether it knows the flag that ends a session.
    #[must_use]
    pub fn knows_terminate(&self) -> bool {
        self.is_after([2, 3, 722, 0])
    }
}

/// What a session is, as the agent tells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SessionType {
    /// `Port`, `NonInteractiveCommands`, `InteractiveCommands`, `Standard_Stream`.
    pub name: String,
    /// Its properties; empty if none were told.
    pub properties: BTreeMap<String, String>,
}

impl SessionType {
    /// Whether connections to it share the session: a local port forwarding on an agent that can.
    #[must_use]
    pub fn is_multiplexed(&self, agent: &Version) -> bool {
        self.properties.get("type").is_some_and(|kind| kind == "LocalPortForwarding") && agent.can_multiplex()
    }
}

/// One thing the agent wants of us.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Action {
    Session(SessionType),
    Encrypt { key: String },
    Unknown(String),
}

/// What the agent asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// Its version.
    pub agent: Version,
    actions: Vec<Action>,
}

/// What KMS gave for the session, or why it did not.
pub type CipherText = Result<Vec<u8>, String>;

impl Request {
    /// Reads the request.
    ///
    /// # Errors
    /// What is wrong with it, for a reader.
    pub fn decode(payload: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            #[serde(default)]
            agent_version: String,
            #[serde(default)]
            requested_client_actions: Option<Vec<Wanted>>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wanted {
            action_type: String,
            #[serde(default)]
            action_parameters: Value,
        }
        let wire: Wire = serde_json::from_slice(payload)
            .map_err(|error| format!("the agent's handshake is not readable: {error}"))?;
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let action = |wanted: Wanted| match wanted.action_type.as_str() {
            "SessionType" => {
                let properties = wanted.action_parameters.get("Properties").and_then(Value::as_object);
                let word = |(name, value): (&String, &Value)| {
                    Some((name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                };
                Action::Session(SessionType {
                    name: text(&wanted.action_parameters, "SessionType"),
                    properties: properties.into_iter().flatten().filter_map(word).collect(),
                })
            }
            "KMSEncryption" => Action::Encrypt { key: text(&wanted.action_parameters, "KMSKeyId") },
            other => Action::Unknown(other.to_owned()),
        };
        let actions = wire.requested_client_actions.unwrap_or_default().into_iter().map(action).collect();
        Ok(Self { agent: Version::parse(&wire.agent_version), actions })
    }

    /// The session's type, if the agent told.
    #[must_use]
    pub fn session_type(&self) -> Option<&SessionType> {
        self.actions.iter().find_map(|action| match action {
            Action::Session(kind) => Some(kind),
            Action::Encrypt { .. } | Action::Unknown(_) => None,
        })
    }

    /// The KMS key the session is to be encrypted with, if it is.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.actions.iter().find_map(|action| match action {
            Action::Encrypt { key } => Some(key.as_str()),
            Action::Session(_) | Action::Unknown(_) => None,
        })
    }

    /// The answer, and why the session cannot go on if it cannot. `key` is what KMS gave, where a key was wanted.
    #[must_use]
    pub fn response(&self, key: Option<&CipherText>) -> (Vec<u8>, Option<String>) {
        let mut trouble = None;
        let mut failed = |status: u8, kind: &str, why: String| {
            let answer = json!({"ActionType": kind, "ActionStatus": status, "ActionResult": null, "Error": why});
            trouble.get_or_insert(why);
            answer
        };
        let done = |kind: &str, result: Value| json!({"ActionType": kind, "ActionStatus": 1, "ActionResult": result, "Error": ""});
        let answers: Vec<Value> = self
            .actions
            .iter()
            .map(|action| match action {
                Action::Session(kind) if KNOWN.contains(&kind.name.as_str()) => done("SessionType", Value::Null),
                Action::Session(kind) => {
                    failed(3, "SessionType", format!("sessions of type {} are not known here", kind.name))
                }
                Action::Encrypt { .. } => match key {
                    Some(Ok(text)) => done(
                        "KMSEncryption",
                        json!({"KMSCipherTextKey": STANDARD.encode(text), "KMSCipherTextHash": null}),
                    ),
                    Some(Err(why)) => failed(2, "KMSEncryption", why.clone()),
                    None => failed(2, "KMSEncryption", "no key was asked for".to_owned()),
                },
                Action::Unknown(name) => failed(3, name, format!("the agent asks for {name}, which is not known here")),
            })
            .collect();
        let errors: Value = trouble.as_ref().map_or(Value::Null, |why: &String| json!([why]));
        let answer = json!({"ClientVersion": CLIENT_VERSION, "ProcessedClientActions": answers, "Errors": errors});
        (answer.to_string().into_bytes(), trouble)
    }
}

const KNOWN: &[&str] = &["Port", "NonInteractiveCommands", "InteractiveCommands", "Standard_Stream"];

/// The encryption context KMS checks: which session, and whose agent.
#[must_use]
pub fn context(session: &str, target: &str) -> BTreeMap<String, String> {
    [("aws:ssm:SessionId", session), ("aws:ssm:TargetId", target)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// What the account wants its users to read when a session begins; `None` if nothing.
#[must_use]
pub fn greeting(payload: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Complete {
        #[serde(default)]
        customer_message: Option<String>,
    }
    let complete: Complete = serde_json::from_slice(payload).ok()?;
    complete.customer_message.filter(|message| !message.is_empty())
}

/// The encrypted bytes of a challenge.
///
/// # Errors
/// What is wrong with it, for a reader.
pub fn challenge(payload: &[u8]) -> Result<Vec<u8>, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Wire {
        challenge: String,
    }
    let wire: Wire =
        serde_json::from_slice(payload).map_err(|error| format!("the agent's challenge is not readable: {error}"))?;
    STANDARD.decode(wire.challenge).map_err(|error| format!("the agent's challenge is not readable: {error}"))
}

/// The answer to a challenge: the same bytes under our key.
#[must_use]
pub fn proof(encrypted: &[u8]) -> Vec<u8> {
    json!({"Challenge": STANDARD.encode(encrypted)}).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::{Request, Version, challenge, context, greeting, proof};

    const PORT: &str = r#"{"AgentVersion":"3.3.40.0","RequestedClientActions":[
        {"ActionType":"SessionType","ActionParameters":{"SessionType":"Port","Properties":
        {"host":"db.local","portNumber":"5432","localPortNumber":"0","type":"LocalPortForwarding"}}}]}"#;
    const KMS: &str = r#"{"AgentVersion":"3.3.40.0","RequestedClientActions":[
        {"ActionType":"KMSEncryption","ActionParameters":{"KMSKeyId":"arn:aws:kms:k","Challenge":"eA=="}},
        {"ActionType":"SessionType","ActionParameters":{"SessionType":"Standard_Stream","Properties":null}}]}"#;

    #[rstest]
    #[case("3.0.196.0", false, false, true)]
    #[case("3.0.197.0", true, false, true)]
    #[case("3.1.1511.0", true, false, true)]
    #[case("3.1.1511.1", true, true, true)]
    #[case("3.10", true, true, true)]
    #[case("2.3.722.0", false, false, false)]
    #[case("", false, false, false)]
    #[case("new", false, false, false)]
    fn agents_can_what_their_version_says(
        #[case] text: &str,
        #[case] multiplex: bool,
        #[case] quiet: bool,
        #[case] terminate: bool,
    ) {
        let version = Version::parse(text);
        assert_eq!(
            (version.can_multiplex(), version.needs_no_keep_alive(), version.knows_terminate()),
            (multiplex, quiet, terminate)
        );
    }

    #[test]
    fn a_port_session_is_agreed_to() {
        let request = Request::decode(PORT.as_bytes()).expect("a request");
        let kind = request.session_type().expect("a type");
        assert_eq!((kind.name.as_str(), kind.is_multiplexed(&request.agent)), ("Port", true));
        assert!(!kind.is_multiplexed(&Version::parse("3.0.1.0")));
        let (answer, trouble) = request.response(None);
        assert_eq!(trouble, None);
        assert_eq!(
            String::from_utf8_lossy(&answer),
            r#"{"ClientVersion":"1.2.764.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}"#
        );
    }

    #[test]
    fn encryption_takes_a_key() {
        let request = Request::decode(KMS.as_bytes()).expect("a request");
        assert_eq!(request.key(), Some("arn:aws:kms:k"));
        let (answer, trouble) = request.response(Some(&Ok(b"blob".to_vec())));
        assert_eq!(trouble, None);
        assert!(String::from_utf8_lossy(&answer).contains(r#""KMSCipherTextKey":"YmxvYg==","KMSCipherTextHash":null"#));
        let (answer, trouble) = request.response(Some(&Err("denied".to_owned())));
        assert_eq!(trouble.as_deref(), Some("denied"));
        assert!(String::from_utf8_lossy(&answer).contains(r#""ActionStatus":2"#));
        assert_eq!(context("s", "i-1").into_values().collect::<Vec<_>>(), ["s", "i-1"]);
    }

    #[test]
    fn what_is_not_known_is_refused_with_words() {
        let unknown = br#"{"AgentVersion":"9","RequestedClientActions":[{"ActionType":"Dance"}]}"#;
        let (answer, trouble) = Request::decode(unknown).expect("a request").response(None);
        assert_eq!(trouble.as_deref(), Some("the agent asks for Dance, which is not known here"));
        assert!(String::from_utf8_lossy(&answer).contains(r#""ActionStatus":3"#));
        assert!(Request::decode(b"{").expect_err("garbage").contains("not readable"));
    }

    #[test]
    fn greetings_and_challenges() {
        assert_eq!(greeting(br#"{"HandshakeTimeToComplete":1,"CustomerMessage":"Hi"}"#).as_deref(), Some("Hi"));
        assert_eq!(greeting(br#"{"HandshakeTimeToComplete":1,"CustomerMessage":""}"#), None);
        assert_eq!(challenge(&proof(b"secret")), Ok(b"secret".to_vec()));
        assert!(challenge(br#"{"Challenge":"!"}"#).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(text in ".{0,200}") {
            let _ = (Request::decode(text.as_bytes()), greeting(text.as_bytes()), challenge(text.as_bytes()));
            let _ = Version::parse(&text).can_multiplex();
        }
    }
}
