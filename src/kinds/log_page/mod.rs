//! A page of log lines: of a log group of CloudWatch Logs, or of a log file that RDS keeps on an instance. `model` the
//! question and our types, `db_lines` how lines of database logs tell their time, `fetch` the reading. Read only when
//! somebody looks at logs; what is done with the lines is the business of `logs`.

mod db_lines;
mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{DbLogFile, EventsRequest, FileRequest, LogEvent, LogPage, LogRequest, Streams};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind. A part is a [`LogRequest`].
pub struct LogPages;

impl Kind for LogPages {
    type Item = LogPage;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] =
        &["logs:FilterLogEvents", "rds:DescribeDBLogFiles", "rds:DownloadDBLogFilePortion"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<LogPage>, Fault>> {
        Box::pin(fetch::read(ask))
    }
}
