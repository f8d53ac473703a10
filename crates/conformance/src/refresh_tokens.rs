//! What a reader of the chains of sessions must do; see [`saaskit_auth::port::RefreshTokens`] and [`RefreshWrite`].

use std::time::Duration;

use saaskit_auth::write::{AuthWrite, ROTATE, RefreshWrite, SessionWrite, UserWrite};
use saaskit_auth::{Presented, RefreshToken, Rotation, Session};
use saaskit_kernel::{Commit, CommitError, Source, Timestamp};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{NOW, event, refresh_token, rotation, session, source, user};
use crate::macros::assert_answer;

/// Makes a module `refresh_tokens_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! refresh_tokens_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] refresh_tokens_suite of refresh_tokens, $fresh,
            a_link_is_found_by_its_hash_with_its_session_and_user
            a_session_and_its_first_link_are_one_commit
            a_rotated_link_keeps_who_did_it_when_and_its_nonce
            when_the_next_link_was_shown_is_told
            exactly_one_of_many_commits_that_rotate_a_link_is_applied
            a_rotated_link_is_not_rotated_again
            a_link_that_is_not_there_can_not_be_rotated
            a_chain_has_one_link_of_a_number
            nonces_are_wiped_when_nobody_may_ask_for_them_any_more
            other_sessions_keep_their_nonces
            a_refused_rotation_wipes_nothing
        }
    };
}

fn begin(link: &RefreshToken) -> Commit {
    Commit::new().write(AuthWrite::from(RefreshWrite::Begin(link.clone())))
}

fn rotate(shown: &RefreshToken, rotation: &Rotation, next: &RefreshToken) -> Commit {
    let (rotation, next) = (rotation.clone(), next.clone());
    Commit::new().write(AuthWrite::from(RefreshWrite::Rotate { shown: shown.hash, rotation, next }))
}

async fn given_chain(stores: &Stores, source: &Source, local: &str) -> Presented {
    let user = user(source, local);
    let session = session(source, &user);
    let first = refresh_token(source, &session);
    let started = Commit::new().write(AuthWrite::from(SessionWrite::Start(session)));
    let inserted = started.write(AuthWrite::from(UserWrite::Insert(user)));
    stores.given(inserted.and(begin(&first))).await;
    presented(stores, &first).await.unwrap()
}

async fn presented(stores: &Stores, link: &RefreshToken) -> Option<Presented> {
    stores.refresh_tokens.presented(&link.hash).await.unwrap()
}

/// Rotates as a client would, and gives the link that was shown, as it is then, and the next one.
async fn given_rotation(
    stores: &Stores,
    source: &Source,
    shown: &RefreshToken,
    session: &Session,
    at: Timestamp,
) -> (RefreshToken, RefreshToken) {
    let (rotation, next) = (rotation(source, at), shown.next(source.token().hash(), session, at));
    stores.given(rotate(shown, &rotation, &next)).await;
    (RefreshToken { rotation: Some(rotation), ..shown.clone() }, next)
}

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn nonce(presented: Option<Presented>) -> Option<[u8; 16]> {
    presented.unwrap().token.rotation.unwrap().nonce
}

/// A link is found as it was, with its session and its user as they are.
pub async fn a_link_is_found_by_its_hash_with_its_session_and_user(stores: Stores) {
    let source = source();
    let found = given_chain(&stores, &source, "ana").await;
    let (session, user) = stores.sessions.session(found.session.id).await.unwrap().unwrap();
    let token = RefreshToken { hash: found.token.hash, ..refresh_token(&source, &session) };
    assert_eq!(found, Presented { token, successor_shown_at: None, session, user });
    assert_eq!(presented(&stores, &refresh_token(&source, &found.session)).await, None);
}

/// Links come before sessions in a commit, and are stored with them nevertheless.
pub async fn a_session_and_its_first_link_are_one_commit(stores: Stores) {
    let source = source();
    let ana = given_chain(&stores, &source, "ana").await.user;
    let second = session(&source, &ana);
    let link = refresh_token(&source, &second);
    let start = Commit::new().write(AuthWrite::from(SessionWrite::Start(second.clone())));
    stores.given(begin(&link).and(start)).await;
    assert_eq!(presented(&stores, &link).await.unwrap().session, second);
}

/// What came of showing a link stays with it; the next link is stored in the same commit.
pub async fn a_rotated_link_keeps_who_did_it_when_and_its_nonce(stores: Stores) {
    let source = source();
    let Presented { token: first, session, .. } = given_chain(&stores, &source, "ana").await;
    let (first, second) = given_rotation(&stores, &source, &first, &session, later(60)).await;
    assert_eq!(presented(&stores, &first).await.unwrap().token, first);
    assert_eq!(presented(&stores, &second).await.unwrap().token, second);
    let bare = Rotation { nonce: None, ..rotation(&source, later(120)) };
    let third = second.next(source.token().hash(), &session, later(120));
    stores.given(rotate(&second, &bare, &third)).await;
    assert_eq!(presented(&stores, &second).await.unwrap().token.rotation, Some(bare));
}

/// A link comes with when the one after it was shown.
pub async fn when_the_next_link_was_shown_is_told(stores: Stores) {
    let source = source();
    let Presented { token: first, session, .. } = given_chain(&stores, &source, "ana").await;
    let shown_at = async |link: &RefreshToken| presented(&stores, link).await.unwrap().successor_shown_at;
    let (_, second) = given_rotation(&stores, &source, &first, &session, later(1)).await;
    assert_eq!(shown_at(&first).await, None);
    let (_, third) = given_rotation(&stores, &source, &second, &session, later(2)).await;
    assert_eq!(shown_at(&first).await, Some(later(2)));
    for link in [second, third] {
        assert_eq!(shown_at(&link).await, None);
    }
}

