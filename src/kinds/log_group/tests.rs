//! How log groups are read: all pages, and what a denial is.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::describe_log_groups::DescribeLogGroupsOutput;
use aws_sdk_cloudwatchlogs::types;
use aws_smithy_mocks::mock;

use super::LogGroups;
use crate::aws::{Clients, mocked};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, scope};
use crate::world::{Coverage, World};

#[tokio::test]
async fn groups_of_all_pages_come_with_how_long_they_keep_their_lines() {
    let group = |name: &str, days: Option<i32>| {
        types::LogGroup::builder().log_group_name(name).set_retention_in_days(days).stored_bytes(7).build()
    };
    let first =
        mock!(Client::describe_log_groups).match_requests(|it| it.next_token().is_none()).then_output(move || {
            DescribeLogGroupsOutput::builder().log_groups(group("/ecs/a", Some(30))).next_token("n").build()
        });
    let second = mock!(Client::describe_log_groups)
        .match_requests(|it| it.next_token() == Some("n"))
        .then_output(move || DescribeLogGroupsOutput::builder().log_groups(group("/ecs/b", None)).build());
    let aws = Clients { logs: mocked!(aws_sdk_cloudwatchlogs, [&first, &second]), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    let reading = LogGroups::read(ask(&aws, &scope, &known, &Coverage::All)).await.expect("groups");
    let groups = reading.parts[0].1.as_ref().expect("groups");
    assert_eq!(
        groups.iter().map(|it| (it.name.as_str(), it.days)).collect::<Vec<_>>(),
        [("/ecs/a", Some(30)), ("/ecs/b", None)]
    );
    assert_eq!(groups[0].bytes, Some(7));
}
