//! Sizes in words, in powers of 1024 as AWS counts storage and memory.
//! Numbers in, text out; nothing else.

const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// `n` bytes as a person reads it: `512 B`, `1.5 KiB`, `20 GiB`. One decimal below ten, where it
/// carries weight; none when it would be `.0`.
pub fn bytes(n: u64) -> String {
    if n < 1024 {
        return format!("{n} B");
    }
    let mut unit = "B";
    let mut scale: u64 = 1;
    for name in UNITS {
        // 1023.96 KiB would be written as 1024 KiB: move on as soon as rounding would.
        if rounded(n, scale) < 1024 {
            break;
        }
        scale = scale.saturating_mul(1024);
        unit = name;
    }
    let tenths = (u128::from(n) * 10 + u128::from(scale) / 2) / u128::from(scale);
    if tenths < 100 && !tenths.is_multiple_of(10) {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        format!("{} {unit}", rounded(n, scale))
    }
}

fn rounded(n: u64, scale: u64) -> u128 {
    (u128::from(n) + u128::from(scale) / 2) / u128::from(scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0 B")]
    #[case(1023, "1023 B")]
    #[case(1024, "1 KiB")]
    #[case(1536, "1.5 KiB")]
    #[case(20 * 1024 * 1024 * 1024, "20 GiB")]
    #[case(1024 * 1024 - 1, "1 MiB")]
    #[case(u64::MAX, "16 EiB")]
    fn sizes_in_words(#[case] n: u64, #[case] expected: &str) {
        assert_eq!(bytes(n), expected);
    }
}
