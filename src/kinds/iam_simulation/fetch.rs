//! Asks IAM's policy simulator: iam:SimulatePrincipalPolicy, and iam:GetRole for the path of a role that a session
//! names without it. The only file of the kind that may touch the network; reading operations only.

use std::collections::BTreeSet;

use roxmltree::{Document, Node};

use super::model::{Question, Simulation, Source, Verdict};
use crate::aws::{Find, Paged, concurrently, pages};
use crate::kinds::FetchContext;
use crate::world::{Coverage, Fault, FaultKind, Part, Reading};

const GET: &str = "iam:GetRole";
const SIMULATE: &str = "iam:SimulatePrincipalPolicy";
/// How the names of the roles begin that IAM Identity Center makes. They have paths.
const SSO: &str = "AWSReservedSSO_";

/// Whose policies are simulated, with what policies may say of them.
#[derive(Clone, Debug)]
enum Who {
    Root,
    Known { arn: String, userid: Option<String>, username: Option<String> },
}

/// Asks the questions that `ask` names.
///
/// # Errors
/// None: what could not be asked is an answer too.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Simulation>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let asked: Vec<(Part, Question)> =
        parts.iter().filter_map(|part| Question::of(part).map(|question| (part.clone(), question))).collect();
    let all: BTreeSet<String> = asked.iter().map(|(_, question)| question.who.clone()).collect();
    let known = concurrently(all.into_iter().collect(), |who: String| async move {
        let found = resolve(ask, &who).await;
        (who, found)
    });
    let known = known.await;
    let answered = concurrently(asked, |(part, question): (Part, Question)| {
        let who = known.iter().find(|(who, _)| *who == question.who).map(|(_, found)| found.clone());
        async move {
            let answer = match who.unwrap_or_else(|| Err(String::new())) {
                Ok(Who::Root) => Ok(everything(&question)),
                Ok(Who::Known { arn, userid, username }) => {
                    simulate(ask, &arn, &question, userid.as_deref(), username.as_deref())
                        .await
                        .map_err(|fault| fault.sentence())
                }
                Err(why) => Err(why),
            };
            let item = Simulation { question: part.to_string(), answer };
            (part, Ok(vec![item]))
        }
    });
    Ok(Reading::of(answered.await))
}

/// Whose policies count.
async fn resolve(ask: FetchContext<'_>, who: &str) -> Result<Who, String> {
    match Source::of(who) {
        Source::Root => Ok(Who::Root),
        Source::Beyond(why) => Err(why),
        Source::Itself(arn) => {
            let username = arn.resource().starts_with("user/").then(|| arn.last().to_owned());
            Ok(Who::Known { arn: arn.to_string(), userid: None, username })
        }
        Source::Session { partition, account, role, session } => match role_of(ask, &role).await {
            Ok((arn, id)) => {
                let userid = id.map(|id| format!("{id}:{session}"));
                Ok(Who::Known { arn, userid, username: None })
            }
            // Without its path it is another role; most have none.
            Err(_) if !role.starts_with(SSO) => Ok(Who::Known {
                arn: format!("arn:{partition}:iam::{account}:role/{role}"),
                userid: None,
                username: None,
            }),
            Err(fault) => Err(fault.sentence()),
        },
    }
}

/// A role's ARN, with its path, and its id.
async fn role_of(ask: FetchContext<'_>, name: &str) -> Result<(String, Option<String>), Fault> {
    let parameters = vec![("RoleName".to_owned(), name.to_owned())];
    let xml = ask.aws.call(GET, Some(name), ask.aws.iam.call("GetRole", parameters)).await?;
    let document = parsed(&xml, GET)?;
    let role = document.descendants().find(|node| node.is_called("Role"));
    let role = role.ok_or_else(|| Fault::new(FaultKind::Garbled, GET, "the answer holds no role").on(name))?;
    let arn = role.text_of("Arn");
    let arn = arn.ok_or_else(|| Fault::new(FaultKind::Garbled, GET, "the answer holds no ARN").on(name))?;
    Ok((arn, role.text_of("RoleId")))
}

fn parsed<'x>(xml: &'x str, operation: &str) -> Result<Document<'x>, Fault> {
    Document::parse(xml).map_err(|why| Fault::new(FaultKind::Garbled, operation, why.to_string()))
}

