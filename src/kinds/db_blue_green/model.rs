//! A blue/green deployment of RDS. Our own type for it, and what follows from it for the two databases: which is which, and
//! whether either may be stopped. Plain data and pure rules; no SDK type, no drawing, no clock.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::text::word;
use crate::world::{Arn, KindName, Resource, Scope, World};

/// A blue/green deployment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BlueGreen {
    /// BlueGreenDeploymentIdentifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The database in use: an instance or a cluster.
    pub blue: Arn,
    /// The copy; `None` while it is being made.
    pub green: Option<Arn>,
    /// `PROVISIONING`, `AVAILABLE`, `SWITCHOVER_IN_PROGRESS`, `SWITCHOVER_COMPLETED`, …: an open string.
    pub status: String,
    /// StatusDetails.
    pub details: Option<String>,
    /// What is done to make the copy, and how far it is: name and status.
    pub tasks: Vec<(String, String)>,
    /// The members on both sides: blue and green.
    pub members: Vec<(Option<Arn>, Option<Arn>)>,
    /// When it was begun.
    pub created_at: Option<Timestamp>,
}

/// Which of the two a database is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The one in use.
    Blue,
    /// The copy.
    Green,
}

impl Role {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
        }
    }
}

impl BlueGreen {
    /// Whether the two still belong together: once switched over, they are two databases again. A status nobody has seen is
    /// taken to bind them.
    #[must_use]
    pub fn binds(&self) -> bool {
        !matches!(self.status.as_str(), "SWITCHOVER_COMPLETED" | "DELETING" | "DELETED")
    }

    /// Which of the two a database is, if one.
    #[must_use]
    pub fn role_of(&self, arn: &str) -> Option<Role> {
        let is = |one: &Arn| one.as_str() == arn;
        let blue = is(&self.blue) || self.members.iter().any(|(blue, _)| blue.as_ref().is_some_and(is));
        let green =
            self.green.as_ref().is_some_and(is) || self.members.iter().any(|(_, green)| green.as_ref().is_some_and(is));
        if blue { Some(Role::Blue) } else { green.then_some(Role::Green) }
    }

    /// The status in words: `provisioning`, `switchover in progress`.
    #[must_use]
    pub fn status_words(&self) -> String {
        word(&self.status).replace('_', " ")
    }

    /// What the two are doing, seen from one of them.
    #[must_use]
    pub fn sentence(&self, role: Role) -> String {
        let other = match role {
            Role::Blue => self.green.as_ref().map_or("its copy, which is being made", Arn::last),
            Role::Green => self.blue.last(),
        };
        let other = other.rsplit(':').next().unwrap_or(other);
        let open: Vec<&str> =
            self.tasks.iter().filter(|(_, status)| status != "COMPLETED").map(|(name, _)| name.as_str()).collect();
        let open = if open.is_empty() || !self.binds() {
            String::new()
        } else {
            format!(", still to do: {}", word(&open.join(", ")).replace('_', " "))
        };
        format!(
            "{} of the blue/green deployment {} with {other}: {}{open}",
            role.word(),
            self.name,
            self.status_words()
        )
    }
}

/// The blue/green deployment that a database belongs to now, and which of the two it is.
#[must_use]
pub fn pair_of<'a>(arn: &str, world: &'a World, scope: &Scope) -> Option<(&'a BlueGreen, Role)> {
    let mut all = world.all::<BlueGreen>(scope).filter(|one| one.binds());
    all.find_map(|one| Some((one, one.role_of(arn)?)))
}

impl Resource for BlueGreen {
    const KIND: KindName = KindName("db-blue-green");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.status, &self.tasks).hash(into);
    }
}
