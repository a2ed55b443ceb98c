//! Lambda functions: code, versions and an alias, as what was done to them left them, and how a version fares behind
//! its alias. Pure; the changes themselves are the script.

use crate::demo::account::SimulatedAccount;
use crate::demo::changes::ChangeKind;
use crate::demo::details::{ResourceDetails, Wave};
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::lambda_alias_metrics::AliasMetrics;
use crate::kinds::lambda_function::Function;
use crate::kinds::lambda_version::{Alias, FunctionVersions, Version};
use crate::world::{Arn, Resource};

/// Seconds until new code is taken in.
const TAKES: i64 = 6;

/// A function's facts.
pub(crate) struct Lambda<'a> {
    /// Its name.
    pub name: &'a str,
    /// What its makers wrote.
    pub about: &'a str,
    /// Its runtime.
    pub runtime: &'a str,
    /// Versions published so far.
    pub versions: u64,
    /// Its alias, which sends to the newest of them.
    pub alias: Option<&'a str>,
    /// Who may call it by which alias (`""` for none).
    pub callers: &'a [(&'a str, &'a str)],
}

/// The ARN of the function of that name.
pub(crate) fn function_arn(scenario: &ScenarioContext<'_>, name: &str) -> Arn {
    scenario.arn("lambda", &format!("function:{name}"))
}

/// A function as what was done has left it.
struct Course {
    code: String,
    updated: Option<i64>,
    /// Code of each version.
    versions: Vec<(String, i64)>,
    alias: Option<Alias>,
}

fn sum(scenario: &ScenarioContext<'_>, label: &str) -> String {
    format!("{}=", scenario.hex(&format!("code/{label}"), 43))
}

fn course(scenario: &ScenarioContext<'_>, facts: &Lambda<'_>, arn: &Arn) -> Course {
    let first = |number: u64| {
        (
            sum(scenario, &format!("{}/{number}", facts.name)),
            -86_400 * 9 * i64::try_from(facts.versions + 1 - number).unwrap_or(1),
        )
    };
    let versions: Vec<(String, i64)> = (1..=facts.versions).map(first).collect();
    let code = versions.last().map(|(code, _)| code.clone()).unwrap_or_else(|| sum(scenario, facts.name));
    let alias = facts.alias.map(|name| Alias {
        name: name.to_owned(),
        version: facts.versions.to_string(),
        share: None,
        revision: Some(scenario.uuid(&format!("{}/alias", facts.name))),
    });
    let mut course = Course { code, updated: None, versions, alias };
    for act in scenario.acts_on(arn.as_str()) {
        let ChangeKind::Request(change_request) = &act.what else { continue };
        let argument =
            |name: &str| change_request.arguments.iter().find(|(known, _)| *known == name).map(|(_, it)| it.clone());
        match change_request.verb {
            "update-code" => {
                course.code = code_of(scenario, &argument("code").unwrap_or_default());
                course.updated = Some(act.at);
            }
            "publish" if course.versions.last().is_none_or(|(code, _)| *code != course.code) => {
                course.versions.push((course.code.clone(), act.at));
            }
            "shift-alias" => {
                if let (Some(alias), Some(version)) = (&mut course.alias, argument("version")) {
                    let percent = argument("percent").and_then(|percent| percent.parse().ok());
                    alias.version = version;
                    alias.share = argument("other").zip(percent);
                    alias.revision = Some(scenario.uuid(&format!("{}/alias/{}", facts.name, act.at)));
                }
            }
            _ => {}
        }
    }
    course
}

/// The sum of the code that was named; code with `broken` in its name fails when it is called.
fn code_of(scenario: &ScenarioContext<'_>, named: &str) -> String {
    let mark = if named.contains("broken") { "broken" } else { "" };
    let sum = sum(scenario, named);
    sum.get(mark.len()..).map(|rest| format!("{mark}{rest}")).unwrap_or(sum)
}

/// What AWS's answer to a change on the function tells besides.
pub(crate) fn facts_of(
    scenario: &ScenarioContext<'_>,
    item: &Function,
    release: Option<&FunctionVersions>,
    change_request: &crate::change::plan::ChangeRequest,
) -> Option<(&'static str, String)> {
    match change_request.verb {
        "update-code" => {
            let named = change_request
                .arguments
                .iter()
                .find(|(name, _)| *name == "code")
                .map_or("", |(_, value)| value.as_str());
            Some(("code", code_of(scenario, named)))
        }
        "publish" => {
            let last = release.and_then(|release| release.versions.first());
            let same = last.filter(|last| last.code == item.code).map(|last| last.number);
            Some(("version", same.unwrap_or_else(|| last.map_or(0, |last| last.number) + 1).to_string()))
        }
        _ => None,
    }
}

