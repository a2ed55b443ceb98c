//! What can be done with a Lambda function: new code, published and brought to callers by an alias at once or by a
//! share, and back. Pure: offers, what is typed, and plans with what a reader should know first; the procedure itself
//! is in `operations::lambda`.

use super::{AliasShift, AliasTarget};
use crate::change::plan::{Difference, Plan};
use crate::change::procedure::Proposal;
use crate::kinds::lambda_function::Functions;
use crate::kinds::lambda_function::change::Code;
use crate::kinds::lambda_function::model::Function;
use crate::kinds::lambda_function::rules::deprecated;
use crate::kinds::lambda_version::{Alias, FunctionVersions};
use crate::kinds::resource_tags::TaggedResource;
use crate::operations::ResourceActions;
use crate::operations::{Action, ActionContext, Choice, Prompt};
use crate::text::when;
use crate::world::Resource;
use crate::world::read_request::ReadRequest;

impl ResourceActions for Functions {
    fn actions(item: &Function, context: &ActionContext<'_>) -> Vec<Action> {
        actions(item, context)
    }

    fn choices(item: &Function, verb: &str, _chosen: Option<&str>, context: &ActionContext<'_>) -> Vec<Choice> {
        choices(item, verb, context)
    }

    fn propose(
        item: &Function,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        propose(item, verb, value, context)
    }
}

/// For how many minutes a share is watched unless said otherwise.
const MINUTES: u32 = 10;

/// What can be done with `item`.
pub(crate) fn actions(item: &Function, context: &ActionContext<'_>) -> Vec<Action> {
    let reads = vec![ReadRequest::part(context.cx.scope, FunctionVersions::KIND, item.key())];
    let prompt = "s3://bucket/key[@version] or image [alias=NAME] [weight=10] [minutes=10]".to_owned();
    let deploy = Prompt::Informed { prompt, initial: String::new(), reads: reads.clone() };
    let back = Prompt::Choice { prompt: "which alias back to which version".to_owned(), reads };
    vec![
        Action::new("deploy", "put new code in place, publish it and shift an alias to it").asking(deploy),
        Action::new("rollback", "shift an alias back to an earlier version").asking(back),
    ]
}

/// What can be chosen.
pub(crate) fn choices(item: &Function, verb: &str, context: &ActionContext<'_>) -> Vec<Choice> {
    let Some(release) =
        context.cx.world.by_key::<FunctionVersions>(context.cx.scope, item.key()).filter(|_| verb == "rollback")
    else {
        return Vec::new();
    };
    let mut choices = Vec::new();
    for alias in &release.aliases {
        let now: u64 = alias.version.parse().unwrap_or(u64::MAX);
        let earlier = release.versions.iter().filter(|version| version.number < now || alias.share.is_some());
        for version in earlier.take(10) {
            let at = version.published_at.map(|at| when(at, context.cx.now, context.cx.zone));
            let note = [at, version.about.clone()].into_iter().flatten().collect::<Vec<_>>().join("  ");
            let here = version.number == now;
            choices.push(Choice {
                label: format!("{} → {}", alias.name, version.number),
                note: if here { format!("only this one again  {note}") } else { note },
                disabled_reason: None,
                value: format!("{}={}", alias.name, version.number),
                then: Prompt::Nothing,
            });
        }
    }
    choices
}

/// What is typed behind `deploy`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Typed {
    pub(crate) code: Code,
    pub(crate) alias: Option<String>,
    pub(crate) weight: Option<u8>,
    pub(crate) minutes: u32,
}

/// Reads what is typed behind `deploy`.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn typed(text: &str) -> Result<Typed, String> {
    let mut words = text.split_whitespace();
    let first = words.next().ok_or("name the code: s3://bucket/key, or an image with its tag or digest")?;
    let mut typed = Typed { code: code(first)?, alias: None, weight: None, minutes: MINUTES };
    for word in words {
        match word.split_once('=') {
            Some(("alias", name)) if !name.is_empty() => typed.alias = Some(name.to_owned()),
            Some(("weight", percent)) => match percent.trim_end_matches('%').parse() {
                Ok(percent) if (1..=99).contains(&percent) => typed.weight = Some(percent),
                Ok(100) => typed.weight = None,
                _ => return Err(format!("weight={percent}: it is a share of the calls in percent, 1 to 99")),
            },
            Some(("minutes", minutes)) => match minutes.parse() {
                Ok(minutes) if (1..=1440).contains(&minutes) => typed.minutes = minutes,
                _ => return Err(format!("minutes={minutes}: a share is watched for 1 to 1440 minutes")),
            },
            _ => {
                return Err(format!(
                    "{word:?} is not understood; alias=NAME, weight=10 and minutes=10 may follow the code"
                ));
            }
        }
    }
    Ok(typed)
}

