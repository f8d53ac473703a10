use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// The proxies whose word about their callers is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Proxies in these networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self(networks.into_iter().collect())
    }

    /// Reads networks and single addresses separated by commas: `10.0.0.0/8, ::1`.
    pub fn parse(text: &str) -> Result<Self, ipnet::AddrParseError> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let network = |entry: &str| match entry.parse::<IpAddr>() {
            Ok(ip) => Ok(IpNet::from(ip)),
            Err(_) => entry.parse::<IpNet>(),
        };
        Ok(Self(entries.map(network).collect::<Result<_, _>>()?))
    }

    /// Who really asked: `peer`, unless it is a trusted proxy; then whom it names as the one before it, and so on.
    /// `forwarded` are the values of `X-Forwarded-For` in the order they came in; they are read from the right,
    /// because everything left of the first address that is not trusted was written by who asked.
    pub fn client_ip<'a>(
        &self,
        peer: IpAddr,
        forwarded: impl IntoIterator<Item = &'a str, IntoIter: DoubleEndedIterator>,
    ) -> IpAddr {
        let named = forwarded.into_iter().rev().flat_map(|value| value.rsplit(','));
        let mut client = peer.to_canonical();
        for name in named {
            if !self.trusts(client) {
                break;
            }
            let Some(before) = parse_node(name.trim()) else { break };
            client = before;
        }
        client
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip))
    }
}

/// An address, with or without a port.
fn parse_node(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let ip = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    ip.ok().map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn client(trusted: &str, peer: &str, forwarded: &[&str]) -> IpAddr {
        TrustedProxies::parse(trusted).unwrap().client_ip(ip(peer), forwarded.iter().copied())
    }

    #[test]
    fn a_stranger_s_word_about_itself_is_not_taken() {
        assert_eq!(client("", "192.0.2.1", &["198.51.100.7"]), ip("192.0.2.1"));
        assert_eq!(client("10.0.0.0/8", "192.0.2.1", &["198.51.100.7"]), ip("192.0.2.1"));
    }

    #[test]
    fn the_first_untrusted_address_from_the_right_is_the_client() {
        let trusted = "10.0.0.0/8, 2001:db8::/32";
        assert_eq!(
            client(trusted, "10.0.0.1", &["203.0.113.66, 198.51.100.7, 10.2.2.2"]),
            ip("198.51.100.7")
        );
        assert_eq!(
            client(trusted, "10.0.0.1", &["203.0.113.66", "198.51.100.7", "10.2.2.2"]),
            ip("198.51.100.7")
        );
        assert_eq!(client(trusted, "2001:db8::1", &["[2001:db9::7]:443"]), ip("2001:db9::7"));
        assert_eq!(client(trusted, "::ffff:10.0.0.1", &["198.51.100.7:5050"]), ip("198.51.100.7"));
        assert_eq!(client(trusted, "10.0.0.1", &[]), ip("10.0.0.1"));
    }

    #[test]
    fn what_is_no_address_ends_the_walk_at_the_last_known_one() {
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["198.51.100.7, unknown, 10.0.0.2"]), ip("10.0.0.2"));
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[""]), ip("10.0.0.1"));
    }

    #[test]
    fn a_network_that_is_none_is_refused() {
        assert!(TrustedProxies::parse("10.0.0.0/8,nonsense").is_err());
        assert!(TrustedProxies::parse("10.0.0.0/33").is_err());
    }

    proptest! {
        #[test]
        fn what_a_client_writes_never_changes_who_it_is(written in "\\PC{0,60}", last: [u8; 4]) {
            let last = IpAddr::from(last);
            prop_assume!(!last.to_string().starts_with("10."));
            let seen_by_proxy = format!("{written}, {last}");
            prop_assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[&seen_by_proxy]), last);
        }
    }
}
