use std::time::Duration;

use saaskit_kernel::Bucket;

/// A rate that can't be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is written as 5/15m: at least 1, a slash, and a time of at least a second in s, m, h or d")]
pub struct RateInvalid;

/// Reads a rate as operators write it: `30/15m` is thirty in fifteen minutes, `5/h` five an hour.
pub fn parse_rate(text: &str) -> Result<Bucket, RateInvalid> {
    let (capacity, window) = text.trim().split_once('/').ok_or(RateInvalid)?;
    let capacity: u32 = capacity.parse().map_err(|_| RateInvalid)?;
    let window = parse_window(window).filter(|window| !window.is_zero()).ok_or(RateInvalid)?;
    if capacity == 0 { Err(RateInvalid) } else { Ok(Bucket::new(capacity, window)) }
}

fn parse_window(text: &str) -> Option<Duration> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let count = &text[..text.len() - 1];
    let count: u64 = if count.is_empty() { 1 } else { count.parse().ok()? };
    (count <= 366 * 86_400).then(|| Duration::from_secs(count * unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_they_are_written() {
        assert_eq!(parse_rate("30/15m"), Ok(Bucket::new(30, Duration::from_mins(15))));
        assert_eq!(parse_rate(" 5/h "), Ok(Bucket::new(5, Duration::from_hours(1))));
        for text in ["", "5", "/m", "0/m", "5/0s", "-1/m", "5/15", "5/15é", "5/99999999999999999999h"] {
            assert_eq!(parse_rate(text), Err(RateInvalid), "{text:?}");
        }
    }
}
