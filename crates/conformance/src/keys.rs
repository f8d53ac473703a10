//! What a reader of keys must do; see [`saaskit_auth::port::Keys`] and [`KeyWrite`].

use saaskit_auth::write::{
    AuthWrite, INSTALLATION, KEY_NUMBER, KeptSecret, KeyWrite, LAST_OPERATOR, OperatorWrite, SET_UP,
};
use saaskit_auth::{Algorithm, SigningKey};
use saaskit_kernel::{Commit, CommitError, Sealed};

use crate::Stores;
use crate::at_once::{assert_one_wins, commit_at_once};
use crate::fixtures::{NOW, signing_key, source};
use crate::macros::assert_answer;

/// Makes a module `keys_suite` of tests. Takes an expression for a future of [`crate::Stores`].
#[macro_export]
macro_rules! keys_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] keys_suite of keys, $fresh,
            keys_come_as_they_were_in_the_order_of_their_numbers
            exactly_one_of_many_keys_of_one_number_is_stored
            keys_before_a_number_are_removed_and_no_others
            an_installation_secret_is_read_back_as_it_was
            exactly_one_of_many_installation_secrets_is_ever_stored
            an_installation_is_set_up_exactly_once
            a_seal_that_is_stored_is_replaced_and_nothing_else
            of_many_seals_that_replace_one_at_once_one_stays
            an_installation_is_not_set_up_before_it_is_installed
            operators_are_not_counted_before_it_is_installed
            the_last_operator_is_not_lost
            of_many_operators_that_go_at_once_one_stays
        }
    };
}

fn write(write: KeyWrite) -> Commit {
    Commit::new().write(AuthWrite::from(write))
}

fn secret(byte: u8) -> Sealed {
    Sealed::from_bytes(vec![byte; 60])
}

/// Keys come as they were, in the order of their numbers, not of their making.
pub async fn keys_come_as_they_were_in_the_order_of_their_numbers(stores: Stores) {
    let source = source();
    let algorithms = [Algorithm::Rs256, Algorithm::EdDsa, Algorithm::Es256];
    let mut keys: Vec<SigningKey> = [10, 2, 9]
        .into_iter()
        .zip(algorithms)
        .map(|(number, algorithm)| SigningKey { algorithm, ..signing_key(&source, number) })
        .collect();
    assert_eq!(stores.keys.signing_keys().await.unwrap(), []);
    for key in &keys {
        stores.given(write(KeyWrite::Insert(key.clone()))).await;
    }
    keys.sort_by_key(|key| key.number);
    assert_eq!(stores.keys.signing_keys().await.unwrap(), keys);
}

/// Of any number of commits that insert a key of one number, exactly one is applied.
pub async fn exactly_one_of_many_keys_of_one_number_is_stored(stores: Stores) {
    let source = source();
    let keys: Vec<SigningKey> = (0..8).map(|_| signing_key(&source, 1)).collect();
    let inserts = keys.iter().cloned().map(|key| write(KeyWrite::Insert(key))).collect();
    let answers = commit_at_once(&stores, inserts).await;
    assert_one_wins(&answers, |error| matches!(error, CommitError::Duplicate(KEY_NUMBER)));
    let winner = answers.iter().position(Result::is_ok).unwrap();
    assert_eq!(stores.keys.signing_keys().await.unwrap(), [keys[winner].clone()]);
}

/// Keys of lower numbers are removed, the named one and later ones stay.
pub async fn keys_before_a_number_are_removed_and_no_others(stores: Stores) {
    let source = source();
    for number in 1..=4 {
        stores.given(write(KeyWrite::Insert(signing_key(&source, number)))).await;
    }
    stores.given(write(KeyWrite::RemoveBefore(3))).await;
    let left = stores.keys.signing_keys().await.unwrap();
    assert_eq!(left.iter().map(|key| key.number).collect::<Vec<_>>(), [3, 4]);
}

/// The installation secret is read back as it was; before there is one, as `None`.
pub async fn an_installation_secret_is_read_back_as_it_was(stores: Stores) {
    assert_eq!(stores.keys.installation().await.unwrap(), None);
    stores.given(write(KeyWrite::Install(secret(200)))).await;
    assert_eq!(stores.keys.installation().await.unwrap(), Some(secret(200)));
}

/// Of any number of commits that store an installation secret, exactly one is ever applied.
pub async fn exactly_one_of_many_installation_secrets_is_ever_stored(stores: Stores) {
    let installs = (0..8).map(|byte| write(KeyWrite::Install(secret(byte)))).collect();
    let answers = commit_at_once(&stores, installs).await;
    assert_one_wins(&answers, |error| matches!(error, CommitError::Duplicate(INSTALLATION)));
    let late = stores.commit(write(KeyWrite::Install(secret(99)))).await;
    assert_answer!(late, Err(CommitError::Duplicate(INSTALLATION)));
    let winner = answers.iter().position(Result::is_ok).and_then(|at| u8::try_from(at).ok()).unwrap();
    assert_eq!(stores.keys.installation().await.unwrap(), Some(secret(winner)));
}

