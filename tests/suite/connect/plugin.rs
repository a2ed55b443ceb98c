//! The gateway held against AWS's own client: where a real `session-manager-plugin` is on PATH, it has to go through the
//! gateway as toban does. Where there is none, the test says so and proves nothing.

use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::json;

use crate::gateway::{self, Gateway};
use crate::support::peer::REGION;

/// Asks the gateway to start a session, signed with its keys, and gives its answer.
async fn start(gateway: &Gateway) -> serde_json::Value {
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use toban::cloud::live::Sessions;
    use toban::ssm::start_request::{SessionSource, StartRequest};
    let token = Some(gateway::SESSION_TOKEN.to_owned());
    let keys = Credentials::new(gateway::KEY, gateway::SECRET, token, None, "test");
    let config = aws_config::SdkConfig::builder()
        .region(aws_config::Region::from_static(REGION))
        .endpoint_url(gateway.endpoint())
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .behavior_version(aws_config::BehaviorVersion::latest())
        .build();
    let source: Arc<dyn SessionSource> = Arc::new(Sessions::over(config));
    let ask = StartRequest::command("i-1", "seq 500; echo oops >&2; exit 3");
    let opened = source.open(&ask).await.expect("a session");
    json!({
        "SessionId": opened.id, "StreamUrl": opened.entrance.url, "TokenValue": opened.entrance.token.reveal(),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_plugin_goes_through_the_gateway_too() {
    let version = Command::new("session-manager-plugin").arg("--version").stdin(Stdio::null()).output();
    let Some(version) = version.ok().filter(|said| said.status.success()) else {
        eprintln!("no session-manager-plugin on PATH: the gateway was not held against AWS's own client");
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let gateway = Gateway::start().await;
    // Versions before 1.2.764.0 do not sign their upgrades.
    gateway.admits_unsigned();
    let response = start(&gateway).await.to_string();
    let endpoint = gateway.endpoint();
    let ran = tokio::task::spawn_blocking(move || {
        Command::new("session-manager-plugin")
            .args(["AWS_SSM_START_SESSION_RESPONSE", REGION, "StartSession", "", "{\"Target\":\"i-1\"}", &endpoint])
            .env("AWS_SSM_START_SESSION_RESPONSE", response)
            .env("AWS_ACCESS_KEY_ID", gateway::KEY)
            .env("AWS_SECRET_ACCESS_KEY", gateway::SECRET)
            .env("AWS_SESSION_TOKEN", gateway::SESSION_TOKEN)
            .stdin(Stdio::null())
            .output()
    });
    let ran = ran.await.expect("it ran").expect("it ran");
    let shown = String::from_utf8_lossy(&ran.stdout);
    let numbers: Vec<u32> = shown.lines().filter_map(|line| line.trim().parse().ok()).collect();
    assert!(numbers.into_iter().eq(1..=500), "{version} does not show all lines:\n{shown}");
    gateway.assert_clean();
    eprintln!("session-manager-plugin {version} went through the gateway");
}
