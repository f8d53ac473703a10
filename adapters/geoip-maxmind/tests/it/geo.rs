use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use saaskit_conformance::fixtures::{CountingEntropy, FixedClock};
use saaskit_geoip_maxmind::{InvalidGeoIpFile, MaxMindGeoIp};
use saaskit_kernel::{GeoIp, Place, Source};
use tempfile::TempDir;

use crate::mmdb::{Value, database};

fn source() -> (Source, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::default());
    (Source::new(clock.clone(), Arc::new(CountingEntropy::default())), clock)
}

fn country(code: &'static str) -> Value {
    Value::Map(vec![("country", Value::Map(vec![("iso_code", Value::Text(code))]))])
}

fn london() -> Value {
    let names = |name| Value::Map(vec![("names", Value::Map(vec![("en", Value::Text(name))]))]);
    let location = vec![("latitude", Value::Double(51.5142)), ("longitude", Value::Double(-0.0931))];
    Value::Map(vec![
        ("city", names("London")),
        ("country", Value::Map(vec![("iso_code", Value::Text("GB"))])),
        ("location", Value::Map(location)),
    ])
}

/// Puts a whole file there at once: nobody reads half of it.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let (whole, path) = (folder.join("new"), folder.join(name));
    fs::write(&whole, bytes).unwrap();
    fs::rename(whole, &path).unwrap();
    path
}

fn cities(folder: &Path) -> PathBuf {
    let everywhere = [("10.0.0.0", 8, country("US")), ("127.0.0.0", 8, country("US"))];
    let known = [("81.2.69.142", 31, london()), ("2a02:d3c0::", 29, country("RO"))];
    let entries: Vec<_> = known.into_iter().chain(everywhere).collect();
    write(folder, "cities.mmdb", &database("GeoIP2-City", &entries))
}

fn systems(folder: &Path) -> PathBuf {
    let system = Value::Map(vec![
        ("autonomous_system_number", Value::Number(20712)),
        ("autonomous_system_organization", Value::Text("Andrews & Arnold Ltd")),
    ]);
    write(folder, "systems.mmdb", &database("GeoLite2-ASN", &[("81.2.64.0", 20, system)]))
}

fn both() -> Arc<dyn GeoIp> {
    let folder = TempDir::new().unwrap();
    let files = vec![cities(folder.path()), systems(folder.path())];
    Arc::new(MaxMindGeoIp::new(files, source().0).unwrap())
}

saaskit_conformance::geo_ip_suite!(std::future::ready(super::both()));

async fn country_of(geo: &MaxMindGeoIp, address: &str) -> Option<String> {
    geo.place(address.parse().unwrap()).await.unwrap().and_then(|place| place.country)
}

#[tokio::test]
async fn a_database_of_countries_alone_tells_countries_alone() {
    let folder = TempDir::new().unwrap();
    let flat = Value::Map(vec![("country_code", Value::Text("DE"))]);
    let entries = [("192.0.2.0", 24, country("FR")), ("198.51.100.0", 24, flat)];
    let file = write(folder.path(), "countries.mmdb", &database("GeoLite2-Country", &entries));
    let geo = MaxMindGeoIp::new(vec![file], source().0).unwrap();
    for (address, country) in [("192.0.2.200", "FR"), ("198.51.100.1", "DE")] {
        let place = geo.place(address.parse().unwrap()).await.unwrap();
        assert_eq!(place, Some(Place { country: Some(country.to_owned()), ..Place::default() }), "{address}");
    }
}

#[test]
fn a_file_that_is_broken_anywhere_is_refused_by_its_name() {
    let folder = TempDir::new().unwrap();
    let whole = fs::read(cities(folder.path())).unwrap();
    let refused = |bytes: &[u8]| {
        let file = write(folder.path(), "broken.mmdb", bytes);
        MaxMindGeoIp::new(vec![file], source().0).unwrap_err()
    };
    let mut scratched = whole.clone();
    let marker = whole.windows(3).rposition(|window| window == b"\xab\xcd\xef").unwrap();
    scratched[marker - 40..marker].fill(0xff);
    for bytes in [&b""[..], b"no database", &whole[..whole.len() / 2], &scratched] {
        let error = refused(bytes);
        assert!(matches!(error, InvalidGeoIpFile::Broken(..)), "{error:?}");
        assert!(error.to_string().contains("broken.mmdb"));
    }
    let nowhere = MaxMindGeoIp::new(vec![folder.path().join("nowhere.mmdb")], source().0);
    assert!(matches!(nowhere, Err(InvalidGeoIpFile::Unreadable(..))));
}

#[tokio::test]
async fn a_file_that_was_replaced_is_read_again_after_a_minute_and_a_broken_one_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let replace = |code, prefix| {
        write(
            folder.path(),
            "places.mmdb",
            &database("GeoLite2-Country", &[("192.0.2.0", prefix, country(code))]),
        )
    };
    let (source, clock) = source();
    let geo = MaxMindGeoIp::new(vec![replace("FR", 24)], source).unwrap();
    replace("DE", 25);
    assert_eq!(country_of(&geo, "192.0.2.1").await.as_deref(), Some("FR"), "the minute is not over");

    let turns_to = async |expected: &str| {
        let poll = async {
            while country_of(&geo, "192.0.2.1").await.as_deref() != Some(expected) {
                clock.advance(Duration::from_mins(1));
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), poll).await.unwrap();
    };
    turns_to("DE").await;
    write(folder.path(), "places.mmdb", b"half a file");
    for _ in 0..5 {
        clock.advance(Duration::from_mins(1));
        assert_eq!(country_of(&geo, "192.0.2.1").await.as_deref(), Some("DE"));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    replace("RO", 26);
    turns_to("RO").await;
}
