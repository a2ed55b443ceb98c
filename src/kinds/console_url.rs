//! Addresses of the AWS web console. Pure: text from a region and an id. Only the `aws` partition has pages
//! here; China and GovCloud live on other hosts that nobody of ours uses, so they get none.

use crate::world::Region;

/// A page of the web console: `path` follows the host, with its own query or fragment.
pub(super) fn page(region: &Region, path: &str) -> Option<String> {
    let region = region.as_str();
    let plain = !region.is_empty() && region.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    let elsewhere = ["cn-", "us-gov-", "us-iso", "eu-isoe", "eusc-"].iter().any(|prefix| region.starts_with(prefix));
    (plain && !elsewhere).then(|| format!("https://{region}.console.aws.amazon.com/{path}"))
}

/// `text` as it may stand in an address.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_common_partition_has_pages() {
        let tokyo = page(&Region::from("ap-northeast-1"), "rds/home");
        assert_eq!(tokyo.as_deref(), Some("https://ap-northeast-1.console.aws.amazon.com/rds/home"));
        for odd in ["cn-north-1", "us-gov-west-1", "", "evil.example/"] {
            assert_eq!(page(&Region::from(odd), ""), None, "{odd}");
        }
        assert_eq!(encode("a b/障"), "a%20b%2F%E9%9A%9C");
    }
}
