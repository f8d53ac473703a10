use std::ops::RangeInclusive;
use std::time::Duration;

use reqwest::Url;
use saaskit_kernel::{Secret, is_this_machine};

use crate::sign::Signer;

/// Where alerts are posted.
#[derive(Debug, Clone)]
pub struct WebhookConfig {
    /// The whole URL. It often holds a token, so it is a secret.
    pub url: Secret,
    /// What a post is signed with: `whsec_` and base64 of 24 to 64 bytes. Without it nothing is signed.
    pub secret: Option<Secret>,
    /// Longest wait for the answer.
    pub timeout: Duration,
}

const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(30);

impl WebhookConfig {
    /// That URL, unsigned, with the usual patience.
    pub fn new(url: Secret) -> Self {
        Self { url, secret: None, timeout: Duration::from_secs(5) }
    }

    /// Whether it goes to this machine, so that nobody can listen on the way.
    pub fn is_local(&self) -> bool {
        let url = self.parsed();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        is_this_machine(host)
    }

    /// Whether it goes there encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.parsed().is_some_and(|url| url.scheme() == "https")
    }

    /// Nothing, if it can be used; otherwise everything that is wrong with it.
    pub fn check(&self) -> Result<(), InvalidWebhookConfig> {
        let is_web = self.parsed().is_some_and(|url| matches!(url.scheme(), "http" | "https"));
        let is_key = self.secret.as_ref().is_none_or(|secret| Signer::new(secret).is_some());
        let rules = [
            (!is_web, "the URL is one of http or https"),
            (!is_key, "the secret is whsec_ and base64 of 24 to 64 bytes"),
            (!TIMEOUT.contains(&self.timeout), "the timeout is from 100 milliseconds to 30 seconds"),
        ];
        let broken: Vec<_> = rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect();
        if broken.is_empty() { Ok(()) } else { Err(InvalidWebhookConfig(broken)) }
    }

    pub(crate) fn parsed(&self) -> Option<Url> {
        Url::parse(self.url.expose()).ok().filter(Url::has_host)
    }
}

/// The rules a configuration breaks, all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct InvalidWebhookConfig(Vec<&'static str>);

impl InvalidWebhookConfig {
    pub(crate) fn unusable() -> Self {
        Self(vec!["no connection can be encrypted on this machine"])
    }

    /// A sentence for each.
    pub fn rules(&self) -> &[&'static str] {
        &self.0
    }
}
