use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ipnet::{IpNet, Ipv4Net};
use saaskit_kernel::Badness;

/// A file of networks, and how bad whatever is on it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpList {
    /// The file.
    pub path: PathBuf,
    /// How bad.
    pub badness: Badness,
}

/// What of a file tells that it was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: SystemTime,
    length: u64,
}

/// Why a list can't be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidIpList {
    /// It can't be read.
    #[error("{} can't be read", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// Some lines are no networks.
    #[error("{}: {}", .0.display(), lines(.1))]
    Lines(PathBuf, Vec<usize>),
    /// It is larger than what is held in memory.
    #[error("{} is larger than 64 MiB", .0.display())]
    TooLarge(PathBuf),
}

/// A list has no more bytes.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Of the lines that are wrong so many are named.
const NAMED: usize = 10;

fn lines(numbers: &[usize]) -> String {
    let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    format!("no network in line {}", numbers.join(", "))
}

impl Stamp {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let about = path.metadata()?;
        Ok(Self { modified: about.modified()?, length: about.len() })
    }
}

impl IpList {
    /// Reads `PATH=SCORE`, the score from 1 to 100.
    pub fn parse(text: &str) -> Option<Self> {
        let (path, score) = text.rsplit_once('=')?;
        let score = score.trim().parse().ok().filter(|score| (1..=100).contains(score))?;
        let path = path.trim();
        (!path.is_empty()).then(|| Self { path: path.into(), badness: Badness::new(score) })
    }

    /// Its networks as they are now.
    pub(crate) fn read(&self) -> Result<Vec<IpNet>, InvalidIpList> {
        let unreadable = |error| InvalidIpList::Unreadable(self.path.clone(), error);
        let file = File::open(&self.path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.len() > LARGEST {
            return Err(InvalidIpList::TooLarge(self.path.clone()));
        }
        let (mut networks, mut wrong) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(BufReader::new(file.take(LARGEST)).lines()) {
            let line = line.map_err(unreadable)?;
            let entry = line.split(['#', ';']).next().unwrap_or_default().trim();
            match network(entry) {
                Some(network) => networks.push(network),
                None if entry.is_empty() || wrong.len() == NAMED => {}
                None => wrong.push(number),
            }
        }
        if wrong.is_empty() { Ok(networks) } else { Err(InvalidIpList::Lines(self.path.clone(), wrong)) }
    }
}

/// A network, or an address, which is the network of itself. What is mapped into IPv6 is IPv4.
fn network(entry: &str) -> Option<IpNet> {
    let network = match entry.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => entry.parse::<IpNet>().ok()?,
    };
    match network {
        IpNet::V6(mapped) if mapped.prefix_len() >= 96 => match mapped.network().to_ipv4_mapped() {
            Some(address) => Ipv4Net::new(address, mapped.prefix_len() - 96).ok().map(IpNet::V4),
            None => Some(network),
        },
        _ => Some(network),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_named_by_its_path_and_its_score() {
        let list = IpList { path: "lists/tor=exits.txt".into(), badness: Badness::new(40) };
        assert_eq!(IpList::parse("lists/tor=exits.txt=40"), Some(list));
        for text in ["", "lists/tor.txt", "=40", "a=0", "a=101", "a=-1", "a=x"] {
            assert_eq!(IpList::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_is_a_network_an_address_or_nothing() {
        let shown = |entry| network(entry).map(|network| network.trunc().to_string());
        assert_eq!(shown("192.0.2.7"), Some("192.0.2.7/32".to_owned()));
        assert_eq!(shown("192.0.2.7/24"), Some("192.0.2.0/24".to_owned()));
        assert_eq!(shown("::ffff:192.0.2.0/120"), Some("192.0.2.0/24".to_owned()));
        assert_eq!(shown("2001:db8::/32"), Some("2001:db8::/32".to_owned()));
        for entry in ["", "192.0.2", "192.0.2.0/33", "example.org"] {
            assert_eq!(shown(entry), None, "{entry}");
        }
    }
}
