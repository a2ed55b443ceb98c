//! Tests of syncing.
