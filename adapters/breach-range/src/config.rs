use std::ops::RangeInclusive;
use std::time::Duration;

use reqwest::Url;

/// Which API is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreachRangeConfig {
    /// What the five digits are added to: `https://api.pwnedpasswords.com/range/`.
    pub url: String,
    /// Longest wait for an answer; a person waits for it.
    pub timeout: Duration,
}

const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(10);

impl BreachRangeConfig {
    /// The API at that URL, with the usual patience.
    pub fn new(url: impl Into<String>) -> Self {
        let url: String = url.into();
        let url = if url.ends_with('/') { url } else { url + "/" };
        Self { url, timeout: Duration::from_secs(2) }
    }

    /// Nothing, if it can be used; otherwise everything that is wrong with it.
    pub fn check(&self) -> Result<(), InvalidBreachRangeConfig> {
        let url = Url::parse(&self.url).ok();
        let is_web =
            url.as_ref().is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let is_plain = url.is_none_or(|url| url.query().is_none() && url.fragment().is_none());
        let rules = [
            (!is_web, "the URL is one of http or https"),
            (!is_plain, "the URL has no query"),
            (!TIMEOUT.contains(&self.timeout), "the timeout is from 100 milliseconds to 10 seconds"),
        ];
        let broken: Vec<_> = rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect();
        if broken.is_empty() { Ok(()) } else { Err(InvalidBreachRangeConfig(broken)) }
    }
}

/// The rules a configuration breaks, all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct InvalidBreachRangeConfig(pub(crate) Vec<&'static str>);

impl InvalidBreachRangeConfig {
    /// A sentence for each.
    pub fn rules(&self) -> &[&'static str] {
        &self.0
    }
}
