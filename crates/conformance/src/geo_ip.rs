//! What a teller of places must do; see [`saaskit_kernel::GeoIp`].

use std::net::IpAddr;
use std::sync::Arc;

use saaskit_kernel::{GeoIp, Place};

/// An address whose place is known to every backend under test, and that place.
pub const KNOWN: &str = "81.2.69.142";
/// One of the newer protocol.
pub const KNOWN_V6: &str = "2a02:d3c0::7";

/// The place of [`KNOWN`], as far as a backend has to know.
pub fn london() -> Place {
    Place {
        country: Some("GB".to_owned()),
        city: Some("London".to_owned()),
        coordinates: Some((51.5142, -0.0931)),
        asn: Some(20712),
        organisation: Some("Andrews & Arnold Ltd".to_owned()),
    }
}

/// The place of [`KNOWN_V6`]: only its country is known.
pub fn romania() -> Place {
    Place { country: Some("RO".to_owned()), ..Place::default() }
}

/// Makes a module `geo_ip_suite` of tests. Takes an expression for a future of an `Arc<dyn GeoIp>` that knows the
/// two places of this module, and no other.
#[macro_export]
macro_rules! geo_ip_suite {
    ($fresh:expr) => {
        $crate::suite! { geo_ip_suite of geo_ip, $fresh,
            a_known_address_has_its_place
            what_is_not_known_of_a_place_is_left_out
            an_address_nothing_is_known_of_has_none
            private_and_loopback_addresses_have_none
            an_ipv4_address_mapped_into_ipv6_is_found_as_what_it_is
        }
    };
}

async fn place(geo: &Arc<dyn GeoIp>, address: &str) -> Option<Place> {
    geo.place(address.parse::<IpAddr>().unwrap()).await.unwrap()
}

/// All of it.
pub async fn a_known_address_has_its_place(geo: Arc<dyn GeoIp>) {
    assert_eq!(place(&geo, KNOWN).await, Some(london()));
}

/// A country without a town is no town.
pub async fn what_is_not_known_of_a_place_is_left_out(geo: Arc<dyn GeoIp>) {
    assert_eq!(place(&geo, KNOWN_V6).await, Some(romania()));
}

/// It is no failure.
pub async fn an_address_nothing_is_known_of_has_none(geo: Arc<dyn GeoIp>) {
    for address in ["198.51.100.1", "2001:db8::1"] {
        assert_eq!(place(&geo, address).await, None, "{address}");
    }
}

/// They are everywhere.
pub async fn private_and_loopback_addresses_have_none(geo: Arc<dyn GeoIp>) {
    for address in ["10.0.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0", "::1", "fe80::1", "fd00::1"] {
        assert_eq!(place(&geo, address).await, None, "{address}");
    }
}

/// Dual-stack sockets tell of IPv4 peers that way.
pub async fn an_ipv4_address_mapped_into_ipv6_is_found_as_what_it_is(geo: Arc<dyn GeoIp>) {
    assert_eq!(place(&geo, &format!("::ffff:{KNOWN}")).await, Some(london()));
}
