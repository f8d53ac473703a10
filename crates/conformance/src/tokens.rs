//! What a reader of one-time tokens must do; see [`saaskit_auth::port::Tokens`] and [`TokenWrite`].

use std::time::Duration;

use saaskit_auth::write::{AuthWrite, REDEEM, TokenWrite, UserWrite};
use saaskit_auth::{OneTimeToken, Purpose, User};
use saaskit_kernel::{Commit, CommitError, Source, Timestamp};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{NOW, email, password_hash, source, token, user};
use crate::macros::assert_answer;

/// Makes a module `tokens_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! tokens_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] tokens_suite of tokens, $fresh,
            a_minted_token_is_found_by_its_hash_with_its_user
            a_redeemed_token_is_found_with_the_time_it_was_redeemed
            a_token_with_everything_it_can_say_is_read_back_too
            minting_removes_the_users_earlier_tokens_and_no_others
            tokens_of_other_purposes_stay
            many_tokens_minted_at_once_leave_one
            tokens_that_outlive_others_stay_beside_later_ones
            voiding_removes_all_of_a_user_but_what_outlives_others
            voiding_back_to_a_time_removes_what_was_made_since_too
            erasing_removes_all_of_a_user
            exactly_one_of_many_commits_that_redeem_a_token_is_applied
            a_redeemed_token_is_not_redeemed_again
            a_token_is_not_redeemed_at_or_after_the_end_of_its_time
            what_is_long_over_is_forgotten_used_or_not
            no_more_than_a_thousand_tokens_are_forgotten_at_once
            a_token_that_is_not_there_is_none_and_can_not_be_redeemed
        }
    };
}

const PURPOSES: [Purpose; 5] = [
    Purpose::VerifyEmail,
    Purpose::ResetPassword,
    Purpose::Unlock,
    Purpose::ConfirmEmail,
    Purpose::UndoEmail,
];

fn mint(token: &OneTimeToken) -> Commit {
    Commit::new().write(AuthWrite::from(TokenWrite::Mint(token.clone())))
}

fn redeem(token: &OneTimeToken, at: Timestamp) -> Commit {
    Commit::new().write(AuthWrite::from(TokenWrite::Redeem { token: token.hash, at }))
}

fn forget(before: Timestamp) -> Commit {
    Commit::new().write(AuthWrite::from(TokenWrite::Forget { before }))
}

async fn given_user(stores: &Stores, source: &Source, local: &str) -> User {
    let user = user(source, local);
    stores.given(Commit::new().write(AuthWrite::from(UserWrite::Insert(user.clone())))).await;
    User { version: user.version.next(), ..user }
}

async fn given_token(stores: &Stores, source: &Source, local: &str) -> (OneTimeToken, User) {
    let user = given_user(stores, source, local).await;
    let token = token(source, &user);
    stores.given(mint(&token)).await;
    (token, user)
}

async fn read(stores: &Stores, token: &OneTimeToken) -> Option<OneTimeToken> {
    stores.tokens.token(&token.hash).await.unwrap().map(|(token, _)| token)
}

/// A minted token is found by its hash, with its user.
pub async fn a_minted_token_is_found_by_its_hash_with_its_user(stores: Stores) {
    let expected = given_token(&stores, &source(), "ana").await;
    assert_eq!(stores.tokens.token(&expected.0.hash).await.unwrap(), Some(expected));
}

/// A redeemed token is still found, with the time.
pub async fn a_redeemed_token_is_found_with_the_time_it_was_redeemed(stores: Stores) {
    let (token, _) = given_token(&stores, &source(), "ana").await;
    let at = NOW.plus(Duration::from_secs(9));
    stores.given(redeem(&token, at)).await;
    assert_eq!(read(&stores, &token).await, Some(OneTimeToken { redeemed_at: Some(at), ..token }));
}

/// Minting removes the user's earlier tokens of the same purpose, redeemed or not, and nobody else's.
pub async fn minting_removes_the_users_earlier_tokens_and_no_others(stores: Stores) {
    let source = source();
    let (bobs, _) = given_token(&stores, &source, "bob").await;
    let (first, ana) = given_token(&stores, &source, "ana").await;
    let (second, third) = (token(&source, &ana), token(&source, &ana));
    stores.given(redeem(&first, NOW)).await;
    stores.given(mint(&second)).await;
    assert_eq!(read(&stores, &first).await, None);
    stores.given(mint(&third)).await;
    assert_eq!(read(&stores, &second).await, None);
    assert_eq!(read(&stores, &third).await, Some(third));
    assert_eq!(read(&stores, &bobs).await, Some(bobs));
}

