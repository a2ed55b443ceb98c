//! What a session takes of rights, asked of IAM beforehand and told as lines of the session's checklist. Pure: what is
//! not known yet is named as something to be read. An answer that cannot be had is never a failure.

use jiff::SignedDuration;

use super::model::{Decision, Question, Simulation, Source};
use crate::kinds::KindContext;
use crate::ssm::preflight::{Line, Rights, permissions};
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Resource};

/// An answer that allows everything is good for this long.
const KEPT: SignedDuration = SignedDuration::from_mins(10);
/// Any other is asked for again soon: somebody may be mending it.
const DOUBTED: SignedDuration = SignedDuration::from_secs(10);

const CHANNEL: &str = "ssmmessages:OpenDataChannel";
const RESUME: &str = "ssm:ResumeSession";
const TERMINATE: &str = "ssm:TerminateSession";
const DATA_KEY: &str = "kms:GenerateDataKey";
/// Where the statement stands that allows it.
pub(crate) const STATEMENT: &str = "`toban policy --operator` prints the statement";

/// Asks questions, and keeps what must be read to answer them.
pub(crate) struct Asking<'c, 'a> {
    cx: &'c KindContext<'a>,
    /// What came of it so far.
    pub rights: Rights,
}

impl<'c, 'a> Asking<'c, 'a> {
    /// Nothing asked yet.
    pub(crate) fn new(cx: &'c KindContext<'a>) -> Self {
        Self { cx, rights: Rights::default() }
    }

    /// The answer as far as it is known; whatever is not known or not fresh is to be read.
    pub(crate) fn answer(&mut self, question: &Question) -> Option<&'a Simulation> {
        let part = question.part();
        let known = self.cx.world.by_key::<Simulation>(self.cx.scope, &part);
        let kept = if known.is_some_and(Simulation::allows_all) { KEPT } else { DOUBTED };
        let bin = self.cx.world.store(self.cx.scope, Simulation::KIND).and_then(|store| store.bin(&part));
        let age = bin.and_then(|bin| bin.read_at).map(|at| self.cx.world.age(at, self.cx.now));
        if age.is_none_or(|age| age > kept) {
            self.rights.wants.push(ReadRequest::part(self.cx.scope, Simulation::KIND, &part));
        }
        known
    }

    /// Adds a line.
    pub(crate) fn tell(&mut self, line: Line) {
        self.rights.lines.push(line);
    }
}

