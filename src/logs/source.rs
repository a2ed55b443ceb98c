//! A place that lines come from: a log group's streams, or an instance's log files, with whose lines they are; and what
//! a stream's name tells of the task and container behind it. Plain data.

use std::sync::Arc;

use crate::kinds::log_page::Streams;
use crate::world::{ResourceId, Scope};

/// Where lines are kept.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    /// Streams of a log group.
    Group {
        /// The group's name.
        group: String,
        /// Which of its streams.
        streams: Streams,
    },
    /// The log files that RDS keeps on an instance.
    Files {
        /// The instance.
        instance: String,
    },
}

impl Origin {
    /// The group, or what stands for it where there is none.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Group { group, .. } => group.clone(),
            Self::Files { instance } => format!("log files of {instance}"),
        }
    }
}

/// A place that lines come from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LogSource {
    /// The account and region that hold the lines: not always those of the thing that wrote them.
    pub scope: Scope,
    /// Where they are there.
    pub origin: Origin,
    /// Whose they are.
    pub owner: ResourceId,
    /// What the owner is called.
    pub name: String,
    /// The container that wrote them, where there are containers.
    pub container: Option<String>,
}

/// What a stream's name tells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StreamName {
    /// The task's id.
    pub task: Option<Arc<str>>,
    /// The container.
    pub container: Option<Arc<str>>,
    /// A few letters that tell this stream from its like.
    pub short: Arc<str>,
}

/// So many letters of an id tell it from its like.
const SHORT: usize = 6;

fn is_task_id(text: &str) -> bool {
    (text.len() == 32 || text.len() == 36) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

impl StreamName {
    /// What `stream` tells: `prefix/container/task` of awslogs, `prefix<container>-firelens-<task>` of FireLens,
    /// `2026/11/30/[12]0123…` of Lambda, or a file.
    #[must_use]
    pub fn of(stream: &str) -> Self {
        let short = |id: &str| Arc::from(id.chars().take(SHORT).collect::<String>());
        let parts: Vec<&str> = stream.split('/').collect();
        if let [.., container, task] = parts.as_slice()
            && is_task_id(task)
        {
            return Self { task: Some(Arc::from(*task)), container: Some(Arc::from(*container)), short: short(task) };
        }
        if let Some((before, task)) = stream.rsplit_once("-firelens-")
            && is_task_id(task)
        {
            let container = before.rsplit(['/', '.']).next().unwrap_or(before);
            return Self { task: Some(Arc::from(task)), container: Some(Arc::from(container)), short: short(task) };
        }
        if let Some((_, run)) = stream.rsplit_once(']') {
            return Self { short: short(run), ..Self::default() };
        }
        let last = parts.last().copied().unwrap_or(stream);
        // Files and the streams of databases differ at their ends.
        let tail: Vec<char> = last.chars().collect();
        let tail = tail.get(tail.len().saturating_sub(12)..).unwrap_or_default();
        Self { short: Arc::from(tail.iter().collect::<String>()), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::StreamName;

    #[rstest]
    #[case::awslogs(
        "ecs/app/0123456789abcdef0123456789abcdef",
        Some("0123456789abcdef0123456789abcdef"),
        Some("app"),
        "012345"
    )]
    #[case::firelens(
        "out/app-firelens-0123456789abcdef0123456789abcdef",
        Some("0123456789abcdef0123456789abcdef"),
        Some("app"),
        "012345"
    )]
    #[case::lambda("2026/11/30/[$LATEST]fedcba9876543210", None, None, "fedcba")]
    #[case::database("prooflink-prod-db.0", None, None, "nk-prod-db.0")]
    #[case::file("error/postgresql.log.2026-11-30-14", None, None, "026-11-30-14")]
    #[case::wide("業務/記録", None, None, "記録")]
    #[case::nothing("", None, None, "")]
    fn a_stream_tells_whose_it_is(
        #[case] stream: &str,
        #[case] task: Option<&str>,
        #[case] container: Option<&str>,
        #[case] short: &str,
    ) {
        let name = StreamName::of(stream);
        assert_eq!((name.task.as_deref(), name.container.as_deref(), &*name.short), (task, container, short));
    }
}
