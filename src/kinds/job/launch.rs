//! How a job is begun by hand: what its timer or its definition would send, with what a person adds. Pure; the call is
//! in `change`.

use serde_json::{Value, json};

use crate::schedule::stored::target_effect::TaskLaunch;
use crate::text::mask_text;
use crate::world::Arn;

/// What a person adds to a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct JobInput {
    /// Values by name: environment variables of a container, parameters where the definition has one of that name.
    pub values: Vec<(String, String)>,
    /// The whole input, for a function or a state machine.
    pub document: Option<String>,
    /// The queue to submit to.
    pub queue: Option<String>,
}

impl JobInput {
    /// Reads what is typed: `NAME=VALUE …`, or a JSON document. With line breaks in it, each line is one value.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.starts_with('{') || text.starts_with('[') {
            let whole: Result<Value, _> = serde_json::from_str(text);
            whole.map_err(|why| format!("the input is not JSON: {why}"))?;
            return Ok(Self { document: Some(text.to_owned()), ..Self::default() });
        }
        let mut input = Self::default();
        let words: Vec<&str> =
            if text.contains('\n') { text.lines().collect() } else { text.split_whitespace().collect() };
        for word in words.into_iter().map(str::trim).filter(|word| !word.is_empty()) {
            let Some((name, value)) = word.split_once('=') else {
                return Err(format!("{word:?} is no NAME=VALUE; a JSON document begins with a brace"));
            };
            if name == "queue" {
                input.queue = Some(value.to_owned());
                continue;
            }
            let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            if name.is_empty() || !name.chars().all(fits) {
                return Err(format!("{name:?} cannot be the name of a variable"));
            }
            input.values.push((name.to_owned(), value.to_owned()));
        }
        Ok(input)
    }
}

/// What one container of a task is told differently.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ContainerOverride {
    /// The container.
    pub name: String,
    /// Its command; empty leaves the image's.
    pub command: Vec<String>,
    /// Its variables.
    pub environment: Vec<(String, String)>,
}

/// The overrides in the input of a target that runs a task.
#[must_use]
pub fn overrides(input: Option<&str>) -> Vec<ContainerOverride> {
    let input: Value = input.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    let list = |of: &Value, name: &str| of.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    // The whole input of RunTask has them one step deeper.
    let within = input.get("overrides").or_else(|| input.get("Overrides")).unwrap_or(&input);
    let containers = list(within, "containerOverrides").into_iter().chain(list(within, "ContainerOverrides"));
    containers
        .filter_map(|one| {
            let both = |small: &str, large: &str| [list(&one, small), list(&one, large)].concat();
            let variable = |it: &Value| {
                let name = text(it, "name").or_else(|| text(it, "Name"))?;
                Some((name, text(it, "value").or_else(|| text(it, "Value")).unwrap_or_default()))
            };
            Some(ContainerOverride {
                name: text(&one, "name").or_else(|| text(&one, "Name"))?,
                command: both("command", "Command").iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
                environment: both("environment", "Environment").iter().filter_map(variable).collect(),
            })
        })
        .collect()
}

/// What is begun.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Launch {
    /// An ECS task.
    Task {
        /// Its cluster, by name or ARN.
        cluster: String,
        /// Its task definition.
        definition: String,
        /// How it is run.
        launch: TaskLaunch,
        /// What its containers are told differently.
        overrides: Vec<ContainerOverride>,
    },
    /// A Batch job.
    Job {
        /// Its queue.
        queue: String,
        /// Its definition.
        definition: String,
        /// Values for the definition's parameters.
        parameters: Vec<(String, String)>,
        /// Its container's further variables.
        environment: Vec<(String, String)>,
        /// Its container's command; empty leaves the definition's.
        command: Vec<String>,
    },
    /// An execution of a state machine.
    Execution {
        /// The state machine.
        machine: Arn,
        /// What it is given.
        input: String,
    },
    /// A call of a function, without waiting for its answer.
    Call {
        /// The function's name.
        function: String,
        /// What it is given.
        input: String,
    },
}

impl Launch {
    /// The IAM action it takes.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        match self {
            Self::Task { .. } => "ecs:RunTask",
            Self::Job { .. } => "batch:SubmitJob",
            Self::Execution { .. } => "states:StartExecution",
            Self::Call { .. } => "lambda:InvokeFunction",
        }
    }

    /// The call in words, secrets masked.
    #[must_use]
    pub fn sentence(&self) -> String {
        let told = |values: &[(String, String)]| -> String {
            values.iter().map(|(name, value)| format!(" {}", mask_text(&format!("{name}={value}")))).collect()
        };
        let call = self.operation();
        match self {
            Self::Task { cluster, definition, launch, overrides } => {
                let count =
                    launch.count.filter(|count| *count > 1).map(|count| format!(" × {count}")).unwrap_or_default();
                let how: Vec<String> = overrides
                    .iter()
                    .map(|one| {
                        let command = one.command.join(" ");
                        let command =
                            if command.is_empty() { String::new() } else { format!(" {}", mask_text(&command)) };
                        format!("; {}:{command}{}", one.name, told(&one.environment))
                    })
                    .collect();
                let (definition, cluster) =
                    (definition.rsplit('/').next().unwrap_or(definition), Arn::from(cluster.as_str()));
                format!("{call} {definition}{count} in {}{}", cluster.last(), how.concat())
            }
            Self::Job { queue, definition, parameters, environment, command } => {
                let command =
                    if command.is_empty() { String::new() } else { format!(" {}", mask_text(&command.join(" "))) };
                let (queue, definition) =
                    (Arn::from(queue.as_str()), definition.rsplit('/').next().unwrap_or(definition));
                format!("{call} {definition} to {}{command}{}{}", queue.last(), told(parameters), told(environment))
            }
            Self::Execution { machine, input } => format!("{call} {} with {}", machine.last(), mask_text(input)),
            Self::Call { function, input } => format!("{call} {function} with {}", mask_text(input)),
        }
    }

    /// The body of a job's submission, called `name`.
    pub(super) fn submission(&self, name: &str) -> Value {
        let Self::Job { queue, definition, parameters, environment, command } = self else { return Value::Null };
        let mut body = json!({ "jobName": name, "jobQueue": queue, "jobDefinition": definition });
        let mut overrides = json!({});
        if !environment.is_empty() {
            let all: Vec<Value> =
                environment.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
            put(&mut overrides, "environment", json!(all));
        }
        if !command.is_empty() {
            put(&mut overrides, "command", json!(command));
        }
        if overrides.as_object().is_some_and(|fields| !fields.is_empty()) {
            put(&mut body, "containerOverrides", overrides);
        }
        if !parameters.is_empty() {
            let all: serde_json::Map<String, Value> =
                parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            put(&mut body, "parameters", Value::Object(all));
        }
        body
    }
}

fn put(body: &mut Value, name: &str, value: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
