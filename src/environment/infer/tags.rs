//! What the tags of a resource say: an environment by name, a system, a stage, a CloudFormation stack.
//! Only the tags that people agree on are read; `Name` is a name, not a label.

use std::collections::BTreeMap;

use super::tokens::is_separator;
use crate::world::QuickMap;

/// Keys that name a system, most telling first, without case, separators and prefix. `service` and its like name a part
/// as often.
const SYSTEM: &[&str] = &[
    "project",
    "projectname",
    "プロジェクト",
    "プロジェクト名",
    "application",
    "applicationname",
    "app",
    "appname",
    "userapplication",
    "copilotapplication",
    "sstapp",
    "pulumiproject",
    "system",
    "systemname",
    "システム",
    "システム名",
    "product",
    "productname",
    "workload",
    "workloadname",
    "service",
    "servicename",
];
/// Keys that name a stage, most telling first.
const STAGE: &[&str] = &[
    "environment",
    "environmentname",
    "env",
    "envname",
    "environmenttype",
    "envtype",
    "deploymentenvironment",
    "deployenv",
    "環境",
    "環境名",
    "stage",
    "stagename",
    "ステージ",
    "appenv",
    "applicationenvironment",
    "copilotenvironment",
    "userstack",
    "sststage",
    "pulumistack",
    "amplifybranchname",
    "workspace",
    "terraformworkspace",
    "tfworkspace",
    "lifecycle",
    "tier",
    "phase",
];
/// Keys whose value is the name of what the resource is part of.
const NAMES: &[&str] = &[
    "elasticbeanstalkenvironmentname",
    "awsautoscalinggroupname",
    "eksclustername",
    "awseksclustername",
    "awsecsclustername",
    "eksnodegroupname",
];
/// Longer values are cut: AWS allows 256 characters.
const LONGEST: usize = 128;

/// What a key says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Key {
    /// Names an environment outright.
    Ours,
    Stack,
    Product,
    Name,
    OtherName,
    System(usize),
    Stage(usize),
    Nothing,
}

/// The keys met so far.
#[derive(Default)]
pub(super) struct Keys<'a>(QuickMap<&'a str, Key>);

impl<'a> Keys<'a> {
    fn of(&mut self, key: &'a str) -> Key {
        *self.0.entry(key).or_insert_with(|| {
            match key {
                "Name" => return Key::Name,
                "aws:cloudformation:stack-name" => return Key::Stack,
                "aws:servicecatalog:provisionedProductArn" => return Key::Product,
                _ => {}
            }
            match (read(key), key.rsplit_once([':', '/', '.'])) {
                // `acme:environment`; what AWS and Kubernetes set is known by its whole key.
                (Key::Nothing, Some((prefix, end)))
                    if !["aws", "elasticbeanstalk", "eks"].contains(&prefix.split(':').next().unwrap_or_default())
                        && !prefix.contains("k8s")
                        && !prefix.contains("kubernetes") =>
                {
                    read(end)
                }
                (known, _) => known,
            }
        })
    }
}

/// What a key says, whatever its case and separators.
fn read(key: &str) -> Key {
    let bare: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let within = |keys: &[&str]| keys.iter().position(|known| *known == bare);
    if bare == "tobanenv" {
        Key::Ours
    } else if let Some(rank) = within(SYSTEM) {
        Key::System(rank)
    } else if let Some(rank) = within(STAGE) {
        Key::Stage(rank)
    } else if within(NAMES).is_some() {
        Key::OtherName
    } else {
        Key::Nothing
    }
}

/// A system or stage that a tag names: how telling its key is, the value in normal spelling, key and value as written.
pub(super) type Told<'a> = (usize, String, (&'a str, &'a str));

/// What the tags of one resource say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Said<'a> {
    /// An environment, as written.
    pub(super) environment: Option<&'a str>,
    /// Systems, the most telling first.
    pub(super) systems: Vec<Told<'a>>,
    /// Stages, the most telling first.
    pub(super) stages: Vec<Told<'a>>,
    /// The stack it belongs to.
    pub(super) stack: Option<&'a str>,
    /// Its Name tag.
    pub(super) name: Option<&'a str>,
    /// Names of what it is part of.
    pub(super) names: Vec<&'a str>,
}

