use std::time::Duration;

use saaskit_kernel::Bucket;

use super::{Limit, LimitInvalid, Limits, WhenDown};

/// Why a list of limits can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitsUnread {
    /// It is not written like one.
    #[error("{0:?} is not written like login=10/15m or reads=600/1m/closed")]
    Unreadable(String),
    /// There is no limit of that name.
    #[error("there is no limit {0:?}; there are {list}", list = names())]
    Unknown(String),
    /// It is there twice.
    #[error("{0} is given twice")]
    Twice(&'static str),
    /// It can't be as it was asked for.
    #[error("{0}: {1}")]
    Refused(&'static str, LimitInvalid),
}

fn names() -> String {
    Limit::ALL.map(Limit::as_str).join(", ")
}

impl Limits {
    /// Reads what differs from the defaults: `login=10/15m, reads=600/1m/closed`. Times end in `s`, `m` or `h`; the
    /// last word says what the limit does while its backend is down: `open`, `local` or `closed`.
    pub fn parse(text: &str) -> Result<Self, LimitsUnread> {
        let mut limits = Self::default();
        let mut given = Vec::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let unreadable = || LimitsUnread::Unreadable(item.to_owned());
            let (name, rule) = item.split_once('=').ok_or_else(unreadable)?;
            let limit = Limit::parse(name).ok_or_else(|| LimitsUnread::Unknown(name.to_owned()))?;
            if given.contains(&limit) {
                return Err(LimitsUnread::Twice(limit.as_str()));
            }
            given.push(limit);
            let (bucket, then) = read_rule(rule).ok_or_else(unreadable)?;
            let with = limits.with(limit, bucket).and_then(|limits| limits.when_down(limit, then));
            limits = with.map_err(|fault| LimitsUnread::Refused(limit.as_str(), fault))?;
        }
        Ok(limits)
    }
}

fn read_rule(text: &str) -> Option<(Bucket, WhenDown)> {
    let mut parts = text.split('/');
    let capacity = parts.next()?.parse().ok()?;
    let window = read_window(parts.next()?)?;
    let then = match parts.next() {
        None | Some("local") => WhenDown::Local,
        Some("open") => WhenDown::Open,
        Some("closed") => WhenDown::Closed,
        Some(_) => return None,
    };
    parts.next().is_none().then(|| (Bucket::new(capacity, window), then))
}

/// `90s`, `15m` or `1h`, at most a year.
fn read_window(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(seconds)?;
    (seconds <= 366 * 86_400).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_differs_and_the_rest_is_as_ever() {
        let limits = Limits::parse("login=10/15m, reads=600/90s/closed,\n ip=9/1h/open,").unwrap();
        assert_eq!(limits.bucket(Limit::Login), Bucket::new(10, Duration::from_mins(15)));
        assert_eq!(limits.bucket(Limit::Reads), Bucket::new(600, Duration::from_secs(90)));
        assert_eq!(limits.of_down(Limit::Reads), WhenDown::Closed);
        assert_eq!(limits.of_down(Limit::Ip), WhenDown::Open);
        assert_eq!(limits.bucket(Limit::Writes), Limits::default().bucket(Limit::Writes));
        assert_eq!(Limits::parse(" "), Ok(Limits::default()));
    }

    #[test]
    fn a_fault_says_which_and_why() {
        let fault = |text| Limits::parse(text).unwrap_err();
        for item in
            ["login=10", "login=10/15", "login=/1m", "login=-1/1m", "login=1/m", "login=1/1d", "login"]
        {
            assert_eq!(fault(item), LimitsUnread::Unreadable(item.to_owned()));
        }
        for item in ["login=1/1m/ajar", "login=1/1m/local/1", "login=1/99999999999999999999h", "login=1/ⅿ"]
        {
            assert_eq!(fault(item), LimitsUnread::Unreadable(item.to_owned()));
        }
        assert!(fault("logins=1/1m").to_string().starts_with("there is no limit \"logins\"; there are ip, "));
        assert_eq!(fault("ip=1/1m,ip=2/1m"), LimitsUnread::Twice("ip"));
        assert_eq!(fault("ip=0/1m"), LimitsUnread::Refused("ip", LimitInvalid::Rate));
        assert_eq!(fault("ip=1/0s"), LimitsUnread::Refused("ip", LimitInvalid::Rate));
        assert_eq!(fault("mfa=1/1m/open"), LimitsUnread::Refused("mfa", LimitInvalid::NeverOpen));
    }
}
