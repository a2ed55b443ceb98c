//! Where the credentials of a source come from: a base and the roles assumed with it, resolved from the profiles and the
//! environment in the AWS CLI's order. Which login helps is decided here too, once. Pure; nothing is asked here.

use super::super::profile_file::{Section, SectionKind};
use super::super::profiles::Profiles;
use super::super::source::Source;
use crate::text::shell::quoted;
use crate::world::{Fault, FaultKind};

/// Longest chain of `source_profile`s followed.
const LONGEST_CHAIN: usize = 16;

/// Where the first credentials come from.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Base {
    /// Keys in place of the environment's.
    Given,
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Environment,
    /// Keys in a file.
    Keys { id: String, secret: String, token: Option<String> },
    /// A command that prints them.
    Process { command: String },
    /// IAM Identity Center.
    Sso { start_url: String, region: String, account: String, role: String, session: Option<String> },
    /// A session of the AWS web console, as `aws login` makes it.
    LoginSession { name: String },
    /// A token in a file, for a role.
    WebIdentity { file: String, role: String, session: Option<String> },
    /// The role of an ECS task, or another answer by HTTP.
    Container,
    /// The role of the EC2 instance.
    Instance,
}

impl std::fmt::Debug for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Keys, and the arguments of commands, are secrets.
        f.write_str(self.name())
    }
}

impl Base {
    /// What it is called in messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Given => "given keys",
            Self::Environment => "environment variables",
            Self::Keys { .. } => "keys in a file",
            Self::Process { .. } => "credential_process",
            Self::Sso { .. } => "IAM Identity Center",
            Self::LoginSession { .. } => "aws login",
            Self::WebIdentity { .. } => "web identity",
            Self::Container => "container credentials",
            Self::Instance => "instance metadata",
        }
    }
}

/// A role to assume.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Role {
    /// Its ARN.
    pub(crate) arn: String,
    /// The profile that names it; `None` for the configuration's.
    pub(crate) profile: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) session_name: Option<String>,
    /// The device whose code is wanted.
    pub(crate) mfa_serial: Option<String>,
    /// How many seconds it is wanted for.
    pub(crate) seconds: Option<i32>,
}

/// A base, and the roles assumed with it, the first one first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Chain {
    pub(crate) base: Base,
    /// The profile that the base stands in.
    pub(crate) profile: Option<String>,
    pub(crate) roles: Vec<Role>,
}

impl Chain {
    /// The chain of a source. `given` says that there are keys in place of the environment's.
    ///
    /// # Errors
    /// The profiles do not say where credentials come from.
    pub(crate) fn of(profiles: &Profiles, source: &Source, given: bool) -> Result<Self, Fault> {
        let mut chain = match &source.profile {
            // A profile that was asked for by name counts more than keys that happen to be in the environment.
            Some(name) => of_profile(profiles, name)?.ok_or_else(|| {
                odd(name, "it says nothing of credentials: no keys, no role, no sso_session, no credential_process")
            })?,
            None if given => Self { base: Base::Given, profile: None, roles: Vec::new() },
            None => by_default(profiles, source)?,
        };
        chain.roles.extend(source.role_arn.as_ref().map(|arn| Role {
            arn: arn.clone(),
            profile: None,
            external_id: source.external_id.clone(),
            session_name: source.session_name.clone(),
            mfa_serial: None,
            seconds: None,
        }));
        Ok(chain)
    }

    /// The command that logs in again where the base is a login.
    pub(crate) fn login(&self) -> Option<Vec<String>> {
        let profile = self.profile.as_deref()?;
        let command: &[&str] = match self.base {
            Base::Sso { .. } => &["aws", "sso", "login", "--profile", profile],
            Base::LoginSession { .. } => &["aws", "login", "--profile", profile],
            _ => return None,
        };
        Some(command.iter().map(|word| (*word).to_owned()).collect())
    }

