//! What a reader of suppressions must do; see [`saaskit_notify::port::Suppressions`] and [`SuppressionWrite`].

use std::time::Duration;

use saaskit_kernel::{Commit, Email, Page, Source, TenantId};
use saaskit_notify::write::{MessageWrite, NotifyWrite, SuppressionWrite};
use saaskit_notify::{Status, Suppression, SuppressionId, SuppressionReason};

use crate::Stores;
use crate::fixtures::{NOW, email, message, source, suppression};

/// Makes a module `suppressions_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! suppressions_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] suppressions_suite of suppressions, $fresh,
            a_stored_suppression_is_read_back_as_it_was_added
            a_suppression_counts_for_its_workspace_or_for_everybody
            the_first_suppression_of_an_address_stays
            what_was_removed_is_gone_and_removing_it_again_changes_nothing
            a_workspaces_mail_that_bounces_holds_back_everybodys
            a_suppression_is_found_by_its_id_until_it_is_removed
            pages_hold_all_or_those_of_one_address_in_the_order_of_their_ids
        }
    };
}

fn of(source: &Source, address: &Email, tenant: Option<TenantId>) -> Suppression {
    Suppression { address: address.clone(), ..suppression(source, tenant) }
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
            let added = Suppression { reason, ..of(&source, &address, tenant) };
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
    let own = of(&source, &email("ana"), Some(acme));
    let everywhere = of(&source, &email("ana"), None);
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
    let source = source();
    let first = of(&source, &email("ana"), None);
    write(&stores, SuppressionWrite::Add(first.clone())).await;
    let since = NOW.plus(Duration::from_secs(9));
    let (id, reason) = (source.id(), SuppressionReason::Manual);
    let second = Suppression { id, reason, since, ..first.clone() };
    write(&stores, SuppressionWrite::Add(second)).await;
    assert_eq!(read(&stores, "ana@example.org", None).await, Some(first));
}

/// What was removed holds no mail back any more, and nothing else was removed.
pub async fn what_was_removed_is_gone_and_removing_it_again_changes_nothing(stores: Stores) {
    let source = source();
    let acme: TenantId = source.id();
    let own = of(&source, &email("ana"), Some(acme));
    let everywhere = of(&source, &email("ana"), None);
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

/// The commit that says what became of a workspace's mail can hold back mail beyond that workspace.
pub async fn a_workspaces_mail_that_bounces_holds_back_everybodys(stores: Stores) {
    let source = source();
    let [acme, other]: [TenantId; 2] = [source.id(), source.id()];
    let mail = message(&source, Some(acme));
    stores.given(Commit::new().write(NotifyWrite::from(MessageWrite::Insert(mail.clone())))).await;
    let mail = stores.messages.message(mail.id).await.unwrap().unwrap();
    let bounced = mail.clone().reached(Status::Bounced, NOW);
    let everywhere = of(&source, &mail.to, None);
    let commit = Commit::new()
        .write(NotifyWrite::from(MessageWrite::Save(bounced)))
        .write(NotifyWrite::from(SuppressionWrite::Add(everywhere.clone())));
    stores.given(commit).await;
    assert_eq!(stores.messages.message(mail.id).await.unwrap().unwrap().status, Status::Bounced);
    for tenant in [Some(acme), Some(other), None] {
        assert_eq!(read(&stores, "ana@example.org", tenant).await, Some(everywhere.clone()));
    }
}

/// What is looked up by its id is that one, whosever it is.
pub async fn a_suppression_is_found_by_its_id_until_it_is_removed(stores: Stores) {
    let source = source();
    let (acme, unknown) = (source.id(), source.id());
    let own = of(&source, &email("ana"), Some(acme));
    let everywhere = of(&source, &email("ana"), None);
    let by_id = async |id| stores.suppressions.suppression_by_id(id).await.unwrap();
    for added in [&own, &everywhere] {
        write(&stores, SuppressionWrite::Add(added.clone())).await;
    }
    assert_eq!(by_id(own.id).await, Some(own.clone()));
    assert_eq!(by_id(everywhere.id).await, Some(everywhere));
    assert_eq!(by_id(unknown).await, None);
    write(&stores, SuppressionWrite::Remove(email("ana"), Some(acme))).await;
    assert_eq!(by_id(own.id).await, None);
}

/// Every one is on one page, those of every workspace, and by any spelling of its address.
pub async fn pages_hold_all_or_those_of_one_address_in_the_order_of_their_ids(stores: Stores) {
    let source = source();
    let acme: TenantId = source.id();
    let added = [
        of(&source, &email("zoe"), None),
        of(&source, &email("ana"), Some(acme)),
        of(&source, &email("ben"), Some(acme)),
        of(&source, &email("ana"), None),
    ];
    for one in added.iter().rev() {
        write(&stores, SuppressionWrite::Add(one.clone())).await;
    }
    let page = async |address: Option<&str>, after: Option<SuppressionId>, limit| {
        let address = address.map(|address| Email::parse(address).unwrap());
        let found = stores.suppressions.suppressions(address.as_ref(), Page { after, limit }).await.unwrap();
        (found.items, found.has_more)
    };
    assert_eq!(page(None, None, 3).await, (added[..3].to_vec(), true));
    assert_eq!(page(None, Some(added[2].id), 3).await, (added[3..].to_vec(), false));
    let of_ana = vec![added[1].clone(), added[3].clone()];
    assert_eq!(page(Some("ANA@example.org"), None, 2).await, (of_ana.clone(), false));
    assert_eq!(page(Some("ana@example.org"), None, 1).await, (of_ana[..1].to_vec(), true));
    assert_eq!(page(Some("ana@example.org"), Some(added[1].id), 1).await, (of_ana[1..].to_vec(), false));
    assert_eq!(page(Some("nobody@example.org"), None, 1).await, (Vec::new(), false));
}
