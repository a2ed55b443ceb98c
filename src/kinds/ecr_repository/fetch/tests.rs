//! Repositories read from mocked answers: pages, an index with its platforms, what is denied, and what is elsewhere.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::operation::batch_get_image::BatchGetImageOutput;
use aws_sdk_ecr::operation::describe_images::{DescribeImagesError, DescribeImagesOutput};
use aws_sdk_ecr::operation::describe_repositories::{DescribeRepositoriesError, DescribeRepositoriesOutput};
use aws_sdk_ecr::types::builders::ImageDetailBuilder;
use aws_sdk_ecr::types::{
    FindingSeverity, Image as SdkImage, ImageDetail, ImageIdentifier, ImageScanFindingsSummary, ImageScanStatus,
    ImageTagMutability, Repository as SdkRepository, ScanStatus,
};
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::DateTime;
use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::aws::{Clients, mocked};
use crate::kinds::testing::{ask, know, parts, scope};
use crate::kinds::testing_samples::definition;
use crate::world::{Resource, World};

const URI: &str = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/app";

async fn read_of(rules: &[Rule], coverage: &Coverage) -> Reading<Repository> {
    let aws = Clients { ecr: mocked!(aws_sdk_ecr, rules), ..Clients::silent() };
    let (scope, mut world) = (scope(), World::default());
    know(&mut world, vec![definition()]);
    read(ask(&aws, &scope, &world, coverage)).await.expect("a harvest")
}

fn repository_of(rules: Reading<Repository>) -> (Option<Repository>, Vec<String>) {
    let scope = scope();
    let mut world = World::default();
    world.put(&scope, Repository::KIND, &parts(&[URI]), Ok(rules.into()), jiff::Timestamp::UNIX_EPOCH);
    let store = world.store(&scope, Repository::KIND).expect("a shelf");
    (world.by_key::<Repository>(&scope, URI).cloned(), store.faults().map(|fault| fault.operation.clone()).collect())
}

fn detail(digest: &str, tag: &str, second: i64) -> ImageDetailBuilder {
    ImageDetail::builder()
        .image_digest(digest)
        .image_tags(tag)
        .image_size_in_bytes(1000)
        .image_pushed_at(DateTime::from_secs(second))
}

fn named() -> Rule {
    mock!(Client::describe_repositories)
        .match_requests(|input| input.registry_id() == Some("123456789012") && input.repository_names() == ["app"])
        .then_output(|| {
            let repository = SdkRepository::builder().image_tag_mutability(ImageTagMutability::Immutable).build();
            DescribeRepositoriesOutput::builder().repositories(repository).build()
        })
}

fn pages_of() -> [Rule; 2] {
    let first = mock!(Client::describe_images)
        .match_requests(|input| {
            let tagged = input.filter().and_then(|filter| filter.tag_status()) == Some(&TagStatus::Tagged);
            input.next_token().is_none() && tagged && input.repository_name() == Some("app")
        })
        .then_output(|| {
            let found = ImageScanFindingsSummary::builder().finding_severity_counts(FindingSeverity::High, 3).build();
            let scan = ImageScanStatus::builder().status(ScanStatus::Complete).build();
            let scanned =
                detail("sha256:a", "v1", 10).image_scan_findings_summary(found).image_scan_status(scan).build();
            DescribeImagesOutput::builder().image_details(scanned).next_token("more").build()
        });
    let second =
        mock!(Client::describe_images).match_requests(|input| input.next_token() == Some("more")).then_output(|| {
            let index = detail("sha256:b", "v2", 20).image_manifest_media_type(INDEXES[0]).build();
            DescribeImagesOutput::builder().image_details(index).build()
        });
    [first, second]
}

