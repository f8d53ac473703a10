use saaskit_kernel::{
    DomainWrite, Guard, Order, Sealed, SessionId, Target, TenantId, Timestamp, TokenHash, UniqueRule, UserId,
};

use crate::{
    Assignment, AttemptKey, Attempts, OneTimeToken, PasswordHash, RefreshToken, Role, RoleId, Rotation,
    Session, SigningKey, User,
};

/// An address belongs to one account, by its normal form.
pub const USER_EMAIL: UniqueRule = UniqueRule("auth.user.email");
/// One key has one place in the line.
pub const KEY_NUMBER: UniqueRule = UniqueRule("auth.signing_key.number");
/// There is one installation secret.
pub const INSTALLATION: UniqueRule = UniqueRule("auth.installation");
/// A role's name is its own where it counts.
pub const ROLE_NAME: UniqueRule = UniqueRule("auth.role.name");
/// A one-time token is redeemed once, and not after its time.
pub const REDEEM: Guard = Guard("auth.token.redeem");
/// A link of a session's chain is rotated once.
pub const ROTATE: Guard = Guard("auth.refresh_token.rotate");
/// An installation is set up once.
pub const SET_UP: Guard = Guard("auth.installation.set_up");
/// Somebody always operates the installation.
pub const LAST_OPERATOR: Guard = Guard("auth.installation.last_operator");

/// Everything auth can ask to have changed.
#[derive(Debug, Clone, PartialEq)]
pub enum AuthWrite {
    /// Of an account.
    User(UserWrite),
    /// Of a session.
    Session(SessionWrite),
    /// Of the chain a session is renewed by.
    Refresh(RefreshWrite),
    /// Of a one-time token.
    Token(TokenWrite),
    /// Of counted tries.
    Attempt(AttemptWrite),
    /// Of roles and who has them.
    Role(RoleWrite),
    /// Of what the installation signs and derives with.
    Key(KeyWrite),
    /// Of how many operate the installation.
    Operator(OperatorWrite),
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

/// Changes of a session. What is not there is changed by none of them, and that is no error but where it says so.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionWrite {
    /// Inserts it.
    Start(Session),
    /// Ends it; an ended one keeps its first end.
    End {
        /// Which.
        session: SessionId,
        /// When.
        at: Timestamp,
    },
    /// Takes it over into a later epoch of its user.
    Adopt {
        /// Which.
        session: SessionId,
        /// Which epoch.
        epoch: u32,
    },
    /// Its user proved again who they are.
    Prove {
        /// Which.
        session: SessionId,
        /// When.
        at: Timestamp,
    },
    /// It acts in another workspace, or in none.
    Act {
        /// Which.
        session: SessionId,
        /// Where.
        tenant: Option<TenantId>,
    },
    /// Another cookie carries it from now on, if `from` does still; `Stale` otherwise.
    Carry {
        /// Which.
        session: SessionId,
        /// The hash of the cookie that carried it.
        from: TokenHash,
        /// The hash of the one that does from now on.
        to: TokenHash,
    },
    /// Its user is warned of it, if the last warning is still `last`; `Stale` otherwise.
    Warn {
        /// Which.
        session: SessionId,
        /// When its user was warned of it last.
        last: Option<Timestamp>,
        /// When.
        at: Timestamp,
    },
    /// It was heard of.
    See {
        /// Which.
        session: SessionId,
        /// When.
        at: Timestamp,
    },
    /// Removes all of a user, with their chains.
    Erase(UserId),
    /// Removes those that were over or ended before that, with their chains; at most 1,000.
    Forget {
        /// When.
        before: Timestamp,
    },
}

/// Changes of the chain a session is renewed by.
#[derive(Debug, Clone, PartialEq)]
pub enum RefreshWrite {
    /// Inserts the first link.
    Begin(RefreshToken),
    /// Marks a link as rotated if it was not, `Refused(ROTATE)` otherwise; inserts the next one; wipes the nonces of
    /// earlier links of the session whose next link was rotated [`RefreshToken::LOST_ANSWER`] or longer before.
    Rotate {
        /// The link that was shown.
        shown: TokenHash,
        /// By whom, and with what the next one was made.
        rotation: Rotation,
        /// The next one.
        next: RefreshToken,
    },
}

/// Changes of a one-time token.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenWrite {
    /// Inserts it and removes the user's earlier tokens of the same purpose, unless the purpose outlives others.
    Mint(OneTimeToken),
    /// Marks it used if it was not, and its time is not over; `Refused(REDEEM)` otherwise.
    Redeem {
        /// Which.
        token: TokenHash,
        /// When.
        at: Timestamp,
    },
    /// Removes all of a user but those whose purpose outlives others.
    Void(UserId),
    /// Removes all of a user but those whose purpose outlives others and that were made before that.
    VoidBackTo {
        /// Whose.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// Removes all of a user.
    Erase(UserId),
    /// Removes those whose time ended before that; at most 1,000.
    Forget {
        /// When.
        before: Timestamp,
    },
}

/// Changes of counted tries.
#[derive(Debug, Clone, PartialEq)]
pub enum AttemptWrite {
    /// Inserts them if their version is new, replaces them if it is the stored one; `Stale` otherwise. The stored
    /// version is one more afterwards.
    Save(Attempts),
    /// Removes them; those that are not there are no error.
    Clear(AttemptKey),
    /// Removes those of that account, on every browser too.
    ClearAccount(AttemptKey),
    /// Removes those whose last try was before that and that lock nothing and disable nothing; at most 1,000.
    Forget {
        /// When.
        before: Timestamp,
    },
}

