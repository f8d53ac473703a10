use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use saaskit_auth::claims::{AccessClaims, TokenRefused};
use saaskit_auth::port::{NewKey, OpenKey, PublicKey, TokenSigner};
use saaskit_auth::{Algorithm, KeyId};
use saaskit_kernel::{ErrorKind, PortError, Secret, Timestamp};
use serde_json::Value;

use crate::private_key::PrivateKey;
use crate::ring::Ring;
use crate::wire::Realm;
use crate::{jwk, pem};

/// Longer tokens are refused before any work is done on them.
const LONGEST: usize = 4096;
/// How many verified tokens are remembered unless told otherwise: about 5 MB.
const REMEMBERED: u64 = 10_000;

/// [`TokenSigner`] by JWT. Its keys come by [`TokenSigner::use_keys`]; before that it signs nothing and knows no key.
///
/// A token is refused as expired from its `exp` on, to the second, and as invalid if its `iat` or `nbf` is more than
/// 60 seconds ahead.
pub struct JwtSigner {
    realm: Realm,
    remember: u64,
    ring: RwLock<Option<Arc<Ring>>>,
}

impl JwtSigner {
    /// Signs as that issuer for that audience, and believes no others.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        let realm = Realm { issuer: issuer.into(), audience: audience.into() };
        Self { realm, remember: REMEMBERED, ring: RwLock::default() }
    }

    /// Remembers so many verified tokens at most; 0 verifies each token every time.
    #[must_use]
    pub fn remembering(self, tokens: u64) -> Self {
        Self { remember: tokens, ..self }
    }

    fn ring(&self) -> Option<Arc<Ring>> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl TokenSigner for JwtSigner {
    fn generate(&self, id: KeyId, algorithm: Algorithm) -> Result<NewKey, PortError> {
        let key =
            PrivateKey::generate(algorithm).map_err(|error| failed(ErrorKind::Unexpected).because(error))?;
        new_key(id, algorithm, &key)
    }

    fn name(&self, algorithm: Algorithm, private: &Secret) -> Result<KeyId, PortError> {
        given(algorithm, private).map(|key| jwk::name(&key.public()))
    }

    fn import(&self, id: KeyId, algorithm: Algorithm, private: &Secret) -> Result<NewKey, PortError> {
        new_key(id, algorithm, &given(algorithm, private)?)
    }

    fn use_keys(&self, signing: &OpenKey, believed: &[PublicKey]) -> Result<(), PortError> {
        let ring = Ring::new(signing, believed, self.remember)?;
        let mut current = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        if !current.as_ref().is_some_and(|current| current.has_keys_of(&ring)) {
            *current = Some(Arc::new(ring));
        }
        Ok(())
    }

    fn sign(&self, claims: &AccessClaims) -> Result<Secret, PortError> {
        let ring = self
            .ring()
            .ok_or_else(|| failed(ErrorKind::Unexpected).because("there is no key to sign with"))?;
        ring.sign(&self.realm, claims).map(Secret::new)
    }

    fn verify(&self, token: &str, now: Timestamp) -> Result<AccessClaims, TokenRefused> {
        if token.len() > LONGEST {
            return Err(TokenRefused::Invalid);
        }
        self.ring().ok_or(TokenRefused::UnknownKey)?.verify(&self.realm, token, now)
    }
}

impl fmt::Debug for JwtSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtSigner").field("realm", &self.realm).finish_non_exhaustive()
    }
}

const NOT_PKCS8: &str = "not a private key in PKCS #8 PEM; `openssl pkcs8 -topk8 -nocrypt` makes it one";

fn given(algorithm: Algorithm, private: &Secret) -> Result<PrivateKey, PortError> {
    let invalid = || failed(ErrorKind::Invalid);
    let der = pem::decode(private.expose()).ok_or_else(|| invalid().because(NOT_PKCS8))?;
    PrivateKey::from_pkcs8(algorithm, &der).map_err(|error| invalid().because(error))
}

fn new_key(id: KeyId, algorithm: Algorithm, key: &PrivateKey) -> Result<NewKey, PortError> {
    let der = key.to_pkcs8().map_err(|error| failed(ErrorKind::Unexpected).because(error))?;
    let public: Value = jwk::of(id, algorithm, &key.public());
    Ok(NewKey { private: pem::encode(&der), public })
}

pub(crate) fn failed(kind: ErrorKind) -> PortError {
    PortError::new(kind, "jwt")
}
