//! What keeps signals for every node must do; see [`saaskit_kernel::Signals`].

use std::collections::BTreeSet;
use std::time::Duration;

use saaskit_auth::write::{AuthWrite, USER_EMAIL, UserWrite};
use saaskit_kernel::{Commit, CommitError, Signal, SignalCursor, Timestamp};
use saaskit_tenants::write::{TenantWrite, TenantsWrite};
use tokio::sync::oneshot;

use crate::Stores;
use crate::at_once::at_once;
use crate::fixtures::{NOW, signal, source, tenant, user};
use crate::macros::assert_answer;

/// Makes a module `signals_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! signals_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] signals_suite of signals, $fresh,
            a_signal_is_heard_as_it_was_told
            all_signals_of_a_commit_are_heard
            a_signal_of_a_workspaces_commit_is_heard_like_any_other
            a_signal_of_a_refused_commit_is_not_heard
            what_matters_is_live_until_its_time_is_over
            from_the_cursor_of_what_is_live_nothing_is_left_out
            every_follower_hears_every_signal
            nothing_is_left_out_however_commits_overlap
            what_is_forgotten_was_over
            a_cursor_outlives_what_was_forgotten
        }
    };
}

fn tell(signals: impl IntoIterator<Item = Signal>) -> Commit {
    signals.into_iter().fold(Commit::new(), Commit::signal)
}

fn until(until: Timestamp, subject: &str) -> Signal {
    Signal { until, ..signal(subject) }
}

async fn live(stores: &Stores, now: Timestamp) -> (BTreeSet<String>, SignalCursor) {
    let (signals, cursor) = stores.signals.live(now).await.unwrap();
    (subjects(&signals), cursor)
}

async fn since(stores: &Stores, cursor: SignalCursor) -> (BTreeSet<String>, SignalCursor) {
    let (signals, cursor) = stores.signals.since(cursor).await.unwrap();
    (subjects(&signals), cursor)
}

fn subjects(signals: &[Signal]) -> BTreeSet<String> {
    signals.iter().map(|signal| signal.subject.clone()).collect()
}

fn set<const N: usize>(subjects: [&str; N]) -> BTreeSet<String> {
    subjects.into_iter().map(str::to_owned).collect()
}

/// A signal comes as it was told, to whoever asks for what is new and to whoever asks for all.
pub async fn a_signal_is_heard_as_it_was_told(stores: Stores) {
    let (none, cursor) = stores.signals.live(NOW).await.unwrap();
    assert_eq!(none, []);
    let told = Signal { number: u64::MAX, ..signal("Zoë \u{1f980}") };
    stores.given(tell([told.clone()])).await;
    assert_eq!(stores.signals.since(cursor).await.unwrap().0, std::slice::from_ref(&told));
    assert_eq!(stores.signals.live(NOW).await.unwrap().0, [told]);
}

/// All of one commit are heard, also two that say the same.
pub async fn all_signals_of_a_commit_are_heard(stores: Stores) {
    let (_, cursor) = live(&stores, NOW).await;
    let far = Signal { until: Timestamp::MAX, number: 0, ..signal("b") };
    let mut told = [signal("a"), signal("a"), far];
    stores.given(tell(told.clone())).await;
    let (mut heard, _) = stores.signals.since(cursor).await.unwrap();
    heard.sort_by_key(|signal| signal.subject.clone());
    told.sort_by_key(|signal| signal.subject.clone());
    assert_eq!(heard, told);
}

/// A signal is no workspace's, also where its commit acts in one.
pub async fn a_signal_of_a_workspaces_commit_is_heard_like_any_other(stores: Stores) {
    let acme = TenantsWrite::from(TenantWrite::Insert(tenant(&source(), "acme")));
    stores.given(tell([signal("a")]).write(acme)).await;
    assert_eq!(live(&stores, NOW).await.0, set(["a"]));
}

/// What was refused was never said.
pub async fn a_signal_of_a_refused_commit_is_not_heard(stores: Stores) {
    let source = source();
    let insert = || Commit::new().write(AuthWrite::from(UserWrite::Insert(user(&source, "ana"))));
    stores.given(insert()).await;
    let refused = stores.commit(tell([signal("a")]).and(insert())).await;
    assert_answer!(refused, Err(CommitError::Duplicate(USER_EMAIL)));
    assert_eq!(live(&stores, NOW).await.0, set([]));
    assert_eq!(since(&stores, SignalCursor::default()).await.0, set([]));
}

