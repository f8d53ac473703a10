use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use saaskit_auth::Password;
use saaskit_auth::port::BreachedPasswords;
use saaskit_kernel::{Breaker, Cache, CacheKey, ErrorKind, PortError};

use crate::range::{Digits, read};
use crate::{BreachRangeConfig, InvalidBreachRangeConfig};

/// [`BreachedPasswords`] by a range API, and by another list that is asked first and counts alone where the API fails.
pub struct RangePasswords {
    client: Client,
    url: String,
    list: Arc<dyn BreachedPasswords>,
    cache: Arc<dyn Cache>,
    breaker: Breaker,
}

/// Ranges are kept so long.
const KEPT: Duration = Duration::from_hours(24);
/// An answer has no more bytes; that of five digits has 40,000, padding and all.
const LARGEST: usize = 1024 * 1024;

impl RangePasswords {
    /// Asks `list` first and then the API, whose answers it keeps in `cache`, unless `breaker` is open: somebody waits
    /// for the answer.
    pub fn new(
        config: &BreachRangeConfig,
        list: Arc<dyn BreachedPasswords>,
        cache: Arc<dyn Cache>,
        breaker: Breaker,
    ) -> Result<Self, InvalidBreachRangeConfig> {
        config.check()?;
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(config.timeout)
            .user_agent("saaskit")
            .build()
            .map_err(|_| InvalidBreachRangeConfig(vec!["no connection can be encrypted on this machine"]))?;
        Ok(Self { client, url: config.url.clone(), list, cache, breaker })
    }

    async fn range(&self, prefix: &str) -> Result<String, PortError> {
        let key = CacheKey::new("breach.range", prefix);
        // A cache that fails only costs a question more.
        if let Ok(Some(kept)) = self.cache.get(&key).await
            && let Ok(range) = String::from_utf8(kept)
        {
            return Ok(range);
        }
        let range = self.breaker.call(self.ask(prefix)).await?;
        if let Err(error) = self.cache.set(&key, range.as_bytes(), KEPT).await {
            tracing::debug!(error = &error as &dyn std::error::Error, "a range could not be kept");
        }
        Ok(range)
    }

    async fn ask(&self, prefix: &str) -> Result<String, PortError> {
        let request = self.client.get(format!("{}{prefix}", self.url)).header("Add-Padding", "true");
        let answer = request.send().await.map_err(|error| unanswered(&error))?;
        match answer.status().as_u16() {
            200 => {}
            429 => return Err(failure(ErrorKind::Throttled, "too many questions")),
            status => return Err(failure(ErrorKind::Unavailable, &format!("answered {status}"))),
        }
        let body = bounded(answer).await?;
        let range = std::str::from_utf8(&body).ok().and_then(read);
        range.ok_or_else(|| failure(ErrorKind::Unavailable, "the answer is no range"))
    }
}

#[async_trait]
impl BreachedPasswords for RangePasswords {
    async fn is_known(&self, password: &Password) -> Result<bool, PortError> {
        if self.list.is_known(password).await? {
            return Ok(true);
        }
        let digits = Digits::of(password);
        match self.range(digits.prefix()).await {
            Ok(range) => Ok(digits.are_in(&range)),
            // That the API is away was said when the breaker opened, and not with each password.
            Err(error) if !error.was_asked() => Ok(false),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "breached passwords could not be asked for; the built-in list alone counts"
                );
                Ok(false)
            }
        }
    }
}

async fn bounded(mut answer: Response) -> Result<Vec<u8>, PortError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| unanswered(&error))? {
        if body.len() + chunk.len() > LARGEST {
            return Err(failure(ErrorKind::Unavailable, "the answer is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The error itself would repeat the URL, with the digits that were asked for.
fn unanswered(error: &reqwest::Error) -> PortError {
    if error.is_timeout() {
        failure(ErrorKind::TimedOut, "no answer in time")
    } else {
        failure(ErrorKind::Unavailable, "no readable answer")
    }
}

fn failure(kind: ErrorKind, why: &str) -> PortError {
    PortError::new(kind, "breach-range").because(why)
}

impl fmt::Debug for RangePasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RangePasswords").field("list", &self.list).finish_non_exhaustive()
    }
}