fn manifests() -> Rule {
    mock!(Client::batch_get_image)
        .match_requests(|input| input.image_ids().len() == 1 && input.accepted_media_types() == INDEXES)
        .then_output(|| {
            let manifest = r#"{"manifests":[
                {"digest":"sha256:arm","platform":{"os":"linux","architecture":"arm64"}},
                {"digest":"sha256:att","platform":{"os":"unknown","architecture":"unknown"}},
                {"digest":"sha256:bare"}]}"#;
            let id = ImageIdentifier::builder().image_digest("sha256:b").build();
            let image = SdkImage::builder().image_id(id).image_manifest(manifest).build();
            BatchGetImageOutput::builder().images(image).build()
        })
}

#[tokio::test]
async fn all_pages_newest_first_with_platforms_scan_and_mutability() {
    let [first, second] = pages_of();
    let (found, faults) = repository_of(read_of(&[named(), first, second, manifests()], &parts(&[URI])).await);
    let found = found.expect("the repository");
    assert!(faults.is_empty(), "{faults:?}");
    assert!(found.immutable());
    let tags: Vec<&str> = found.images.iter().flat_map(|image| &image.tags).map(String::as_str).collect();
    assert_eq!(tags, ["v2", "v1"]);
    let platforms: Vec<&str> = found.images[0].platforms.iter().map(|one| one.architecture.as_str()).collect();
    assert_eq!(platforms, ["arm64"], "an attestation is no platform");
    assert_eq!(found.images[1].findings, Some([("HIGH".to_owned(), 3)].into()));
    assert!(found.images[0].is("sha256:arm") && found.images[0].is("sha256:b") && !found.images[0].is("sha256:att"));
}

#[tokio::test]
async fn what_may_not_be_told_of_it_costs_no_image() {
    let denied = || ErrorMetadata::builder().code("AccessDeniedException").message("not allowed").build();
    let about = mock!(Client::describe_repositories).then_error(move || DescribeRepositoriesError::generic(denied()));
    let [first, second] = pages_of();
    let (found, faults) = repository_of(read_of(&[about, first, second, manifests()], &parts(&[URI])).await);
    let found = found.expect("the repository");
    assert_eq!((found.images.len(), found.mutability.as_deref(), faults.len()), (2, None, 0));
    assert!(
        found.missing.iter().all(|missing| missing.contains("ecr:DescribeRepositories")) && !found.missing.is_empty()
    );
}

#[tokio::test]
async fn a_repository_that_may_not_be_read_says_so() {
    let missing = || ErrorMetadata::builder().code("RepositoryNotFoundException").message("no such").build();
    let images = mock!(Client::describe_images).then_error(move || DescribeImagesError::generic(missing()));
    let (found, faults) = repository_of(read_of(&[named(), images], &parts(&[URI])).await);
    assert!(found.is_none());
    assert_eq!(faults, ["ecr:DescribeImages"]);
}

#[tokio::test]
async fn parts_of_other_kinds_and_repositories_of_other_regions_are_not_called() {
    let away = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app";
    let reading = read_of(&[], &parts(&["arn:aws:ecs:x", away])).await;
    let (found, faults) = repository_of(reading);
    assert!(found.is_none());
    assert_eq!(faults, ["ecr:DescribeImages"], "the other region's says so; the other part is none of ours");
}

#[tokio::test]
async fn without_parts_it_reads_what_known_services_run() {
    let images = mock!(Client::describe_images)
        .match_requests(|input| input.repository_name() == Some("city-backend"))
        .then_output(|| DescribeImagesOutput::builder().build());
    let about = mock!(Client::describe_repositories).then_output(|| DescribeRepositoriesOutput::builder().build());
    let reading = read_of(&[about, images], &Coverage::All).await;
    let mut world = World::default();
    world.put(&scope(), Repository::KIND, &Coverage::All, Ok(reading.into()), jiff::Timestamp::UNIX_EPOCH);
    let everything: Vec<Repository> = world.all::<Repository>(&scope()).cloned().collect();
    let keys: Vec<&str> = everything.iter().map(|one| one.uri.as_str()).collect();
    assert_eq!(keys, ["123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/city-backend"]);
}
