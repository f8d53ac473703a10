use saaskit_kernel::{Email, Entity, Id, Locale, Sealed, TenantId, Timestamp, Version};

use crate::{Category, Template};

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
    /// The language it is written in.
    pub locale: Locale,
    /// What it looks like.
    pub template: Template,
    /// What it is about, which decides who may refuse it.
    pub category: Category,
    /// The template's values and branding as JSON, sealed because links sign people in; wiped when the mail is sent
    /// or given up.
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

/// How far a mail got, in the order of how bad that is; it only rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Waiting to be sent.
    Queued,
    /// A provider took it.
    Sent,
    /// Not sent: mail to the address was turned down before.
    Suppressed,
    /// Not sent: its reader does not want such mail.
    OptedOut,
    /// It could not be sent.
    Failed,
    /// A provider took it and could not deliver it.
    Bounced,
    /// Its reader called it spam.
    Complained,
}

impl Status {
    /// All of them, the worst last.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Sent,
        Self::Suppressed,
        Self::OptedOut,
        Self::Failed,
        Self::Bounced,
        Self::Complained,
    ];

    /// The word it is stored and shown by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Suppressed => "suppressed",
            Self::OptedOut => "opted_out",
            Self::Failed => "failed",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
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
        Self { provider_id: Some(provider_id), ..self.reached(Status::Sent, at) }
    }

    /// The same message, at least that far; its values are wiped. What is worse already stays.
    #[must_use]
    pub fn reached(self, status: Status, at: Timestamp) -> Self {
        let changed_at = if status > self.status { at } else { self.changed_at };
        Self { status: self.status.max(status), values: None, changed_at, ..self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saaskit_kernel::{Source, Version};

    use super::*;
    use crate::Template;

    fn queued() -> Message {
        let source = Source::system();
        Message {
            id: source.id(),
            tenant: None,
            to: Email::parse("ana@example.org").unwrap(),
            locale: Locale::En,
            template: Template::Welcome,
            category: Category::Transactional,
            values: Some(Sealed::from_bytes(vec![1])),
            status: Status::Queued,
            created_at: Timestamp::from_millis(0),
            changed_at: Timestamp::from_millis(0),
            provider_id: None,
            version: Version::NEW,
        }
    }

    proptest! {
        #[test]
        fn whatever_is_told_in_whatever_order_a_status_only_rises(
            told in prop::collection::vec(prop::sample::select(Status::ALL.to_vec()), 1..12),
        ) {
            let mut message = queued();
            for (second, status) in (1..).zip(&told) {
                let at = Timestamp::from_millis(second);
                let next = message.clone().reached(*status, at);
                prop_assert!(next.status >= message.status && next.status >= *status);
                prop_assert_eq!(next.changed_at == at, next.status > message.status);
                prop_assert_eq!(&next.values, &None);
                message = next;
            }
            prop_assert_eq!(Some(&message.status), told.iter().max());
        }
    }

    #[test]
    fn a_late_word_that_it_was_sent_hides_no_complaint() {
        let at = Timestamp::from_millis(1);
        let message = queued().reached(Status::Complained, at).sent("1".to_owned(), at);
        assert_eq!((message.status, message.provider_id.as_deref()), (Status::Complained, Some("1")));
    }
}
