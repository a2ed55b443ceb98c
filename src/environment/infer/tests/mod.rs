//! Tests of placement: the customers' systems, single rules, the configuration, and properties.

mod corpus;
mod customers;
mod fixture;
mod properties;
mod rules;
mod wishes;
