//! Every state of the models.

use std::fmt::Debug;
use std::hash::Hash;

use saaskit_models::lockout::{self, Lockout};
use saaskit_models::refresh::{self, Refresh};
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
    Refresh { thief, reset, longest: 4, fault }
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
fn each_fault_of_refresh_is_found() {
    use refresh::Fault::{NoAlarm, NoEpoch, NoGuard, NoRepeat};
    let found = |thief, reset, fault| broken(refreshing(thief, reset, fault));
    assert!(found(false, false, NoGuard).contains(&"the chain never forks"));
    assert_eq!(found(false, false, NoRepeat), ["without a thief and a reset nobody is signed out"]);
    assert_eq!(found(true, false, NoAlarm), ["whoever was seen to steal holds nothing that is good"]);
    assert_eq!(found(false, true, NoEpoch), ["nothing is renewed after a reset"]);
}

fn locking(owner: bool, fault: lockout::Fault) -> Lockout {
    Lockout { requests: 6, owner, fault }
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
fn each_fault_of_lockout_is_found() {
    assert_ne!(broken(locking(false, lockout::Fault::SavedBlindly)), [""; 0]);
    assert_ne!(broken(locking(false, lockout::Fault::TestedFirst)), [""; 0]);
}
