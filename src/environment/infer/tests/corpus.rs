//! The corpus: how accounts are named and tagged in the field, each habit an account with the environment that every
//! resource belongs to. Facts and expectations are in the files; how they are read and scored is here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::fixture::Account;
use crate::environment::{ConfiguredEnvironments, Placed, place};
use crate::kinds::{Relation, Subject};
use crate::world::{KindName, ResourceId, Scope};

/// One habit.
pub(super) struct Habit {
    pub(super) file: String,
    pub(super) about: String,
    pub(super) subjects: Vec<Subject>,
    expected: BTreeMap<ResourceId, String>,
}

/// How a habit came out.
#[derive(Default, Clone, Debug)]
pub(super) struct Score {
    pub(super) resources: usize,
    pub(super) right: usize,
    pub(super) mixed: BTreeSet<String>,
    pub(super) bogus: BTreeSet<String>,
    wrong: Vec<String>,
}

/// All habits, in the order of their numbers.
pub(super) fn habits() -> Vec<Habit> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/environment/infer/tests/corpus");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            habit(
                path.file_stem().expect("a name").to_str().expect("text"),
                &std::fs::read_to_string(path).expect("text"),
            )
        })
        .collect()
}

fn habit(file: &str, text: &str) -> Habit {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned);
    let about = lines.next().expect("a first line").strip_prefix("about ").expect("what it is about").to_owned();
    let mut built = Builder { account: Account::new("123456789012"), expected: BTreeMap::new() };
    for line in expand(&lines.collect::<Vec<_>>()) {
        built.line(&line);
    }
    Habit { file: file.to_owned(), about, subjects: built.account.subjects, expected: built.expected }
}

/// Unrolls `for x=a b:c` … `end`: `$x` is the first spelling, `$X` the second or the first in lower case, `$3` the third.
fn expand(lines: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let Some(head) = line.strip_prefix("for ") else {
            out.push(line.clone());
            at += 1;
            continue;
        };
        let mut depth = 1;
        let mut end = at + 1;
        while depth > 0 {
            let line = lines.get(end).unwrap_or_else(|| panic!("no end of {line}"));
            depth = match line.as_str() {
                "end" => depth - 1,
                line if line.starts_with("for ") => depth + 1,
                _ => depth,
            };
            end += 1;
        }
        let body = expand(&lines[at + 1..end - 1]);
        let (name, values) = head.split_once('=').expect("name=values");
        for value in values.split(' ') {
            let parts: Vec<&str> = value.split(':').collect();
            let normal = parts.get(1).map_or_else(|| parts[0].to_lowercase(), |part| (*part).to_owned());
            let normal = if normal == "production" { "prod".to_owned() } else { normal };
            for line in &body {
                let line = line
                    .replace(&format!("${}", name.to_uppercase()), &normal)
                    .replace(&format!("${name}"), parts[0])
                    .replace("$3", parts.get(2).unwrap_or(&parts[0]));
                out.push(line);
            }
        }
        at = end;
    }
    out
}

struct Builder {
    account: Account,
    expected: BTreeMap<ResourceId, String>,
}

