//! The profiles of both shared AWS files (`~/.aws/config`, `~/.aws/credentials`, or where the environment says they
//! are): which exist, what each sets, and what is wrong with one. Read here once for all uses.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};

use super::profile_file::{FileKind, ProfileFile, Section, SectionKind};
use super::source::Source;
use super::variables::{self, Variables};
use crate::world::{Fault, FaultKind};

/// Larger files are none that people or tools write.
const LARGEST: u64 = 8 << 20;

/// The profiles of the shared files, with the variables they were found by.
#[derive(Clone, Default)]
pub(crate) struct Profiles {
    /// What both files say, the credentials file over the other.
    sections: BTreeMap<(SectionKind, String), Section>,
    /// The credentials file alone: keys in it come before a `credential_process` of the other.
    credentials: BTreeMap<String, Section>,
    /// Lines that are not understood and belong to no profile.
    notes: Vec<String>,
    /// Names in the order of the files.
    names: Vec<String>,
    variables: Variables,
}

impl std::fmt::Debug for Profiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Keys are among the values.
        f.debug_struct("Profiles").field("names", &self.names).finish_non_exhaustive()
    }
}

/// The names of the profiles that the AWS files hold, by the environment `var`; none where they cannot be read.
#[must_use]
pub fn profile_names(var: &impl Fn(&str) -> Option<OsString>) -> Vec<String> {
    let names = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "HOME"];
    let variables = Variables::of(names.into_iter().filter_map(|name| Some((name, var(name)?))));
    let profiles = variables.and_then(Profiles::read_with);
    profiles.map(|profiles| profiles.names).unwrap_or_else(|fault| {
        tracing::warn!(%fault, "profiles cannot be offered");
        Vec::new()
    })
}

impl Profiles {
    /// Reads the files as they are now, where these variables say they are.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) async fn read(variables: Variables) -> Result<Self, Fault> {
        let lost = |_| Fault::new(FaultKind::Credentials, "reading AWS profiles", "the reading broke off");
        tokio::task::spawn_blocking(|| Self::read_with(variables)).await.map_err(lost)?
    }

    /// The same at once.
    pub(crate) fn read_with(variables: Variables) -> Result<Self, Fault> {
        let config = text(&variables, "AWS_CONFIG_FILE", "~/.aws/config")?;
        let credentials = text(&variables, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")?;
        Ok(Self::of(variables, (&config.0, &config.1), (&credentials.0, &credentials.1)))
    }

    /// Of the texts of both files, each with what it is called.
    fn of(variables: Variables, config: (&str, &str), credentials: (&str, &str)) -> Self {
        let ProfileFile { mut sections, mut notes } = ProfileFile::parse(config.1, FileKind::Config, config.0);
        let own = ProfileFile::parse(credentials.1, FileKind::Credentials, credentials.0);
        notes.extend(own.notes);
        let mut alone = BTreeMap::new();
        for ((kind, name), section) in own.sections {
            let merged = sections.entry((kind, name.clone())).or_default();
            merged.keys.extend(section.keys.clone());
            if merged.fault.is_none() {
                merged.fault.clone_from(&section.fault);
            }
            alone.insert(name, section);
        }
        let mut names: Vec<String> =
            sections.keys().filter(|(kind, _)| *kind == SectionKind::Profile).map(|(_, name)| name.clone()).collect();
        // The one that is used without a name stands first.
        names.sort_by_key(|name| name != "default");
        Self { sections, credentials: alone, notes, names, variables }
    }

    /// The variables of the environment.
    pub(crate) fn variables(&self) -> &Variables {
        &self.variables
    }

    /// The profile a source uses: its own, or the one the environment names.
    ///
    /// # Errors
    /// The name cannot be used, or the environment names two.
    pub(crate) fn name_for<'a>(&'a self, source: &'a Source) -> Result<&'a str, Fault> {
        if let Some(name) = &source.profile {
            variables::profile(name).map_err(|why| variables::refused("the profile", &why))?;
            return Ok(name);
        }
        Ok(self.variables.profile()?.unwrap_or("default"))
    }

    /// Says so if a source names a profile that does not exist, cannot be relied on, or settings that cannot be used;
    /// nobody need have a profile called `default`.
    ///
    /// # Errors
    /// What is wrong, with the file's line where it is one.
    pub(crate) fn check(&self, source: &Source) -> Result<(), Fault> {
        for region in &source.regions {
            variables::region(region).map_err(|why| variables::refused("the region", &why))?;
        }
        if let Some(url) = &source.endpoint_url {
            variables::endpoint(url).map_err(|why| variables::refused("the endpoint", &why))?;
        }
        let name = self.name_for(source)?;
        let is_optional = source.profile.is_none() && name == "default";
        match self.section(SectionKind::Profile, name)? {
            None if !is_optional => Err(self.missing(name)),
            None => Ok(()),
            Some(section) => self.check_settings(name, section),
        }
    }

    fn missing(&self, name: &str) -> Fault {
        let known = match self.names.as_slice() {
            [] => "there are none in ~/.aws/config and ~/.aws/credentials".to_owned(),
            names => format!("there are: {}", names.join(", ")),
        };
        let noted = self.notes.iter().map(|note| format!("; {note}")).collect::<String>();
        let message = format!("there is no profile {name}; {known}{noted}");
        Fault::new(FaultKind::Credentials, "choosing the profile", message).on(name)
    }

    /// The settings that go into addresses and headers.
    fn check_settings(&self, name: &str, section: &Section) -> Result<(), Fault> {
        let refused = |key: &str, why: &str| variables::refused(&format!("{key} of profile {name}"), why);
        for (key, value) in &section.keys {
            let checked = match key.as_str() {
                "region" | "sso_region" => variables::region(&value.text),
                "endpoint_url" => variables::endpoint(&value.text),
                "use_fips_endpoint" | "use_dualstack_endpoint" => variables::flag(&value.text).map(|_| ()),
                "aws_access_key_id" | "aws_secret_access_key" | "aws_session_token" => variables::key(&value.text),
                _ => Ok(()),
            };
            checked.map_err(|why| refused(key, &why))?;
        }
        Ok(())
    }

    /// A section that can be relied on.
    ///
    /// # Errors
    /// The section holds a line that is not understood.
    pub(crate) fn section(&self, kind: SectionKind, name: &str) -> Result<Option<&Section>, Fault> {
        let Some(section) = self.sections.get(&(kind, name.to_owned())) else { return Ok(None) };
        let Some(fault) = &section.fault else { return Ok(Some(section)) };
        let what = match kind {
            SectionKind::Profile => "profile",
            SectionKind::SsoSession => "sso-session",
            SectionKind::Services => "services",
        };
        let message = format!("{what} {name} is not used, as a part of it is not understood: {fault}");
        let fault = Fault::new(FaultKind::Credentials, "reading AWS profiles", message).on(name);
        Err(fault.advise("correct that line; every other profile works meanwhile"))
    }

    /// A profile that can be relied on, if there is one of this name.
    ///
    /// # Errors
    /// It holds a line that is not understood.
    pub(crate) fn profile(&self, name: &str) -> Result<Option<&Section>, Fault> {
        self.section(SectionKind::Profile, name)
    }

    /// What the credentials file alone says of a profile.
    pub(crate) fn in_credentials_file(&self, name: &str) -> Option<&Section> {
        self.credentials.get(name)
    }

    /// Everything in the files that is not understood: lines of no profile, and the first of each profile.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let faults = self.sections.values().filter_map(|section| section.fault.clone());
        self.notes.iter().cloned().chain(faults).collect()
    }

    /// The region of the environment, else of the source's profile.
    pub(crate) fn region(&self, source: &Source) -> Option<String> {
        let own = || self.value(source, "region").map(str::to_owned);
        self.variables.region().map(str::to_owned).or_else(own)
    }

    /// A setting of the source's profile.
    pub(crate) fn value(&self, source: &Source, key: &str) -> Option<&str> {
        self.profile(self.name_for(source).ok()?).ok()??.get(key)
    }

    /// The settings of a source's profile as the SDK takes them, under the name `default`: endpoints, retries and the
    /// like. Credentials are not among them.
    pub(crate) fn for_sdk(&self, source: &Source) -> EnvConfigFiles {
        let mut text = String::from("[default]\n");
        let profile = self.name_for(source).ok().and_then(|name| self.profile(name).ok()?);
        if let Some(profile) = profile {
            text.push_str(&keys(profile));
            let services = profile.get("services");
            let section = services.and_then(|name| self.section(SectionKind::Services, name).ok()?);
            if let (Some(name), Some(section)) = (services, section) {
                text.push_str(&format!("[services {name}]\n{}", keys(section)));
            }
        }
        EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, text).build()
    }
}

