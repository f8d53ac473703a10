use std::sync::Arc;

#[cfg(any(feature = "geoip", feature = "ip-lists", feature = "breach-range"))]
use anyhow::Context as _;
use saaskit_auth::port::BreachedPasswords;
use saaskit_breach_list::CommonPasswords;
#[cfg(feature = "breach-range")]
use saaskit_breach_range::RangePasswords;
#[cfg(feature = "geoip")]
use saaskit_geoip_maxmind::MaxMindGeoIp;
#[cfg(feature = "ip-lists")]
use saaskit_ip_lists::IpLists;
#[cfg(feature = "breach-range")]
use saaskit_kernel::BreakerSettings;
use saaskit_kernel::{GeoIp, IpReputation, Source};
use saaskit_memory::{MemoryGeoIp, MemoryIpReputation};

use crate::config::Config;
use crate::{Breakers, Commons};

pub(super) fn geo(config: &Config, source: &Source) -> anyhow::Result<Arc<dyn GeoIp>> {
    #[cfg(feature = "geoip")]
    if !config.known.geoip_files.is_empty() {
        let geo = MaxMindGeoIp::new(config.known.geoip_files.clone(), source.clone());
        return Ok(Arc::new(geo.context("GEOIP_FILES can't be used")?));
    }
    #[cfg(not(feature = "geoip"))]
    let _ = (config, source);
    Ok(Arc::new(MemoryGeoIp::default()))
}

pub(super) fn reputation(config: &Config, source: &Source) -> anyhow::Result<Arc<dyn IpReputation>> {
    #[cfg(feature = "ip-lists")]
    if !config.known.ip_lists.is_empty() {
        let lists = IpLists::new(config.known.ip_lists.clone(), source.clone());
        return Ok(Arc::new(lists.context("IP_LISTS can't be used")?));
    }
    #[cfg(not(feature = "ip-lists"))]
    let _ = (config, source);
    Ok(Arc::new(MemoryIpReputation::default()))
}

/// The built-in list, and the range API that was named.
pub(super) fn breached(
    config: &Config,
    own: &Commons,
    breakers: &mut Breakers,
) -> anyhow::Result<Arc<dyn BreachedPasswords>> {
    #[cfg(feature = "breach-range")]
    if let Some(range) = &config.known.breach_range {
        let breaker = breakers.add("breached-passwords", BreakerSettings::default());
        let passwords = RangePasswords::new(range, Arc::new(CommonPasswords), own.cache.clone(), breaker);
        return Ok(Arc::new(passwords.context("BREACH_RANGE_URL can't be used")?));
    }
    #[cfg(not(feature = "breach-range"))]
    let _ = (config, own, breakers);
    Ok(Arc::new(CommonPasswords))
}
