//! An API of API Gateway. Our own types for it: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// An API.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RestApi {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `REST`, `HTTP`, `WEBSOCKET`.
    pub kind: String,
    /// `REGIONAL`, `EDGE`, `PRIVATE`; HTTP APIs tell none.
    pub endpoint: Option<String>,
    /// Its stages.
    pub stages: Vec<Stage>,
}

/// A stage.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// When it was last deployed to.
    pub changed_at: Option<Timestamp>,
    /// Requests a second it takes at most, where that is set for all of it.
    pub rate: Option<f64>,
    /// How many at once, where that is set.
    pub burst: Option<u64>,
    /// Whether requests are logged.
    pub logged: bool,
    /// The web ACL in front of it.
    pub web_acl: Option<String>,
}

impl Resource for RestApi {
    const KIND: KindName = KindName("rest-api");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.stages.len().hash(into);
    }
}
