//! CPU credits in our words: how many are left, and whether that is few for a build.
//! Plain data and pure sentences; no SDK type, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::Serialize;

use crate::procedure::Want;
use crate::world::{KindName, Resource, Scope};

/// Families of EC2 that spend CPU credits and report how many are left.
const FAMILIES: [&str; 4] = ["t2.", "t3.", "t3a.", "t4g."];
/// Fewer credits than this are few: a credit is a minute of one processor at full load, and a build takes many.
const FEW: f64 = 20.0;

/// What an instance has left.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Credits {
    /// The instance's id: also the part it is read by.
    pub id: String,
    /// The last `CPUCreditBalance`, in credits; `None` where none was reported in the last hours.
    pub balance: Option<f64>,
}

impl Resource for Credits {
    const KIND: KindName = KindName("cpu-credits");

    fn key(&self) -> &str {
        &self.id
    }

    fn gist(&self, into: &mut DefaultHasher) {
        self.balance.map(f64::to_bits).hash(into);
    }
}

/// Whether instances of `class` spend CPU credits.
#[must_use]
pub fn burstable(class: &str) -> bool {
    FAMILIES.iter().any(|family| class.starts_with(family))
}

/// What to read to know the credits of an instance.
#[must_use]
pub fn wants(scope: &Scope, id: &str) -> Want {
    Want::part(scope, Credits::KIND, id)
}

/// What is said of a balance that is low; `None` if there is enough for a build.
#[must_use]
pub fn low(balance: f64) -> Option<String> {
    (balance < FEW).then(|| {
        format!("has {balance:.0} CPU credits left, each a minute of a processor at full load: a build may starve it")
    })
}
