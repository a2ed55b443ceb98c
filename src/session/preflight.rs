//! What must hold before a session can work, as a checklist: each line with what was found and, where it fails, with
//! what to do. Pure data and wording; the kinds fill it in from what was read.

use super::way::Way;

/// How a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It holds.
    Holds,
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
    pub says: String,
    /// What to do, where it fails.
    pub remedy: Option<String>,
}

impl Line {
    /// It holds.
    #[must_use]
    pub fn holds(what: &'static str, says: impl Into<String>) -> Self {
        Self { what, state: State::Holds, says: says.into(), remedy: None }
    }

    /// It fails, and this helps.
    #[must_use]
    pub fn fails(what: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what, state: State::Fails, says: says.into(), remedy: Some(remedy.into()) }
    }

    /// It cannot be told from here.
    #[must_use]
    pub fn unknown(what: &'static str, says: impl Into<String>) -> Self {
        Self { what, state: State::Unknown, says: says.into(), remedy: None }
    }
}

/// How a resource can be entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reach {
    /// What is entered, in words: `task 0123abcd of web`.
    pub says: String,
    /// The way in; `None` where there is nothing to enter.
    pub way: Option<Way>,
    /// The checklist.
    pub lines: Vec<Line>,
}

impl Reach {
    /// Whether something fails.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.way.is_none() || self.lines.iter().any(|line| line.state == State::Fails)
    }

    /// The checklist as text, a line each and its remedy below it.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        let line = |line: &Line| {
            let mut lines = vec![format!("{} {}: {}", line.state.sign(), line.what, line.says)];
            lines.extend(line.remedy.as_ref().map(|remedy| format!("  → {remedy}")));
            lines
        };
        self.lines.iter().flat_map(line).collect()
    }
}

/// What a caller needs, told by connecting only.
#[must_use]
pub fn permissions(operation: &'static str) -> Line {
    let says = format!(
        "{operation}, ssm:ResumeSession, ssm:TerminateSession and ssmmessages:OpenDataChannel are needed; only \
         connecting tells whether you have them"
    );
    Line::unknown("your permissions", says)
}

/// What to do when opening failed, by AWS's code and words.
#[must_use]
pub fn remedy(code: Option<&str>, message: &str) -> Option<&'static str> {
    let says = |text: &str| message.contains(text) || code.is_some_and(|code| code.contains(text));
    if says("TargetNotConnected") || says("is not connected") {
        return Some(
            "the agent there is not connected: is the instance running, does its role hold \
             AmazonSSMManagedInstanceCore (a task's role: ssmmessages), and are ssm and ssmmessages reachable on 443?",
        );
    }
    if says("execute command was not enabled") {
        return Some(
            "turn ECS Exec on for the service, and let its tasks be replaced: tasks keep what they started with",
        );
    }
    if says("agent isn't running") || says("agent isn’t running") {
        return Some("its exec agent is not running: wait until it is, or let the task be replaced");
    }
    if says("ssmmessages:OpenDataChannel") {
        return Some("allow ssmmessages:OpenDataChannel on arn:aws:ssm:*:*:session/* for yourself");
    }
    None
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Line, Reach, remedy};

    #[test]
    fn a_failing_line_comes_with_its_remedy() {
        let lines = vec![Line::holds("state", "running"), Line::fails("agent", "offline", "restart it")];
        let reach = Reach { says: "instance i-1".to_owned(), way: None, lines };
        assert!(reach.fails());
        assert_eq!(reach.text(), ["● state: running", "✗ agent: offline", "  → restart it"]);
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
    fn what_aws_says_has_a_remedy(#[case] code: Option<&str>, #[case] message: &str, #[case] says: &str) {
        assert!(remedy(code, message).is_some_and(|remedy| remedy.contains(says)), "{message}");
    }
}
