use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use saaskit_auth::{Algorithm, KeyId};
use serde_json::{Value, json};
use uuid::Builder;

use crate::private_key::PublicNumbers;

const UNCOMPRESSED: u8 = 4;
const P256_BYTES: usize = 32;

/// The JWK (RFC 7517, RFC 7518 section 6, RFC 8037) of a public key, with nothing private in it.
pub(crate) fn of(id: KeyId, algorithm: Algorithm, numbers: &PublicNumbers) -> Value {
    let mut jwk = bare(numbers);
    jwk["kid"] = json!(id);
    jwk["alg"] = json!(algorithm.as_str());
    jwk["use"] = json!("sig");
    jwk
}

/// An id that follows from the key: the first half of its thumbprint (RFC 7638).
pub(crate) fn name(numbers: &PublicNumbers) -> KeyId {
    let thumbprint = digest(&SHA256, bare(numbers).to_string().as_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&thumbprint.as_ref()[..16]);
    KeyId::from_uuid(Builder::from_custom_bytes(half).into_uuid())
}

/// The members a key is made of, in the order of the alphabet.
fn bare(numbers: &PublicNumbers) -> Value {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    match numbers {
        PublicNumbers::Rsa { modulus, exponent } => {
            json!({"e": text(exponent), "kty": "RSA", "n": text(modulus)})
        }
        PublicNumbers::Ed25519(point) => json!({"crv": "Ed25519", "kty": "OKP", "x": text(point)}),
        PublicNumbers::P256(point) => {
            let (x, y) = point[1..].split_at(P256_BYTES);
            json!({"crv": "P-256", "kty": "EC", "x": text(x), "y": text(y)})
        }
    }
}

/// The key of a JWK, to be used with that algorithm only. Nothing, if it is a key of another sort.
pub(crate) fn parse(algorithm: Algorithm, jwk: &Value) -> Option<ParsedPublicKey> {
    let number = |name| URL_SAFE_NO_PAD.decode(jwk[name].as_str()?).ok();
    match (algorithm, jwk["kty"].as_str()?, jwk["crv"].as_str()) {
        (Algorithm::Rs256, "RSA", None) => {
            let numbers = RsaPublicKeyComponents { n: number("n")?, e: number("e")? };
            numbers.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()
        }
        (Algorithm::EdDsa, "OKP", Some("Ed25519")) => ParsedPublicKey::new(&ED25519, number("x")?).ok(),
        (Algorithm::Es256, "EC", Some("P-256")) => {
            let point = [vec![UNCOMPRESSED], number("x")?, number("y")?].concat();
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()
        }
        _ => None,
    }
}