impl Builder {
    /// `kind | name | facts | environment`
    fn line(&mut self, line: &str) {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [kind, id, facts, expected] = parts.as_slice() else { panic!("four parts: {line}") };
        let shown = id.split('@').next().expect("a name");
        let key = match *kind {
            "vpc" => self.account.arn("ec2", &format!("vpc/{id}")),
            "cluster" => self.account.arn("ecs", &format!("cluster/{id}")),
            "service" => self.account.arn("ecs", &format!("service/x/{id}")),
            "task" => self.account.arn("ecs", &format!("task/x/{id}")),
            "tg" => self.account.group_arn(&format!("{shown}/{id}")),
            "lb" => self.account.balancer_arn(&format!("{shown}/{id}")),
            "db" => self.account.arn("rds", &format!("db:{id}")),
            "dbcluster" => self.account.arn("rds", &format!("cluster:{id}")),
            "function" => self.account.arn("lambda", &format!("function:{id}")),
            "alarm" => self.account.arn("cloudwatch", &format!("alarm:{id}")),
            "instance" => (*id).to_owned(),
            other => panic!("unknown kind {other}"),
        };
        let (kind_name, known): (&'static str, String) = match *kind {
            "vpc" => ("tagged", String::new()),
            "cluster" => ("ecs-cluster", format!("cluster/{id}")),
            "service" => ("ecs-service", format!("service/{id}")),
            "task" => ("ecs-task", String::new()),
            "tg" => ("target-group", format!("tg:{id}")),
            "lb" => ("load-balancer", format!("lb:{id}")),
            "db" => ("db-instance", format!("db:{id}")),
            "dbcluster" => ("db-cluster", format!("cluster:{id}")),
            "function" => ("lambda-function", format!("function:{id}")),
            "alarm" => ("alarm", format!("alarm:{id}")),
            _ => ("ec2-instance", format!("instance:{id}")),
        };
        let id_of = ResourceId {
            kind: KindName(kind_name),
            scope: Scope::new("profile-123456789012", "ap-northeast-1"),
            key: Arc::from(key),
        };
        let mut subject =
            if *kind == "vpc" { Subject::hint(id_of.clone()).in_vpc(Some(id)) } else { Subject::new(id_of.clone()) };
        if !matches!(*kind, "vpc" | "task" | "instance") {
            subject = subject.named(shown);
        }
        if *kind == "alarm" {
            subject = subject.watching();
        }
        subject = subject.known_as(known);
        for fact in facts.split(';').map(str::trim).filter(|fact| !fact.is_empty()) {
            let (key, value) = fact.split_once('=').expect("key=value");
            if let Some(tag) = key.strip_prefix('#') {
                subject.tags.insert(tag.to_owned(), value.to_owned());
                continue;
            }
            subject = match key {
                "vpc" => subject.in_vpc(Some(value)),
                "name" => {
                    subject.tags.insert("Name".to_owned(), value.to_owned());
                    subject.named(value)
                }
                "cluster" if matches!(*kind, "service" | "task") => {
                    subject.tied(Relation::Cluster, format!("cluster/{value}"))
                }
                "tg" if *kind == "service" => subject.tied(Relation::TargetGroup, format!("tg:{value}")),
                "lb" if *kind == "tg" => subject.tied(Relation::LoadBalancer, format!("lb:{value}")),
                "member" => subject.tied(Relation::Member, format!("cluster:{value}")),
                "family" => subject.also_called(value).tied(Relation::Family, format!("family:{value}")),
                "targets" => value
                    .split(',')
                    .fold(subject, |subject, to| subject.tied(Relation::Target, format!("instance:{to}"))),
                "service" => {
                    subject.tied(Relation::Dimension, format!("service/{}", value.rsplit('/').next().expect("a name")))
                }
                "dbcluster" => subject.tied(Relation::Dimension, format!("cluster:{value}")),
                "other" => subject.tied(Relation::Dimension, value),
                _ => subject.tied(Relation::Dimension, format!("{key}:{value}")),
            };
        }
        if *kind != "vpc" {
            assert!(self.expected.insert(id_of, (*expected).to_owned()).is_none(), "twice: {line}");
        }
        self.account.subjects.push(subject);
    }
}

/// `shop-dev`, `shared:a,b` or `-`.
pub(super) fn told(placed: &Placed) -> String {
    match &placed.environment {
        Some(name) => name.to_string(),
        None if placed.shared.is_empty() => "-".to_owned(),
        None => format!("shared:{}", placed.shared.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(",")),
    }
}

fn score(habit: &Habit) -> Score {
    let mut score = Score::default();
    let mut holds: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for placed in place(&habit.subjects, &ConfiguredEnvironments::default()) {
        let expected = habit.expected.get(&placed.id).expect("an expectation").as_str();
        let found = told(&placed);
        score.resources += 1;
        if found == expected {
            score.right += 1;
        } else {
            let message: Vec<&str> = placed.because.iter().map(|step| step.message.as_str()).collect();
            score.wrong.push(format!("{}: is in {found}, should be in {expected}: {}", placed.id, message.join("; ")));
        }
        if placed.environment.is_some() {
            holds.entry(found).or_default().insert(expected);
        }
    }
    let real: BTreeSet<&str> = habit.expected.values().map(String::as_str).collect();
    for (name, expected) in holds {
        let environments = expected.iter().filter(|name| **name != "-" && !name.starts_with("shared:")).count();
        if environments > 1 {
            score.mixed.insert(name.clone());
        }
        if !real.contains(name.as_str()) {
            score.bogus.insert(name);
        }
    }
    score
}

/// The table of `docs/environments.md`.
fn table(scores: &[(Habit, Score)]) -> String {
    let mut text = String::from("| habit | resources | right | mixed | bogus |\n|---|---|---|---|---|\n");
    let mut sum = Score::default();
    for (habit, score) in scores {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            habit.about,
            score.resources,
            score.right,
            score.mixed.len(),
            score.bogus.len()
        );
        sum.resources += score.resources;
        sum.right += score.right;
        sum.mixed.extend(score.mixed.iter().map(|name| format!("{}/{name}", habit.file)));
        sum.bogus.extend(score.bogus.iter().map(|name| format!("{}/{name}", habit.file)));
    }
    let _ = writeln!(
        text,
        "| **all {}** | {} | {} ({}.{} %) | {} | {} |",
        scores.len(),
        sum.resources,
        sum.right,
        sum.right * 100 / sum.resources,
        sum.right * 1000 / sum.resources % 10,
        sum.mixed.len(),
        sum.bogus.len()
    );
    text
}