fn everything(question: &Question) -> Vec<Verdict> {
    let verdict = |action: &String, on: &String| Verdict {
        action: action.clone(),
        on: on.clone(),
        decision: "allowed".to_owned(),
        missing: Vec::new(),
    };
    question.actions.iter().flat_map(|action| question.on.iter().map(move |on| verdict(action, on))).collect()
}

async fn simulate(
    ask: FetchContext<'_>,
    arn: &str,
    question: &Question,
    userid: Option<&str>,
    username: Option<&str>,
) -> Result<Vec<Verdict>, Fault> {
    let variables = [("aws:userid", userid), ("aws:username", username)];
    let on: Vec<String> = question.on.iter().filter_map(|on| filled(on, &variables)).collect();
    let mut parameters = vec![("PolicySourceArn".to_owned(), arn.to_owned())];
    let numbered = |name: &str, all: &[String]| {
        let one = |(at, value): (usize, &String)| (format!("{name}.member.{}", at + 1), value.clone());
        all.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    parameters.extend(numbered("ActionNames", &question.actions));
    parameters.extend(numbered("ResourceArns", &on));
    let known = variables.iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    for (at, (name, value)) in known.enumerate() {
        let entry = format!("ContextEntries.member.{}", at + 1);
        parameters.push((format!("{entry}.ContextKeyName"), (*name).to_owned()));
        parameters.push((format!("{entry}.ContextKeyType"), "string".to_owned()));
        parameters.push((format!("{entry}.ContextKeyValues.member.1"), value.to_owned()));
    }
    let Paged { items, .. } = pages(SIMULATE, Some(arn), |marker| {
        let mut parameters = parameters.clone();
        parameters.extend(marker.map(|marker| ("Marker".to_owned(), marker)));
        async move {
            let sent = ask.aws.iam.call("SimulatePrincipalPolicy", parameters);
            verdicts(&ask.aws.call(SIMULATE, Some(arn), sent).await?)
        }
    })
    .await?;
    Ok(items)
}

/// `text` with the variables of policies filled in; `None` if one is not known.
fn filled(text: &str, variables: &[(&str, Option<&str>)]) -> Option<String> {
    variables.iter().try_fold(text.to_owned(), |text, (name, value)| {
        let stands = format!("${{{name}}}");
        match text.contains(&stands) {
            true => value.map(|value| text.replace(&stands, value)),
            false => Some(text),
        }
    })
}

/// The verdicts of one page, and the marker of the next.
fn verdicts(xml: &str) -> Result<(Vec<Verdict>, Option<String>), Fault> {
    let document = parsed(xml, SIMULATE)?;
    let named = |name: &'static str| document.descendants().find(move |node| node.is_called(name));
    let results = named("EvaluationResults")
        .ok_or_else(|| Fault::new(FaultKind::Garbled, SIMULATE, "the answer holds no results"))?;
    let mut all = Vec::new();
    for result in members(results) {
        let Some(action) = result.text_of("EvalActionName") else { continue };
        let specific = result.child("ResourceSpecificResults").map(members).unwrap_or_default();
        if specific.is_empty() {
            all.extend(verdict(&action, result, "EvalDecision"));
        }
        all.extend(specific.into_iter().filter_map(|one| verdict(&action, one, "EvalResourceDecision")));
    }
    let more = named("IsTruncated").and_then(|node| node.text()) == Some("true");
    let marker = named("Marker").and_then(|node| node.text()).filter(|_| more).map(str::to_owned);
    Ok((all, marker))
}

fn verdict(action: &str, from: Node<'_, '_>, decision: &str) -> Option<Verdict> {
    let missing = from.child("MissingContextValues").map(members).unwrap_or_default();
    Some(Verdict {
        action: action.to_owned(),
        on: from.text_of("EvalResourceName").unwrap_or_else(|| "*".to_owned()),
        decision: from.text_of(decision)?,
        missing: missing.into_iter().filter_map(|node| node.text()).map(str::to_owned).collect(),
    })
}

fn members<'a, 'i>(list: Node<'a, 'i>) -> Vec<Node<'a, 'i>> {
    list.children().filter(|node| node.is_called("member")).collect()
}
