use std::sync::Arc;

use async_trait::async_trait;
use saaskit_kernel::{
    Attempt, Call, Commit, EmailMessage, EmailSender, ErrorKind, Handler, HandlerError, Job, Mailbox,
    PortError, ProviderId, Sealed, Sealer, Source,
};
use serde::Deserialize;

use crate::port::Messages;
use crate::render::Values;
use crate::write::{MessageWrite, NotifyWrite};
use crate::{Message, MessageId, Status};

pub(crate) const KIND: &str = "notify.send";

/// Sends a planned message: at least once, with the same key on every try.
#[derive(Debug, Clone)]
pub struct SendMessage {
    /// Where messages are read.
    pub messages: Arc<dyn Messages>,
    /// What takes them.
    pub sender: Arc<dyn EmailSender>,
    /// What opens their values.
    pub sealer: Arc<dyn Sealer>,
    /// Who they are from.
    pub from: Mailbox,
    /// What time it is.
    pub source: Source,
}

#[derive(Deserialize)]
struct Payload {
    message: MessageId,
}

#[async_trait]
impl Handler for SendMessage {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, _: &Call, job: &Job, attempt: Attempt) -> Result<Commit, HandlerError> {
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|_| HandlerError::Never("the payload can't be read"))?;
        let message = self.messages.message(payload.message).await?;
        let message = message.ok_or(HandlerError::Never("there is no such message"))?;
        let (Status::Queued, Some(values)) = (message.status, &message.values) else {
            return Ok(Commit::new());
        };
        match self.send(&message, values).await {
            Ok(ProviderId(id)) => Ok(save(message.sent(id, self.source.now()))),
            Err(error) if error.is_transient() && !attempt.is_last => Err(error.into()),
            Err(error) => {
                tracing::error!(message = %message.id, error = &error as &dyn std::error::Error, "a mail could not be sent");
                Ok(save(message.failed(self.source.now())))
            }
        }
    }
}

impl SendMessage {
    async fn send(&self, message: &Message, values: &Sealed) -> Result<ProviderId, PortError> {
        let opened = self.sealer.open(&Message::seal_context(message.id), values)?;
        let values: Values =
            serde_json::from_slice(&opened).map_err(|_| unreadable("the values can't be read"))?;
        let mail =
            message.template.render(&values).map_err(|_| unreadable("the template can't be rendered"))?;
        let to = Mailbox::from(message.to.clone());
        let mail = EmailMessage::new(
            message.id.to_string(),
            self.from.clone(),
            to,
            &mail.subject,
            mail.text,
            mail.html,
        );
        self.sender.send(&mail).await
    }
}

fn unreadable(why: &'static str) -> PortError {
    PortError::new(ErrorKind::Unexpected, "notify").because(why)
}

fn save(message: Message) -> Commit {
    Commit::new().write(NotifyWrite::Message(MessageWrite::Save(message)))
}
