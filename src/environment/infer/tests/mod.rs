//! Tests of placement: the customers' systems, single rules, the configuration, and properties.

mod configured_environments;
mod corpus;
mod customers;
mod fixture;
mod properties;
mod rules;