/// Of any number of commits that rotate one link, exactly one is applied with all it holds: there is no fork.
pub async fn exactly_one_of_many_commits_that_rotate_a_link_is_applied(stores: Stores) {
    let source = source();
    let Presented { token: first, session, .. } = given_chain(&stores, &source, "ana").await;
    let nexts: Vec<RefreshToken> =
        (0..12).map(|_| first.next(source.token().hash(), &session, later(1))).collect();
    let commits = nexts.iter().map(|next| rotate(&first, &rotation(&source, later(1)), next)).collect();
    let answers = commit_at_once(&stores, commits).await;
    assert_one_wins(&answers, |error| matches!(error, CommitError::Refused(ROTATE)));
    for (next, answer) in nexts.iter().zip(answers) {
        assert_eq!(presented(&stores, next).await.is_some(), answer.is_ok());
    }
}

/// The second to show a link changes nothing, whatever its commit holds.
pub async fn a_rotated_link_is_not_rotated_again(stores: Stores) {
    let source = source();
    let Presented { token: first, session, .. } = given_chain(&stores, &source, "ana").await;
    let (first, _) = given_rotation(&stores, &source, &first, &session, later(1)).await;
    let fork = RefreshToken { number: 3, ..first.next(source.token().hash(), &session, later(2)) };
    let again = rotate(&first, &rotation(&source, later(2)), &fork).emit(event(&source, None));
    assert_answer!(stores.commit(again).await, Err(CommitError::Refused(ROTATE)));
    assert_eq!(presented(&stores, &first).await.unwrap().token, first);
    assert_eq!(presented(&stores, &fork).await, None);
    assert_eq!(stores.queue.claim(NOW, NOW, 1).await.unwrap(), []);
}

/// What was never given can't be shown.
pub async fn a_link_that_is_not_there_can_not_be_rotated(stores: Stores) {
    let source = source();
    let Presented { session, .. } = given_chain(&stores, &source, "ana").await;
    let unknown = refresh_token(&source, &session);
    let next = unknown.next(source.token().hash(), &session, NOW);
    let answer = stores.commit(rotate(&unknown, &rotation(&source, NOW), &next)).await;
    assert_answer!(answer, Err(CommitError::Refused(ROTATE)));
}

/// A second link of one number, or of one hash, is not stored.
pub async fn a_chain_has_one_link_of_a_number(stores: Stores) {
    let source = source();
    let Presented { token: first, session, .. } = given_chain(&stores, &source, "ana").await;
    let same_number = refresh_token(&source, &session);
    let same_hash = RefreshToken { number: 2, ..first.clone() };
    for second in [same_number, same_hash] {
        assert_answer!(stores.commit(begin(&second)).await, Err(CommitError::Stale));
    }
    assert_eq!(presented(&stores, &first).await.unwrap().token, first);
}

/// A rotation wipes what a link kept whose next one was shown so long before it, and no more.
pub async fn nonces_are_wiped_when_nobody_may_ask_for_them_any_more(stores: Stores) {
    let source = source();
    let Presented { token: first, session, .. } = given_chain(&stores, &source, "ana").await;
    let lost = RefreshToken::LOST_ANSWER;
    let (first, second) = given_rotation(&stores, &source, &first, &session, NOW).await;
    let (second, third) = given_rotation(&stores, &source, &second, &session, later(60)).await;
    let early = later(60).plus(lost).minus(Duration::from_millis(1));
    let (third, fourth) = given_rotation(&stores, &source, &third, &session, early).await;
    assert_eq!(presented(&stores, &first).await.unwrap().token, first);
    let (fourth, _) = given_rotation(&stores, &source, &fourth, &session, later(60).plus(lost)).await;
    let wiped = presented(&stores, &first).await.unwrap().token.rotation;
    assert_eq!(wiped, first.rotation.map(|rotation| Rotation { nonce: None, ..rotation }));
    for link in [second, third, fourth] {
        assert_eq!(presented(&stores, &link).await.unwrap().token, link);
    }
}

/// One session's rotation is none of another's business.
pub async fn other_sessions_keep_their_nonces(stores: Stores) {
    let source = source();
    let mut chains = Vec::new();
    for local in ["ana", "bob"] {
        let Presented { token, session, .. } = given_chain(&stores, &source, local).await;
        let (first, second) = given_rotation(&stores, &source, &token, &session, NOW).await;
        let (_, third) = given_rotation(&stores, &source, &second, &session, NOW).await;
        chains.push((first, third, session));
    }
    let [(anas, third, session), (bobs, ..)] = chains.try_into().unwrap();
    given_rotation(&stores, &source, &third, &session, later(60)).await;
    assert_eq!(nonce(presented(&stores, &anas).await), None);
    assert_eq!(presented(&stores, &bobs).await.unwrap().token, bobs);
}

/// What is refused leaves every link as it was.
pub async fn a_refused_rotation_wipes_nothing(stores: Stores) {
    let source = source();
    let Presented { token: first, session, .. } = given_chain(&stores, &source, "ana").await;
    let (first, second) = given_rotation(&stores, &source, &first, &session, NOW).await;
    let (second, _) = given_rotation(&stores, &source, &second, &session, NOW).await;
    let fork = RefreshToken { number: 4, ..second.next(source.token().hash(), &session, later(60)) };
    let again = rotate(&second, &rotation(&source, later(60)), &fork);
    assert_answer!(stores.commit(again).await, Err(CommitError::Refused(ROTATE)));
    assert_eq!(presented(&stores, &first).await.unwrap().token, first);
}