fn code(text: &str) -> Result<Code, String> {
    if let Some(rest) = text.strip_prefix("s3://") {
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
        if key.is_empty() || !(3..=63).contains(&bucket.len()) || !bucket.chars().all(fits) {
            return Err(format!("{text:?} names no object; write it like s3://bucket/path/function.zip"));
        }
        let (key, version) = match key.rsplit_once('@') {
            Some((key, version)) if !key.is_empty() && !version.is_empty() => (key, Some(version.to_owned())),
            _ => (key, None),
        };
        return Ok(Code::Archive { bucket: bucket.to_owned(), key: key.to_owned(), version });
    }
    let last = text.rsplit('/').next().unwrap_or(text);
    if text.contains('/') && (last.contains(':') || text.contains("@sha256:")) {
        return Ok(Code::Image(text.to_owned()));
    }
    Err(format!("{text:?} is neither an object (s3://bucket/key) nor an image with its tag or digest"))
}

/// Makes an offer a procedure.
///
/// # Errors
/// A sentence: why it cannot be done, and what to do instead.
pub(crate) fn propose(
    item: &Function,
    verb: &str,
    value: Option<&str>,
    context: &ActionContext<'_>,
) -> Result<Proposal, String> {
    let release = context.cx.world.by_key::<FunctionVersions>(context.cx.scope, item.key());
    let release = release.ok_or_else(|| {
        let store = context.cx.world.store(context.cx.scope, FunctionVersions::KIND);
        let why = store.and_then(|store| store.faults().next()).map(|fault| format!(": {}", fault.sentence()));
        format!("the aliases of {} could not be read{}", item.name, why.unwrap_or_default())
    })?;
    match verb {
        "deploy" => deploy(item, &typed(value.unwrap_or_default())?, release, context),
        "rollback" => back(item, value.unwrap_or_default(), release, context),
        other => Err(format!("a function knows no {other:?}")),
    }
}

/// The alias that is meant: the one named, or the only one; `None` if there is none.
fn alias<'r>(item: &Function, release: &'r FunctionVersions, named: Option<&str>) -> Result<Option<&'r Alias>, String> {
    let names = || release.aliases.iter().map(|alias| alias.name.as_str()).collect::<Vec<_>>().join(", ");
    match (named, release.aliases.as_slice()) {
        (Some(name), []) => Err(format!("{} has no alias {name:?}, and no other", item.name)),
        (Some(name), _) => match release.alias(name) {
            Some(alias) => Ok(Some(alias)),
            None => Err(format!("{} has no alias {name:?}; it has {}", item.name, names())),
        },
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(only)),
        (None, _) => Err(format!("{} has several aliases, say which: {}", item.name, names())),
    }
}

fn deploy(
    item: &Function,
    typed: &Typed,
    release: &FunctionVersions,
    context: &ActionContext<'_>,
) -> Result<Proposal, String> {
    match (&typed.code, item.package.as_deref()) {
        (Code::Archive { .. }, Some("Image")) => return Err(format!("{} runs an image; name one", item.name)),
        (Code::Image(_), Some("Zip")) => {
            return Err(format!("{} runs an archive; name one as s3://bucket/key", item.name));
        }
        _ => {}
    }
    let alias = alias(item, release, typed.alias.as_deref())?;
    if alias.is_none() && typed.weight.is_some() {
        return Err(format!("{} has no alias; a share of calls goes by an alias only", item.name));
    }
    let words = typed.code.words();
    let mut calls = vec![
        format!("lambda:UpdateFunctionCode {words}, refused if somebody changed the function meanwhile"),
        "wait until Lambda has taken it in; lambda:PublishVersion of that very code".to_owned(),
    ];
    let message = match (alias, typed.weight) {
        (None, _) => format!("deploy {words} to {}", item.name),
        (Some(alias), None) => {
            calls.push(format!("lambda:UpdateAlias {} to the new version, all calls at once", alias.name));
            format!("deploy {words} to {} and shift {} to it", item.name, alias.name)
        }
        (Some(alias), Some(percent)) => {
            calls.push(format!("lambda:UpdateAlias {}: {percent} % of calls to the new version", alias.name));
            calls.push(format!(
                "watch its errors and duration for {} minutes; more than 1 error in 100 calls, and more often than the \
                 version before, takes the share back",
                typed.minutes
            ));
            calls.push(format!("lambda:UpdateAlias {}: all calls to the new version", alias.name));
            format!("deploy {words} to {} and shift {} to it, {percent} % first", item.name, alias.name)
        }
    };
    let mut plan = context.plan(message, item.id(context.cx.scope), calls);
    notices(item, alias, release, context, &mut plan);
    plan.differences.push(Difference { what: "code".to_owned(), from: item.code.clone(), to: Some(words) });
    if let Some(alias) = alias {
        let what = format!("alias {}", alias.name);
        plan.differences.push(Difference { what, from: Some(alias.sends()), to: Some("the new version".to_owned()) });
    } else {
        plan.irreversible = Some("without an alias the code before cannot be brought back by toban".to_owned());
    }
    let aim = AliasTarget::Code { code: typed.code.clone(), weight: typed.weight, minutes: typed.minutes };
    let procedure = AliasShift::new(plan, item, alias, aim);
    Ok(Proposal::Procedure(Box::new(procedure)))
}

