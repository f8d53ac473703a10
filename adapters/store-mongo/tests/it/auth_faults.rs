//! What must happen once, while the server fails in the middle of it: a commit that was applied is not tried again,
//! and one that was not is.

use std::time::Duration;

use bson::{Document, doc};
use saaskit_auth::port::{AttemptCounters as _, RefreshTokens as _, Tokens as _};
use saaskit_auth::write::{
    AttemptWrite, AuthWrite, REDEEM, ROTATE, RefreshWrite, SessionWrite, TokenWrite, UserWrite,
};
use saaskit_auth::{Admission, Attempts, RefreshToken, Tries};
use saaskit_conformance::fixtures::{
    NOW, attempts, event, refresh_token, rotation, session, source, token, user,
};
use saaskit_kernel::{Commit, CommitError, Source, Store as _};

use super::faults::{Broken, TRANSIENT};

/// Commands that fail, how often and how. Each is over before a commit is given up.
fn faults() -> [(&'static str, u32, Document); 6] {
    let unknown = doc! { "errorCode": 50, "errorLabels": ["UnknownTransactionCommitResult"] };
    [
        ("update", 2, doc! { "errorCode": 112, "errorLabels": [TRANSIENT] }),
        ("update", 1, doc! { "closeConnection": true }),
        ("commitTransaction", 2, doc! { "errorCode": 251, "errorLabels": [TRANSIENT] }),
        ("commitTransaction", 2, unknown),
        ("commitTransaction", 1, doc! { "closeConnection": true }),
        ("commitTransaction", 1, doc! { "writeConcernError": { "code": 91, "errmsg": "shutting down" } }),
    ]
}

/// Commits while that happens; it is applied, with the one event it tells.
async fn is_applied_once(broken: &Broken, source: &Source, write: AuthWrite, fault: (&str, u32, Document)) {
    let (command, times, how) = fault;
    let before = broken.count("kernel_events").await;
    broken.fail(command, times, how.clone()).await;
    let answer = broken.store.commit(Commit::new().write(write).emit(event(source, None))).await;
    broken.mend().await;
    assert!(answer.is_ok(), "{command} {how}: {answer:?}");
    assert_eq!(broken.count("kernel_events").await, before + 1, "{command} {how}");
}

async fn given(broken: &Broken, writes: impl IntoIterator<Item = AuthWrite>) {
    let commit = writes.into_iter().fold(Commit::new(), Commit::write);
    broken.store.commit(commit).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_link_is_rotated_once_whatever_the_server_does() {
    let (broken, source) = (Broken::new().await, source());
    let ana = user(&source, "ana");
    let session = session(&source, &ana);
    let mut link = refresh_token(&source, &session);
    let begin = RefreshWrite::Begin(link.clone()).into();
    given(&broken, [UserWrite::Insert(ana).into(), SessionWrite::Start(session.clone()).into(), begin]).await;
    for (minute, fault) in (1..).zip(faults()) {
        let at = NOW.plus(Duration::from_mins(minute));
        let next = link.next(source.token().hash(), &session, at);
        let rotation = rotation(&source, at);
        let rotate =
            RefreshWrite::Rotate { shown: link.hash, rotation: rotation.clone(), next: next.clone() };
        is_applied_once(&broken, &source, rotate.clone().into(), fault).await;
        let shown = broken.store.presented(&link.hash).await.unwrap().unwrap().token;
        assert_eq!(shown, RefreshToken { rotation: Some(rotation), ..link });
        let again = broken.store.commit(Commit::new().write(AuthWrite::from(rotate))).await;
        assert!(matches!(again, Err(CommitError::Refused(ROTATE))), "{again:?}");
        assert_eq!(broken.count("auth_refresh_tokens").await, minute + 1);
        link = next;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_token_is_redeemed_once_whatever_the_server_does() {
    let (broken, source) = (Broken::new().await, source());
    for (n, fault) in faults().into_iter().enumerate() {
        let ana = user(&source, &format!("ana{n}"));
        let token = token(&source, &ana);
        given(&broken, [UserWrite::Insert(ana).into(), TokenWrite::Mint(token.clone()).into()]).await;
        let redeem = TokenWrite::Redeem { token: token.hash, at: NOW };
        is_applied_once(&broken, &source, redeem.clone().into(), fault).await;
        let (redeemed, _) = broken.store.token(&token.hash).await.unwrap().unwrap();
        assert_eq!(redeemed.redeemed_at, Some(NOW));
        let again = broken.store.commit(Commit::new().write(AuthWrite::from(redeem))).await;
        assert!(matches!(again, Err(CommitError::Refused(REDEEM))), "{again:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs MongoDB: cargo verify")]
async fn a_try_is_counted_once_whatever_the_server_does() {
    let (broken, source) = (Broken::new().await, source());
    for fault in faults() {
        let first = Attempts { tries: Tries::default(), ..attempts(&source) };
        given(&broken, [AttemptWrite::Save(first.clone()).into()]).await;
        let before = broken.store.attempts(&first.key).await.unwrap().unwrap();
        let Admission::Test(charged) = before.admit(NOW) else { panic!("one more may be tried") };
        is_applied_once(&broken, &source, AttemptWrite::Save(charged.clone()).into(), fault).await;
        let after = broken.store.attempts(&first.key).await.unwrap().unwrap();
        assert_eq!(
            (after.tries.times().len(), after.in_row),
            (before.tries.times().len() + 1, before.in_row + 1)
        );
        let again =
            broken.store.commit(Commit::new().write(AuthWrite::from(AttemptWrite::Save(charged)))).await;
        assert!(matches!(again, Err(CommitError::Stale)), "{again:?}");
    }
}
