//! An ECR repository with its tagged images, read only when somebody wants to choose one. Everything the program
//! knows of this kind; the list of what lives where: `model` our type, `fetch` the reading, `place` what an image's
//! reference tells, `choices` the tag picker and what is said of an image before it is deployed. Nothing here draws.

mod fetch;
pub mod image_location;
pub mod model;

use futures_util::future::BoxFuture;
pub use image_location::{Place, place, tag};
pub use model::{Image, Platform, Repository};

use super::{Ask, Kind, Pace};
use crate::world::{Fault, Harvest, KindName, Resource};

/// The kind.
pub struct Repositories;

impl Kind for Repositories {
    type Item = Repository;

    const PACE: Pace = Pace::Asked;
    const NEEDS: &'static [KindName] = &[super::task_definition::TaskDefinition::KIND];
    const PERMISSIONS: &'static [&'static str] =
        &["ecr:DescribeRepositories", "ecr:DescribeImages", "ecr:BatchGetImage"];

    fn read(ask: Ask<'_>) -> BoxFuture<'_, Result<Harvest<Repository>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &Repository) -> &str {
        &item.name
    }
}
