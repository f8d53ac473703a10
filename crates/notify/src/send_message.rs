use std::sync::Arc;

use async_trait::async_trait;
use saaskit_kernel::{
    Attempt, Call, Commit, EmailMessage, EmailSender, ErrorKind, Handler, HandlerError, Job, Mailbox,
    PortError, ProviderId, Sealed, Sealer, Source,
};
use serde::Deserialize;

use crate::content::{Content, bug};
use crate::port::{Messages, Preferences, Suppressions};
use crate::write::{MessageWrite, NotifyWrite, SuppressionWrite};
use crate::{Category, Message, MessageId, Status, Suppression, SuppressionReason};

pub(crate) const KIND: &str = "notify.send";

/// Sends a planned message: at least once, with the same key on every try.
#[derive(Debug, Clone)]
pub struct SendMessage {
    /// Where messages are read.
    pub messages: Arc<dyn Messages>,
    /// Where mail is no longer sent to.
    pub suppressions: Arc<dyn Suppressions>,
    /// What mail is not wanted.
    pub preferences: Arc<dyn Preferences>,
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
        if let Some(held_back) = self.held_back(&message).await? {
            return Ok(save(message.reached(held_back, self.source.now())));
        }
        match self.send(&message, values).await {
            Ok(ProviderId(id)) => Ok(save(message.sent(id, self.source.now()))),
            Err(error) if !attempt.ends_by(&error) => Err(error.into()),
            Err(error) if error.kind() == ErrorKind::NoRecipient => Ok(self.bounced(message)),
            Err(error) => {
                tracing::error!(message = %message.id, error = &error as &dyn std::error::Error, "a mail could not be sent");
                Ok(save(message.reached(Status::Failed, self.source.now())))
            }
        }
    }
}

impl SendMessage {
    /// Why a mail is not to be sent, asked at the last moment: its reader may have said so since it was planned.
    async fn held_back(&self, message: &Message) -> Result<Option<Status>, PortError> {
        if message.category == Category::System {
            return Ok(None);
        }
        if self.suppressions.suppression(&message.to, message.tenant).await?.is_some() {
            return Ok(Some(Status::Suppressed));
        }
        let Category::Optional(topic) = message.category else { return Ok(None) };
        let refused = self.preferences.opted_out(&message.to, message.tenant).await?;
        Ok(refused.contains(&topic).then_some(Status::OptedOut))
    }

    /// Nobody has the address, whoever writes to it: no more mail goes there, but about the account itself.
    fn bounced(&self, message: Message) -> Commit {
        let now = self.source.now();
        tracing::info!(message = %message.id, "nobody has the address of a mail");
        let suppression = Suppression {
            id: self.source.id(),
            address: message.to.clone(),
            tenant: None,
            reason: SuppressionReason::Bounced,
            since: now,
        };
        let add = NotifyWrite::from(SuppressionWrite::Add(suppression));
        save(message.reached(Status::Bounced, now)).write(add)
    }

    async fn send(&self, message: &Message, values: &Sealed) -> Result<ProviderId, PortError> {
        let content = Content::open(self.sealer.as_ref(), message.id, values)?;
        let mail = content
            .render(message.template, message.locale)
            .map_err(|_| bug().because("the template can't be rendered"))?;
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

fn save(message: Message) -> Commit {
    Commit::new().write(NotifyWrite::Message(MessageWrite::Save(message)))
}
