use saaskit_kernel::{
    DomainWrite, Guard, Sealed, SessionId, Target, TenantId, Timestamp, TokenHash, UniqueRule, UserId,
};

use crate::{OneTimeToken, PasswordHash, Session, SigningKey, User};

/// An address belongs to one account, by its normal form.
pub const USER_EMAIL: UniqueRule = UniqueRule("auth.user.email");
/// One key has one place in the line.
pub const KEY_NUMBER: UniqueRule = UniqueRule("auth.signing_key.number");
/// There is one installation secret.
pub const INSTALLATION: UniqueRule = UniqueRule("auth.installation");
/// A one-time token is redeemed once, and not after its time.
pub const REDEEM: Guard = Guard("auth.token.redeem");
/// An installation is set up once.
pub const SET_UP: Guard = Guard("auth.installation.set_up");

/// Everything auth can ask to have changed.
#[derive(Debug, Clone, PartialEq)]
pub enum AuthWrite {
    /// Of an account.
    User(UserWrite),
    /// Of a session.
    Session(SessionWrite),
    /// Of a one-time token.
    Token(TokenWrite),
    /// Of what the installation signs and derives with.
    Key(KeyWrite),
}

/// Changes of an account.
#[derive(Debug, Clone, PartialEq)]
pub enum UserWrite {
    /// Inserts it; `Duplicate(USER_EMAIL)` if the address is taken.
    Insert(User),
    /// Inserts it unless the address is taken; a taken one changes nothing and is no error.
    InsertUnlessTaken(User),
    /// Replaces it if its version is still the stored one; `Stale` otherwise, or if it is not there.
    /// `Duplicate(USER_EMAIL)` if the new address is taken. The stored version is one more afterwards.
    Save(User),
    /// Puts a newer hash of the same password in place of `from`; if `from` is not there any more, nothing is
    /// changed and that is no error. The version stays.
    Rehash {
        /// Whose.
        user: UserId,
        /// The hash that was verified.
        from: PasswordHash,
        /// The same password under current parameters.
        to: PasswordHash,
    },
}

/// Changes of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionWrite {
    /// Inserts it.
    Start(Session),
    /// Ends it and lets every node know; an ended one keeps its first end, and that is no error.
    End {
        /// Which.
        session: SessionId,
        /// When.
        at: Timestamp,
        /// No access token of it is good after this.
        until: Timestamp,
    },
}

/// Changes of a one-time token.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenWrite {
    /// Inserts it and removes the user's earlier tokens of the same purpose.
    Mint(OneTimeToken),
    /// Marks it used if it was not, and its time is not over; `Refused(REDEEM)` otherwise.
    Redeem {
        /// Which.
        token: TokenHash,
        /// When.
        at: Timestamp,
    },
}

/// Changes of what the installation signs and derives with.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyWrite {
    /// Inserts the key; `Duplicate(KEY_NUMBER)` if its place is taken.
    Insert(SigningKey),
    /// Removes keys of lower numbers than this one.
    RemoveBefore(u32),
    /// Stores the installation secret; `Duplicate(INSTALLATION)` if there is one.
    Install(Sealed),
    /// Marks the installation as set up if it was not; `Refused(SET_UP)` otherwise, or before `Install`.
    SetUp {
        /// When.
        at: Timestamp,
    },
}

impl DomainWrite for AuthWrite {
    fn tenant(&self) -> Option<TenantId> {
        None
    }

    fn target(&self) -> Target {
        match self {
            Self::User(
                UserWrite::Insert(user) | UserWrite::InsertUnlessTaken(user) | UserWrite::Save(user),
            ) => Target::row("auth.user", user.id.uuid()),
            Self::User(UserWrite::Rehash { user, .. }) => Target::row("auth.user.password", user.uuid()),
            Self::Session(
                SessionWrite::Start(Session { id, .. }) | SessionWrite::End { session: id, .. },
            ) => Target::row("auth.session", id.uuid()),
            Self::Token(
                TokenWrite::Mint(OneTimeToken { hash, .. }) | TokenWrite::Redeem { token: hash, .. },
            ) => Target::row("auth.token", hash.as_bytes()),
            Self::Key(KeyWrite::Insert(key)) => Target::row("auth.signing_key", key.number.to_be_bytes()),
            Self::Key(KeyWrite::RemoveBefore(_)) => Target::row("auth.signing_key.old", []),
            Self::Key(KeyWrite::Install(_) | KeyWrite::SetUp { .. }) => Target::row("auth.installation", []),
        }
    }
}

impl From<UserWrite> for AuthWrite {
    fn from(write: UserWrite) -> Self {
        Self::User(write)
    }
}
impl From<SessionWrite> for AuthWrite {
    fn from(write: SessionWrite) -> Self {
        Self::Session(write)
    }
}
impl From<TokenWrite> for AuthWrite {
    fn from(write: TokenWrite) -> Self {
        Self::Token(write)
    }
}
impl From<KeyWrite> for AuthWrite {
    fn from(write: KeyWrite) -> Self {
        Self::Key(write)
    }
}
