//! A security group. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data and who is let in; no SDK type, no drawing.

use core::net::IpAddr;
use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// A security group with whom it lets in. What it lets out is not kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// `sg-…`.
    pub id: String,
    /// GroupName.
    pub name: String,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Whom it lets in.
    pub openings: Vec<Opening>,
}

/// One rule for what comes in.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Opening {
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub protocol: String,
    /// The ports from and to; `None` for all.
    pub ports: Option<(u16, u16)>,
    /// Security groups that may come in.
    pub groups: Vec<String>,
    /// Addresses that may come in, as `10.0.0.0/16`.
    pub ranges: Vec<String>,
    /// Whether it names prefix lists, whose addresses are not known here.
    pub prefix_lists: bool,
}

impl Resource for SecurityGroup {
    const KIND: KindName = KindName("security-group");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.openings.hash(into);
    }
}

impl Opening {
    /// Whether TCP to `port` comes under this rule.
    #[must_use]
    pub fn covers(&self, port: u16) -> bool {
        let protocol = matches!(self.protocol.as_str(), "tcp" | "6" | "-1");
        protocol && self.ports.is_none_or(|(from, to)| self.protocol == "-1" || (from..=to).contains(&port))
    }

    /// Whether somebody with these security groups or one of these addresses comes in by it.
    #[must_use]
    pub fn lets_in(&self, groups: &[String], addresses: &[String]) -> bool {
        let mine = |address: &String| self.ranges.iter().any(|range| contains(range, address));
        self.groups.iter().any(|group| groups.contains(group)) || addresses.iter().any(mine)
    }
}

/// Whether `range` (`10.0.0.0/16`) holds `address`; what cannot be read holds nothing.
fn contains(range: &str, address: &str) -> bool {
    let Some((base, bits)) = range.split_once('/') else { return false };
    let (Ok(base), Ok(bits), Ok(address)) = (base.parse(), bits.parse::<u32>(), address.parse()) else { return false };
    match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) if bits <= 32 => {
            (u64::from(base.to_bits()) ^ u64::from(address.to_bits())) >> (32 - bits) == 0
        }
        (IpAddr::V6(base), IpAddr::V6(address)) if (1..=128).contains(&bits) => {
            (base.to_bits() ^ address.to_bits()) >> (128 - bits) == 0
        }
        (IpAddr::V6(_), IpAddr::V6(_)) => bits == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Opening, contains};

    #[rstest]
    #[case("10.0.0.0/16", "10.0.3.4", true)]
    #[case("10.0.0.0/16", "10.1.3.4", false)]
    #[case("0.0.0.0/0", "8.8.8.8", true)]
    #[case("10.0.3.4/32", "10.0.3.4", true)]
    #[case("10.0.3.4/33", "10.0.3.4", false)]
    #[case("::/0", "2001:db8::1", true)]
    #[case("2001:db8::/32", "2001:db9::1", false)]
    #[case("::/0", "10.0.0.1", false)]
    #[case("10.0.0.0", "10.0.0.0", false)]
    #[case("odd/odd", "10.0.0.0", false)]
    fn ranges_hold_addresses(#[case] range: &str, #[case] address: &str, #[case] holds: bool) {
        assert_eq!(contains(range, address), holds);
    }

    #[rstest]
    #[case("tcp", Some((5432, 5432)), true)]
    #[case("6", Some((5000, 6000)), true)]
    #[case("-1", None, true)]
    #[case("tcp", None, true)]
    #[case("udp", Some((5432, 5432)), false)]
    #[case("tcp", Some((3306, 3306)), false)]
    fn rules_cover_ports(#[case] protocol: &str, #[case] ports: Option<(u16, u16)>, #[case] covers: bool) {
        let rule = Opening {
            protocol: protocol.to_owned(),
            ports,
            groups: vec!["sg-app".to_owned()],
            ranges: Vec::new(),
            prefix_lists: false,
        };
        assert_eq!(rule.covers(5432), covers);
        assert!(rule.lets_in(&["sg-app".to_owned()], &[]) && !rule.lets_in(&["sg-other".to_owned()], &[]));
    }
}
