use saaskit_kernel::{Code, Faults, Invalid, Name};
use serde::{Deserialize, Serialize};

/// Whose mails they look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branding {
    /// The name they bear.
    pub name: Name,
    /// The colour of what is to be clicked.
    pub color: Color,
    /// A picture shown instead of the name.
    pub logo: Option<Logo>,
}

/// A branding as it is asked for.
#[derive(Debug, Clone)]
pub struct NewBranding {
    /// The name, on one line.
    pub name: String,
    /// The colour: `#1d4ed8`.
    pub color: String,
    /// The https address of a picture.
    pub logo_url: Option<String>,
}

const COLOR_INVALID: Invalid =
    Invalid::new(Code::validation("COLOR_INVALID"), "a colour is written as #1d4ed8");
const LOGO_INVALID: Invalid = Invalid::new(
    Code::validation("LOGO_URL_INVALID"),
    "a logo is an https address of at most 2048 characters",
);

impl Branding {
    /// Reads a branding; all faults at once.
    pub fn parse(ask: &NewBranding) -> Result<Self, Vec<(&'static str, Invalid)>> {
        let mut faults = Faults::default();
        let name = faults.keep("name", Name::parse(&ask.name));
        let color = faults.keep("color", Color::parse(&ask.color).ok_or(COLOR_INVALID));
        let logo = ask.logo_url.as_deref().map(|url| Logo::parse(url).ok_or(LOGO_INVALID)).transpose();
        let logo = faults.keep("logo_url", logo);
        let (Some(name), Some(color), Some(logo)) = (name, color, logo) else {
            return Err(faults.into_vec());
        };
        Ok(Self { name, color, logo })
    }

    /// That name in the usual colour.
    pub fn named(name: Name) -> Self {
        Self { name, color: Color::default(), logo: None }
    }
}

/// A colour, as red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color([u8; 3]);

const WHITE: Color = Color([0xff; 3]);
const GREY: Color = Color([0x8e, 0x8e, 0x98]);
/// What the content of a mail lies on, by day and by night.
const CARDS: [Color; 2] = [WHITE, Color([0x1d, 0x1d, 0x22])];

impl Default for Color {
    fn default() -> Self {
        Self([0x1d, 0x4e, 0xd8])
    }
}

impl Color {
    /// Reads `#1d4ed8`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok().filter(|_| all_hex)?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// White, or black where white could not be read on it.
    #[must_use]
    pub fn readable_on_it(self) -> Self {
        if self.contrast(WHITE) >= 4.5 { WHITE } else { Self([0; 3]) }
    }

    /// The colour of its edge: its own, or a grey where it could not be told from what it lies on.
    #[must_use]
    pub fn edge(self) -> Self {
        let can_be_told = CARDS.iter().all(|card| self.contrast(*card) >= 1.5);
        if can_be_told { self } else { GREY }
    }

    /// As WCAG 2 defines it, from 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// As WCAG 2 defines it, from 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.0722f64.mul_add(blue, 0.2126f64.mul_add(red, 0.7152 * green))
    }
}

impl From<Color> for String {
    fn from(Color([red, green, blue]): Color) -> Self {
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Color {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no colour such as #1d4ed8")
    }
}

/// The address of a picture that whoever reads the mail fetches; https only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Logo(String);

const LONGEST_LOGO: usize = 2048;

impl Logo {
    /// Reads an address.
    pub fn parse(text: &str) -> Option<Self> {
        let is_sane = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\`".contains(&byte);
        let rest = text.strip_prefix("https://")?;
        let fits = text.len() <= LONGEST_LOGO && rest.bytes().all(is_sane);
        let named = rest.starts_with(|first: char| first.is_ascii_alphanumeric());
        (fits && named).then(|| Self(text.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Logo> for String {
    fn from(logo: Logo) -> Self {
        logo.0
    }
}

impl TryFrom<String> for Logo {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no https address of a picture")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_digits_and_reads_back() {
        let color = Color::parse("#1D4ed8").unwrap();
        assert_eq!((color, String::from(color)), (Color::default(), "#1d4ed8".to_owned()));
        for text in ["", "#fff", "1d4ed8", "#1d4ed8;", "#+d4ed8", "red", "#ggg000"] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_stands_on_a_colour_can_be_read() {
        for (color, on) in
            [("#1d4ed8", "#ffffff"), ("#000000", "#ffffff"), ("#facc15", "#000000"), ("#ffffff", "#000000")]
        {
            assert_eq!(String::from(Color::parse(color).unwrap().readable_on_it()), on, "{color}");
        }
    }

    #[test]
    fn what_is_to_be_clicked_can_be_told_from_what_it_lies_on() {
        for (color, edge) in [
            ("#1d4ed8", "#1d4ed8"),
            ("#facc15", "#facc15"),
            ("#ffffff", "#8e8e98"),
            ("#fefce8", "#8e8e98"),
            ("#000000", "#8e8e98"),
        ] {
            assert_eq!(String::from(Color::parse(color).unwrap().edge()), edge, "{color}");
        }
        assert!(CARDS.iter().all(|card| GREY.contrast(*card) >= 3.0));
    }

    #[test]
    fn a_logo_is_fetched_encrypted_and_can_be_no_markup() {
        assert!(Logo::parse("https://cdn.example/logo.png?v=2").is_some());
        for text in [
            "http://cdn.example/a.png",
            "https://",
            "https:///x",
            "javascript:alert(1)",
            "https://a/\" onload=\"x",
            "https://a/ b",
        ] {
            assert_eq!(Logo::parse(text), None, "{text}");
        }
    }
}
