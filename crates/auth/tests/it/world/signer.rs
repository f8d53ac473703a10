use std::fmt::Display;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::RwLock;

use saaskit_auth::claims::{AccessClaims, TokenRefused};
use saaskit_auth::port::{NewKey, OpenKey, PublicKey, TokenSigner};
use saaskit_auth::{Algorithm, KeyId};
use saaskit_kernel::{ErrorKind, PortError, Secret, Timestamp};
use serde_json::json;

/// Tokens that can be read: claims between dots, the key's id in front, a check sum by the key at the end.
#[derive(Debug, Default)]
pub(crate) struct FakeSigner(RwLock<Option<Ring>>);

#[derive(Debug)]
struct Ring {
    signing: KeyId,
    lock: String,
    believed: Vec<PublicKey>,
}

impl TokenSigner for FakeSigner {
    fn generate(&self, id: KeyId, algorithm: Algorithm) -> Result<NewKey, PortError> {
        self.import(id, algorithm, &Secret::new(format!("PRIVATE {} KEY of {id}", algorithm.as_str())))
    }

    fn name(&self, _: Algorithm, private: &Secret) -> Result<KeyId, PortError> {
        Ok(format!("key_{:026}", digest(private.expose())).parse().unwrap())
    }

    fn import(&self, id: KeyId, algorithm: Algorithm, private: &Secret) -> Result<NewKey, PortError> {
        if !private.expose().starts_with("PRIVATE") {
            return Err(PortError::new(ErrorKind::Invalid, "fake signer"));
        }
        let lock = digest(private.expose()).to_string();
        let public = json!({ "kid": id, "alg": algorithm.as_str(), "use": "sig", "x": lock });
        Ok(NewKey { private: private.clone(), public })
    }

    fn use_keys(&self, signing: &OpenKey, believed: &[PublicKey]) -> Result<(), PortError> {
        let private = std::str::from_utf8(&signing.private).unwrap();
        let ring =
            Ring { signing: signing.id, lock: digest(private).to_string(), believed: believed.to_vec() };
        *self.0.write().unwrap() = Some(ring);
        Ok(())
    }

    fn sign(&self, claims: &AccessClaims) -> Result<Secret, PortError> {
        let ring = self.0.read().unwrap();
        let ring = ring.as_ref().ok_or_else(|| PortError::new(ErrorKind::Unexpected, "fake signer"))?;
        let AccessClaims { user, session, epoch, tenant, issued_at, expires_at, .. } = claims;
        let AccessClaims { authenticated_at, methods, token_id, .. } = claims;
        let tenant = tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
        let [issued, expires, authenticated] =
            [issued_at, expires_at, authenticated_at].map(|at| at.millis().to_string());
        let methods = methods.join("+");
        let parts: [&dyn Display; 10] = [
            &ring.signing,
            user,
            session,
            epoch,
            &tenant,
            &issued,
            &expires,
            &authenticated,
            &methods,
            token_id,
        ];
        let said = parts.map(ToString::to_string).join(".");
        Ok(Secret::new(format!("{said}.{}", digest(&(&ring.lock, &said)))))
    }

    fn verify(&self, token: &str, now: Timestamp) -> Result<AccessClaims, TokenRefused> {
        let ring = self.0.read().unwrap();
        let ring = ring.as_ref().ok_or(TokenRefused::UnknownKey)?;
        let kid = token.split('.').next().and_then(|kid| kid.parse().ok()).ok_or(TokenRefused::Invalid)?;
        let key =
            ring.believed.iter().find(|key: &&PublicKey| key.id == kid).ok_or(TokenRefused::UnknownKey)?;
        let lock = key.jwk["x"].as_str().unwrap();
        let (said, sum) = token.rsplit_once('.').ok_or(TokenRefused::Invalid)?;
        if digest(&(lock, said)).to_string() != sum {
            return Err(TokenRefused::Invalid);
        }
        let claims = read(said).ok_or(TokenRefused::Invalid)?;
        if claims.expires_at <= now { Err(TokenRefused::Expired) } else { Ok(claims) }
    }
}

/// What a token says, whoever signed it.
pub(crate) fn read(token: &str) -> Option<AccessClaims> {
    let parts: Vec<&str> = token.split('.').collect();
    let [_, user, session, epoch, tenant, issued, expires, authenticated, methods, token_id] =
        *parts.get(..10)?
    else {
        return None;
    };
    let instant = |text: &str| text.parse().ok().map(Timestamp::from_millis);
    Some(AccessClaims {
        user: user.parse().ok()?,
        session: session.parse().ok()?,
        epoch: epoch.parse().ok()?,
        tenant: if tenant.is_empty() { None } else { Some(tenant.parse().ok()?) },
        issued_at: instant(issued)?,
        expires_at: instant(expires)?,
        authenticated_at: instant(authenticated)?,
        methods: methods.split('+').map(str::to_owned).collect(),
        token_id: token_id.to_owned(),
    })
}

fn digest(of: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
