//! Reads this kind from AWS, repository by repository: ecr:DescribeRepositories, ecr:DescribeImages (all pages), and
//! ecr:BatchGetImage for the platforms of images made for several. The only file of the kind that may touch the
//! network or an SDK type; reading operations only.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_ecr::types::{self, DescribeImagesFilter, ImageIdentifier, TagStatus};
use serde_json::Value;

use super::image_location::{ImageLocation, place};
use super::model::{Image, Platform, Repository};
use crate::aws::{batches, concurrently, named, pages, text, when};
use crate::kinds::FetchContext;
use crate::kinds::task_definition::TaskDefinition;
use crate::world::{Coverage, Fault, FaultKind, Part, Reading};

const REPOSITORIES: &str = "ecr:DescribeRepositories";
const IMAGES: &str = "ecr:DescribeImages";
const MANIFESTS: &str = "ecr:BatchGetImage";

/// The most that one call of DescribeImages gives.
const PAGE: i32 = 1000;
/// The most that one call of BatchGetImage takes.
const BATCH: usize = 100;
/// Of so many of the newest images it is looked which platforms they are made for.
const NEWEST: usize = 200;
/// Without named ones, no more repositories than this are read.
const MOST: usize = 20;
/// What says that an image is an index over platforms.
const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

/// Reads the repositories that `ask` covers; without parts, those that known task definitions run from.
///
/// # Errors
/// The fault that kept everything from being read; a repository's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Repository>, Fault> {
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    if let Coverage::Parts(parts) = ask.coverage {
        // Whoever reads a little of everything names parts of other kinds as well.
        wanted.extend(
            parts.iter().filter(|part| place(part).is_some_and(|at| at.uri == &***part)).map(|part| part.to_string()),
        );
    }
    if ask.coverage.wants("") {
        let known = ask.needed::<TaskDefinition>()?;
        let images = known.iter().flat_map(|one| &one.containers).filter_map(|one| one.image.as_deref());
        let here = images.filter_map(place).filter(|place| place.region == ask.scope.region.as_str());
        wanted.extend(here.map(|place| place.uri.to_owned()).take(MOST));
    }
    let read = concurrently(wanted.into_iter().collect(), |uri| async move {
        let got = repository(ask, &uri).await;
        (uri, got)
    });
    let part = |(uri, got): (String, Result<Repository, Fault>)| (Part::from(uri.as_str()), got.map(|one| vec![one]));
    Ok(Reading::of(read.await.into_iter().map(part).collect()))
}

/// A repository; what could not be read besides its images stands in it.
async fn repository(ask: FetchContext<'_>, uri: &str) -> Result<Repository, Fault> {
    let Some(at) = place(uri).filter(|at| at.uri == uri) else {
        return Err(Fault::new(FaultKind::Refused, IMAGES, "it is no private ECR repository").on(uri));
    };
    if at.region != ask.scope.region.as_str() {
        let message = format!("it is in {}, and toban looks in {} here", at.region, ask.scope.region);
        return Err(Fault::new(FaultKind::Unavailable, IMAGES, message).on(uri));
    }
    let (about, images) = tokio::join!(about(ask, at), images(ask, at));
    let mut faults = Vec::new();
    let (details, cut) = images?;
    faults.extend(cut);
    // What may not be told of the repository itself costs none of its images.
    let mutability = about.unwrap_or_else(|fault| {
        faults.push(fault);
        None
    });
    let (mut images, nameless) = named(IMAGES, Some(uri), details.iter().map(image));
    faults.extend(nameless);
    images.sort_by(|a, b| (b.pushed_at, &a.digest).cmp(&(a.pushed_at, &b.digest)));
    match platforms(ask, at, &images).await {
        Ok(mut known) => {
            for image in &mut images {
                image.platforms = known.remove(&image.digest).unwrap_or_default();
            }
        }
        Err(fault) => faults.push(fault),
    }
    let (registry, name) = (at.account.to_owned(), at.name.to_owned());
    let missing = faults.iter().map(Fault::sentence).collect();
    Ok(Repository { uri: uri.to_owned(), registry, name, mutability, images, missing })
}

