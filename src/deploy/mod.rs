//! Deployments: procedures that bring something new to where it runs, watched until it is truly there. Pure: they
//! decide from what is seen; readings and changes are the kinds'.

pub mod compose;
pub mod function;
pub mod service;
