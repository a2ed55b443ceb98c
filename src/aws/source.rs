//! Where to look, as the configuration and the command line say it. Plain data: who the
//! credentials come from and which regions are read. Nothing here opens a file.

use crate::world::SourceName;

/// One place credentials come from, with the regions to read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// What it is called on screen: the profile's name, or `default`.
    pub label: SourceName,
    /// The profile; `None` for whatever the environment gives.
    pub profile: Option<String>,
    /// The regions; empty for the one the environment or the profile names.
    pub regions: Vec<String>,
    /// A role to assume with those credentials.
    pub role_arn: Option<String>,
    /// The external id that role asks for.
    pub external_id: Option<String>,
    /// The session's name, as CloudTrail shows it; `toban` if none.
    pub session_name: Option<String>,
    /// Where all its calls go instead of AWS: `--endpoint-url`.
    pub endpoint_url: Option<String>,
}

impl Source {
    /// The current credentials and region.
    #[must_use]
    pub fn current() -> Self {
        Self {
            label: SourceName::from("default"),
            profile: None,
            regions: Vec::new(),
            role_arn: None,
            external_id: None,
            session_name: None,
            endpoint_url: None,
        }
    }

    /// A named profile, in the region it names itself.
    #[must_use]
    pub fn profile(name: &str) -> Self {
        Self { label: SourceName::from(name), profile: Some(name.to_owned()), ..Self::current() }
    }

    /// The same, reading these regions.
    #[must_use]
    pub fn in_regions<S: Into<String>>(mut self, regions: impl IntoIterator<Item = S>) -> Self {
        self.regions = regions.into_iter().map(Into::into).collect();
        self
    }
}

/// Every source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sources {
    /// They, labels unique.
    pub list: Vec<Source>,
}

impl Default for Sources {
    /// The current credentials and region.
    fn default() -> Self {
        Self { list: vec![Source::current()] }
    }
}
