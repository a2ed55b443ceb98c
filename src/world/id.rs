//! Names of things in an account: accounts, regions, sources, scopes, resource ids.
//! Newtypes only, so that a region is never taken for a profile. Nothing here
//! reads a clock, an environment variable or the network.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(Arc<str>);

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                // Names are handed on far more often than made: most that are equal are the very same text.
                if Arc::ptr_eq(&self.0, &other.0) { std::cmp::Ordering::Equal } else { self.0.cmp(&other.0) }
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl $name {
            /// The text of the name as AWS or the configuration wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Arc::from(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

name_type! {
    /// Where credentials come from: the label of a `[[source]]`, usually a profile's name.
    SourceName
}
name_type! {
    /// A twelve-digit AWS account number.
    AccountId
}
name_type! {
    /// An AWS region such as `ap-northeast-1`.
    Region
}
name_type! {
    /// An environment's name such as `prooflink-dev`.
    EnvironmentName
}
name_type! {
    /// An Amazon Resource Name, kept as it came; use its accessors, they never fail on odd text.
    Arn
}

impl Arn {
    fn field(&self, index: usize) -> Option<&str> {
        if !self.0.starts_with("arn:") {
            return None;
        }
        let mut rest = &*self.0;
        for _ in 0..index {
            let colon = rest.bytes().position(|byte| byte == b':')?;
            rest = rest.get(colon + 1..)?;
        }
        let end = if index < 5 { rest.bytes().position(|byte| byte == b':') } else { None };
        rest.get(..end.unwrap_or(rest.len())).filter(|part| !part.is_empty())
    }

    /// `aws`, `aws-cn`, `aws-us-gov`.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        self.field(1)
    }

    /// The service part: `ecs`, `rds`, `elasticloadbalancing`.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.field(2)
    }

    /// The region part, where the resource has one.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.field(3)
    }

    /// The account part, where the resource has one.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.field(4)
    }

    /// Everything after the account: `service/cluster/name`, `db:name`, `targetgroup/name/0123`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.field(5).unwrap_or(&self.0)
    }

    /// The last segment after `/` or `:`, which for most services is the name or id.
    #[must_use]
    pub fn last(&self) -> &str {
        let resource = self.resource();
        let start = resource.bytes().rposition(|byte| byte == b'/' || byte == b':').map_or(0, |at| at + 1);
        resource.get(start..).unwrap_or(resource)
    }
}

/// One place to read: one source's view of one region. Every store, fault and id hangs from a scope,
/// so that a failing source or region never hides another.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Scope {
    /// Whose credentials.
    pub source: SourceName,
    /// Which region.
    pub region: Region,
}

impl Scope {
    /// A scope of `source` in `region`.
    #[must_use]
    pub fn new(source: impl Into<SourceName>, region: impl Into<Region>) -> Self {
        Self { source: source.into(), region: region.into() }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.source, self.region)
    }
}

/// The stable name of a resource kind, such as `ecs-service`. Equal to the kind's folder with dashes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize)]
pub struct KindName(pub &'static str);

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The identity of one resource: what a cursor, a mark or a journal line remembers. Never an index.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize)]
pub struct ResourceId {
    /// Its kind.
    pub kind: KindName,
    /// Where it was seen.
    pub scope: Scope,
    /// The kind's own key: an ARN where there is one, else the id.
    pub key: Arc<str>,
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::Arn;

    #[test]
    fn an_arn_gives_its_parts() {
        let arn = Arn::from("arn:aws:rds:ap-northeast-1:123456789012:db:prooflink-dev-db");
        assert_eq!(arn.service(), Some("rds"));
        assert_eq!(arn.region(), Some("ap-northeast-1"));
        assert_eq!(arn.account(), Some("123456789012"));
        assert_eq!(arn.resource(), "db:prooflink-dev-db");
        assert_eq!(arn.last(), "prooflink-dev-db");
    }

    #[test]
    fn odd_text_is_no_arn_and_no_panic() {
        for odd in ["", "arn:", "arn:aws", "td:2", "::::::", "項目"] {
            let arn = Arn::from(odd);
            assert_eq!(arn.account(), None, "{odd}");
            assert!(odd.contains(arn.last()), "{odd}");
        }
    }
}