/// Changes of roles and who has them.
#[derive(Debug, Clone, PartialEq)]
pub enum RoleWrite {
    /// Inserts it; `Duplicate(ROLE_NAME)` if its name is taken there.
    Insert(Role),
    /// Replaces it if its version is still the stored one; `Stale` otherwise.
    Save(Role),
    /// Removes it, from everybody too; one that is not there is no error.
    Remove {
        /// Where it counts.
        tenant: Option<TenantId>,
        /// Which.
        role: RoleId,
    },
    /// Replaces what a user has in that place; `Stale` if one of the roles is not there.
    Assign(Assignment),
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
    /// Puts another seal of the same secret in place of `from`; if `from` is not there any more, nothing is changed
    /// and that is no error.
    Reseal {
        /// Which.
        secret: KeptSecret,
        /// The seal that was opened.
        from: Sealed,
        /// The same secret sealed by the first key.
        to: Sealed,
    },
}

/// A secret that is kept sealed for as long as it is of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptSecret {
    /// What the installation derives with.
    Installation,
    /// The private key of that number.
    Key(u32),
}

/// Changes of how many operate the installation; both come after `Install`, and are `Stale` before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorWrite {
    /// One more active operator.
    Gain,
    /// One fewer; `Refused(LAST_OPERATOR)` if it is the last.
    Lose,
}

impl DomainWrite for AuthWrite {
    fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Role(
                RoleWrite::Insert(Role { tenant, .. })
                | RoleWrite::Save(Role { tenant, .. })
                | RoleWrite::Remove { tenant, .. }
                | RoleWrite::Assign(Assignment { tenant, .. }),
            ) => *tenant,
            _ => None,
        }
    }

    fn target(&self) -> Target {
        match self {
            Self::User(write) => write.target(),
            Self::Session(write) => write.target(),
            Self::Refresh(RefreshWrite::Begin(token)) => Target::row("auth.refresh", token.session.uuid()),
            Self::Refresh(RefreshWrite::Rotate { next, .. }) => {
                Target::row("auth.refresh", next.session.uuid())
            }
            Self::Token(write) => write.target(),
            Self::Attempt(AttemptWrite::Save(Attempts { key, .. }) | AttemptWrite::Clear(key)) => {
                Target::row("auth.attempts", key.as_bytes())
            }
            Self::Attempt(AttemptWrite::ClearAccount(key)) => {
                Target::row("auth.attempts.all", key.as_bytes())
            }
            Self::Attempt(AttemptWrite::Forget { .. }) => Target::row("auth.attempts.old", []),
            Self::Role(write) => write.target(),
            Self::Key(KeyWrite::Insert(key)) => Target::row("auth.signing_key", key.number.to_be_bytes()),
            Self::Key(KeyWrite::Reseal { secret, .. }) => match secret {
                KeptSecret::Installation => Target::row("auth.installation.seal", []),
                KeptSecret::Key(number) => Target::row("auth.signing_key.seal", number.to_be_bytes()),
            },
            Self::Key(KeyWrite::RemoveBefore(_)) => Target::row("auth.signing_key.old", []),
            Self::Key(KeyWrite::Install(_) | KeyWrite::SetUp { .. }) => Target::row("auth.installation", []),
            Self::Operator(_) => {
                Target { order: Order::Counter, aggregate: "auth.installation.operators", key: Vec::new() }
            }
        }
    }
}

impl UserWrite {
    fn target(&self) -> Target {
        match self {
            Self::Insert(user) | Self::InsertUnlessTaken(user) | Self::Save(user) => {
                Target::row("auth.user", user.id.uuid())
            }
            Self::Rehash { user, .. } => Target::row("auth.user.password", user.uuid()),
        }
    }
}

impl SessionWrite {
    fn target(&self) -> Target {
        match self {
            Self::Start(Session { id, .. })
            | Self::End { session: id, .. }
            | Self::Adopt { session: id, .. }
            | Self::Prove { session: id, .. }
            | Self::Act { session: id, .. }
            | Self::Warn { session: id, .. }
            | Self::See { session: id, .. } => Target::row("auth.session", id.uuid()),
            Self::Carry { session, .. } => Target::row("auth.session.cookie", session.uuid()),
            Self::Erase(user) => Target::row("auth.session.all", user.uuid()),
            Self::Forget { .. } => Target::row("auth.session.old", []),
        }
    }
}

impl TokenWrite {
    fn target(&self) -> Target {
        match self {
            Self::Mint(OneTimeToken { hash, .. }) | Self::Redeem { token: hash, .. } => {
                Target::row("auth.token", hash.as_bytes())
            }
            Self::Void(user) | Self::VoidBackTo { user, .. } | Self::Erase(user) => {
                Target::row("auth.token.all", user.uuid())
            }
            Self::Forget { .. } => Target::row("auth.token.old", []),
        }
    }
}

impl RoleWrite {
    fn target(&self) -> Target {
        match self {
            Self::Insert(Role { id, .. }) | Self::Save(Role { id, .. }) | Self::Remove { role: id, .. } => {
                Target::row("auth.role", id.uuid())
            }
            Self::Assign(Assignment { user, tenant, .. }) => {
                let place = tenant.map_or_else(Vec::new, |tenant| tenant.uuid().as_bytes().to_vec());
                Target::row("auth.assignment", [user.uuid().as_bytes().to_vec(), place].concat())
            }
        }
    }
}

macro_rules! from {
    ($($write:ident $variant:ident)*) => {$(
        impl From<$write> for AuthWrite {
            fn from(write: $write) -> Self {
                Self::$variant(write)
            }
        }
    )*};
}

from! {
    UserWrite User
    SessionWrite Session
    RefreshWrite Refresh
    TokenWrite Token
    AttemptWrite Attempt
    RoleWrite Role
    KeyWrite Key
    OperatorWrite Operator
}
