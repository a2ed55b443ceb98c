//! An SNS topic. Our own type for it: what is kept of AWS's answers; addresses and secret URLs never are as a whole.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A topic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Topic {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// Who is told.
    pub subscriptions: Vec<Subscription>,
}

/// Somebody who is told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Subscription {
    /// `email`, `sms`, `https`, `lambda`, `sqs`, …
    pub protocol: String,
    /// Who, as far as it may be shown: a function's or queue's ARN, a host, `t…@example.jp`.
    pub to: String,
    /// Whether it has been confirmed: before, nothing is sent.
    pub confirmed: bool,
}

impl Resource for Topic {
    const KIND: KindName = KindName("topic");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.subscriptions.hash(into);
    }
}