/// What is live matters up to and at its time, and not after.
pub async fn what_matters_is_live_until_its_time_is_over(stores: Stores) {
    let moment = Duration::from_millis(1);
    stores.given(tell([until(NOW, "now"), until(NOW.plus(moment), "later")])).await;
    assert_eq!(live(&stores, NOW).await.0, set(["later", "now"]));
    assert_eq!(live(&stores, NOW.plus(moment)).await.0, set(["later"]));
    assert_eq!(live(&stores, NOW.plus(2 * moment)).await.0, set([]));
}

/// Whoever was told all that is live hears the rest from the cursor that came with it, and from every later one.
pub async fn from_the_cursor_of_what_is_live_nothing_is_left_out(stores: Stores) {
    stores.given(tell([signal("a")])).await;
    let (_, first) = live(&stores, NOW).await;
    stores.given(tell([signal("b")])).await;
    let (heard, second) = since(&stores, first).await;
    assert!(heard.contains("b"), "{heard:?}");
    stores.given(tell([signal("c")])).await;
    for cursor in [first, second] {
        let heard = since(&stores, cursor).await.0;
        assert!(heard.contains("c"), "{heard:?}");
    }
    assert_eq!(since(&stores, SignalCursor::default()).await.0, set(["a", "b", "c"]));
}

/// To have been heard by one takes a signal from nobody else.
pub async fn every_follower_hears_every_signal(stores: Stores) {
    let (_, cursor) = live(&stores, NOW).await;
    stores.given(tell([signal("a")])).await;
    for _ in 0..2 {
        assert_eq!(since(&stores, cursor).await.0, set(["a"]));
    }
}

/// Asks again and again, each time from where the last answer ended, and once more after it was told to end.
async fn follow(
    stores: Stores,
    mut cursor: SignalCursor,
    mut end: oneshot::Receiver<()>,
) -> BTreeSet<String> {
    let mut heard = BTreeSet::new();
    loop {
        let is_last = end.try_recv().is_ok();
        let (news, next) = since(&stores, cursor).await;
        heard.extend(news);
        cursor = next;
        if is_last {
            return heard;
        }
        tokio::task::yield_now().await;
    }
}

/// Commits of many tasks become visible in another order than they began in; a follower beside them hears all.
pub async fn nothing_is_left_out_however_commits_overlap(stores: Stores) {
    let (_, cursor) = live(&stores, NOW).await;
    let (end, ended) = oneshot::channel();
    let following = tokio::spawn(follow(stores.clone(), cursor, ended));
    let source = source();
    let committing = |n: u32| {
        let (stores, source) = (stores.clone(), source.clone());
        async move {
            for round in 0..10 {
                let name = format!("task-{n}-{round}");
                let account = AuthWrite::from(UserWrite::Insert(user(&source, &name)));
                stores.given(tell([signal(&name)]).write(account)).await;
            }
        }
    };
    at_once((0..8).map(committing).collect()).await;
    end.send(()).unwrap();
    let heard = following.await.unwrap();
    assert_eq!(heard.len(), 80, "{heard:?}");
}

/// What is removed was over, and is counted.
pub async fn what_is_forgotten_was_over(stores: Stores) {
    let moment = Duration::from_millis(1);
    let told = [until(NOW.minus(moment), "a"), until(NOW.minus(moment), "b"), until(NOW, "c")];
    stores.given(tell(told)).await;
    assert_eq!(stores.signals.forget(NOW).await.unwrap(), 2);
    assert_eq!(since(&stores, SignalCursor::default()).await.0, set(["c"]));
    assert_eq!(stores.signals.forget(NOW).await.unwrap(), 0);
}

/// After everything was forgotten a cursor still leads to all that is told later.
pub async fn a_cursor_outlives_what_was_forgotten(stores: Stores) {
    let over = NOW.plus(Duration::from_millis(1));
    for told in ["a", "b", "c"] {
        stores.given(tell([until(NOW, told)])).await;
    }
    let (_, before) = live(&stores, NOW).await;
    assert_eq!(stores.signals.forget(over).await.unwrap(), 3);
    let (_, after) = since(&stores, before).await;
    let (_, anew) = live(&stores, over).await;
    stores.given(tell([until(over, "d")])).await;
    for cursor in [before, after, anew] {
        assert_eq!(since(&stores, cursor).await.0, set(["d"]));
    }
}
