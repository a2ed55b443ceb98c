//! Text for a terminal: harmless, fitted to columns, in words, and without secrets.
//! Pure: no AWS, no drawing, no clock. Whoever needs `now` or a time zone passes it in.

pub mod bytes;
pub(crate) mod document;
pub mod document_error;
pub mod glob;
pub mod harmless;
pub mod line;
pub mod mask;
pub mod printed;
pub mod relative_time;
pub mod shell;
pub mod width;

pub use glob::{Glob, like};

pub use bytes::bytes;
pub use harmless::harmless;
pub use line::{counted, first_line, word};
pub use mask::{mask_text, mask_value};
pub use relative_time::{ago, clock, moment, next_change, span, stamp, until, when};
pub use width::{Align, align, fit, fit_right, middle, truncate, unjoined, width, wrap};
