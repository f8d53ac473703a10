use saaskit_kernel::Place;
use serde::Deserialize;

/// What is read of an entry, in whichever of the usual databases it stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    country: Country,
    /// Where a database of countries alone has it.
    country_code: Option<String>,
    city: City,
    location: Location,
    autonomous_system_number: Option<u32>,
    autonomous_system_organization: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Country {
    iso_code: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct City {
    names: Names,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Names {
    en: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Location {
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl Record {
    /// Completes what is known by what this says.
    pub(crate) fn complete(self, known: Place) -> Place {
        Place {
            country: known.country.or(self.country.iso_code).or(self.country_code),
            city: known.city.or(self.city.names.en),
            coordinates: known.coordinates.or(self.location.latitude.zip(self.location.longitude)),
            asn: known.asn.or(self.autonomous_system_number),
            organisation: known.organisation.or(self.autonomous_system_organization),
        }
    }
}
