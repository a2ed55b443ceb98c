//! The screens: one folder each, with its state, update, view and snapshots.