    /// What to do when the base ran out or is refused.
    pub(crate) fn advice(&self) -> String {
        if let Some(command) = self.login() {
            let words: Vec<String> = command.iter().map(|word| quoted(word)).collect();
            return format!("log in: `{}`; toban goes on by itself then", words.join(" "));
        }
        let profile = self.profile.as_deref().unwrap_or("default");
        match self.base {
            Base::Process { .. } => {
                format!("look at the credential_process of profile {profile}; toban runs it again by itself")
            }
            Base::Keys { .. } => format!("renew the keys of profile {profile}; toban picks them up by itself"),
            Base::WebIdentity { .. } => "renew the web identity token; toban picks it up by itself".to_owned(),
            Base::Given | Base::Environment => {
                "log in again where the keys came from, set AWS_ACCESS_KEY_ID and its companions anew, and start toban again"
                    .to_owned()
            }
            Base::Container | Base::Instance => {
                "set AWS_PROFILE or --profile, or give this machine a role; toban looks again by itself".to_owned()
            }
            Base::Sso { .. } | Base::LoginSession { .. } => "log in again".to_owned(),
        }
    }
}

fn odd(profile: &str, why: &str) -> Fault {
    let fault = Fault::new(FaultKind::Credentials, "choosing the credentials", format!("profile {profile}: {why}"));
    fault.advise(format!("correct profile {profile} in ~/.aws/config, or choose another by --profile"))
}

/// Without a profile of its own: the environment, the profile that it names, then the machine.
fn by_default(profiles: &Profiles, source: &Source) -> Result<Chain, Fault> {
    let variables = profiles.variables();
    let base = |base| Chain { base, profile: None, roles: Vec::new() };
    if variables.keys()?.is_some() {
        return Ok(base(Base::Environment));
    }
    let name = profiles.name_for(source)?;
    let profile = of_profile(profiles, name)?;
    // A token of the environment comes after a role of the profile, and before everything else in it.
    if let (Some(file), false) =
        (variables.get("AWS_WEB_IDENTITY_TOKEN_FILE"), profile.as_ref().is_some_and(|chain| !chain.roles.is_empty()))
    {
        let role = variables.get("AWS_ROLE_ARN").ok_or_else(|| {
            let why = "it is not set, and AWS_WEB_IDENTITY_TOKEN_FILE is";
            super::super::variables::refused("AWS_ROLE_ARN", why)
        })?;
        let session = variables.get("AWS_ROLE_SESSION_NAME").map(str::to_owned);
        return Ok(base(Base::WebIdentity { file: file.to_owned(), role: role.to_owned(), session }));
    }
    if let Some(chain) = profile {
        return Ok(chain);
    }
    let container = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
    if container.iter().any(|name| variables.get(name).is_some()) {
        return Ok(base(Base::Container));
    }
    Ok(base(Base::Instance))
}

/// What a profile says; `None` where it says nothing of credentials.
fn of_profile(profiles: &Profiles, name: &str) -> Result<Option<Chain>, Fault> {
    let mut roles: Vec<Role> = Vec::new();
    let mut visited: Vec<String> = Vec::new();
    let mut name = name.to_owned();
    loop {
        let Some(profile) = profiles.profile(&name)? else {
            return match visited.last() {
                Some(by) => Err(odd(by, &format!("its source_profile {name} does not exist"))),
                None => Ok(None),
            };
        };
        // Behind the first profile keys count before a role: that is how a profile names itself.
        let has_keys = profile.get("aws_access_key_id").is_some();
        let role = role(&name, profile)?.filter(|_| visited.is_empty() || !has_keys);
        let Some(role) = role else { return finish(profiles, name, profile, visited, roles) };
        roles.push(role);
        match (profile.get("source_profile"), profile.get("credential_source")) {
            (Some(_), Some(_)) => return Err(odd(&name, "it has both source_profile and credential_source")),
            (None, None) => return Err(odd(&name, "it has role_arn without source_profile or credential_source")),
            (None, Some(named)) => {
                let base = named_source(profiles, &name, named)?;
                roles.reverse();
                return Ok(Some(Chain { base, profile: Some(name), roles }));
            }
            (Some(next), None) if visited.len() >= LONGEST_CHAIN || visited.iter().any(|known| known == next) => {
                return Err(odd(&name, &format!("its source_profile {next} leads back to itself")));
            }
            (Some(next), None) if next == name && !has_keys => {
                return Err(odd(&name, "it is its own source_profile, but has no keys"));
            }
            (Some(next), None) => {
                let next = next.to_owned();
                visited.push(name);
                name = next;
            }
        }
    }
}

/// The base that `profile` holds, below the roles found so far.
fn finish(
    profiles: &Profiles,
    name: String,
    profile: &Section,
    visited: Vec<String>,
    mut roles: Vec<Role>,
) -> Result<Option<Chain>, Fault> {
    roles.reverse();
    match (base(profiles, &name, profile)?, visited.last()) {
        (Some(base), _) => Ok(Some(Chain { base, profile: Some(name), roles })),
        (None, Some(by)) => Err(odd(by, &format!("its source_profile {name} says nothing of credentials"))),
        (None, None) => Ok(None),
    }
}

