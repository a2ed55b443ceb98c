//! Deployments: procedures that bring something new to where it runs, watched until it is truly there. Pure: they
//! decide from what is seen; readings and changes are the kinds'.

pub(crate) mod action;
pub mod alarm;
mod attempt;
pub mod backup;
mod catalog;
pub mod compose;
pub mod ecs_service;
mod ecs_task;
pub mod environment_actions;
mod exec_on_tasks;
pub mod gate_context;
pub mod job;
pub mod lambda;
pub mod power;
pub mod release_part;
pub mod resource_actions;
mod run_command;
pub mod schedule;
pub mod sleep_wake;
pub mod tunnel;
pub mod verbs;

pub use action::{Action, ActionContext, Choice, Prompt};
pub use catalog::actions_of;
pub use exec_on_tasks::{ExecOnTasks, MOST_TASKS, TaskDoor};
pub use resource_actions::{ResourceActions, Undo};
pub use run_command::{MOST, RunCommand};
