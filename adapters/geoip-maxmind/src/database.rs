use std::fmt;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use maxminddb::{MaxMindDbError, Reader};

use crate::record::Record;

/// A file, held in memory, and what tells that it was replaced.
pub(crate) struct Database {
    reader: Reader<Vec<u8>>,
    pub(crate) stamp: Stamp,
}

/// When a file was written and how long it is.
pub(crate) type Stamp = (SystemTime, u64);

/// Why a file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidGeoIpFile {
    /// It can't be read.
    #[error("{} can't be read", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// It is larger than what is held in memory.
    #[error("{} is larger than 512 MiB", .0.display())]
    TooLarge(PathBuf),
    /// It is no database, or a broken one.
    #[error("{} is no sound MaxMind database", .0.display())]
    Broken(PathBuf, #[source] MaxMindDbError),
}

/// A file has no more bytes.
const LARGEST: u64 = 512 * 1024 * 1024;

pub(crate) fn stamp(path: &Path) -> Result<Stamp, InvalidGeoIpFile> {
    let about = path.metadata().and_then(|about| Ok((about.modified()?, about.len())));
    about.map_err(|error| InvalidGeoIpFile::Unreadable(path.to_owned(), error))
}

impl Database {
    /// Reads it whole and looks at every entry.
    pub(crate) fn open(path: &Path) -> Result<Self, InvalidGeoIpFile> {
        let stamp = stamp(path)?;
        if stamp.1 > LARGEST {
            return Err(InvalidGeoIpFile::TooLarge(path.to_owned()));
        }
        let bytes = fs::read(path).map_err(|error| InvalidGeoIpFile::Unreadable(path.to_owned(), error))?;
        let broken = |error| InvalidGeoIpFile::Broken(path.to_owned(), error);
        let reader = Reader::from_source(bytes).map_err(broken)?;
        reader.verify().map_err(broken)?;
        Ok(Self { reader, stamp })
    }

    pub(crate) fn record(&self, address: IpAddr) -> Result<Option<Record>, MaxMindDbError> {
        if address.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return Ok(None);
        }
        self.reader.lookup(address)?.decode()
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("kind", &self.reader.metadata().database_type)
            .finish_non_exhaustive()
    }
}