#[test]
fn every_habit_of_the_corpus_is_read_as_its_people_mean_it() {
    let scores: Vec<(Habit, Score)> = habits()
        .into_iter()
        .map(|habit| {
            let score = score(&habit);
            (habit, score)
        })
        .collect();
    let mut wrong = String::new();
    for (habit, score) in scores.iter().filter(|(_, score)| score.right < score.resources) {
        let _ = writeln!(
            wrong,
            "== {} {}/{} mixed {:?} bogus {:?}",
            habit.file, score.right, score.resources, score.mixed, score.bogus
        );
        for line in score.wrong.iter().take(6) {
            let _ = writeln!(wrong, "   {line}");
        }
    }
    let (resources, right) =
        scores.iter().fold((0, 0), |(all, good), (_, score)| (all + score.resources, good + score.right));
    assert!(right * 100 >= resources * 97, "{right} of {resources} are right\n{wrong}");
    for (habit, score) in &scores {
        assert!(score.mixed.is_empty() && score.bogus.is_empty(), "{}\n{wrong}", habit.file);
    }
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/environments.md")).expect("the docs");
    let table = table(&scores);
    assert!(docs.contains(&table), "docs/environments.md should hold this table:\n{table}");
}

fn homes(subjects: &[Subject]) -> BTreeMap<ResourceId, String> {
    place(subjects, &ConfiguredEnvironments::default()).iter().map(|placed| (placed.id.clone(), told(placed))).collect()
}

/// What is not tied to the one resource, nor held by the same VPC or stack.
fn apart(one: &Subject, other: &Subject) -> bool {
    let tied = |a: &Subject, b: &Subject| a.ties.iter().any(|tie| b.keys.contains(&tie.to));
    let stack = |subject: &Subject| subject.tags.get("aws:cloudformation:stack-name").cloned();
    !tied(one, other)
        && !tied(other, one)
        && (one.vpc.is_none() || one.vpc != other.vpc)
        && (stack(one).is_none() || stack(one) != stack(other))
}

#[test]
fn a_resource_less_moves_nothing_else() {
    let mut moved = Vec::new();
    let mut tried = 0;
    for habit in habits() {
        let before = homes(&habit.subjects);
        for at in 0..habit.subjects.len() {
            let mut fewer = habit.subjects.clone();
            let gone = fewer.remove(at);
            let after = homes(&fewer);
            for other in fewer.iter().filter(|other| apart(&gone, other)) {
                tried += 1;
                if let (Some(was), Some(is)) = (before.get(&other.id), after.get(&other.id))
                    && was != is
                    && !(was.starts_with("shared:") && is.starts_with("shared:"))
                {
                    moved.push(format!("{}: without {} {} is in {is}, not in {was}", habit.file, gone.id, other.id));
                }
            }
        }
    }
    assert!(moved.is_empty(), "{} of {tried}\n{}", moved.len(), moved.join("\n"));
}

#[test]
fn a_stranger_more_moves_nothing_else() {
    for habit in habits() {
        let before = homes(&habit.subjects);
        for name in ["zebra-qa-db", "zebra", "zebra-prod-1", "prod", "zz-web-p", "shared", "zebradevdb1"] {
            let mut account = Account::new("123456789012");
            account.database(name, Some("vpc-zebra"), None);
            let more: Vec<Subject> = habit.subjects.iter().cloned().chain(account.subjects).collect();
            let after = homes(&more);
            for (id, was) in &before {
                assert_eq!(after.get(id), Some(was), "{}: with {name}, {id}", habit.file);
            }
        }
    }
}

/// What `habit` and `other` come to in one account, as far as they are wrong.
fn together(habit: &Habit, other: &Habit) -> Vec<String> {
    let mut subjects: Vec<Subject> = habit.subjects.clone();
    let known: BTreeSet<&ResourceId> = habit.subjects.iter().map(|subject| &subject.id).collect();
    let others = other.subjects.iter().filter(|subject| !known.contains(&subject.id)).cloned();
    subjects.extend(others.map(|mut subject| {
        // Both call their VPCs alike; in one account they would be different ones.
        subject.vpc = subject.vpc.map(|vpc| vpc + "-other");
        subject
    }));
    place(&subjects, &ConfiguredEnvironments::default())
        .iter()
        .filter_map(|placed| {
            let expected = habit.expected.get(&placed.id)?;
            let found = told(placed);
            (&found != expected)
                .then(|| format!("{} with {}: {} is in {found}, not in {expected}", habit.file, other.file, placed.id))
        })
        .collect()
}

#[test]
fn two_habits_in_one_account_do_not_disturb_each_other() {
    let all = habits();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (at, habit) in all.iter().enumerate() {
        for step in [1, 7, 20, 33, 51] {
            let other = &all[(at + step) % all.len()];
            tried += habit.expected.len();
            wrong.extend(together(habit, other));
        }
    }
    // Where both have a system of one name, a longer name tells them apart: that is not the name expected here.
    assert!(wrong.len() * 200 <= tried, "{} of {tried}\n{}", wrong.len(), wrong.join("\n"));
}