/// Every purpose is read back, with an address and a password where there are.
pub async fn a_token_with_everything_it_can_say_is_read_back_too(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    for purpose in PURPOSES {
        let bare = OneTimeToken { purpose, ..token(&source, &ana) };
        let (address, password) = (Some(email("Ana.New")), Some(password_hash(3)));
        let full = OneTimeToken { hash: source.token().hash(), address, password, ..bare.clone() };
        for token in [bare, full] {
            stores.given(mint(&token)).await;
            assert_eq!(read(&stores, &token).await, Some(token));
        }
    }
}

/// A token takes the place of none that is good for something else.
pub async fn tokens_of_other_purposes_stay(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let tokens = PURPOSES.map(|purpose| OneTimeToken { purpose, ..token(&source, &ana) });
    for token in &tokens {
        stores.given(mint(token)).await;
    }
    for token in tokens {
        assert_eq!(read(&stores, &token).await, Some(token));
    }
}

/// However many are minted at once, one is good afterwards.
pub async fn many_tokens_minted_at_once_leave_one(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let tokens: Vec<OneTimeToken> = (0..8).map(|_| token(&source, &ana)).collect();
    for answer in commit_at_once(&stores, tokens.iter().map(mint).collect()).await {
        assert_answer!(answer, Ok(()));
    }
    let mut left = 0;
    for token in &tokens {
        left += u32::from(read(&stores, token).await.is_some());
    }
    assert_eq!(left, 1);
}

/// A user's ways back are not taken away by a later one.
pub async fn tokens_that_outlive_others_stay_beside_later_ones(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let tokens = [(); 3].map(|()| OneTimeToken { purpose: Purpose::UndoEmail, ..token(&source, &ana) });
    for token in &tokens {
        stores.given(mint(token)).await;
    }
    stores.given(redeem(&tokens[1], NOW)).await;
    for (token, redeemed_at) in tokens.into_iter().zip([None, Some(NOW), None]) {
        assert_eq!(read(&stores, &token).await, Some(OneTimeToken { redeemed_at, ..token }));
    }
}

/// One token of each purpose, for that account.
async fn given_one_of_each(stores: &Stores, source: &Source, user: &User) -> [OneTimeToken; 5] {
    let tokens = PURPOSES.map(|purpose| OneTimeToken { purpose, ..token(source, user) });
    for token in &tokens {
        stores.given(mint(token)).await;
    }
    tokens
}

/// Voiding leaves what outlives others, and nobody else's.
pub async fn voiding_removes_all_of_a_user_but_what_outlives_others(stores: Stores) {
    let source = source();
    let (bobs, _) = given_token(&stores, &source, "bob").await;
    let ana = given_user(&stores, &source, "ana").await;
    let tokens = given_one_of_each(&stores, &source, &ana).await;
    stores.given(Commit::new().write(AuthWrite::from(TokenWrite::Void(ana.id)))).await;
    for token in &tokens {
        assert_eq!(read(&stores, token).await.is_some(), token.purpose.outlives_others(), "{token:?}");
    }
    assert_eq!(read(&stores, &bobs).await, Some(bobs));
}

/// Of the user's ways back, those made before that time stay.
pub async fn voiding_back_to_a_time_removes_what_was_made_since_too(stores: Stores) {
    let source = source();
    let (bobs, _) = given_token(&stores, &source, "bob").await;
    let ana = given_user(&stores, &source, "ana").await;
    let others = given_one_of_each(&stores, &source, &ana).await;
    let moment = Duration::from_millis(1);
    let ways_back = [NOW.minus(moment), NOW, NOW.plus(moment)].map(|created_at| OneTimeToken {
        purpose: Purpose::UndoEmail,
        created_at,
        ..token(&source, &ana)
    });
    for token in &ways_back {
        stores.given(mint(token)).await;
    }
    let void = TokenWrite::VoidBackTo { user: ana.id, at: NOW };
    stores.given(Commit::new().write(AuthWrite::from(void))).await;
    for (token, stays) in ways_back.iter().zip([true, false, false]) {
        assert_eq!(read(&stores, token).await.is_some(), stays, "{token:?}");
    }
    for token in others.iter().filter(|token| !token.purpose.outlives_others()) {
        assert_eq!(read(&stores, token).await, None, "{token:?}");
    }
    assert_eq!(read(&stores, &bobs).await, Some(bobs));
}

