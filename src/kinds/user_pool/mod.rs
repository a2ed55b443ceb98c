//! A Cognito user pool with its triggers. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading, `rules` how it is judged, `rows` how it is shown. Nothing here draws.

mod fetch;
mod model;
mod rows;
mod rules;

use futures_util::future::BoxFuture;
pub use model::UserPool;

use super::resource_tags::TaggedResource;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass, Subject};
use crate::display::{Row, Section};
use crate::world::{Assessment, Fault, KindName, Reading, Resource, Scope};

/// The kind.
pub struct UserPools;

impl Kind for UserPools {
    type Item = UserPool;

    const PACE: PollClass = PollClass::Topology;
    const EVIDENCE: Evidence = Evidence::Optional;
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND, super::lambda_function::Function::KIND];
    const PERMISSIONS: &'static [&'static str] = &["cognito-idp:ListUserPools", "cognito-idp:DescribeUserPool"];
    const SHOWN: Option<ListLayout> =
        Some(ListLayout { list: "user_pools", singular: "user pool", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<UserPool>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &UserPool) -> &str {
        &item.name
    }

    fn subject(item: &UserPool, scope: &Scope) -> Option<Subject> {
        rules::subject(item, scope)
    }

    fn assess(item: &UserPool, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn rows(item: &UserPool, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &UserPool, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        Some(rows::to_json(item, cx))
    }

    fn detail(item: &UserPool, cx: &KindContext<'_>) -> Vec<Section> {
        rows::detail(item, cx)
    }

    fn web(item: &UserPool, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}

#[cfg(test)]
mod tests;
