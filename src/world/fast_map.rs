//! Look-up tables for the inner loops: maps and sets with a hash that costs a few instructions. The standard
//! one resists keys chosen to collide, which nobody can send us: ours are names in the reader's own accounts,
//! at worst some thousands of them. The order of such a table means nothing, as with any other.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map with the quick hash.
pub(crate) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;
/// A set with the quick hash.
pub(crate) type QuickSet<T> = HashSet<T, BuildHasherDefault<Quick>>;

/// An odd number with bits spread all over: the digits of the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The quick hash: eight bytes at a time, each folded in by one long multiplication.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Quick(u64);

impl Quick {
    fn mix(&mut self, word: u64) {
        let long = u128::from(self.0 ^ word ^ SPREAD.rotate_left(17)) * u128::from(SPREAD);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are wanted, one after the other")]
        let (low, high) = (long as u64, (long >> 64) as u64);
        self.0 = low ^ high.rotate_left(5);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((word, after)) = rest.split_first_chunk() {
            self.mix(u64::from_le_bytes(*word));
            rest = after;
        }
        if !rest.is_empty() {
            // How many are left goes in with them, so that zeros at the end count.
            let last = rest.iter().fold(rest.len() as u64, |last, byte| last << 8 | u64::from(*byte));
            self.mix(last);
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.mix(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.mix(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.mix(n);
    }

    fn write_usize(&mut self, n: usize) {
        self.mix(n as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::{BuildHasher, Hash};

    fn hash(value: impl Hash) -> u64 {
        BuildHasherDefault::<Quick>::default().hash_one(value)
    }

    #[test]
    fn names_that_differ_a_little_fall_into_different_places() {
        let names: Vec<String> =
            (0..20_000).map(|n| format!("arn:aws:ecs:ap-northeast-1:123456789012:service/prod-{n}/app{n}")).collect();
        // By the upper bits and by the lower ones, as a table takes them.
        for part in [|hash: u64| hash >> 57, |hash: u64| hash & 0x3fff] {
            let mut counts: HashMap<u64, usize> = HashMap::new();
            for name in &names {
                *counts.entry(part(hash(name))).or_default() += 1;
            }
            let places = counts.len();
            let fair = names.len() / places;
            assert!(places >= 128 && counts.values().all(|count| *count < fair * 2 + 12), "{places} places");
        }
    }

    #[test]
    fn ends_and_parts_count() {
        assert_ne!(hash("a"), hash("a\0"));
        assert_ne!(hash(("ab", "c")), hash(("a", "bc")));
        assert_ne!(hash(b"1234567"), hash(b"12345670"));
        assert_eq!(hash("本番"), hash(String::from("本番")));
    }
}
