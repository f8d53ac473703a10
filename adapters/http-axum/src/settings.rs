use std::time::Duration;

use saaskit_gateway::{CorsPolicy, Origin, TrustedProxies};

use crate::objects::Transfers;

/// What an operator chooses about the HTTP edge.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where users reach us.
    pub public_url: PublicUrl,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Whose pages may call the API from a browser.
    pub cors: CorsPolicy,
    /// The largest body, in bytes.
    pub body_limit: usize,
    /// The longest a request may take.
    pub timeout: Duration,
    /// How much of files is carried.
    pub transfers: Transfers,
}

impl Settings {
    /// The defaults for that address: no proxies, no foreign pages, 1 MiB, 30 seconds.
    pub fn new(public_url: PublicUrl) -> Self {
        Self {
            public_url,
            trusted_proxies: TrustedProxies::default(),
            cors: CorsPolicy::default(),
            body_limit: 1024 * 1024,
            timeout: Duration::from_secs(30),
            transfers: Transfers::default(),
        }
    }
}

/// Where users reach us: `https://app.example.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Origin);

/// An address that is none, or one with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a public address: a scheme and a host, such as https://app.example.com, without a path")]
pub struct PublicUrlInvalid;

impl PublicUrl {
    /// Reads `https://app.example.com`; a slash at the end is taken off.
    pub fn parse(text: &str) -> Result<Self, PublicUrlInvalid> {
        let text = text.trim();
        Origin::parse(text.strip_suffix('/').unwrap_or(text)).map(Self).map_err(|_| PublicUrlInvalid)
    }

    /// The origin of our own pages.
    pub fn origin(&self) -> &Origin {
        &self.0
    }

    /// Whether everything is to go over TLS.
    pub fn is_https(&self) -> bool {
        self.0.as_str().starts_with("https:")
    }

    /// The address of a path on it.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}
