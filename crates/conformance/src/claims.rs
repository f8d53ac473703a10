//! What keeps the claims of requests must do; see [`saaskit_kernel::Claims`] and [`ClaimWrite`].

use std::time::Duration;

use saaskit_auth::User;
use saaskit_auth::write::{AuthWrite, USER_EMAIL, UserWrite};
use saaskit_kernel::{
    Claim, ClaimKey, ClaimState, ClaimWrite, Commit, CommitError, Guard, KeptAnswer, Timestamp,
};
use saaskit_tenants::write::{TenantWrite, TenantsWrite};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{NOW, event, source, tenant, user};
use crate::macros::assert_answer;

/// Makes a module `claims_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! claims_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] claims_suite of claims, $fresh,
            a_claim_is_read_back_until_its_time_is_over
            a_kept_answer_is_read_back_as_it_was
            an_answer_without_a_claim_is_kept_nowhere
            an_answer_is_not_kept_beside_anothers_claim
            exactly_one_of_many_commits_of_one_claim_has_its_effect
            a_claim_in_a_workspaces_commit_is_made_like_any_other
            a_commit_that_fails_leaves_its_key_free
            a_key_whose_claim_is_over_is_claimed_again_without_its_answer
            exactly_one_of_many_takes_over_a_claim_that_is_over
            claims_that_are_over_are_forgotten_and_no_others
        }
    };
}

/// The claim of that number, for a minute from `at` on.
fn claim(number: u8, at: Timestamp) -> Claim {
    let until = at.plus(Duration::from_mins(1));
    Claim { key: ClaimKey([number; 32]), fingerprint: [255 - number; 32], maker: [number; 16], at, until }
}

fn make(claim: Claim) -> Commit {
    Commit::new().write(ClaimWrite::Make(claim))
}

fn answer() -> KeptAnswer {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    KeptAnswer {
        status: 201,
        headers: vec![header("b", "2"), header("a", "\"Zoë\""), header("b", "1"), header("c", "")],
        body: vec![0, 159, 146, 150, 255],
    }
}

fn keep(claim: Claim, answer: KeptAnswer) -> Commit {
    Commit::new().write(ClaimWrite::Keep { claim, answer })
}

fn insert(user: &User) -> Commit {
    Commit::new().write(AuthWrite::from(UserWrite::Insert(user.clone())))
}

async fn read(stores: &Stores, claim: Claim, now: Timestamp) -> Option<ClaimState> {
    stores.claims.claim(&claim.key, now).await.unwrap()
}

/// A claim is seen once its commit is, and not from the end of its time on.
pub async fn a_claim_is_read_back_until_its_time_is_over(stores: Stores) {
    let (mine, other) = (claim(1, NOW), claim(2, NOW));
    assert_eq!(read(&stores, mine, NOW).await, None);
    stores.given(make(mine)).await;
    let last = mine.until.minus(Duration::from_millis(1));
    assert_eq!(read(&stores, mine, last).await, Some(ClaimState { claim: mine, answer: None }));
    assert_eq!(read(&stores, mine, mine.until).await, None);
    assert_eq!(read(&stores, other, NOW).await, None);
}

/// The answer comes with its claim, whatever its bytes, its headers in their order.
pub async fn a_kept_answer_is_read_back_as_it_was(stores: Stores) {
    let bare = KeptAnswer { status: 204, headers: Vec::new(), body: Vec::new() };
    for (number, answer) in [(1, answer()), (2, bare)] {
        let claim = claim(number, NOW);
        stores.given(make(claim)).await;
        stores.given(keep(claim, answer.clone())).await;
        assert_eq!(read(&stores, claim, NOW).await, Some(ClaimState { claim, answer: Some(answer) }));
    }
}

/// An answer whose claim is not there is kept nowhere, and that is no error.
pub async fn an_answer_without_a_claim_is_kept_nowhere(stores: Stores) {
    stores.given(keep(claim(1, NOW), answer())).await;
    assert_eq!(read(&stores, claim(1, NOW), NOW).await, None);
}

