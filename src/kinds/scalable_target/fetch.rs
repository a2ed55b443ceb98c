//! Reads this kind from AWS: application-autoscaling:DescribeScalableTargets, of ECS services alone.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_applicationautoscaling::types::{self, ServiceNamespace};

use super::model::ScalableTarget;
use crate::aws::{Paged, count, pages, text};
use crate::kinds::FetchContext;
use crate::world::{Fault, Reading};

const DESCRIBE: &str = "application-autoscaling:DescribeScalableTargets";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<ScalableTarget>, Fault> {
    // Without a ResourceId no dimension may be given; services have but one.
    let Paged { items, cut } = pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.scaling.describe_scalable_targets().service_namespace(ServiceNamespace::Ecs);
        let answer = ask.aws.call(DESCRIBE, None, request.set_next_token(token).send()).await?;
        Ok((answer.scalable_targets().iter().map(target).collect(), text(answer.next_token())))
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

fn target(from: &types::ScalableTarget) -> ScalableTarget {
    ScalableTarget {
        id: from.resource_id().to_owned(),
        min: count(from.min_capacity()),
        max: count(from.max_capacity()),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_applicationautoscaling::Client;
    use aws_sdk_applicationautoscaling::operation::describe_scalable_targets::DescribeScalableTargetsOutput;
    use aws_sdk_applicationautoscaling::types::ScalableDimension;
    use aws_smithy_mocks::mock;

    use super::*;
    use crate::aws::{Clients, mocked};
    use crate::kinds::testing::{ask, scope};
    use crate::world::{Coverage, FaultKind, World};

    fn page(id: &str, next: Option<&str>) -> DescribeScalableTargetsOutput {
        let one = types::ScalableTarget::builder()
            .service_namespace(ServiceNamespace::Ecs)
            .resource_id(id)
            .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
            .min_capacity(2)
            .max_capacity(10)
            .role_arn("arn:aws:iam::1:role/r")
            .creation_time(aws_smithy_types::DateTime::from_secs(0))
            .build()
            .expect("a target");
        DescribeScalableTargetsOutput::builder().scalable_targets(one).set_next_token(next.map(str::to_owned)).build()
    }

    #[tokio::test]
    async fn all_pages_of_services_alone_are_read() {
        let first = mock!(Client::describe_scalable_targets)
            .match_requests(|input| {
                // AWS takes a dimension only together with a ResourceId.
                input.next_token().is_none()
                    && input.service_namespace() == Some(&ServiceNamespace::Ecs)
                    && input.scalable_dimension().is_none()
            })
            .then_output(|| page("service/c/a", Some("n")));
        let second = mock!(Client::describe_scalable_targets)
            .match_requests(|input| input.next_token() == Some("n"))
            .then_output(|| page("service/c/b", None));
        let aws = Clients { scaling: mocked!(aws_sdk_applicationautoscaling, &[first, second]), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let reading = read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("targets");
        let items = reading.parts[0].1.as_ref().expect("a list");
        let bounds: Vec<_> = items.iter().map(|one| (one.id.as_str(), one.min, one.max)).collect();
        assert_eq!(bounds, [("service/c/a", 2, 10), ("service/c/b", 2, 10)]);
    }

    #[tokio::test]
    async fn a_denial_is_one() {
        let no = mock!(Client::describe_scalable_targets)
            .sequence()
            .http_status(400, Some(r#"{"__type":"AccessDeniedException","message":"no"}"#.to_owned()))
            .build();
        let aws = Clients { scaling: mocked!(aws_sdk_applicationautoscaling, &[no]), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let fault = read(ask(&aws, &scope, &world, &Coverage::All)).await.expect_err("a denial");
        assert_eq!((fault.kind, fault.operation.as_str()), (FaultKind::Denied, DESCRIBE));
    }
}
