//! What the tags of a resource say: an environment by name, a system, a stage, a CloudFormation stack.
//! Only the tags that people agree on are read; `Name` is a name, not a label.

use std::collections::BTreeMap;

use super::words;

/// The tag that names an environment outright.
const OURS: &str = "toban:env";
/// Set by CloudFormation on what it makes.
const STACK: &str = "aws:cloudformation:stack-name";
/// Keys that name a system, most telling first.
const SYSTEM: &[&str] = &["project", "application", "app", "system", "product", "service"];
/// Keys that name a stage, most telling first.
const STAGE: &[&str] = &["environment", "env", "stage"];
/// Longer values are cut: AWS allows 256 characters.
const LONGEST: usize = 128;

/// What the tags of one resource say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Said<'a> {
    /// An environment, as written.
    pub(super) environment: Option<&'a str>,
    /// A system, in normal spelling, with key and value as written.
    pub(super) system: Option<(String, (&'a str, &'a str))>,
    /// A stage, in normal spelling, with key and value as written.
    pub(super) stage: Option<(String, (&'a str, &'a str))>,
    /// The stack it belongs to.
    pub(super) stack: Option<&'a str>,
    /// Its Name tag.
    pub(super) name: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// Reads several sets of tags of one resource; what an earlier set says stays.
    pub(super) fn of(sets: impl Iterator<Item = &'a BTreeMap<String, String>>) -> Self {
        let mut said = Self::default();
        let mut system: Option<(usize, &str, &str)> = None;
        let mut stage: Option<(usize, &str, &str)> = None;
        for (key, value) in sets.flatten().filter(|(_, value)| !value.trim().is_empty()) {
            if key == STACK {
                said.stack.get_or_insert(value);
            } else if key == "Name" {
                said.name.get_or_insert(value);
            } else if key.eq_ignore_ascii_case(OURS) {
                said.environment.get_or_insert(value.trim());
            } else {
                better(&mut system, SYSTEM, key, value);
                better(&mut stage, STAGE, key, value);
            }
        }
        said.system = system.map(|(_, key, value)| (spelled(value), (key, value))).filter(|(text, _)| !text.is_empty());
        said.stage = stage.and_then(|(_, key, value)| {
            let text = spelled(value);
            let text = words::stage(&text).map(str::to_owned).unwrap_or(text);
            (!text.is_empty()).then_some((text, (key, value)))
        });
        said
    }
}

fn better<'a>(best: &mut Option<(usize, &'a str, &'a str)>, keys: &[&str], key: &'a str, value: &'a str) {
    if let Some(rank) = keys.iter().position(|known| key.eq_ignore_ascii_case(known))
        && best.is_none_or(|(known, ..)| rank < known)
    {
        *best = Some((rank, key, value));
    }
}

/// The normal spelling of a tag's value: lower case, one dash for everything between letters and digits.
fn spelled(value: &str) -> String {
    let mut text = String::new();
    for c in value.chars().take(LONGEST) {
        if c.is_alphanumeric() {
            text.extend(c.to_lowercase());
        } else if !text.is_empty() && !text.ends_with('-') {
            text.push('-');
        }
    }
    text.truncate(text.trim_end_matches('-').len());
    text
}

#[cfg(test)]
mod tests {
    use super::Said;
    use rstest::rstest;
    use std::collections::BTreeMap;

    #[rstest]
    #[case(&[("Project", "ProofLink"), ("Environment", "Production")], Some("prooflink"), Some("prod"))]
    #[case(&[("PROJECT", "a b"), ("ENV", "stg")], Some("a-b"), Some("staging"))]
    #[case(&[("app", "web"), ("System", "city"), ("stage", "blue")], Some("web"), Some("blue"))]
    #[case(&[("Name", "prooflink-dev-vpc")], None, None)]
    #[case(&[("Project", "  "), ("Env", "--")], None, None)]
    #[case(&[("システム", "猫"), ("Product", "猫"), ("Env", "本番")], Some("猫"), Some("prod"))]
    fn tags_in_any_case(#[case] tags: &[(&str, &str)], #[case] system: Option<&str>, #[case] stage: Option<&str>) {
        let tags: BTreeMap<String, String> = tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let said = Said::of([&tags].into_iter());
        assert_eq!(said.system.as_ref().map(|(text, _)| text.as_str()), system);
        assert_eq!(said.stage.as_ref().map(|(text, _)| text.as_str()), stage);
    }
}
