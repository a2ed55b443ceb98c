//! What single words of a name mean: stages with their synonyms, words for kinds of resources and
//! metrics, words for roles. Lists and look-ups only; how words combine is `reading`'s.

use std::sync::LazyLock;

use crate::world::QuickMap;

/// Stage words and the stage they mean. Sorted, for binary search.
const STAGES: &[(&str, &str)] = &[
    ("demo", "demo"),
    ("dev", "dev"),
    ("develop", "dev"),
    ("development", "dev"),
    ("live", "prod"),
    ("poc", "poc"),
    ("prd", "prod"),
    ("prod", "prod"),
    ("production", "prod"),
    ("qa", "qa"),
    ("sandbox", "sandbox"),
    ("stage", "staging"),
    ("staging", "staging"),
    ("stg", "staging"),
    ("test", "test"),
    ("uat", "uat"),
    ("ステージング", "staging"),
    ("テスト", "test"),
    ("本番", "prod"),
    ("本番環境", "prod"),
    ("検証", "staging"),
    ("検証環境", "staging"),
    ("開発", "dev"),
    ("開発環境", "dev"),
];

/// Stage words that are ordinary words too: another stage word in the name goes before them.
const WEAK: &[&str] = &["demo", "live", "test", "テスト"];

/// Words for kinds of resources, their parts, their metrics and what is wrong with them. They never name a system.
const RESOURCES: &str = "
    4xx 5xx acl action actions agent alarm alarms alb alert alerts amazon ami apigateway apigw apprunner arn asg
    aurora auto autoscaling average aws awsbatch awseb awslogs az balancer bastion batch bucket bus cache capacity
    cdk cdn cert certificate check cloudformation cloudfront cloudwatch cluster clusters cognito composite compute
    computeenvironment connection connections container containerinsights containers count cpu critical cron
    customresource daily database databases db dbcluster dbinstance default definition deploy deployment disk
    distribution dlq dns docker down dynamodb ebs ec2 ecr ecs efs eip eks elasticache elb endpoint endpoints env
    environment err error errors event eventbridge events execution external fail failed failure failures family
    fargate filter firehose firelens flow flowlog flowlogs fn free freeable func function functions gateway group
    groups health healthy high host hosts http https iam igw image infra infrastructure insights instance
    instances internal ip job jobdefinition jobqueue jobs key kinesis kms lag lambda latency launch lb listener
    load loadbalancer log logging loggroup logs low main master max mem memory metric metrics min monitor
    monitoring monthly mysql nat nested net network networking nlb node nodes notification notifications notify
    number oom parameter peering percent pg pipeline policy pool port postgres postgresql primary private proxy
    public queue queues rate rds reader redis register replica replication request requests resource response role
    route route53 router rtb rule rules running s3 scale scaling schedule scheduler secondary secret secrets
    security securitygroup server servers service services sg slow sns sqs ssm stack stacks standby start status
    stepfunctions stop storage subnet subnets swap target targetgroup targets targettracking task taskdef
    taskdefinition tasks tg throttle throttled throttles time timeout timeouts too topic topics tracking trail
    unhealthy usage util utilization volume vpc vpce vpn waf wafv2 warn warning writer
    アラーム クラスター サーバ サーバー サービス データベース ネットワーク バッチ ログ 監視 踏み台";

/// Words for the part something plays in a system. Alone they do not name a system, unless nothing else does.
const ROLES: &str = "
    admin api app application apps back backend bff client core front frontend ui web webapp website worker
    workers";

static LISTED: LazyLock<QuickMap<&str, Meaning>> = LazyLock::new(|| {
    let resources = RESOURCES.split_whitespace().map(|word| (word, Meaning::Resource));
    resources.chain(ROLES.split_whitespace().map(|word| (word, Meaning::Role))).collect()
});

/// The words long enough to be told apart within others.
static LONG: LazyLock<Vec<&str>> =
    LazyLock::new(|| RESOURCES.split_whitespace().filter(|known| known.len() >= 5).collect());

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// A stage, in its one spelling.
    Stage(&'static str, Strength),
    /// A stage with a number, such as `dev2`; it stands for itself.
    Numbered,
    /// A kind of resource, a metric, a trouble.
    Resource,
    /// A role.
    Role,
    /// A number or a generated id.
    Noise,
    /// Anything else: may be (part of) a system's name.
    Word,
}

