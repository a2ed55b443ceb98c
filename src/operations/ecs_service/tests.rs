//! Rollouts seen to their ends: over the simulated account, and over sequences of looks as AWS gave them.

mod answers;
mod clauses;
mod pages;
mod played;
mod replayed;
mod revisions;
mod sequences;
