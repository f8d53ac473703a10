use std::net::IpAddr;

use ipnet::IpNet;
use saaskit_kernel::Badness;

/// The networks of all lists, to be searched by address. Two networks are apart, or one lies in the other; so the
/// last one that begins at or before an address is the innermost around it, or lies in one that is.
#[derive(Debug, Default)]
pub(crate) struct Table {
    v4: Vec<Entry>,
    v6: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    first: u128,
    last: u128,
    /// Its own, or that of the worst around it.
    badness: Badness,
    /// The one around it.
    around: Option<usize>,
}

impl Table {
    pub(crate) fn new(networks: impl IntoIterator<Item = (IpNet, Badness)>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (network, badness) in networks {
            let entry = Entry {
                first: number(network.network()),
                last: number(network.broadcast()),
                badness,
                around: None,
            };
            if network.addr().is_ipv4() { v4.push(entry) } else { v6.push(entry) }
        }
        Self { v4: nested(v4), v6: nested(v6) }
    }

    /// The worst of what is known against an address.
    pub(crate) fn badness(&self, address: IpAddr) -> Badness {
        let address = address.to_canonical();
        let entries = if address.is_ipv4() { &self.v4 } else { &self.v6 };
        let sought = number(address);
        let begun = entries.partition_point(|entry| entry.first <= sought);
        let mut candidate = begun.checked_sub(1).map(|at| &entries[at]);
        while let Some(entry) = candidate {
            if sought <= entry.last {
                return entry.badness;
            }
            candidate = entry.around.map(|at| &entries[at]);
        }
        Badness::default()
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Outer ones before inner ones, each knowing what is around it. Of equals each lies in the one before.
fn nested(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by_key(|entry| (entry.first, std::cmp::Reverse(entry.last)));
    let mut open: Vec<usize> = Vec::new();
    for at in 0..entries.len() {
        while open.last().is_some_and(|&outer| entries[outer].last < entries[at].first) {
            open.pop();
        }
        if let Some(&outer) = open.last() {
            entries[at].around = Some(outer);
            entries[at].badness = entries[at].badness.max(entries[outer].badness);
        }
        open.push(at);
    }
    entries
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Networks near each other, so that many lie in others.
    fn network() -> impl Strategy<Value = (IpNet, Badness)> {
        let v4 = (any::<u8>(), 20u8..=32).prop_map(|(low, prefix)| {
            let address = std::net::Ipv4Addr::new(192, 0, low % 4, low);
            IpNet::new(address.into(), prefix).unwrap()
        });
        let v6 = (any::<u8>(), 116u8..=128).prop_map(|(low, prefix)| {
            let address = std::net::Ipv6Addr::from_bits((0x2001_0db8 << 96) | u128::from(low));
            IpNet::new(address.into(), prefix).unwrap()
        });
        (prop_oneof![v4, v6, Just("0.0.0.0/0".parse().unwrap())], 1u8..=100)
            .prop_map(|(network, score)| (network, Badness::new(score)))
    }

    fn address() -> impl Strategy<Value = IpAddr> {
        prop_oneof![
            any::<(u8, u8)>().prop_map(|(high, low)| IpAddr::from([192, 0, high % 4, low])),
            any::<u8>()
                .prop_map(|low| IpAddr::from(((0x2001_0db8_u128 << 96) | u128::from(low)).to_be_bytes())),
        ]
    }

    proptest! {
        #[test]
        fn the_worst_network_around_an_address_counts(
            networks in prop::collection::vec(network(), 0..40),
            addresses in prop::collection::vec(address(), 1..20),
        ) {
            let table = Table::new(networks.clone());
            for address in addresses {
                let around = networks.iter().filter(|(network, _)| network.contains(&address));
                let worst = around.map(|(_, badness)| *badness).max().unwrap_or_default();
                prop_assert_eq!(table.badness(address), worst, "{}", address);
            }
        }
    }
}