/// A late answer is not kept beside the claim that another made since.
pub async fn an_answer_is_not_kept_beside_anothers_claim(stores: Stores) {
    let first = claim(1, NOW);
    let second = Claim { maker: [9; 16], ..claim(1, first.until) };
    stores.given(make(first)).await;
    stores.given(make(second)).await;
    stores.given(keep(first, answer())).await;
    assert_eq!(read(&stores, second, second.at).await, Some(ClaimState { claim: second, answer: None }));
}

/// Of any number of commits that make one claim, exactly one is applied with all it holds. To the others the next
/// read shows why.
pub async fn exactly_one_of_many_commits_of_one_claim_has_its_effect(stores: Stores) {
    let source = source();
    let users: Vec<User> = (0..12).map(|n| user(&source, &format!("ana{n}"))).collect();
    let mine = claim(1, NOW);
    let commits = users.iter().map(|user| insert(user).and(make(mine))).collect();
    let answers = commit_at_once(&stores, commits).await;
    assert_one_wins(&answers, |error| matches!(error, CommitError::Refused(Guard::CLAIM)));
    assert!(read(&stores, mine, NOW).await.is_some());
    for (user, answer) in users.iter().zip(answers) {
        assert_eq!(stores.users.user(user.id).await.unwrap().is_some(), answer.is_ok());
    }
}

/// A claim is no workspace's, also where its commit acts in one.
pub async fn a_claim_in_a_workspaces_commit_is_made_like_any_other(stores: Stores) {
    let source = source();
    let create = |slug: &str| TenantsWrite::from(TenantWrite::Insert(tenant(&source, slug)));
    let mine = claim(1, NOW);
    stores.given(make(mine).write(create("acme"))).await;
    let again = stores.commit(make(mine).write(create("other"))).await;
    assert_answer!(again, Err(CommitError::Refused(Guard::CLAIM)));
    let later = claim(1, mine.until);
    stores.given(make(later).write(create("third"))).await;
    assert_eq!(read(&stores, later, later.at).await, Some(ClaimState { claim: later, answer: None }));
}

/// A request whose commit fails may be sent again: its key is free.
pub async fn a_commit_that_fails_leaves_its_key_free(stores: Stores) {
    let source = source();
    stores.given(insert(&user(&source, "ana"))).await;
    let mine = claim(1, NOW);
    let taken = make(mine).and(insert(&user(&source, "ana"))).emit(event(&source, None));
    assert_answer!(stores.commit(taken).await, Err(CommitError::Duplicate(USER_EMAIL)));
    assert_eq!(read(&stores, mine, NOW).await, None);
    stores.given(make(mine)).await;
}

/// A key whose claim is over is claimed as if it had never been; a moment earlier it is not.
pub async fn a_key_whose_claim_is_over_is_claimed_again_without_its_answer(stores: Stores) {
    let first = claim(1, NOW);
    stores.given(make(first)).await;
    stores.given(keep(first, answer())).await;
    let early = claim(1, first.until.minus(Duration::from_millis(1)));
    assert_answer!(stores.commit(make(early)).await, Err(CommitError::Refused(Guard::CLAIM)));
    let second = Claim { fingerprint: [7; 32], ..claim(1, first.until) };
    stores.given(make(second)).await;
    assert_eq!(read(&stores, second, second.at).await, Some(ClaimState { claim: second, answer: None }));
}

/// Of many that find a claim over, one takes it over.
pub async fn exactly_one_of_many_takes_over_a_claim_that_is_over(stores: Stores) {
    let first = claim(1, NOW);
    stores.given(make(first)).await;
    let again = claim(1, first.until);
    let answers = commit_at_once(&stores, (0..12).map(|_| make(again)).collect()).await;
    assert_one_wins(&answers, |error| matches!(error, CommitError::Refused(Guard::CLAIM)));
}

/// Claims whose time is over are removed, and no others.
pub async fn claims_that_are_over_are_forgotten_and_no_others(stores: Stores) {
    let over = claim(1, NOW);
    let held = claim(2, NOW.plus(Duration::from_millis(1)));
    stores.given(make(over).and(make(held))).await;
    stores.given(Commit::new().write(ClaimWrite::Forget { at: over.until })).await;
    assert_eq!(read(&stores, over, NOW).await, None, "not even by whoever asks as of then");
    assert!(read(&stores, held, NOW).await.is_some());
}
