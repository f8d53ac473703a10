//! What a reader of who is in a workspace must do; see [`saaskit_tenants::port::Members`].

use saaskit_kernel::{Commit, CommitError, Page, Source, TenantId};
use saaskit_tenants::write::{OwnerCount, TenantWrite, TenantsWrite};
use saaskit_tenants::{Membership, MembershipId, Removal, Role};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{membership, source};
use crate::macros::assert_answer;
use crate::workspaces::{ended, given_workspace, join, save_membership};

/// Makes a module `members_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! members_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] members_suite of members, $fresh,
            a_member_is_found_by_id_in_its_own_workspace_and_in_no_other
            a_save_of_a_membership_replaces_its_role_and_its_end
            a_stale_save_of_a_membership_is_refused
            exactly_one_of_many_who_join_a_user_at_once_is_applied
            a_refused_owner_count_keeps_the_membership_as_it_was
            pages_of_members_come_in_the_order_of_ids_each_member_once
            who_is_gone_is_left_out_of_pages_and_takes_no_seat
            who_is_gone_with_the_account_is_on_the_pages_and_takes_no_seat
        }
    };
}

async fn given_members(
    stores: &Stores,
    source: &Source,
    tenant: TenantId,
    count: usize,
) -> Vec<MembershipId> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let member = Membership { role: Role::Member, ..membership(source, tenant, source.id()) };
        stores.given(join(&member)).await;
        ids.push(member.id);
    }
    ids
}

/// The next `limit` after what was seen already.
async fn next_page(
    stores: &Stores,
    tenant: TenantId,
    seen: &[MembershipId],
    limit: u32,
) -> (Vec<MembershipId>, bool) {
    let page = Page { after: seen.last().copied(), limit };
    let paged = stores.members.members(tenant, page).await.unwrap();
    assert!(paged.items.iter().all(|member| member.tenant == tenant));
    (paged.items.into_iter().map(|member| member.id).collect(), paged.has_more)
}

/// A membership is found by its id in its own workspace and in no other.
pub async fn a_member_is_found_by_id_in_its_own_workspace_and_in_no_other(stores: Stores) {
    let source = source();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    let other = given_workspace(&stores, &source, "other", source.id()).await;
    let member = membership(&source, acme.id, source.id());
    stores.given(join(&member)).await;
    let read = stores.members.membership(acme.id, member.id).await.unwrap();
    let kept = Membership { version: member.version.next(), ..member };
    assert_eq!(read, Some(kept.clone()));
    assert_eq!(stores.members.membership(other.id, kept.id).await.unwrap(), None);
    assert_eq!(stores.members.membership(acme.id, source.id()).await.unwrap(), None);
    let foreign = Membership { tenant: other.id, ..kept.clone() };
    assert_answer!(stores.commit(save_membership(&foreign)).await, Err(CommitError::Stale));
    assert_eq!(stores.members.membership(acme.id, kept.id).await.unwrap(), Some(kept));
}

/// A save replaces the role and the end, and nothing else; an ended membership is still found.
pub async fn a_save_of_a_membership_replaces_its_role_and_its_end(stores: Stores) {
    let source = source();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    let member = membership(&source, acme.id, source.id());
    stores.given(join(&member)).await;
    let mut saved = Membership { version: member.version.next(), ..member };
    let removed = |with_account| Some(Removal { at: source.now(), with_account });
    for (role, removal) in [
        (Role::Admin, None),
        (Role::Member, removed(false)),
        (Role::Owner, None),
        (Role::Owner, removed(true)),
    ] {
        saved = Membership { role, removal, ..saved };
        stores.given(save_membership(&saved)).await;
        saved.version = saved.version.next();
        let read = stores.members.membership(acme.id, saved.id).await.unwrap();
        assert_eq!(read, Some(saved.clone()));
    }
}

/// A save of an earlier version, or of what is not there, is stale.
pub async fn a_stale_save_of_a_membership_is_refused(stores: Stores) {
    let source = source();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    let member = membership(&source, acme.id, source.id());
    assert_answer!(stores.commit(save_membership(&member)).await, Err(CommitError::Stale));
    stores.given(join(&member)).await;
    let read = stores.members.membership(acme.id, member.id).await.unwrap().unwrap();
    stores.given(save_membership(&read)).await;
    let late = Membership { role: Role::Member, ..read };
    assert_answer!(stores.commit(save_membership(&late)).await, Err(CommitError::Stale));
    let read = stores.members.membership(acme.id, member.id).await.unwrap().unwrap();
    assert_eq!(read.role, Role::Owner);
}