/// How surely a stage word means a stage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Strength {
    /// It is an ordinary word too.
    Weak,
    /// It hardly means anything else.
    Strong,
}

/// What the lower-case word `word` is.
pub(super) fn meaning(word: &str) -> Meaning {
    if let Some(stage) = stage(word) {
        let strength = if WEAK.contains(&word) { Strength::Weak } else { Strength::Strong };
        return Meaning::Stage(stage, strength);
    }
    if let Some(meaning) = LISTED.get(word) {
        return *meaning;
    }
    if is_compound(word) {
        return Meaning::Resource;
    }
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if word.len() - bare.len() <= 2 && ["dev", "stg", "staging", "prod", "prd"].contains(&bare) {
        return Meaning::Numbered;
    }
    if is_noise(word) { Meaning::Noise } else { Meaning::Word }
}

/// The stage a lower-case word means.
pub(super) fn stage(word: &str) -> Option<&'static str> {
    let at = STAGES.binary_search_by(|(known, _)| (*known).cmp(word)).ok()?;
    STAGES.get(at).map(|(_, stage)| *stage)
}

fn is_resource(word: &str) -> bool {
    LISTED.get(word) == Some(&Meaning::Resource)
}

/// RDS writes identifiers in lower case, so that `DatabaseStack` and `AuroraCluster6B7A` arrive in one piece:
/// a run of long resource words, perhaps with an id behind.
fn is_compound(word: &str) -> bool {
    let is_end = |rest: &str| {
        let id = rest.chars().all(|c| c.is_ascii_hexdigit()) && rest.chars().any(|c| c.is_ascii_digit());
        rest.is_empty() || id || is_resource(rest) || is_noise(rest)
    };
    // `databasestack` begins with `databases` too: every way of cutting it is tried, each rest once.
    let mut rests = vec![word];
    let mut at = 0;
    while let Some(rest) = rests.get(at).copied() {
        if at > 0 && is_end(rest) {
            return true;
        }
        for shorter in LONG.iter().filter_map(|known| rest.strip_prefix(known)) {
            if !rests.contains(&shorter) {
                rests.push(shorter);
            }
        }
        at += 1;
    }
    false
}

/// Numbers, and ids in which letters and digits take turns.
fn is_noise(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits == word.len() {
        return true;
    }
    let bytes = word.as_bytes();
    let turns =
        bytes.iter().zip(bytes.iter().skip(1)).filter(|(a, b)| a.is_ascii_digit() != b.is_ascii_digit()).count();
    word.is_ascii() && word.len() >= 8 && turns >= 3
}

#[cfg(test)]
mod tests {
    use super::{Meaning, RESOURCES, ROLES, STAGES, Strength, meaning};
    use rstest::rstest;

    #[test]
    fn the_lists_are_sorted_and_apart() {
        assert!(STAGES.is_sorted());
        for role in ROLES.split_whitespace() {
            assert!(!RESOURCES.split_whitespace().any(|word| word == role), "{role} is in both lists");
        }
    }

    #[rstest]
    #[case("prd", Meaning::Stage("prod", Strength::Strong))]
    #[case("live", Meaning::Stage("prod", Strength::Weak))]
    #[case("stg", Meaning::Stage("staging", Strength::Strong))]
    #[case("本番", Meaning::Stage("prod", Strength::Strong))]
    #[case("dev2", Meaning::Numbered)]
    #[case("databasestack", Meaning::Resource)]
    #[case("auroraclusterb1c2d3", Meaning::Resource)]
    #[case("auroraclusterwriter8f3a", Meaning::Resource)]
    #[case("踏み台サーバー", Meaning::Resource)]
    #[case("servicedesk", Meaning::Word)]
    #[case("backend", Meaning::Role)]
    #[case("01", Meaning::Noise)]
    #[case("50dc6c495c0c9188", Meaning::Noise)]
    #[case("v23", Meaning::Word)]
    #[case("kajimaru2024", Meaning::Word)]
    #[case("猫", Meaning::Word)]
    fn words_have_meanings(#[case] word: &str, #[case] expected: Meaning) {
        assert_eq!(meaning(word), expected, "{word}");
    }
}
