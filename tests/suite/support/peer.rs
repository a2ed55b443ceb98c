//! One AWS peer: a process on a loopback port that dies with the test that asked for it.
//!
//! `Peer::with` is a peer of one's own, to script and change; `shared()` is one for all tests with all five systems
//! built, to be read only. Never waits by the clock: ready is an answer of the templates, and calls are waited for by
//! count.
use std::fs;
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_types::SdkConfig;
use aws_types::region::Region;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::http;
use super::templates::{self, Forked};

/// The account that any access key belongs to until a role is assumed.
pub(crate) const ACCOUNT: &str = "123456789012";
/// The municipal system's production account, and the role that leads there.
pub(crate) const PROD_ACCOUNT: &str = "210987654321";
pub(crate) const PROD_ROLE: &str = "arn:aws:iam::210987654321:role/toban";
pub(crate) const REGION: &str = "ap-northeast-1";
/// What the peer itself has to say, in its home.
const LOG: &str = "peer.log";
const KEY: &str = "AKIATOBANTESTPEER000";
const SECRET: &str = "peer-secret-of-nobody";

/// A running peer and the temporary home of whoever talks to it.
pub(crate) struct Peer {
    lifeline: TcpStream,
    port: u16,
    endpoint: String,
    table: Value,
    home: TempDir,
}

/// The peer of this test binary, with the five systems built. Read it, do not script it: tests run side by side.
pub(crate) fn shared() -> &'static Peer {
    static SHARED: OnceLock<Peer> = OnceLock::new();
    SHARED.get_or_init(|| Peer::with(&[]))
}

/// Whatever the developer's shell says about AWS, proxies or toban stays outside.
pub(super) fn apart(command: &mut Command, home: &Path) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_ascii_uppercase();
        if text.starts_with("AWS_") || text.starts_with("TOBAN_") || text.ends_with("_PROXY") {
            command.env_remove(name);
        }
    }
    command.env("HOME", home).env("PYTHONDONTWRITEBYTECODE", "1");
}

impl Peer {
    /// An empty account of one's own.
    pub(crate) fn start() -> Self {
        Self::forked(&Value::Null)
    }

    /// An account of one's own with these systems built in it (none named: the five).
    pub(crate) fn with(systems: &[&str]) -> Self {
        Self::forked(&json!(systems))
    }

    fn forked(systems: &Value) -> Self {
        let home = TempDir::with_prefix("toban-peer-").expect("a temporary directory");
        let Forked { lifeline, port, table } = templates::fork(systems, &home.path().join(LOG));
        Self { lifeline, port, endpoint: format!("http://127.0.0.1:{port}"), table, home }
    }

    /// What was built when it began: `resources[]` with `environment`, `kind`, `arn`, `name`, `account`, `region`.
    pub(crate) fn table(&self) -> &Value {
        &self.table
    }

    /// Where the peer listens, as `AWS_ENDPOINT_URL` wants it.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The temporary home directory: `.aws/config`, toban's own files and the peer's log live under it.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Builds systems in an account that is there already (none named: the five), and gives the table of what was built.
    pub(crate) fn build(&self, systems: &[&str]) -> Value {
        self.post("/peer/build", &json!({ "systems": systems }))
    }

    /// Puts one script, or a list of them, in front of moto; returns their ids. See `tests/peer/README.md`.
    pub(crate) fn script(&self, scripts: &Value) -> Vec<u64> {
        let answer = self.post("/peer/script", scripts);
        let ids = answer.get("ids").and_then(Value::as_array);
        ids.map(|ids| ids.iter().filter_map(Value::as_u64).collect()).unwrap_or_default()
    }

    /// Keeps one thing that an operation lists: `account`, `region`, `operation`, `item`, `of`.
    pub(crate) fn keep(&self, item: &Value) {
        self.post("/peer/keep", item);
    }

    /// Takes scripts away again.
    pub(crate) fn unscript(&self, ids: &[u64]) {
        self.post("/peer/script/remove", &json!({ "ids": ids }));
    }

    /// Lets the calls go that wait at a script's `hold` of this name.
    pub(crate) fn release(&self, hold: &str) {
        self.post("/peer/release", &json!({ "name": hold }));
    }

    /// Every AWS call so far, oldest first: `at`, `service`, `operation`, `account`, `region`, `params`, `by`, `status`.
    pub(crate) fn calls(&self) -> Vec<Value> {
        calls_in(http::ask(self.port, "GET", "/peer/calls", &Value::Null))
    }

    /// Waits until an operation has been answered `count` times (two minutes at most) and returns those calls.
    pub(crate) fn wait_for_calls(&self, service: &str, operation: &str, count: usize) -> Vec<Value> {
        self.wait_for(&json!({ "service": service, "operation": operation, "count": count }))
    }

    /// Waits until an operation has been called `count` times, whether it is answered yet or held.
    pub(crate) fn wait_for_arrival(&self, operation: &str, count: usize) -> Vec<Value> {
        self.wait_for(&json!({ "operation": operation, "count": count, "arrived": true }))
    }

