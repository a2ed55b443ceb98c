//! What a session on a node takes of the caller's rights and of the account's settings. Pure: what is not known yet
//! comes back as something to be read.

use crate::kinds::KindContext;
use crate::kinds::iam_simulation::permissions::{Asking, Opening, caller, document, node};
use crate::kinds::session_settings::requirements;
use crate::ssm::preflight::Rights;
use crate::ssm::start_request::{TO_REMOTE_HOST, TO_SSH};

/// The documents that StartSession is asked for besides a plain shell, with what each is for.
const DOCUMENTS: [(&str, &str); 4] = [
    ("AWS-StartNonInteractiveCommand", "a command behind `--`"),
    ("AWS-StartInteractiveCommand", "a program with `--tty`, a command with input"),
    (TO_REMOTE_HOST, "a tunnel through it"),
    (TO_SSH, "an SSH client's way in"),
];

/// The rights that sessions on node `id` take. The node's own role is not looked at: an agent that answers has one.
#[must_use]
pub fn rights(id: &str, cx: &KindContext<'_>) -> Rights {
    let mut asking = Asking::new(cx);
    let me = cx.world.identity(cx.scope).map(|who| who.arn.clone());
    let (on, besides) = match &me {
        None => (Vec::new(), Vec::new()),
        Some(me) => {
            (vec![node(cx, me, id)], DOCUMENTS.map(|(name, purpose)| (document(cx, me, name), purpose)).to_vec())
        }
    };
    caller(&mut asking, &Opening { operation: "ssm:StartSession", on, besides });
    requirements::of_node(&mut asking, cx);
    asking.rights
}