/// Erasing leaves nothing, but for others.
pub async fn erasing_removes_all_of_a_user(stores: Stores) {
    let source = source();
    let (bobs, _) = given_token(&stores, &source, "bob").await;
    let ana = given_user(&stores, &source, "ana").await;
    let tokens = given_one_of_each(&stores, &source, &ana).await;
    stores.given(Commit::new().write(AuthWrite::from(TokenWrite::Erase(ana.id)))).await;
    for token in &tokens {
        assert_eq!(read(&stores, token).await, None);
    }
    assert_eq!(read(&stores, &bobs).await, Some(bobs));
}

/// Of any number of commits that redeem one token, exactly one is applied.
pub async fn exactly_one_of_many_commits_that_redeem_a_token_is_applied(stores: Stores) {
    let (token, _) = given_token(&stores, &source(), "ana").await;
    let answers = commit_at_once(&stores, (0..12).map(|_| redeem(&token, NOW)).collect()).await;
    assert_one_wins(&answers, |error| matches!(error, CommitError::Refused(REDEEM)));
}

/// Once is once, also an hour later.
pub async fn a_redeemed_token_is_not_redeemed_again(stores: Stores) {
    let (token, _) = given_token(&stores, &source(), "ana").await;
    stores.given(redeem(&token, NOW)).await;
    let later = NOW.plus(Duration::from_hours(1));
    assert_answer!(stores.commit(redeem(&token, later)).await, Err(CommitError::Refused(REDEEM)));
    assert_eq!(read(&stores, &token).await.unwrap().redeemed_at, Some(NOW));
}

/// A token is redeemed until just before the end of its time.
pub async fn a_token_is_not_redeemed_at_or_after_the_end_of_its_time(stores: Stores) {
    let (token, _) = given_token(&stores, &source(), "ana").await;
    let moment = Duration::from_millis(1);
    for late in [token.expires_at, token.expires_at.plus(moment)] {
        assert_answer!(stores.commit(redeem(&token, late)).await, Err(CommitError::Refused(REDEEM)));
    }
    stores.given(redeem(&token, token.expires_at.minus(moment))).await;
}

/// What ended at that time, or later, stays.
pub async fn what_is_long_over_is_forgotten_used_or_not(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let tokens = [9, 9, 10, 11].map(|seconds| OneTimeToken {
        purpose: Purpose::UndoEmail,
        expires_at: NOW.plus(Duration::from_secs(seconds)),
        ..token(&source, &ana)
    });
    for token in &tokens {
        stores.given(mint(token)).await;
    }
    stores.given(redeem(&tokens[1], NOW)).await;
    stores.given(redeem(&tokens[3], NOW)).await;
    stores.given(forget(NOW.plus(Duration::from_secs(10)))).await;
    for (token, stays) in tokens.iter().zip([false, false, true, true]) {
        assert_eq!(read(&stores, token).await.is_some(), stays, "{token:?}");
    }
}

/// A sweep is bounded; the next one goes on.
pub async fn no_more_than_a_thousand_tokens_are_forgotten_at_once(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let ways_back = || OneTimeToken { purpose: Purpose::UndoEmail, expires_at: NOW, ..token(&source, &ana) };
    let mut left: Vec<OneTimeToken> = (0..1001).map(|_| ways_back()).collect();
    for some in left.chunks(100) {
        stores.given(some.iter().fold(Commit::new(), |commit, token| commit.and(mint(token)))).await;
    }
    for expected in [1, 0] {
        stores.given(forget(NOW.plus(Duration::from_secs(1)))).await;
        let mut stay = Vec::new();
        for token in &left {
            stay.extend(read(&stores, token).await);
        }
        left = stay;
        assert_eq!(left.len(), expected);
    }
}

/// What is not there is `None`.
pub async fn a_token_that_is_not_there_is_none_and_can_not_be_redeemed(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let unknown = token(&source, &ana);
    assert_eq!(read(&stores, &unknown).await, None);
    assert_answer!(stores.commit(redeem(&unknown, NOW)).await, Err(CommitError::Refused(REDEEM)));
}
