//! Rollouts seen to their ends: over the simulated account, and over recorded answers.

mod played;
