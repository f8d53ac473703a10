//! What a reader of counted tries must do; see [`saaskit_auth::port::AttemptCounters`] and [`AttemptWrite`].

use std::time::Duration;

use saaskit_auth::write::{AttemptWrite, AuthWrite};
use saaskit_auth::{Attempts, Tries};
use saaskit_kernel::{Commit, CommitError, Timestamp};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{NOW, attempts, source};
use crate::macros::assert_answer;

/// Makes a module `attempts_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! attempts_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] attempts_suite of attempts, $fresh,
            what_was_counted_is_read_back_one_version_up
            a_save_replaces_everything_that_was_counted
            exactly_one_of_many_first_saves_is_applied
            exactly_one_of_many_saves_of_a_counter_is_applied
            a_save_of_another_version_is_stale
            what_was_cleared_is_counted_anew
            counters_of_other_keys_are_left_alone
            what_was_counted_of_an_account_is_cleared_on_every_browser
            idle_counters_are_forgotten_and_no_others
            no_more_than_a_thousand_counters_are_forgotten_at_once
        }
    };
}

fn save(attempts: &Attempts) -> Commit {
    Commit::new().write(AuthWrite::from(AttemptWrite::Save(attempts.clone())))
}

fn stored(attempts: &Attempts) -> Attempts {
    Attempts { version: attempts.version.next(), ..attempts.clone() }
}

async fn read(stores: &Stores, attempts: &Attempts) -> Option<Attempts> {
    stores.attempts.attempts(&attempts.key).await.unwrap()
}

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

/// What was counted is read back as it was.
pub async fn what_was_counted_is_read_back_one_version_up(stores: Stores) {
    let source = source();
    let locked = Attempts { locked_until: Some(later(900)), ..attempts(&source) };
    let unlocked = Attempts { tries: Tries::default(), ..attempts(&source) };
    let on_browser = Attempts { account: Some(locked.key), ..attempts(&source) };
    for counted in [attempts(&source), locked, unlocked, on_browser] {
        assert_eq!(read(&stores, &counted).await, None);
        stores.given(save(&counted)).await;
        assert_eq!(read(&stores, &counted).await, Some(stored(&counted)));
    }
}

/// The next save replaces every part, also what was there and is not any more.
pub async fn a_save_replaces_everything_that_was_counted(stores: Stores) {
    let first = Attempts { locked_until: Some(later(900)), ..attempts(&source()) };
    stores.given(save(&first)).await;
    let second = Attempts {
        account: Some(attempts(&source()).key),
        tries: Tries::at((1..=5).map(later).collect()),
        tried_at: later(5),
        in_row: 8,
        locks: 7,
        locked_until: None,
        ..stored(&first)
    };
    stores.given(save(&second)).await;
    assert_eq!(read(&stores, &second).await, Some(stored(&second)));
}

fn each_counting_differently(attempts: &Attempts) -> Vec<Commit> {
    (0..12).map(|in_row| save(&Attempts { in_row, ..attempts.clone() })).collect()
}

/// Of any number of commits that count a first try, exactly one is applied.
pub async fn exactly_one_of_many_first_saves_is_applied(stores: Stores) {
    let first = attempts(&source());
    let answers = commit_at_once(&stores, each_counting_differently(&first)).await;
    assert_one_wins(&answers, CommitError::is_stale);
    let winner = answers.iter().position(Result::is_ok).unwrap();
    assert_eq!(read(&stores, &first).await.unwrap().in_row as usize, winner);
}

/// Of any number of commits that save one version, exactly one is applied.
pub async fn exactly_one_of_many_saves_of_a_counter_is_applied(stores: Stores) {
    let first = attempts(&source());
    stores.given(save(&first)).await;
    let answers = commit_at_once(&stores, each_counting_differently(&stored(&first))).await;
    assert_one_wins(&answers, CommitError::is_stale);
    let winner = answers.iter().position(Result::is_ok).unwrap();
    assert_eq!(read(&stores, &first).await.unwrap().in_row as usize, winner);
}

