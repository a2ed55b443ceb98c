//! Which alarms of an environment are muted while it sleeps, and until when. Plain data for the change beside it.
//! Never makes a call.

use crate::change::gate::Change;

/// What silences the environment's alarms while it sleeps, one a scope.
#[derive(Debug)]
pub struct AlarmMute {
    /// Mutes them.
    pub mute: Box<dyn Change>,
    /// Lets them speak again.
    pub unmute: Box<dyn Change>,
}
