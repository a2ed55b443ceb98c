//! What a reader who waits for a first reading is told on a terminal: how far it is, and, once it takes a while, which
//! environments are known already and what the others wait for. Reads nothing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::output;
use crate::engine::headless::{Progress, View};
use crate::overview::{Picture, assemble_early};
use crate::text::counted;
use crate::world::Health;

/// Before that nobody asks what takes so long.
const PATIENCE: Duration = Duration::from_secs(1);
/// A picture of a large account takes some time itself.
const EVERY: Duration = Duration::from_millis(500);
/// What the verdict of an environment says that waits.
const WAITS: &str = "still being read: ";

/// What was told last.
#[derive(Default)]
pub(super) struct Waiting {
    began: Option<Instant>,
    looked: Option<Instant>,
    more: String,
}

impl Waiting {
    /// Tells how far it is.
    pub(super) fn tell(&mut self, made: &Progress<'_>, view: &View) {
        if !output::shows_progress() {
            return;
        }
        let now = Instant::now();
        let began = *self.began.get_or_insert(now);
        let due = now.duration_since(began) >= PATIENCE
            && self.looked.is_none_or(|looked| now.duration_since(looked) >= EVERY);
        if due {
            let configured = &view.configured_environments;
            self.more = wait(&assemble_early(made.world, configured, made.unread, made.now, &view.zone));
            self.looked = Some(Instant::now());
        }
        output::progress(&format!("reading, {} of {}{}", made.done, made.all, self.more));
    }
}

/// Which environments are known, and what most of the others wait for.
fn wait(picture: &Picture) -> String {
    let all = picture.environments.len();
    if all == 0 {
        return ": no environment yet".to_owned();
    }
    let known = picture.environments.iter().filter(|it| it.verdict.health != Health::Unknown).count();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for environment in &picture.environments {
        let mut findings = environment.verdict.findings.iter();
        if let Some(reason) = findings.find_map(|finding| finding.message.strip_prefix(WAITS)) {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    let most = match reasons.into_iter().max_by_key(|(_, count)| *count) {
        None => String::new(),
        Some((reason, 1)) => format!("; 1 waits for {reason}"),
        Some((reason, many)) => format!("; {many} wait for {reason}"),
    };
    format!(": {known} of {} known{most}", counted(all, "environment"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Finding;
    use crate::overview::EnvironmentStatus;

    fn environment(name: &str, health: Health, message: &str) -> EnvironmentStatus {
        let mut environment = EnvironmentStatus::new(name, Vec::new());
        environment.verdict.health = health;
        let finding = Finding { health, depth: 0, message: message.to_owned(), about: None, evidence: Vec::new() };
        environment.verdict.findings = vec![finding];
        environment
    }

    #[test]
    fn who_waits_hears_how_many_are_known_and_what_the_others_wait_for() {
        assert_eq!(wait(&Picture::default()), ": no environment yet");
        let waits = |name| environment(name, Health::Unknown, "still being read: target health of 2 more (4 s)");
        let environments = vec![environment("a", Health::Well, "well"), waits("b"), waits("c")];
        let picture = Picture { environments, ..Picture::default() };
        let told = ": 1 of 3 environments known; 2 wait for target health of 2 more (4 s)";
        assert_eq!(wait(&picture), told);
    }
}
