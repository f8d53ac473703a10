//! What a reader of roles must do; see [`saaskit_auth::port::Roles`] and [`RoleWrite`].

use saaskit_auth::write::{AuthWrite, ROLE_NAME, RoleWrite, UserWrite};
use saaskit_auth::{Assignment, Permission, Rights, Role, RoleId, User, UserStatus};
use saaskit_kernel::{Commit, CommitError, Name, Source, TenantId, UserId};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{NOW, event, role, source, user};
use crate::macros::assert_answer;

/// Makes a module `roles_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! roles_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] roles_suite of roles, $fresh,
            a_stored_role_is_read_back_as_it_was_one_version_up
            a_role_is_read_only_where_it_counts
            a_save_replaces_what_a_role_is_called_and_allows
            a_stale_save_of_a_role_is_refused
            a_known_role_is_neither_inserted_again_nor_saved_elsewhere
            two_roles_of_a_place_do_not_share_a_name_in_any_case
            exactly_one_of_many_roles_of_one_name_is_stored
            roles_come_by_name
            assigning_replaces_what_was_assigned_in_that_place
            of_many_assignments_at_once_one_is_kept_whole
            a_role_that_does_not_count_there_is_not_assigned
            a_removed_role_is_gone_from_everybody
            a_role_is_removed_only_where_it_counts
            a_role_that_is_removed_meanwhile_is_assigned_to_nobody
            who_was_given_nothing_has_nothing
            the_rights_of_a_user_are_the_account_s_and_every_role_as_it_is_stored
        }
    };
}

fn write(write: RoleWrite) -> Commit {
    Commit::new().write(AuthWrite::from(write))
}

fn insert(role: &Role) -> Commit {
    write(RoleWrite::Insert(role.clone()))
}

fn assign(user: UserId, tenant: Option<TenantId>, roles: &[RoleId]) -> Commit {
    write(RoleWrite::Assign(Assignment { user, tenant, roles: roles.to_vec() }))
}

fn stored(role: Role) -> Role {
    Role { version: role.version.next(), ..role }
}

async fn given_role(stores: &Stores, source: &Source, tenant: Option<TenantId>, name: &str) -> Role {
    let role = role(source, tenant, name);
    stores.given(insert(&role)).await;
    stored(role)
}

async fn given_user(stores: &Stores, source: &Source) -> UserId {
    given_user_called(stores, source, "ana").await
}

async fn given_user_called(stores: &Stores, source: &Source, name: &str) -> UserId {
    let user = user(source, name);
    let id = user.id;
    stores.given(Commit::new().write(AuthWrite::from(UserWrite::Insert(user)))).await;
    id
}

async fn read(stores: &Stores, role: &Role) -> Option<Role> {
    stores.roles.role(role.tenant, role.id).await.unwrap()
}

async fn given_to(stores: &Stores, user: UserId, tenant: Option<TenantId>) -> Vec<RoleId> {
    let assignments = stores.roles.assignments(user).await.unwrap();
    assert!(assignments.iter().all(|assignment| assignment.user == user), "{assignments:?}");
    let there = assignments.into_iter().find(|assignment| assignment.tenant == tenant);
    there.map(|assignment| assignment.roles).unwrap_or_default()
}

fn places(source: &Source) -> [Option<TenantId>; 3] {
    [None, Some(source.id()), Some(source.id())]
}

/// A stored role is read back as it was, of the installation and of a workspace.
pub async fn a_stored_role_is_read_back_as_it_was_one_version_up(stores: Stores) {
    let source = source();
    for place in places(&source) {
        let bare = Role { permissions: Vec::new(), ..role(&source, place, "Bare") };
        for role in [role(&source, place, "Zoë \u{1f980} \"%_\""), bare] {
            stores.given(insert(&role)).await;
            assert_eq!(read(&stores, &role).await, Some(stored(role)));
        }
    }
}

