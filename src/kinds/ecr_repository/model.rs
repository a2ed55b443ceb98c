//! An ECR repository with its tagged images. Our own type for it: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// A repository with every tagged image in it, newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Repository {
    /// `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`: what stands before the tag in an image's reference.
    pub uri: String,
    /// The account whose registry it is in.
    pub registry: String,
    /// Its name.
    pub name: String,
    /// `MUTABLE`, `IMMUTABLE`, or one of them `_WITH_EXCLUSION`; `None` if it may not be told.
    pub mutability: Option<String>,
    /// Its tagged images, newest first.
    pub images: Vec<Image>,
    /// What could not be read of it, as sentences: none of its images are missing for that.
    pub missing: Vec<String>,
}

/// An image, by its digest.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Image {
    /// `sha256:…` of its manifest, or of its index where it is made for several platforms.
    pub digest: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was pushed.
    pub pushed_at: Option<Timestamp>,
    /// Compressed, in bytes; the largest of its platforms.
    pub size: Option<u64>,
    /// The media type of its manifest.
    pub media_type: Option<String>,
    /// What the last scan found, by severity: `CRITICAL`, `HIGH`, …; `None` without a finished scan.
    pub findings: Option<BTreeMap<String, u32>>,
    /// `COMPLETE`, `ACTIVE`, `FAILED`, …; `None` if it is not scanned.
    pub scan: Option<String>,
    /// The platforms it is made for; empty where the registry does not tell.
    pub platforms: Vec<Platform>,
}

/// One platform of an image.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Platform {
    /// `linux`, `windows`.
    pub os: String,
    /// `amd64`, `arm64`.
    pub architecture: String,
    /// The digest of its own manifest.
    pub digest: String,
}

impl Resource for Repository {
    const KIND: KindName = KindName("ecr-repository");

    fn key(&self) -> &str {
        &self.uri
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        for image in &self.images {
            (&image.digest, &image.tags).hash(into);
        }
    }
}

impl Repository {
    /// The image that a tag means now.
    #[must_use]
    pub fn tagged(&self, tag: &str) -> Option<&Image> {
        self.images.iter().find(|image| image.tags.iter().any(|known| known == tag))
    }

    /// Whether a tag, once pushed, always means the same image. With exclusions, nobody can be sure from here.
    #[must_use]
    pub fn immutable(&self) -> bool {
        self.mutability.as_deref() == Some("IMMUTABLE")
    }
}

impl Image {
    /// Whether a running container with this digest runs it: its own, or that of one of its platforms.
    #[must_use]
    pub fn is(&self, digest: &str) -> bool {
        self.digest == digest || self.platforms.iter().any(|platform| platform.digest == digest)
    }
}
