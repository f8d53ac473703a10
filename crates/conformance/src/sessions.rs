//! What a reader of sessions must do; see [`saaskit_auth::port::Sessions`] and [`SessionWrite`].

use std::time::Duration;

use saaskit_auth::write::{AuthWrite, SessionWrite, UserWrite};
use saaskit_auth::{Revocation, Session, User};
use saaskit_kernel::{Commit, SessionId, Source, Timestamp};

use crate::Stores;
use crate::at_once::commit_at_once;
use crate::fixtures::{NOW, session, source, user};
use crate::macros::assert_answer;

/// Makes a module `sessions_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! sessions_suite {
    ($fresh:expr) => {
        $crate::suite! { sessions_suite of sessions, $fresh,
            a_started_session_is_read_back_as_it_was_with_its_user
            a_session_from_nowhere_is_read_back_too
            a_session_comes_with_its_user_as_it_is_now
            an_ended_session_is_read_back_with_the_time_of_its_end
            ending_an_ended_session_changes_nothing
            ending_one_session_ends_no_other
            what_was_ended_is_remembered_until_its_time_is_over
            many_ends_of_one_session_all_succeed
            a_session_that_is_not_there_is_none
        }
    };
}

fn start(session: &Session) -> Commit {
    Commit::new().write(AuthWrite::from(SessionWrite::Start(session.clone())))
}

fn end(session: SessionId, at: Timestamp, until: Timestamp) -> Commit {
    Commit::new().write(AuthWrite::from(SessionWrite::End { session, at, until }))
}

async fn given_user(stores: &Stores, source: &Source, local: &str) -> User {
    let user = user(source, local);
    stores.given(Commit::new().write(AuthWrite::from(UserWrite::Insert(user.clone())))).await;
    User { version: user.version.next(), ..user }
}

async fn given_session(stores: &Stores, source: &Source) -> (Session, User) {
    let ana = given_user(stores, source, "ana").await;
    let session = session(source, &ana);
    stores.given(start(&session)).await;
    (session, ana)
}

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

/// A started session is read back as it was, together with its user.
pub async fn a_started_session_is_read_back_as_it_was_with_its_user(stores: Stores) {
    let expected = given_session(&stores, &source()).await;
    assert_eq!(stores.sessions.session(expected.0.id).await.unwrap(), Some(expected));
}

/// The same for a session of which neither address nor client is known.
pub async fn a_session_from_nowhere_is_read_back_too(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let bare = Session { ip: None, agent: None, expires_at: Timestamp::MAX, ..session(&source, &ana) };
    let version_4 = Session { id: source.id(), ip: Some([192, 0, 2, 1].into()), ..bare.clone() };
    for session in [bare, version_4] {
        stores.given(start(&session)).await;
        assert_eq!(stores.sessions.session(session.id).await.unwrap(), Some((session, ana.clone())));
    }
}

/// The user comes as it is now, not as it was when the session was started.
pub async fn a_session_comes_with_its_user_as_it_is_now(stores: Stores) {
    let (session, ana) = given_session(&stores, &source()).await;
    let raised = User { epoch: 5, ..ana };
    stores.given(Commit::new().write(AuthWrite::from(UserWrite::Save(raised.clone())))).await;
    let (read, user) = stores.sessions.session(session.id).await.unwrap().unwrap();
    assert_eq!((read.epoch, user.epoch), (0, 5));
}

/// An ended session is read back with the time of its end.
pub async fn an_ended_session_is_read_back_with_the_time_of_its_end(stores: Stores) {
    let (session, ana) = given_session(&stores, &source()).await;
    stores.given(end(session.id, later(5), later(900))).await;
    let ended = Session { ended_at: Some(later(5)), ..session };
    assert_eq!(stores.sessions.session(ended.id).await.unwrap(), Some((ended, ana)));
}

/// Ending an ended session changes nothing and is no error.
pub async fn ending_an_ended_session_changes_nothing(stores: Stores) {
    let (session, _) = given_session(&stores, &source()).await;
    stores.given(end(session.id, later(5), later(900))).await;
    stores.given(end(session.id, later(50), later(9000))).await;
    let (read, _) = stores.sessions.session(session.id).await.unwrap().unwrap();
    assert_eq!(read.ended_at, Some(later(5)));
    let remembered = stores.sessions.revocations(later(50)).await.unwrap();
    assert_eq!(remembered, [Revocation { session: session.id, until: later(900) }]);
}

/// Ending one session leaves the user's others alone.
pub async fn ending_one_session_ends_no_other(stores: Stores) {
    let source = source();
    let (first, ana) = given_session(&stores, &source).await;
    let second = session(&source, &ana);
    stores.given(start(&second)).await;
    stores.given(end(first.id, later(5), later(900))).await;
    assert_eq!(stores.sessions.session(second.id).await.unwrap(), Some((second, ana)));
}

/// What was ended is among the revocations until its time is over, each until its own.
pub async fn what_was_ended_is_remembered_until_its_time_is_over(stores: Stores) {
    let source = source();
    let (first, ana) = given_session(&stores, &source).await;
    let second = session(&source, &ana);
    assert_eq!(stores.sessions.revocations(NOW).await.unwrap(), []);
    stores.given(start(&second).and(end(first.id, NOW, later(100)))).await;
    stores.given(end(second.id, NOW, later(200))).await;
    let at = async |now: Timestamp| {
        let mut sessions: Vec<SessionId> =
            stores.sessions.revocations(now).await.unwrap().iter().map(|it| it.session).collect();
        sessions.sort();
        sessions
    };
    assert_eq!(at(later(99)).await, [first.id, second.id]);
    assert_eq!(at(later(101)).await, [second.id]);
    assert_eq!(at(later(201)).await, []);
}

/// Many nodes may end one session at once: none fails, and it is remembered once.
pub async fn many_ends_of_one_session_all_succeed(stores: Stores) {
    let (session, _) = given_session(&stores, &source()).await;
    let ends = (0..8).map(|_| end(session.id, later(5), later(900))).collect();
    for answer in commit_at_once(&stores, ends).await {
        assert_answer!(answer, Ok(()));
    }
    assert_eq!(stores.sessions.revocations(later(5)).await.unwrap().len(), 1);
}

/// What is not there is `None`.
pub async fn a_session_that_is_not_there_is_none(stores: Stores) {
    assert_eq!(stores.sessions.session(source().id()).await.unwrap(), None);
}
