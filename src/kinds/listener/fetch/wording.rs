//! What a listener rule asks for and does, in words: `path /api/*`, `redirect to HTTPS:443`.
//! Pure; from the SDK's types to text.

use aws_sdk_elasticloadbalancingv2::types::{Action, RedirectActionConfig, RuleCondition};

use crate::kinds::listener::WeightedGroup;
use crate::world::Arn;

/// One condition of a rule.
pub(super) fn condition(from: &RuleCondition) -> String {
    let any = |values: &[String]| values.join(" or ");
    let either = |values: &[String], patterns: &[String]| {
        let all: Vec<String> =
            values.iter().cloned().chain(patterns.iter().map(|regex| format!("/{regex}/"))).collect();
        any(&all)
    };
    if let Some(path) = from.path_pattern_config() {
        return format!("path {}", either(path.values(), path.regex_values()));
    }
    if let Some(host) = from.host_header_config() {
        return format!("host {}", either(host.values(), host.regex_values()));
    }
    if let Some(header) = from.http_header_config() {
        let name = header.http_header_name().unwrap_or("?");
        return format!("header {name} is {}", either(header.values(), header.regex_values()));
    }
    if let Some(query) = from.query_string_config() {
        let pair = |key: Option<&str>, value: Option<&str>| match (key, value) {
            (Some(key), value) => format!("{key}={}", value.unwrap_or_default()),
            (None, value) => value.unwrap_or_default().to_owned(),
        };
        let pairs: Vec<String> = query.values().iter().map(|all| pair(all.key(), all.value())).collect();
        return format!("query {}", any(&pairs));
    }
    if let Some(method) = from.http_request_method_config() {
        return format!("method {}", any(method.values()));
    }
    if let Some(source) = from.source_ip_config() {
        return format!("source {}", any(source.values()));
    }
    let field = match from.field() {
        Some("path-pattern") => "path",
        Some("host-header") => "host",
        Some(other) => other,
        None => "something",
    };
    format!("{field} {}", either(from.values(), from.regex_values()))
}

/// What a rule does: its actions in order.
pub(super) fn action(actions: &[Action]) -> String {
    let mut actions: Vec<&Action> = actions.iter().collect();
    actions.sort_by_key(|action| action.order());
    let words: Vec<String> = actions.into_iter().map(one).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", then ") }
}

fn one(action: &Action) -> String {
    if let Some(redirect) = action.redirect_config() {
        return format!("redirect to {}", target(redirect));
    }
    if let Some(answer) = action.fixed_response_config() {
        return format!("answer {}", answer.status_code().unwrap_or("something"));
    }
    let name = action.r#type().map_or("unknown", |kind| kind.as_str());
    let weights: Vec<i32> = action
        .forward_config()
        .map(|all| all.target_groups().iter().filter_map(|group| group.weight()).collect())
        .unwrap_or_default();
    if weights.len() < 2 {
        return name.to_owned();
    }
    let weights: Vec<String> = weights.iter().map(i32::to_string).collect();
    format!("{name} by weights {}", weights.join(" : "))
}

/// Where a redirect goes; what it keeps (`#{host}` and the like) is not said.
fn target(redirect: &RedirectActionConfig) -> String {
    let changed =
        |part: Option<&str>, kept: &str| part.filter(|part| !part.is_empty() && *part != kept).map(str::to_owned);
    let protocol = changed(redirect.protocol(), "#{protocol}");
    let port = changed(redirect.port(), "#{port}");
    let place = match (protocol, changed(redirect.host(), "#{host}"), port) {
        (Some(protocol), None, port) => [Some(protocol), port].into_iter().flatten().collect::<Vec<_>>().join(":"),
        (None, None, port) => port.map(|port| format!("port {port}")).unwrap_or_default(),
        (protocol, Some(host), port) => {
            let start = protocol.map(|protocol| format!("{}://", protocol.to_lowercase())).unwrap_or_default();
            format!("{start}{}", [Some(host), port].into_iter().flatten().collect::<Vec<_>>().join(":"))
        }
    };
    let path = changed(redirect.path(), "/#{path}").unwrap_or_default();
    let words = [place, path].concat();
    if words.is_empty() { "itself".to_owned() } else { words }
}

