//! What auth asks of the world. Reading ports, one an aggregate, are fulfilled by stores; the small ones by
//! adapters of cryptography and by stories.

use std::fmt;

use async_trait::async_trait;
use saaskit_kernel::{
    Call, Commit, Email, PortError, Sealed, Secret, SessionId, Timestamp, TokenHash, UserId,
};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::claims::{AccessClaims, TokenRefused};
use crate::{Algorithm, KeyId, OneTimeToken, Password, PasswordHash, Revocation, Session, SigningKey, User};

/// Reads accounts.
///
/// # Contract
///
/// - A stored account is read back as it was saved, one version up from what was saved.
/// - An account is found by any spelling of its address.
/// - What is not there is `None`.
#[async_trait]
pub trait Users: fmt::Debug + Send + Sync + 'static {
    /// By id.
    async fn user(&self, id: UserId) -> Result<Option<User>, PortError>;

    /// By address, compared in its normal form.
    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, PortError>;

    /// Whether anybody operates the installation.
    async fn has_super_admin(&self) -> Result<bool, PortError>;
}

/// Reads sessions.
///
/// # Contract
///
/// - A started session is read back as it was, until it is ended; then with the time of its end.
/// - What was ended is among the revocations until their time is over.
#[async_trait]
pub trait Sessions: fmt::Debug + Send + Sync + 'static {
    /// By id, together with its user: what every check of a session needs.
    async fn session(&self, id: SessionId) -> Result<Option<(Session, User)>, PortError>;

    /// All that must still be remembered at `now`.
    async fn revocations(&self, now: Timestamp) -> Result<Vec<Revocation>, PortError>;
}

/// Reads one-time tokens.
///
/// # Contract
///
/// - A minted token is found by its hash, with its user, redeemed or not.
/// - Minting removes the user's earlier tokens of the same purpose, and no others.
/// - Of any number of commits that redeem one token, exactly one is applied.
/// - A token is not redeemed at or after the end of its time.
#[async_trait]
pub trait Tokens: fmt::Debug + Send + Sync + 'static {
    /// By the hash of its secret, together with its user.
    async fn token(&self, hash: &TokenHash) -> Result<Option<(OneTimeToken, User)>, PortError>;
}

/// Reads what the installation signs and derives with.
///
/// # Contract
///
/// - Keys come in the order of their numbers.
/// - Of any number of commits that insert a key of one number, exactly one is applied.
/// - Of any number of commits that store an installation secret, exactly one is ever applied.
/// - Of any number of commits that set the installation up, exactly one is ever applied.
#[async_trait]
pub trait Keys: fmt::Debug + Send + Sync + 'static {
    /// All signing keys.
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, PortError>;

    /// The installation secret, sealed, if there is one yet.
    async fn installation(&self) -> Result<Option<Sealed>, PortError>;
}

/// What verifying a password gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Match {
        /// The hash was made with other than the current parameters.
        outdated: bool,
    },
    /// It is not.
    Mismatch,
}

/// Hashes passwords, slowly on purpose, a few at a time.
///
/// # Contract
///
/// - A password verifies against its own hash, and no other password does.
/// - Hashing one password twice gives different hashes.
/// - A hash made with other parameters still verifies, and is said to be outdated.
/// - A decoy costs as much as a real hash and matches nothing.
/// - Beyond its queue it refuses at once with `Throttled` and says when to come again.
#[async_trait]
pub trait PasswordHasher: fmt::Debug + Send + Sync + 'static {
    /// Hashes under the current parameters.
    async fn hash(&self, password: &Password) -> Result<PasswordHash, PortError>;

    /// Compares in constant time. A hash that can't be read is a mismatch.
    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<Verdict, PortError>;

    /// A hash of nothing anybody knows, under the current parameters: for accounts that are not there.
    fn decoy(&self) -> PasswordHash;
}

/// Knows passwords that everybody knows.
///
/// # Contract
///
/// - The commonest passwords are known, in any case.
/// - A random one is not.
#[async_trait]
pub trait BreachedPasswords: fmt::Debug + Send + Sync + 'static {
    /// Whether the whole password is known.
    async fn is_known(&self, password: &Password) -> Result<bool, PortError>;
}

/// A signing key as a signer makes it.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// PKCS #8 PEM.
    pub private: Secret,
    /// A JWK with `kid`, `alg` and `use`, without private members.
    pub public: Value,
}

/// A signing key whose private part was opened.
#[derive(Debug, Clone)]
pub struct OpenKey {
    /// Its id.
    pub id: KeyId,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// PKCS #8 PEM.
    pub private: Zeroizing<Vec<u8>>,
}

/// A public key that tokens are believed by.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicKey {
    /// Its id.
    pub id: KeyId,
    /// The only algorithm it is believed with.
    pub algorithm: Algorithm,
    /// The JWK.
    pub jwk: Value,
}

/// Signs access tokens and tells true ones from others.
///
/// # Contract
///
/// - What was signed verifies to the same claims, by the key it names.
/// - Another algorithm than the key's, `none` included, is refused.
/// - An unknown key, a header that brings its own key (`jwk`, `jku`, `x5u`, `x5c`) or a `crit` is refused.
/// - A changed byte, another type than `at+jwt`, another issuer or audience is refused.
/// - An expired token is refused as expired.
pub trait TokenSigner: fmt::Debug + Send + Sync + 'static {
    /// Makes a key; slow for RSA.
    fn generate(&self, id: KeyId, algorithm: Algorithm) -> Result<NewKey, PortError>;

    /// The id of a private key given by an operator as PEM: the same for the same key.
    fn name(&self, algorithm: Algorithm, private: &Secret) -> Result<KeyId, PortError>;

    /// The public part of a private key given by an operator as PEM.
    fn import(&self, id: KeyId, algorithm: Algorithm, private: &Secret) -> Result<NewKey, PortError>;

    /// Takes over the keys: the first signs, all are believed.
    fn use_keys(&self, signing: &OpenKey, believed: &[PublicKey]) -> Result<(), PortError>;

    /// Signs.
    fn sign(&self, claims: &AccessClaims) -> Result<Secret, PortError>;

    /// Verifies everything that the token itself can tell, at that time.
    fn verify(&self, token: &str, now: Timestamp) -> Result<AccessClaims, TokenRefused>;
}

/// A letter auth wants written; what it looks like is not auth's business.
#[derive(Debug, Clone)]
pub enum Letter {
    /// To whoever registered: prove the address with this secret.
    VerifyEmail {
        /// To whom.
        to: User,
        /// The secret of the link.
        token: Secret,
    },
    /// To the owner of an address that somebody tried to register again.
    AccountExists {
        /// To whom.
        to: User,
    },
}

/// Plans letters.
///
/// # Contract
///
/// - The commit it gives sends the letter once it is applied, and nothing is sent before.
#[async_trait]
pub trait Letters: fmt::Debug + Send + Sync + 'static {
    /// The commit that sends the letter; to be joined with the caller's own.
    async fn plan(&self, call: &Call, letter: Letter) -> Result<Commit, PortError>;
}
