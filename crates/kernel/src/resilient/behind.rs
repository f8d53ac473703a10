use std::sync::Arc;

use async_trait::async_trait;

use crate::{Breaker, EmailMessage, EmailSender, PortError, ProviderId, SmsMessage, SmsSender, SmsStatus};

/// A port behind a breaker: while its backend is away, it refuses at once and says when to ask again.
#[derive(Debug)]
pub struct BehindBreaker<P: ?Sized> {
    pub(crate) breaker: Breaker,
    pub(crate) port: Arc<P>,
}

impl<P: ?Sized> BehindBreaker<P> {
    /// That port, behind that breaker.
    pub fn new(port: Arc<P>, breaker: Breaker) -> Self {
        Self { breaker, port }
    }
}

#[async_trait]
impl EmailSender for BehindBreaker<dyn EmailSender> {
    async fn send(&self, message: &EmailMessage) -> Result<ProviderId, PortError> {
        self.breaker.call(self.port.send(message)).await
    }

    async fn verify(&self) -> Result<(), PortError> {
        self.breaker.call(self.port.verify()).await
    }
}

#[async_trait]
impl SmsSender for BehindBreaker<dyn SmsSender> {
    async fn send(&self, message: &SmsMessage) -> Result<ProviderId, PortError> {
        self.breaker.call(self.port.send(message)).await
    }

    async fn status(&self, id: &ProviderId) -> Result<SmsStatus, PortError> {
        self.breaker.call(self.port.status(id)).await
    }

    async fn verify(&self) -> Result<(), PortError> {
        self.breaker.call(self.port.verify()).await
    }
}
