use saaskit_kernel::{Email, Entity, Id, TenantId, Timestamp};

use crate::Topic;

/// Marker of a suppression's id.
#[derive(Debug, Clone, Copy)]
pub enum SuppressionEntity {}
impl Entity for SuppressionEntity {
    const PREFIX: &'static str = "sup";
}
/// Identifies a suppression.
pub type SuppressionId = Id<SuppressionEntity>;

/// An address mail is no longer sent to, except about the account itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Its id.
    pub id: SuppressionId,
    /// Which address.
    pub address: Email,
    /// Whose mail; everybody's if nobody's in particular.
    pub tenant: Option<TenantId>,
    /// Why.
    pub reason: SuppressionReason,
    /// Since when.
    pub since: Timestamp,
}

/// Why an address gets no mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SuppressionReason {
    /// Its server says that there is no such address.
    Bounced,
    /// Its owner called a mail spam.
    Complained,
    /// An operator said so.
    Manual,
}

impl SuppressionReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bounced, Self::Complained, Self::Manual];

    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Manual => "manual",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// A sort of mail that whoever reads an address does not want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    /// Which address.
    pub address: Email,
    /// Whose mail: a workspace's, or the installation's own.
    pub tenant: Option<TenantId>,
    /// Which sort.
    pub topic: Topic,
}
