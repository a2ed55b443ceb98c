//! Look-up tables for the inner loops: maps and sets with a hash that costs a few instructions. The standard
//! one resists keys chosen to collide, which nobody can send us: ours are names in the reader's own accounts,
//! at worst some thousands of them. The order of such a table means nothing, as with any other.

pub(crate) use rustc_hash::{FxHashMap as QuickMap, FxHashSet as QuickSet, FxHasher as Quick};
