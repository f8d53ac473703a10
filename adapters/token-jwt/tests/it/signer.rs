use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{DecodingKey, Validation};
use saaskit_auth::claims::TokenRefused;
use saaskit_auth::port::TokenSigner;
use saaskit_conformance::fixtures::NOW;
use saaskit_conformance::token_signer::Signers;
use saaskit_token_jwt::JwtSigner;
use serde_json::Value;

use crate::bench::{ALGORITHMS, AUDIENCE, Bench, ISSUER, body, claims, forge, their_key, theirs};

fn fresh() -> Signers {
    Signers {
        signer: |issuer, audience| Arc::new(JwtSigner::new(issuer, audience)),
        forge: |algorithm, private, header, body| {
            forge(algorithm, private, &header.to_string(), &body.to_string())
        },
    }
}

saaskit_conformance::token_signer_suite!(super::fresh());

#[test]
fn another_implementation_verifies_what_was_signed() {
    for bench in ALGORITHMS.map(Bench::new) {
        let jwk: Jwk = serde_json::from_value(bench.key.public.clone()).unwrap();
        assert!(jwk.is_supported());
        let mut validation = Validation::new(theirs(bench.algorithm));
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        let token = bench.signer.sign(&claims()).unwrap();
        let key = DecodingKey::from_jwk(&jwk).unwrap();
        let read = jsonwebtoken::decode::<Value>(token.expose(), &key, &validation).unwrap();
        assert_eq!(read.claims, body());
        assert_eq!(serde_json::to_value(read.header).unwrap(), bench.header());
    }
}

#[test]
fn another_implementation_finds_the_same_public_key_and_name() {
    for bench in ALGORITHMS.map(Bench::new) {
        let key = their_key(bench.algorithm, &bench.key.private);
        let theirs = Jwk::from_encoding_key(&key, theirs(bench.algorithm)).unwrap();
        let ours: Jwk = serde_json::from_value(bench.key.public.clone()).unwrap();
        assert_eq!(theirs.algorithm, ours.algorithm);
        let thumbprint = |jwk: &Jwk| jwk.thumbprint(ThumbprintHash::SHA256).unwrap();
        assert_eq!(thumbprint(&theirs), thumbprint(&ours));
    }
}

#[test]
fn a_token_from_a_clock_ahead_is_believed_for_a_minute() {
    for bench in ALGORITHMS.map(Bench::new) {
        let token = bench.signer.sign(&claims()).unwrap();
        let behind = |seconds| NOW.minus(Duration::from_secs(seconds));
        assert_eq!(bench.signer.verify(token.expose(), behind(61)), Err(TokenRefused::Invalid));
        assert_eq!(bench.signer.verify(token.expose(), behind(60)), Ok(claims()));
    }
}

#[test]
fn what_was_verified_is_verified_without_being_remembered_too() {
    let bench = Bench::new(ALGORITHMS[1]);
    let forgetful = JwtSigner::new(ISSUER, AUDIENCE).remembering(0);
    forgetful.use_keys(&bench.open(), &[]).unwrap();
    let token = bench.signer.sign(&claims()).unwrap();
    for _ in 0..2 {
        assert_eq!(forgetful.verify(token.expose(), NOW), Ok(claims()));
    }
}

#[test]
fn it_prints_no_key() {
    let bench = Bench::new(ALGORITHMS[1]);
    let shown = format!("{:?} {:?}", bench.signer, bench.key);
    assert!(!shown.contains("PRIVATE") && shown.contains("[redacted]"), "{shown}");
}
