use std::ops::RangeInclusive;
use std::time::Duration;

use fred::rustls::pki_types::CertificateDer;
use fred::rustls::pki_types::pem::PemObject;
use fred::rustls::{ClientConfig, RootCertStore};
use fred::types::RespVersion;
use fred::types::config::{
    Config, ConnectionConfig, PerformanceConfig, TcpConfig, TlsConfig, TlsConnector, UnresponsiveConfig,
};
use saaskit_kernel::{Secret, is_this_machine};

/// Which servers keep the cache, and how they are talked to.
#[derive(Debug, Clone)]
pub struct RedisConfig {
    /// Where they are, and the name and password if they want one: `redis://user:password@host:6379/0`,
    /// `redis-cluster://host:6379?node=other:6379`,
    /// `redis-sentinel://sentinel:26379?node=other:26379&sentinelServiceName=main`; encrypted as `rediss://…`,
    /// `rediss-cluster://…`, `rediss-sentinel://…`. Sentinels have a name and password of their own,
    /// `sentinelUsername` and `sentinelPassword`.
    pub url: Secret,
    /// A certificate (PEM) to be trusted besides those of the system.
    pub root_certificate: Option<String>,
    /// Whether servers on other machines that a cluster or a sentinel names are given up unless they are talked to
    /// encrypted. They are known once there is a connection: a password was told by then.
    pub private: bool,
    /// Connections for commands.
    pub connections: usize,
    /// Longest wait for the answer to a command.
    pub timeout: Duration,
    /// Longest wait for a connection, and for the answers while it is made.
    pub connect_timeout: Duration,
    /// What every key and channel begins with, so that several installations can share a server.
    pub prefix: String,
}

const SCHEMES: [&str; 6] =
    ["redis", "rediss", "redis-cluster", "rediss-cluster", "redis-sentinel", "rediss-sentinel"];
const CONNECTIONS: RangeInclusive<usize> = 1..=64;
const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(10);
const CONNECT_TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(30);
const LONGEST_PREFIX: usize = 64;
/// What the client has to say of itself at least, before anybody listens.
const NEWS: usize = 16;
/// Commands that may wait to be written to one connection.
const QUEUE: usize = 10_000;

impl RedisConfig {
    /// Those servers, with four connections and short patience.
    pub fn new(url: Secret) -> Self {
        Self {
            url,
            root_certificate: None,
            private: false,
            connections: 4,
            timeout: Duration::from_millis(500),
            connect_timeout: Duration::from_secs(2),
            prefix: "saaskit:".to_owned(),
        }
    }

    /// Nothing, if it can be used; otherwise everything that is wrong with it.
    pub fn check(&self) -> Result<(), InvalidRedisConfig> {
        self.prepare(0).map(|_| ())
    }

    /// The same as the client wants it, with room for at least so many messages that nobody has read yet.
    pub(crate) fn prepare(&self, messages: usize) -> Result<Prepared, InvalidRedisConfig> {
        let servers = self.servers();
        let trusted = self.trusted();
        let plain = self.prefix.bytes().all(|byte| byte.is_ascii_graphic());
        let rules = [
            (servers.is_none(), "the URL is redis://, redis-cluster:// or redis-sentinel://, or with rediss"),
            (trusted.is_none(), "the certificate is PEM"),
            (
                trusted.as_ref().is_some_and(|roots| self.encrypts() && roots.is_empty()),
                "a certificate is trusted",
            ),
            (!CONNECTIONS.contains(&self.connections), "connections are from 1 to 64"),
            (!TIMEOUT.contains(&self.timeout), "the timeout is from 10 milliseconds to 10 seconds"),
            (
                !CONNECT_TIMEOUT.contains(&self.connect_timeout),
                "the timeout for a connection is from 100 milliseconds to 30 seconds",
            ),
            (!plain || self.prefix.len() > LONGEST_PREFIX, "the prefix is up to 64 visible ASCII characters"),
        ];
        let broken: Vec<_> = rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect();
        match (servers, trusted) {
            (Some(servers), Some(trusted)) if broken.is_empty() => {
                let tls = self.encrypts().then(|| encryption(trusted));
                Ok(self.with_limits(Config { tls, ..servers }, messages))
            }
            _ => Err(InvalidRedisConfig(broken)),
        }
    }

    /// Whether what is said to the servers can be read on the way: one is on another machine, and connections are not
    /// encrypted.
    pub fn is_exposed(&self) -> bool {
        let elsewhere = |servers: Config| servers.server.hosts().iter().any(|it| !is_this_machine(&it.host));
        !self.encrypts() && self.servers().is_some_and(elsewhere)
    }

    fn encrypts(&self) -> bool {
        self.url.expose().starts_with("rediss")
    }

    /// Read as if nothing was encrypted, because otherwise the client looks for certificates itself and fails where
    /// the system has none.
    fn servers(&self) -> Option<Config> {
        let url = self.url.expose();
        let (scheme, rest) = url.split_once("://")?;
        let scheme = SCHEMES.contains(&scheme).then(|| scheme.replacen("rediss", "redis", 1))?;
        Config::from_url(&format!("{scheme}://{rest}")).ok()
    }

    /// The certificates of the system, and ours; `None` if ours is none.
    fn trusted(&self) -> Option<RootCertStore> {
        let mut roots = RootCertStore::empty();
        if self.encrypts() {
            roots.add_parsable_certificates(fred::rustls_native_certs::load_native_certs().certs);
        }
        if let Some(pem) = &self.root_certificate {
            let ours: Vec<_> =
                CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().ok()?;
            let (added, _) = roots.add_parsable_certificates(ours);
            if added == 0 {
                return None;
            }
        }
        Some(roots)
    }

    /// Without them the client would wait for ever.
    fn with_limits(&self, servers: Config, messages: usize) -> Prepared {
        let unresponsive =
            UnresponsiveConfig { max_timeout: Some(self.timeout * 2), interval: self.timeout / 2 };
        Prepared {
            only_here: self.private && !self.encrypts(),
            servers: Config { version: RespVersion::RESP3, fail_fast: true, ..servers },
            connection: ConnectionConfig {
                connection_timeout: self.connect_timeout,
                internal_command_timeout: self.connect_timeout,
                max_command_buffer_len: QUEUE,
                unresponsive,
                tcp: TcpConfig { nodelay: Some(true), ..TcpConfig::default() },
                ..ConnectionConfig::default()
            },
            performance: PerformanceConfig {
                default_command_timeout: self.timeout,
                broadcast_channel_capacity: messages.max(NEWS),
                ..PerformanceConfig::default()
            },
        }
    }
}

fn encryption(trusted: RootCertStore) -> TlsConfig {
    let config = ClientConfig::builder().with_root_certificates(trusted).with_no_client_auth();
    TlsConfig::from(TlsConnector::from(config))
}

/// A configuration that was checked.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// Whether servers on other machines are not talked to.
    pub(crate) only_here: bool,
    pub(crate) servers: Config,
    pub(crate) connection: ConnectionConfig,
    pub(crate) performance: PerformanceConfig,
}

/// The rules a configuration breaks, all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct InvalidRedisConfig(Vec<&'static str>);

impl InvalidRedisConfig {
    /// A sentence for each.
    pub fn rules(&self) -> &[&'static str] {
        &self.0
    }
}
