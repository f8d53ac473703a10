//! What a reader of sessions must do; see [`saaskit_auth::port::Sessions`] and [`SessionWrite`].

use std::time::Duration;

use saaskit_auth::write::{AuthWrite, RefreshWrite, SessionWrite, UserWrite};
use saaskit_auth::{RefreshToken, Session, User};
use saaskit_kernel::{Commit, CommitError, SessionId, Source, TenantId, Timestamp, UserId};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{NOW, refresh_token, session, source, user};
use crate::macros::assert_answer;

/// Makes a module `sessions_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! sessions_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] sessions_suite of sessions, $fresh,
            a_started_session_is_read_back_as_it_was_with_its_user
            a_session_from_nowhere_is_read_back_too
            a_session_comes_with_its_user_as_it_is_now
            an_ended_session_is_read_back_with_the_time_of_its_end
            ending_one_session_ends_no_other
            many_ends_of_one_session_all_succeed
            a_session_is_found_by_its_cookie_and_by_no_others
            a_cookie_carries_one_session
            of_many_who_give_a_session_another_cookie_at_once_one_does
            a_session_changes_in_what_is_written_and_in_nothing_else
            a_session_is_never_seen_earlier_than_it_was
            of_many_who_warn_of_a_session_at_once_one_does
            a_change_of_a_session_that_is_not_there_is_no_error
            a_users_sessions_are_those_that_live_the_newest_first
            a_listed_session_was_seen_when_its_chain_was_last_renewed
            no_more_than_a_hundred_sessions_are_listed
            erasing_removes_a_users_sessions_with_their_chains
            what_is_long_over_is_forgotten_with_its_chain
            no_more_than_a_thousand_sessions_are_forgotten_at_once
            a_session_that_is_not_there_is_none
        }
    };
}

fn write(write: SessionWrite) -> Commit {
    Commit::new().write(AuthWrite::from(write))
}

fn start(session: &Session) -> Commit {
    write(SessionWrite::Start(session.clone()))
}