impl Section {
    /// The text of a key; nothing is nothing.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(|value| value.text.as_str()).filter(|text| !text.is_empty())
    }
}

/// The keys of a section that are no credentials, as lines.
fn keys(section: &Section) -> String {
    const SECRET: &[&str] = &["aws_", "credential_", "role_", "sso_", "login_", "mfa_", "source_", "external_", "web_"];
    let mut out = String::new();
    for (key, value) in &section.keys {
        if SECRET.iter().any(|prefix| key.starts_with(prefix)) {
            continue;
        }
        out.push_str(&format!("{key} = {}\n", value.text));
        for (inner, text) in &value.nested {
            out.push_str(&format!("  {inner} = {text}\n"));
        }
    }
    out
}

/// The text of a file, and how it is called. A file that is not there is empty; anything but a file is refused.
fn text(variables: &Variables, variable: &str, usual: &str) -> Result<(String, String), Fault> {
    let name = variables.get(variable).unwrap_or(usual);
    let path = expand(name, variables);
    let broken = |why: String| {
        let fault = Fault::new(FaultKind::Credentials, "reading AWS profiles", why).on(name.to_owned());
        fault.advise(format!("make the file readable, or let {variable} name another"))
    };
    match std::fs::metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((name.to_owned(), String::new())),
        Err(error) => return Err(broken(error.to_string())),
        // A pipe would be waited for, a device read for ever.
        Ok(found) if !found.is_file() => return Err(broken("it is not a file".to_owned())),
        Ok(found) if found.len() > LARGEST => return Err(broken("it is too large to be one".to_owned())),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let file = File::open(&path).map_err(|error| broken(error.to_string()))?;
    file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| broken(error.to_string()))?;
    Ok((name.to_owned(), String::from_utf8_lossy(&bytes).into_owned()))
}

/// A path with `~` at its beginning made the home directory.
fn expand(path: &str, variables: &Variables) -> PathBuf {
    match (path.strip_prefix("~/"), variables.get("HOME")) {
        (Some(rest), Some(home)) => Path::new(home).join(rest),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
pub mod tests;
