//! By which strategy a service is deployed: those of ECS, CodeDeploy, an external controller.
//! Pure words and classes; what a deployment does at the moment is in `phase`.

use crate::kinds::ecs_service::model::Service;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::text::word;

/// A strategy: deploymentConfiguration.strategy of ECS's own controller, or the other controllers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strategy<'a> {
    /// Tasks are replaced batch by batch.
    Rolling,
    /// All traffic at once to a second set of tasks.
    BlueGreen,
    /// A small share first, then the rest.
    Canary,
    /// In equal steps.
    Linear,
    /// A controller of its own sets task sets.
    External,
    /// CodeDeploy shifts between task sets.
    CodeDeploy,
    /// One nobody has seen.
    Other(&'a str),
}

impl<'a> Strategy<'a> {
    /// The strategy that `service` is set to.
    #[must_use]
    pub fn of(service: &'a Service) -> Self {
        Self::of_deployment(service, None)
    }

    /// The strategy of the deployment of `record`: the setting may be another since.
    #[must_use]
    pub fn of_deployment(service: &'a Service, record: Option<&'a ServiceDeployment>) -> Self {
        match service.controller.as_str() {
            "CODE_DEPLOY" => return Self::CodeDeploy,
            "EXTERNAL" => return Self::External,
            _ => {}
        }
        let of_record = record.and_then(|record| record.progress.settings.strategy.as_deref());
        match of_record.or(service.delivery.settings.strategy.as_deref()) {
            None | Some("ROLLING") => Self::Rolling,
            Some("BLUE_GREEN") => Self::BlueGreen,
            Some("CANARY") => Self::Canary,
            Some("LINEAR") => Self::Linear,
            Some(other) => Self::Other(other),
        }
    }

    /// Whether ECS itself runs two revisions side by side and shifts traffic between them.
    #[must_use]
    pub const fn shifts_traffic(self) -> bool {
        matches!(self, Self::BlueGreen | Self::Canary | Self::Linear | Self::Other(_))
    }

    /// Its word in JSON.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Rolling => "rolling".to_owned(),
            Self::BlueGreen => "blue_green".to_owned(),
            Self::Canary => "canary".to_owned(),
            Self::Linear => "linear".to_owned(),
            Self::External => "external".to_owned(),
            Self::CodeDeploy => "code_deploy".to_owned(),
            Self::Other(other) => word(other),
        }
    }

    /// The same for people.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Rolling => "rolling update".to_owned(),
            Self::BlueGreen => "blue/green".to_owned(),
            Self::Canary => "canary".to_owned(),
            Self::Linear => "linear".to_owned(),
            Self::External => "an external controller".to_owned(),
            Self::CodeDeploy => "CodeDeploy".to_owned(),
            Self::Other(other) => word(other).replace('_', " "),
        }
    }
}
