//! What a reader of what users are in all workspaces must do; see [`saaskit_tenants::port::Memberships`].

use saaskit_auth::write::{AuthWrite, UserWrite};
use saaskit_auth::{User, UserStatus};
use saaskit_kernel::{Commit, CommitError, Source, UserId};
use saaskit_tenants::port::Belonging;
use saaskit_tenants::write::{LAST_OWNER, OwnerCount};
use saaskit_tenants::{Membership, Removal, Tenant, TenantStatus};

use crate::Stores;
use crate::at_once::commit_at_once;
use crate::fixtures::{audit, event, membership, signal, source, user};
use crate::workspaces::{count_owners, ended, given_workspace, join, save, save_membership};

/// Makes a module `memberships_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! memberships_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] memberships_suite of memberships, $fresh,
            memberships_that_ended_with_the_account_are_given_and_no_others
            of_each_user_the_first_are_given_and_how_many_there_are
            what_ended_with_the_account_is_told_and_what_ended_otherwise_is_not
            nobody_has_anything_where_nobody_was_asked_for_or_is_in_no_workspace
            of_owners_whose_accounts_go_at_once_as_many_go_as_leave_one_in_every_workspace
        }
    };
}

fn with_account(source: &Source, mut membership: Membership) -> Membership {
    membership.removal = Some(Removal { at: source.now(), with_account: true });
    membership
}

fn stored(mut membership: Membership) -> Membership {
    membership.version = membership.version.next();
    membership
}

async fn given_member(stores: &Stores, source: &Source, tenant: &Tenant, user: UserId) -> Membership {
    let member = membership(source, tenant.id, user);
    stores.given(join(&member)).await;
    stored(member)
}

/// What ended with the account, in the order of ids.
async fn ended_with_account(stores: &Stores, user: UserId) -> Vec<(Tenant, Membership)> {
    let mut read = stores.memberships.ended_with_account(user).await.unwrap();
    read.sort_by_key(|(_, member)| member.id);
    read
}

/// The membership, saved as it is then; gives it as it is stored.
async fn given_saved(stores: &Stores, member: Membership) -> Membership {
    stores.given(save_membership(&member)).await;
    stored(member)
}

async fn given_workspaces<const N: usize>(stores: &Stores, source: &Source) -> [Tenant; N] {
    let mut all = Vec::new();
    for number in 0..N {
        all.push(given_workspace(stores, source, &format!("acme-{number}"), source.id()).await);
    }
    all.try_into().expect("so many workspaces")
}

/// Also those of a deleted workspace; not those of others, those that hold, or those that ended otherwise.
pub async fn memberships_that_ended_with_the_account_are_given_and_no_others(stores: Stores) {
    let source = source();
    let (ana, bob): (UserId, UserId) = (source.id(), source.id());
    let [first, deleted, held, left] = given_workspaces(&stores, &source).await;
    let mut expected = Vec::new();
    for tenant in [&first, &deleted] {
        let member = given_member(&stores, &source, tenant, ana).await;
        expected.push((tenant.clone(), given_saved(&stores, with_account(&source, member)).await));
    }
    let deleted = Tenant { status: TenantStatus::Deleted, ..deleted };
    stores.given(save(&deleted)).await;
    expected[1].0 = Tenant { version: deleted.version.next(), ..deleted };
    given_member(&stores, &source, &held, ana).await;
    let member = given_member(&stores, &source, &left, ana).await;
    given_saved(&stores, ended(&source, member)).await;
    let bobs = given_member(&stores, &source, &first, bob).await;
    let bobs = given_saved(&stores, with_account(&source, bobs)).await;

    assert_eq!(ended_with_account(&stores, ana).await, expected);
    assert_eq!(ended_with_account(&stores, bob).await, [(first, bobs)]);
    let back = Membership { removal: None, ..expected[0].1.clone() };
    given_saved(&stores, back).await;
    assert_eq!(ended_with_account(&stores, ana).await, expected[1..]);
}

/// The first are those whose workspaces' ids are; a user without any is left out.
pub async fn of_each_user_the_first_are_given_and_how_many_there_are(stores: Stores) {
    let source = source();
    let (ana, bob, eva): (UserId, UserId, UserId) = (source.id(), source.id(), source.id());
    let [one, two, three] = given_workspaces(&stores, &source).await;
    let mut anas = Vec::new();
    for tenant in [&three, &one, &two] {
        anas.push((tenant.clone(), given_member(&stores, &source, tenant, ana).await));
    }
    anas.sort_by_key(|(tenant, _)| tenant.id);
    let bobs = (two.clone(), given_member(&stores, &source, &two, bob).await);
    given_member(&stores, &source, &two, source.id()).await;
    for each in [1, 2, 3, 10] {
        let mut read = stores.memberships.of_users(&[bob, eva, ana], each).await.unwrap();
        read.sort_by_key(|belonging| belonging.user);
        let first = anas.iter().take(each as usize).cloned().collect();
        let expected = [
            Belonging { user: ana, first, count: 3 },
            Belonging { user: bob, first: vec![bobs.clone()], count: 1 },
        ];
        assert_eq!(read, expected, "{each} of each");
    }
}

