//! Each step of a service's way to sleep and back, against mocked answers.

use aws_sdk_applicationautoscaling::operation::register_scalable_target::RegisterScalableTargetOutput;
use aws_sdk_ecs::operation::tag_resource::TagResourceOutput;
use aws_sdk_ecs::operation::untag_resource::UntagResourceOutput;
use aws_sdk_ecs::operation::update_service::UpdateServiceOutput;
use aws_smithy_mocks::mock;

use super::*;
use crate::aws::mocked;
use crate::change::gate::{Confirmation, Gate, GateContext};
use crate::kinds::testing_samples::{now, scope, service};
use crate::schedule::{Bounds, Remembered};
use crate::world::FaultKind;

async fn perform(act: StageAction, aws: &Clients) -> Result<Receipt, Fault> {
    let change = of(&service(), act, &"city-prod".into(), &scope()).expect("a step of a service");
    let at = GateContext::seen_at(now());
    let approved = Gate::default().approve(change, &Confirmation::Yes, None, &at).expect("nothing hinders it");
    approved.perform(aws).await
}

#[tokio::test]
async fn the_memory_is_a_tag_of_the_service() {
    let tag = mock!(aws_sdk_ecs::Client::tag_resource)
        .match_requests(|input| {
            let [tag] = input.tags() else { return false };
            input.resource_arn() == Some(service().arn.as_str())
                && (tag.key(), tag.value()) == (Some("toban:remembered"), Some("desired=2 min=2 max=10"))
        })
        .then_output(|| TagResourceOutput::builder().build());
    let untag = mock!(aws_sdk_ecs::Client::untag_resource)
        .match_requests(|input| input.tag_keys() == ["toban:remembered"])
        .then_output(|| UntagResourceOutput::builder().build());
    let rules = [tag, untag];
    let aws = Clients { ecs: mocked!(aws_sdk_ecs, &rules), ..Clients::silent() };
    let memory = Remembered { desired: Some(2), bounds: Some(Bounds { min: 2, max: 10 }) };
    assert!(perform(StageAction::Remember(memory), &aws).await.is_ok());
    assert!(perform(StageAction::Forget, &aws).await.is_ok());
    assert_eq!((rules[0].num_calls(), rules[1].num_calls()), (1, 1));
}

#[tokio::test]
async fn bounds_and_count_are_set_outright() {
    let update = mock!(aws_sdk_ecs::Client::update_service)
        .match_requests(|input| {
            input.desired_count() == Some(0)
                && input.cluster() == Some(service().cluster.as_str())
                && input.force_new_deployment() != Some(true)
        })
        .then_output(|| UpdateServiceOutput::builder().build());
    let register = mock!(aws_sdk_applicationautoscaling::Client::register_scalable_target)
        .match_requests(|input| {
            input.resource_id() == Some("service/city-prod/Backend")
                && (input.min_capacity(), input.max_capacity()) == (Some(0), Some(0))
                && input.suspended_state().is_none()
        })
        .then_output(|| RegisterScalableTargetOutput::builder().build());
    let (updates, registers) = ([update], [register]);
    let aws = Clients {
        ecs: mocked!(aws_sdk_ecs, &updates),
        scaling: mocked!(aws_sdk_applicationautoscaling, &registers),
        ..Clients::silent()
    };
    assert!(perform(StageAction::Bounds(Bounds::ZERO), &aws).await.is_ok());
    assert!(perform(StageAction::Count(0), &aws).await.is_ok());
    assert_eq!((updates[0].num_calls(), registers[0].num_calls()), (1, 1));
}

#[tokio::test]
async fn a_denial_names_the_call_and_the_service() {
    let no = mock!(aws_sdk_ecs::Client::tag_resource)
        .sequence()
        .http_status(400, Some(r#"{"__type":"AccessDeniedException","message":"no"}"#.to_owned()))
        .build();
    let aws = Clients { ecs: mocked!(aws_sdk_ecs, &[no]), ..Clients::silent() };
    let memory = Remembered { desired: Some(2), bounds: None };
    let fault = perform(StageAction::Remember(memory), &aws).await.expect_err("a denial");
    assert_eq!(
        (fault.kind, fault.sentence()),
        (FaultKind::Denied, "ecs:TagResource on Backend is not allowed: no".into())
    );
}

#[test]
fn a_service_is_neither_started_nor_stopped() {
    assert!(of(&service(), StageAction::Stop, &"city-prod".into(), &scope()).is_none());
    let scale = of(&service(), StageAction::Count(2), &"city-prod".into(), &scope()).expect("a count");
    assert_eq!(
        (scale.change_request().verb, scale.change_request().arguments),
        ("scale", vec![("from", "2".to_owned()), ("desired", "2".to_owned())])
    );
    assert_eq!(scale.plan().calls, ["ecs:UpdateService Backend: desired count 2"]);
}
