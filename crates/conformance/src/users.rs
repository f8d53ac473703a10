//! What a reader of accounts must do; see [`saaskit_auth::port::Users`] and [`UserWrite`].

use saaskit_auth::port::UserFilter;
use saaskit_auth::write::{AuthWrite, USER_EMAIL, UserWrite};
use saaskit_auth::{User, UserStatus};
use saaskit_kernel::{Commit, CommitError, Email, Locale, Name, Page, Source, Timestamp, UserId, Version};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{email, password_hash, source, user};
use crate::macros::assert_answer;

/// Makes a module `users_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! users_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] users_suite of users, $fresh,
            a_stored_account_is_read_back_as_it_was_saved
            an_account_without_anything_optional_is_read_back_too
            a_save_replaces_every_field_and_counts_the_version_up
            an_account_is_found_by_any_spelling_of_its_address
            a_changed_address_is_found_and_the_old_one_is_free
            what_is_not_there_is_none
            a_taken_address_is_a_duplicate
            a_change_cannot_take_anothers_address
            an_insert_unless_taken_leaves_the_taken_account_alone
            one_of_many_inserts_unless_taken_is_stored_and_none_fails
            a_rehash_replaces_the_hash_and_keeps_the_version
            a_rehash_of_a_changed_password_changes_nothing
            of_two_who_act_on_each_other_at_once_one_is_late
            a_super_admin_is_seen_once_there_is_one
            those_asked_for_are_given_and_no_others
            a_search_without_a_filter_gives_all_in_the_order_of_their_ids
            a_search_finds_what_an_address_or_a_name_begins_with
            a_letter_with_a_meaning_elsewhere_is_just_a_letter
            a_search_for_a_status_gives_those_of_it
            pages_of_a_search_are_stable_under_inserts
        }
    };
}

fn write(write: UserWrite) -> Commit {
    Commit::new().write(AuthWrite::from(write))
}

fn stored(user: User) -> User {
    User { version: user.version.next(), ..user }
}

/// A stored account is read back as it was saved, one version up.
pub async fn a_stored_account_is_read_back_as_it_was_saved(stores: Stores) {
    let ana = User {
        super_admin: true,
        epoch: 7,
        locale: Locale::De,
        erase_at: Some(Timestamp::MAX),
        barred_at: Some(Timestamp::MIN),
        ..user(&source(), "ana").verify(Timestamp::MAX)
    };
    stores.given(write(UserWrite::Insert(ana.clone()))).await;
    let read = stores.users.user(ana.id).await.unwrap().unwrap();
    assert_eq!(read.email.original(), ana.email.original());
    assert_eq!(read, stored(ana));
}

/// The same for an account that has nothing it need not have.
pub async fn an_account_without_anything_optional_is_read_back_too(stores: Stores) {
    let ana = User { name: None, password: None, created_at: Timestamp::MIN, ..user(&source(), "ana") };
    stores.given(write(UserWrite::Insert(ana.clone()))).await;
    assert_eq!(stores.users.user(ana.id).await.unwrap(), Some(stored(ana)));
}

/// A save replaces everything that can change.
pub async fn a_save_replaces_every_field_and_counts_the_version_up(stores: Stores) {
    let ana = user(&source(), "ana");
    stores.given(write(UserWrite::Insert(ana.clone()))).await;
    let changed = User {
        email: email("ana.new"),
        name: Some(Name::parse("Ana").unwrap()),
        password: Some(password_hash(2)),
        verified_at: Some(ana.created_at),
        status: UserStatus::Suspended,
        super_admin: true,
        epoch: 1,
        locale: Locale::De,
        erase_at: Some(Timestamp::MAX),
        barred_at: Some(Timestamp::MIN),
        version: Version(1),
        ..ana
    };
    stores.given(write(UserWrite::Save(changed.clone()))).await;
    assert_eq!(stores.users.user(changed.id).await.unwrap(), Some(stored(changed)));
}

/// An account is found by any spelling of its address, and shown as its owner wrote it.
pub async fn an_account_is_found_by_any_spelling_of_its_address(stores: Stores) {
    let ana = User { email: Email::parse("Ana@Bücher.example").unwrap(), ..user(&source(), "ana") };
    stores.given(write(UserWrite::Insert(ana.clone()))).await;
    for spelling in ["ana@bücher.example", "ANA@xn--bcher-kva.example", "Ana@Bücher.example"] {
        let read = stores.users.user_by_email(&Email::parse(spelling).unwrap()).await.unwrap().unwrap();
        assert_eq!((read.id, read.email.original()), (ana.id, "Ana@bücher.example"), "{spelling}");
    }
}

