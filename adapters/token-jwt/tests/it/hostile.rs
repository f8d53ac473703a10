use proptest::prelude::*;
use saaskit_auth::Algorithm;
use saaskit_auth::claims::TokenRefused;
use saaskit_auth::port::TokenSigner;
use saaskit_conformance::fixtures::NOW;
use saaskit_kernel::{TenantId, UserId};
use serde_json::{Value, json};

use crate::bench::{ALGORITHMS, AUDIENCE, Bench, body, claims, decode, encode};

fn assert_invalid(bench: &Bench, header: &str, body: &str) {
    let answer = bench.signer.verify(&bench.forge(header, body), NOW);
    assert_eq!(answer, Err(TokenRefused::Invalid), "{header} {body}");
}

fn body_with(name: &str, value: Value) -> String {
    let mut body = body();
    body[name] = value;
    body.to_string()
}

/// The classic: a verifier that takes the algorithm from the token uses the public key as the secret of an HMAC.
#[test]
fn an_hmac_under_the_public_key_is_refused() {
    use aws_lc_rs::hmac;
    for bench in ALGORITHMS.map(Bench::new) {
        let jwk = bench.key.public.to_string();
        let number = bench.key.public["x"].as_str().or(bench.key.public["n"].as_str()).unwrap();
        for secret in [jwk.as_str(), number] {
            for alg in ["HS256", bench.algorithm.as_str()] {
                let header = json!({"typ": "at+jwt", "alg": alg, "kid": bench.id}).to_string();
                let signed = format!("{}.{}", encode(header), encode(body().to_string()));
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                let tag = hmac::sign(&key, signed.as_bytes());
                let token = format!("{signed}.{}", encode(tag.as_ref()));
                assert_eq!(bench.signer.verify(&token, NOW), Err(TokenRefused::Invalid));
            }
        }
    }
}

#[test]
fn a_header_member_said_twice_is_refused() {
    for bench in ALGORITHMS.map(Bench::new) {
        let header = bench.header().to_string();
        for twice in [r#""alg":"none","#, r#""typ":"JWT","#, r#""kid":"key_0","#] {
            let header = header.replacen('{', &format!("{{{twice}"), 1);
            assert_invalid(&bench, &header, &body().to_string());
        }
    }
}

#[test]
fn a_claim_said_twice_is_refused() {
    let bench = Bench::new(Algorithm::EdDsa);
    for claim in ["sub", "exp", "aud", "ep"] {
        let twice = format!("{{\"{claim}\":{},", body()[claim]);
        assert_invalid(&bench, &bench.header().to_string(), &body().to_string().replacen('{', &twice, 1));
    }
}

#[test]
fn a_subject_of_another_kind_is_refused() {
    let bench = Bench::new(Algorithm::EdDsa);
    let uuid = claims().user.uuid();
    for subject in [
        json!(TenantId::from_uuid(uuid)),
        json!(uuid.to_string()),
        json!(UserId::from_uuid(uuid).to_string().to_uppercase()),
        json!(7),
        json!(null),
    ] {
        assert_invalid(&bench, &bench.header().to_string(), &body_with("sub", subject.clone()));
        assert_invalid(&bench, &bench.header().to_string(), &body_with("sid", subject));
    }
}

#[test]
fn claims_of_a_wrong_shape_are_refused() {
    let bench = Bench::new(Algorithm::EdDsa);
    for (name, value) in [
        ("exp", json!("4102444800")),
        ("exp", json!(1e300)),
        ("ep", json!(-1)),
        ("ep", json!(u64::MAX)),
        ("amr", json!("pwd")),
        ("tid", json!("ten_1")),
        ("aud", json!([AUDIENCE])),
        ("nbf", json!(NOW.seconds() + 61)),
        ("iat", json!(NOW.seconds() + 61)),
    ] {
        assert_invalid(&bench, &bench.header().to_string(), &body_with(name, value));
    }
}

#[test]
fn instants_beyond_all_bounds_do_no_harm() {
    let bench = Bench::new(Algorithm::EdDsa);
    let verify = |name, value| {
        let token = bench.forge(&bench.header().to_string(), &body_with(name, value));
        bench.signer.verify(&token, NOW)
    };
    assert_eq!(verify("exp", json!(i64::MIN)), Err(TokenRefused::Expired));
    assert!(verify("exp", json!(i64::MAX)).is_ok());
    assert!(verify("iat", json!(i64::MIN)).is_ok());
    assert_eq!(verify("iat", json!(i64::MAX)), Err(TokenRefused::Invalid));
}

#[test]
fn claims_of_the_next_version_do_not_matter() {
    let bench = Bench::new(Algorithm::EdDsa);
    let token = bench.forge(&bench.header().to_string(), &body_with("act", json!("ten_1")));
    assert_eq!(bench.signer.verify(&token, NOW), Ok(claims()));
}

#[test]
fn a_huge_token_is_refused() {
    for bench in ALGORITHMS.map(Bench::new) {
        let header = bench.header().to_string();
        assert_invalid(&bench, &header, &body_with("jti", json!("a".repeat(4096))));
        let long = "a".repeat(10_000_000);
        for token in [long.clone(), format!("{long}.{long}.{long}"), ".".repeat(1_000_000)] {
            assert_eq!(bench.signer.verify(&token, NOW), Err(TokenRefused::Invalid));
        }
    }
}

#[test]
fn an_ecdsa_signature_in_der_or_of_zeros_is_refused() {
    let bench = Bench::new(Algorithm::Es256);
    let token = bench.signer.sign(&claims()).unwrap();
    let (signed, _) = token.expose().rsplit_once('.').unwrap();
    for signature in [vec![0; 64], vec![], [vec![0x30, 0x06, 0x02, 0x01], vec![1, 2, 1, 1]].concat()] {
        let forged = format!("{signed}.{}", encode(signature));
        assert_eq!(bench.signer.verify(&forged, NOW), Err(TokenRefused::Invalid));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_flipped_bit_of_the_signature_is_refused(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        for bench in [Algorithm::EdDsa, Algorithm::Es256].map(Bench::new) {
            let token = bench.signer.sign(&claims()).unwrap();
            let (signed, signature) = token.expose().rsplit_once('.').unwrap();
            let mut signature = decode(signature);
            let at = at.index(signature.len());
            signature[at] ^= 1 << bit;
            let forged = format!("{signed}.{}", encode(signature));
            prop_assert_eq!(bench.signer.verify(&forged, NOW), Err(TokenRefused::Invalid));
        }
    }

    #[test]
    fn what_is_no_token_is_refused(text in "[a-zA-Z0-9_.=-]{0,200}|\\PC{0,60}") {
        let bench = Bench::new(Algorithm::EdDsa);
        prop_assert!(bench.signer.verify(&text, NOW).is_err());
    }
}
