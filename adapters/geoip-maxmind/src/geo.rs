use std::net::IpAddr;
use std::path::PathBuf;

use async_trait::async_trait;
use saaskit_kernel::{ErrorKind, GeoIp, Place, PortError, Reloading, Source};

use crate::InvalidGeoIpFile;
use crate::database::{Database, stamp};

/// [`GeoIp`] by files in the MaxMind DB format. Of what several files say of one address the first counts.
#[derive(Debug)]
pub struct MaxMindGeoIp {
    databases: Reloading<Vec<Database>>,
}

impl MaxMindGeoIp {
    /// By these files, all of which are read now. They are looked at again at most once a minute; while one can't be
    /// read, what was read before counts.
    pub fn new(files: Vec<PathBuf>, source: Source) -> Result<Self, InvalidGeoIpFile> {
        let first = open(&files)?;
        let databases = Reloading::new(first, source, move |old: &Vec<Database>| {
            let failed = |error| PortError::new(ErrorKind::Unavailable, "geoip-maxmind").because(error);
            let stamps: Result<Vec<_>, _> = files.iter().map(|file| stamp(file)).collect();
            if stamps.map_err(failed)?.iter().eq(old.iter().map(|database| &database.stamp)) {
                return Ok(None);
            }
            open(&files).map(Some).map_err(failed)
        });
        Ok(Self { databases })
    }
}

fn open(files: &[PathBuf]) -> Result<Vec<Database>, InvalidGeoIpFile> {
    files.iter().map(|file| Database::open(file)).collect()
}

#[async_trait]
impl GeoIp for MaxMindGeoIp {
    async fn place(&self, address: IpAddr) -> Result<Option<Place>, PortError> {
        let address = address.to_canonical();
        if is_everywhere(address) {
            return Ok(None);
        }
        let mut place = Place::default();
        for database in self.databases.get().iter() {
            let record = database
                .record(address)
                .map_err(|error| PortError::new(ErrorKind::Unexpected, "geoip-maxmind").because(error))?;
            if let Some(record) = record {
                place = record.complete(place);
            }
        }
        Ok((place != Place::default()).then_some(place))
    }
}

/// Addresses that are used in many networks at once.
fn is_everywhere(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => {
            ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
    }
}
