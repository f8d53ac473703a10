//! The events tenants tells.

/// A workspace was made. `{"tenant": id, "owner": id}`
pub const TENANT_CREATED: &str = "tenants.tenant_created";
/// A workspace was renamed. `{"tenant": id}`
pub const TENANT_UPDATED: &str = "tenants.tenant_updated";
/// A workspace asks something else of who enters. `{"tenant": id}`
pub const POLICY_SET: &str = "tenants.policy_set";
/// A member got another role. `{"tenant": id, "user": id, "role": word}`
pub const ROLE_CHANGED: &str = "tenants.role_changed";
/// A member was removed, or does not come back with the account. `{"tenant": id, "user": id}`
pub const MEMBER_REMOVED: &str = "tenants.member_removed";
/// A member left. `{"tenant": id, "user": id}`
pub const MEMBER_LEFT: &str = "tenants.member_left";
/// A member left because the account was deleted, and comes back with it. `{"tenant": id, "user": id}`
pub const MEMBER_LEFT_WITH_ACCOUNT: &str = "tenants.member_left_with_account";
/// A member is back because the account was restored. `{"tenant": id, "user": id}`
pub const MEMBER_RETURNED: &str = "tenants.member_returned";
/// An owner offered the workspace to a member. `{"tenant": id, "user": id}`
pub const OWNERSHIP_OFFERED: &str = "tenants.ownership_offered";
/// An offer was taken back. `{"tenant": id, "user": id}`
pub const OWNERSHIP_WITHDRAWN: &str = "tenants.ownership_withdrawn";
/// A member took the offer and owns the workspace. `{"tenant": id, "user": id}`
pub const OWNERSHIP_ACCEPTED: &str = "tenants.ownership_accepted";

/// Every event, for the catalogue.
pub const ALL: &[&str] = &[
    TENANT_CREATED,
    TENANT_UPDATED,
    POLICY_SET,
    ROLE_CHANGED,
    MEMBER_REMOVED,
    MEMBER_LEFT,
    MEMBER_LEFT_WITH_ACCOUNT,
    MEMBER_RETURNED,
    OWNERSHIP_OFFERED,
    OWNERSHIP_WITHDRAWN,
    OWNERSHIP_ACCEPTED,
];