/// A changed address leads to the account, and the old one can be taken by another.
pub async fn a_changed_address_is_found_and_the_old_one_is_free(stores: Stores) {
    let source = source();
    let ana = user(&source, "ana");
    stores.given(write(UserWrite::Insert(ana.clone()))).await;
    let changed = User { email: email("ana.new"), ..stored(ana.clone()) };
    stores.given(write(UserWrite::Save(changed))).await;
    assert_eq!(stores.users.user_by_email(&email("ana")).await.unwrap(), None);
    let found = stores.users.user_by_email(&email("ana.new")).await.unwrap().unwrap();
    assert_eq!(found.id, ana.id);
    stores.given(write(UserWrite::Insert(user(&source, "ana")))).await;
}

/// Whoever acts on another saves both accounts, and so does the other: in any number of commits exactly one is applied.
pub async fn of_two_who_act_on_each_other_at_once_one_is_late(stores: Stores) {
    let source = source();
    let pair = [user(&source, "ana"), user(&source, "eve")];
    for user in &pair {
        stores.given(write(UserWrite::Insert(user.clone()))).await;
    }
    let [ana, eve] = pair.map(stored);
    let locks = |by: &User, other: &User| {
        write(UserWrite::Save(by.clone())).and(write(UserWrite::Save(other.clone().suspend())))
    };
    let commits = (0..6).flat_map(|_| [locks(&ana, &eve), locks(&eve, &ana)]).collect();
    assert_one_wins(&commit_at_once(&stores, commits).await, CommitError::is_stale);
    let found = stores.users.users(&[ana.id, eve.id]).await.unwrap();
    assert_eq!(found.iter().filter(|user| user.status == UserStatus::Suspended).count(), 1);
}

/// What is not there is `None`.
pub async fn what_is_not_there_is_none(stores: Stores) {
    let source = source();
    stores.given(write(UserWrite::Insert(user(&source, "ana")))).await;
    assert_eq!(stores.users.user(source.id()).await.unwrap(), None);
    assert_eq!(stores.users.user_by_email(&email("eve")).await.unwrap(), None);
}

/// A taken address is a duplicate in whatever spelling, and changes nothing.
pub async fn a_taken_address_is_a_duplicate(stores: Stores) {
    let source = source();
    let (ana, eve) = (user(&source, "ana"), User { email: email("ANA"), ..user(&source, "eve") });
    stores.given(write(UserWrite::Insert(ana.clone()))).await;
    let answer = stores.commit(write(UserWrite::Insert(eve.clone()))).await;
    assert_answer!(answer, Err(CommitError::Duplicate(USER_EMAIL)));
    assert_eq!(stores.users.user(eve.id).await.unwrap(), None);
    assert_eq!(stores.users.user_by_email(&ana.email).await.unwrap(), Some(stored(ana)));
}

/// Nobody gets another's address by changing their own.
pub async fn a_change_cannot_take_anothers_address(stores: Stores) {
    let source = source();
    let (ana, eve) = (user(&source, "ana"), user(&source, "eve"));
    stores.given(write(UserWrite::Insert(ana.clone())).and(write(UserWrite::Insert(eve.clone())))).await;
    let grab = User { email: email("Ana"), ..stored(eve.clone()) };
    let answer = stores.commit(write(UserWrite::Save(grab))).await;
    assert_answer!(answer, Err(CommitError::Duplicate(USER_EMAIL)));
    assert_eq!(stores.users.user_by_email(&ana.email).await.unwrap(), Some(stored(ana)));
    assert_eq!(stores.users.user(eve.id).await.unwrap(), Some(stored(eve)));
}

/// `InsertUnlessTaken` stores a new account, and neither changes a taken one nor fails.
pub async fn an_insert_unless_taken_leaves_the_taken_account_alone(stores: Stores) {
    let source = source();
    let (first, second) = (user(&source, "ana"), User { email: email("ANA"), ..user(&source, "eve") });
    stores.given(write(UserWrite::InsertUnlessTaken(first.clone()))).await;
    stores.given(write(UserWrite::InsertUnlessTaken(second.clone()))).await;
    assert_eq!(stores.users.user(second.id).await.unwrap(), None);
    assert_eq!(stores.users.user_by_email(&email("ana")).await.unwrap(), Some(stored(first)));
}

