//! What can be done to a Lambda function: new code, a version of it, and where an alias sends. Calls AWS, and only with
//! the gate's pass. Each may be made twice: the same code again is no change, and a version of the same code is the same.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::aws::{Clients, Rest, knows_all};
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::{Fault, FaultKind};

/// The IAM actions of these changes. Code from a bucket or a registry takes reading there too.
pub(super) const ACTIONS: &[&str] = &[
    "lambda:UpdateFunctionCode",
    "lambda:PublishVersion",
    // What an alias has before it is written.
    "lambda:GetAlias",
    "lambda:UpdateAlias",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
];

/// Where new code comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Code {
    /// An archive in a bucket of the same region.
    Archive {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
        /// Its version, in a bucket that keeps them.
        version: Option<String>,
    },
    /// A container image.
    Image(String),
}

impl Code {
    /// As it is typed and shown: `s3://bucket/key@version`, or the image.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Archive { bucket, key, version } => {
                let version = version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
                format!("s3://{bucket}/{key}{version}")
            }
            Self::Image(image) => image.clone(),
        }
    }
}

fn text(from: &Value, name: &str) -> Option<String> {
    from.get(name)?.as_str().map(str::to_owned)
}

/// Puts new code in place of the unpublished version. `plan.on` is the function. The receipt's facts are `code` and
/// `revision`.
#[derive(Clone, Debug)]
pub struct UpdateCode {
    /// What it would do.
    pub plan: Plan,
    /// The function's name.
    pub name: String,
    /// The code.
    pub code: Code,
    /// What the function was when the plan was made: if somebody was faster, it is refused.
    pub revision: Option<String>,
}

impl Change for UpdateCode {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        ChangeRequest { verb: "update-code", on: self.plan.on.clone(), arguments: vec![("code", self.code.words())] }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let mut body = match &self.code {
                Code::Archive { bucket, key, version: None } => json!({"S3Bucket": bucket, "S3Key": key}),
                Code::Archive { bucket, key, version: Some(version) } => {
                    json!({"S3Bucket": bucket, "S3Key": key, "S3ObjectVersion": version})
                }
                Code::Image(image) => json!({"ImageUri": image}),
            };
            if let Some(fields) = body.as_object_mut() {
                fields.insert("Publish".to_owned(), json!(false));
                fields.extend(self.revision.iter().map(|revision| ("RevisionId".to_owned(), json!(revision))));
            }
            let path = ["functions", self.name.as_str(), "code"];
            let rest = Rest { method: "PUT", path: &path, query: &[], body: Some(body) };
            let sent = aws.lambda.call("UpdateFunctionCode", rest);
            let answer = aws.call("lambda:UpdateFunctionCode", Some(&self.name), sent).await?;
            let told = |name| text(&answer.body, name);
            let facts = [("code", told("CodeSha256")), ("revision", told("RevisionId"))];
            let facts = facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            Ok(Receipt { request_ids: answer.request_id.into_iter().collect(), facts, message: None })
        })
    }
}

/// Makes a version of the code that is there. `plan.on` is the function. The receipt's fact is `version`.
#[derive(Clone, Debug)]
pub struct PublishVersion {
    /// What it would do.
    pub plan: Plan,
    /// The function's name.
    pub name: String,
    /// The code it must be: other code is refused.
    pub code: Option<String>,
}

impl Change for PublishVersion {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        ChangeRequest { verb: "publish", on: self.plan.on.clone(), arguments: Vec::new() }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let path = ["functions", self.name.as_str(), "versions"];
            let body = match &self.code {
                Some(code) => json!({"CodeSha256": code}),
                None => json!({}),
            };
            let rest = Rest { method: "POST", path: &path, query: &[], body: Some(body) };
            let operation = "lambda:PublishVersion";
            let answer = aws.call(operation, Some(&self.name), aws.lambda.call("PublishVersion", rest)).await?;
            let Some(version) = text(&answer.body, "Version") else {
                // One was made, or was there: the same again tells which.
                let unnamed = Fault::new(FaultKind::Garbled, operation, "the answer names no version").on(&self.name);
                return Err(Fault { answer_lost: true, ..unnamed });
            };
            let request_ids = answer.request_id.into_iter().collect();
            Ok(Receipt { request_ids, facts: vec![("version", version)], message: None })
        })
    }
}

/// Has an alias send to a version, with a share of it to another. `plan.on` is the function.
#[derive(Clone, Debug)]
pub struct ShiftAlias {
    /// What it would do.
    pub plan: Plan,
    /// The function's name.
    pub name: String,
    /// The alias.
    pub alias: String,
    /// The version it sends to.
    pub version: String,
    /// Another version, and the hundredths of calls it gets.
    pub share: Option<(String, u8)>,
    /// What the alias was when it was last seen: if somebody was faster, it is refused.
    pub revision: Option<String>,
}

impl ShiftAlias {
    /// Whether the alias's routing, which is replaced whole, has only what is known here.
    async fn known(&self, aws: &Clients, path: &[&str], on: &str) -> Result<(), Fault> {
        let sent = aws.lambda.call("GetAlias", Rest::get(path, &[]));
        let read = aws.call("lambda:GetAlias", Some(on), sent).await?.body;
        let routing = json!({"RoutingConfig": read.get("RoutingConfig")});
        knows_all("lambda:UpdateAlias", on, &routing, &json!({"RoutingConfig": {"AdditionalVersionWeights": null}}))
    }
}

impl Change for ShiftAlias {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        let mut arguments = vec![("alias", self.alias.clone()), ("version", self.version.clone())];
        if let Some((version, percent)) = &self.share {
            arguments.extend([("other", version.clone()), ("percent", percent.to_string())]);
        }
        ChangeRequest { verb: "shift-alias", on: self.plan.on.clone(), arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let weights: serde_json::Map<String, Value> = self
                .share
                .iter()
                .map(|(version, percent)| (version.clone(), json!(f64::from(*percent) / 100.0)))
                .collect();
            let mut body =
                json!({"FunctionVersion": self.version, "RoutingConfig": {"AdditionalVersionWeights": weights}});
            if let (Some(fields), Some(revision)) = (body.as_object_mut(), &self.revision) {
                fields.insert("RevisionId".to_owned(), json!(revision));
            }
            let path = ["functions", self.name.as_str(), "aliases", self.alias.as_str()];
            let on = format!("{}:{}", self.name, self.alias);
            self.known(aws, &path, &on).await?;
            let rest = Rest { method: "PUT", path: &path, query: &[], body: Some(body) };
            let answer = aws.call("lambda:UpdateAlias", Some(&on), aws.lambda.call("UpdateAlias", rest)).await?;
            Ok(Receipt { request_ids: answer.request_id.into_iter().collect(), ..Receipt::default() })
        })
    }
}
