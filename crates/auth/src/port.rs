//! What auth asks of the world. Reading ports, one an aggregate, are fulfilled by stores; the small ones by
//! adapters of cryptography and by stories.

use std::fmt;

use async_trait::async_trait;
use saaskit_kernel::{
    Call, Commit, Email, Page, Paged, PortError, Sealed, Secret, SessionId, TenantId, Timestamp, TokenHash,
    UserId,
};
use serde_json::Value;
use zeroize::Zeroizing;

pub use crate::belongings::Belongings;
use crate::claims::{AccessClaims, TokenRefused};
use crate::{
    Algorithm, Assignment, AttemptKey, Attempts, KeyId, OneTimeToken, Password, PasswordHash, Presented,
    Rights, Role, RoleId, Session, SigningKey, User, UserStatus,
};

/// Reads accounts.
///
/// # Contract
///
/// - A stored account is read back as it was saved, one version up from what was saved.
/// - An account is found by any spelling of its address.
/// - A search gives those that fit, each once, in the order of their ids, stable under inserts; a `%`, `_` or `\\` in
///   it is just a letter.
/// - What is not there is `None`.
#[async_trait]
pub trait Users: fmt::Debug + Send + Sync + 'static {
    /// By id.
    async fn user(&self, id: UserId) -> Result<Option<User>, PortError>;

    /// By address, compared in its normal form.
    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, PortError>;

    /// Those of these ids that are there, in no particular order; a hundred at most are asked for.
    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, PortError>;

    /// Accounts that fit the filter, in the order of their ids.
    async fn search(&self, filter: &UserFilter, page: Page<UserId>) -> Result<Paged<User>, PortError>;

    /// Whether anybody operates the installation.
    async fn has_super_admin(&self) -> Result<bool, PortError>;
}

/// Which accounts to find.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserFilter {
    /// Whose address, in its normal form, begins with this, or whose name does, in any case.
    pub begins_with: Option<String>,
    /// Whose status is this.
    pub status: Option<UserStatus>,
}

/// Reads sessions.
///
/// # Contract
///
/// - A started session is read back as it was, until it is ended; then with the time of its end.
/// - A session carried by a cookie is found by the cookie's hash, and by no other's.
/// - A user's sessions are given while they are not ended, not over at `now` and of the user's own epoch, newest
///   first; `seen_at` is then the time of the newest link of their chain, where that is later.
#[async_trait]
pub trait Sessions: fmt::Debug + Send + Sync + 'static {
    /// By id, together with its user: what every check of a session needs.
    async fn session(&self, id: SessionId) -> Result<Option<(Session, User)>, PortError>;

    /// By the hash of the cookie that carries it.
    async fn session_by_cookie(&self, cookie: &TokenHash) -> Result<Option<(Session, User)>, PortError>;

    /// Those of a user that live at `now`, at most the newest 100.
    async fn sessions_of(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, PortError>;
}

/// Reads the chains by which sessions are renewed.
///
/// # Contract
///
/// - A link is found by its hash, with its session, its user, and when the link after it was shown.
/// - Of any number of commits that rotate one link, exactly one is applied.
/// - A link that was rotated keeps who did that, when, and its nonce, until the nonce is wiped: by the rotation of a
///   later link of its session, at least [`crate::RefreshToken::LOST_ANSWER`] after that of the link next to it.
#[async_trait]
pub trait RefreshTokens: fmt::Debug + Send + Sync + 'static {
    /// By the hash of its secret: one statement.
    async fn presented(&self, hash: &TokenHash) -> Result<Option<Presented>, PortError>;
}

/// Reads counted tries to sign in.
///
/// # Contract
///
/// - What was counted is read back as it was, one version up from what was saved, until it is cleared.
/// - Of any number of commits that save one version of a counter, exactly one is applied; so of several that save
///   the first.
#[async_trait]
pub trait AttemptCounters: fmt::Debug + Send + Sync + 'static {
    /// By key.
    async fn attempts(&self, key: &AttemptKey) -> Result<Option<Attempts>, PortError>;
}

