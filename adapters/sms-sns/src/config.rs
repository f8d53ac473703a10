use std::ops::RangeInclusive;
use std::time::Duration;

use saaskit_kernel::{Secret, is_this_machine};

/// Whose messages they are, and how SNS is talked to.
#[derive(Debug, Clone)]
pub struct SnsConfig {
    /// The region messages are sent from.
    pub region: String,
    /// What requests are signed with.
    pub key: SnsKey,
    /// Where SNS is reached, if not where it usually is in its region.
    pub endpoint_url: Option<String>,
    /// The name messages are from, where the receiver's country has such: 1 to 11 letters and digits.
    pub sender_id: Option<String>,
    /// Longest wait for a whole answer; a connection is waited for a third of it.
    pub timeout: Duration,
}

/// A key of AWS.
#[derive(Debug, Clone)]
pub struct SnsKey {
    /// Which.
    pub access_key_id: String,
    /// The key itself.
    pub secret_access_key: Secret,
    /// What a key has that is good for a while only.
    pub session_token: Option<Secret>,
}

const ID: RangeInclusive<usize> = 16..=128;
const SECRET: RangeInclusive<usize> = 16..=128;
const TOKEN: RangeInclusive<usize> = 16..=8192;
const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_mins(1);

impl SnsConfig {
    /// That region, where SNS usually is there.
    pub fn new(region: impl Into<String>, key: SnsKey) -> Self {
        Self {
            region: region.into(),
            key,
            endpoint_url: None,
            sender_id: None,
            timeout: Duration::from_secs(10),
        }
    }

    /// Nothing, if it can be used; otherwise everything that is wrong with it.
    pub fn check(&self) -> Result<(), InvalidSnsConfig> {
        let key = &self.key;
        let is_id = ID.contains(&key.access_key_id.len())
            && key.access_key_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let is_token = key.session_token.as_ref().is_none_or(|token| is_secret(token, TOKEN));
        let rules = [
            (is_region(&self.region), "region", "is the name of a region"),
            (is_id, "access_key_id", "has 16 letters and digits at least"),
            (is_secret(&key.secret_access_key, SECRET), "secret_access_key", "has 16 characters at least"),
            (is_token, "session_token", "has 16 characters at least"),
            (
                self.endpoint_url.as_deref().is_none_or(is_endpoint),
                "endpoint_url",
                "is https, or of this machine, and without a path",
            ),
            (
                self.sender_id.as_deref().is_none_or(is_sender),
                "sender_id",
                "has 1 to 11 letters, digits and hyphens, a letter among them",
            ),
            (TIMEOUT.contains(&self.timeout), "timeout", "is from 100 milliseconds to 1 minute"),
        ];
        let broken: Vec<_> =
            rules.into_iter().filter_map(|(holds, field, rule)| (!holds).then_some((field, rule))).collect();
        if broken.is_empty() { Ok(()) } else { Err(InvalidSnsConfig(broken)) }
    }
}

fn is_secret(secret: &Secret, length: RangeInclusive<usize>) -> bool {
    length.contains(&secret.expose().len()) && secret.expose().bytes().all(|byte| byte.is_ascii_graphic())
}

/// What may stand in a host's name.
fn is_region(text: &str) -> bool {
    let sane = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(sane) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_sender(text: &str) -> bool {
    (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Texts go there: whoever listens on the way must not read them.
fn is_endpoint(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let is_plain = !authority.is_empty()
        && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    is_plain && (scheme == "https" || scheme == "http" && is_local(authority))
}

fn is_local(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => authority,
    };
    is_this_machine(host)
}

/// The rules a configuration breaks, all of them, each with its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|(field, rule)| format!("{field} {rule}")).collect::<Vec<_>>().join("; "))]
pub struct InvalidSnsConfig(Vec<(&'static str, &'static str)>);

impl InvalidSnsConfig {
    /// Each field, and the rule it breaks.
    pub fn rules(&self) -> &[(&'static str, &'static str)] {
        &self.0
    }
}
