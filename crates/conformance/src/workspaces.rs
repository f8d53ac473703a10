//! What a reader of workspaces must do; see [`saaskit_tenants::port::Workspaces`] and [`TenantsWrite`].

use saaskit_kernel::{Commit, CommitError, Name, Page, Slug, Source, TenantId, UserId};
use saaskit_tenants::write::{
    LAST_OWNER, MEMBERSHIP_USER, MembershipWrite, OwnerCount, TENANT_SLUG, TenantWrite, TenantsWrite,
};
use saaskit_tenants::{Membership, NewPolicy, Removal, Role, Tenant, TenantPolicy, TenantStatus, Transfer};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{membership, source, tenant};
use crate::macros::assert_answer;

/// Makes a module `workspaces_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! workspaces_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] workspaces_suite of workspaces, $fresh,
            a_stored_workspace_is_read_back_as_it_was_saved
            a_save_replaces_every_field_and_counts_the_version_up
            a_stale_save_of_a_workspace_is_refused
            a_taken_slug_is_a_duplicate
            a_change_cannot_take_anothers_slug
            exactly_one_of_many_workspaces_of_one_slug_is_stored
            a_user_is_in_a_workspace_once
            a_membership_is_seen_in_its_own_workspace_and_in_no_other
            a_membership_is_read_back_as_it_was_saved
            pages_come_in_the_order_of_ids_each_workspace_once
            pages_are_stable_under_inserts
            deleted_workspaces_are_left_out_of_pages
            a_page_says_whether_there_is_more
            who_has_left_is_not_in_it_and_may_come_back
            as_many_owners_go_at_once_as_leave_one
            what_is_not_there_is_none
        }
    };
}

pub(crate) fn create(tenant: &Tenant) -> Commit {
    Commit::new().write(TenantsWrite::from(TenantWrite::Insert(tenant.clone())))
}

pub(crate) fn save(tenant: &Tenant) -> Commit {
    Commit::new().write(TenantsWrite::from(TenantWrite::Save(tenant.clone())))
}

pub(crate) fn join(membership: &Membership) -> Commit {
    Commit::new().write(TenantsWrite::from(MembershipWrite::Insert(membership.clone())))
}

/// The commit that saves a membership.
pub(crate) fn save_membership(membership: &Membership) -> Commit {
    Commit::new().write(TenantsWrite::from(MembershipWrite::Save(membership.clone())))
}

/// The same membership, ended by somebody.
pub(crate) fn ended(source: &Source, mut membership: Membership) -> Membership {
    membership.removal = Some(Removal { at: source.now(), with_account: false });
    membership
}

pub(crate) fn count_owners(tenant: TenantId, count: OwnerCount) -> Commit {
    Commit::new().write(TenantsWrite::from(TenantWrite::Owners(tenant, count)))
}

fn stored(tenant: Tenant) -> Tenant {
    Tenant { version: tenant.version.next(), ..tenant }
}

/// A workspace with that owner, as it is stored.
pub(crate) async fn given_workspace(stores: &Stores, source: &Source, slug: &str, owner: UserId) -> Tenant {
    let tenant = tenant(source, slug);
    stores.given(create(&tenant).and(join(&membership(source, tenant.id, owner)))).await;
    stored(tenant)
}

/// A stored workspace is read back as it was saved, one version up.
pub async fn a_stored_workspace_is_read_back_as_it_was_saved(stores: Stores) {
    let acme = tenant(&source(), "acme");
    stores.given(create(&acme)).await;
    assert_eq!(stores.workspaces.tenant(acme.id).await.unwrap(), Some(stored(acme)));
}