/// Reads roles and who has them.
///
/// # Contract
///
/// - A stored role is read back as it was saved, one version up, and only where it counts.
/// - Two roles of one place do not share a name, in any case; two places do not disturb each other.
/// - Assigning replaces what was assigned in that place; a role that is gone is gone from everybody.
/// - A role that is not there, or counts elsewhere, can't be assigned: `Stale`.
/// - The rights of a user are those of the account and the roles as they are stored, each role once, in one statement.
#[async_trait]
pub trait Roles: fmt::Debug + Send + Sync + 'static {
    /// All of the installation, or of one workspace, by name; bounded by [`crate::Role::MOST`].
    async fn roles(&self, tenant: Option<TenantId>) -> Result<Vec<Role>, PortError>;

    /// All that a user may do anywhere; `None` if there is no such account. One statement.
    async fn rights(&self, user: UserId) -> Result<Option<Rights>, PortError>;

    /// What a user was given, in every place.
    async fn assignments(&self, user: UserId) -> Result<Vec<Assignment>, PortError>;

    /// By id, in that place.
    async fn role(&self, tenant: Option<TenantId>, id: RoleId) -> Result<Option<Role>, PortError>;
}

/// Reads one-time tokens.
///
/// # Contract
///
/// - A minted token is found by its hash, with its user, redeemed or not.
/// - Minting removes the user's earlier tokens of the same purpose, and no others; those that outlive others stay.
/// - Voiding removes all of a user's tokens but those that outlive others; voiding back to a time removes of those, too,
///   the ones made then or later.
/// - Of any number of commits that redeem one token, exactly one is applied.
/// - A token is not redeemed at or after the end of its time.
/// - Forgetting removes tokens whose time ended before that, used or not, and no others.
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
/// - A seal is replaced by another if it is the stored one, and nothing else is changed; if it is not, nothing is.
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
/// - Beyond its queue it refuses at once with `Throttled` and says when to come again; so it does to whoever asks
///   whether there is room.
#[async_trait]
pub trait PasswordHasher: fmt::Debug + Send + Sync + 'static {
    /// Hashes under the current parameters.
    async fn hash(&self, password: &Password) -> Result<PasswordHash, PortError>;

    /// Compares in constant time. A hash that can't be read is a mismatch.
    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<Verdict, PortError>;

    /// Whether there is room for one more now: asked before anything is read or counted for it. No promise.
    fn has_room(&self) -> Result<(), PortError>;

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
    /// To whoever forgot the password: set a new one with this secret.
    ResetPassword {
        /// To whom.
        to: User,
        /// The secret of the link.
        token: Secret,
    },
    /// The password was changed.
    PasswordChanged {
        /// To whom.
        to: User,
    },
    /// Too many tries to sign in: locked for a while, unless this secret unlocks.
    Locked {
        /// To whom.
        to: User,
        /// The secret of the link.
        token: Secret,
        /// It ends by itself then.
        until: Timestamp,
    },
    /// Far too many tries to sign in: the password counts no more until it is reset.
    PasswordDisabled {
        /// To whom.
        to: User,
    },
    /// To the address an account is to have: confirm it with this secret.
    ConfirmEmail {
        /// Whose account.
        to: User,
        /// Where the letter goes.
        address: Email,
        /// The secret of the link.
        token: Secret,
    },
    /// To the address an account had: it has another now, unless this secret undoes that.
    EmailChanged {
        /// Whose account.
        to: User,
        /// Where the letter goes.
        address: Email,
        /// The secret of the link.
        token: Secret,
    },
    /// A link of a session's chain was shown long after it was replaced: the session was ended.
    TokenReuse {
        /// To whom.
        to: User,
    },
    /// Another client than the one a session is carried by showed a link of it: nothing was ended.
    SecurityAlert {
        /// To whom.
        to: User,
    },
    /// The account was deleted by its owner and can be brought back for a while.
    AccountDeleted {
        /// To whom.
        to: User,
    },
}

/// Plans letters.
///
/// # Contract
///
/// - The commit it gives sends the letter once it is applied, and nothing is sent before.
/// - After the commit of forgetting nothing is kept of what was written to the address, nor of what its reader wanted.
#[async_trait]
pub trait Letters: fmt::Debug + Send + Sync + 'static {
    /// The commit that sends the letter; to be joined with the caller's own.
    async fn plan(&self, call: &Call, letter: Letter) -> Result<Commit, PortError>;

    /// The commit that forgets whoever reads at that address, for an account that is erased.
    async fn plan_forgetting(&self, call: &Call, address: &Email) -> Result<Commit, PortError>;
}
