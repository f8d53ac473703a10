use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::ParsedPublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use moka::sync::Cache;
use saaskit_auth::Algorithm;
use saaskit_auth::claims::{AccessClaims, TokenRefused};
use saaskit_auth::port::{OpenKey, PublicKey};
use saaskit_kernel::{ErrorKind, PortError, Timestamp};

use crate::private_key::PrivateKey;
use crate::signer::failed;
use crate::wire::{self, Header, Payload, Realm, TYPE};
use crate::{jwk, pem};

/// How long a verified token is remembered.
const REMEMBERED: Duration = Duration::from_mins(1);

/// The keys in use and what was verified by them. New keys make a new ring, so that nothing verified by a key
/// that was taken away is remembered.
pub(crate) struct Ring {
    /// The header of every token signed here, encoded.
    header: String,
    signing: PrivateKey,
    believed: HashMap<String, Believed>,
    verified: Cache<[u8; 32], Arc<AccessClaims>>,
}

#[derive(Clone)]
struct Believed {
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl PartialEq for Believed {
    fn eq(&self, other: &Self) -> bool {
        (self.algorithm, self.key.as_ref()) == (other.algorithm, other.key.as_ref())
    }
}

impl Ring {
    pub(crate) fn new(signing: &OpenKey, believed: &[PublicKey], remember: u64) -> Result<Self, PortError> {
        let OpenKey { id, algorithm, private } = signing;
        let private = str::from_utf8(private)
            .ok()
            .and_then(pem::decode)
            .and_then(|der| PrivateKey::from_pkcs8(*algorithm, &der).ok())
            .ok_or_else(|| invalid("the signing key can't be read"))?;
        let own =
            PublicKey { id: *id, algorithm: *algorithm, jwk: jwk::of(*id, *algorithm, &private.public()) };
        let header = Header { typ: TYPE.into(), alg: algorithm.as_str().into(), kid: id.to_string().into() };
        Ok(Self {
            header: wire::encode(&header).map_err(|error| failed(ErrorKind::Unexpected).because(error))?,
            signing: private,
            believed: by_id(believed.iter().chain([&own]))?,
            verified: Cache::builder().max_capacity(remember).time_to_live(REMEMBERED).build(),
        })
    }

    /// Whether both sign by the same key and believe the same keys; a signing key is among those believed.
    pub(crate) fn has_keys_of(&self, other: &Self) -> bool {
        self.header == other.header && self.believed == other.believed
    }

    pub(crate) fn sign(&self, realm: &Realm, claims: &AccessClaims) -> Result<String, PortError> {
        let unexpected = || failed(ErrorKind::Unexpected);
        let payload = wire::encode(&realm.payload(claims)).map_err(|error| unexpected().because(error))?;
        let mut token = format!("{}.{payload}", self.header);
        let signature = self.signing.sign(token.as_bytes()).map_err(|error| unexpected().because(error))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    pub(crate) fn verify(
        &self,
        realm: &Realm,
        token: &str,
        now: Timestamp,
    ) -> Result<AccessClaims, TokenRefused> {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        let remembered = self.verified.get(&hash);
        let is_new = remembered.is_none();
        let claims = match remembered {
            Some(claims) => claims,
            None => Arc::new(self.believe(realm, token, now)?),
        };
        if now >= claims.expires_at {
            return Err(TokenRefused::Expired);
        }
        if is_new {
            self.verified.insert(hash, Arc::clone(&claims));
        }
        Ok(Arc::unwrap_or_clone(claims))
    }

    /// Everything but the expiry.
    fn believe(&self, realm: &Realm, token: &str, now: Timestamp) -> Result<AccessClaims, TokenRefused> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenRefused::Invalid)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenRefused::Invalid)?;
        let header: Header<'_> = wire::decode(header)?;
        if header.typ != TYPE {
            return Err(TokenRefused::Invalid);
        }
        let believed = self.believed.get(header.kid.as_ref()).ok_or(TokenRefused::UnknownKey)?;
        if header.alg != believed.algorithm.as_str() {
            return Err(TokenRefused::Invalid);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenRefused::Invalid)?;
        believed.key.verify_sig(signed.as_bytes(), &signature).map_err(|_| TokenRefused::Invalid)?;
        realm.admit(wire::decode::<Payload<'_>>(payload)?, now)
    }
}

fn by_id<'a>(keys: impl Iterator<Item = &'a PublicKey>) -> Result<HashMap<String, Believed>, PortError> {
    let mut by_id = HashMap::new();
    for public in keys {
        let key =
            jwk::parse(public.algorithm, &public.jwk).ok_or_else(|| invalid("a public key can't be read"))?;
        let believed = Believed { algorithm: public.algorithm, key };
        if *by_id.entry(public.id.to_string()).or_insert_with(|| believed.clone()) != believed {
            return Err(invalid("two keys have one id"));
        }
    }
    Ok(by_id)
}

fn invalid(reason: &'static str) -> PortError {
    failed(ErrorKind::Invalid).because(reason)
}