/// Adds a function with what it has published.
pub(crate) fn function(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, facts: &Lambda<'_>) {
    let arn = function_arn(scenario, facts.name);
    let course = course(scenario, facts, &arn);
    let moving = course.updated.is_some_and(|at| scenario.now < at + TAKES);
    let published = |(at, (code, seconds)): (usize, &(String, i64))| Version {
        number: u64::try_from(at + 1).unwrap_or(0),
        published_at: Some(scenario.at(*seconds)),
        code: Some(code.clone()),
        about: None,
    };
    let mut versions: Vec<Version> = course.versions.iter().enumerate().map(published).collect();
    versions.reverse();
    if let Some(alias) = &course.alias {
        loads(simulated, scenario, facts, alias, &course);
    }
    let mut callers = std::collections::BTreeMap::<String, Vec<String>>::new();
    for (alias, who) in facts.callers {
        callers.entry((*alias).to_owned()).or_default().push((*who).to_owned());
    }
    let release =
        FunctionVersions { function: arn.clone(), aliases: course.alias.into_iter().collect(), versions, callers };
    simulated.put(arn.as_str(), release);
    super::upkeep::log_group(simulated, scenario, &format!("/aws/lambda/{}", facts.name), Some(30));
    let item = Function {
        name: facts.name.to_owned(),
        about: Some(facts.about.to_owned()),
        package: Some("Zip".to_owned()),
        runtime: Some(facts.runtime.to_owned()),
        memory: Some(512),
        timeout: Some(10),
        architecture: Some("x86_64".to_owned()),
        vpc: None,
        log_group: format!("/aws/lambda/{}", facts.name),
        changed_at: Some(scenario.at(course.updated.unwrap_or(-86_400 * 9))),
        revision: Some(scenario.uuid(&format!("{}/revision/{:?}", facts.name, course.updated))),
        code: Some(course.code),
        state: Some("Active".to_owned()),
        state_reason: (None, None),
        update: Some(if moving { "InProgress" } else { "Successful" }.to_owned()),
        update_reason: (None, None),
        arn,
    };
    let wave = |title: &str, unit, level: f64| Wave {
        title: title.to_owned(),
        unit,
        levels: vec![(-86_400, Some(level))],
        swing: 0.3,
        threshold: None,
    };
    let waves = vec![wave("invocations", "", 42.0), wave("errors", "", 0.0), wave("duration", " ms", 85.0)];
    simulated
        .look_at::<Function>(item.key(), ResourceDetails { waves, history: Vec::new(), ..ResourceDetails::default() });
    simulated.put(item.arn.as_str().to_owned().as_str(), item);
}

/// How the versions behind the alias fare since every moment that can be asked for.
fn loads(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    facts: &Lambda<'_>,
    alias: &Alias,
    course: &Course,
) {
    let Some((other, percent)) = &alias.share else { return };
    // A watch begins soon after the share does.
    let shifted =
        scenario.acts_on(function_arn(scenario, facts.name).as_str()).map(|act| act.at).last().unwrap_or(scenario.now);
    for (version, share) in [(other, *percent), (&alias.version, 100 - percent)] {
        let at = version.parse::<usize>().unwrap_or(0).saturating_sub(1);
        let broken = course.versions.get(at).is_some_and(|(code, _)| code.starts_with("broken"));
        for since in shifted..=scenario.now {
            #[expect(clippy::cast_precision_loss, reason = "seconds of a session are far below 2^52")]
            let calls = ((scenario.now - since) as f64 * 0.7 * f64::from(share) / 100.0).floor();
            let key = crate::kinds::lambda_alias_metrics::part(facts.name, &alias.name, version, scenario.at(since));
            let errors = if broken { (calls * 0.4).floor() } else { 0.0 };
            let duration = (calls > 0.0).then_some(if broken { 210.0 } else { 84.0 });
            simulated.put(&key.clone(), AliasMetrics { key, calls, errors, duration });
        }
    }
}
