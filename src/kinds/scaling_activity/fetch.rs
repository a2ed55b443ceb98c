//! Reads this kind from AWS: application-autoscaling:DescribeScalingActivities, of ECS services alone, newest first.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_applicationautoscaling::types::{self, ServiceNamespace};

use super::model::ScalingActivity;
use crate::aws::{named, text, when};
use crate::kinds::FetchContext;
use crate::world::{Fault, Reading};

const DESCRIBE: &str = "application-autoscaling:DescribeScalingActivities";
/// So many pages are read, of at most fifty activities each: the newest.
const PAGES: usize = 3;

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<ScalingActivity>, Fault> {
    let mut items: Vec<ScalingActivity> = Vec::new();
    let mut token: Option<String> = None;
    let mut notes: Vec<Fault> = Vec::new();
    for _ in 0..PAGES {
        let request = ask.aws.scaling.describe_scaling_activities().service_namespace(ServiceNamespace::Ecs);
        let answer = ask.aws.call(DESCRIBE, None, request.set_next_token(token.clone()).send()).await?;
        let (found, left_out) = named(DESCRIBE, None, answer.scaling_activities().iter().map(activity));
        items.extend(found);
        notes.extend(left_out);
        let next = text(answer.next_token());
        if next.is_none() || next == token {
            break;
        }
        token = next;
    }
    let mut reading = Reading::whole(items);
    reading.notes = notes;
    Ok(reading)
}

fn activity(from: &types::ScalingActivity) -> Option<ScalingActivity> {
    Some(ScalingActivity {
        id: text(Some(from.activity_id()))?,
        resource: from.resource_id().to_owned(),
        description: from.description().to_owned(),
        cause: text(Some(from.cause())),
        status: from.status_code().as_str().to_owned(),
        message: text(from.status_message()),
        at: when(Some(from.start_time()))?,
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_applicationautoscaling::Client;
    use aws_sdk_applicationautoscaling::operation::describe_scaling_activities::DescribeScalingActivitiesOutput;
    use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalingActivityStatusCode};
    use aws_smithy_mocks::mock;
    use aws_smithy_types::DateTime;

    use super::*;
    use crate::aws::{Clients, mocked};
    use crate::kinds::testing::{ask, scope};
    use crate::world::{Coverage, World};

    fn page(id: &str, next: Option<&str>) -> DescribeScalingActivitiesOutput {
        let one = types::ScalingActivity::builder()
            .activity_id(id)
            .service_namespace(ServiceNamespace::Ecs)
            .resource_id("service/c/s")
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .description("Setting desired count to 4.")
            .cause("monitor alarm x in state ALARM triggered policy y")
            .start_time(DateTime::from_secs(60))
            .status_code(ScalingActivityStatusCode::Successful)
            .build()
            .expect("an activity");
        DescribeScalingActivitiesOutput::builder()
            .scaling_activities(one)
            .set_next_token(next.map(str::to_owned))
            .build()
    }

    #[tokio::test]
    async fn the_newest_pages_are_read() {
        let first = mock!(Client::describe_scaling_activities)
            .match_requests(|input| input.next_token().is_none())
            .then_output(|| page("a", Some("n")));
        let second = mock!(Client::describe_scaling_activities)
            .match_requests(|input| input.next_token() == Some("n"))
            .then_output(|| page("b", None));
        let aws = Clients { scaling: mocked!(aws_sdk_applicationautoscaling, &[first, second]), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let reading = read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("activities");
        let told = reading.parts[0].1.as_ref().expect("a list");
        assert_eq!(told.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(told[0].cause.as_deref().is_some_and(|cause| cause.contains("alarm x")));
    }
}
