//! What stands where in a release, part by part, and how a part that is done is taken back.
//! Plain data; decides nothing and calls nothing.

use serde::Serialize;

use crate::change::How;
use crate::display::{Cell, Column, Row, Section, Width};
use crate::world::{Health, ResourceId};

/// What takes one part of a release back to what ran before it, judged before the part was begun.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TakeBack {
    /// The command that does it alone.
    pub command: String,
    /// On what.
    #[serde(skip)]
    pub on: ResourceId,
    /// The operation.
    #[serde(skip)]
    pub verb: &'static str,
    /// What it is told.
    #[serde(skip)]
    pub value: String,
}

/// How far a part has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartPhase {
    /// It was there before: nothing was needed.
    Already,
    /// Begun, and its end was not seen.
    Underway,
    /// As planned; seen to be so.
    Done,
    /// Something was changed and it is not as planned.
    Incomplete,
    /// It failed before anything was changed.
    Failed,
    /// Not begun.
    NotBegun,
}

impl PartPhase {
    /// How a part stands that ended so.
    pub(super) const fn of(how: How) -> Self {
        match how {
            How::Done => Self::Done,
            How::Incomplete => Self::Incomplete,
            How::Failed => Self::Failed,
        }
    }

    /// Whether the part changed something, so that there may be something to take back.
    #[must_use]
    pub const fn has_changed(self) -> bool {
        matches!(self, Self::Underway | Self::Done | Self::Incomplete)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Already => "already so",
            Self::Underway => "on its way",
            Self::Done => "done",
            Self::Incomplete => "did not end well",
            Self::Failed => "failed, nothing changed",
            Self::NotBegun => "not begun",
        }
    }

    const fn health(self) -> Health {
        match self {
            Self::Already | Self::Done => Health::Well,
            Self::Underway => Health::Changing,
            Self::Incomplete | Self::Failed => Health::Bad,
            Self::NotBegun => Health::Unknown,
        }
    }
}

/// One part and how it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ReleasePartState {
    /// What it is called on the command line: `ENV/NAME`.
    pub name: String,
    /// How far it has come.
    pub state: PartPhase,
    /// What is said of it.
    #[serde(rename = "says")]
    pub message: Option<String>,
    /// What takes it back; `None` where nothing is to be taken back, or it is not known to what.
    pub take_back: Option<TakeBack>,
}

const COLUMNS: &[Column] = &[
    Column::text("PART", Width::Fit(8, 40), 9),
    Column::text("STATE", Width::Fit(8, 24), 9),
    Column::text("WHAT STANDS", Width::Fill(20), 8),
];

/// What stands where, as a table; each part opens what it is of, where that is known.
pub(super) fn section(parts: &[(ReleasePartState, Option<ResourceId>)]) -> Section {
    let row = |(part, on): &(ReleasePartState, Option<ResourceId>)| {
        let health = Some(part.state.health()).filter(|health| *health != Health::Unknown);
        let word = part.state.word();
        let state = health.map_or_else(|| Cell::dim(word), |health| Cell::of(health, word));
        let message = Cell::dim(part.message.clone().unwrap_or_default());
        let cells = vec![Cell::strong(part.name.clone()), state, message];
        Row { key: part.name.clone(), open: on.clone(), health, cells }
    };
    let rows = parts.iter().map(row).collect();
    Section::Table { title: "parts of the release", columns: COLUMNS, rows, empty: "" }
}