fn end(session: SessionId, at: Timestamp) -> Commit {
    write(SessionWrite::End { session, at })
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

async fn given_link(stores: &Stores, link: &RefreshToken) {
    stores.given(Commit::new().write(AuthWrite::from(RefreshWrite::Begin(link.clone())))).await;
}

async fn read(stores: &Stores, id: SessionId) -> Option<Session> {
    stores.sessions.session(id).await.unwrap().map(|(session, _)| session)
}

async fn listed(stores: &Stores, user: UserId, now: Timestamp) -> Vec<SessionId> {
    stores.sessions.sessions_of(user, now).await.unwrap().iter().map(|session| session.id).collect()
}

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

/// A started session is read back as it was, together with its user.
pub async fn a_started_session_is_read_back_as_it_was_with_its_user(stores: Stores) {
    let expected = given_session(&stores, &source()).await;
    assert_eq!(stores.sessions.session(expected.0.id).await.unwrap(), Some(expected));
}

/// The same for a session of which neither address nor client is known, and for one of which all is.
pub async fn a_session_from_nowhere_is_read_back_too(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let bare = Session { ip: None, agent: None, expires_at: Timestamp::MAX, ..session(&source, &ana) };
    let full = Session {
        id: source.id(),
        authenticated_at: later(1),
        seen_at: later(2),
        tenant: Some(source.id()),
        cookie: Some(source.token().hash()),
        ip: Some([192, 0, 2, 1].into()),
        ..bare.clone()
    };
    for session in [bare, full] {
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

/// An ended session is read back with the time of its end, the first one.
pub async fn an_ended_session_is_read_back_with_the_time_of_its_end(stores: Stores) {
    let (session, ana) = given_session(&stores, &source()).await;
    stores.given(end(session.id, later(5))).await;
    stores.given(end(session.id, later(50))).await;
    let ended = Session { ended_at: Some(later(5)), ..session };
    assert_eq!(stores.sessions.session(ended.id).await.unwrap(), Some((ended, ana)));
}

/// Ending one session leaves the user's others alone.
pub async fn ending_one_session_ends_no_other(stores: Stores) {
    let source = source();
    let (first, ana) = given_session(&stores, &source).await;
    let second = session(&source, &ana);
    stores.given(start(&second)).await;
    stores.given(end(first.id, later(5))).await;
    assert_eq!(stores.sessions.session(second.id).await.unwrap(), Some((second, ana)));
}

/// Many nodes may end one session at once: none fails, and one end is kept.
pub async fn many_ends_of_one_session_all_succeed(stores: Stores) {
    let (session, _) = given_session(&stores, &source()).await;
    let ends = (0..8).map(|n| end(session.id, later(n))).collect();
    for answer in commit_at_once(&stores, ends).await {
        assert_answer!(answer, Ok(()));
    }
    assert!(read(&stores, session.id).await.unwrap().ended_at.is_some());
}

/// A session is found by the cookie that carries it. One that tokens carry is found by none.
pub async fn a_session_is_found_by_its_cookie_and_by_no_others(stores: Stores) {
    let source = source();
    let (_, ana) = given_session(&stores, &source).await;
    let [first, second] = [(); 2].map(|()| source.token().hash());
    let carried = |cookie| Session { cookie: Some(cookie), ..session(&source, &ana) };
    let (mine, other) = (carried(first), carried(second));
    stores.given(start(&mine).and(start(&other))).await;
    assert_eq!(stores.sessions.session_by_cookie(&first).await.unwrap(), Some((mine, ana)));
    assert_eq!(stores.sessions.session_by_cookie(&source.token().hash()).await.unwrap(), None);
}

/// No second session is stored under a cookie.
pub async fn a_cookie_carries_one_session(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let first = Session { cookie: Some(source.token().hash()), ..session(&source, &ana) };
    let second = Session { id: source.id(), ..first.clone() };
    stores.given(start(&first)).await;
    assert_answer!(stores.commit(start(&second)).await, Err(CommitError::Stale));
    assert_eq!(read(&stores, second.id).await, None);
}

/// Whoever knows of no cookie that carries it gives it none, and by the one before it is not found any more.
pub async fn of_many_who_give_a_session_another_cookie_at_once_one_does(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let from = source.token().hash();
    let carried = Session { cookie: Some(from), ..session(&source, &ana) };
    let by_tokens = session(&source, &ana);
    stores.given(start(&carried).and(start(&by_tokens))).await;
    let carry = |session, to| write(SessionWrite::Carry { session, from, to });
    let others = [(); 8].map(|()| source.token().hash());
    let answers = commit_at_once(&stores, others.iter().map(|to| carry(carried.id, *to)).collect()).await;
    assert_one_wins(&answers, |error| matches!(error, CommitError::Stale));
    let now = read(&stores, carried.id).await.unwrap().cookie.unwrap();
    assert!(others.contains(&now));
    assert_eq!(stores.sessions.session_by_cookie(&from).await.unwrap(), None);
    assert_eq!(
        stores.sessions.session_by_cookie(&now).await.unwrap(),
        Some((Session { cookie: Some(now), ..carried }, ana))
    );
    for session in [by_tokens.id, source.id()] {
        assert_answer!(stores.commit(carry(session, source.token().hash())).await, Err(CommitError::Stale));
    }
    assert_eq!(read(&stores, by_tokens.id).await, Some(by_tokens));
}

/// Each write changes its own part, of the session it names.
pub async fn a_session_changes_in_what_is_written_and_in_nothing_else(stores: Stores) {
    let source = source();
    let (mut expected, ana) = given_session(&stores, &source).await;
    let bystander = session(&source, &ana);
    stores.given(start(&bystander)).await;
    let (session, tenant): (_, TenantId) = (expected.id, source.id());
    let changes = [
        (SessionWrite::Adopt { session, epoch: 3 }, Session { epoch: 3, ..expected.clone() }),
        (
            SessionWrite::Prove { session, at: later(1) },
            Session { authenticated_at: later(1), ..expected.clone() },
        ),
        (SessionWrite::See { session, at: later(2) }, Session { seen_at: later(2), ..expected.clone() }),
        (
            SessionWrite::Act { session, tenant: Some(tenant) },
            Session { tenant: Some(tenant), ..expected.clone() },
        ),
        (SessionWrite::Act { session, tenant: None }, Session { tenant: None, ..expected.clone() }),
    ];
    for (change, changed) in changes {
        expected = Session {
            epoch: expected.epoch.max(changed.epoch),
            authenticated_at: expected.authenticated_at.max(changed.authenticated_at),
            seen_at: expected.seen_at.max(changed.seen_at),
            tenant: changed.tenant,
            ..expected
        };
        stores.given(write(change)).await;
        assert_eq!(read(&stores, session).await, Some(expected.clone()));
    }
    assert_eq!(read(&stores, bystander.id).await, Some(bystander));
}

/// Whoever did not see the last warning warns nobody; nor does who knows of no session.
pub async fn of_many_who_warn_of_a_session_at_once_one_does(stores: Stores) {
    let source = source();
    let (session, _) = given_session(&stores, &source).await;
    for (last, at) in [(None, later(1)), (Some(later(1)), later(2))] {
        let warn = || write(SessionWrite::Warn { session: session.id, last, at });
        let answers = commit_at_once(&stores, (0..8).map(|_| warn()).collect()).await;
        assert_one_wins(&answers, |error| matches!(error, CommitError::Stale));
        assert_eq!(read(&stores, session.id).await, Some(Session { warned_at: Some(at), ..session.clone() }));
    }
    let nobodys = write(SessionWrite::Warn { session: source.id(), last: None, at: NOW });
    assert_answer!(stores.commit(nobodys).await, Err(CommitError::Stale));
}

/// Of two who saw it the later counts, whichever is written first.
pub async fn a_session_is_never_seen_earlier_than_it_was(stores: Stores) {
    let (session, _) = given_session(&stores, &source()).await;
    for seconds in [60, 30] {
        stores.given(write(SessionWrite::See { session: session.id, at: later(seconds) })).await;
    }
    assert_eq!(read(&stores, session.id).await.unwrap().seen_at, later(60));
}

/// What is not there is changed by nothing, and nobody is told.
pub async fn a_change_of_a_session_that_is_not_there_is_no_error(stores: Stores) {
    let source = source();
    let session: SessionId = source.id();
    for change in [
        SessionWrite::End { session, at: NOW },
        SessionWrite::Adopt { session, epoch: 1 },
        SessionWrite::Prove { session, at: NOW },
        SessionWrite::Act { session, tenant: None },
        SessionWrite::See { session, at: NOW },
        SessionWrite::Erase(source.id()),
        SessionWrite::Forget { before: NOW },
    ] {
        stores.given(write(change)).await;
    }
    assert_eq!(read(&stores, session).await, None);
}

/// Ended sessions, those whose time is over, those of an earlier epoch and those of others are not listed.
pub async fn a_users_sessions_are_those_that_live_the_newest_first(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let bob = given_user(&stores, &source, "bob").await;
    let ana = User { epoch: 1, ..ana };
    stores.given(Commit::new().write(AuthWrite::from(UserWrite::Save(ana.clone())))).await;
    let at =
        |seconds| Session { created_at: later(seconds), seen_at: later(seconds), ..session(&source, &ana) };
    let (newest, oldest, middle, ended) = (at(3), at(1), at(2), at(4));
    let over = Session { expires_at: later(10), ..at(5) };
    let earlier = Session { epoch: 0, ..at(6) };
    for session in [&newest, &oldest, &middle, &ended, &over, &earlier, &session(&source, &bob)] {
        stores.given(start(session)).await;
    }
    stores.given(end(ended.id, later(7))).await;
    assert_eq!(
        stores.sessions.sessions_of(ana.id, later(10)).await.unwrap(),
        [newest.clone(), middle.clone(), oldest.clone()]
    );
    let live_a_moment_before = [over.id, newest.id, middle.id, oldest.id];
    assert_eq!(
        listed(&stores, ana.id, later(10).minus(Duration::from_millis(1))).await,
        live_a_moment_before
    );
}

/// Renewing a session says that it was heard of; a list shows it, and never an earlier time than is stored.
pub async fn a_listed_session_was_seen_when_its_chain_was_last_renewed(stores: Stores) {
    let source = source();
    let (session, ana) = given_session(&stores, &source).await;
    let seen_at = async || stores.sessions.sessions_of(ana.id, NOW).await.unwrap()[0].seen_at;
    let first = refresh_token(&source, &session);
    given_link(&stores, &first).await;
    assert_eq!(seen_at().await, NOW);
    given_link(&stores, &first.next(source.token().hash(), &session, later(60))).await;
    assert_eq!(seen_at().await, later(60));
    stores.given(write(SessionWrite::See { session: session.id, at: later(90) })).await;
    assert_eq!(seen_at().await, later(90));
}

fn many(source: &Source, user: &User, count: u32) -> Commit {
    let sessions = (0..count).map(|_| session(source, user));
    sessions.fold(Commit::new(), |commit, session| commit.and(start(&session)))
}

/// A list is bounded.
pub async fn no_more_than_a_hundred_sessions_are_listed(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    stores.given(many(&source, &ana, 101)).await;
    assert_eq!(listed(&stores, ana.id, NOW).await.len(), 100);
}

/// Nothing of a user's sessions is left, and nothing of others' is touched.
pub async fn erasing_removes_a_users_sessions_with_their_chains(stores: Stores) {
    let source = source();
    let (mine, ana) = given_session(&stores, &source).await;
    let others = session(&source, &given_user(&stores, &source, "bob").await);
    stores.given(start(&others)).await;
    let links = [refresh_token(&source, &mine), refresh_token(&source, &others)];
    given_link(&stores, &links[0]).await;
    given_link(&stores, &links[1]).await;
    stores.given(write(SessionWrite::Erase(ana.id))).await;
    assert_eq!(read(&stores, mine.id).await, None);
    assert_eq!(stores.refresh_tokens.presented(&links[0].hash).await.unwrap(), None);
    assert_eq!(read(&stores, others.id).await, Some(others));
    assert!(stores.refresh_tokens.presented(&links[1].hash).await.unwrap().is_some());
    given_link(&stores, &RefreshToken { session: links[1].session, number: 2, ..links[0].clone() }).await;
}

/// What was over or ended before a time is removed; what ended at it, or lives, stays.
pub async fn what_is_long_over_is_forgotten_with_its_chain(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let [over, ended, at_last, live] = [(); 4].map(|()| session(&source, &ana));
    let over = Session { expires_at: later(9), ..over };
    for session in [&over, &ended, &at_last, &live] {
        stores.given(start(session)).await;
    }
    let link = refresh_token(&source, &ended);
    given_link(&stores, &link).await;
    stores.given(end(ended.id, later(9)).and(end(at_last.id, later(10)))).await;
    stores.given(write(SessionWrite::Forget { before: later(10) })).await;
    for (session, stays) in [(over, false), (ended, false), (at_last, true), (live, true)] {
        assert_eq!(read(&stores, session.id).await.is_some(), stays, "{session:?}");
    }
    assert_eq!(stores.refresh_tokens.presented(&link.hash).await.unwrap(), None);
}

/// A sweep is bounded; the next one goes on.
pub async fn no_more_than_a_thousand_sessions_are_forgotten_at_once(stores: Stores) {
    let source = source();
    let ana = given_user(&stores, &source, "ana").await;
    let sessions: Vec<Session> =
        (0..1001).map(|_| Session { expires_at: later(1), ..session(&source, &ana) }).collect();
    for some in sessions.chunks(100) {
        stores.given(some.iter().fold(Commit::new(), |commit, session| commit.and(start(session)))).await;
    }
    let mut left: Vec<SessionId> = sessions.iter().map(|session| session.id).collect();
    for expected in [1, 0] {
        stores.given(write(SessionWrite::Forget { before: later(2) })).await;
        let mut stay = Vec::new();
        for id in left {
            stay.extend(read(&stores, id).await.map(|session| session.id));
        }
        left = stay;
        assert_eq!(left.len(), expected);
    }
}

/// What is not there is `None`.
pub async fn a_session_that_is_not_there_is_none(stores: Stores) {
    let source = source();
    assert_eq!(stores.sessions.session(source.id()).await.unwrap(), None);
    assert_eq!(listed(&stores, source.id(), NOW).await, []);
}