/// Who looks at a deleted account sees where it was, in deleted workspaces too.
pub async fn what_ended_with_the_account_is_told_and_what_ended_otherwise_is_not(stores: Stores) {
    let source = source();
    let ana: UserId = source.id();
    let [gone, left, deleted] = given_workspaces(&stores, &source).await;
    let member = given_member(&stores, &source, &gone, ana).await;
    let went = given_saved(&stores, with_account(&source, member)).await;
    let member = given_member(&stores, &source, &left, ana).await;
    given_saved(&stores, ended(&source, member)).await;
    let held = given_member(&stores, &source, &deleted, ana).await;
    let deleted = Tenant { status: TenantStatus::Deleted, ..deleted };
    stores.given(save(&deleted)).await;
    let deleted = Tenant { version: deleted.version.next(), ..deleted };
    let read = stores.memberships.of_users(&[ana], 10).await.unwrap();
    assert_eq!(read, [Belonging { user: ana, first: vec![(gone, went), (deleted, held)], count: 2 }]);
}

/// Nothing is no error.
pub async fn nobody_has_anything_where_nobody_was_asked_for_or_is_in_no_workspace(stores: Stores) {
    let source = source();
    let [acme] = given_workspaces(&stores, &source).await;
    given_member(&stores, &source, &acme, source.id()).await;
    assert_eq!(stores.memberships.of_users(&[], 10).await.unwrap(), []);
    assert_eq!(stores.memberships.of_users(&[source.id(), source.id()], 10).await.unwrap(), []);
    assert_eq!(stores.memberships.ended_with_account(source.id()).await.unwrap(), []);
}

/// Accounts and memberships of several workspaces in one commit each: whoever is refused is still where they were.
pub async fn of_owners_whose_accounts_go_at_once_as_many_go_as_leave_one_in_every_workspace(stores: Stores) {
    const OWNERS: usize = 4;
    let source = source();
    let mut owners = Vec::new();
    for number in 0..OWNERS {
        let user = user(&source, &format!("owner-{number}"));
        stores.given(Commit::new().write(AuthWrite::from(UserWrite::Insert(user.clone())))).await;
        owners.push((User { version: user.version.next(), ..user }, Vec::new()));
    }
    for slug in ["acme", "other"] {
        let tenant = given_workspace(&stores, &source, slug, owners[0].0.id).await;
        let (_, founder) = stores.workspaces.entry(tenant.id, owners[0].0.id).await.unwrap().unwrap();
        owners[0].1.push(founder);
        for (owner, memberships) in owners.iter_mut().skip(1) {
            memberships.push(given_member(&stores, &source, &tenant, owner.id).await);
            stores.given(count_owners(tenant.id, OwnerCount::More)).await;
        }
    }
    let commits = owners.iter().map(|(owner, memberships)| going(&source, owner, memberships)).collect();
    let answers = commit_at_once(&stores, commits).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), OWNERS - 1, "{answers:?}");
    for ((owner, memberships), answer) in owners.into_iter().zip(answers) {
        let status = stores.users.user(owner.id).await.unwrap().unwrap().status;
        let left = stores.memberships.ended_with_account(owner.id).await.unwrap().len();
        match answer {
            Ok(()) => assert_eq!((status, left), (UserStatus::Deleted, memberships.len())),
            Err(error) => {
                assert!(matches!(error, CommitError::Refused(LAST_OWNER)), "{error:?}");
                assert_eq!((status, left), (UserStatus::Active, 0), "nothing of it was applied");
            }
        }
    }
}

/// The commit by which an account goes, and all of its memberships, each told and written down in its workspace.
fn going(source: &Source, owner: &User, memberships: &[Membership]) -> Commit {
    let deleted = owner.clone().delete(None);
    let account = Commit::new().write(AuthWrite::from(UserWrite::Save(deleted))).across_tenants();
    memberships.iter().fold(account, |commit, member| {
        let (member, tenant) = (with_account(source, member.clone()), Some(member.tenant));
        let told = commit.emit(event(source, tenant)).record(audit(source, tenant)).signal(signal("gone"));
        told.and(save_membership(&member)).and(count_owners(member.tenant, OwnerCount::Fewer))
    })
}