/// A role is not found from another place, by whatever id.
pub async fn a_role_is_read_only_where_it_counts(stores: Stores) {
    let source = source();
    let places = places(&source);
    let mut roles = Vec::new();
    for place in places {
        roles.push(given_role(&stores, &source, place, "Editor").await);
    }
    for place in places {
        for role in &roles {
            let found = stores.roles.role(place, role.id).await.unwrap();
            assert_eq!(found.is_some(), role.tenant == place, "{place:?}: {role:?}");
        }
        let own: Vec<Role> = roles.iter().filter(|role| role.tenant == place).cloned().collect();
        assert_eq!(stores.roles.roles(place).await.unwrap(), own);
    }
}

/// A save replaces the name and all permissions.
pub async fn a_save_replaces_what_a_role_is_called_and_allows(stores: Stores) {
    let source = source();
    for place in places(&source) {
        let role = given_role(&stores, &source, place, "Editor").await;
        let permissions = vec![Permission::parse("*").unwrap()];
        let changed = Role { name: Name::parse("editor").unwrap(), permissions, ..role };
        stores.given(write(RoleWrite::Save(changed.clone()))).await;
        assert_eq!(read(&stores, &changed).await, Some(stored(changed)));
    }
}

/// A save of an earlier version, or of what is not there, is stale.
pub async fn a_stale_save_of_a_role_is_refused(stores: Stores) {
    let source = source();
    let first = given_role(&stores, &source, None, "Editor").await;
    stores.given(write(RoleWrite::Save(first.clone()))).await;
    for wrong in [first.clone(), stored(role(&source, None, "Other"))] {
        assert_answer!(stores.commit(write(RoleWrite::Save(wrong))).await, Err(CommitError::Stale));
    }
    assert_eq!(read(&stores, &first).await, Some(stored(first)));
}

/// Knowing a role's id and version is not enough to take it to another place.
pub async fn a_known_role_is_neither_inserted_again_nor_saved_elsewhere(stores: Stores) {
    let source = source();
    let places = places(&source);
    for place in places {
        let mine = given_role(&stores, &source, place, "Editor").await;
        let again = Role { name: Name::parse("Again").unwrap(), ..mine.clone() };
        assert_answer!(stores.commit(insert(&again)).await, Err(CommitError::Stale));
        for thief in places.into_iter().filter(|thief| *thief != place) {
            let stolen = Role { tenant: thief, ..again.clone() };
            let save = write(RoleWrite::Save(stolen.clone()));
            assert_answer!(stores.commit(save).await, Err(CommitError::Stale));
            assert_answer!(stores.commit(insert(&stolen)).await, Err(CommitError::Stale));
        }
        assert_eq!(read(&stores, &mine).await, Some(mine));
    }
}

/// A name is one role's in its place, however it is written; other places do not matter.
pub async fn two_roles_of_a_place_do_not_share_a_name_in_any_case(stores: Stores) {
    let source = source();
    for place in places(&source) {
        given_role(&stores, &source, place, "Zoë").await;
        let taken = stores.commit(insert(&role(&source, place, "ZOË"))).await;
        assert_answer!(taken, Err(CommitError::Duplicate(ROLE_NAME)));
        let other = given_role(&stores, &source, place, "Other").await;
        let renamed = Role { name: Name::parse("zoë").unwrap(), ..other.clone() };
        let taken = stores.commit(write(RoleWrite::Save(renamed))).await;
        assert_answer!(taken, Err(CommitError::Duplicate(ROLE_NAME)));
        assert_eq!(read(&stores, &other).await, Some(other));
    }
}

/// Of any number of commits that store a role of one name, exactly one is applied.
pub async fn exactly_one_of_many_roles_of_one_name_is_stored(stores: Stores) {
    let source = source();
    for place in [None, Some(source.id())] {
        let commits = (0..8).map(|_| insert(&role(&source, place, "Editor"))).collect();
        let answers = commit_at_once(&stores, commits).await;
        assert_one_wins(&answers, |error| matches!(error, CommitError::Duplicate(ROLE_NAME)));
        assert_eq!(stores.roles.roles(place).await.unwrap().len(), 1);
    }
}