/// A save replaces everything that can change.
pub async fn a_save_replaces_every_field_and_counts_the_version_up(stores: Stores) {
    let source = source();
    let acme = tenant(&source, "acme");
    stores.given(create(&acme)).await;
    let policy = NewPolicy {
        mfa_required: true,
        session_max_seconds: Some(3600),
        methods: vec!["otp".to_owned()],
        ip_ranges: vec!["192.0.2.0/24".to_owned(), "2001:db8::/32".to_owned()],
        domains: vec!["example.com".to_owned()],
    };
    let changed = Tenant {
        slug: Slug::parse("acme-2").unwrap(),
        name: Name::parse("Acme II").unwrap(),
        status: TenantStatus::Suspended,
        policy: TenantPolicy::parse(policy).unwrap(),
        seats: Some(u32::MAX),
        transfer: Some(Transfer { from: source.id(), to: source.id(), until: source.now() }),
        ..stored(acme)
    };
    stores.given(save(&changed)).await;
    let changed = stored(changed);
    assert_eq!(stores.workspaces.tenant(changed.id).await.unwrap(), Some(changed.clone()));
    let plain = Tenant { policy: TenantPolicy::default(), seats: None, transfer: None, ..changed };
    stores.given(save(&plain)).await;
    assert_eq!(stores.workspaces.tenant(plain.id).await.unwrap(), Some(stored(plain)));
}

/// A save of an earlier version, or of what is not there, is stale.
pub async fn a_stale_save_of_a_workspace_is_refused(stores: Stores) {
    let source = source();
    let acme = tenant(&source, "acme");
    assert_answer!(stores.commit(save(&acme)).await, Err(CommitError::Stale));
    stores.given(create(&acme)).await;
    let read = stores.workspaces.tenant(acme.id).await.unwrap().unwrap();
    stores.given(save(&read)).await;
    let late = Tenant { status: TenantStatus::Deleted, ..read.clone() };
    assert_answer!(stores.commit(save(&late)).await, Err(CommitError::Stale));
    assert_eq!(stores.workspaces.tenant(acme.id).await.unwrap(), Some(stored(read)));
}

/// A slug belongs to one workspace.
pub async fn a_taken_slug_is_a_duplicate(stores: Stores) {
    let source = source();
    let (first, second) = (tenant(&source, "acme"), tenant(&source, "acme"));
    stores.given(create(&first)).await;
    assert_answer!(stores.commit(create(&second)).await, Err(CommitError::Duplicate(TENANT_SLUG)));
    assert_eq!(stores.workspaces.tenant(second.id).await.unwrap(), None);
}

/// No workspace gets another's slug by changing its own.
pub async fn a_change_cannot_take_anothers_slug(stores: Stores) {
    let source = source();
    let (acme, other) = (tenant(&source, "acme"), tenant(&source, "other"));
    stores.given(create(&acme)).await;
    stores.given(create(&other)).await;
    let grab = Tenant { slug: acme.slug, ..stored(other.clone()) };
    assert_answer!(stores.commit(save(&grab)).await, Err(CommitError::Duplicate(TENANT_SLUG)));
    assert_eq!(stores.workspaces.tenant(other.id).await.unwrap(), Some(stored(other)));
}

/// Of any number of workspaces that claim one slug, exactly one is stored.
pub async fn exactly_one_of_many_workspaces_of_one_slug_is_stored(stores: Stores) {
    let source = source();
    let creates = (0..12).map(|_| create(&tenant(&source, "acme"))).collect();
    let answers = commit_at_once(&stores, creates).await;
    assert_one_wins(&answers, |error| matches!(error, CommitError::Duplicate(TENANT_SLUG)));
}

/// A user is in a workspace once, and may be in others.
pub async fn a_user_is_in_a_workspace_once(stores: Stores) {
    let source = source();
    let ana: UserId = source.id();
    let acme = given_workspace(&stores, &source, "acme", ana).await;
    let again = Membership { role: Role::Member, ..membership(&source, acme.id, ana) };
    assert_answer!(stores.commit(join(&again)).await, Err(CommitError::Duplicate(MEMBERSHIP_USER)));
    let (_, member) = stores.workspaces.entry(acme.id, ana).await.unwrap().unwrap();
    assert_eq!(member.role, Role::Owner);
    given_workspace(&stores, &source, "other", ana).await;
}