fn role(name: &str, profile: &Section) -> Result<Option<Role>, Fault> {
    // With a token's file the role belongs to that token.
    if profile.get("web_identity_token_file").is_some() {
        return Ok(None);
    }
    let Some(arn) = profile.get("role_arn") else { return Ok(None) };
    if !arn.starts_with("arn:") || arn.contains(char::is_whitespace) {
        return Err(odd(name, &format!("{arn} is no ARN of a role")));
    }
    let text = |key| profile.get(key).map(str::to_owned);
    Ok(Some(Role {
        arn: arn.to_owned(),
        profile: Some(name.to_owned()),
        external_id: text("external_id"),
        session_name: text("role_session_name"),
        mfa_serial: text("mfa_serial"),
        seconds: profile.get("duration_seconds").and_then(|text| text.parse().ok()),
    }))
}

fn named_source(profiles: &Profiles, name: &str, named: &str) -> Result<Base, Fault> {
    match named.to_ascii_lowercase().as_str() {
        "environment" if profiles.variables().keys()?.is_none() => {
            Err(odd(name, "its credential_source is Environment, and AWS_ACCESS_KEY_ID is not set"))
        }
        "environment" => Ok(Base::Environment),
        "ec2instancemetadata" => Ok(Base::Instance),
        "ecscontainer" => Ok(Base::Container),
        _ => Err(odd(name, &format!("its credential_source {named} is none there is"))),
    }
}

/// The base in the CLI's order: token, Identity Center, keys of the credentials file, console login, command, keys.
fn base(profiles: &Profiles, name: &str, profile: &Section) -> Result<Option<Base>, Fault> {
    let text = |key| profile.get(key).map(str::to_owned);
    if let Some(file) = text("web_identity_token_file") {
        let role = text("role_arn").ok_or_else(|| odd(name, "it has web_identity_token_file without role_arn"))?;
        return Ok(Some(Base::WebIdentity { file, role, session: text("role_session_name") }));
    }
    if let Some(base) = sso(profiles, name, profile)? {
        return Ok(Some(base));
    }
    if let Some(keys) = profiles.in_credentials_file(name).map(|section| keys(name, section)).transpose()?.flatten() {
        return Ok(Some(keys));
    }
    if let Some(session) = text("login_session") {
        return Ok(Some(Base::LoginSession { name: session }));
    }
    if let Some(command) = text("credential_process") {
        return Ok(Some(Base::Process { command }));
    }
    keys(name, profile)
}

fn keys(name: &str, section: &Section) -> Result<Option<Base>, Fault> {
    let Some(id) = section.get("aws_access_key_id") else { return Ok(None) };
    let secret = section
        .get("aws_secret_access_key")
        .ok_or_else(|| odd(name, "it has aws_access_key_id without aws_secret_access_key"))?;
    let token = section.get("aws_security_token").or_else(|| section.get("aws_session_token")).map(str::to_owned);
    Ok(Some(Base::Keys { id: id.to_owned(), secret: secret.to_owned(), token }))
}

fn sso(profiles: &Profiles, name: &str, profile: &Section) -> Result<Option<Base>, Fault> {
    let (Some(account), Some(role)) = (profile.get("sso_account_id"), profile.get("sso_role_name")) else {
        return match (profile.get("sso_account_id"), profile.get("sso_role_name")) {
            (None, None) => Ok(None),
            _ => Err(odd(name, "of sso_account_id and sso_role_name only one is set")),
        };
    };
    let session = profile.get("sso_session");
    let section = match session {
        Some(session) => profiles
            .section(SectionKind::SsoSession, session)?
            .ok_or_else(|| odd(name, &format!("there is no [sso-session {session}]")))?,
        None => profile,
    };
    let wanted = |key: &str| {
        let there = if session.is_some() { "its sso-session has" } else { "it has" };
        section.get(key).map(str::to_owned).ok_or_else(|| odd(name, &format!("{there} no {key}")))
    };
    Ok(Some(Base::Sso {
        start_url: wanted("sso_start_url")?,
        region: wanted("sso_region")?,
        account: account.to_owned(),
        role: role.to_owned(),
        session: session.map(str::to_owned),
    }))
}

#[cfg(test)]
mod tests;
