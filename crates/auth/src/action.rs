//! What auth writes into the audit log.

use saaskit_kernel::Action;

/// An address asked for an account.
pub const REGISTER: Action = Action { name: "auth.register", risk: 10 };
/// An address was proved.
pub const VERIFY_EMAIL: Action = Action { name: "auth.verify_email", risk: 10 };
/// A link to set a new password was asked for by an operator.
pub const START_RESET: Action = Action { name: "auth.start_reset", risk: 40 };
/// A password was set by a mailed link.
pub const RESET_PASSWORD: Action = Action { name: "auth.reset_password", risk: 40 };
/// A password was changed by its owner.
pub const CHANGE_PASSWORD: Action = Action { name: "auth.change_password", risk: 30 };
/// An owner changed what the account says of them.
pub const UPDATE_PROFILE: Action = Action { name: "auth.update_profile", risk: 0 };
/// An owner asked for another address.
pub const CHANGE_EMAIL: Action = Action { name: "auth.change_email", risk: 30 };
/// An account got another address.
pub const CONFIRM_EMAIL: Action = Action { name: "auth.confirm_email", risk: 40 };
/// An account got back the address it had.
pub const UNDO_EMAIL: Action = Action { name: "auth.undo_email", risk: 70 };
/// An owner deleted the account.
pub const DELETE_ACCOUNT: Action = Action { name: "auth.delete_account", risk: 50 };
/// What was known of a person was erased.
pub const ERASE_ACCOUNT: Action = Action { name: "auth.erase_account", risk: 10 };
/// An owner took along all that is held on them.
pub const EXPORT: Action = Action { name: "auth.export", risk: 30 };
/// An operator locked an account.
pub const LOCK_USER: Action = Action { name: "auth.lock_user", risk: 60 };
/// An operator unlocked an account.
pub const UNLOCK_USER: Action = Action { name: "auth.unlock_user", risk: 50 };
/// An operator deleted an account.
pub const DELETE_USER: Action = Action { name: "auth.delete_user", risk: 60 };
/// An operator restored an account.
pub const RESTORE_USER: Action = Action { name: "auth.restore_user", risk: 50 };
/// Somebody tried to sign in.
pub const LOG_IN: Action = Action { name: "auth.log_in", risk: 10 };
/// Somebody proved again who they are.
pub const STEP_UP: Action = Action { name: "auth.step_up", risk: 10 };
/// Too many tries to sign in locked an account for a while, or one that does not exist.
pub const LOCK_ACCOUNT: Action = Action { name: "auth.lock_account", risk: 60 };
/// Far too many tries to sign in disabled a password until it is reset.
pub const DISABLE_PASSWORD: Action = Action { name: "auth.disable_password", risk: 80 };
/// A lock was ended by the link that was mailed.
pub const UNLOCK: Action = Action { name: "auth.unlock", risk: 20 };
/// A refresh token that was replaced long ago was shown.
pub const REFRESH_REUSED: Action = Action { name: "auth.refresh_reused", risk: 85 };
/// Another client than the one that renewed a session showed the same link.
pub const REFRESH_ELSEWHERE: Action = Action { name: "auth.refresh_elsewhere", risk: 60 };
/// A session began to act in a workspace.
pub const ENTER_TENANT: Action = Action { name: "auth.enter_tenant", risk: 0 };
/// A session acts in no workspace any more.
pub const LEAVE_TENANT: Action = Action { name: "auth.leave_tenant", risk: 0 };
/// A session was ended by its owner, from another one.
pub const END_SESSION: Action = Action { name: "auth.end_session", risk: 20 };
/// All sessions but one were ended by their owner.
pub const END_OTHER_SESSIONS: Action = Action { name: "auth.end_other_sessions", risk: 20 };
/// A session was ended by its owner.
pub const LOG_OUT: Action = Action { name: "auth.log_out", risk: 0 };
/// The first operator was made, by the link that is printed.
pub const SET_UP: Action = Action { name: "auth.set_up", risk: 80 };
/// An operator was made on the machine.
pub const CREATE_ADMIN: Action = Action { name: "auth.create_admin", risk: 80 };
/// An account was made an operator's on the machine.
pub const PROMOTE_ADMIN: Action = Action { name: "auth.promote_admin", risk: 80 };
/// Operating the installation was taken from an account on the machine.
pub const DEMOTE_ADMIN: Action = Action { name: "auth.demote_admin", risk: 70 };
/// A signing key was made.
pub const ADD_KEY: Action = Action { name: "auth.add_signing_key", risk: 30 };

/// A role was made.
pub const CREATE_ROLE: Action = Action { name: "auth.create_role", risk: 50 };
/// A role was changed.
pub const UPDATE_ROLE: Action = Action { name: "auth.update_role", risk: 50 };
/// A role was removed.
pub const REMOVE_ROLE: Action = Action { name: "auth.remove_role", risk: 50 };
/// A user was given other roles.
pub const ASSIGN_ROLES: Action = Action { name: "auth.assign_roles", risk: 60 };

/// Every action, for the catalogue.
pub const ALL: &[Action] = &[
    REGISTER,
    VERIFY_EMAIL,
    START_RESET,
    RESET_PASSWORD,
    CHANGE_PASSWORD,
    UPDATE_PROFILE,
    CHANGE_EMAIL,
    CONFIRM_EMAIL,
    UNDO_EMAIL,
    DELETE_ACCOUNT,
    ERASE_ACCOUNT,
    EXPORT,
    LOCK_USER,
    UNLOCK_USER,
    DELETE_USER,
    RESTORE_USER,
    LOG_IN,
    STEP_UP,
    LOCK_ACCOUNT,
    DISABLE_PASSWORD,
    UNLOCK,
    REFRESH_REUSED,
    REFRESH_ELSEWHERE,
    ENTER_TENANT,
    LEAVE_TENANT,
    END_SESSION,
    END_OTHER_SESSIONS,
    LOG_OUT,
    SET_UP,
    CREATE_ADMIN,
    PROMOTE_ADMIN,
    DEMOTE_ADMIN,
    ADD_KEY,
    CREATE_ROLE,
    UPDATE_ROLE,
    REMOVE_ROLE,
    ASSIGN_ROLES,
];