/// A membership is seen in its own workspace and in no other.
pub async fn a_membership_is_seen_in_its_own_workspace_and_in_no_other(stores: Stores) {
    let source = source();
    let (ana, eve): (UserId, UserId) = (source.id(), source.id());
    let anas = given_workspace(&stores, &source, "anas", ana).await;
    let eves = given_workspace(&stores, &source, "eves", eve).await;
    for (tenant, user, inside) in
        [(&anas, ana, true), (&anas, eve, false), (&eves, eve, true), (&eves, ana, false)]
    {
        let entry = stores.workspaces.entry(tenant.id, user).await.unwrap();
        let seen = entry.map(|(tenant, membership)| (tenant.id, membership.tenant, membership.user));
        assert_eq!(seen, inside.then_some((tenant.id, tenant.id, user)));
    }
    let listed = stores.workspaces.of_user(eve, Page { after: None, limit: 10 }).await.unwrap();
    assert_eq!(listed.items.iter().map(|(tenant, _)| tenant.id).collect::<Vec<_>>(), [eves.id]);
}

/// A membership is read back as it was saved, one version up, beside its workspace.
pub async fn a_membership_is_read_back_as_it_was_saved(stores: Stores) {
    let source = source();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    for role in [Role::Member, Role::Admin, Role::Owner] {
        let member = Membership { role, ..membership(&source, acme.id, source.id()) };
        stores.given(join(&member)).await;
        let read = stores.workspaces.entry(acme.id, member.user).await.unwrap();
        let member = Membership { version: member.version.next(), ..member };
        assert_eq!(read, Some((acme.clone(), member)));
    }
}

async fn given_workspaces(stores: &Stores, source: &Source, owner: UserId, count: usize) -> Vec<TenantId> {
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(given_workspace(stores, source, &format!("acme-{n}"), owner).await.id);
        given_workspace(stores, source, &format!("other-{n}"), source.id()).await;
    }
    ids
}

/// The next `limit` after what was seen already.
async fn next_page(stores: &Stores, user: UserId, seen: &[TenantId], limit: u32) -> (Vec<TenantId>, bool) {
    let page = Page { after: seen.last().copied(), limit };
    let paged = stores.workspaces.of_user(user, page).await.unwrap();
    for (tenant, membership) in &paged.items {
        assert_eq!((membership.tenant, membership.user), (tenant.id, user));
    }
    (paged.items.into_iter().map(|(tenant, _)| tenant.id).collect(), paged.has_more)
}

/// Pages of a user's workspaces come in the order of their ids, each workspace once.
pub async fn pages_come_in_the_order_of_ids_each_workspace_once(stores: Stores) {
    let source = source();
    let ana: UserId = source.id();
    let mut expected = given_workspaces(&stores, &source, ana, 7).await;
    expected.sort();
    let mut seen = Vec::new();
    while seen.len() <= expected.len() {
        let (page, has_more) = next_page(&stores, ana, &seen, 3).await;
        seen.extend(page);
        if !has_more {
            break;
        }
    }
    assert_eq!(seen, expected);
}

/// A workspace that comes between two pages moves none of the others.
pub async fn pages_are_stable_under_inserts(stores: Stores) {
    let source = source();
    let ana: UserId = source.id();
    let early = tenant(&source, "early");
    let expected = given_workspaces(&stores, &source, ana, 4).await;
    let (mut seen, _) = next_page(&stores, ana, &[], 2).await;
    stores.given(create(&early).and(join(&membership(&source, early.id, ana)))).await;
    let (rest, has_more) = next_page(&stores, ana, &seen, 2).await;
    seen.extend(rest);
    assert_eq!((seen, has_more), (expected, false));
}

