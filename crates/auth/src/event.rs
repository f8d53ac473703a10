//! The events auth tells.

/// A user proved the address of the account. `{"user": id}`
pub const EMAIL_VERIFIED: &str = "auth.email_verified";

/// A role was made. `{"role": id}`
pub const ROLE_CREATED: &str = "auth.role_created";
/// A role was changed. `{"role": id}`
pub const ROLE_UPDATED: &str = "auth.role_updated";
/// A role was removed, from everybody, too. `{"role": id}`
pub const ROLE_REMOVED: &str = "auth.role_removed";
/// A user was given other roles. `{"user": id, "roles": [id]}`
pub const ROLES_ASSIGNED: &str = "auth.roles_assigned";
/// A user signed in. `{"user": id, "session": id}`
pub const LOGGED_IN: &str = "auth.logged_in";
/// Too many tries to sign in locked an account for a while. `{"user": id, or null where there is none}`
pub const ACCOUNT_LOCKED: &str = "auth.account_locked";
/// Far too many tries to sign in disabled a password until it is reset. `{"user": id, or null where there is none}`
pub const PASSWORD_DISABLED: &str = "auth.password_disabled";
/// The link that was mailed ended a lock. `{"user": id}`
pub const ACCOUNT_UNLOCKED: &str = "auth.account_unlocked";
/// A refresh token that was replaced long ago was shown, and its session was ended. `{"user": id, "session": id}`
pub const REFRESH_REUSED: &str = "auth.refresh_reused";
/// A user ended all sessions but one. `{"user": id, "kept": id}`
pub const SESSIONS_ENDED: &str = "auth.sessions_ended";
/// A user set a new password by a mailed link, and is signed out everywhere. `{"user": id}`
pub const PASSWORD_RESET: &str = "auth.password_reset";
/// A user changed the password, and is signed out everywhere else. `{"user": id}`
pub const PASSWORD_CHANGED: &str = "auth.password_changed";
/// A user changed what the account says of them. `{"user": id}`
pub const PROFILE_UPDATED: &str = "auth.profile_updated";
/// A user has another address. `{"user": id}`
pub const EMAIL_CHANGED: &str = "auth.email_changed";
/// An operator locked an account. `{"user": id}`
pub const USER_LOCKED: &str = "auth.user_locked";
/// An operator unlocked an account. `{"user": id}`
pub const USER_UNLOCKED: &str = "auth.user_unlocked";
/// An account was deleted, by its owner or an operator; it can still be restored. `{"user": id}`
pub const USER_DELETED: &str = "auth.user_deleted";
/// A deleted account was restored. `{"user": id}`
pub const USER_RESTORED: &str = "auth.user_restored";
/// An account began to operate the installation. `{"user": id}`
pub const ADMIN_PROMOTED: &str = "auth.admin_promoted";
/// An account ceased to operate the installation. `{"user": id}`
pub const ADMIN_DEMOTED: &str = "auth.admin_demoted";
/// What was known of a person was erased; the id stays. `{"user": id}`
pub const USER_ERASED: &str = "auth.user_erased";

/// Every event, for the catalogue.
pub const ALL: &[&str] = &[
    EMAIL_VERIFIED,
    PASSWORD_RESET,
    PASSWORD_CHANGED,
    PROFILE_UPDATED,
    EMAIL_CHANGED,
    USER_LOCKED,
    USER_UNLOCKED,
    USER_DELETED,
    USER_RESTORED,
    USER_ERASED,
    ADMIN_PROMOTED,
    ADMIN_DEMOTED,
    LOGGED_IN,
    ACCOUNT_LOCKED,
    PASSWORD_DISABLED,
    ACCOUNT_UNLOCKED,
    REFRESH_REUSED,
    SESSIONS_ENDED,
    ROLE_CREATED,
    ROLE_UPDATED,
    ROLE_REMOVED,
    ROLES_ASSIGNED,
];
