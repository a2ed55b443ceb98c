//! Names within keys: the end of an ARN, the name that a tie points at, the name without the id that CloudFormation adds.
//! Text only.

use crate::world::Arn;

/// The account in an ARN.
pub(super) fn account_of(key: &str) -> Option<&str> {
    let mut fields = key.strip_prefix("arn:")?.splitn(5, ':');
    fields.nth(3).filter(|account| !account.is_empty())
}

/// CloudFormation calls what it makes `STACK-RESOURCE-ID`: the id says nothing.
pub(super) fn without_id<'n>(name: &'n str, stack: &str) -> &'n str {
    let begins = name.get(..stack.len()).is_some_and(|start| start.eq_ignore_ascii_case(stack));
    match name.rsplit_once('-') {
        Some((rest, id))
            if begins && rest.len() > stack.len() && id.len() >= 8 && id.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            rest
        }
        _ => name,
    }
}

/// The end of a key, for lack of a name.
pub(super) fn short(key: &str) -> &str {
    if key.starts_with("arn:") { key.rsplit(['/', ':']).next().unwrap_or(key) } else { key }
}

/// The name within a key that a tie points at.
pub(super) fn bare(key: &str) -> &str {
    if Arn::from(key).service().is_some() {
        return key.splitn(6, ':').nth(5).map_or(key, bare);
    }
    // Load balancers and target groups: `app/NAME/ID`, `loadbalancer/app/NAME/ID`, `targetgroup/NAME/ID`.
    let path = key.strip_prefix("loadbalancer/").unwrap_or(key);
    if let Some((flavour, rest)) = path.split_once('/')
        && ["app", "net", "gwy", "targetgroup"].contains(&flavour)
    {
        return rest.split('/').next().unwrap_or(rest);
    }
    match key.split_once(':') {
        Some((kind, rest))
            if ["alarm", "cluster", "db", "family", "function", "log-group", "metric", "queue", "topic"]
                .contains(&kind) =>
        {
            rest
        }
        _ => key,
    }
}
