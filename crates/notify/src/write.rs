use saaskit_kernel::{DomainWrite, Email, Target, TenantId};

use crate::{Captured, Message, OptOut, Suppression};

/// Everything notify can ask to have changed.
#[derive(Debug, Clone, PartialEq)]
pub enum NotifyWrite {
    /// Of a message.
    Message(MessageWrite),
    /// Of where mail is no longer sent to.
    Suppression(SuppressionWrite),
    /// Of what mail is not wanted.
    Preference(PreferenceWrite),
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

/// Changes of where mail is no longer sent to.
#[derive(Debug, Clone, PartialEq)]
pub enum SuppressionWrite {
    /// Inserts it; the first of an address in one place stays.
    Add(Suppression),
    /// Removes that of an address in one place, if there is one.
    Remove(Email, Option<TenantId>),
}

/// Changes of what mail is not wanted.
#[derive(Debug, Clone, PartialEq)]
pub enum PreferenceWrite {
    /// Inserts it, if it is not there.
    OptOut(OptOut),
    /// Removes it, if it is there.
    OptIn(OptOut),
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
            Self::Suppression(SuppressionWrite::Add(suppression)) => suppression.tenant,
            Self::Suppression(SuppressionWrite::Remove(_, tenant)) => *tenant,
            Self::Preference(PreferenceWrite::OptOut(it) | PreferenceWrite::OptIn(it)) => it.tenant,
            Self::Outbox(OutboxWrite::Keep(_)) => None,
        }
    }

    fn target(&self) -> Target {
        match self {
            Self::Message(MessageWrite::Insert(message) | MessageWrite::Save(message)) => {
                Target::row("notify.message", message.id.uuid())
            }
            Self::Suppression(
                SuppressionWrite::Add(Suppression { address, tenant, .. })
                | SuppressionWrite::Remove(address, tenant),
            ) => Target::row("notify.suppression", place(address, *tenant)),
            Self::Preference(PreferenceWrite::OptOut(it) | PreferenceWrite::OptIn(it)) => {
                let key = format!("{} {}", place(&it.address, it.tenant), it.topic.as_str());
                Target::row("notify.opt_out", key)
            }
            Self::Outbox(OutboxWrite::Keep(captured)) => Target::row("notify.outbox", captured.id.as_bytes()),
        }
    }
}

fn place(address: &Email, tenant: Option<TenantId>) -> String {
    let tenant = tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
    format!("{} {tenant}", address.normal())
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
impl From<SuppressionWrite> for NotifyWrite {
    fn from(write: SuppressionWrite) -> Self {
        Self::Suppression(write)
    }
}
impl From<PreferenceWrite> for NotifyWrite {
    fn from(write: PreferenceWrite) -> Self {
        Self::Preference(write)
    }
}
