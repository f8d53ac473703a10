use std::ops::Range;

use http::HeaderMap;
use http::header::{IF_RANGE, RANGE};
use saaskit_kernel::ObjectInfo;

/// The range that a request wants (RFC 9110 section 14). Several at once, and what can't be read, are no wish: the
/// whole is given then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    part: Part,
    /// The object it is wanted of: another is given as a whole.
    only_of: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    FromTo(u64, u64),
    From(u64),
    Last(u64),
}

/// How long the object is in which there is nothing of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outside(pub(super) u64);

impl Wanted {
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut ranges = headers.get_all(RANGE).iter();
        let (Some(range), None) = (ranges.next(), ranges.next()) else { return None };
        let part = Part::read(range.to_str().ok()?.strip_prefix("bytes=")?.trim())?;
        let only_of = headers.get(IF_RANGE).map(|tag| tag.to_str().unwrap_or_default().to_owned());
        Some(Self { part, only_of })
    }

    /// What it is of this object; nothing where the whole is to be given.
    pub(super) fn from(&self, info: &ObjectInfo) -> Result<Option<Range<u64>>, Outside> {
        if self.only_of.as_ref().is_some_and(|tag| *tag != e_tag(info)) {
            return Ok(None);
        }
        let range = match self.part {
            Part::FromTo(first, last) => first..last.saturating_add(1),
            Part::From(first) => first..info.length,
            Part::Last(bytes) => info.length.saturating_sub(bytes)..info.length,
        };
        info.cut(&range).map(Some).ok_or(Outside(info.length))
    }
}

impl Part {
    fn read(text: &str) -> Option<Self> {
        let number = |text: &str| text.parse::<u64>().ok().filter(|_| !text.starts_with('+'));
        match text.split_once('-')? {
            ("", last) => number(last).map(Self::Last),
            (first, "") => number(first).map(Self::From),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::FromTo(first, last))
            }
        }
    }
}

/// The name of these very bytes.
pub(super) fn e_tag(info: &ObjectInfo) -> String {
    format!("\"{}\"", info.tag)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use saaskit_kernel::{ObjectKey, Timestamp};

    use super::*;

    fn info() -> ObjectInfo {
        ObjectInfo {
            key: ObjectKey::parse("a").unwrap(),
            content_type: "text/plain".to_owned(),
            metadata: BTreeMap::new(),
            length: 10,
            sha256: None,
            tag: "abab".to_owned(),
            stored_at: Timestamp::from_millis(0),
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_range_is_read_as_it_is_meant() {
        for (text, expected) in [
            ("bytes=0-4", Ok(Some(0..5))),
            ("bytes=5-", Ok(Some(5..10))),
            ("bytes=9-9", Ok(Some(9..10))),
            ("bytes=5-99999999999999999999", Ok(None)),
            ("bytes=5-18446744073709551615", Ok(Some(5..10))),
            ("bytes=-3", Ok(Some(7..10))),
            ("bytes=-30", Ok(Some(0..10))),
            ("bytes=10-", Err(Outside(10))),
            ("bytes=-0", Err(Outside(10))),
            ("bytes=5-4", Ok(None)),
            ("bytes=0-1,4-5", Ok(None)),
            ("bytes=a-b", Ok(None)),
            ("bytes=+1-2", Ok(None)),
            ("lines=1-2", Ok(None)),
        ] {
            let wanted = Wanted::of(&headers(&[("range", text)]));
            assert_eq!(wanted.map_or(Ok(None), |wanted| wanted.from(&info())), expected, "{text}");
        }
        assert_eq!(Wanted::of(&headers(&[("range", "bytes=0-1"), ("range", "bytes=2-3")])), None);
    }

    #[test]
    fn a_range_of_another_object_is_not_given() {
        let of = |tag: &str| Wanted::of(&headers(&[("range", "bytes=0-4"), ("if-range", tag)])).unwrap();
        assert_eq!(of(&e_tag(&info())).from(&info()), Ok(Some(0..5)));
        for other in ["\"x\"", "W/\"x\"", "Sat, 21 Nov 2026 12:00:00 GMT", ""] {
            assert_eq!(of(other).from(&info()), Ok(None), "{other}");
        }
    }
}
