//! Both files together, and what the environment changes.

use super::Profiles;
use crate::aws::Source;
use crate::aws::variables::Variables;

const CONFIG: &str = "[default]\nregion = eu-west-1\n\
    [profile sso]\nsso_session = corp\nregion = ap-northeast-1\n[sso-session corp]\nsso_start_url = https://x\n\
    [profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = sso\n\
    [profile keys]\naws_access_key_id = A\n";

/// Profiles of these texts, with these variables.
pub(crate) fn profiles(config: &str, credentials: &str, env: &[(&str, &str)]) -> Profiles {
    let variables = Variables::of(env.iter().copied()).expect("usable variables");
    Profiles::of(variables, ("config", config), ("credentials", credentials))
}

#[test]
fn an_unknown_profile_is_named_with_those_there_are() {
    let profiles = profiles(CONFIG, "", &[]);
    let fault = profiles.check(&Source::profile("prodd")).expect_err("no such profile");
    assert_eq!(fault.message, "there is no profile prodd; there are: default, keys, role, sso");
    assert!(profiles.check(&Source::current()).is_ok());
    assert!(profiles.check(&Source::profile("role")).is_ok());
}

#[test]
fn the_environment_names_the_profile_and_the_region_first() {
    let named = profiles(CONFIG, "", &[("AWS_DEFAULT_PROFILE", "nobody")]);
    assert!(named.check(&Source::current()).is_err());
    assert!(named.check(&Source::profile("sso")).is_ok());
    assert_eq!(named.region(&Source::profile("sso")).as_deref(), Some("ap-northeast-1"));
    let by_default = profiles(CONFIG, "", &[("AWS_DEFAULT_PROFILE", "sso")]);
    assert_eq!(by_default.region(&Source::current()).as_deref(), Some("ap-northeast-1"));
    let with_region = profiles(CONFIG, "", &[("AWS_REGION", "us-east-1")]);
    assert_eq!(with_region.region(&Source::profile("sso")).as_deref(), Some("us-east-1"));
    assert_eq!(profiles(CONFIG, "", &[]).region(&Source::profile("keys")), None);
}

#[test]
fn a_broken_profile_says_where_and_costs_no_other() {
    let all =
        profiles("[profile bad]\nregion\n[profile good]\nregion = eu-west-1\n", "[good]\naws_access_key_id = A\n", &[]);
    let fault = all.check(&Source::profile("bad")).expect_err("broken");
    assert!(fault.message.contains("line 2 of config: there is no = in it"), "{}", fault.message);
    assert!(fault.is_login());
    assert!(all.check(&Source::profile("good")).is_ok());
    assert_eq!(all.complaints().len(), 1);
}

#[test]
fn settings_that_cannot_be_used_are_refused_by_their_profile() {
    let all = profiles("[profile p]\nregion = eu west\n[profile q]\nendpoint_url = here\n", "", &[]);
    let message = |source: &Source| all.check(source).expect_err("refused").message;
    assert!(message(&Source::profile("p")).starts_with("region of profile p cannot be used"));
    assert!(message(&Source::profile("q")).starts_with("endpoint_url of profile q cannot be used"));
    assert!(message(&Source::profile("a\nb")).starts_with("the profile cannot be used: it holds a line break"));
    let source = Source::current().in_regions(["eu-west-1\r"]);
    assert!(message(&source).starts_with("the region cannot be used: it holds a carriage return"));
    let source = Source { endpoint_url: Some("http://x\n".to_owned()), ..Source::current() };
    assert!(message(&source).starts_with("the endpoint cannot be used: it holds a line break"));
}

#[test]
fn a_file_is_read_and_nothing_else_is() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("config");
    std::fs::write(&path, "[profile p]\nregion = eu-west-1\n").expect("written");
    let read = |path: &std::path::Path| {
        let path = path.to_str().expect("a path");
        let env = [("AWS_CONFIG_FILE", path), ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")];
        Profiles::read_with(Variables::of(env).expect("usable"))
    };
    assert!(read(&path).is_ok_and(|all| all.check(&Source::profile("p")).is_ok()));
    for odd in [dir.path(), std::path::Path::new("/dev/zero")] {
        let fault = read(odd).expect_err("no file");
        assert!(fault.message.contains("not a file") && fault.is_login(), "{fault}");
    }
    // Text in another encoding is no reason to take another account.
    std::fs::write(&path, b"[profile p]\nregion = eu-west-1\n[profile q]\nregion = \xff\n").expect("written");
    let all = read(&path).expect("read");
    assert!(all.check(&Source::profile("p")).is_ok() && all.check(&Source::profile("q")).is_err());
    let home = dir.path().join(".aws");
    std::fs::create_dir(&home).expect("made");
    std::fs::write(home.join("config"), "[profile h]\n").expect("written");
    let at_home = Variables::of([("HOME", dir.path().to_str().expect("a path"))]).expect("usable");
    assert!(Profiles::read_with(at_home).is_ok_and(|all| all.check(&Source::profile("h")).is_ok()));
}

#[tokio::test]
async fn the_sdk_gets_settings_and_no_keys() {
    let all = profiles(
        "[profile my city]\n[profile \"my city\"]\nendpoint_url = http://localhost:5000\nservices = here\n\
         aws_secret_access_key = hush\ns3 =\n  max_concurrent_requests = 5\n\
         [services here]\necs =\n  endpoint_url = http://localhost:6000\n",
        "",
        &[],
    );
    let files = all.for_sdk(&Source::profile("my city"));
    let (fs, env) =
        (aws_types::os_shim_internal::Fs::from_slice(&[]), aws_types::os_shim_internal::Env::from_slice(&[]));
    let set = aws_config::profile::load(&fs, &env, &files, None).await.expect("the SDK reads it");
    assert_eq!(set.get("endpoint_url"), Some("http://localhost:5000"));
    assert_eq!(set.get("aws_secret_access_key"), None);
    assert!(format!("{set:?}").contains("http://localhost:6000"));
}
