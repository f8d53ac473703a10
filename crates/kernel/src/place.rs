use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;

use crate::PortError;

/// Where an address is used, as far as it is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Place {
    /// The country: ISO 3166-1 alpha-2, `RO`.
    pub country: Option<String>,
    /// The town, in English.
    pub city: Option<String>,
    /// Latitude and longitude in degrees.
    pub coordinates: Option<(f64, f64)>,
    /// The autonomous system that announces the address.
    pub asn: Option<u32>,
    /// Who runs that system.
    pub organisation: Option<String>,
}

/// Tells where an address is used.
///
/// # Contract
///
/// - An address nothing is known of is `None`; private and loopback ones are.
/// - IPv4 addresses mapped into IPv6 are found as what they are.
#[async_trait]
pub trait GeoIp: fmt::Debug + Send + Sync + 'static {
    /// Where the address is used.
    async fn place(&self, address: IpAddr) -> Result<Option<Place>, PortError>;
}

/// How bad an address is known to be: 0 for nothing known, 100 for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Badness(u8);

impl Badness {
    /// Of a score; what is over 100 is 100.
    pub const fn new(score: u8) -> Self {
        Self(if score > 100 { 100 } else { score })
    }

    /// The score.
    pub const fn score(self) -> u8 {
        self.0
    }
}

/// Tells what is known against an address.
///
/// # Contract
///
/// - An address nothing is known of is 0.
/// - Where several things are known the worst counts.
/// - IPv4 addresses mapped into IPv6 are judged as what they are.
#[async_trait]
pub trait IpReputation: fmt::Debug + Send + Sync + 'static {
    /// How bad it is.
    async fn badness(&self, address: IpAddr) -> Result<Badness, PortError>;
}
