use std::sync::Arc;

use argon2::PasswordVerifier;
use saaskit_auth::port::{PasswordHasher, Verdict};
use saaskit_auth::{Password, PasswordHash};
use saaskit_conformance::password_hasher::Hashers;
use saaskit_hash_argon2::{Argon2Config, Argon2Hasher};
use saaskit_kernel::{Secret, Source};

fn hasher(config: Argon2Config) -> Argon2Hasher {
    Argon2Hasher::new(&Argon2Config { threads: 2, ..config }, Source::system()).unwrap()
}

fn peppered(pepper: &str) -> Argon2Hasher {
    hasher(Argon2Config { pepper: Some(Secret::new(pepper)), ..Argon2Config::default() })
}

fn password(text: &str) -> Password {
    Password::new(&Secret::new(text)).unwrap()
}

fn fresh() -> Hashers {
    Hashers {
        hasher: Arc::new(hasher(Argon2Config::default())),
        other: Arc::new(hasher(Argon2Config { passes: 3, memory_kib: 20 * 1024, ..Argon2Config::default() })),
    }
}

saaskit_conformance::password_hasher_suite!(super::fresh());

#[tokio::test]
async fn a_hash_is_what_other_implementations_read() {
    let hash = hasher(Argon2Config::default()).hash(&password("hunter2")).await.unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
    let [salt, output] = hash.as_str().rsplitn(3, '$').map(str::len).take(2).collect::<Vec<_>>()[..] else {
        panic!()
    };
    assert_eq!((salt, output), (43, 22));
    argon2::Argon2::default().verify_password(b"hunter2", hash.as_str()).unwrap();
}

/// From the tests of the reference implementation: every variant, both versions, less and more memory than ours.
#[tokio::test]
async fn hashes_made_elsewhere_verify_and_are_outdated() {
    let hasher = hasher(Argon2Config::default());
    for hash in [
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
        "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        "$argon2d$v=19$m=65536,t=2,p=1,keyid=8PDw8A$YzI5dFpYTmhiSFFBQUFBQUFBQUFBQQ$Jxy74cswY2mq9y+u+iJcJy8EqOp4t/C7DWDzGwGB3IM",
    ] {
        let stored = PasswordHash::from_phc(hash.to_owned());
        let verdict = hasher.verify(&password("password"), &stored).await.unwrap();
        assert_eq!(verdict, Verdict::Match { outdated: true }, "{hash}");
        assert_eq!(hasher.verify(&password("passwore"), &stored).await.unwrap(), Verdict::Mismatch, "{hash}");
    }
}

#[tokio::test]
async fn a_hash_nobody_can_afford_is_a_mismatch() {
    let hasher = hasher(Argon2Config::default());
    for cost in
        ["m=4294967295,t=2,p=1", "m=19456,t=4294967295,p=1", "m=4294967295,t=1,p=16777215", "m=1,t=0,p=0"]
    {
        let hash = format!("$argon2id$v=19${cost}$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
        let verdict = hasher.verify(&password("password"), &PasswordHash::from_phc(hash)).await.unwrap();
        assert_eq!(verdict, Verdict::Mismatch, "{cost}");
    }
}

#[tokio::test]
async fn a_hash_without_its_pepper_is_worth_nothing() {
    let hash = peppered("a pepper of some length").hash(&password("hunter2")).await.unwrap();
    for other in [peppered("another pepper as long"), hasher(Argon2Config::default())] {
        assert_eq!(other.verify(&password("hunter2"), &hash).await.unwrap(), Verdict::Mismatch);
    }
    let again = peppered("a pepper of some length").verify(&password("hunter2"), &hash).await.unwrap();
    assert_eq!(again, Verdict::Match { outdated: false });
}

#[tokio::test]
async fn a_hash_from_before_there_was_a_pepper_verifies_and_is_outdated() {
    let hash = hasher(Argon2Config::default()).hash(&password("hunter2")).await.unwrap();
    let verdict = peppered("a pepper of some length").verify(&password("hunter2"), &hash).await.unwrap();
    assert_eq!(verdict, Verdict::Match { outdated: true });
}

#[tokio::test]
async fn the_decoy_looks_like_any_hash_and_is_another_at_each_start() {
    for make in [|| hasher(Argon2Config::default()), || peppered("a pepper of some length")] {
        let hasher = make();
        let (decoy, hash) = (hasher.decoy(), hasher.hash(&password("hunter2")).await.unwrap());
        let cost = |hash: &PasswordHash| hash.as_str().rsplitn(3, '$').nth(2).unwrap().to_owned();
        assert_eq!(cost(&decoy), cost(&hash));
        assert_eq!(decoy.as_str().len(), hash.as_str().len());
        assert_ne!(decoy.as_str(), make().decoy().as_str());
    }
}
