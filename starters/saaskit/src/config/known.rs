#[cfg(any(feature = "geoip", feature = "ip-lists"))]
use saaskit_kernel::Source;

use super::Mode;
use super::reader::Reader;

/// What is known of addresses and passwords beyond what this program brings.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is the variable of its name, see `VARIABLES`")]
pub struct Known {
    #[cfg(feature = "geoip")]
    pub geoip_files: Vec<std::path::PathBuf>,
    #[cfg(feature = "ip-lists")]
    pub ip_lists: Vec<saaskit_ip_lists::IpList>,
    #[cfg(feature = "breach-range")]
    pub breach_range: Option<saaskit_breach_range::BreachRangeConfig>,
}

pub(super) fn read(reader: &mut Reader<'_>, mode: Mode) -> Known {
    super::unbuilt::refuse(
        reader,
        &[
            ("GEOIP_FILES", cfg!(feature = "geoip")),
            ("IP_LISTS", cfg!(feature = "ip-lists")),
            ("BREACH_RANGE_URL", cfg!(feature = "breach-range")),
        ],
    );
    #[cfg(not(feature = "breach-range"))]
    let _ = mode;
    Known {
        #[cfg(feature = "geoip")]
        geoip_files: reader.parsed("GEOIP_FILES", read_geoip).unwrap_or_default(),
        #[cfg(feature = "ip-lists")]
        ip_lists: reader.parsed("IP_LISTS", read_lists).unwrap_or_default(),
        #[cfg(feature = "breach-range")]
        breach_range: reader.parsed("BREACH_RANGE_URL", |url| read_range(url, mode)),
    }
}

/// Opened here, so that nothing is begun with a file that can't be used.
#[cfg(feature = "geoip")]
fn read_geoip(text: &str) -> Result<Vec<std::path::PathBuf>, String> {
    let files: Vec<_> = super::items(text).map(std::path::PathBuf::from).collect();
    let opened = saaskit_geoip_maxmind::MaxMindGeoIp::new(files.clone(), Source::system());
    opened.map(|_| files).map_err(|fault| format!("can't be used: {fault}"))
}

/// The same of lists.
#[cfg(feature = "ip-lists")]
fn read_lists(text: &str) -> Result<Vec<saaskit_ip_lists::IpList>, String> {
    let list = |item| {
        saaskit_ip_lists::IpList::parse(item)
            .ok_or_else(|| "is no list of FILE=SCORE from 1 to 100".to_owned())
    };
    let lists: Vec<_> = super::items(text).map(list).collect::<Result<_, _>>()?;
    let read = saaskit_ip_lists::IpLists::new(lists.clone(), Source::system());
    read.map(|_| lists).map_err(|fault| format!("can't be used: {fault}"))
}

#[cfg(feature = "breach-range")]
fn read_range(url: &str, mode: Mode) -> Result<saaskit_breach_range::BreachRangeConfig, String> {
    let config = saaskit_breach_range::BreachRangeConfig::new(url);
    config.check().map_err(|invalid| format!("can't be used: {invalid}"))?;
    if mode == Mode::Production && !url.starts_with("https:") {
        return Err("is not https".to_owned());
    }
    Ok(config)
}
