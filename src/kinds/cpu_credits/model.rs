//! CPU credits in our words: how many are left, and whether that is few for a build.
//! Plain data and pure sentences; no SDK type, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::read_request::ReadRequest;
use crate::world::{KindName, Resource, Scope};

/// Families of EC2 that spend CPU credits and report how many are left.
const FAMILIES: [&str; 4] = ["t2.", "t3.", "t3a.", "t4g."];
/// Fewer credits than this are few: a credit is a minute of one processor at full load, and a build takes many.
const FEW: f64 = 20.0;

/// What an instance has left.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Credits {
    /// The instance's id: also the part it is read by.
    pub id: String,
    /// The last `CPUCreditBalance`, in credits; `None` where none was reported in the last hours.
    pub balance: Option<f64>,
    /// Whether it goes on at full speed without credits, and is billed for it; `None` where that is not known.
    pub unlimited: Option<bool>,
}

impl Resource for Credits {
    const KIND: KindName = KindName("cpu-credits");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (self.balance.map(f64::to_bits), self.unlimited).hash(into);
    }
}

/// Whether instances of `class` spend CPU credits.
#[must_use]
pub fn burstable(class: &str) -> bool {
    FAMILIES.iter().any(|family| class.starts_with(family))
}

/// What to read to know the credits of an instance.
#[must_use]
pub fn wants(scope: &Scope, id: &str) -> ReadRequest {
    ReadRequest::part(scope, Credits::KIND, id)
}

/// What is said of an instance whose balance is low; `None` if there is enough for a build, or none was reported.
///
/// In unlimited mode an instance without credits is not slowed down: it spends surplus credits, which are billed where
/// they are not earned back within a day (EC2 user guide, unlimited mode of burstable instances).
#[must_use]
pub fn low(credits: &Credits) -> Option<String> {
    let balance = credits.balance.filter(|balance| *balance < FEW)?;
    let has = format!("has {balance:.0} CPU credits left, each a minute of a processor at full load");
    Some(match credits.unlimited {
        Some(true) => {
            format!("{has}; in unlimited mode a build is not slowed down, but what it spends beyond may be billed")
        }
        Some(false) => format!("{has}: a build may starve it"),
        None => format!("{has}: a build may starve it, unless it is in unlimited mode, which is not known"),
    })
}
