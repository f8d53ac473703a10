use std::iter;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use saaskit_kernel::{Call, Commit, CommitError, InstallationSecret, Outcome, Secret, Timestamp};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Auth;
use crate::port::{NewKey, OpenKey, PublicKey};
use crate::write::{AuthWrite, INSTALLATION, KEY_NUMBER, KeyWrite};
use crate::{Algorithm, AuthError, SigningKey, action};

/// What the installation signs and derives with, opened, and when that was last looked for.
#[derive(Debug, Default)]
pub(super) struct KeyRing {
    held: RwLock<Arc<Held>>,
    looked_at: Mutex<Option<Timestamp>>,
}

#[derive(Debug, Default)]
struct Held {
    installation: Option<InstallationSecret>,
    published: Vec<PublicKey>,
}

/// The context the installation secret is sealed for.
pub(super) const INSTALLATION_SEAL: &str = "auth.installation";

/// A key nobody knows makes a node look again, at most this often.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(10);

impl KeyRing {
    /// Whether it is time to look again; whoever is told so looks, and nobody else meanwhile.
    fn may_look(&self, now: Timestamp) -> bool {
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let recently = looked_at.is_some_and(|at| now.since(at) < LOOK_AGAIN_AFTER);
        if !recently {
            *looked_at = Some(now);
        }
        !recently
    }

    fn looks(&self, now: Timestamp) {
        *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
}

impl Auth {
    /// Takes over the keys other nodes made; makes the next key when it is time and
    /// removes those nothing needs. To be called at the start and every minute.
    pub async fn refresh(&self, call: &Call) -> Result<(), AuthError> {
        let installation = self.keep_installation().await?;
        self.keep_keys(call, installation).await
    }

    /// The installation secret, for whoever derives keys from it.
    pub fn installation(&self) -> Result<InstallationSecret, AuthError> {
        self.held()
            .installation
            .clone()
            .ok_or_else(|| AuthError::Internal("auth was not refreshed yet".into()))
    }

    /// The public keys as a JSON Web Key Set (RFC 7517 section 5).
    pub fn jwks(&self) -> Value {
        json!({ "keys": self.held().published.iter().map(|key| &key.jwk).collect::<Vec<_>>() })
    }

