//! What tenants writes into the audit log.

use saaskit_kernel::Action;

/// A workspace was made.
pub const CREATE: Action = Action { name: "tenants.create", risk: 10 };
/// A workspace was renamed.
pub const UPDATE: Action = Action { name: "tenants.update", risk: 20 };
/// What a workspace asks of who enters was changed.
pub const SET_POLICY: Action = Action { name: "tenants.set_policy", risk: 50 };
/// A member got another role.
pub const CHANGE_ROLE: Action = Action { name: "tenants.change_role", risk: 50 };
/// A member was removed by somebody else.
pub const REMOVE_MEMBER: Action = Action { name: "tenants.remove_member", risk: 50 };
/// A member left.
pub const LEAVE: Action = Action { name: "tenants.leave", risk: 20 };
/// A member left with the account.
pub const LEAVE_WITH_ACCOUNT: Action = Action { name: "tenants.leave_with_account", risk: 20 };
/// A member came back with the account.
pub const RETURN_WITH_ACCOUNT: Action = Action { name: "tenants.return_with_account", risk: 20 };
/// A member who could have come back with the account does not: it was erased.
pub const ERASE_WITH_ACCOUNT: Action = Action { name: "tenants.erase_with_account", risk: 20 };
/// An owner offered the workspace to a member.
pub const OFFER_OWNERSHIP: Action = Action { name: "tenants.offer_ownership", risk: 50 };
/// An owner took such an offer back.
pub const WITHDRAW_OWNERSHIP: Action = Action { name: "tenants.withdraw_ownership", risk: 20 };
/// A member took such an offer.
pub const ACCEPT_OWNERSHIP: Action = Action { name: "tenants.accept_ownership", risk: 60 };

/// Every action, for the catalogue.
pub const ALL: &[Action] = &[
    CREATE,
    UPDATE,
    SET_POLICY,
    CHANGE_ROLE,
    REMOVE_MEMBER,
    LEAVE,
    LEAVE_WITH_ACCOUNT,
    RETURN_WITH_ACCOUNT,
    ERASE_WITH_ACCOUNT,
    OFFER_OWNERSHIP,
    WITHDRAW_OWNERSHIP,
    ACCEPT_OWNERSHIP,
];
