//! Every state of the models.

use std::fmt::Debug;
use std::hash::Hash;

use saaskit_models::lockout::{self, Lockout};
use saaskit_models::refresh::{self, Refresh};
use saaskit_models::reset::{self, Reset};
use stateright::{Checker, Expectation, HasDiscoveries, Model};

/// Fails with the way there if something that must hold does not, or if nothing interesting is ever reached.
fn assert_holds<M>(model: M)
where
    M: Model + Send + Sync + 'static,
    M::State: Hash + Debug + Clone + PartialEq + Send + Sync,
    M::Action: Debug + Clone + PartialEq,
{
    model.checker().spawn_bfs().join().assert_properties();
}

/// What must hold and does not, by name.
fn broken<M>(model: M) -> Vec<&'static str>
where
    M: Model + Send + Sync + 'static,
    M::State: Hash + Debug + Clone + PartialEq + Send + Sync,
    M::Action: Debug + Clone + PartialEq,
{
    let explored = model.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let found = explored.discoveries();
    let must = explored.model().properties().into_iter().filter(|it| it.expectation == Expectation::Always);
    must.map(|it| it.name).filter(|name| found.contains_key(name)).collect()
}

fn refreshing(thief: bool, reset: bool, fault: refresh::Fault) -> Refresh {
    // With both, a longer chain has many times as many states.
    let longest = if thief && reset { 3 } else { 4 };
    Refresh { thief, reset, longest, fault }
}

#[test]
fn an_owner_whose_answers_get_lost_is_never_signed_out() {
    assert_holds(refreshing(false, false, refresh::Fault::None));
}

#[test]
fn a_thief_is_seen_and_thrown_out() {
    assert_holds(refreshing(true, false, refresh::Fault::None));
}

#[test]
fn nothing_of_before_a_reset_survives_it() {
    assert_holds(refreshing(false, true, refresh::Fault::None));
}

#[test]
fn a_thief_keeps_nothing_through_a_reset() {
    assert_holds(refreshing(true, true, refresh::Fault::None));
}

#[test]
fn each_fault_of_refresh_is_found() {
    use refresh::Fault::{NoAlarm, NoEpoch, NoGuard, NoRepeat, WipedAtOnce};
    let found = |thief, reset, fault| broken(refreshing(thief, reset, fault));
    assert!(found(false, false, NoGuard).contains(&"the chain never forks"));
    assert_eq!(found(false, false, NoRepeat), ["without a thief and a reset nobody is signed out"]);
    assert_eq!(found(true, false, NoAlarm), ["whoever was seen to steal holds nothing that is good"]);
    assert_eq!(found(false, true, NoEpoch), ["nothing is renewed after a reset"]);
    assert_eq!(found(true, true, NoEpoch), ["nothing is renewed after a reset"]);
    assert_eq!(found(false, false, WipedAtOnce), ["without a thief and a reset nobody is signed out"]);
}

fn resetting(links: u8, fault: reset::Fault) -> Reset {
    Reset { resets: 3, sign_ins: 2, links, fault }
}

#[test]
fn a_link_sets_one_password_however_often_it_is_shown() {
    assert_holds(resetting(1, reset::Fault::None));
}

#[test]
fn of_several_links_none_works_after_a_later_one_and_no_sign_in_outlives_them() {
    assert_holds(resetting(3, reset::Fault::None));
}

#[test]
fn each_fault_of_reset_is_found() {
    use reset::Fault::{LateEpoch, NoEpoch, NoGuard};
    let found = |links, fault| broken(resetting(links, fault));
    let (once, present) = (
        "a link works once, and none after a later one",
        "every session that is live knew the present password",
    );
    assert!(found(1, NoGuard).contains(&once));
    assert!(found(2, NoGuard).contains(&once));
    assert_eq!(found(1, NoEpoch), [present]);
    assert_eq!(found(1, LateEpoch), [present]);
}

fn locking(owner: bool, fault: lockout::Fault) -> Lockout {
    Lockout { requests: 6, owner, waits: 0, reset: false, fault }
}

/// Twenty minutes pass.
fn locking_for_long(fault: lockout::Fault) -> Lockout {
    Lockout { waits: 2, ..locking(false, fault) }
}

/// The password may be reset.
fn locking_and_resetting(fault: lockout::Fault) -> Lockout {
    Lockout { reset: true, ..locking(false, fault) }
}

#[test]
fn no_number_of_tries_at_once_gets_past_the_lock() {
    assert_holds(locking(false, lockout::Fault::None));
}

#[test]
fn a_success_at_the_same_time_opens_no_way_past_the_lock() {
    assert_holds(locking(true, lockout::Fault::None));
}

#[test]
fn neither_time_nor_a_reset_opens_a_way_past_the_lock_but_its_end() {
    assert_holds(locking_for_long(lockout::Fault::None));
    assert_holds(locking_and_resetting(lockout::Fault::None));
}

#[test]
fn each_fault_of_lockout_is_found() {
    use lockout::Fault::{Forgets, NoClear, NoEnd, SavedBlindly, TestedFirst};
    let tested = "no more passwords are tested than a window allows";
    assert_ne!(broken(locking(false, SavedBlindly)), [""; 0]);
    assert_ne!(broken(locking(false, TestedFirst)), [""; 0]);
    assert!(broken(locking_for_long(Forgets)).contains(&tested));
    assert_eq!(broken(locking_for_long(NoEnd)), ["nobody is refused for a lock that is over"]);
    let clear = "nothing of before a reset or a success locks";
    assert_eq!(broken(locking_and_resetting(NoClear)), [clear]);
}
