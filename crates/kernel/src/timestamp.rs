use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An instant: whole milliseconds since 1970 in UTC, so that every store and JSON give back what they were
/// given. Shown as RFC 3339 with three decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01, the earliest instant every store can hold.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// 9999-12-31T23:59:59.999, the latest instant every store can hold.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// From milliseconds since 1970, kept within [`Self::MIN`] and [`Self::MAX`].
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down (JWT's `NumericDate`).
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant and a while later; stops at [`Self::MAX`].
    #[must_use]
    pub fn plus(self, while_: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(whole_millis(while_)))
    }

    /// This instant and a while earlier; stops at [`Self::MIN`].
    #[must_use]
    pub fn minus(self, while_: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(whole_millis(while_)))
    }

    /// How long after `earlier` this is; zero if it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn whole_millis(while_: Duration) -> i64 {
    i64::try_from(while_.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .map_err(|_| fmt::Error)?;
        // By hand: every answer holds times, and formatting by widths costs ten times as much.
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put(&mut text[..4], time.year().unsigned_abs());
        let parts = [u8::from(time.month()), time.day(), time.hour(), time.minute(), time.second()];
        for (part, at) in parts.into_iter().zip([5, 8, 11, 14, 17]) {
            put(&mut text[at..at + 2], part.into());
        }
        put(&mut text[20..23], time.millisecond().into());
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// Fills a place with the last digits of a number.
fn put(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b"0123456789"[(number % 10) as usize];
        number /= 10;
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = OffsetDateTime::parse(&text, &Rfc3339).map_err(serde::de::Error::custom)?;
        let millis = i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000))
            .map_err(serde::de::Error::custom)?;
        Ok(Self::from_millis(millis))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_is_shown_with_three_decimals_in_utc() {
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-01T00:00:00.000Z");
    }

    proptest! {
        #[test]
        fn json_gives_back_the_same_instant(millis in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let at = Timestamp::from_millis(millis);
            let json = serde_json::to_string(&at).unwrap();
            prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), at);
        }

        #[test]
        fn text_order_is_time_order(a in Timestamp::MIN.0..=Timestamp::MAX.0, b in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let [a, b] = [a, b].map(Timestamp::from_millis);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}
