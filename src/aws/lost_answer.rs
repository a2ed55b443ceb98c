//! What a write does whose answer was lost: it looks for what AWS made of it, a few times, and says what it found. It
//! never sends the write again. What is looked for, and where, is the knowledge of the change that sent it.

use std::time::Duration;

use super::Clients;
use crate::world::Fault;

/// Before each look: AWS may still be at it, and what it made is not seen everywhere at once.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(6)];

/// After a write that ended in `fault`: what `look` finds of it, if the answer was lost. `what` names in words what is
/// looked for.
///
/// # Errors
/// The fault of the write: as it is if AWS refused it, else saying that it is not known whether it was done.
pub(crate) async fn look_for<T, F>(aws: &Clients, fault: Fault, what: &str, look: impl Fn() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<Option<T>, Fault>>,
{
    if !fault.answer_lost {
        return Err(fault);
    }
    let mut unread = None;
    for pause in PAUSES {
        if !aws.is_unpaced() {
            tokio::time::sleep(pause).await;
        }
        match look().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => unread = None,
            Err(why) => unread = Some(why),
        }
    }
    let seen = match unread {
        None => format!("{what} was looked for and not found so far"),
        Some(why) => format!("{what} could not be looked for: {}", why.sentence()),
    };
    let message = format!("the answer was lost, and whether it was done is not known; {seen} ({})", fault.message);
    let advice = "look at it again before it is repeated: toban sent it once and does not send it again by itself";
    Err(Fault { message, ..fault }.advise(advice))
}

#[cfg(test)]
mod tests {
    use super::look_for;
    use crate::aws::Clients;
    use crate::world::{Fault, FaultKind};

    fn lost() -> Fault {
        let fault = Fault::new(FaultKind::Timeout, "ssm:SendCommand", "connection closed");
        Fault { answer_lost: true, ..fault }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_found_at_a_later_look_is_found() {
        let looks = std::cell::Cell::new(0);
        let aws = Clients::silent();
        let found = look_for(&aws, lost(), "the command", || async {
            looks.set(looks.get() + 1);
            Ok((looks.get() == 3).then_some("c-1"))
        });
        assert_eq!(found.await, Ok("c-1"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_found_is_not_known() {
        let aws = Clients::silent();
        let fault = look_for(&aws, lost(), "the command", || async { Ok(None::<()>) }).await.expect_err("not found");
        assert!(fault.answer_lost);
        assert!(fault.message.contains("not known; the command was looked for and not found so far"), "{fault}");
        let denied = || Fault::new(FaultKind::Denied, "ssm:ListCommands", "no");
        let fault = look_for(&aws, lost(), "the command", || async { Err::<Option<()>, _>(denied()) }).await;
        let fault = fault.expect_err("not seen");
        assert!(fault.message.contains("could not be looked for: ssm:ListCommands is not allowed"), "{fault}");
    }

    #[tokio::test]
    async fn what_was_refused_is_not_looked_for() {
        let refused = Fault::new(FaultKind::Refused, "ssm:SendCommand", "no");
        let aws = Clients::silent();
        let got = look_for(&aws, refused.clone(), "the command", || async { Err::<Option<()>, _>(lost()) });
        assert_eq!(got.await, Err(refused));
    }
}