/// Whether its tags may be moved.
async fn about(ask: FetchContext<'_>, at: ImageLocation<'_>) -> Result<Option<String>, Fault> {
    let request = ask.aws.ecr.describe_repositories().registry_id(at.account).repository_names(at.name);
    let answer = ask.aws.call(REPOSITORIES, Some(at.uri), request.send()).await?;
    let found = answer.repositories().first();
    Ok(found.and_then(|one| one.image_tag_mutability()).map(|mutability| mutability.as_str().to_owned()))
}

async fn images(
    ask: FetchContext<'_>,
    at: ImageLocation<'_>,
) -> Result<(Vec<types::ImageDetail>, Option<Fault>), Fault> {
    let tagged = DescribeImagesFilter::builder().tag_status(TagStatus::Tagged).build();
    let paged = pages(IMAGES, Some(at.uri), |token| {
        let request = ask
            .aws
            .ecr
            .describe_images()
            .registry_id(at.account)
            .repository_name(at.name)
            .filter(tagged.clone())
            .max_results(PAGE)
            .set_next_token(token);
        async move {
            let answer = ask.aws.call(IMAGES, Some(at.uri), request.send()).await?;
            Ok((answer.image_details.unwrap_or_default(), answer.next_token))
        }
    })
    .await?;
    Ok((paged.items, paged.cut))
}

fn image(from: &types::ImageDetail) -> Option<Image> {
    let mut tags = from.image_tags().to_vec();
    tags.sort();
    let summary = from.image_scan_findings_summary();
    let findings = summary.map(|summary| {
        let counts = summary.finding_severity_counts().into_iter().flatten();
        counts.map(|(severity, count)| (severity.as_str().to_owned(), u32::try_from(*count).unwrap_or(0))).collect()
    });
    Some(Image {
        digest: text(from.image_digest())?,
        tags,
        pushed_at: when(from.image_pushed_at()),
        size: from.image_size_in_bytes().and_then(|size| u64::try_from(size).ok()),
        media_type: text(from.image_manifest_media_type()),
        findings,
        scan: from.image_scan_status().and_then(|scan| scan.status()).map(|status| status.as_str().to_owned()),
        platforms: Vec::new(),
    })
}

/// The platforms of the newest indexes, by digest.
async fn platforms(
    ask: FetchContext<'_>,
    at: ImageLocation<'_>,
    images: &[Image],
) -> Result<HashMap<String, Vec<Platform>>, Fault> {
    let index = |image: &&Image| image.media_type.as_deref().is_some_and(|media| INDEXES.contains(&media));
    let digests: Vec<String> = images.iter().take(NEWEST).filter(index).map(|image| image.digest.clone()).collect();
    let mut known = HashMap::new();
    for batch in batches(digests, BATCH) {
        let ids = batch.into_iter().map(|digest| ImageIdentifier::builder().image_digest(digest).build()).collect();
        let request = ask
            .aws
            .ecr
            .batch_get_image()
            .registry_id(at.account)
            .repository_name(at.name)
            .set_image_ids(Some(ids))
            .set_accepted_media_types(Some(INDEXES.map(str::to_owned).to_vec()));
        let answer = ask.aws.call(MANIFESTS, Some(at.uri), request.send()).await?;
        for image in answer.images() {
            let digest = image.image_id().and_then(|id| id.image_digest());
            if let (Some(digest), Some(manifest)) = (digest, image.image_manifest()) {
                known.insert(digest.to_owned(), of_index(manifest));
            }
        }
    }
    Ok(known)
}

/// The platforms an index lists. Build attestations are listed as platform `unknown/unknown` and run nowhere.
fn of_index(manifest: &str) -> Vec<Platform> {
    let index: Value = serde_json::from_str(manifest).unwrap_or_default();
    let manifests = index.get("manifests").and_then(Value::as_array).into_iter().flatten();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    manifests
        .filter_map(|one| {
            let platform = one.get("platform")?;
            Some(Platform {
                os: text(platform.get("os"))?,
                architecture: text(platform.get("architecture"))?,
                digest: text(one.get("digest"))?,
            })
        })
        .filter(|one| one.architecture != "unknown")
        .collect()
}

#[cfg(test)]
mod tests;
