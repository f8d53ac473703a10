use std::time::Duration;

use saaskit_kernel::Secret;
use sentry_types::Dsn;

/// Where errors are collected.
#[derive(Debug, Clone)]
pub struct SentryConfig {
    /// The DSN: `https://KEY@HOST/PROJECT`.
    pub dsn: Secret,
    /// What is shown as the environment: `production`.
    pub environment: &'static str,
    /// What is shown as the release.
    pub release: &'static str,
    /// Longest wait for the answer to one error.
    pub timeout: Duration,
    /// Errors that wait to be sent at most; further ones are dropped.
    pub queue: usize,
}

/// The DSN is none. It says nothing of it: it holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the DSN is https://KEY@HOST/PROJECT")]
pub struct InvalidSentryConfig;

impl SentryConfig {
    /// That collector.
    pub fn new(dsn: Secret, environment: &'static str, release: &'static str) -> Self {
        Self { dsn, environment, release, timeout: Duration::from_secs(5), queue: 100 }
    }

    /// Nothing, if it can be used.
    pub fn check(&self) -> Result<(), InvalidSentryConfig> {
        self.parsed().map(drop)
    }

    pub(crate) fn parsed(&self) -> Result<Dsn, InvalidSentryConfig> {
        self.dsn.expose().parse().map_err(|_| InvalidSentryConfig)
    }
}
