use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use saaskit_kernel::{Secret, Source};
use zeroize::Zeroizing;

/// With or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Keys with their ids. The first seals, all open.
pub struct KeyRing(Vec<Key>);

pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) bytes: Zeroizing<[u8; Key::BYTES]>,
}

impl Key {
    const BYTES: usize = 32;
    /// Shorter than a key's text, so that a key in its place is never taken for an id, and never printed as one.
    const LONGEST_ID: usize = 32;
}

impl KeyRing {
    /// Reads `id:key,id:key`, each key 32 bytes in base64. An id is of 1 to 32 ASCII letters, digits, `-`, `_` and `.`.
    pub fn parse(text: &Secret) -> Result<Self, InvalidKeyRing> {
        let mut keys: Vec<Key> = Vec::new();
        let mut faults = Vec::new();
        for (entry, place) in text.expose().split(',').map(str::trim).zip(1..) {
            match parse_key(entry, place) {
                Ok(key) if keys.iter().any(|known| known.id == key.id) => {
                    faults.push(KeyFault::DuplicateId { id: key.id });
                }
                Ok(key) => keys.push(key),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(Self(keys)) } else { Err(InvalidKeyRing(faults)) }
    }

    /// A ring of one fresh key, in the form [`Self::parse`] reads.
    pub fn generate(source: &Source) -> Secret {
        let bytes: Zeroizing<[u8; Key::BYTES]> = Zeroizing::new(source.bytes());
        let text = Zeroizing::new(BASE64.encode(bytes.as_slice()));
        Secret::new(format!("1:{}", *text))
    }

    pub(crate) fn into_keys(self) -> Vec<Key> {
        self.0
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.id)).finish()
    }
}

fn parse_key(entry: &str, place: usize) -> Result<Key, KeyFault> {
    if entry.is_empty() {
        return Err(KeyFault::Empty { place });
    }
    let (id, key) = entry.split_once(':').ok_or(KeyFault::NoId { place })?;
    if !is_id(id) {
        return Err(KeyFault::BadId { place });
    }
    let id = id.to_owned();
    let Ok(decoded) = BASE64.decode(key).map(Zeroizing::new) else {
        return Err(KeyFault::NotBase64 { id });
    };
    match <[u8; Key::BYTES]>::try_from(decoded.as_slice()) {
        Ok(bytes) => Ok(Key { id, bytes: Zeroizing::new(bytes) }),
        Err(_) => Err(KeyFault::WrongLength { id, bytes: decoded.len() }),
    }
}

fn is_id(id: &str) -> bool {
    (1..=Key::LONGEST_ID).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// What is wrong with one key. It names the key by its place, or by its id if it has one that can't be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Nothing stands there.
    #[error("key {place} is empty")]
    Empty {
        /// From 1.
        place: usize,
    },
    /// No colon.
    #[error("key {place} has no id: it is written as id:base64")]
    NoId {
        /// From 1.
        place: usize,
    },
    /// What stands before the colon is no id.
    #[error("key {place} has an id that is not 1 to 32 letters, digits, '-', '_' and '.'")]
    BadId {
        /// From 1.
        place: usize,
    },
    /// The key is not base64.
    #[error("key '{id}' is not base64")]
    NotBase64 {
        /// Its id.
        id: String,
    },
    /// The key has another length.
    #[error("key '{id}' has {bytes} bytes instead of 32")]
    WrongLength {
        /// Its id.
        id: String,
        /// How many it has.
        bytes: usize,
    },
    /// Another key before it has the same id.
    #[error("two keys have the id '{id}'")]
    DuplicateId {
        /// The id.
        id: String,
    },
}

/// All that is wrong with a ring of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct InvalidKeyRing(Vec<KeyFault>);

impl InvalidKeyRing {
    /// Each of them.
    pub fn faults(&self) -> &[KeyFault] {
        &self.0
    }
}
