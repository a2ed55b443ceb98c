//! Who asks, how often, and what becomes of what was started: against commands that count themselves, and against
//! scripted answers of Security Token Service.

use futures_util::future::BoxFuture;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::TempDir;

use super::*;
use crate::aws::Script;
use crate::aws::variables::Variables;

/// A home directory with AWS files, and a command that notes each of its runs.
struct Home {
    dir: TempDir,
}

const KEYS: &str = r#"{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"S"}"#;

impl Home {
    fn new(config: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(dir.path().join(".aws")).expect("made");
        std::fs::write(dir.path().join(".aws/config"), config).expect("written");
        Self { dir }
    }

    /// With a profile `p` whose command notes its run, then does `then`.
    fn with_process(then: &str) -> Self {
        let home = Self::new("");
        let (script, runs) = (home.path("keys.sh"), home.path("runs"));
        std::fs::write(&script, format!("echo $$ >> {}\n{then}\n", runs.display())).expect("written");
        let config = format!("[profile p]\nregion = eu-west-1\ncredential_process = sh {}\n", script.display());
        std::fs::write(home.path(".aws/config"), config).expect("written");
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn runs(&self) -> usize {
        std::fs::read_to_string(self.path("runs")).unwrap_or_default().lines().count()
    }

    fn supply(&self, profile: &str, attendant: impl Attendant + 'static, script: &Script) -> Supply {
        let home: &Path = self.dir.path();
        let opening = Opening {
            http: script.client(),
            variables: Variables::of([("HOME", home.as_os_str())]).expect("usable"),
            given: None,
            counter: Arc::default(),
            unpaced: true,
        };
        Supply::new(&Source::profile(profile), "eu-west-1", opening, Arc::new(attendant))
    }
}

fn silence() -> Script {
    Script::new([])
}

/// Somebody who gives these codes, and waits no longer than this.
#[derive(Debug, Default)]
struct Person {
    patience: Option<Duration>,
    codes: Mutex<Vec<&'static str>>,
    asked: Arc<Mutex<Vec<String>>>,
    told: Arc<Mutex<Vec<String>>>,
}

impl Attendant for Person {
    fn patience(&self) -> Option<Duration> {
        self.patience
    }
    fn is_on_terminal(&self) -> bool {
        false
    }
    fn waiting(&self, what: &str) {
        self.told.lock().expect("whole").push(what.to_owned());
    }
    fn code<'a>(&'a self, device: &'a str) -> BoxFuture<'a, Option<Token>> {
        self.asked.lock().expect("whole").push(device.to_owned());
        let code = self.codes.lock().expect("whole").pop();
        Box::pin(std::future::ready(code.map(|code| Token::new(code.to_owned()))))
    }
}

async fn until(mut done: impl FnMut() -> bool) {
    while !done() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_command_runs_once_for_all_who_ask() {
    let home = Home::with_process(&format!("echo '{KEYS}'"));
    let supply = home.supply("p", Unattended, &silence());
    let asked = futures_util::future::join_all((0..14).map(|_| supply.credentials())).await;
    assert!(asked.iter().all(|got| got.as_ref().is_ok_and(|keys| keys.access_key_id() == "AKID")));
    assert!(supply.credentials().await.is_ok());
    assert_eq!(home.runs(), 1);
}

#[tokio::test]
async fn a_failure_is_shared_keeps_its_first_reason_and_is_not_tried_again_at_once() {
    let home = Home::with_process("echo 'no card in the reader' >&2; exit 1");
    let supply = home.supply("p", Unattended, &silence());
    for _ in 0..3 {
        for got in futures_util::future::join_all((0..14).map(|_| supply.credentials())).await {
            let fault = got.expect_err("it failed");
            assert_eq!(fault.message, "it ended with 1: no card in the reader");
            assert!(fault.is_login() && fault.advice.is_some_and(|it| it.contains("credential_process of profile p")));
        }
    }
    assert_eq!(home.runs(), 1);
}

#[tokio::test]
async fn a_command_that_waits_for_a_person_is_waited_for_once_and_ended_as_a_group() {
    let home = Home::with_process("sleep 600 & wait");
    let person = Person { patience: Some(Duration::from_millis(50)), ..Person::default() };
    let supply = home.supply("p", person, &silence());
    // What is waited for is known once it runs; a busy machine may take longer to begin it than anybody waits.
    while home.runs() == 0 {
        let fault = supply.credentials().await.expect_err("still waiting");
        assert!(fault.message.starts_with("waiting for "), "{fault}");
    }
    for _ in 0..2 {
        for got in futures_util::future::join_all((0..7).map(|_| supply.credentials())).await {
            let fault = got.expect_err("still waiting");
            assert!(fault.message.starts_with("waiting for credential_process of profile p"), "{fault}");
        }
    }
    supply.end();
    until(|| supply.0.state().flight.is_none()).await;
    assert_eq!(home.runs(), 1, "it is not run again by itself");
    assert!(supply.credentials().await.is_err_and(|fault| fault.message.contains("by a signal")));
}

#[tokio::test]
async fn a_command_is_told_of_where_it_takes_long() {
    let home = Home::with_process(&format!("sleep 3; echo '{KEYS}'"));
    let person = Person::default();
    let told = Arc::clone(&person.told);
    assert!(home.supply("p", person, &silence()).credentials().await.is_ok());
    assert_eq!(*told.lock().expect("whole"), ["credential_process of profile p"]);
}

const MFA: &str = "\
[profile base]
aws_access_key_id = AKID
aws_secret_access_key = S
[profile p]
role_arn = arn:aws:iam::123456789012:role/ops
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/me
";
const ASSUMED: &str = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
    <Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>\
    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
const DENIED: &str = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
    <Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA one time pass code.</Message>\
    </Error></ErrorResponse>";

#[tokio::test]
async fn a_role_with_a_device_is_assumed_with_the_code_of_who_is_there() {
    let home = Home::new(MFA);
    let script = Script::new([(200, ASSUMED)]);
    let person = Person { codes: Mutex::new(vec!["123456"]), ..Person::default() };
    let asked = Arc::clone(&person.asked);
    let keys = home.supply("p", person, &script).credentials().await.expect("credentials");
    assert_eq!((keys.access_key_id(), keys.session_token()), ("ASIA", Some("T")));
    assert_eq!(*asked.lock().expect("whole"), ["arn:aws:iam::123456789012:mfa/me"]);
    let [sent] = &script.sent()[..] else { panic!("one call") };
    assert!(sent.body.contains("TokenCode=123456") && sent.body.contains("SerialNumber="), "{}", sent.body);
}

#[tokio::test]
async fn without_a_person_the_code_is_wanted_and_may_be_given_later() {
    let home = Home::new(MFA);
    let script = Script::new([(403, DENIED), (200, ASSUMED)]);
    let supply = home.supply("p", Unattended, &script);
    let fault = supply.credentials().await.expect_err("no code");
    assert_eq!(
        (fault.operation.as_str(), fault.on.as_deref()),
        ("sts:AssumeRole", Some("arn:aws:iam::123456789012:role/ops"))
    );
    assert!(fault.message.contains("mfa/me") && fault.is_login(), "{fault}");
    assert_eq!(supply.wanted_code().as_deref(), Some("arn:aws:iam::123456789012:mfa/me"));
    supply.give_code(Token::new("000000".to_owned()));
    let fault = supply.credentials().await.expect_err("a wrong code");
    assert_eq!(fault.operation, "sts:AssumeRole");
    assert!(fault.is_login() && fault.message.contains("invalid MFA one time pass code"), "{fault}");
    supply.give_code(Token::new("123456".to_owned()));
    assert!(supply.credentials().await.is_ok());
}

#[tokio::test]
async fn keys_that_cannot_be_sent_are_refused_before_the_sdk_sees_them() {
    let home = Home::with_process(r#"printf '%s' '{"Version":1,"AccessKeyId":"AK\nID","SecretAccessKey":"S"}'"#);
    let fault = home.supply("p", Unattended, &silence()).credentials().await.expect_err("refused");
    assert!(fault.message.contains("credential_process cannot be used: it holds a line break"), "{fault}");
    assert!(!fault.message.contains("AK"), "{fault}");
}

#[tokio::test]
async fn a_fault_goes_through_the_sdk_as_it_is() {
    let home = Home::with_process("exit 7");
    let supply = home.supply("p", Unattended, &silence());
    let error = supply.provide_credentials().await.expect_err("it failed");
    let fault = crate::aws::fault::credentials_fault("ecs:ListClusters", &error);
    assert_eq!((fault.operation.as_str(), fault.message.as_str()), ("credential_process", "it ended with 7"));
}
