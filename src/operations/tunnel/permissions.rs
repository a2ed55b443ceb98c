//! What a tunnel takes of the caller's rights: to start sessions by the document of tunnels and on who carries it, and
//! to open their channels. Pure: what is not known yet comes back as something to be read, and what IAM does not tell
//! keeps nobody out.

use super::bastion::Carrier;
use crate::kinds::KindContext;
use crate::kinds::iam_simulation::permissions::{Asking, STATEMENT, channel, channel_question, document, node, told};
use crate::kinds::iam_simulation::{Decision, Question};
use crate::ssm::preflight::{Line, Rights, State, permissions};
use crate::ssm::start_request::TO_REMOTE_HOST;
use crate::world::Arn;

const START: &str = "ssm:StartSession";
/// IAM is asked about this many carriers, those that are tried first: a question takes a call each.
const ASKED: usize = 4;

/// Who carries a tunnel as far as IAM's word goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Permitted {
    /// Those that IAM does not deny, in the order of trying.
    pub carriers: Vec<Carrier>,
    /// The checklist, and what should be read first to fill it in.
    pub rights: Rights,
}

impl Permitted {
    /// Whether a tunnel cannot work.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.rights.lines.iter().any(|line| line.state == State::Fails)
    }
}

/// Who of `carriers` may carry a tunnel for the caller.
#[must_use]
pub fn permitted(cx: &KindContext<'_>, carriers: &[Carrier]) -> Permitted {
    let mut asking = Asking::new(cx);
    let Some(me) = cx.world.identity(cx.scope).map(|who| who.arn.clone()) else {
        asking.tell(permissions(START, "not checked, for it is not known who you are"));
        return Permitted { carriers: carriers.to_vec(), rights: asking.rights };
    };
    by_document(&mut asking, cx, &me);
    match asking.answer(&channel_question(cx, &me, START)) {
        Some(channels) => channel(&mut asking, channels, START),
        None => asking.tell(Line::unknown("may open its channel", "not asked of IAM yet")),
    }
    let (mut left, mut denied) = (Vec::new(), Vec::new());
    for (at, carrier) in carriers.iter().enumerate() {
        let on = target(cx, &me, carrier);
        // The question that a shell there asks, too.
        let question = Question::new(&me, &[START], std::slice::from_ref(&on));
        let no =
            at < ASKED && asking.answer(&question).is_some_and(|answer| answer.may(START, |_| true) == Decision::No);
        if no {
            denied.push((carrier.name.as_str(), on));
        } else {
            left.push(carrier.clone());
        }
    }
    if !denied.is_empty() {
        const WHAT: &str = "may go through";
        let (names, on): (Vec<&str>, Vec<String>) = denied.into_iter().unzip();
        let message = format!("your policies do not allow {START} on {}", names.join(", "));
        let remedy = format!("allow it for {} on {}; {STATEMENT}", me.last(), on.join(" and "));
        asking.tell(match left.is_empty() {
            true => Line::fails(WHAT, message, remedy),
            false => Line::lacks(WHAT, message, remedy),
        });
    }
    Permitted { carriers: left, rights: asking.rights }
}

/// Whether sessions may be started by the document that all tunnels take.
fn by_document(asking: &mut Asking<'_, '_>, cx: &KindContext<'_>, me: &Arn) {
    const WHAT: &str = "may open it";
    let on = document(cx, me, TO_REMOTE_HOST);
    let answer = asking.answer(&Question::new(me, &[START], std::slice::from_ref(&on)));
    let line = match answer.map(|answer| (answer, &answer.answer)) {
        None => permissions(START, "not asked of IAM yet"),
        Some((_, Err(why))) => permissions(START, &format!("not checked, for IAM was not asked: {why}")),
        Some((answer, Ok(_))) => told(WHAT, answer.may(START, |_| true), START, |message| {
            let message = format!("{message} on the document {TO_REMOTE_HOST}");
            Line::fails(WHAT, message, format!("allow it for {} on {on}; {STATEMENT}", me.last()))
        }),
    };
    asking.tell(line);
}

/// The ARN that policies know a carrier by: of the node, or of the task.
fn target(cx: &KindContext<'_>, me: &Arn, carrier: &Carrier) -> String {
    match carrier.target.starts_with("ecs:") {
        true => carrier.on.key.to_string(),
        false => node(cx, me, &carrier.target),
    }
}

#[cfg(test)]
mod tests;
