//! What a kind hands to the screens: cells, rows, sections, in words and tones.
//! Pure data; no colours, no drawing, no widths measured here.

mod state_band;

use jiff::Timestamp;

use crate::world::{Health, ResourceId};

/// What a piece of text means, for the theme to colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tone {
    /// Ordinary text.
    #[default]
    Plain,
    /// Less important.
    Dim,
    /// A name or a figure that matters.
    Strong,
    /// A health's own tone.
    Of(Health),
    /// The sign of a protected environment.
    Protected,
    /// A call that failed, and what it means.
    Fault,
}

/// One cell of a table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cell {
    /// Its text as AWS gave it; the view makes it harmless.
    pub text: String,
    /// What it means.
    pub tone: Tone,
}

impl Cell {
    /// Ordinary text.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain }
    }

    /// Less important text.
    #[must_use]
    pub fn dim(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Dim }
    }

    /// Text that matters.
    #[must_use]
    pub fn strong(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Strong }
    }

    /// Text in the tone of `health`.
    #[must_use]
    pub fn of(health: Health, text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Of(health) }
    }

    /// A sentence in the tone of `health`; a note on something that is well is ordinary text, not praise.
    #[must_use]
    pub fn sentence(health: Health, text: impl Into<String>) -> Self {
        if health == Health::Well { Self::plain(text) } else { Self::of(health, text) }
    }

    /// An unknown value, shown as a dash.
    #[must_use]
    pub fn none() -> Self {
        Self::dim("–")
    }

    /// `text` if there is one, else a dash.
    #[must_use]
    pub fn or_none(text: Option<impl Into<String>>) -> Self {
        text.map_or_else(Self::none, Self::plain)
    }
}

/// Which side a column's text leans to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Text.
    Left,
    /// Figures.
    Right,
}

/// How wide a column wants to be, in display columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    /// As wide as its widest cell, within bounds.
    Fit(u16, u16),
    /// At least this, and a share of what is left over.
    Fill(u16),
}

/// A column of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its heading, upper case.
    pub title: &'static str,
    /// Its width.
    pub width: Width,
    /// Its side.
    pub align: Align,
    /// Columns with a lower figure go first when the terminal is narrow; 9 stays to the end.
    pub keep: u8,
}

impl Column {
    /// A text column.
    #[must_use]
    pub const fn text(title: &'static str, width: Width, keep: u8) -> Self {
        Self { title, width, align: Align::Left, keep }
    }

    /// A column of figures.
    #[must_use]
    pub const fn figure(title: &'static str, width: Width, keep: u8) -> Self {
        Self { title, width, align: Align::Right, keep }
    }
}

/// One line of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What tells it from the other rows of its table across refreshes.
    pub key: String,
    /// What `enter` opens and actions act on.
    pub open: Option<ResourceId>,
    /// Its health, for the mark in front and for only-what-is-not-well; `None` where it has no say.
    pub health: Option<Health>,
    /// One cell a column.
    pub cells: Vec<Cell>,
}

/// A label with its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// Its value.
    pub value: Cell,
    /// What it leads to, if anything.
    pub open: Option<ResourceId>,
}

impl Fact {
    /// A plain fact.
    #[must_use]
    pub fn new(label: &'static str, value: Cell) -> Self {
        Self { label, value, open: None }
    }

    /// A fact that leads to another resource.
    #[must_use]
    pub fn to(label: &'static str, value: Cell, open: Option<ResourceId>) -> Self {
        Self { label, value, open }
    }
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What, in the service's or our words.
    pub message: String,
    /// How it reads.
    pub tone: Tone,
}

/// Something that waits to be done to a resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ahead {
    /// What, in the service's words; or why it is not known.
    pub message: Cell,
    /// When, as far as the service tells: a label and the date it stands for.
    pub dates: Vec<(&'static str, Timestamp)>,
}

/// A metric's course.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// What is measured: `CPU`, `connections`, `free storage`.
    pub title: String,
    /// Its unit, as shown behind figures: `%`, ` GiB`, ``.
    pub unit: &'static str,
    /// Points oldest first; `None` where there was no datapoint.
    pub points: Vec<(Timestamp, Option<f64>)>,
    /// A line to draw across, such as an alarm's threshold.
    pub threshold: Option<f64>,
}

pub use state_band::{StateBand, StateSpan};

/// What [`super::Kind::look`] brings for an open page.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Extra {
    /// Metrics.
    pub series: Vec<Series>,
    /// History, newest first.
    pub moments: Vec<Moment>,
    /// What waits to be done to it.
    pub ahead: Vec<Ahead>,
    /// What scales it, and between which bounds.
    pub scaling: Vec<Fact>,
    /// Which of the many things it watches breach, where it watches many by one query.
    pub contributors: Vec<Fact>,
    /// Its states over time, and of what it depends on, where there is no metric to draw.
    pub bands: Vec<StateBand>,
}

/// A part of a detail page.
#[derive(Clone, PartialEq, Debug)]
pub enum Section {
    /// Labels with values.
    Facts {
        /// Its heading.
        title: &'static str,
        /// The facts.
        facts: Vec<Fact>,
    },
    /// A table whose rows open further.
    Table {
        /// Its heading.
        title: &'static str,
        /// Its columns.
        columns: &'static [Column],
        /// Its rows.
        rows: Vec<Row>,
        /// What is said when there are none.
        empty: &'static str,
    },
    /// Things that happened, newest first.
    Moments {
        /// Its heading.
        title: &'static str,
        /// They.
        moments: Vec<Moment>,
        /// What is said when there are none.
        empty: &'static str,
    },
}