/// Many at once make one account, and nobody is told of the others.
pub async fn one_of_many_inserts_unless_taken_is_stored_and_none_fails(stores: Stores) {
    let source = source();
    let users: Vec<User> = (0..8).map(|_| user(&source, "ana")).collect();
    let commits = users.iter().cloned().map(|user| write(UserWrite::InsertUnlessTaken(user))).collect();
    for answer in commit_at_once(&stores, commits).await {
        assert_answer!(answer, Ok(()));
    }
    let mut kept = 0;
    for user in users {
        kept += u32::from(stores.users.user(user.id).await.unwrap().is_some());
    }
    assert_eq!(kept, 1);
}

/// A rehash replaces the hash that was verified, and the version stays.
pub async fn a_rehash_replaces_the_hash_and_keeps_the_version(stores: Stores) {
    let ana = user(&source(), "ana");
    stores.given(write(UserWrite::Insert(ana.clone()))).await;
    let (from, to) = (password_hash(1), password_hash(2));
    stores.given(write(UserWrite::Rehash { user: ana.id, from, to: to.clone() })).await;
    let read = stores.users.user(ana.id).await.unwrap();
    assert_eq!(read, Some(User { password: Some(to), ..stored(ana) }));
}

/// A rehash that comes after the password was changed changes nothing and is no error.
pub async fn a_rehash_of_a_changed_password_changes_nothing(stores: Stores) {
    let ana = user(&source(), "ana");
    stores.given(write(UserWrite::Insert(ana.clone()))).await;
    let (from, to) = (password_hash(3), password_hash(2));
    stores.given(write(UserWrite::Rehash { user: ana.id, from, to })).await;
    assert_eq!(stores.users.user(ana.id).await.unwrap(), Some(stored(ana)));
}

/// Whether anybody operates the installation.
pub async fn a_super_admin_is_seen_once_there_is_one(stores: Stores) {
    let source = source();
    stores.given(write(UserWrite::Insert(user(&source, "ana")))).await;
    assert!(!stores.users.has_super_admin().await.unwrap());
    let operator = User { super_admin: true, ..user(&source, "operator") };
    stores.given(write(UserWrite::Insert(operator))).await;
    assert!(stores.users.has_super_admin().await.unwrap());
}

async fn given_named(stores: &Stores, source: &Source, local: &str, name: Option<&str>) -> User {
    let name = name.map(|name| Name::parse(name).unwrap());
    let user = User { name, ..user(source, local) };
    stores.given(write(UserWrite::Insert(user.clone()))).await;
    stored(user)
}

async fn search(
    stores: &Stores,
    filter: &UserFilter,
    after: Option<UserId>,
    limit: u32,
) -> (Vec<String>, bool) {
    let found = stores.users.search(filter, Page { after, limit }).await.unwrap();
    let locals = found.items.iter().map(|user| user.email.local().to_owned()).collect();
    (locals, found.has_more)
}

async fn begins_with(stores: &Stores, start: &str) -> Vec<String> {
    let filter = UserFilter { begins_with: Some(start.to_owned()), status: None };
    search(stores, &filter, None, 100).await.0
}

/// Those of the ids that are there come, each once, whatever else there is.
pub async fn those_asked_for_are_given_and_no_others(stores: Stores) {
    let source = source();
    let ana = given_named(&stores, &source, "ana", None).await;
    given_named(&stores, &source, "bob", None).await;
    let eve = given_named(&stores, &source, "eve", None).await;
    let mut found = stores.users.users(&[eve.id, source.id(), ana.id, eve.id]).await.unwrap();
    found.sort_by_key(|user| user.id);
    assert_eq!(found, [ana, eve]);
    assert_eq!(stores.users.users(&[]).await.unwrap(), []);
}

