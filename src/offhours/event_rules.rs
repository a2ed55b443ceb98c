//! Rules of EventBridge held against one environment: which of them stop or start who sleeps with it, and which may be
//! switched off for it alone, or else why not and what to do; and what they wear while they are held back. Pure; what is
//! done about them is the business of `migrate` and `suspended_rules`.

use jiff::Timestamp;

use super::external_schedulers::aims_at;
use super::scheduled_members::ScheduledMember;
use crate::environment::Environment;
use crate::kinds::event_rule::Rule;
use crate::kinds::resource_tags::TaggedResource;
use crate::schedule::stored::tag_record::Tags;
use crate::schedule::stored::tags;
use crate::schedule::stored::target_effect::Effect;
use crate::schedule::{Hold, MemberKind, Override, PowerAction};
use crate::world::{Arn, Resource, Scope, World};

/// A rule that stops or starts somebody of the environment.
#[derive(Clone, Debug)]
pub(crate) struct Ruling<'a> {
    /// The rule.
    pub(crate) rule: &'a Rule,
    /// Where it is.
    pub(crate) scope: Scope,
    /// Whom it stops or starts.
    pub(crate) hits: Vec<(PowerAction, &'a ScheduledMember)>,
    /// Why it cannot be switched off for this environment, and what to do instead.
    pub(crate) bar: Option<String>,
}

/// Those of `environment`, by name. Its schedules are kept in `place`.
pub(crate) fn rulings<'a>(
    environment: &Environment,
    scheduled_members: &'a [ScheduledMember],
    world: &'a World,
    place: &Scope,
) -> Vec<Ruling<'a>> {
    let mut found: Vec<Ruling<'a>> = Vec::new();
    // Two sources may see the same account: what is seen where the schedules are counts.
    let elsewhere = environment.scopes.iter().filter(|scope| *scope != place);
    for scope in std::iter::once(place).chain(elsewhere) {
        for rule in world.all::<Rule>(scope) {
            if found.iter().any(|known| known.rule.key() == rule.key()) {
                continue;
            }
            let Some(ruling) = ruling(environment, scheduled_members, rule, scope) else { continue };
            let far = (scope != place).then(|| {
                format!(
                    "it is in {scope}, and the schedules of {} are kept in {place}; disable it there by hand",
                    environment.name
                )
            });
            found.push(Ruling { bar: ruling.bar.or(far), ..ruling });
        }
    }
    found.sort_by(|a, b| a.rule.name.cmp(&b.rule.name));
    found
}

fn ruling<'a>(
    environment: &Environment,
    scheduled_members: &'a [ScheduledMember],
    rule: &'a Rule,
    scope: &Scope,
) -> Option<Ruling<'a>> {
    let name = &environment.name;
    let (mut hits, mut strange) = (Vec::new(), None);
    for target in &rule.targets {
        match target.does() {
            Effect::Power { verb, on, .. } => {
                for aim in on {
                    match scheduled_members.iter().find(|it| aims_at(&aim, it, scope)) {
                        Some(it) => hits.push((verb, it)),
                        None => {
                            strange.get_or_insert_with(|| {
                                format!("it also {}s {}, which does not sleep with {name}", verb.word(), aim.id)
                            });
                        }
                    }
                }
            }
            Effect::Work(work) => {
                strange.get_or_insert_with(|| format!("it also {} {}", work.kind.sentence(), work.name));
            }
            Effect::Else => {
                strange.get_or_insert_with(|| format!("it also calls {}", called(&target.arn)));
            }
        }
    }
    if hits.is_empty() {
        return None;
    }
    let own = |message: String| {
        format!("{message}; give {name} a rule of its own first, and take its targets out of this one")
    };
    let bar = if let Some(by) = &rule.managed_by {
        Some(format!("{by} created and manages it (ManagedBy); change it there"))
    } else if rule.waits {
        Some(
            "it waits for events besides, which would be missed; give what fires by the clock a rule of its own"
                .to_owned(),
        )
    } else if let Some(message) = strange {
        Some(own(message))
    } else if !rule.whole {
        Some("what else it calls could not be read; let events:ListTargetsByRule be read".to_owned())
    } else {
        None
    };
    Some(Ruling { rule, scope: scope.clone(), hits, bar })
}

/// What a target is called in a sentence.
fn called(arn: &str) -> String {
    match arn.split_once(":aws-sdk:") {
        Some((_, call)) => call.to_owned(),
        None => Arn::from(arn).resource().to_owned(),
    }
}

impl Ruling<'_> {
    /// What it does, by whom it does it to: `stops prooflink-dev-db`.
    pub(crate) fn does(&self) -> String {
        let hit = |(verb, it): &(PowerAction, &ScheduledMember)| format!("{}s {}", verb.word(), it.member.label());
        self.hits.iter().map(hit).collect::<Vec<_>>().join(", ")
    }
}

/// Why a rule is switched off, as its tags tell: the override or hold that ends last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Marked {
    /// Which of the two.
    pub(crate) is: Why,
    /// Until when.
    pub(crate) until: Timestamp,
    /// Who asked for it.
    pub(crate) by: String,
}

/// What holds a rule back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// An override.
    Override,
    /// A hold.
    Hold,
}

impl Why {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::Hold => "hold",
        }
    }

    /// The same with its article.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Override => "an override",
            Self::Hold => "a hold",
        }
    }
}

/// Why `rule` is switched off, where an override or a hold of ours did it.
pub(crate) fn marked(world: &World, rule: &Rule, scope: &Scope) -> Option<Marked> {
    let tags = worn(world, rule, scope)?;
    let over = tags.get(tags::OVERRIDE).and_then(|text| Override::from_tag(text).ok());
    let over = over.map(|over| Marked { is: Why::Override, until: over.until, by: over.by });
    let hold = tags.get(tags::HOLD).and_then(|text| Hold::from_tag(text).ok());
    let hold = hold.map(|hold| Marked { is: Why::Hold, until: hold.until, by: hold.by });
    over.into_iter().chain(hold).max_by_key(|mark| mark.until)
}

/// The tags of a rule, as far as they were read.
pub(crate) fn worn<'w>(world: &'w World, rule: &Rule, scope: &Scope) -> Option<&'w Tags> {
    Some(&world.by_key::<TaggedResource>(scope, rule.key())?.tags)
}

/// A scheduled member as IAM's simulator is asked about it; EC2 never tells an instance's ARN.
pub(crate) fn arn_of(it: &ScheduledMember, role: &Arn, scope: &Scope) -> String {
    let (partition, account) = (role.partition().unwrap_or("aws"), role.account().unwrap_or_default());
    match it.member.kind {
        MemberKind::Ec2Instance => format!("arn:{partition}:ec2:{}:{account}:instance/{}", scope.region, it.member.id),
        MemberKind::RdsInstance | MemberKind::RdsCluster | MemberKind::EcsService => it.arn.clone(),
    }
}
