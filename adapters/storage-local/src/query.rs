//! Text as it stands in a URL.

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Reads what [`hex`] wrote, and nothing else.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    }
}

/// Names and values as a query; the names need no escape.
pub(crate) fn write(pairs: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        let _ = write!(query, "{}{name}=", if query.is_empty() { "" } else { "&" });
        for byte in value.bytes() {
            let _ = match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    write!(query, "{}", char::from(byte))
                }
                _ => write!(query, "%{byte:02X}"),
            };
        }
    }
    query
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

fn decode(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next()?.to_ascii_lowercase(), rest.next()?.to_ascii_lowercase()];
            bytes.push(digit(pair[0])? << 4 | digit(pair[1])?);
        } else {
            bytes.push(byte);
        }
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
        assert_eq!(from_hex(&hex(&[0, 171, 255])), Some([0, 171, 255]));
        for other in ["00abf", "00ABFF", "00abfg", "00abff00", "ü0abf", "+0abff"] {
            assert_eq!(from_hex::<3>(other), None, "{other}");
        }
    }
}
