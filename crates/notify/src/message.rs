use saaskit_kernel::{Email, Entity, Id, Sealed, TenantId, Timestamp, Version};

use crate::Template;

/// Marker of a message's id.
#[derive(Debug, Clone, Copy)]
pub enum MessageEntity {}
impl Entity for MessageEntity {
    const PREFIX: &'static str = "msg";
}
/// Identifies a message; also the local part of its Message-ID, the same on every try.
pub type MessageId = Id<MessageEntity>;

/// A mail that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The workspace it is sent for, if for one.
    pub tenant: Option<TenantId>,
    /// To whom.
    pub to: Email,
    /// What it looks like.
    pub template: Template,
    /// What it is about, which decides who may refuse it.
    pub category: Category,
    /// The template's values as JSON, sealed because links sign people in; wiped when the mail is sent or given up.
    pub values: Option<Sealed>,
    /// How far it got.
    pub status: Status,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub changed_at: Timestamp,
    /// What the provider calls it.
    pub provider_id: Option<String>,
    /// The version it was read with.
    pub version: Version,
}

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// The account itself: can't be refused.
    System,
    /// What its reader did: can't be refused.
    Transactional,
}

impl Category {
    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Transactional => "transactional",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::System, Self::Transactional].into_iter().find(|category| category.as_str() == word)
    }
}

/// How far a mail got; it only rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Waiting to be sent.
    Queued,
    /// A provider took it.
    Sent,
    /// It could not be sent.
    Failed,
}

impl Status {
    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Queued, Self::Sent, Self::Failed].into_iter().find(|status| status.as_str() == word)
    }
}

impl Message {
    /// The context a message's values are sealed for.
    pub fn seal_context(id: MessageId) -> String {
        format!("notify.message:{id}")
    }

    /// The same message, taken by a provider; its values are wiped.
    #[must_use]
    pub fn sent(self, provider_id: String, at: Timestamp) -> Self {
        Self { status: Status::Sent, values: None, provider_id: Some(provider_id), changed_at: at, ..self }
    }

    /// The same message, given up; its values are wiped.
    #[must_use]
    pub fn failed(self, at: Timestamp) -> Self {
        Self { status: self.status.max(Status::Failed), values: None, changed_at: at, ..self }
    }
}