/// Roles come by name, whatever its case.
pub async fn roles_come_by_name(stores: Stores) {
    let source = source();
    for place in [None, Some(source.id())] {
        for name in ["beta", "Alpha", "Gamma", "alpha 2"] {
            given_role(&stores, &source, place, name).await;
        }
        let roles = stores.roles.roles(place).await.unwrap();
        let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
        assert_eq!(names, ["Alpha", "alpha 2", "beta", "Gamma"]);
    }
}

/// What was given before is gone, in that place and of that user only.
pub async fn assigning_replaces_what_was_assigned_in_that_place(stores: Stores) {
    let source = source();
    let (ana, bob) = (given_user(&stores, &source).await, source.id());
    let places = places(&source);
    let mut given = Vec::new();
    for place in places {
        let [one, two, three] = [
            given_role(&stores, &source, place, "One").await.id,
            given_role(&stores, &source, place, "Two").await.id,
            given_role(&stores, &source, place, "Three").await.id,
        ];
        stores.given(assign(ana, place, &[one, two])).await;
        stores.given(assign(bob, place, &[one])).await;
        stores.given(assign(ana, place, &[two, three])).await;
        given.push((place, one, vec![two, three]));
    }
    for (place, one, expected) in given {
        assert_eq!(given_to(&stores, ana, place).await, expected);
        assert_eq!(given_to(&stores, bob, place).await, [one]);
        stores.given(assign(ana, place, &[])).await;
        assert_eq!(given_to(&stores, ana, place).await, []);
    }
    assert_eq!(stores.roles.assignments(ana).await.unwrap(), []);
}

/// Of many who assign to one user at once the last one's word counts, and nobody's is mixed into it.
pub async fn of_many_assignments_at_once_one_is_kept_whole(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source).await;
    for place in [None, Some(source.id())] {
        let mut pairs = Vec::new();
        for n in 0..8 {
            let first = given_role(&stores, &source, place, &format!("first {n}")).await.id;
            pairs.push([first, given_role(&stores, &source, place, &format!("second {n}")).await.id]);
        }
        for _ in 0..3 {
            let commits = pairs.iter().map(|pair| assign(ana, place, pair)).collect();
            for answer in commit_at_once(&stores, commits).await {
                assert_answer!(answer, Ok(()));
            }
            let kept = given_to(&stores, ana, place).await;
            assert!(pairs.iter().any(|pair| kept == *pair), "{kept:?} of {pairs:?}");
        }
    }
}

/// A role that is not there, or counts elsewhere, can't be assigned; nothing of the commit is kept.
pub async fn a_role_that_does_not_count_there_is_not_assigned(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source).await;
    let places = places(&source);
    let mut roles = Vec::new();
    for place in places {
        roles.push(given_role(&stores, &source, place, "Editor").await);
    }
    for own in &roles {
        stores.given(assign(ana, own.tenant, &[own.id])).await;
        let elsewhere = roles.iter().filter(|role| role.tenant != own.tenant).map(|role| role.id);
        for wrong in elsewhere.chain([source.id()]) {
            let told = assign(ana, own.tenant, &[own.id, wrong]).emit(event(&source, own.tenant));
            assert_answer!(stores.commit(told).await, Err(CommitError::Stale));
            assert_eq!(given_to(&stores, ana, own.tenant).await, [own.id]);
        }
    }
    assert_eq!(stores.queue.claim(NOW, NOW, 1).await.unwrap(), []);
}

/// A removed role is had by nobody and can be made again under its name; removing it again is no error.
pub async fn a_removed_role_is_gone_from_everybody(stores: Stores) {
    let source = source();
    let (ana, bob) = (given_user(&stores, &source).await, source.id());
    for tenant in places(&source) {
        let gone = given_role(&stores, &source, tenant, "Gone").await;
        let kept = given_role(&stores, &source, tenant, "Kept").await;
        stores.given(assign(ana, tenant, &[gone.id, kept.id])).await;
        stores.given(assign(bob, tenant, &[gone.id])).await;
        for _ in 0..2 {
            stores.given(write(RoleWrite::Remove { tenant, role: gone.id })).await;
        }
        assert_eq!(read(&stores, &gone).await, None);
        assert_eq!(given_to(&stores, ana, tenant).await, [kept.id]);
        assert_eq!(given_to(&stores, bob, tenant).await, []);
        given_role(&stores, &source, tenant, "Gone").await;
    }
}