/// Deleted workspaces are left out, suspended ones are not.
pub async fn deleted_workspaces_are_left_out_of_pages(stores: Stores) {
    let source = source();
    let ana: UserId = source.id();
    for (slug, status) in [("gone", TenantStatus::Deleted), ("paused", TenantStatus::Suspended)] {
        let tenant = given_workspace(&stores, &source, slug, ana).await;
        stores.given(save(&Tenant { status, ..tenant })).await;
    }
    let listed = stores.workspaces.of_user(ana, Page { after: None, limit: 10 }).await.unwrap();
    let slugs: Vec<_> = listed.items.iter().map(|(tenant, _)| tenant.slug.as_str()).collect();
    assert_eq!((slugs, listed.has_more), (vec!["paused"], false));
}

/// A page that ends with the last workspace says so, also when it is full.
pub async fn a_page_says_whether_there_is_more(stores: Stores) {
    let source = source();
    let ana: UserId = source.id();
    given_workspaces(&stores, &source, ana, 3).await;
    for (limit, more) in [(2, true), (3, false), (100, false)] {
        let (page, has_more) = next_page(&stores, ana, &[], limit).await;
        assert_eq!((page.len(), has_more), (limit.min(3) as usize, more), "limit {limit}");
    }
}

/// An ended membership is no entry; a user may come back by another one, and then not by the old one as well.
pub async fn who_has_left_is_not_in_it_and_may_come_back(stores: Stores) {
    let source = source();
    let ana: UserId = source.id();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    stores.given(join(&membership(&source, acme.id, ana))).await;
    let (_, first) = stores.workspaces.entry(acme.id, ana).await.unwrap().unwrap();
    let ended = ended(&source, first);
    stores.given(save_membership(&ended)).await;
    assert_eq!(stores.workspaces.entry(acme.id, ana).await.unwrap(), None);
    assert_eq!(next_page(&stores, ana, &[], 5).await, (vec![], false));
    let second = membership(&source, acme.id, ana);
    stores.given(join(&second)).await;
    let (_, read) = stores.workspaces.entry(acme.id, ana).await.unwrap().unwrap();
    assert_eq!(read.id, second.id);
    let revived = Membership { removal: None, version: ended.version.next(), ..ended };
    let answer = stores.commit(save_membership(&revived)).await;
    assert_answer!(answer, Err(CommitError::Duplicate(MEMBERSHIP_USER)));
}

/// However many owners go at once, one stays.
pub async fn as_many_owners_go_at_once_as_leave_one(stores: Stores) {
    let source = source();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    for _ in 1..8 {
        stores.given(count_owners(acme.id, OwnerCount::More)).await;
    }
    let going = (0..12).map(|_| count_owners(acme.id, OwnerCount::Fewer)).collect();
    let answers = commit_at_once(&stores, going).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 7, "{answers:?}");
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(matches!(refused, CommitError::Refused(LAST_OWNER)), "{refused:?}");
    }
    let other = given_workspace(&stores, &source, "other", source.id()).await;
    stores.given(count_owners(other.id, OwnerCount::More)).await;
    let last = stores.commit(count_owners(acme.id, OwnerCount::Fewer)).await;
    assert_answer!(last, Err(CommitError::Refused(LAST_OWNER)));
    assert_eq!(stores.workspaces.tenant(acme.id).await.unwrap(), Some(acme), "counting is no save");
}

/// What is not there is `None`, or an empty page.
pub async fn what_is_not_there_is_none(stores: Stores) {
    let source = source();
    let acme = given_workspace(&stores, &source, "acme", source.id()).await;
    assert_eq!(stores.workspaces.tenant(source.id()).await.unwrap(), None);
    assert_eq!(stores.workspaces.entry(acme.id, source.id()).await.unwrap(), None);
    assert_eq!(stores.workspaces.entry(source.id(), source.id()).await.unwrap(), None);
    assert_eq!(next_page(&stores, source.id(), &[], 5).await, (vec![], false));
}
