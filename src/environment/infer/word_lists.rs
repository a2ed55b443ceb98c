//! The words themselves: stages with their synonyms, words for resources, roles, regions. Data only; what a word means
//! in a name is decided in `words`, and what an account makes of it in `habits`.

/// Stage words and the stage they mean. Sorted, for binary search.
pub(super) const STAGES: &[(&str, &str)] = &[
    ("demo", "demo"),
    ("dev", "dev"),
    ("devel", "dev"),
    ("develop", "dev"),
    ("development", "dev"),
    ("homban", "prod"),
    ("honban", "prod"),
    ("kaihatsu", "dev"),
    ("kaihatu", "dev"),
    ("kensho", "staging"),
    ("kenshou", "staging"),
    ("kensyo", "staging"),
    ("kensyou", "staging"),
    ("kunren", "training"),
    ("live", "prod"),
    ("nonprd", "nonprod"),
    ("nonprod", "nonprod"),
    ("nonproduction", "nonprod"),
    ("nprd", "nonprod"),
    ("poc", "poc"),
    ("prd", "prod"),
    ("preprd", "preprod"),
    ("preprod", "preprod"),
    ("preproduction", "preprod"),
    ("preview", "preview"),
    ("prod", "prod"),
    ("production", "prod"),
    ("qa", "qa"),
    ("sandbox", "sandbox"),
    ("sbx", "sandbox"),
    ("shiken", "test"),
    ("stag", "staging"),
    ("stage", "staging"),
    ("staging", "staging"),
    ("stg", "staging"),
    ("sutejingu", "staging"),
    ("test", "test"),
    ("testing", "test"),
    ("tst", "test"),
    ("uat", "uat"),
    ("ステージング", "staging"),
    ("ステージング環境", "staging"),
    ("テスト", "test"),
    ("テスト環境", "test"),
    ("商用", "prod"),
    ("商用環境", "prod"),
    ("本番", "prod"),
    ("本番環境", "prod"),
    ("本番系", "prod"),
    ("検証", "staging"),
    ("検証環境", "staging"),
    ("検証系", "staging"),
    ("準本番", "preprod"),
    ("研修", "training"),
    ("研修環境", "training"),
    ("訓練", "training"),
    ("試験", "test"),
    ("試験環境", "test"),
    ("開発", "dev"),
    ("開発環境", "dev"),
    ("開発系", "dev"),
];

/// Stage words that are ordinary words too: another stage word in the name goes before them.
pub(super) const WEAK: &[&str] =
    &["demo", "live", "preview", "stag", "stage", "test", "testing", "テスト", "研修", "訓練", "試験"];

/// Words that are a stage where an account uses them as one: in a tag that names a stage, or where a name that differs
/// by nothing else has another stage there.
pub(super) const LATENT: &[(&str, &str)] = &[
    ("acc", "acc"),
    ("acceptance", "acc"),
    ("alpha", "alpha"),
    ("beta", "beta"),
    ("canary", "canary"),
    ("ci", "ci"),
    ("d", "dev"),
    ("dr", "dr"),
    ("feature", "feature"),
    ("gamma", "gamma"),
    ("hon", "prod"),
    ("int", "int"),
    ("integration", "int"),
    ("ita", "ita"),
    ("itb", "itb"),
    ("kai", "dev"),
    ("ken", "staging"),
    ("lab", "lab"),
    ("local", "local"),
    ("main", "main"),
    ("master", "master"),
    ("np", "nonprod"),
    ("ot", "ot"),
    ("p", "prod"),
    ("perf", "perf"),
    ("performance", "perf"),
    ("pre", "preprod"),
    ("pt", "perf"),
    ("q", "qa"),
    ("rc", "rc"),
    ("release", "release"),
    ("review", "review"),
    ("s", "staging"),
    ("sit", "sit"),
    ("st", "staging"),
    ("t", "test"),
    ("training", "training"),
    ("trn", "training"),
    ("ut", "ut"),
    ("本", "prod"),
    ("検", "staging"),
    ("開", "dev"),
];

/// Words for AWS's things, their parts, their metrics and what is wrong with them, and for the tools that make them.
/// They never name a system.
pub(super) const RESOURCES: &str = "
    4xx 5xx acl alarm alarms alb alert alerts amazon ami amplify apigateway apigw apprunner arn asg
    aurora autoscaling average aws awsbatch awseb awslogs az balancer bastion bst bucket burst cache capacity cdk cdn
    certificate cloudformation cloudfront cloudwatch cls cluster clusters cognito composite
    compute computeenvironment connection connections containerinsights container containers count cpu critical
    customresource database databases db dbcluster dbinstance default definition
    distribution dlq dns docker down dynamodb ebs ec2 ecr ecs efs eip eks elasticache elb endpoint endpoints env
    environment err error errors execution fail failed failure failures
    fargate flow flowlog flowlogs fn free freeable func function functions group
    groups health healthy high host hosts http https iam igw image infra infrastructure insights instance
    instances ip iops jobdefinition jobqueue k8s kinesis kms lag lambda latency launch lb listener
    load loadbalancer log loggroup logs low max memory metric metrics min
    fluentbit fluentd fumidai jump jumphost kafka kankyo kankyou memcached mongo mongodb mysql nat nested net network networking nlb node nodes oom
    opensearch elasticsearch nginx peering percent rabbitmq pg port postgres postgresql private public queue queues rate rds
    reader redis register replica requests response role
    route53 router rtb running s3 scaling secondary securitygroup server servers sg sns sqs ssm stack stacks standby
    stepfunctions storage subnet subnets svc swap target targetgroup targets targettracking task taskdef
    taskdefinition tasks tg throttle throttled throttles timeout timeouts too unhealthy usage util utilization vapor
    volume vpc vpce vpn waf wafv2 warn warning writer
    アラーム インスタンス クラスター サーバ サーバー システム ストレージ データベース ネットワーク メモリ ログ 使用率 監視 踏み台 環境";

/// Words for resources too, but also for what a team builds: they name a system where they stand as one.
pub(super) const SOFT: &str = "
    action actions agent auth auto batch bus cert check cron daily deploy deployment disk event eventbridge events
    external family filter firehose firelens gateway internal job jobs key logging mail monitor monitoring
    monthly notification notifications notify number parameter pipeline policy pool primary proxy replication request
    message messages read resource route rule rules scale schedule scheduler secret secrets security service services slow start status stop
    time topic topics tracking trail write
    サービス バッチ 通知";

/// Words for the part something plays in a system. Alone they do not name a system, unless nothing else does.
pub(super) const ROLES: &str = "
    admin ap api app application apps back backend bff client core front frontend ui web webapp website worker
    workers www";

/// What stands where a stage would, and means all of them.
pub(super) const SHARED: &str = "common global kyotsu kyotu kyoutsu kyoyu shared 共有 共用 共通";

/// Colours of deployments: part of a stage only where a whole environment goes by it.
pub(super) const COLOURS: &str = "black blue green red white yellow";

/// Regions as people write them into names, and the ends of host names.
pub(super) const NOWHERE: &str = "
    apac asia co com emea eu example frankfurt ireland japan jp ohio oregon osaka singapore sydney tokyo us
    virginia";

/// Stages that come in numbers.
pub(super) const NUMBERED: &[&str] =
    &["dev", "env", "prd", "prod", "qa", "sandbox", "staging", "stg", "test", "tst", "uat"];
