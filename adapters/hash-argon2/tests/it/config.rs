use std::error::Error;

use saaskit_hash_argon2::{Argon2Config, Argon2Hasher};
use saaskit_kernel::{ErrorKind, Secret, Source};

#[test]
fn the_defaults_can_be_used() {
    assert_eq!(Argon2Config::default().check(), Ok(()));
}

#[test]
fn every_broken_rule_is_named() {
    let config = Argon2Config {
        memory_kib: 19 * 1024 - 1,
        passes: 1,
        lanes: 0,
        threads: 0,
        queue: 0,
        pepper: Some(Secret::new("fifteen letters")),
    };
    assert_eq!(config.check().unwrap_err().rules().len(), 6);
    let too_much = Argon2Config { memory_kib: u32::MAX, passes: 65, ..Argon2Config::default() };
    assert_eq!(
        too_much.check().unwrap_err().to_string(),
        "memory is from 19456 KiB to 1048576 KiB; passes are from 2 to 64"
    );
}

#[test]
fn a_hasher_does_not_start_with_a_broken_rule() {
    let config = Argon2Config { passes: 1, ..Argon2Config::default() };
    let error = Argon2Hasher::new(&config, Source::system()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert_eq!(error.source().unwrap().to_string(), "passes are from 2 to 64");
}

#[test]
fn a_pepper_is_never_printed() {
    let config = Argon2Config { pepper: Some(Secret::new("sixteen letters!")), ..Argon2Config::default() };
    let hasher = Argon2Hasher::new(&config, Source::system()).unwrap();
    let shown = format!("{config:?} {hasher:?}");
    assert!(!shown.contains("sixteen"), "{shown}");
}
