use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use saaskit_kernel::{Code, Invalid};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A network: `192.0.2.0/24`, `2001:db8::/32`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IpRange(IpNet);

impl IpRange {
    /// Reads a network or an address.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let net = text.parse::<IpAddr>().map(|ip| IpNet::from(ip.to_canonical()));
        net.or_else(|_| text.parse().map(|net: IpNet| net.trunc())).map(Self).map_err(|_| {
            Invalid::new(Code::validation("IP_RANGE_INVALID"), "a network is written like 192.0.2.0/24")
        })
    }

    /// Whether the address is in it; an IPv4 address written as IPv6 is that IPv4 address.
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip.to_canonical())
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for IpRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IpRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_its_network_however_it_is_written() {
        for (range, ip, inside) in [
            ("192.0.2.0/24", "192.0.2.7", true),
            ("192.0.2.9/24", "::ffff:192.0.2.7", true),
            ("192.0.2.0/24", "192.0.3.7", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("::ffff:192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("2001:db8::/32", "2001:db8::1", true),
            ("2001:db8::/32", "192.0.2.7", false),
        ] {
            let range = IpRange::parse(range).unwrap();
            assert_eq!(range.contains(ip.parse().unwrap()), inside, "{range} {ip}");
        }
        for text in ["", "acme", "192.0.2.0/33", "192.0.2", "10.0.0.0/8,::1"] {
            assert!(IpRange::parse(text).is_err(), "{text}");
        }
    }
}