/// Of any number of commits that bring one user into a workspace, exactly one is applied.
pub async fn exactly_one_of_many_who_join_a_user_at_once_is_applied(stores: Stores) {
    let source = source();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    let ana = source.id();
    let joins = (0..12).map(|_| join(&membership(&source, acme.id, ana))).collect();
    let answers = commit_at_once(&stores, joins).await;
    assert_one_wins(&answers, |error| {
        matches!(error, CommitError::Duplicate(saaskit_tenants::write::MEMBERSHIP_USER))
    });
    assert_eq!(stores.members.seats_used(acme.id).await.unwrap(), 2);
}

/// An end that would leave no owner leaves no trace.
pub async fn a_refused_owner_count_keeps_the_membership_as_it_was(stores: Stores) {
    let source = source();
    let ana = source.id();
    let acme = given_workspace(&stores, &source, "acme", ana).await;
    let (_, owner) = stores.workspaces.entry(acme.id, ana).await.unwrap().unwrap();
    let ended = ended(&source, owner.clone());
    let fewer = Commit::new().write(TenantsWrite::from(TenantWrite::Owners(acme.id, OwnerCount::Fewer)));
    let answer = stores.commit(save_membership(&ended).and(fewer)).await;
    assert_answer!(answer, Err(CommitError::Refused(saaskit_tenants::write::LAST_OWNER)));
    assert_eq!(stores.members.membership(acme.id, owner.id).await.unwrap(), Some(owner));
}

/// Pages of members come in the order of their ids, each member once, also when more come between.
pub async fn pages_of_members_come_in_the_order_of_ids_each_member_once(stores: Stores) {
    let source = source();
    let early: MembershipId = source.id();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    let other = given_workspace(&stores, &source, "other", source.id()).await;
    let (owner, _) = next_page(&stores, acme.id, &[], 1).await;
    let mut expected = [owner, given_members(&stores, &source, acme.id, 6).await].concat();
    given_members(&stores, &source, other.id, 3).await;
    expected.sort();
    let (mut seen, has_more) = next_page(&stores, acme.id, &[], 3).await;
    assert!(has_more);
    let late = Membership { id: early, ..membership(&source, acme.id, source.id()) };
    stores.given(join(&late)).await;
    for (limit, more) in [(3, true), (1, false)] {
        let (page, has_more) = next_page(&stores, acme.id, &seen, limit).await;
        seen.extend(page);
        assert_eq!(has_more, more);
    }
    assert_eq!(seen, expected);
}

/// Who is gone is left out of pages and takes no seat.
pub async fn who_is_gone_is_left_out_of_pages_and_takes_no_seat(stores: Stores) {
    let source = source();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    let members = given_members(&stores, &source, acme.id, 3).await;
    assert_eq!(stores.members.seats_used(acme.id).await.unwrap(), 4);
    let gone = stores.members.membership(acme.id, members[1]).await.unwrap().unwrap();
    stores.given(save_membership(&ended(&source, gone))).await;
    let (page, has_more) = next_page(&stores, acme.id, &[], 10).await;
    assert_eq!((page.len(), page.contains(&members[1]), has_more), (3, false, false));
    assert_eq!(stores.members.seats_used(acme.id).await.unwrap(), 3);
    assert_eq!(stores.members.seats_used(source.id()).await.unwrap(), 0);
    assert_eq!(next_page(&stores, source.id(), &[], 10).await, (vec![], false));
}

/// Whose membership ended with the account is among the members until it is ended for good, and takes no seat.
pub async fn who_is_gone_with_the_account_is_on_the_pages_and_takes_no_seat(stores: Stores) {
    let source = source();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    let members = given_members(&stores, &source, acme.id, 3).await;
    let mut gone = stores.members.membership(acme.id, members[1]).await.unwrap().unwrap();
    gone.removal = Some(Removal { at: source.now(), with_account: true });
    stores.given(save_membership(&gone)).await;
    let (page, _) = next_page(&stores, acme.id, &[], 10).await;
    assert_eq!(page[1..], members);
    let (page, has_more) = next_page(&stores, acme.id, &members[..1], 1).await;
    assert_eq!((page.as_slice(), has_more), (&members[1..2], true));
    assert_eq!(stores.members.seats_used(acme.id).await.unwrap(), 3);
    gone.version = gone.version.next();
    stores.given(save_membership(&ended(&source, gone))).await;
    let (page, _) = next_page(&stores, acme.id, &[], 10).await;
    assert_eq!((page.len(), page.contains(&members[1])), (3, false));
}