/// From another place nothing is removed, and nobody is told.
pub async fn a_role_is_removed_only_where_it_counts(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source).await;
    let places = places(&source);
    for place in places {
        let mine = given_role(&stores, &source, place, "Editor").await;
        stores.given(assign(ana, place, &[mine.id])).await;
        for tenant in places.into_iter().filter(|other| *other != place) {
            stores.given(write(RoleWrite::Remove { tenant, role: mine.id })).await;
        }
        assert_eq!(given_to(&stores, ana, place).await, [mine.id]);
        assert_eq!(read(&stores, &mine).await, Some(mine));
    }
}

/// A role that is removed while it is assigned is had by nobody afterwards, whoever came first.
pub async fn a_role_that_is_removed_meanwhile_is_assigned_to_nobody(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source).await;
    let tenant = Some(source.id());
    for round in 0..10 {
        let role = given_role(&stores, &source, tenant, &format!("role {round}")).await.id;
        let both = vec![assign(ana, tenant, &[role]), write(RoleWrite::Remove { tenant, role })];
        let answers = commit_at_once(&stores, both).await;
        assert_answer!(&answers[0], Ok(()) | Err(CommitError::Stale));
        assert_answer!(&answers[1], Ok(()));
        assert_eq!(given_to(&stores, ana, tenant).await, []);
    }
}

/// Who was given nothing is in no list.
pub async fn who_was_given_nothing_has_nothing(stores: Stores) {
    let source = source();
    let role = given_role(&stores, &source, None, "Editor").await;
    assert_eq!(stores.roles.assignments(source.id()).await.unwrap(), []);
    assert_eq!(stores.roles.role(None, role.id).await.unwrap(), Some(role));
    assert_eq!(stores.roles.roles(Some(source.id())).await.unwrap(), []);
}

/// The account's own standing, and each role that it was given anywhere, as it is now; nobody has none.
pub async fn the_rights_of_a_user_are_the_account_s_and_every_role_as_it_is_stored(stores: Stores) {
    let source = source();
    let ana = User { super_admin: true, status: UserStatus::Suspended, ..user(&source, "ana") };
    let (id, ben) = (ana.id, given_user_called(&stores, &source, "ben").await);
    assert_eq!(stores.roles.rights(id).await.unwrap(), None);
    stores.given(Commit::new().write(AuthWrite::from(UserWrite::Insert(ana)))).await;
    let mut expected = Vec::new();
    for place in places(&source) {
        let one = given_role(&stores, &source, place, "One").await;
        let other = given_role(&stores, &source, place, "Other").await;
        stores.given(assign(id, place, &[one.id, other.id])).await;
        stores.given(assign(ben, place, &[one.id])).await;
        expected.extend([one, other]);
    }
    assert_eq!(rights(&stores, id).await, (true, UserStatus::Suspended, sorted(expected.clone())));
    let gone = expected.pop().unwrap();
    stores.given(write(RoleWrite::Remove { tenant: gone.tenant, role: gone.id })).await;
    let changed = Role { permissions: vec![Permission::parse("*").unwrap()], ..expected[0].clone() };
    stores.given(write(RoleWrite::Save(changed.clone()))).await;
    expected[0] = stored(changed);
    assert_eq!(rights(&stores, id).await.2, sorted(expected));
    let bare = given_user_called(&stores, &source, "eva").await;
    assert_eq!(rights(&stores, bare).await, (false, UserStatus::Active, Vec::new()));
}

async fn rights(stores: &Stores, user: UserId) -> (bool, UserStatus, Vec<Role>) {
    let Rights { super_admin, status, roles } = stores.roles.rights(user).await.unwrap().unwrap();
    (super_admin, status, sorted(roles))
}

fn sorted(mut roles: Vec<Role>) -> Vec<Role> {
    roles.sort_by_key(|role| role.id);
    roles
}