/// Of any number of commits that set the installation up, exactly one is ever applied.
pub async fn an_installation_is_set_up_exactly_once(stores: Stores) {
    stores.given(write(KeyWrite::Install(secret(1)))).await;
    let set_ups = (0..8).map(|_| write(KeyWrite::SetUp { at: NOW })).collect();
    let answers = commit_at_once(&stores, set_ups).await;
    assert_one_wins(&answers, |error| matches!(error, CommitError::Refused(SET_UP)));
    let late = stores.commit(write(KeyWrite::SetUp { at: NOW })).await;
    assert_answer!(late, Err(CommitError::Refused(SET_UP)));
}

/// What was never installed can't be set up, and can be once it was.
pub async fn an_installation_is_not_set_up_before_it_is_installed(stores: Stores) {
    let early = stores.commit(write(KeyWrite::SetUp { at: NOW })).await;
    assert_answer!(early, Err(CommitError::Refused(SET_UP)));
    stores.given(write(KeyWrite::Install(secret(1)))).await;
    stores.given(write(KeyWrite::SetUp { at: NOW })).await;
}

fn reseal(secret: KeptSecret, from: Sealed, to: Sealed) -> Commit {
    write(KeyWrite::Reseal { secret, from, to })
}

/// The one seal, of the installation or of one key; what is not stored, there or any more, replaces nothing.
pub async fn a_seal_that_is_stored_is_replaced_and_nothing_else(stores: Stores) {
    let source = source();
    let mut keys: Vec<SigningKey> = (1..=2).map(|number| signing_key(&source, number)).collect();
    stores.given(reseal(KeptSecret::Installation, secret(1), secret(2))).await;
    stores.given(reseal(KeptSecret::Key(1), keys[0].private.clone(), secret(2))).await;
    assert_eq!(stores.keys.installation().await.unwrap(), None);
    stores.given(write(KeyWrite::Install(secret(1)))).await;
    for key in &keys {
        stores.given(write(KeyWrite::Insert(key.clone()))).await;
    }

    stores.given(reseal(KeptSecret::Installation, secret(1), secret(7))).await;
    stores.given(reseal(KeptSecret::Installation, secret(1), secret(8))).await;
    stores.given(reseal(KeptSecret::Key(2), keys[1].private.clone(), secret(9))).await;
    stores.given(reseal(KeptSecret::Key(2), secret(3), secret(10))).await;
    stores.given(reseal(KeptSecret::Key(3), keys[0].private.clone(), secret(10))).await;
    keys[1].private = secret(9);
    assert_eq!(stores.keys.installation().await.unwrap(), Some(secret(7)));
    assert_eq!(stores.keys.signing_keys().await.unwrap(), keys);
    stores.given(write(KeyWrite::SetUp { at: NOW })).await;
}

/// Of any number of commits that replace one seal, the first is applied and the others change nothing.
pub async fn of_many_seals_that_replace_one_at_once_one_stays(stores: Stores) {
    stores.given(write(KeyWrite::Install(secret(1)))).await;
    let at_once = (10..18).map(|byte| reseal(KeptSecret::Installation, secret(1), secret(byte))).collect();
    for answer in commit_at_once(&stores, at_once).await {
        assert_answer!(answer, Ok(()));
    }
    let stays = stores.keys.installation().await.unwrap().unwrap();
    assert!((10..18).any(|byte| secret(byte) == stays), "{stays:?}");
    stores.given(reseal(KeptSecret::Installation, stays, secret(1))).await;
}

fn count(write: OperatorWrite) -> Commit {
    Commit::new().write(AuthWrite::from(write))
}

/// There is nothing to count at yet.
pub async fn operators_are_not_counted_before_it_is_installed(stores: Stores) {
    for change in [OperatorWrite::Gain, OperatorWrite::Lose] {
        assert_answer!(stores.commit(count(change)).await, Err(CommitError::Stale));
    }
}

/// One fewer than one is refused, with the whole commit.
pub async fn the_last_operator_is_not_lost(stores: Stores) {
    stores.given(write(KeyWrite::Install(secret(1)))).await;
    assert_answer!(stores.commit(count(OperatorWrite::Lose)).await, Err(CommitError::Refused(LAST_OPERATOR)));
    stores.given(count(OperatorWrite::Gain)).await;
    let key = write(KeyWrite::Insert(signing_key(&source(), 1)));
    let last = stores.commit(count(OperatorWrite::Lose).and(key)).await;
    assert_answer!(last, Err(CommitError::Refused(LAST_OPERATOR)));
    assert_eq!(stores.keys.signing_keys().await.unwrap(), []);
    stores.given(count(OperatorWrite::Gain)).await;
    stores.given(count(OperatorWrite::Lose)).await;
}

/// However many go at once, one is left.
pub async fn of_many_operators_that_go_at_once_one_stays(stores: Stores) {
    stores.given(write(KeyWrite::Install(secret(1)))).await;
    for answer in commit_at_once(&stores, (0..8).map(|_| count(OperatorWrite::Gain)).collect()).await {
        assert_answer!(answer, Ok(()));
    }
    let answers = commit_at_once(&stores, (0..10).map(|_| count(OperatorWrite::Lose)).collect()).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 7);
    for answer in answers.into_iter().filter(Result::is_err) {
        assert_answer!(answer, Err(CommitError::Refused(LAST_OPERATOR)));
    }
}
