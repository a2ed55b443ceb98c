//! What must hold before a session can work, as a checklist: each line with what was found and, where it fails, with
//! what to do. Pure data and wording; the kinds fill it in from what was read.

use super::session_target::SessionTarget;
use crate::world::read_request::ReadRequest;

/// How a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It holds.
    Holds,
    /// Something is missing that not every session comes to need.
    Lacks,
    /// It does not: a session cannot work.
    Fails,
    /// It is not known from here; connecting tells.
    Unknown,
}

impl State {
    /// Its sign.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Holds => "●",
            Self::Lacks => "!",
            Self::Fails => "✗",
            Self::Unknown => "?",
        }
    }
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// What is looked at.
    pub what: &'static str,
    /// How it stands.
    pub state: State,
    /// What was found.
    pub message: String,
    /// What to do, where it fails.
    pub remedy: Option<String>,
}

impl Line {
    /// It holds.
    #[must_use]
    pub fn holds(what: &'static str, message: impl Into<String>) -> Self {
        Self { what, state: State::Holds, message: message.into(), remedy: None }
    }

    /// It fails, and this helps.
    #[must_use]
    pub fn fails(what: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what, state: State::Fails, message: message.into(), remedy: Some(remedy.into()) }
    }

    /// A session works, but not all of it; this helps.
    #[must_use]
    pub fn lacks(what: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { state: State::Lacks, ..Self::fails(what, message, remedy) }
    }

    /// It cannot be told from here.
    #[must_use]
    pub fn unknown(what: &'static str, message: impl Into<String>) -> Self {
        Self { what, state: State::Unknown, message: message.into(), remedy: None }
    }
}

/// What IAM and the account's own settings say of a session.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rights {
    /// As lines of the checklist.
    pub lines: Vec<Line>,
    /// What should be read first to know them, or to know them afresh.
    pub wants: Vec<ReadRequest>,
}

/// How a resource can be entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionAccess {
    /// What is entered, in words: `task 0123abcd of web`.
    pub message: String,
    /// The way in; `None` where there is nothing to enter.
    pub way: Option<SessionTarget>,
    /// The checklist of the other side.
    pub lines: Vec<Line>,
    /// What whoever comes may do, and on which terms: for sessions only.
    pub rights: Rights,
}

impl SessionAccess {
    /// Whether a session cannot work.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.is_away() || self.rights.lines.iter().any(|line| line.state == State::Fails)
    }

    /// Whether the other side is not there, or not ready.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.way.is_none() || self.lines.iter().any(|line| line.state == State::Fails)
    }

    /// The whole checklist.
    pub fn checklist(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().chain(&self.rights.lines)
    }

    /// The checklist as text, a line each and its remedy below it.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        text(self.checklist())
    }
}

/// A checklist as text, a line each and its remedy below it.
pub fn text<'l>(lines: impl Iterator<Item = &'l Line>) -> Vec<String> {
    let line = |line: &Line| {
        let mut lines = vec![format!("{} {}: {}", line.state.sign(), line.what, line.message)];
        lines.extend(line.remedy.as_ref().map(|remedy| format!("  → {remedy}")));
        lines
    };
    lines.flat_map(line).collect()
}

/// What a caller needs, where IAM did not tell whether it is there; `why` says why not.
#[must_use]
pub fn permissions(operation: &str, why: &str) -> Line {
    let message = format!(
        "{why}; {operation}, ssm:ResumeSession, ssm:TerminateSession and ssmmessages:OpenDataChannel are needed, and \
         connecting tells"
    );
    Line::unknown("your permissions", message)
}

/// What to do when opening failed, by AWS's code and words.
#[must_use]
pub fn remedy(code: Option<&str>, message: &str) -> Option<&'static str> {
    let message = |text: &str| message.contains(text) || code.is_some_and(|code| code.contains(text));
    if message("TargetNotConnected") || message("is not connected") {
        return Some(
            "the agent there is not connected: is the instance running, does its role hold \
             AmazonSSMManagedInstanceCore (a task's role: ssmmessages), and are ssm and ssmmessages reachable on 443?",
        );
    }
    if message("execute command was not enabled") {
        return Some(
            "turn ECS Exec on for the service, and let its tasks be replaced: tasks keep what they started with",
        );
    }
    if message("agent isn't running") || message("agent isn’t running") {
        return Some("its exec agent is not running: wait until it is, or let the task be replaced");
    }
    if message("ssmmessages:OpenDataChannel") {
        return Some("allow ssmmessages:OpenDataChannel on arn:aws:ssm:*:*:session/* for yourself");
    }
    None
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Line, Rights, SessionAccess, remedy};
    use crate::ssm::SessionTarget;

    #[test]
    fn a_failing_line_comes_with_its_remedy() {
        let lines = vec![Line::holds("state", "running"), Line::fails("agent", "offline", "restart it")];
        let rights = Rights { lines: vec![Line::lacks("may end it", "no", "allow it")], wants: Vec::new() };
        let session_access = SessionAccess { message: "instance i-1".to_owned(), way: None, lines, rights };
        assert!(session_access.fails());
        let text = ["● state: running", "✗ agent: offline", "  → restart it", "! may end it: no", "  → allow it"];
        assert_eq!(session_access.text(), text);
    }

    #[test]
    fn what_only_sessions_need_keeps_nothing_else_out() {
        let way = Some(SessionTarget::Node("i-1".to_owned()));
        let fails = Rights { lines: vec![Line::fails("may open it", "no", "allow it")], wants: Vec::new() };
        let session_access =
            SessionAccess { message: "instance i-1".to_owned(), way, lines: Vec::new(), rights: fails };
        assert!(session_access.fails() && !session_access.is_away());
        let lacks = Rights { lines: vec![Line::lacks("may end it", "no", "allow it")], wants: Vec::new() };
        assert!(!SessionAccess { rights: lacks, ..session_access }.fails());
    }

    #[rstest]
    #[case(Some("TargetNotConnected"), "i-1 is not connected.", "443")]
    #[case(
        Some("InvalidParameterException"),
        "The execute command failed because execute command was not enabled when the task was run",
        "ECS Exec"
    )]
    #[case(None, "the execute command agent isn’t running", "exec agent")]
    #[case(None, "not authorized to perform: ssmmessages:OpenDataChannel", "session/*")]
    fn what_aws_says_has_a_remedy(#[case] code: Option<&str>, #[case] message: &str, #[case] advice: &str) {
        assert!(remedy(code, message).is_some_and(|remedy| remedy.contains(advice)), "{message}");
    }
}
