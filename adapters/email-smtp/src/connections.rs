use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use saaskit_kernel::{ErrorKind, PortError};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

use crate::config::InvalidSmtpConfig;
use crate::failure::{Step, explain, failure, late};
use crate::{SmtpConfig, SmtpTls};

/// Servers hang up on who says nothing for longer; many do it after a minute.
const IDLE: Duration = Duration::from_secs(45);

/// A few connections to one server. One that failed, or whose user was dropped in the middle of a mail, is not used
/// again: the answer to one mail must not be taken for that to the next.
pub(crate) struct Connections {
    server: (String, u16),
    hello: ClientId,
    tls: Option<TlsParameters>,
    encrypted_first: bool,
    credentials: Option<Credentials>,
    patience: Duration,
    permits: Semaphore,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// A connection that says to whom it belongs while it is used.
pub(crate) struct Lent<'a> {
    pub(crate) connection: AsyncSmtpConnection,
    #[expect(dead_code, reason = "kept for what its drop does")]
    permit: SemaphorePermit<'a>,
}

impl Connections {
    pub(crate) fn new(config: &SmtpConfig) -> Result<Self, InvalidSmtpConfig> {
        let login = config.login.as_ref();
        Ok(Self {
            server: (config.host.clone(), config.port),
            hello: ClientId::Domain(config.hello.clone()),
            tls: tls(config)?,
            encrypted_first: config.tls == SmtpTls::Implicit,
            credentials: login
                .map(|login| Credentials::new(login.username.clone(), login.password.expose().to_owned())),
            patience: config.timeout,
            permits: Semaphore::new(config.connections),
            idle: Mutex::default(),
        })
    }

    /// A connection that answers: one that is idle, or a new one.
    pub(crate) async fn lend(&self) -> Result<Lent<'_>, PortError> {
        let busy = || failure(ErrorKind::Unavailable, Step::Connect, "every connection is in use");
        let permit = timeout(self.patience, self.permits.acquire()).await.map_err(|_| busy())?;
        let permit = permit.map_err(|_| busy())?;
        while let Some(mut connection) = self.take_idle() {
            if timeout(self.patience, connection.test_connected()).await == Ok(true) {
                return Ok(Lent { connection, permit });
            }
        }
        let connection = self.connect().await?;
        Ok(Lent { connection, permit })
    }

    /// Takes one back that did what it was asked.
    pub(crate) fn give_back(&self, lent: Lent<'_>) {
        self.idle().push((lent.connection, Instant::now()));
    }

    fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle();
        idle.retain(|(_, since)| since.elapsed() < IDLE);
        idle.pop().map(|(connection, _)| connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(AsyncSmtpConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, PortError> {
        let connected = timeout(self.patience, self.open()).await.map_err(|_| late(Step::Connect))?;
        let mut connection = connected.map_err(|error| explain(Step::Connect, &error))?;
        if let Some(credentials) = &self.credentials {
            let answer = timeout(self.patience, connection.auth(DEFAULT_MECHANISMS, credentials)).await;
            let answer = answer.map_err(|_| late(Step::LogIn))?;
            answer.map_err(|error| explain(Step::LogIn, &error))?;
        }
        Ok(connection)
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let server = (self.server.0.as_str(), self.server.1);
        let first = self.tls.clone().filter(|_| self.encrypted_first);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.patience), &self.hello, first, None)
                .await?;
        if let Some(tls) = self.tls.clone().filter(|_| !self.encrypted_first) {
            connection.starttls(tls, &self.hello).await?;
        }
        Ok(connection)
    }
}

fn tls(config: &SmtpConfig) -> Result<Option<TlsParameters>, InvalidSmtpConfig> {
    let refused = |rule| InvalidSmtpConfig(vec![rule]);
    if config.tls == SmtpTls::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(pem) = &config.root_certificate {
        let certificate = Certificate::from_pem(pem.as_bytes())
            .map_err(|_| refused("the root certificate is one, as PEM"))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map(Some).map_err(|_| refused("the host can stand in a certificate"))
}