impl<'a> Said<'a> {
    /// Reads several sets of tags of one resource; what an earlier set says stays.
    pub(super) fn of(sets: impl Iterator<Item = &'a BTreeMap<String, String>>, keys: &mut Keys<'a>) -> Self {
        let mut said = Self::default();
        for (key, value) in sets.flatten().filter(|(_, value)| !value.trim().is_empty()) {
            match keys.of(key) {
                Key::Stack if !is_generated(value) => {
                    said.stack.get_or_insert(value);
                }
                Key::Name => {
                    said.name.get_or_insert(value);
                }
                Key::Ours => {
                    said.environment.get_or_insert(value.trim());
                }
                Key::OtherName if !is_generated(value) => said.names.push(value),
                // `arn:aws:servicecatalog:…:stack/NAME/pp-ID`.
                Key::Product => said.names.extend(value.split('/').nth(1)),
                Key::System(rank) => said.systems.push((rank, spelled(value), (key, value))),
                Key::Stage(rank) => said.stages.push((rank, spelled(value), (key, value))),
                Key::Stack | Key::OtherName | Key::Nothing => {}
            }
        }
        for told in [&mut said.systems, &mut said.stages] {
            told.retain(|(_, text, _)| !text.is_empty());
            told.sort_by_key(|(rank, ..)| *rank);
            told.dedup_by_key(|(rank, ..)| *rank);
        }
        said
    }
}

/// Names that tools make of ids: Elastic Beanstalk's stacks and those of the Service Catalog.
pub(super) fn is_generated(name: &str) -> bool {
    let catalog = name.get(..3).filter(|start| start.eq_ignore_ascii_case("sc-")).and_then(|_| name.get(3..));
    name.starts_with("awseb-e-")
        || name.starts_with("StackSet-")
        || name == "CDKToolkit"
        || catalog.is_some_and(|rest| rest.len() > 12 && rest.bytes().take(12).all(|b| b.is_ascii_digit()))
}

/// The normal spelling of a tag's value: lower case, one dash for everything between letters and digits.
pub(super) fn spelled(value: &str) -> String {
    let mut text = String::new();
    for c in value.chars().take(LONGEST) {
        if !is_separator(c) {
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
    use super::{Keys, Said};
    use rstest::rstest;
    use std::collections::BTreeMap;

    #[rstest]
    #[case(&[("Project", "ProofLink"), ("Environment", "Production")], &["prooflink"], &["production"])]
    #[case(&[("PROJECT", "a b"), ("ENV", "stg")], &["a-b"], &["stg"])]
    #[case(&[("app", "web"), ("System", "city"), ("stage", "blue")], &["web", "city"], &["blue"])]
    #[case(&[("Name", "prooflink-dev-vpc")], &[], &[])]
    #[case(&[("Project", "  "), ("Env", "--")], &[], &[])]
    #[case(&[("システム", "猫"), ("Env", "本番")], &["猫"], &["本番"])]
    #[case(&[("app_name", "a"), ("App-Env", "b")], &["a"], &["b"])]
    #[case(&[("user:Application", "a"), ("user:Stack", "b"), ("Application ID", "c")], &["a"], &["b"])]
    #[case(&[("acme:system", "a"), ("acme/env", "b"), ("aws:ecs:serviceName", "c"), ("k8s.io/app", "d")], &["a"], &["b"])]
    #[case(&[("System", "🐱 Cafe")], &["🐱-cafe"], &[])]
    fn tags_in_any_spelling(#[case] tags: &[(&str, &str)], #[case] systems: &[&str], #[case] stages: &[&str]) {
        let tags: BTreeMap<String, String> = tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let said = Said::of([&tags].into_iter(), &mut Keys::default());
        let texts = |told: &[super::Told<'_>]| told.iter().map(|(_, text, _)| text.clone()).collect::<Vec<_>>();
        assert_eq!(
            (texts(&said.systems), texts(&said.stages)),
            (systems.iter().map(|s| (*s).to_owned()).collect(), stages.iter().map(|s| (*s).to_owned()).collect())
        );
    }

    #[test]
    fn generated_stacks_say_nothing_and_products_have_names() {
        let tags: BTreeMap<String, String> = [
            ("aws:cloudformation:stack-name", "awseb-e-abc-stack"),
            ("aws:servicecatalog:provisionedProductArn", "arn:aws:servicecatalog:r:1:stack/orders-dev/pp-1"),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into();
        let said = Said::of([&tags].into_iter(), &mut Keys::default());
        assert_eq!((said.stack, said.names), (None, vec!["orders-dev"]));
    }
}
