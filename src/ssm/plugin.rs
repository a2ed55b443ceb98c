//! What the session-manager-plugin is given, where it is used in place of our own protocol. The session's token goes
//! through the environment, never into the arguments: those can be seen by everybody on the machine.
//! Pure; running it is `engine::plugin_process`'s work.

use std::sync::Arc;

use serde_json::json;

use super::handshake::Version;
use super::start_request::{Opened, SessionSource, Token};

/// The program.
pub const PROGRAM: &str = "session-manager-plugin";
/// The variable that it reads AWS's answer from, when it is named in place of the answer.
pub const RESPONSE: &str = "AWS_SSM_START_SESSION_RESPONSE";

/// A session for the plugin.
#[derive(Debug)]
pub struct Plugged {
    /// The session's id.
    pub id: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment, on top of ours.
    pub environment: Vec<(&'static str, Token)>,
    /// What ends the session: the plugin does not always.
    pub source: Arc<dyn SessionSource>,
}

/// What the plugin is given for `opened` in `region`, by `endpoint` of Systems Manager, with `keys`.
#[must_use]
pub fn plugged(
    opened: &Opened,
    region: &str,
    endpoint: &str,
    keys: Vec<(&'static str, Token)>,
    source: Arc<dyn SessionSource>,
) -> Plugged {
    let response = json!({
        "SessionId": opened.id, "StreamUrl": opened.entrance.url, "TokenValue": opened.entrance.token.reveal(),
    });
    let request = json!({ "Target": opened.target });
    let arguments = [RESPONSE, region, "StartSession", "", &request.to_string(), endpoint];
    let mut environment = vec![(RESPONSE, Token::new(response.to_string()))];
    environment.extend(keys);
    Plugged { id: opened.id.clone(), arguments: arguments.map(str::to_owned).to_vec(), environment, source }
}

/// What is to be said of its version; `None` if it is new enough.
#[must_use]
pub fn warning(version: &str) -> Option<String> {
    let version = version.trim();
    (!Version::parse(version).signs_as_plugin()).then(|| {
        format!(
            "{PROGRAM} is {version}; AWS asks for 1.2.764.0 or later, which signs its connections: sessions may be \
             refused"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::warning;

    #[test]
    fn an_old_plugin_is_warned_about() {
        assert!(
            warning("1.2.677.0\n")
                .is_some_and(|message| message.contains("1.2.677.0") && message.contains("1.2.764.0"))
        );
        assert_eq!(warning("1.2.764.0\n"), None);
        assert_eq!(warning("1.3.0.0"), None);
        assert!(warning("nonsense").is_some());
    }
}
