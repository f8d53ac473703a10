//! What a reader of suppressions must do; see [`saaskit_notify::port::Suppressions`] and [`SuppressionWrite`].

use std::time::Duration;

use saaskit_kernel::{Commit, Email, TenantId};
use saaskit_notify::write::{NotifyWrite, SuppressionWrite};
use saaskit_notify::{Suppression, SuppressionReason};

use crate::Stores;
use crate::fixtures::{NOW, email, source, suppression};

/// Makes a module `suppressions_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! suppressions_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] suppressions_suite of suppressions, $fresh,
            a_stored_suppression_is_read_back_as_it_was_added
            a_suppression_counts_for_its_workspace_or_for_everybody
            the_first_suppression_of_an_address_stays
            what_was_removed_is_gone_and_removing_it_again_changes_nothing
        }
    };
}

fn of(address: &Email, tenant: Option<TenantId>) -> Suppression {
    Suppression { address: address.clone(), ..suppression(&source(), tenant) }
}

async fn write(stores: &Stores, write: SuppressionWrite) {
    stores.given(Commit::new().write(NotifyWrite::from(write))).await;
}

async fn read(stores: &Stores, address: &str, tenant: Option<TenantId>) -> Option<Suppression> {
    let address = Email::parse(address).unwrap();
    stores.suppressions.suppression(&address, tenant).await.unwrap()
}

/// A suppression is read back as it was added, for every reason and spelling.
pub async fn a_stored_suppression_is_read_back_as_it_was_added(stores: Stores) {
    let source = source();
    for reason in SuppressionReason::ALL {
        for tenant in [None, Some(source.id())] {
            let address = email(&format!("Ana.{}", reason.as_str()));
            let added = Suppression { reason, ..of(&address, tenant) };
            write(&stores, SuppressionWrite::Add(added.clone())).await;
            let spelling = format!("ANA.{}@EXAMPLE.org", reason.as_str());
            assert_eq!(read(&stores, &spelling, tenant).await, Some(added));
        }
    }
    assert_eq!(read(&stores, "bob@example.org", None).await, None);
}

/// What counts everywhere counts for each workspace that has none of its own; another workspace's never does.
pub async fn a_suppression_counts_for_its_workspace_or_for_everybody(stores: Stores) {
    let source = source();
    let [acme, other]: [TenantId; 2] = [source.id(), source.id()];
    let (own, everywhere) = (of(&email("ana"), Some(acme)), of(&email("ana"), None));
    write(&stores, SuppressionWrite::Add(own.clone())).await;
    assert_eq!(read(&stores, "ana@example.org", Some(acme)).await, Some(own.clone()));
    for elsewhere in [Some(other), None] {
        assert_eq!(read(&stores, "ana@example.org", elsewhere).await, None);
    }
    write(&stores, SuppressionWrite::Add(everywhere.clone())).await;
    assert_eq!(read(&stores, "ana@example.org", Some(acme)).await, Some(own));
    for elsewhere in [Some(other), None] {
        assert_eq!(read(&stores, "ana@example.org", elsewhere).await, Some(everywhere.clone()));
    }
}

/// Added again it stays as it was.
pub async fn the_first_suppression_of_an_address_stays(stores: Stores) {
    let first = of(&email("ana"), None);
    write(&stores, SuppressionWrite::Add(first.clone())).await;
    let since = NOW.plus(Duration::from_secs(9));
    let second = Suppression { reason: SuppressionReason::Manual, since, ..first.clone() };
    write(&stores, SuppressionWrite::Add(second)).await;
    assert_eq!(read(&stores, "ana@example.org", None).await, Some(first));
}

/// What was removed holds no mail back any more, and nothing else was removed.
pub async fn what_was_removed_is_gone_and_removing_it_again_changes_nothing(stores: Stores) {
    let acme: TenantId = source().id();
    let (own, everywhere) = (of(&email("ana"), Some(acme)), of(&email("ana"), None));
    for added in [&own, &everywhere] {
        write(&stores, SuppressionWrite::Add(added.clone())).await;
    }
    for _ in 0..2 {
        write(&stores, SuppressionWrite::Remove(email("ana"), Some(acme))).await;
        assert_eq!(read(&stores, "ana@example.org", Some(acme)).await, Some(everywhere.clone()));
    }
    write(&stores, SuppressionWrite::Remove(email("ana"), None)).await;
    assert_eq!(read(&stores, "ana@example.org", Some(acme)).await, None);
}
