//! What a reader of messages must do; see [`saaskit_notify::port::Messages`] and [`MessageWrite`].

use std::time::Duration;

use saaskit_kernel::{Commit, CommitError, Locale, Version};
use saaskit_notify::write::{MessageWrite, NotifyWrite};
use saaskit_notify::{Category, Message, Status, Template};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{NOW, message, source};
use crate::macros::assert_answer;

/// Makes a module `messages_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! messages_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] messages_suite of messages, $fresh,
            a_stored_message_is_read_back_as_it_was_saved
            a_sent_message_is_read_back_without_its_values
            an_ended_message_is_read_back_without_its_values
            a_stale_save_of_a_message_is_refused
            exactly_one_of_many_saves_of_a_message_is_applied
            a_message_that_is_not_there_is_none
        }
    };
}

fn insert(message: &Message) -> Commit {
    Commit::new().write(NotifyWrite::from(MessageWrite::Insert(message.clone())))
}

fn save(message: &Message) -> Commit {
    Commit::new().write(NotifyWrite::from(MessageWrite::Save(message.clone())))
}

fn stored(message: Message) -> Message {
    Message { version: message.version.next(), ..message }
}

async fn read(stores: &Stores, message: &Message) -> Option<Message> {
    stores.messages.message(message.id).await.unwrap()
}

/// A stored message is read back as it was saved, one version up: of every kind, of a tenant and of none.
pub async fn a_stored_message_is_read_back_as_it_was_saved(stores: Stores) {
    let source = source();
    for (n, template) in Template::ALL.iter().enumerate() {
        for (category, locale) in Category::ALL.into_iter().zip(Locale::ALL.into_iter().cycle()) {
            let tenant = (n % 2 == 0).then(|| source.id());
            let mail = Message { template: *template, category, locale, ..message(&source, tenant) };
            stores.given(insert(&mail)).await;
            assert_eq!(read(&stores, &mail).await, Some(stored(mail)));
        }
    }
}

/// A mail that was sent keeps the provider's id and nothing secret.
pub async fn a_sent_message_is_read_back_without_its_values(stores: Stores) {
    let source = source();
    for tenant in [None, Some(source.id())] {
        let mail = message(&source, tenant);
        stores.given(insert(&mail)).await;
        let sent = stored(mail).sent("<1@provider>".to_owned(), NOW.plus(Duration::from_secs(5)));
        stores.given(save(&sent)).await;
        assert_eq!(read(&stores, &sent).await, Some(stored(sent)));
    }
}

/// A mail that ended otherwise keeps nothing secret either, however it ended.
pub async fn an_ended_message_is_read_back_without_its_values(stores: Stores) {
    let source = source();
    for status in Status::ALL.into_iter().filter(|status| *status > Status::Queued) {
        let mail = message(&source, None);
        stores.given(insert(&mail)).await;
        let ended = stored(mail).reached(status, NOW.plus(Duration::from_secs(5)));
        stores.given(save(&ended)).await;
        assert_eq!(read(&stores, &ended).await, Some(stored(ended)));
    }
}

/// A save of an earlier version, or of what is not there, is stale.
pub async fn a_stale_save_of_a_message_is_refused(stores: Stores) {
    let source = source();
    let mail = message(&source, Some(source.id()));
    assert_answer!(stores.commit(save(&mail)).await, Err(CommitError::Stale));
    stores.given(insert(&mail)).await;
    for version in [Version::NEW, Version(2)] {
        let wrong = Message { version, ..mail.clone() }.reached(Status::Failed, NOW);
        assert_answer!(stores.commit(save(&wrong)).await, Err(CommitError::Stale));
    }
    assert_eq!(read(&stores, &mail).await, Some(stored(mail)));
}

/// Of any number of workers that say a mail was sent, exactly one is believed.
pub async fn exactly_one_of_many_saves_of_a_message_is_applied(stores: Stores) {
    let mail = message(&source(), None);
    stores.given(insert(&mail)).await;
    let sent = |n: u32| save(&stored(mail.clone()).sent(n.to_string(), NOW));
    let answers = commit_at_once(&stores, (0..8).map(sent).collect()).await;
    assert_one_wins(&answers, CommitError::is_stale);
    let winner = answers.iter().position(Result::is_ok).unwrap().to_string();
    assert_eq!(read(&stores, &mail).await.unwrap().provider_id, Some(winner));
}

/// What is not there is `None`.
pub async fn a_message_that_is_not_there_is_none(stores: Stores) {
    assert_eq!(read(&stores, &message(&source(), None)).await, None);
}
