//! How sure it is that a resource is of its environment, and that an environment is of one stage: a level with its reason,
//! from the steps that placed what is in it. Pure; it decides nothing: what is doubtful is protected by its doubts.

use serde::Serialize;

use super::{Environment, Member, StepKind};
use crate::text::counted;

/// How sure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Its own name, tags or stack, or the configuration, say so, and nothing speaks against it.
    Certain,
    /// It follows what it belongs to, or something weaker speaks against it.
    Likely,
    /// What speaks against it weighs more than half of what speaks for it.
    Doubtful,
}

impl Certainty {
    /// The word on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Doubtful => "doubtful",
        }
    }
}

/// How sure, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Confidence {
    /// How sure.
    pub level: Certainty,
    /// Why, in one sentence without a full stop.
    pub why: String,
}

/// What stands before a step that speaks against.
const AGAINST: &str = "against: ";

impl Member {
    /// What speaks against its place.
    fn against(&self) -> impl Iterator<Item = &str> {
        self.because.iter().filter_map(|step| step.message.strip_prefix(AGAINST))
    }

    /// Whether a step of one of these kinds placed it.
    fn placed_by(&self, kinds: &[StepKind]) -> bool {
        self.because.iter().any(|step| kinds.contains(&step.kind) && !step.message.starts_with(AGAINST))
    }

    /// How sure its place is; `doubts` are those of its environment.
    #[must_use]
    pub fn confidence(&self, doubts: &[String]) -> Confidence {
        let of = |level, why: String| Confidence { level, why };
        let mine = doubts.iter().find(|doubt| doubt.starts_with(&format!("{} is taken for ", self.name)));
        if let Some(doubt) = mine {
            return of(Certainty::Doubtful, doubt.clone());
        }
        if self.placed_by(&[StepKind::Config]) {
            return of(Certainty::Certain, "the configuration says so".to_owned());
        }
        if let Some(against) = self.against().next() {
            return of(Certainty::Likely, format!("something speaks against it: {against}"));
        }
        if self.placed_by(&[StepKind::Relation, StepKind::Vpc]) {
            return of(Certainty::Likely, "it follows what it belongs to".to_owned());
        }
        of(Certainty::Certain, "its own name, tags or stack say so".to_owned())
    }
}

impl Environment {
    /// How sure it is that this is one environment of one stage, and all of what is in it.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        let of = |level, why: String| Confidence { level, why };
        if let Some(doubt) = self.doubts.first() {
            return of(Certainty::Doubtful, format!("two stages may be mixed in it: {doubt}"));
        }
        if self.members.is_empty() {
            return of(Certainty::Likely, "nothing is in it".to_owned());
        }
        let members = counted(self.members.len(), "member");
        let disputed = self.members.iter().filter_map(|member| Some((member, member.against().next()?)));
        if let Some((member, against)) = disputed.clone().next() {
            let count = disputed.count();
            let why = format!("something speaks against {count} of {members}, as of {}: {against}", member.name);
            return of(Certainty::Likely, why);
        }
        let own = [StepKind::Config, StepKind::Tag, StepKind::Stack, StepKind::Name];
        let count = self.members.iter().filter(|member| member.placed_by(&own)).count();
        if count == 0 {
            return of(Certainty::Likely, format!("{members} of it, and all only follow what they belong to"));
        }
        let say = if count == 1 { "says" } else { "say" };
        let why = format!(
            "{count} of {members} {say} it by name, tags, stack or configuration, and nothing speaks against it"
        );
        of(Certainty::Certain, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Step;
    use crate::world::{KindName, ResourceId, Scope};

    fn member(steps: &[(StepKind, &str)]) -> Member {
        let id = ResourceId { kind: KindName("db-instance"), scope: Scope::new("p", "r"), key: "shop-db".into() };
        let because = steps.iter().map(|(kind, message)| Step { kind: *kind, message: (*message).to_owned() });
        Member { id, name: "shop-db".to_owned(), assessment: None, because: because.collect() }
    }

    fn environment(members: Vec<Member>) -> Environment {
        Environment { members, ..Environment::new("shop-dev", Vec::new()) }
    }

    #[test]
    fn what_says_its_place_by_itself_is_certain_and_what_follows_is_likely() {
        let own = member(&[(StepKind::Name, "its name is shop-dev-db")]);
        let follows = member(&[(StepKind::Relation, "its cluster is of shop-dev")]);
        let torn = member(&[(StepKind::Tag, "tag Env=dev"), (StepKind::Vpc, "against: its VPC is of stage prod")]);
        let levels = [&own, &follows, &torn].map(|member| member.confidence(&[]).level);
        assert_eq!(levels, [Certainty::Certain, Certainty::Likely, Certainty::Likely]);
        let of = |members: Vec<Member>| environment(members).confidence();
        assert_eq!(of(vec![own.clone(), follows.clone()]).level, Certainty::Certain);
        assert_eq!(of(vec![follows]).level, Certainty::Likely);
        let told = of(vec![own.clone(), torn]);
        assert_eq!(told.level, Certainty::Likely);
        assert!(told.why.ends_with("as of shop-db: its VPC is of stage prod"), "{}", told.why);
        let doubts = vec!["shop-db is taken for shop-dev, but tag Env=prod says stage prod".to_owned()];
        assert_eq!(own.confidence(&doubts).level, Certainty::Doubtful);
        let mixed = Environment { doubts, ..environment(vec![own]) };
        assert_eq!(mixed.confidence().level, Certainty::Doubtful);
    }
}
