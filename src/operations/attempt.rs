//! Sending one change in a procedure: what AWS does not take for a passing reason is sent again a little later, what may
//! have been done is not, and what was refused ends it. Pure; what becomes of it afterwards is the procedure's.

use jiff::{SignedDuration, Timestamp};

use crate::change::Report;
use crate::change::receipt::Receipt;
use crate::world::{Fault, FaultKind, Health};

/// What AWS did not take for a passing reason is sent again after this.
pub(crate) const AGAIN: SignedDuration = SignedDuration::from_secs(10);
/// So long it is sent again.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// What became of sending it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Sent {
    /// AWS took it.
    Taken,
    /// Not now: it is sent again after [`AGAIN`].
    Later,
    /// It may have been done; AWS's or the network's sentence.
    Unsure(String),
    /// It was not done; AWS's sentence.
    Refused(String),
}

/// The sending of one change, over as many tries as it takes.
#[derive(Debug, Default)]
pub(crate) struct Attempt {
    /// Since when AWS does not take it, when it was last sent, and why.
    refused: Option<(Timestamp, Timestamp, Fault)>,
}

impl Attempt {
    /// Whether it is too early to send it again.
    pub(crate) fn must_wait(&self, now: Timestamp) -> bool {
        self.refused.as_ref().is_some_and(|(_, last, _)| now.duration_since(*last) < AGAIN)
    }

    /// Takes AWS's answer.
    pub(crate) fn told(&mut self, got: &Result<Receipt, Fault>, now: Timestamp) -> Sent {
        use FaultKind::{Credentials, Expired, Garbled, Offline, Throttled, Timeout};
        let since = self.refused.take().map_or(now, |(since, ..)| since);
        let Err(fault) = got else { return Sent::Taken };
        if fault.answer_lost || matches!(fault.kind, Timeout | Offline | Garbled) {
            return Sent::Unsure(fault.sentence());
        }
        if matches!(fault.kind, Throttled | Expired | Credentials) && now.duration_since(since) < PATIENCE {
            self.refused = Some((since, now, fault.clone()));
            return Sent::Later;
        }
        Sent::Refused(fault.sentence())
    }

    /// Takes AWS's answer to what may be done twice: it is sent again too where it may have been done, for as long.
    pub(crate) fn told_of_repeatable(&mut self, got: &Result<Receipt, Fault>, now: Timestamp) -> Sent {
        use FaultKind::{Credentials, Expired, Offline, Throttled, Timeout};
        let since = self.refused.take().map_or(now, |(since, ..)| since);
        let Err(fault) = got else { return Sent::Taken };
        if !fault.answer_lost && !matches!(fault.kind, Throttled | Expired | Credentials | Offline | Timeout) {
            return Sent::Refused(fault.sentence());
        }
        if now.duration_since(since) < PATIENCE {
            self.refused = Some((since, now, fault.clone()));
            return Sent::Later;
        }
        if fault.answer_lost { Sent::Unsure(fault.sentence()) } else { Sent::Refused(fault.sentence()) }
    }

    /// What is told while AWS does not take it.
    pub(crate) fn report(&self) -> Option<Report> {
        let (_, _, fault) = self.refused.as_ref()?;
        let message = format!("AWS does not take it at the moment, toban tries again: {}", fault.sentence());
        let stands = Some("nothing was changed".to_owned());
        Some(Report { message, health: Health::Worrying, stands, ..Report::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind, answer_lost: bool) -> Result<Receipt, Fault> {
        Err(Fault { answer_lost, ..Fault::new(kind, "ecs:StopTask", "no") })
    }

    #[test]
    fn what_passes_is_sent_again_for_a_while_and_then_refused() {
        let (mut attempt, began) = (Attempt::default(), Timestamp::UNIX_EPOCH);
        let at = |seconds: i64| began + SignedDuration::from_secs(seconds);
        assert!(!attempt.must_wait(at(0)) && attempt.report().is_none());
        assert_eq!(attempt.told(&fault(FaultKind::Throttled, false), at(0)), Sent::Later);
        assert!(attempt.must_wait(at(9)) && !attempt.must_wait(at(10)) && attempt.report().is_some());
        assert_eq!(attempt.told(&fault(FaultKind::Expired, false), at(599)), Sent::Later);
        assert!(matches!(attempt.told(&fault(FaultKind::Throttled, false), at(600)), Sent::Refused(_)));
        assert_eq!(attempt.told(&Ok(Receipt::default()), at(601)), Sent::Taken);
        assert!(attempt.report().is_none());
    }

    #[test]
    fn what_may_be_done_twice_is_sent_again_for_a_while_and_no_longer() {
        let (mut attempt, began) = (Attempt::default(), Timestamp::UNIX_EPOCH);
        let at = |seconds: i64| began + SignedDuration::from_secs(seconds);
        assert_eq!(attempt.told_of_repeatable(&fault(FaultKind::Timeout, true), at(0)), Sent::Later);
        assert_eq!(attempt.told_of_repeatable(&fault(FaultKind::Odd, true), at(599)), Sent::Later);
        assert!(matches!(attempt.told_of_repeatable(&fault(FaultKind::Odd, true), at(600)), Sent::Unsure(_)));
        assert_eq!(attempt.told_of_repeatable(&fault(FaultKind::Throttled, false), at(601)), Sent::Later);
        assert!(matches!(attempt.told_of_repeatable(&fault(FaultKind::Throttled, false), at(1201)), Sent::Refused(_)));
        assert!(matches!(attempt.told_of_repeatable(&fault(FaultKind::Denied, false), at(1202)), Sent::Refused(_)));
        assert_eq!(attempt.told_of_repeatable(&Ok(Receipt::default()), at(1203)), Sent::Taken);
    }

    #[test]
    fn what_may_have_been_done_is_never_sent_again() {
        for (kind, lost) in [(FaultKind::Timeout, false), (FaultKind::Throttled, true), (FaultKind::Refused, true)] {
            let got = Attempt::default().told(&fault(kind, lost), Timestamp::UNIX_EPOCH);
            assert!(matches!(got, Sent::Unsure(_)), "{kind:?}: {got:?}");
        }
        let got = Attempt::default().told(&fault(FaultKind::Denied, false), Timestamp::UNIX_EPOCH);
        assert!(matches!(got, Sent::Refused(_)), "{got:?}");
    }
}
