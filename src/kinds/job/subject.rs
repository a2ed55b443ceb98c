//! What inference may know of a job that a timer begins: it belongs where its work runs, else by its name.
//! Pure; it decides nothing.

use crate::kinds::{Relation, Subject};
use crate::schedule::stored::target_effect::{Target, Work, WorkKind};
use crate::world::ResourceId;

/// The subject of a rule or schedule called `name` whose `target` does `work`. It founds nothing where its work is known.
pub(in crate::kinds) fn subject(id: ResourceId, name: &str, target: &Target, work: &Work) -> Subject {
    let is_direct = !target.arn.contains(":aws-sdk:");
    let subject = Subject::new(id).named(name).watching();
    match work.kind {
        WorkKind::Task if is_direct => subject
            .tied(Relation::Cluster, target.arn.as_str())
            .tied(Relation::Family, ["family:", &work.name].concat()),
        WorkKind::Task => subject.tied(Relation::Family, ["family:", &work.name].concat()),
        WorkKind::Function => subject.tied(Relation::Dimension, ["function:", &work.name].concat()),
        WorkKind::Job => subject.tied(Relation::Dimension, ["job-definition:", &work.name].concat()),
        WorkKind::Machine => subject.tied(Relation::Dimension, ["state-machine:", &work.name].concat()),
        WorkKind::Document => subject,
    }
}
