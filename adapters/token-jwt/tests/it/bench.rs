//! A signer with a key, and an attacker who has the other implementation.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use saaskit_auth::claims::AccessClaims;
use saaskit_auth::port::{NewKey, OpenKey, PublicKey, TokenSigner};
use saaskit_auth::{Algorithm, KeyId};
use saaskit_conformance::fixtures::{NOW, source};
use saaskit_kernel::Secret;
use saaskit_token_jwt::JwtSigner;
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://id.example.org";
pub(crate) const AUDIENCE: &str = "https://api.example.org";
pub(crate) const ALGORITHMS: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::EdDsa, Algorithm::Es256];

pub(crate) struct Bench {
    pub(crate) signer: JwtSigner,
    pub(crate) algorithm: Algorithm,
    pub(crate) id: KeyId,
    pub(crate) key: NewKey,
}

impl Bench {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let (signer, id) = (JwtSigner::new(ISSUER, AUDIENCE), source().id());
        let key = signer.generate(id, algorithm).unwrap();
        let bench = Self { signer, algorithm, id, key };
        bench.signer.use_keys(&bench.open(), &[bench.public()]).unwrap();
        bench
    }

    pub(crate) fn open(&self) -> OpenKey {
        let private = self.key.private.expose().as_bytes().to_vec().into();
        OpenKey { id: self.id, algorithm: self.algorithm, private }
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey { id: self.id, algorithm: self.algorithm, jwk: self.key.public.clone() }
    }

    pub(crate) fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": self.algorithm.as_str(), "kid": self.id})
    }

    pub(crate) fn forge(&self, header: &str, body: &str) -> String {
        forge(self.algorithm, &self.key.private, header, body)
    }
}

pub(crate) fn claims() -> AccessClaims {
    let source = source();
    AccessClaims {
        user: source.id(),
        session: source.id(),
        epoch: 3,
        tenant: Some(source.id()),
        issued_at: NOW,
        expires_at: NOW.plus(AccessClaims::LIFE),
        authenticated_at: NOW.minus(Duration::from_mins(5)),
        methods: vec!["pwd".to_owned()],
        token_id: "one".to_owned(),
    }
}

pub(crate) fn body() -> Value {
    let claims = claims();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": claims.user, "sid": claims.session, "ep": claims.epoch,
        "tid": claims.tenant,
        "iat": claims.issued_at.seconds(), "exp": claims.expires_at.seconds(), "jti": claims.token_id,
        "amr": claims.methods, "auth_time": claims.authenticated_at.seconds(),
    })
}

/// The other implementation's name of the algorithm.
pub(crate) fn theirs(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    algorithm.as_str().parse().unwrap()
}

pub(crate) fn their_key(algorithm: Algorithm, private: &Secret) -> EncodingKey {
    let pem = private.expose().as_bytes();
    match algorithm {
        Algorithm::Rs256 => EncodingKey::from_rsa_pem(pem),
        Algorithm::EdDsa => EncodingKey::from_ed_pem(pem),
        Algorithm::Es256 => EncodingKey::from_ec_pem(pem),
    }
    .unwrap()
}

/// Signs whatever it is given by the other implementation.
pub(crate) fn forge(algorithm: Algorithm, private: &Secret, header: &str, body: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(body));
    let key = their_key(algorithm, private);
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, theirs(algorithm)).unwrap();
    format!("{signed}.{signature}")
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}
