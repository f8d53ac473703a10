use saaskit_kernel::{DomainWrite, Target, TenantId};

use crate::{Captured, Message};

/// Everything notify can ask to have changed.
#[derive(Debug, Clone, PartialEq)]
pub enum NotifyWrite {
    /// Of a message.
    Message(MessageWrite),
    /// Of the development outbox.
    Outbox(OutboxWrite),
}

/// Changes of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum MessageWrite {
    /// Inserts it.
    Insert(Message),
    /// Replaces it if its version is still the stored one; `Stale` otherwise, if it is not there, or if it is
    /// another workspace's.
    /// The stored version is one more afterwards.
    Save(Message),
}

/// Changes of the development outbox.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboxWrite {
    /// Keeps a mail or text to be looked at; the first of an id stays.
    Keep(Captured),
}

impl DomainWrite for NotifyWrite {
    fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Message(MessageWrite::Insert(message) | MessageWrite::Save(message)) => message.tenant,
            Self::Outbox(OutboxWrite::Keep(_)) => None,
        }
    }

    fn target(&self) -> Target {
        match self {
            Self::Message(MessageWrite::Insert(message) | MessageWrite::Save(message)) => {
                Target::row("notify.message", message.id.uuid())
            }
            Self::Outbox(OutboxWrite::Keep(captured)) => Target::row("notify.outbox", captured.id.as_bytes()),
        }
    }
}

impl From<MessageWrite> for NotifyWrite {
    fn from(write: MessageWrite) -> Self {
        Self::Message(write)
    }
}
impl From<OutboxWrite> for NotifyWrite {
    fn from(write: OutboxWrite) -> Self {
        Self::Outbox(write)
    }
}
