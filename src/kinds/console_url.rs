//! Addresses of the AWS web console. Pure: text from a region and an id, at the console of the region's partition; none
//! where that is not known.

use crate::world::{Partition, Region};

/// A page of the web console: `path` follows the host, with its own query or fragment.
pub(super) fn page(region: &Region, path: &str) -> Option<String> {
    Partition::console_host(region.as_str()).map(|host| format!("https://{host}/{path}"))
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
    fn a_page_is_at_the_console_of_its_partition() {
        let tokyo = page(&Region::from("ap-northeast-1"), "rds/home");
        assert_eq!(tokyo.as_deref(), Some("https://ap-northeast-1.console.aws.amazon.com/rds/home"));
        let gov = page(&Region::from("us-gov-west-1"), "rds/home");
        assert_eq!(gov.as_deref(), Some("https://us-gov-west-1.console.amazonaws-us-gov.com/rds/home"));
        for odd in ["us-iso-east-1", "", "evil.example/"] {
            assert_eq!(page(&Region::from(odd), ""), None, "{odd}");
        }
        assert_eq!(encode("a b/障"), "a%20b%2F%E9%9A%9C");
    }
}