    /// Looks for keys other nodes made, unless that was done a moment ago; tells whether it did.
    pub(super) async fn learn_keys_again(&self) -> bool {
        let Some(installation) = self.held().installation.clone() else { return false };
        if !self.keys.may_look(self.ports.source.now()) {
            return false;
        }
        match self.learn_keys(installation).await {
            Ok(_) => true,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "signing keys could not be read");
                false
            }
        }
    }

    pub(super) async fn keep_installation(&self) -> Result<InstallationSecret, AuthError> {
        if let Some(held) = self.held().installation.clone() {
            return Ok(held);
        }
        if let Some(stored) = self.stored_installation().await? {
            return Ok(stored);
        }
        let fresh: [u8; 32] = self.ports.source.bytes();
        let sealed = self.ports.sealer.seal(INSTALLATION_SEAL, &fresh)?;
        match self.ports.store.commit(Commit::new().write(AuthWrite::Key(KeyWrite::Install(sealed)))).await {
            Ok(()) => Ok(InstallationSecret::from_bytes(fresh)),
            Err(CommitError::Duplicate(INSTALLATION)) => {
                self.stored_installation().await?.ok_or(AuthError::Contended)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn stored_installation(&self) -> Result<Option<InstallationSecret>, AuthError> {
        let Some(sealed) = self.ports.keys.installation().await? else { return Ok(None) };
        let opened = self.ports.sealer.open(INSTALLATION_SEAL, &sealed)?;
        let bytes =
            <[u8; 32]>::try_from(opened.as_slice()).map_err(|error| AuthError::Internal(error.into()))?;
        Ok(Some(InstallationSecret::from_bytes(bytes)))
    }

    async fn keep_keys(&self, call: &Call, installation: InstallationSecret) -> Result<(), AuthError> {
        let keys = self.learn_keys(installation.clone()).await?;
        if !self.settings.private_keys.is_empty() {
            return Ok(());
        }
        let now = self.ports.source.now();
        let due = next_key(&keys, self.settings.algorithm, now);
        let obsolete = obsolete_before(&keys, now);
        if due.is_none() && obsolete.is_none() {
            return Ok(());
        }
        let mut commit = Commit::new();
        if let Some(NextKey { number, signs_from }) = due {
            let key = self.make_key(number, signs_from)?;
            commit = commit
                .record(call.entry(&self.ports.source, action::ADD_KEY, Outcome::Success, None).on(key.id))
                .write(AuthWrite::Key(KeyWrite::Insert(key)));
        }
        if let Some(number) = obsolete {
            commit = commit.write(AuthWrite::Key(KeyWrite::RemoveBefore(number)));
        }
        match self.ports.store.commit(commit).await {
            Ok(()) | Err(CommitError::Duplicate(KEY_NUMBER)) => {}
            Err(error) => return Err(error.into()),
        }
        self.learn_keys(installation).await.map(drop)
    }

    fn make_key(&self, number: u32, signs_from: Timestamp) -> Result<SigningKey, AuthError> {
        let algorithm = self.settings.algorithm;
        let id = self.ports.source.id();
        let NewKey { private, public } = self.ports.signer.generate(id, algorithm)?;
        let private = self.ports.sealer.seal(&SigningKey::seal_context(id), private.expose().as_bytes())?;
        Ok(SigningKey {
            id,
            number,
            algorithm,
            private,
            public,
            created_at: self.ports.source.now(),
            signs_from,
        })
    }

    /// Reads all keys, opens the one that signs now, and hands them to the signer.
    async fn learn_keys(&self, installation: InstallationSecret) -> Result<Vec<SigningKey>, AuthError> {
        let now = self.ports.source.now();
        self.keys.looks(now);
        let keys = self.ports.keys.signing_keys().await?;
        let mut published: Vec<PublicKey> = keys.iter().map(public_part).collect();
        let given = self.given_keys()?;
        for (_, public) in &given {
            if !published.contains(public) {
                published.push(public.clone());
            }
        }
        if let Some((signing, _)) = given.first() {
            self.ports.signer.use_keys(signing, &published)?;
        } else if let Some(signing) = signing_now(&keys, now) {
            let private = self.ports.sealer.open(&SigningKey::seal_context(signing.id), &signing.private)?;
            let open = OpenKey { id: signing.id, algorithm: signing.algorithm, private };
            self.ports.signer.use_keys(&open, &published)?;
        }
        let held = Held { installation: Some(installation), published };
        *self.keys.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(held);
        Ok(keys)
    }

    /// The keys an operator gave. The first signs by the algorithm that is wanted; the others may be of another, which
    /// was wanted before or will be.
    fn given_keys(&self) -> Result<Vec<(OpenKey, PublicKey)>, AuthError> {
        let wanted = self.settings.algorithm;
        let Some((signing, others)) = self.settings.private_keys.split_first() else { return Ok(Vec::new()) };
        let mut given = vec![self.given_key(wanted, signing)?];
        for pem in others {
            let mut algorithms = iter::once(wanted).chain(Algorithm::ALL);
            let fits = algorithms.find_map(|algorithm| self.given_key(algorithm, pem).ok());
            given.push(fits.ok_or_else(|| AuthError::Internal("a private key can't be read".into()))?);
        }
        Ok(given)
    }

    /// Its id follows from the key, so that all nodes call it the same.
    fn given_key(&self, algorithm: Algorithm, pem: &Secret) -> Result<(OpenKey, PublicKey), AuthError> {
        let id = self.ports.signer.name(algorithm, pem)?;
        let NewKey { private, public } = self.ports.signer.import(id, algorithm, pem)?;
        let private = Zeroizing::new(private.expose().as_bytes().to_vec());
        Ok((OpenKey { id, algorithm, private }, PublicKey { id, algorithm, jwk: public }))
    }

    fn held(&self) -> Arc<Held> {
        self.keys.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn public_part(key: &SigningKey) -> PublicKey {
    PublicKey { id: key.id, algorithm: key.algorithm, jwk: key.public.clone() }
}

fn signing_now(keys: &[SigningKey], now: Timestamp) -> Option<&SigningKey> {
    keys.iter().rev().find(|key| key.signs_from <= now)
}

/// A key that is to be made.
#[derive(Debug, PartialEq, Eq)]
struct NextKey {
    number: u32,
    signs_from: Timestamp,
}

/// The first key signs at once; a next one is made in time to be published before the last is too old, or when
/// another algorithm is wanted. For that the last must sign already, or nodes that want different ones while they
/// are being replaced would outbid each other with every refresh.
fn next_key(keys: &[SigningKey], algorithm: Algorithm, now: Timestamp) -> Option<NextKey> {
    let Some(last) = keys.last() else { return Some(NextKey { number: 1, signs_from: now }) };
    let old = last.signs_from.plus(SigningKey::SIGNS_FOR) <= now.plus(SigningKey::PUBLISHED_BEFORE);
    let wanted = old || (last.algorithm != algorithm && last.signs_from <= now);
    wanted.then(|| NextKey { number: last.number + 1, signs_from: now.plus(SigningKey::PUBLISHED_BEFORE) })
}

/// The number below which no key signed anything that is still good; `None` if there are none below.
fn obsolete_before(keys: &[SigningKey], now: Timestamp) -> Option<u32> {
    let replacing = keys.iter().rev().find(|key| key.signs_from.plus(SigningKey::KEPT_FOR) <= now)?;
    keys.first().is_some_and(|first| first.number < replacing.number).then_some(replacing.number)
}
