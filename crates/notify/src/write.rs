use saaskit_kernel::{DomainWrite, Email, Target, TenantId};

use crate::{Branding, Captured, Message, OptOut, Suppression};

/// Everything notify can ask to have changed.
#[derive(Debug, Clone, PartialEq)]
pub enum NotifyWrite {
    /// Of a message.
    Message(MessageWrite),
    /// Of where mail is no longer sent to.
    Suppression(SuppressionWrite),
    /// Of what mail is not wanted.
    Preference(PreferenceWrite),
    /// Of what a workspace's mails look like.
    Branding(BrandingWrite),
    /// Of the development outbox.
    Outbox(OutboxWrite),
    /// Removes all that is held on whoever reads at that address, of every workspace: mails to it, as it is spelt here
    /// or in its normal form, what it is not sent, and what its reader did not want.
    Forget(Email),
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

/// Changes of what a workspace's mails look like.
#[derive(Debug, Clone, PartialEq)]
pub enum BrandingWrite {
    /// They look so from now on, whatever they looked like.
    Set(TenantId, Branding),
    /// They look like the installation's again.
    Reset(TenantId),
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
            Self::Branding(BrandingWrite::Set(tenant, _) | BrandingWrite::Reset(tenant)) => Some(*tenant),
            Self::Outbox(OutboxWrite::Keep(_)) | Self::Forget(_) => None,
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
            Self::Branding(BrandingWrite::Set(tenant, _) | BrandingWrite::Reset(tenant)) => {
                Target::row("notify.branding", tenant.uuid())
            }
            Self::Outbox(OutboxWrite::Keep(captured)) => Target::row("notify.outbox", captured.id.as_bytes()),
            Self::Forget(address) => Target::row("notify.reader", address.normal()),
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
impl From<BrandingWrite> for NotifyWrite {
    fn from(write: BrandingWrite) -> Self {
        Self::Branding(write)
    }
}
