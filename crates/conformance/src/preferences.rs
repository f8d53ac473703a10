//! What a reader of preferences must do; see [`saaskit_notify::port::Preferences`] and [`PreferenceWrite`].

use saaskit_kernel::{Commit, Email, TenantId};
use saaskit_notify::write::{NotifyWrite, PreferenceWrite};
use saaskit_notify::{OptOut, Topic};

use crate::Stores;
use crate::fixtures::{opt_out, source};

/// Makes a module `preferences_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! preferences_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] preferences_suite of preferences, $fresh,
            what_was_refused_is_read_back_in_its_order
            what_was_refused_of_one_sender_is_not_refused_of_another
            what_is_wanted_again_is_not_refused
        }
    };
}

fn of(tenant: Option<TenantId>, topic: Topic) -> OptOut {
    OptOut { topic, ..opt_out(tenant) }
}

async fn write(stores: &Stores, write: PreferenceWrite) {
    stores.given(Commit::new().write(NotifyWrite::from(write))).await;
}

async fn refused(stores: &Stores, address: &str, tenant: Option<TenantId>) -> Vec<Topic> {
    stores.preferences.opted_out(&Email::parse(address).unwrap(), tenant).await.unwrap()
}

/// What was refused comes back once and in order, by any spelling of the address.
pub async fn what_was_refused_is_read_back_in_its_order(stores: Stores) {
    for topic in [Topic::Digest, Topic::Marketing, Topic::Product, Topic::Digest] {
        write(&stores, PreferenceWrite::OptOut(of(None, topic))).await;
    }
    assert_eq!(refused(&stores, "ANA@Example.org", None).await, Topic::ALL);
    assert_eq!(refused(&stores, "bob@example.org", None).await, []);
}

/// Each workspace and the installation itself are refused apart.
pub async fn what_was_refused_of_one_sender_is_not_refused_of_another(stores: Stores) {
    let source = source();
    let [acme, other]: [TenantId; 2] = [source.id(), source.id()];
    write(&stores, PreferenceWrite::OptOut(of(Some(acme), Topic::Marketing))).await;
    write(&stores, PreferenceWrite::OptOut(of(None, Topic::Digest))).await;
    for (tenant, topics) in
        [(Some(acme), &[Topic::Marketing][..]), (None, &[Topic::Digest]), (Some(other), &[])]
    {
        assert_eq!(refused(&stores, "ana@example.org", tenant).await, topics);
    }
}

/// Of what is wanted again nothing stays, and wanting it twice changes nothing.
pub async fn what_is_wanted_again_is_not_refused(stores: Stores) {
    for topic in Topic::ALL {
        write(&stores, PreferenceWrite::OptOut(of(None, topic))).await;
    }
    for _ in 0..2 {
        write(&stores, PreferenceWrite::OptIn(of(None, Topic::Marketing))).await;
        assert_eq!(refused(&stores, "ana@example.org", None).await, [Topic::Product, Topic::Digest]);
    }
}
