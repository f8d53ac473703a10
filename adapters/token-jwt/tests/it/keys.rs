use saaskit_auth::Algorithm;
use saaskit_auth::port::{PublicKey, TokenSigner};
use saaskit_conformance::fixtures::{NOW, source};
use saaskit_kernel::{ErrorKind, Secret, Source};
use saaskit_token_jwt::{JwtSigner, private_keys};
use serde_json::json;

use crate::bench::{ALGORITHMS, AUDIENCE, Bench, ISSUER, claims};

#[test]
fn a_signer_without_keys_signs_nothing() {
    let signer = JwtSigner::new(ISSUER, AUDIENCE);
    assert_eq!(signer.sign(&claims()).unwrap_err().kind(), ErrorKind::Unexpected);
}

#[test]
fn the_signing_key_is_believed_without_being_named_again() {
    for bench in ALGORITHMS.map(Bench::new) {
        bench.signer.use_keys(&bench.open(), &[]).unwrap();
        let token = bench.signer.sign(&claims()).unwrap();
        assert_eq!(bench.signer.verify(token.expose(), NOW), Ok(claims()));
    }
}

#[test]
fn two_keys_of_one_id_are_refused_and_the_old_ones_stay() {
    let [bench, other] = [Algorithm::EdDsa, Algorithm::EdDsa].map(Bench::new);
    let error = bench.signer.use_keys(&bench.open(), &[bench.public(), other.public()]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let token = bench.signer.sign(&claims()).unwrap();
    assert_eq!(bench.signer.verify(token.expose(), NOW), Ok(claims()));
}

#[test]
fn a_public_key_of_another_sort_than_its_algorithm_is_refused() {
    for bench in ALGORITHMS.map(Bench::new) {
        for algorithm in ALGORITHMS.into_iter().filter(|&algorithm| algorithm != bench.algorithm) {
            let public = PublicKey { id: Source::system().id(), algorithm, ..bench.public() };
            let error = bench.signer.use_keys(&bench.open(), &[public]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
    }
}

#[test]
fn a_public_key_that_is_no_key_is_refused() {
    let bench = Bench::new(Algorithm::Rs256);
    for jwk in [
        json!(null),
        json!({"kty": "RSA"}),
        json!({"kty": "RSA", "n": "", "e": "AQAB"}),
        json!({"kty": "oct", "k": "AAAA"}),
    ] {
        let public = PublicKey { jwk, ..bench.public() };
        assert_eq!(bench.signer.use_keys(&bench.open(), &[public]).unwrap_err().kind(), ErrorKind::Invalid);
    }
}

/// The key of RFC 8037 appendix A, in the form openssl writes.
const ED25519: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";

#[test]
fn a_key_made_elsewhere_is_imported() {
    let signer = JwtSigner::new(ISSUER, AUDIENCE);
    let key = signer.import(source().id(), Algorithm::EdDsa, &Secret::new(ED25519)).unwrap();
    assert_eq!(key.public["x"], json!("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
    let with_bag = format!("Bag Attributes\r\n{}", ED25519.replace('\n', "\r\n"));
    let again = signer.import(source().id(), Algorithm::EdDsa, &Secret::new(with_bag)).unwrap();
    assert_eq!(again.public, key.public);
}

#[test]
fn several_keys_of_a_text_are_each_a_key_and_what_follows_them_is_none() {
    let signer = JwtSigner::new(ISSUER, AUDIENCE);
    let made = ALGORITHMS.map(|algorithm| signer.generate(source().id(), algorithm).unwrap().private);
    let text = made.each_ref().map(|key| format!("Bag Attributes\r\n{}\r\n", key.expose())).concat();
    let name = |keys: &[Secret]| {
        let named = keys.iter().zip(ALGORITHMS).map(|(key, algorithm)| signer.name(algorithm, key));
        named.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let read = private_keys(&Secret::new(text.as_str()));
    assert_eq!((read.len(), name(&read)), (3, name(&made)));
    assert!(private_keys(&Secret::new(" \n")).is_empty());
    let followed = private_keys(&Secret::new(text + "-----BEGIN CERTIFICATE-----"));
    assert_eq!(followed.len(), 4);
    assert!(ALGORITHMS.iter().all(|algorithm| signer.name(*algorithm, &followed[3]).is_err()));
}

#[test]
fn what_is_not_pkcs8_is_refused_with_the_way_out() {
    let signer = JwtSigner::new(ISSUER, AUDIENCE);
    let pkcs1 = ED25519.replace("PRIVATE KEY", "RSA PRIVATE KEY");
    for pem in [pkcs1.as_str(), "", "-----BEGIN PRIVATE KEY-----", &ED25519.replace("MC4C", "MC4*")] {
        let error = signer.import(source().id(), Algorithm::EdDsa, &Secret::new(pem)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("openssl pkcs8"), "{cause}");
    }
}
