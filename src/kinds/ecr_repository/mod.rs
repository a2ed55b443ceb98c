//! An ECR repository with its tagged images, read only when somebody wants to choose one. Everything the program
//! knows of this kind; the list of what lives where: `model` our type, `fetch` the reading, `image_location`
//! what an image's reference tells. Nothing here draws.

mod fetch;
pub mod image_location;
pub mod model;

use futures_util::future::BoxFuture;
pub use image_location::{ImageLocation, place, tag};
pub use model::{Image, Platform, Repository};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct Repositories;

impl Kind for Repositories {
    type Item = Repository;

    const PACE: PollClass = PollClass::OnDemand;
    const NEEDS: &'static [KindName] = &[super::task_definition::TaskDefinition::KIND];
    const PERMISSIONS: &'static [&'static str] =
        &["ecr:DescribeRepositories", "ecr:DescribeImages", "ecr:BatchGetImage"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Repository>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Repository) -> &str {
        &item.name
    }
}