/// What whoever opens a session wants.
pub(crate) struct Opening {
    /// The call that opens it.
    pub operation: &'static str,
    /// On what it has to be allowed, all of it.
    pub on: Vec<String>,
    /// What else `ssm:StartSession` has to be allowed on, by what it is for.
    pub besides: Vec<(String, &'static str)>,
}

/// Tells what the caller may of `opening`.
pub(crate) fn caller(asking: &mut Asking<'_, '_>, opening: &Opening) {
    let operation = opening.operation;
    let Some(me) = asking.cx.world.identity(asking.cx.scope).map(|who| who.arn.clone()) else {
        return asking.tell(permissions(operation, "not checked, for it is not known who you are"));
    };
    let open = Question::new(&me, &[operation], &opening.on);
    let channels = channel_question(asking.cx, &me, operation);
    let besides: Vec<String> = opening.besides.iter().map(|(on, _)| on.clone()).collect();
    let besides = Question::new(&me, &["ssm:StartSession"], &besides);
    let answers = [&open, &channels, &besides].map(|question| asking.answer(question));
    let [Some(opens), Some(channels), Some(more)] = answers else {
        return asking.tell(permissions(operation, "not asked of IAM yet"));
    };
    if let Err(why) = &opens.answer {
        return asking.tell(permissions(operation, &format!("not checked, for IAM was not asked: {why}")));
    }
    let may = every(opens, operation, &opening.on);
    asking.tell(told("may open it", may, operation, |message| {
        Line::fails(
            "may open it",
            message,
            format!("allow it for {} on {}; {STATEMENT}", me.last(), opening.on.join(" and ")),
        )
    }));
    channel(asking, channels, operation);
    for (on, purpose) in &opening.besides {
        if more.may("ssm:StartSession", |one| one == on) == Decision::No {
            let message = format!("your policies do not allow ssm:StartSession on {on}, which takes {purpose}");
            asking.tell(Line::lacks("may do more", message, format!("allow it; {STATEMENT}")));
        }
    }
}

/// Asks what `me` may of the channel of a session that `operation` opens.
pub(crate) fn channel_question(cx: &KindContext<'_>, me: &Arn, operation: &str) -> Question {
    Question::new(me, &[CHANNEL, RESUME, TERMINATE], &sessions(cx, me, operation))
}

/// Tells what the caller may of a session's channel: open it, come back to it, end the session.
pub(crate) fn channel(asking: &mut Asking<'_, '_>, channels: &Simulation, operation: &str) {
    let may = channels.may(CHANNEL, |_| true);
    let sure = channels.may(CHANNEL, |on| operation != "ecs:ExecuteCommand" || on.contains("/ecs-execute-command"));
    let may = match (may, sure) {
        (Decision::Yes, Decision::No) => {
            Decision::Unknown("it is allowed on sessions that bear your name, not on ECS Exec's".to_owned())
        }
        (may, _) => may,
    };
    asking.tell(told("may open its channel", may, CHANNEL, |message| {
        let message = format!("{message}: AWS closes the connection at once");
        Line::fails("may open its channel", message, format!("allow it on arn:aws:ssm:*:*:session/*; {STATEMENT}"))
    }));
    for (what, action, costs) in [
        ("may resume it", RESUME, "it ends when its connection does, within the hour"),
        ("may end it", TERMINATE, "what you leave runs on until it idles out"),
    ] {
        asking.tell(told(what, channels.may(action, |_| true), action, |message| {
            Line::lacks(what, format!("{message}: {costs}"), format!("allow it on your sessions; {STATEMENT}"))
        }));
    }
}

/// The sessions that are the caller's, by all the names that AWS may give them.
fn sessions(cx: &KindContext<'_>, me: &Arn, operation: &str) -> Vec<String> {
    let mut names = vec!["${aws:userid}".to_owned(), "${aws:username}".to_owned()];
    if let Source::Session { session, .. } = Source::of(me.as_str()) {
        names.push(session);
    }
    if operation == "ecs:ExecuteCommand" {
        names.push("ecs-execute-command".to_owned());
    }
    names.iter().map(|name| arn(cx, me, "ssm", &format!("session/{name}-0"))).collect()
}

/// The ARN of something in the place and account where `me` is.
pub(crate) fn arn(cx: &KindContext<'_>, me: &Arn, service: &str, rest: &str) -> String {
    let (partition, account) = (me.partition().unwrap_or("aws"), me.account().unwrap_or_default());
    format!("arn:{partition}:{service}:{}:{account}:{rest}", cx.scope.region)
}

/// The ARN that policies know a managed node by.
pub(crate) fn node(cx: &KindContext<'_>, me: &Arn, id: &str) -> String {
    match id.starts_with("mi-") {
        true => arn(cx, me, "ssm", &format!("managed-instance/{id}")),
        false => arn(cx, me, "ec2", &format!("instance/{id}")),
    }
}

/// The ARN of a document that AWS made: it is in nobody's account.
pub(crate) fn document(cx: &KindContext<'_>, me: &Arn, name: &str) -> String {
    format!("arn:{}:ssm:{}::document/{name}", me.partition().unwrap_or("aws"), cx.scope.region)
}

/// Whether `action` is allowed on each of `on`.
fn every(simulation: &Simulation, action: &str, on: &[String]) -> Decision {
    let each = on.iter().map(|on| simulation.may(action, |one| one == on));
    each.fold(Decision::Yes, |all, one| match (all, one) {
        (Decision::No, _) | (_, Decision::No) => Decision::No,
        (Decision::Unknown(why), _) | (_, Decision::Unknown(why)) => Decision::Unknown(why),
        (Decision::Yes, Decision::Yes) => Decision::Yes,
    })
}

/// A line for what IAM said; `no` makes it where it said no.
pub(crate) fn told(what: &'static str, may: Decision, action: &str, no: impl FnOnce(String) -> Line) -> Line {
    match may {
        Decision::Yes => Line::holds(what, format!("{action} is allowed")),
        Decision::No => no(format!("your policies do not allow {action}")),
        Decision::Unknown(why) => Line::unknown(what, format!("{action}: not certain, for {why}; connecting tells")),
    }
}

/// Whether the caller can have a data key by the KMS key that encrypts the session. A key's own policy may allow what
/// the caller's do not: that is not simulated, so a no is not the end.
pub(crate) fn data_key(asking: &mut Asking<'_, '_>, key: &str) {
    const WHAT: &str = "encryption";
    let me = asking.cx.world.identity(asking.cx.scope).map(|who| who.arn.clone());
    let on = me.as_ref().and_then(|me| key_arn(asking.cx, me, key));
    let message = format!("by the KMS key {key}");
    let (Some(me), Some(on)) = (me, on) else {
        let message = format!("{message}; you need {DATA_KEY} on it, the other side kms:Decrypt");
        return asking.tell(Line::unknown(WHAT, message));
    };
    let question = Question::new(&me, &[DATA_KEY], &[on]);
    let line = match asking.answer(&question).map(|answer| answer.may(DATA_KEY, |_| true)) {
        None => Line::unknown(WHAT, format!("{message}; {DATA_KEY} on it: not asked of IAM yet")),
        Some(Decision::Yes) => Line::holds(WHAT, format!("{message}; {DATA_KEY} is allowed")),
        Some(Decision::No) => Line::lacks(
            WHAT,
            format!(
                "{message}, and your policies do not allow {DATA_KEY} on it: the handshake fails unless its own does"
            ),
            format!("allow {DATA_KEY} on {key}; {STATEMENT}"),
        ),
        Some(Decision::Unknown(why)) => {
            Line::unknown(WHAT, format!("{message}; you need {DATA_KEY} on it, which is not certain, for {why}"))
        }
    };
    asking.tell(line);
}

/// The ARN of a key by its ARN or id; `None` for an alias, which policies do not know.
pub(crate) fn key_arn(cx: &KindContext<'_>, me: &Arn, key: &str) -> Option<String> {
    let id = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match key.split_once(":key/") {
        Some((_, rest)) if id(rest) => Some(key.to_owned()),
        None if id(key) => Some(arn(cx, me, "kms", &format!("key/{key}"))),
        _ => None,
    }
}