/// Where a rule forwards to.
pub(super) fn target_groups(actions: &[Action]) -> Vec<Arn> {
    let mut groups: Vec<Arn> = Vec::new();
    for action in actions {
        let weighted = action.forward_config().map(|all| all.target_groups()).unwrap_or_default();
        let all = weighted.iter().filter_map(|group| group.target_group_arn()).chain(action.target_group_arn());
        for arn in all.map(Arn::from) {
            if !groups.contains(&arn) {
                groups.push(arn);
            }
        }
    }
    groups
}

/// The same with weights: a group without one has 1, as AWS takes it.
pub(super) fn weights(actions: &[Action]) -> Vec<WeightedGroup> {
    let mut groups: Vec<WeightedGroup> = Vec::new();
    for action in actions {
        let several = action.forward_config().map(|all| all.target_groups()).unwrap_or_default();
        let several = several.iter().filter_map(|one| Some((one.target_group_arn()?, one.weight().unwrap_or(1))));
        for (arn, weight) in several.chain(action.target_group_arn().map(|arn| (arn, 1))) {
            let group = Arn::from(arn);
            if !groups.iter().any(|known| known.group == group) {
                groups.push(WeightedGroup { group, weight: u32::try_from(weight).unwrap_or_default() });
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use aws_sdk_elasticloadbalancingv2::types::{
        Action, ActionTypeEnum, FixedResponseActionConfig, ForwardActionConfig, HttpHeaderConditionConfig,
        PathPatternConditionConfig, QueryStringConditionConfig, QueryStringKeyValuePair, RedirectActionConfig,
        RuleCondition, TargetGroupTuple,
    };

    use super::{action, condition, target_groups};

    #[test]
    fn conditions_are_said_in_words() {
        let path = PathPatternConditionConfig::builder().values("/api/*").values("/v2/*").build();
        assert_eq!(condition(&RuleCondition::builder().path_pattern_config(path).build()), "path /api/* or /v2/*");
        let old = RuleCondition::builder().field("host-header").values("example.jp").build();
        assert_eq!(condition(&old), "host example.jp");
        let header = HttpHeaderConditionConfig::builder().http_header_name("X-Env").values("dev").build();
        assert_eq!(condition(&RuleCondition::builder().http_header_config(header).build()), "header X-Env is dev");
        let pair = QueryStringKeyValuePair::builder().key("v").value("1").build();
        let query = QueryStringConditionConfig::builder().values(pair).build();
        assert_eq!(condition(&RuleCondition::builder().query_string_config(query).build()), "query v=1");
        assert_eq!(condition(&RuleCondition::builder().field("new-thing").values("x").build()), "new-thing x");
    }

    #[test]
    fn actions_are_said_in_order() {
        let redirect = |host: &str, path: &str| {
            let to = RedirectActionConfig::builder().protocol("HTTPS").port("443").host(host).path(path).build();
            action(&[Action::builder().r#type(ActionTypeEnum::Redirect).redirect_config(to).build()])
        };
        assert_eq!(redirect("#{host}", "/#{path}"), "redirect to HTTPS:443");
        assert_eq!(redirect("new.example.jp", "/moved"), "redirect to https://new.example.jp:443/moved");
        let answer = FixedResponseActionConfig::builder().status_code("503").build();
        let answer =
            Action::builder().r#type(ActionTypeEnum::FixedResponse).fixed_response_config(answer).order(2).build();
        let login = Action::builder().r#type(ActionTypeEnum::AuthenticateOidc).order(1).build();
        assert_eq!(action(&[answer, login]), "authenticate-oidc, then answer 503");
        assert_eq!(action(&[]), "nothing");
    }

    #[test]
    fn a_forward_names_each_group_once_with_weights() {
        let group = |arn: &str, weight| TargetGroupTuple::builder().target_group_arn(arn).weight(weight).build();
        let all = ForwardActionConfig::builder().target_groups(group("a", 90)).target_groups(group("b", 10)).build();
        let forward =
            Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn("a").forward_config(all).build();
        assert_eq!(action(std::slice::from_ref(&forward)), "forward by weights 90 : 10");
        assert_eq!(target_groups(&[forward]).iter().map(|arn| arn.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }
}
