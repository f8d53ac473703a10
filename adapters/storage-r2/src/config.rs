use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::time::Duration;

use saaskit_kernel::Secret;

/// Which bucket, and how it is talked to.
#[derive(Debug, Clone)]
pub struct R2Config {
    /// Where the service is: `https://ACCOUNT.r2.cloudflarestorage.com`, without a path.
    pub endpoint: String,
    /// The bucket.
    pub bucket: String,
    /// Who we are to it.
    pub access_key_id: String,
    /// And how we prove it.
    pub secret_access_key: Secret,
    /// The region that is signed for: `auto` for R2.
    pub region: String,
    /// Whether the bucket stands in the path rather than before the host.
    pub path_style: bool,
    /// The longest wait for an answer, and for the next bytes of a body.
    pub timeout: Duration,
}

const TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(5);

impl R2Config {
    /// That bucket, as R2 wants to be talked to: region `auto`, the bucket in the path, 30 seconds.
    pub fn new(
        endpoint: impl Into<String>,
        bucket: impl Into<String>,
        access_key_id: impl Into<String>,
        secret_access_key: Secret,
    ) -> Self {
        Self {
            endpoint: endpoint.into(),
            bucket: bucket.into(),
            access_key_id: access_key_id.into(),
            secret_access_key,
            region: "auto".to_owned(),
            path_style: true,
            timeout: Duration::from_secs(30),
        }
    }

    /// Whether nobody can listen on the way: by TLS, or because it is this machine.
    pub fn is_private(&self) -> bool {
        let host =
            self.endpoint.strip_prefix("http://").map(|rest| rest.split(':').next().unwrap_or_default());
        let is_here = |host: &str| host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        host.is_none_or(|host| host == "localhost" || is_here(host))
    }

    /// Nothing, if it can be used; otherwise everything that is wrong with it.
    pub fn check(&self) -> Result<(), InvalidR2Config> {
        let visible = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let rules = [
            (!is_origin(&self.endpoint), "the endpoint is https://HOST or http://HOST, without a path"),
            (!is_bucket(&self.bucket), "a bucket has 3 to 63 lower-case letters, digits, dots and hyphens"),
            (!visible(&self.access_key_id), "the access key id is visible ASCII"),
            (!visible(self.secret_access_key.expose()), "the secret access key is visible ASCII"),
            (!visible(&self.region), "the region is visible ASCII"),
            (!TIMEOUT.contains(&self.timeout), "the timeout is from 1 second to 5 minutes"),
        ];
        let broken: Vec<_> = rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect();
        if broken.is_empty() { Ok(()) } else { Err(InvalidR2Config(broken)) }
    }
}

fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let of_a_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    !host.is_empty() && host.bytes().all(of_a_host)
}

fn is_bucket(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [text.bytes().next(), text.bytes().next_back()];
    (3..=63).contains(&text.len())
        && text.bytes().all(|byte| plain(byte) || b"-.".contains(&byte))
        && ends.into_iter().flatten().all(plain)
}

/// The rules a configuration breaks, all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct InvalidR2Config(Vec<&'static str>);

impl InvalidR2Config {
    /// A sentence for each.
    pub fn rules(&self) -> &[&'static str] {
        &self.0
    }
}
