//! Places of addresses from files in the MaxMind DB format: cities, countries, autonomous systems, in one file or
//! several. A file that was replaced is read again; put a new one there by renaming.

mod database;
mod geo;
mod record;

pub use database::InvalidGeoIpFile;
pub use geo::MaxMindGeoIp;
