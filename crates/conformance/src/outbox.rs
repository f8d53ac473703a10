//! What a reader of the development outbox must do; see [`saaskit_notify::port::Outbox`] and [`OutboxWrite`].

use std::time::Duration;

use saaskit_kernel::Commit;
use saaskit_notify::write::{NotifyWrite, OutboxWrite};
use saaskit_notify::{Captured, Channel};

use crate::Stores;
use crate::fixtures::{NOW, captured, source};

/// Makes a module `outbox_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! outbox_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] outbox_suite of outbox, $fresh,
            what_was_kept_comes_back_as_it_was_newest_first
            no_more_come_than_are_asked_for
            what_was_kept_twice_is_there_once
        }
    };
}

fn keep(captured: &Captured) -> Commit {
    Commit::new().write(NotifyWrite::from(OutboxWrite::Keep(captured.clone())))
}

fn kept(id: &str, seconds: u64) -> Captured {
    Captured { at: NOW.plus(Duration::from_secs(seconds)), ..captured(&source(), id) }
}

/// What was kept comes back as it was, the newest first, mails and texts.
pub async fn what_was_kept_comes_back_as_it_was_newest_first(stores: Stores) {
    let text = Captured { channel: Channel::Sms, subject: None, html: None, ..kept("b", 3) };
    let [old, new] = [kept("c", 1), kept("a", 5)];
    for captured in [&text, &old, &new] {
        stores.given(keep(captured)).await;
    }
    assert_eq!(stores.outbox.newest(10).await.unwrap(), [new, text, old]);
}

/// The newest so many.
pub async fn no_more_come_than_are_asked_for(stores: Stores) {
    assert_eq!(stores.outbox.newest(5).await.unwrap(), []);
    for seconds in 0..4 {
        stores.given(keep(&kept(&seconds.to_string(), seconds))).await;
    }
    assert_eq!(stores.outbox.newest(2).await.unwrap(), [kept("3", 3), kept("2", 2)]);
}

/// One of the same id is kept once: the second try of one mail is the same mail.
pub async fn what_was_kept_twice_is_there_once(stores: Stores) {
    let first = kept("a", 1);
    stores.given(keep(&first)).await;
    stores.given(keep(&kept("a", 9))).await;
    assert_eq!(stores.outbox.newest(10).await.unwrap(), [first]);
}
