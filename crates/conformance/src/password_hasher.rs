//! What a hasher of passwords must do; see [`saaskit_auth::port::PasswordHasher`].

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use saaskit_auth::port::{PasswordHasher, Verdict};
use saaskit_auth::{Password, PasswordHash};
use saaskit_kernel::{ErrorKind, Secret};
use tokio::time::{Instant, timeout};

/// Makes a module `password_hasher_suite` of tests. Takes an expression for [`Hashers`].
#[macro_export]
macro_rules! password_hasher_suite {
    ($fresh:expr) => {
        $crate::suite! { password_hasher_suite of password_hasher, ::std::future::ready($fresh),
            a_password_verifies_against_its_own_hash
            no_other_password_verifies
            hashing_one_password_twice_gives_different_hashes
            a_hash_made_with_other_parameters_verifies_and_is_outdated
            a_hash_that_cannot_be_read_is_a_mismatch
            a_decoy_matches_nothing
            a_decoy_costs_as_much_as_a_real_hash
            beyond_its_queue_it_refuses_at_once_and_says_when_to_come_again
            work_whose_asker_went_away_makes_room
        }
    };
}

/// What is tested.
#[derive(Debug)]
pub struct Hashers {
    /// The hasher.
    pub hasher: Arc<dyn PasswordHasher>,
    /// One of the same kind with other parameters.
    pub other: Arc<dyn PasswordHasher>,
}

const LONG: &str = "correct horse battery staple, 正しい馬の電池のホチキス, \u{1f40e}\u{1f50b} and so on and on and on and on, \
                    until it is well over one hundred and twenty-eight bytes long: a";

fn password(text: &str) -> Password {
    Password::new(&Secret::new(text)).unwrap()
}

/// A password verifies against its own hash, which is not outdated, and so does another spelling of the same text.
pub async fn a_password_verifies_against_its_own_hash(Hashers { hasher, .. }: Hashers) {
    for text in ["hunter2", " ", "pass\0word", "Zoë", LONG] {
        let hash = hasher.hash(&password(text)).await.unwrap();
        let verdict = hasher.verify(&password(text), &hash).await.unwrap();
        assert_eq!(verdict, Verdict::Match { outdated: false }, "{text:?}");
    }
    let hash = hasher.hash(&password("Zoe\u{308}")).await.unwrap();
    let verdict = hasher.verify(&password("Zo\u{eb}"), &hash).await.unwrap();
    assert_eq!(verdict, Verdict::Match { outdated: false });
}

/// No other password does, however near.
pub async fn no_other_password_verifies(Hashers { hasher, .. }: Hashers) {
    let hash = hasher.hash(&password(LONG)).await.unwrap();
    let last_changed = LONG.replace(": a", ": b");
    for text in
        ["", &LONG[..72], &last_changed, &LONG.to_uppercase(), &format!("{LONG} "), &format!("{LONG}\0")]
    {
        let verdict = hasher.verify(&password(text), &hash).await.unwrap();
        assert_eq!(verdict, Verdict::Mismatch, "{text:?}");
    }
}

/// Each hash has a salt of its own.
pub async fn hashing_one_password_twice_gives_different_hashes(Hashers { hasher, .. }: Hashers) {
    let [one, two] = [hasher.hash(&password("hunter2")).await, hasher.hash(&password("hunter2")).await];
    assert_ne!(one.unwrap().as_str(), two.unwrap().as_str());
}

/// Parameters can be changed without locking anybody out.
pub async fn a_hash_made_with_other_parameters_verifies_and_is_outdated(Hashers { hasher, other }: Hashers) {
    for (old, new) in [(&hasher, &other), (&other, &hasher)] {
        let hash = old.hash(&password("hunter2")).await.unwrap();
        let verdict = new.verify(&password("hunter2"), &hash).await.unwrap();
        assert_eq!(verdict, Verdict::Match { outdated: true });
        assert_eq!(new.verify(&password("hunter3"), &hash).await.unwrap(), Verdict::Mismatch);
    }
}

