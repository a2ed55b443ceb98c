//! Health words and their order, and a health with its sentence.
//! Pure; the same six words in code, JSON, screen and docs.

use serde::Serialize;

/// How something is. The order is severity: the roll-up of several is their maximum.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    #[default]
    Well,
    /// Down on purpose.
    Asleep,
    /// Moving: a rollout, a start, a stop, a drain. Nobody needs to act yet.
    Changing,
    /// Could not be told: no data, or a status nobody has seen.
    Unknown,
    /// Degraded or likely to break.
    Worrying,
    /// Broken now.
    Bad,
}

impl Health {
    /// Every health, mildest first.
    pub const ALL: [Self; 6] = [Self::Well, Self::Asleep, Self::Changing, Self::Unknown, Self::Worrying, Self::Bad];

    /// The word used on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Asleep => "asleep",
            Self::Changing => "changing",
            Self::Unknown => "unknown",
            Self::Worrying => "worrying",
            Self::Bad => "bad",
        }
    }

    /// Whether a person has nothing to do: well, changing or asleep on purpose.
    #[must_use]
    pub const fn is_fine(self) -> bool {
        matches!(self, Self::Well | Self::Changing | Self::Asleep)
    }
}

/// A health with the sentence that explains it. A `Well` needs no sentence.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Assessment {
    /// How it is.
    pub health: Health,
    /// Why, in one sentence without a full stop; `None` when there is nothing to say.
    pub why: Option<String>,
}

impl Assessment {
    /// All is well and there is nothing to say.
    #[must_use]
    pub const fn well() -> Self {
        Self { health: Health::Well, why: None }
    }

    /// `health` because of `why`.
    #[must_use]
    pub fn new(health: Health, why: impl Into<String>) -> Self {
        Self { health, why: Some(why.into()) }
    }
}