/// Whoever filters nothing gets everybody, in pages.
pub async fn a_search_without_a_filter_gives_all_in_the_order_of_their_ids(stores: Stores) {
    let source = source();
    let filter = UserFilter::default();
    assert_eq!(search(&stores, &filter, None, 2).await, (Vec::new(), false));
    let mut ids = Vec::new();
    for local in ["zoe", "bob", "ana"] {
        ids.push(given_named(&stores, &source, local, None).await.id);
    }
    let named = |locals: &[&str]| locals.iter().map(|local| (*local).to_owned()).collect::<Vec<_>>();
    assert_eq!(search(&stores, &filter, None, 2).await, (named(&["zoe", "bob"]), true));
    assert_eq!(search(&stores, &filter, Some(ids[1]), 2).await, (named(&["ana"]), false));
    assert_eq!(search(&stores, &filter, None, 3).await, (named(&["zoe", "bob", "ana"]), false));
}

/// The beginning of the address or of the name, in any case; not what stands in their middle. Each comes once.
pub async fn a_search_finds_what_an_address_or_a_name_begins_with(stores: Stores) {
    let source = source();
    given_named(&stores, &source, "ana", Some("Zoë Öztürk")).await;
    given_named(&stores, &source, "zoe", Some("Ana")).await;
    given_named(&stores, &source, "ana.b", Some("ANA B")).await;
    given_named(&stores, &source, "anb", None).await;
    assert_eq!(begins_with(&stores, "ana").await, ["ana", "zoe", "ana.b"]);
    assert_eq!(begins_with(&stores, "ANA").await, ["ana", "zoe", "ana.b"]);
    assert_eq!(begins_with(&stores, "ana.b@example.org").await, ["ana.b"]);
    assert_eq!(begins_with(&stores, "zoË ö").await, ["ana"]);
    assert_eq!(begins_with(&stores, "anb").await, ["anb"]);
    assert_eq!(begins_with(&stores, "na").await, [""; 0]);
    assert_eq!(begins_with(&stores, "").await.len(), 4);
}

/// What is a pattern elsewhere stands for itself.
pub async fn a_letter_with_a_meaning_elsewhere_is_just_a_letter(stores: Stores) {
    let source = source();
    let names =
        [("a", "100% Ana"), ("b", "1000 Ana"), ("c", "a_b"), ("d", "axb"), ("e", "\\'ana"), ("f", "ana")];
    for (local, name) in names {
        given_named(&stores, &source, local, Some(name)).await;
    }
    assert_eq!(begins_with(&stores, "100%").await, ["a"]);
    assert_eq!(begins_with(&stores, "a_").await, ["c"]);
    assert_eq!(begins_with(&stores, "\\'").await, ["e"]);
    assert_eq!(begins_with(&stores, "%").await, [""; 0]);
    assert_eq!(begins_with(&stores, "\\").await, ["e"]);
}

/// A status is found alone and together with a beginning.
pub async fn a_search_for_a_status_gives_those_of_it(stores: Stores) {
    let source = source();
    for (local, status) in
        [("ana", UserStatus::Active), ("anb", UserStatus::Suspended), ("bob", UserStatus::Suspended)]
    {
        let user = User { status, name: None, ..user(&source, local) };
        stores.given(write(UserWrite::Insert(user))).await;
    }
    let with = |status, start: Option<&str>| UserFilter {
        begins_with: start.map(str::to_owned),
        status: Some(status),
    };
    let suspended = |start| with(UserStatus::Suspended, start);
    assert_eq!(search(&stores, &suspended(None), None, 9).await.0, ["anb", "bob"]);
    assert_eq!(search(&stores, &suspended(Some("an")), None, 9).await.0, ["anb"]);
    assert_eq!(search(&stores, &with(UserStatus::Active, None), None, 9).await.0, ["ana"]);
    assert_eq!(search(&stores, &with(UserStatus::Deleted, None), None, 9).await.0, [""; 0]);
}

/// Who comes meanwhile moves nobody to another page or into two.
pub async fn pages_of_a_search_are_stable_under_inserts(stores: Stores) {
    let source = source();
    let early: Vec<UserId> = (0..2).map(|_| source.id()).collect();
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(given_named(&stores, &source, &format!("ana{n}"), None).await.id);
    }
    let filter = UserFilter { begins_with: Some("ana".to_owned()), status: None };
    assert_eq!(search(&stores, &filter, None, 2).await, (vec!["ana0".to_owned(), "ana1".to_owned()], true));
    let before = User { id: early[0], ..user(&source, "ana-early") };
    stores.given(write(UserWrite::Insert(before))).await;
    given_named(&stores, &source, "ana-late", None).await;
    let rest = search(&stores, &filter, Some(ids[1]), 9).await;
    assert_eq!(rest.0, ["ana2", "ana3", "ana-late"]);
}
