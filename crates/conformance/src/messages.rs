//! What a reader of messages must do; see [`saaskit_notify::port::Messages`] and [`MessageWrite`].

use std::time::Duration;

use saaskit_kernel::{Commit, CommitError, Email, Locale, Page, Source, TenantId, Version};
use saaskit_notify::write::{MessageWrite, NotifyWrite, OutboxWrite, PreferenceWrite, SuppressionWrite};
use saaskit_notify::{Captured, Category, Message, OptOut, Status, Suppression, Template};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{NOW, captured, email, message, opt_out, source, suppression};
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
            mails_to_a_reader_come_page_by_page_and_nobody_elses_do
            all_that_is_held_on_a_reader_is_forgotten_and_nothing_of_others
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

/// In the order of their ids, of every workspace, and however the address is spelt here.
pub async fn mails_to_a_reader_come_page_by_page_and_nobody_elses_do(stores: Stores) {
    let source = source();
    let (ana, bob) = (Email::parse("Ana@Example.org").unwrap(), email("bob"));
    let normal = Email::parse(ana.normal()).unwrap();
    let mut expected = Vec::new();
    for number in 0..5 {
        let to = if number % 2 == 0 { ana.clone() } else { normal.clone() };
        let mine = Message { to, ..message(&source, (number > 2).then(|| source.id())) };
        let other = Message { to: bob.clone(), ..message(&source, None) };
        stores.given(insert(&mine).and(insert(&other))).await;
        expected.push(stored(mine));
    }
    expected.sort_by_key(|message| message.id);
    let mut found: Vec<Message> = Vec::new();
    for (more, count) in [(true, 2), (true, 2), (false, 1)] {
        let page = Page { after: found.last().map(|message| message.id), limit: 2 };
        let part = stores.messages.messages_to(&ana, page).await.unwrap();
        assert_eq!((part.has_more, part.items.len()), (more, count));
        found.extend(part.items);
    }
    assert_eq!(found, expected);
}

/// What is held on one reader.
struct Held {
    mails: Vec<Message>,
    suppressions: Vec<Suppression>,
    opt_outs: Vec<OptOut>,
    captured: Captured,
}

async fn given_held(
    stores: &Stores,
    source: &Source,
    reader: &Email,
    tenants: [Option<TenantId>; 2],
) -> Held {
    let spellings = [reader.clone(), Email::parse(reader.normal()).unwrap()].into_iter().zip(tenants);
    let mails = spellings.map(|(to, tenant)| Message { to, ..message(source, tenant) }).collect();
    let address = || reader.clone();
    let suppressions =
        tenants.map(|tenant| Suppression { address: address(), ..suppression(source, tenant) });
    let opt_outs = tenants.map(|tenant| OptOut { address: address(), ..opt_out(tenant) });
    let captured = Captured { to: reader.original().to_owned(), ..captured(source, reader.normal()) };
    let held = Held { mails, suppressions: suppressions.into(), opt_outs: opt_outs.into(), captured };
    let mails = held.mails.iter().cloned().map(|it| NotifyWrite::from(MessageWrite::Insert(it)));
    let added = held.suppressions.iter().cloned().map(|it| NotifyWrite::from(SuppressionWrite::Add(it)));
    let refused = held.opt_outs.iter().cloned().map(|it| NotifyWrite::from(PreferenceWrite::OptOut(it)));
    let kept = NotifyWrite::from(OutboxWrite::Keep(held.captured.clone()));
    let commit = mails.chain(added).chain(refused).chain([kept]).fold(Commit::new(), Commit::write);
    stores.given(commit.across_tenants()).await;
    held
}

async fn is_held(stores: &Stores, held: &Held) -> Vec<bool> {
    let mut there = Vec::new();
    for mail in &held.mails {
        there.push(read(stores, mail).await.is_some());
    }
    for it in &held.suppressions {
        there.push(stores.suppressions.suppression_by_id(it.id).await.unwrap().is_some());
    }
    for it in &held.opt_outs {
        there.push(!stores.preferences.opted_out(&it.address, it.tenant).await.unwrap().is_empty());
    }
    there.push(stores.outbox.newest(10).await.unwrap().iter().any(|it| it.id == held.captured.id));
    there
}

/// Mails to an address in every workspace, what it is not sent and what its reader did not want, all at once.
pub async fn all_that_is_held_on_a_reader_is_forgotten_and_nothing_of_others(stores: Stores) {
    let source = source();
    let tenants = [None, Some(source.id())];
    let (ana, bob) = (Email::parse("Ana@Example.org").unwrap(), email("bob"));
    let gone = given_held(&stores, &source, &ana, tenants).await;
    let kept = given_held(&stores, &source, &bob, tenants).await;
    assert_eq!(is_held(&stores, &gone).await, [true; 7]);
    for _ in 0..2 {
        let forget = Commit::new().across_tenants().write(NotifyWrite::Forget(ana.clone()));
        stores.given(forget).await;
    }
    assert_eq!(is_held(&stores, &gone).await, [false; 7]);
    assert_eq!(is_held(&stores, &kept).await, [true; 7]);
}
