use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use saaskit_kernel::{ErrorKind, PortError, Sealed, Sealer, Source};
use zeroize::Zeroizing;

use crate::key_ring::{Key, KeyRing};

const VERSION: u8 = 1;

/// [`Sealer`] by AES-256-GCM with random nonces. One key is good for some four billion seals.
///
/// A seal is a version, the length of the key's id, the id, the nonce, and the ciphertext with its tag. All before
/// the nonce, and the context, are authenticated with it.
pub struct AeadSealer {
    /// Seals.
    first: RingKey,
    /// Open only.
    older: Vec<RingKey>,
    source: Source,
}

struct RingKey {
    /// What each of its seals begins with: the version and its id.
    head: Vec<u8>,
    key: LessSafeKey,
}

impl AeadSealer {
    /// Seals with the first key of the ring; nonces come from `source`.
    pub fn new(ring: KeyRing, source: Source) -> Result<Self, PortError> {
        let mut keys = ring.into_keys().iter().map(RingKey::new).collect::<Result<Vec<_>, _>>()?.into_iter();
        let first = keys.next().ok_or_else(|| failed(ErrorKind::Invalid).because("a ring without a key"))?;
        Ok(Self { first, older: keys.collect(), source })
    }
}

impl RingKey {
    fn new(key: &Key) -> Result<Self, PortError> {
        let length = u8::try_from(key.id.len()).map_err(|error| failed(ErrorKind::Invalid).because(error))?;
        let unbound = UnboundKey::new(&AES_256_GCM, key.bytes.as_slice())
            .map_err(|error| failed(ErrorKind::Unexpected).because(error))?;
        let head = [&[VERSION, length], key.id.as_bytes()].concat();
        Ok(Self { head, key: LessSafeKey::new(unbound) })
    }

    /// The head says how long it is, so the context can't be confused with it.
    fn authenticated(&self, context: &str) -> Aad<Vec<u8>> {
        Aad::from([self.head.as_slice(), context.as_bytes()].concat())
    }

    fn open(&self, context: &str, rest: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = rest.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut secret = Zeroizing::new(ciphertext.to_vec());
        let length = self.key.open_in_place(nonce, self.authenticated(context), &mut secret).ok()?.len();
        secret.truncate(length);
        Some(secret)
    }
}

impl Sealer for AeadSealer {
    fn seal(&self, context: &str, secret: &[u8]) -> Result<Sealed, PortError> {
        let RingKey { head, key } = &self.first;
        let nonce: [u8; NONCE_LEN] = self.source.bytes();
        let at = head.len() + NONCE_LEN;
        // All the room at once: growing would leave copies of the secret behind.
        let mut seal = Vec::with_capacity(at + secret.len() + AES_256_GCM.tag_len());
        seal.extend_from_slice(head);
        seal.extend_from_slice(&nonce);
        seal.extend_from_slice(secret);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = key
            .seal_in_place_separate_tag(nonce, self.first.authenticated(context), &mut seal[at..])
            .map_err(|error| failed(ErrorKind::Unexpected).because(error))?;
        seal.extend_from_slice(tag.as_ref());
        Ok(Sealed::from_bytes(seal))
    }

    fn open(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, PortError> {
        let bytes = sealed.as_bytes();
        std::iter::once(&self.first)
            .chain(&self.older)
            .find_map(|key| Some((key, bytes.strip_prefix(key.head.as_slice())?)))
            .and_then(|(key, rest)| key.open(context, rest))
            .ok_or_else(|| failed(ErrorKind::Rejected).because("no key of the ring opens this seal here"))
    }

    fn is_current(&self, sealed: &Sealed) -> bool {
        sealed.as_bytes().starts_with(&self.first.head)
    }
}

impl fmt::Debug for AeadSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AeadSealer").finish_non_exhaustive()
    }
}

fn failed(kind: ErrorKind) -> PortError {
    PortError::new(kind, "aead")
}
