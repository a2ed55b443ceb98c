//! What the shared AWS files (`~/.aws/config`, `~/.aws/credentials`, or where the environment
//! says they are) tell of profiles: which exist, their region, how to log in. No secret is kept.

use aws_config::profile::{ProfileSet, load};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::source::Source;
use crate::world::{Fault, FaultKind};

/// Longest chain of `source_profile`s followed.
const LONGEST_CHAIN: usize = 8;

/// The profiles of the shared files.
#[derive(Debug)]
pub(crate) struct Profiles {
    set: ProfileSet,
    env: Env,
}

impl Profiles {
    /// Reads the files as they are now.
    pub(crate) async fn read() -> Result<Self, Fault> {
        Self::read_from(&Fs::real(), Env::real()).await
    }

    async fn read_from(fs: &Fs, env: Env) -> Result<Self, Fault> {
        match load(fs, &env, &EnvConfigFiles::default(), None).await {
            Ok(set) => Ok(Self { set, env }),
            Err(error) => {
                let mut message = error.to_string();
                let mut cause = std::error::Error::source(&error);
                while let Some(here) = cause {
                    message = format!("{message}: {here}");
                    cause = here.source();
                }
                Err(Fault::new(FaultKind::Credentials, "reading AWS profiles", message).on("~/.aws/config"))
            }
        }
    }

    /// The profile a source uses: its own, or the one the environment names.
    pub(super) fn name_for(&self, source: &Source) -> String {
        let named = source.profile.clone().or_else(|| self.env.get("AWS_PROFILE").ok().filter(|name| !name.is_empty()));
        named.unwrap_or_else(|| "default".to_owned())
    }

    /// Says so if a source names a profile that does not exist; nobody need have one called `default`.
    pub(crate) fn check(&self, source: &Source) -> Result<(), Fault> {
        let name = self.name_for(source);
        if self.set.get_profile(&name).is_some() || (source.profile.is_none() && name == "default") {
            return Ok(());
        }
        let mut known: Vec<&str> = self.set.profiles().collect();
        known.sort_unstable();
        let known = if known.is_empty() {
            "there are none in ~/.aws/config and ~/.aws/credentials".to_owned()
        } else {
            format!("there are: {}", known.join(", "))
        };
        let message = format!("there is no profile {name}; {known}");
        Err(Fault::new(FaultKind::Credentials, "choosing the profile", message).on(name))
    }

    /// The region of the environment, else of the source's profile.
    pub(crate) fn region(&self, source: &Source) -> Option<String> {
        let set = |key| self.env.get(key).ok().filter(|region| !region.trim().is_empty());
        set("AWS_REGION").or_else(|| set("AWS_DEFAULT_REGION")).or_else(|| {
            let profile = self.set.get_profile(&self.name_for(source))?;
            profile.get("region").map(str::to_owned).filter(|region| !region.is_empty())
        })
    }

    /// Whether the metadata service may be asked.
    pub(crate) fn may_ask_metadata(&self) -> bool {
        !self.env.get("AWS_EC2_METADATA_DISABLED").is_ok_and(|off| off.eq_ignore_ascii_case("true"))
    }

    /// The command that logs a source in, if it or a profile it builds on uses IAM Identity Center.
    pub(crate) fn login(&self, source: &Source) -> Option<Vec<String>> {
        let mut name = self.name_for(source);
        for _ in 0..LONGEST_CHAIN {
            let profile = self.set.get_profile(&name)?;
            if profile.get("sso_session").is_some() || profile.get("sso_start_url").is_some() {
                return Some(["aws", "sso", "login", "--profile", &name].map(str::to_owned).to_vec());
            }
            name = profile.get("source_profile")?.to_owned();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Env, Fs, Profiles};
    use crate::aws::Source;

    const CONFIG: &str = "[default]\nregion = eu-west-1\n\
        [profile sso]\nsso_session = corp\nregion = ap-northeast-1\n[sso-session corp]\nsso_start_url = https://x\n\
        [profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = sso\n\
        [profile keys]\naws_access_key_id = A\n";

    async fn profiles(env: &[(&str, &str)]) -> Profiles {
        let mut env = env.to_vec();
        env.push(("AWS_CONFIG_FILE", "/config"));
        env.push(("AWS_SHARED_CREDENTIALS_FILE", "/credentials"));
        let fs = Fs::from_slice(&[("/config", CONFIG), ("/credentials", "")]);
        Profiles::read_from(&fs, Env::from_slice(&env)).await.expect("the files")
    }

    #[tokio::test]
    async fn an_unknown_profile_is_named_with_those_there_are() {
        let profiles = profiles(&[]).await;
        let fault = profiles.check(&Source::profile("prodd")).expect_err("no such profile");
        assert_eq!(fault.message, "there is no profile prodd; there are: default, keys, role, sso");
        assert!(profiles.check(&Source::current()).is_ok());
        assert!(profiles.check(&Source::profile("role")).is_ok());
    }

    #[tokio::test]
    async fn the_environment_names_the_profile_and_the_region_first() {
        let named = profiles(&[("AWS_PROFILE", "nobody")]).await;
        assert!(named.check(&Source::current()).is_err());
        assert!(named.check(&Source::profile("sso")).is_ok());
        assert_eq!(named.region(&Source::profile("sso")).as_deref(), Some("ap-northeast-1"));
        let with_region = profiles(&[("AWS_REGION", "us-east-1")]).await;
        assert_eq!(with_region.region(&Source::profile("sso")).as_deref(), Some("us-east-1"));
        assert_eq!(profiles(&[]).await.region(&Source::profile("keys")), None);
    }

    #[tokio::test]
    async fn a_login_is_offered_where_identity_center_is_behind_it() {
        let profiles = profiles(&[]).await;
        let sso = ["aws", "sso", "login", "--profile", "sso"].map(str::to_owned).to_vec();
        assert_eq!(profiles.login(&Source::profile("sso")), Some(sso.clone()));
        assert_eq!(profiles.login(&Source::profile("role")), Some(sso), "through its source profile");
        assert_eq!(profiles.login(&Source::profile("keys")), None);
    }

    #[tokio::test]
    async fn a_broken_file_says_where() {
        let fs = Fs::from_slice(&[("/config", "[default\nregion"), ("/credentials", "")]);
        let env = Env::from_slice(&[("AWS_CONFIG_FILE", "/config"), ("AWS_SHARED_CREDENTIALS_FILE", "/credentials")]);
        let fault = Profiles::read_from(&fs, env).await.expect_err("a broken file");
        assert!(fault.message.contains('1'), "{}", fault.message);
    }
}
