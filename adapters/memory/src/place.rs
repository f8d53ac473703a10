use std::collections::HashMap;
use std::net::IpAddr;

use async_trait::async_trait;
use saaskit_kernel::{Badness, GeoIp, IpReputation, Place, PortError};

/// [`GeoIp`] of the addresses it was given; of none, unless it was given some.
#[derive(Debug, Clone, Default)]
pub struct MemoryGeoIp(HashMap<IpAddr, Place>);

impl FromIterator<(IpAddr, Place)> for MemoryGeoIp {
    fn from_iter<I: IntoIterator<Item = (IpAddr, Place)>>(places: I) -> Self {
        Self(places.into_iter().map(|(address, place)| (address.to_canonical(), place)).collect())
    }
}

#[async_trait]
impl GeoIp for MemoryGeoIp {
    async fn place(&self, address: IpAddr) -> Result<Option<Place>, PortError> {
        Ok(self.0.get(&address.to_canonical()).cloned())
    }
}

/// [`IpReputation`] of the addresses it was given; nothing is known against others.
#[derive(Debug, Clone, Default)]
pub struct MemoryIpReputation(HashMap<IpAddr, Badness>);

impl FromIterator<(IpAddr, Badness)> for MemoryIpReputation {
    fn from_iter<I: IntoIterator<Item = (IpAddr, Badness)>>(known: I) -> Self {
        let mut worst = HashMap::new();
        for (address, badness) in known {
            let kept = worst.entry(address.to_canonical()).or_insert(badness);
            *kept = badness.max(*kept);
        }
        Self(worst)
    }
}

#[async_trait]
impl IpReputation for MemoryIpReputation {
    async fn badness(&self, address: IpAddr) -> Result<Badness, PortError> {
        Ok(self.0.get(&address.to_canonical()).copied().unwrap_or_default())
    }
}
