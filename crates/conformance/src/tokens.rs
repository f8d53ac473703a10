//! What a reader of one-time tokens must do; see [`saaskit_auth::port::Tokens`] and [`TokenWrite`].

use std::time::Duration;

use saaskit_auth::write::{AuthWrite, REDEEM, TokenWrite, UserWrite};
use saaskit_auth::{OneTimeToken, User};
use saaskit_kernel::{Commit, CommitError, Source, Timestamp};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{NOW, source, token, user};
use crate::macros::assert_answer;

/// Makes a module `tokens_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! tokens_suite {
    ($fresh:expr) => {
        $crate::suite! { tokens_suite of tokens, $fresh,
            a_minted_token_is_found_by_its_hash_with_its_user
            a_redeemed_token_is_found_with_the_time_it_was_redeemed
            minting_removes_the_users_earlier_tokens_and_no_others
            exactly_one_of_many_commits_that_redeem_a_token_is_applied
            a_redeemed_token_is_not_redeemed_again
            a_token_is_not_redeemed_at_or_after_the_end_of_its_time
            a_token_that_is_not_there_is_none_and_can_not_be_redeemed
        }
    };
}

fn mint(token: &OneTimeToken) -> Commit {
    Commit::new().write(AuthWrite::from(TokenWrite::Mint(token.clone())))
}

fn redeem(token: &OneTimeToken, at: Timestamp) -> Commit {
    Commit::new().write(AuthWrite::from(TokenWrite::Redeem { token: token.hash, at }))
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

/// What is not there is `None`.
pub async fn a_token_that_is_not_there_is_none_and_can_not_be_redeemed(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let unknown = token(&source, &ana);
    assert_eq!(read(&stores, &unknown).await, None);
    assert_answer!(stores.commit(redeem(&unknown, NOW)).await, Err(CommitError::Refused(REDEEM)));
}
