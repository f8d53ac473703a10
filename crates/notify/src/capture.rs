use std::sync::Arc;

use async_trait::async_trait;
use saaskit_kernel::{
    Commit, CommitError, EmailMessage, EmailSender, ErrorKind, PortError, ProviderId, SmsMessage, SmsSender,
    SmsStatus, Source, Store,
};

use crate::write::{NotifyWrite, OutboxWrite};
use crate::{Captured, Channel};

/// For development: keeps mail and texts in the store, to be looked at, instead of sending them.
#[derive(Debug, Clone)]
pub struct CaptureSender {
    store: Arc<dyn Store>,
    source: Source,
}

impl CaptureSender {
    /// Keeps them in that store.
    pub fn new(store: Arc<dyn Store>, source: Source) -> Self {
        Self { store, source }
    }

    async fn keep(&self, captured: Captured) -> Result<ProviderId, PortError> {
        let id = ProviderId(format!("outbox:{}", captured.id));
        let commit = Commit::new().write(NotifyWrite::Outbox(OutboxWrite::Keep(captured)));
        match self.store.commit(commit).await {
            Ok(()) => Ok(id),
            Err(CommitError::Port(error)) => Err(error),
            Err(error) => Err(PortError::new(ErrorKind::Unavailable, "outbox").because(error)),
        }
    }
}

#[async_trait]
impl EmailSender for CaptureSender {
    async fn send(&self, message: &EmailMessage) -> Result<ProviderId, PortError> {
        let captured = Captured {
            id: message.key.clone(),
            channel: Channel::Email,
            to: message.to.email.original().to_owned(),
            subject: Some(message.subject.clone()),
            text: message.text.clone(),
            html: Some(message.html.clone()),
            at: self.source.now(),
        };
        self.keep(captured).await
    }

    async fn verify(&self) -> Result<(), PortError> {
        self.store.ping().await
    }
}

#[async_trait]
impl SmsSender for CaptureSender {
    async fn send(&self, message: &SmsMessage) -> Result<ProviderId, PortError> {
        let captured = Captured {
            id: message.key.clone(),
            channel: Channel::Sms,
            to: message.to.as_str().to_owned(),
            subject: None,
            text: message.body().to_owned(),
            html: None,
            at: self.source.now(),
        };
        self.keep(captured).await
    }

    async fn status(&self, _: &ProviderId) -> Result<SmsStatus, PortError> {
        Ok(SmsStatus::Unknown)
    }

    async fn verify(&self) -> Result<(), PortError> {
        self.store.ping().await
    }
}
