use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use saaskit_kernel::{EmailMessage, EmailSender, ErrorKind, PortError, ProviderId, Source};
use tokio::time::timeout;

use crate::SmtpConfig;
use crate::compose::{Composed, compose};
use crate::config::InvalidSmtpConfig;
use crate::connections::Connections;
use crate::dkim::Signer;
use crate::failure::{Step, explain, failure, late};

/// Hands mail to an SMTP server.
pub struct SmtpSender {
    connections: Connections,
    signer: Option<Signer>,
    patience: Duration,
    source: Source,
    server: String,
}

/// What is kept of a server's word for a mail.
const LONGEST_ID: usize = 200;

impl SmtpSender {
    /// Sends by that server. Nothing is connected yet.
    pub fn new(config: &SmtpConfig, source: Source) -> Result<Self, InvalidSmtpConfig> {
        config.check()?;
        Ok(Self {
            connections: Connections::new(config)?,
            signer: config.dkim.as_ref().and_then(Signer::new),
            patience: config.timeout,
            source,
            server: format!("{}:{}", config.host, config.port),
        })
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: Composed,
    ) -> Result<ProviderId, PortError> {
        let options = options(connection, &mail)?;
        let once = self.patience;
        let from = Mail::new(Some(mail.from), options);
        answered(Step::Sender, once, connection.command(from)).await?;
        answered(Step::Recipient, once, connection.command(Rcpt::new(mail.to, Vec::new()))).await?;
        answered(Step::Data, once, connection.command(Data)).await?;
        let taken = answered(Step::Content, once * 3, connection.message(&mail.bytes)).await?;
        let word: String = taken.message().next().unwrap_or_default().chars().take(LONGEST_ID).collect();
        Ok(ProviderId(if word.trim().is_empty() { mail.message_id } else { word }))
    }
}

#[async_trait]
impl EmailSender for SmtpSender {
    async fn send(&self, message: &EmailMessage) -> Result<ProviderId, PortError> {
        let now = self.source.now();
        let invalid = |why| PortError::new(ErrorKind::Invalid, "smtp").because(why);
        let mut mail =
            compose(message, now).ok_or_else(|| invalid("the key or an address can't stand in a header"))?;
        if let Some(signer) = &self.signer {
            mail.bytes = signer.sign(&mail.bytes, now).ok_or_else(|| invalid("it can't be signed"))?;
        }
        let mut lent = self.connections.lend().await?;
        let id = self.hand_over(&mut lent.connection, mail).await?;
        self.connections.give_back(lent);
        Ok(id)
    }

    async fn verify(&self) -> Result<(), PortError> {
        let lent = self.connections.lend().await?;
        self.connections.give_back(lent);
        Ok(())
    }
}

/// What the server has to be told about a mail beyond ASCII, if it knows of such mail at all.
fn options(connection: &AsyncSmtpConnection, mail: &Composed) -> Result<Vec<MailParameter>, PortError> {
    let offers = |extension| connection.server_info().supports_feature(extension);
    let mut options = Vec::new();
    if ![&mail.from, &mail.to].into_iter().all(|address| address.user().is_ascii()) {
        if !offers(Extension::SmtpUtfEight) {
            let why = "the server knows no addresses beyond ASCII";
            return Err(failure(ErrorKind::Rejected, Step::Sender, why));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !mail.bytes.is_ascii() && offers(Extension::EightBitMime) {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(options)
}

async fn answered(
    step: Step,
    patience: Duration,
    question: impl Future<Output = Result<Response, Error>> + Send,
) -> Result<Response, PortError> {
    let answer = timeout(patience, question).await.map_err(|_| late(step))?;
    answer.map_err(|error| explain(step, &error))
}

impl fmt::Debug for SmtpSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSender").field("server", &self.server).finish_non_exhaustive()
    }
}
