use std::ops::RangeInclusive;
use std::time::Duration;

use reqwest::Url;
use saaskit_kernel::{Secret, is_this_machine};

/// Whose messages they are, and how Twilio is talked to.
#[derive(Debug, Clone)]
pub struct TwilioConfig {
    /// The account.
    pub account_sid: String,
    /// What it signs in with.
    pub auth_token: Secret,
    /// The number messages are from where they do not say, in E.164.
    pub from_number: String,
    /// Where Twilio is reached.
    pub base_url: String,
    /// Longest wait for a whole answer; a connection is waited for a third of it.
    pub timeout: Duration,
}

const TOKEN: RangeInclusive<usize> = 32..=128;
const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_mins(1);

impl TwilioConfig {
    /// Where Twilio itself is reached.
    pub const BASE_URL: &str = "https://api.twilio.com";

    /// That account at Twilio itself.
    pub fn new(account_sid: impl Into<String>, auth_token: Secret, from_number: impl Into<String>) -> Self {
        Self {
            account_sid: account_sid.into(),
            auth_token,
            from_number: from_number.into(),
            base_url: Self::BASE_URL.to_owned(),
            timeout: Duration::from_secs(10),
        }
    }

    /// Nothing, if it can be used; otherwise everything that is wrong with it.
    pub fn check(&self) -> Result<(), InvalidTwilioConfig> {
        let is_token = TOKEN.contains(&self.auth_token.expose().len())
            && self.auth_token.expose().bytes().all(|byte| byte.is_ascii_graphic());
        let rules = [
            (is_sid(&self.account_sid, &["AC"]), "account_sid", "begins with AC and has 34 characters"),
            (is_token, "auth_token", "has 32 characters at least"),
            (is_e164(&self.from_number), "from_number", "is a number in E.164"),
            (is_base(&self.base_url), "base_url", "is https, or of this machine, and without a path"),
            (TIMEOUT.contains(&self.timeout), "timeout", "is from 100 milliseconds to 1 minute"),
        ];
        let broken: Vec<_> =
            rules.into_iter().filter_map(|(holds, field, rule)| (!holds).then_some((field, rule))).collect();
        if broken.is_empty() { Ok(()) } else { Err(InvalidTwilioConfig(broken)) }
    }
}

/// One of Twilio's names: two letters for what it is, 32 characters for which. It can stand in a path.
pub(crate) fn is_sid(text: &str, prefixes: &[&str]) -> bool {
    text.len() == 34
        && prefixes.iter().any(|prefix| text.starts_with(prefix))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The token goes there: whoever listens on the way must not read it.
fn is_base(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let is_local = is_this_machine(url.host_str().unwrap_or_default());
    let is_plain = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    is_plain && (url.scheme() == "https" || url.scheme() == "http" && is_local)
}

/// The rules a configuration breaks, all of them, each with its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|(field, rule)| format!("{field} {rule}")).collect::<Vec<_>>().join("; "))]
pub struct InvalidTwilioConfig(Vec<(&'static str, &'static str)>);

impl InvalidTwilioConfig {
    /// Each field, and the rule it breaks.
    pub fn rules(&self) -> &[(&'static str, &'static str)] {
        &self.0
    }
}