    fn wait_for(&self, asked: &Value) -> Vec<Value> {
        let answer = self.post("/peer/calls/wait", asked);
        let enough = answer.get("enough") == Some(&Value::Bool(true));
        let came = calls_in(answer);
        assert!(enough, "waited for {asked} in vain; there were {}", came.len());
        came
    }

    /// Empties the log of calls.
    pub(crate) fn forget_calls(&self) {
        self.post("/peer/calls/reset", &json!({}));
    }

    /// Takes away all scripts and the log of calls; the account stays as it is.
    pub(crate) fn reset(&self) {
        self.post("/peer/reset", &json!({}));
    }

    /// The same, and empties every account.
    pub(crate) fn reset_all(&self) {
        self.post("/peer/reset", &json!({ "moto": true }));
    }

    /// What the environment of a program must say to reach this peer and nothing else.
    pub(crate) fn env(&self) -> Vec<(String, String)> {
        let under = |path: &str| self.home().join(path).display().to_string();
        [
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("AWS_ENDPOINT_URL", self.endpoint.clone()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_CONFIG_FILE", under(".aws/config")),
            ("AWS_SHARED_CREDENTIALS_FILE", under(".aws/credentials")),
            ("HOME", under("")),
            ("XDG_CONFIG_HOME", under(".config")),
            ("XDG_STATE_HOME", under(".local/state")),
            ("XDG_DATA_HOME", under(".local/share")),
            ("XDG_CACHE_HOME", under(".cache")),
            ("TOBAN_STATE_DIR", under("state")),
            ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
            // Nobody shares the peer: calls to it need not be spread over time.
            ("TOBAN_TEST_UNPACED", "1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The toban binary, cut off from the developer's own settings and pointed at this peer.
    pub(crate) fn toban(&self) -> Command {
        let mut command = Command::new(crate::support::said::program());
        apart(&mut command, self.home());
        command.env_remove("NO_COLOR").envs(self.env());
        command
    }

    /// An SDK configuration for this peer, with the main account's credentials and no retries.
    pub(crate) fn sdk(&self) -> SdkConfig {
        self.sdk_with(Credentials::new(KEY, SECRET, None, None, "peer"))
    }

    /// The same with the credentials of a role, which may live in another account.
    pub(crate) async fn sdk_as(&self, role: &str) -> SdkConfig {
        let assumed =
            aws_sdk_sts::Client::new(&self.sdk()).assume_role().role_arn(role).role_session_name("peer").send().await;
        let assumed = assumed.unwrap_or_else(|fault| panic!("cannot assume {role}: {fault:?}"));
        let keys = assumed.credentials().unwrap_or_else(|| panic!("no credentials for {role}"));
        let token = Some(keys.session_token().to_owned());
        self.sdk_with(Credentials::new(keys.access_key_id(), keys.secret_access_key(), token, None, "peer"))
    }

    fn sdk_with(&self, credentials: Credentials) -> SdkConfig {
        let ring = tls::Provider::Rustls(CryptoMode::Ring);
        SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .endpoint_url(self.endpoint())
            .region(Region::from_static(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(aws_smithy_http_client::Builder::new().tls_provider(ring).build_https())
            .retry_config(aws_config::retry::RetryConfig::disabled())
            .build()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        http::ask(self.port, "POST", path, body)
    }
}

fn calls_in(mut answer: Value) -> Vec<Value> {
    match answer.get_mut("calls").map(Value::take) {
        Some(Value::Array(calls)) => calls,
        _ => Vec::new(),
    }
}

/// The last of these calls, one a line, as somebody wants them who has to understand a failure.
fn last(calls: &[Value]) -> String {
    let text = |call: &Value, key: &str| call.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let line = |call: &Value| {
        let status =
            call.get("status").and_then(Value::as_u64).map_or("unanswered".to_owned(), |code| code.to_string());
        let (at, service, operation) = (text(call, "at"), text(call, "service"), text(call, "operation"));
        format!("  {at} {service}:{operation} {status} by {}\n", text(call, "by"))
    };
    calls.iter().skip(calls.len().saturating_sub(40)).map(line).collect()
}

impl Drop for Peer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            match http::try_ask(self.port, "GET", "/peer/calls", &Value::Null).map(calls_in) {
                Ok(calls) => eprintln!("the test peer's last calls, of {}:\n{}", calls.len(), last(&calls)),
                Err(why) => eprintln!("{why}"),
            }
        }
        let _ = self.lifeline.shutdown(Shutdown::Both);
        if std::thread::panicking() {
            let log = fs::read_to_string(self.home().join(LOG)).unwrap_or_default();
            eprintln!("the test peer's log:\n{log}");
            let log = fs::read_to_string(self.home().join("state/toban.log")).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let end = lines.get(lines.len().saturating_sub(40)..).unwrap_or_default().join("\n");
            eprintln!("the end of toban's own log:\n{end}");
        }
    }
}
