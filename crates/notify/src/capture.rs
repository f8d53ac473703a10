use std::sync::Arc;

use async_trait::async_trait;
use saaskit_kernel::{
    Commit, CommitError, EmailMessage, EmailSender, ErrorKind, PortError, ProviderId, Source, Store,
};

use crate::write::{NotifyWrite, OutboxWrite};
use crate::{Captured, Channel};

/// For development: keeps mail in the store, to be looked at, instead of sending it.
#[derive(Debug, Clone)]
pub struct CaptureSender {
    store: Arc<dyn Store>,
    source: Source,
}

impl CaptureSender {
    /// Keeps mail in that store.
    pub fn new(store: Arc<dyn Store>, source: Source) -> Self {
        Self { store, source }
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
        let commit = Commit::new().write(NotifyWrite::Outbox(OutboxWrite::Keep(captured)));
        match self.store.commit(commit).await {
            Ok(()) => Ok(ProviderId(format!("outbox:{}", message.key))),
            Err(CommitError::Port(error)) => Err(error),
            Err(error) => Err(PortError::new(ErrorKind::Unavailable, "outbox").because(error)),
        }
    }

    async fn verify(&self) -> Result<(), PortError> {
        self.store.ping().await
    }
}