/// An earlier version, a later one, and any version of what is not there are stale.
pub async fn a_save_of_another_version_is_stale(stores: Stores) {
    let source = source();
    let (first, other) = (attempts(&source), attempts(&source));
    stores.given(save(&first)).await;
    for wrong in [first.clone(), stored(&stored(&first)), stored(&other)] {
        assert_answer!(stores.commit(save(&wrong)).await, Err(CommitError::Stale));
    }
    assert_eq!(read(&stores, &first).await, Some(stored(&first)));
}

/// After they were cleared, tries are counted from the beginning; clearing nothing is no error.
pub async fn what_was_cleared_is_counted_anew(stores: Stores) {
    let first = attempts(&source());
    let clear = || Commit::new().write(AuthWrite::from(AttemptWrite::Clear(first.key)));
    stores.given(clear()).await;
    stores.given(save(&first)).await;
    stores.given(clear()).await;
    assert_eq!(read(&stores, &first).await, None);
    assert_answer!(stores.commit(save(&stored(&first))).await, Err(CommitError::Stale));
    stores.given(save(&first)).await;
}

/// Counting and clearing touch one key.
pub async fn counters_of_other_keys_are_left_alone(stores: Stores) {
    let source = source();
    let (mine, other) = (attempts(&source), attempts(&source));
    stores.given(save(&mine).and(save(&other))).await;
    stores.given(save(&stored(&mine))).await;
    stores.given(Commit::new().write(AuthWrite::from(AttemptWrite::Clear(mine.key)))).await;
    assert_eq!(read(&stores, &other).await, Some(stored(&other)));
}

/// The account's own counter goes with those of its browsers, and no other account's does.
pub async fn what_was_counted_of_an_account_is_cleared_on_every_browser(stores: Stores) {
    let source = source();
    let (mine, other) = (attempts(&source), attempts(&source));
    let browser = |of: &Attempts| Attempts { account: Some(of.key), ..attempts(&source) };
    let (gone, kept) = ([mine.clone(), browser(&mine), browser(&mine)], [other.clone(), browser(&other)]);
    for counted in gone.iter().chain(&kept) {
        stores.given(save(counted)).await;
    }
    for _ in 0..2 {
        stores.given(Commit::new().write(AuthWrite::from(AttemptWrite::ClearAccount(mine.key)))).await;
    }
    for counted in &gone {
        assert_eq!(read(&stores, counted).await, None);
    }
    for counted in &kept {
        assert_eq!(read(&stores, counted).await, Some(stored(counted)));
    }
}

/// What was tried last long ago and neither locks nor disables is removed; all else stays.
pub async fn idle_counters_are_forgotten_and_no_others(stores: Stores) {
    let source = source();
    let before = later(900);
    let moment = Duration::from_millis(1);
    let idle = attempts(&source);
    let unlocked = Attempts { locked_until: Some(before), ..attempts(&source) };
    let locked = Attempts { locked_until: Some(before.plus(moment)), ..attempts(&source) };
    let disabled = Attempts { in_row: Attempts::MOST_IN_ROW, ..attempts(&source) };
    let recent = Attempts { tried_at: before, ..attempts(&source) };
    for counted in [&idle, &unlocked, &locked, &disabled, &recent] {
        stores.given(save(counted)).await;
    }
    stores.given(Commit::new().write(AuthWrite::from(AttemptWrite::Forget { before }))).await;
    for (counted, stays) in
        [(idle, false), (unlocked, false), (locked, true), (disabled, true), (recent, true)]
    {
        assert_eq!(read(&stores, &counted).await.is_some(), stays, "{counted:?}");
    }
}

/// A sweep is bounded; the next one goes on.
pub async fn no_more_than_a_thousand_counters_are_forgotten_at_once(stores: Stores) {
    let source = source();
    let mut left: Vec<Attempts> = (0..1001).map(|_| attempts(&source)).collect();
    stores.given(left.iter().fold(Commit::new(), |commit, attempts| commit.and(save(attempts)))).await;
    for expected in [1, 0] {
        stores.given(Commit::new().write(AuthWrite::from(AttemptWrite::Forget { before: later(1) }))).await;
        let mut stay = Vec::new();
        for attempts in &left {
            stay.extend(read(&stores, attempts).await);
        }
        left = stay;
        assert_eq!(left.len(), expected);
    }
}
