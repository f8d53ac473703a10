use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use saaskit_kernel::{Secret, is_this_machine};

use crate::dkim::Signer;

/// Which server takes the mail, and how it is talked to.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// Its name, which its certificate must bear, or its address.
    pub host: String,
    /// Its port; [`SmtpTls::port`] is the usual one.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: SmtpTls,
    /// Who we are to it, if it wants to know.
    pub login: Option<SmtpLogin>,
    /// The name we greet it with: a host name, best the one our address leads back to.
    pub hello: String,
    /// Connections at most.
    pub connections: usize,
    /// Longest wait for a connection, and for the answers of one step; three times as long for the answer to the
    /// mail itself, because a server may check it before it takes it.
    pub timeout: Duration,
    /// A certificate (PEM) to be trusted besides the public ones.
    pub root_certificate: Option<String>,
    /// What mail is signed with.
    pub dkim: Option<DkimConfig>,
}

/// A name and its password.
#[derive(Debug, Clone)]
pub struct SmtpLogin {
    /// The name.
    pub username: String,
    /// The password.
    pub password: Secret,
}

/// How a connection is encrypted. Where it is to be, it is, or no mail is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Not at all.
    None,
    /// After a greeting in the open.
    StartTls,
    /// From the first byte on.
    Implicit,
}

impl SmtpTls {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::StartTls, Self::Implicit];

    /// The word it is configured by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StartTls => "starttls",
            Self::Implicit => "implicit",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tls| tls.as_str() == word)
    }

    /// The port it usually has.
    pub const fn port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::StartTls => 587,
            Self::Implicit => 465,
        }
    }
}

/// What mail is signed with.
#[derive(Debug, Clone)]
pub struct DkimConfig {
    /// The domain that vouches for the mail.
    pub domain: String,
    /// Which of its keys: `selector._domainkey.domain` is where the public half is.
    pub selector: String,
    /// The private half as PEM: RSA (PKCS #1 or #8) or Ed25519 (PKCS #8).
    pub private_key: Secret,
}

const CONNECTIONS: RangeInclusive<usize> = 1..=100;
const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_mins(5);

impl SmtpConfig {
    /// That server, with its usual port, no login and no signature.
    pub fn new(host: impl Into<String>, tls: SmtpTls) -> Self {
        Self {
            host: host.into(),
            port: tls.port(),
            tls,
            login: None,
            hello: "localhost".to_owned(),
            connections: 4,
            timeout: Duration::from_secs(20),
            root_certificate: None,
            dkim: None,
        }
    }

    /// Whether the server is this machine, so that nobody can listen on the way.
    pub fn is_local(&self) -> bool {
        is_this_machine(&self.host)
    }

    /// Nothing, if it can be used; otherwise everything that is wrong with it.
    pub fn check(&self) -> Result<(), InvalidSmtpConfig> {
        let is_host = is_name(&self.host) || self.host.parse::<IpAddr>().is_ok();
        let in_the_open = self.login.is_some() && self.tls == SmtpTls::None && !self.is_local();
        let no_name = self.login.as_ref().is_some_and(|login| login.username.is_empty());
        let no_password = self.login.as_ref().is_some_and(|login| login.password.expose().is_empty());
        let named = self.dkim.as_ref().is_none_or(|dkim| is_name(&dkim.domain) && is_name(&dkim.selector));
        let keyed = self.dkim.as_ref().is_none_or(|dkim| Signer::new(dkim).is_some());
        let rules = [
            (!is_host, "the host is a name or an address"),
            (self.port == 0, "the port is from 1 to 65535"),
            (no_name, "a login has a name"),
            (no_password, "a login has a password"),
            (in_the_open, "a password is not sent unencrypted"),
            (!is_name(&self.hello), "the name to greet with is a host name"),
            (!CONNECTIONS.contains(&self.connections), "connections are from 1 to 100"),
            (!TIMEOUT.contains(&self.timeout), "the timeout is from 100 milliseconds to 5 minutes"),
            (!named, "a DKIM domain and selector are host names"),
            (!keyed, "a DKIM key is RSA of 2048 to 8192 bits or Ed25519, as PEM"),
        ];
        let broken: Vec<_> = rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect();
        if broken.is_empty() { Ok(()) } else { Err(InvalidSmtpConfig(broken)) }
    }
}

/// Letters, digits and hyphens between dots: what may stand in a command or a header as it is.
fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    name.len() <= 253 && name.split('.').all(label)
}

/// The rules a configuration breaks, all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct InvalidSmtpConfig(pub(crate) Vec<&'static str>);

impl InvalidSmtpConfig {
    /// A sentence for each.
    pub fn rules(&self) -> &[&'static str] {
        &self.0
    }
}