/// Garbage in the store locks one account and breaks nothing.
pub async fn a_hash_that_cannot_be_read_is_a_mismatch(Hashers { hasher, .. }: Hashers) {
    let good = hasher.hash(&password("hunter2")).await.unwrap();
    let cut = &good.as_str()[..good.as_str().len() / 2];
    for text in ["", "hunter2", "$", "$2b$12$abcdefghijklmnopqrstuv", "$unknown$v=1$c2FsdA$aGFzaA", cut] {
        let hash = PasswordHash::from_phc(text.to_owned());
        let verdict = hasher.verify(&password("hunter2"), &hash).await.unwrap();
        assert_eq!(verdict, Verdict::Mismatch, "{text:?}");
    }
}

/// A decoy is nobody's hash.
pub async fn a_decoy_matches_nothing(Hashers { hasher, .. }: Hashers) {
    for text in ["", "hunter2", hasher.decoy().as_str()] {
        let verdict = hasher.verify(&password(text), &hasher.decoy()).await.unwrap();
        assert_eq!(verdict, Verdict::Mismatch, "{text:?}");
    }
}

/// Accounts that are not there, and hashes that can't be read, are not told by the time they take. The machine is
/// shared, so the fastest of many is compared, and only an answer that is cheaper by far is caught here.
pub async fn a_decoy_costs_as_much_as_a_real_hash(Hashers { hasher, .. }: Hashers) {
    let real = hasher.hash(&password("hunter2")).await.unwrap();
    let broken = PasswordHash::from_phc("broken".to_owned());
    let hashes = [real, hasher.decoy(), broken];
    let mut fastest = [Duration::MAX; 3];
    let mut alike = false;
    for _ in 0..64 {
        for (hash, fastest) in hashes.iter().zip(&mut fastest) {
            let start = Instant::now();
            hasher.verify(&password("hunter3"), hash).await.unwrap();
            *fastest = start.elapsed().min(*fastest);
        }
        let [real, others @ ..] = fastest;
        alike = others.iter().all(|&other| other > real / 2 && other < real * 2);
        if alike {
            break;
        }
    }
    assert!(alike, "real, decoy and broken take {fastest:?}");
}

const FLOOD: usize = 100_000;

/// A refusal needs no waiting, and those let in before it are all served.
pub async fn beyond_its_queue_it_refuses_at_once_and_says_when_to_come_again(
    Hashers { hasher, .. }: Hashers,
) {
    let (password, decoy) = (password("hunter2"), hasher.decoy());
    let mut waiting = Vec::new();
    let refusal = loop {
        assert!(waiting.len() < FLOOD, "nobody is refused");
        let mut verdict = hasher.verify(&password, &decoy);
        match verdict.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => waiting.push(verdict),
            Poll::Ready(Ok(_)) => {}
            Poll::Ready(Err(refusal)) => break refusal,
        }
    };
    assert_eq!(refusal.kind(), ErrorKind::Throttled);
    assert!(refusal.retry_after().is_some_and(|after| !after.is_zero()), "{refusal:?}");
    assert_eq!(hasher.has_room().map_err(|refusal| refusal.kind()), Err(ErrorKind::Throttled));
    for verdict in waiting {
        assert_eq!(verdict.await.unwrap(), Verdict::Mismatch);
    }
    assert!(hasher.has_room().is_ok());
}

/// A flood whose askers have gone does not keep others waiting for ever.
pub async fn work_whose_asker_went_away_makes_room(Hashers { hasher, .. }: Hashers) {
    let (password, decoy) = (password("hunter2"), hasher.decoy());
    for _ in 0..1000 {
        let mut verdict = hasher.verify(&password, &decoy);
        let _ = verdict.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    let served = async {
        while let Err(refusal) = hasher.hash(&password).await {
            assert_eq!(refusal.kind(), ErrorKind::Throttled);
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_mins(1), served).await.expect("there is room again");
}