fn back(
    item: &Function,
    value: &str,
    release: &FunctionVersions,
    context: &ActionContext<'_>,
) -> Result<Proposal, String> {
    let (named, version) = value.split_once('=').map_or((value, None), |(name, version)| (name, Some(version)));
    let named = Some(named.trim()).filter(|name| !name.is_empty());
    let alias = alias(item, release, named)?.ok_or_else(|| {
        format!("{} has no alias, so there is nothing to shift back; deploy the earlier code", item.name)
    })?;
    let to = match (version, &alias.share) {
        (Some(version), _) => version.to_owned(),
        // Half-way to another version, back is where most of the calls still go.
        (None, Some(_)) => alias.version.clone(),
        (None, None) => release
            .before(&alias.version)
            .ok_or_else(|| format!("{} has no version before {}", item.name, alias.version))?
            .to_string(),
    };
    if !release.versions.iter().any(|known| known.number.to_string() == to) {
        return Err(format!("{} has no version {to}", item.name));
    }
    let calls = vec![format!("lambda:UpdateAlias {} to version {to}, all calls at once", alias.name)];
    let message = format!("shift {} of {} back to version {to}", alias.name, item.name);
    let mut plan = context.plan(message, item.id(context.cx.scope), calls);
    notices(item, Some(alias), release, context, &mut plan);
    let what = format!("alias {}", alias.name);
    plan.differences.push(Difference { what, from: Some(alias.sends()), to: Some(to.clone()) });
    Ok(Proposal::Procedure(Box::new(AliasShift::new(plan, item, Some(alias), AliasTarget::Back(to)))))
}

/// What a reader should know first.
fn notices(
    item: &Function,
    alias: Option<&Alias>,
    release: &FunctionVersions,
    context: &ActionContext<'_>,
    plan: &mut Plan,
) {
    let bare = release.callers_of("").join(", ");
    match alias {
        Some(alias) if !bare.is_empty() => plan.notices.push(format!(
            "{bare} may call {} without an alias: such calls get new code as soon as it is put in place, and shifting {} \
             does nothing for them",
            item.name, alias.name
        )),
        Some(_) => {}
        None => plan.notices.push(format!("{} has no alias: whoever calls it gets the new code at once", item.name)),
    }
    if let Some(since) = deprecated(item) {
        let runtime = item.runtime.as_deref().unwrap_or_default();
        plan.notices.push(format!(
            "the runtime {runtime} gets no updates since {since}; Lambda refuses changes to old ones in time"
        ));
    }
    if let Some(owner) = owner(item, context) {
        plan.notices.push(format!("{owner}, which may undo this"));
    }
}

/// Who else changes it, as its tags tell.
fn owner(item: &Function, context: &ActionContext<'_>) -> Option<String> {
    let tags = &context.cx.world.by_key::<TaggedResource>(context.cx.scope, item.key())?.tags;
    if let Some(stack) = tags.get("aws:cloudformation:stack-name") {
        return Some(format!("the CloudFormation stack {stack} created it"));
    }
    let terraform =
        tags.iter().any(|(key, value)| key.to_lowercase().contains("terraform") || value.to_lowercase() == "terraform");
    terraform.then(|| "Terraform created it".to_owned())
}
