use std::time::Duration;

use saaskit_kernel::{Entity, Id, Sealed, Timestamp};
use serde_json::Value;

/// Marker of a signing key's id.
#[derive(Debug, Clone, Copy)]
pub enum KeyEntity {}
impl Entity for KeyEntity {
    const PREFIX: &'static str = "key";
}
/// Identifies a signing key; shown as `kid`.
pub type KeyId = Id<KeyEntity>;

/// How access tokens are signed. One algorithm a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA 2048 with SHA-256, PKCS #1 v1.5.
    Rs256,
    /// Ed25519.
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::EdDsa, Self::Es256];

    /// Its name in RFC 7518 and RFC 8037.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == word)
    }
}

/// A key that signs access tokens, shared by all nodes. It is published before it signs, and stays published
/// until nothing it signed is good any more.
#[derive(Debug, Clone, PartialEq)]
pub struct SigningKey {
    /// Its id.
    pub id: KeyId,
    /// Its place in the line of keys, from 1; unique, so that of several nodes that make a key one wins.
    pub number: u32,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The private key (PKCS #8 PEM), sealed.
    pub private: Sealed,
    /// The public key as a JWK, with `kid`, `alg` and `use`.
    pub public: Value,
    /// When it was made, and published.
    pub created_at: Timestamp,
    /// It signs from then on, until the next key does.
    pub signs_from: Timestamp,
}

impl SigningKey {
    /// How long a published key waits before it signs: as long as anybody may remember the set without it.
    pub const PUBLISHED_BEFORE: Duration = Duration::from_hours(1);
    /// How long a key signs before the next one is made.
    pub const SIGNS_FOR: Duration = Duration::from_hours(2160);
    /// How long a replaced key stays published: the life of an access token, the minute in which every node notices
    /// that the next key signs, and the clocks' disagreement.
    pub const KEPT_FOR: Duration = Duration::from_mins(17);

    /// The context its private key is sealed for.
    pub fn seal_context(id: KeyId) -> String {
        format!("auth.signing_key:{id}")
    }
}
