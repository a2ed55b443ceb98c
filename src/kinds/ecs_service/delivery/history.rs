//! A past deployment as a line of its service's history: which revision, which images by digest, how it ended, how long it
//! took. Pure.

use super::sentence::rollback_reason;
use super::{RecordState, state_of};
use crate::display::{Moment, Tone};
use crate::kinds::service_deployment::{RunningImage, ServiceDeployment};
use crate::kinds::task_definition::{image_name, revision_name};
use crate::text::{first_line, span, word};
use crate::world::Health;

/// The line; `None` where it is not told when it began.
#[must_use]
pub fn in_history(record: &ServiceDeployment) -> Option<Moment> {
    let at = record.created_at?;
    let took =
        record.finished_at.map(|end| span(end.duration_since(at).as_secs())).map(|took| format!(" after {took}"));
    let to = record.task_definition.as_ref().map_or_else(|| record.arn.last(), revision_name);
    let strategy =
        record.progress.settings.strategy.as_deref().map(|name| format!(", {}", word(name).replace('_', "/")));
    let images: Vec<String> = record.images.iter().map(image).collect();
    let images = if images.is_empty() { String::new() } else { format!("; {}", images.join(", ")) };
    let (how, tone) = match state_of(record) {
        RecordState::Successful => ("successful".to_owned(), Tone::Plain),
        RecordState::OnItsWay => ("on its way".to_owned(), Tone::Of(Health::Changing)),
        RecordState::GoingBack => ("is being rolled back".to_owned(), Tone::Of(Health::Worrying)),
        RecordState::RolledBack => ("rolled back".to_owned(), Tone::Of(Health::Worrying)),
        RecordState::Stopped => ("stopped".to_owned(), Tone::Of(Health::Worrying)),
        RecordState::RollbackFailed => ("could not be rolled back".to_owned(), Tone::Of(Health::Bad)),
        RecordState::Unknown => (word(&record.status).replace('_', " "), Tone::Of(Health::Unknown)),
    };
    let back = matches!(
        state_of(record),
        RecordState::GoingBack | RecordState::RolledBack | RecordState::RollbackFailed | RecordState::Stopped
    );
    let why = rollback_reason(record).filter(|_| back).map(|why| format!(" ({})", why.trim_end_matches('.')));
    let message = format!(
        "deployed {to}{}: {how}{}{}{images}",
        strategy.unwrap_or_default(),
        took.unwrap_or_default(),
        why.unwrap_or_default()
    );
    Some(Moment { at, message: first_line(&message, 300), tone })
}

/// `app:v2 sha256:0123456789ab`.
fn image(image: &RunningImage) -> String {
    let digest = image.digest.as_deref().map(|digest| {
        let (kind, digits) = digest.split_once(':').unwrap_or(("", digest));
        format!(" {kind}:{}", digits.chars().take(12).collect::<String>())
    });
    format!("{}{}", image_name(&image.image), digest.unwrap_or_default())
}
