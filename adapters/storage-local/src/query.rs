//! Text as it stands in a URL.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but what is unreserved (RFC 3986 section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Reads bytes from hexadecimal digits as they are written here, and no other way.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (hex::encode(bytes) == text).then_some(bytes)
}

/// Names and values as a query; the names need no escape.
pub(crate) fn write(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, ESCAPED));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// Reads a query; `None` if it can't be read or names something twice.
pub(crate) fn read(query: &str) -> Option<BTreeMap<&str, String>> {
    let mut pairs = BTreeMap::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=')?;
        if pairs.insert(name, decode(value)?).is_some() {
            return None;
        }
    }
    Some(pairs)
}

/// What no encoder writes is not guessed at.
fn decode(value: &str) -> Option<String> {
    let mut parts = value.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.extend(hex::decode(part.get(..2)?).ok()?);
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_as_it_was_written() {
        let pairs = [("a", "ü/ä +&=%2f?#"), ("b", ""), ("c", "-._~09azAZ")];
        let query = write(&pairs);
        assert!(
            query.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%&=".contains(&byte)),
            "{query}"
        );
        let read = read(&query).unwrap();
        assert_eq!(read.len(), 3);
        assert!(pairs.iter().all(|(name, value)| read[name] == *value), "{read:?}");
    }

    #[test]
    fn what_no_query_of_ours_is_can_not_be_read() {
        for query in ["", "a", "a=1&a=2", "a=%", "a=%4", "a=%zz", "a=%ff", "a=1&&b=2"] {
            assert_eq!(read(query), None, "{query}");
        }
    }

    #[test]
    fn bytes_have_one_spelling() {
        assert_eq!(from_hex(&hex::encode([0, 171, 255])), Some([0, 171, 255]));
        for other in ["00abf", "00ABFF", "00abfg", "00abff00", "ü0abf", "+0abff"] {
            assert_eq!(from_hex::<3>(other), None, "{other}");
        }
    }
}
