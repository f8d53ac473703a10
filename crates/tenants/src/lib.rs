//! Which workspace you act in: tenants, members, roles.
//!
//! [`Tenants`] is the whole of it: a concrete struct over the ports of [`port`]. Its use cases, one a file under
//! `service/`: create, list, enter and update a workspace and set its policy; list members, change their role,
//! remove them, leave, leave and return with the account; offer, withdraw and accept ownership.

pub mod action;
mod archive;
mod error;
pub mod event;
mod ip_range;
mod member;
mod membership;
pub mod permissions;
mod policy;
pub mod port;
mod remembered;
mod service;
mod tenant;
mod transfer;
/// What tenants asks to have changed.
pub mod write;

pub use archive::TABLES;
pub use error::{MemberError, TenantsError};
pub use ip_range::IpRange;
pub use member::{Allowed, Member, TenantOwner};
pub use membership::{Membership, MembershipEntity, MembershipId, Removal, Role};
pub use policy::{NewPolicy, Shortfall, TenantPolicy, Visit};
pub use remembered::ACCESS;
pub use service::{NewTenant, Ports, Seats, TenantChange, Tenants};
pub use tenant::{Tenant, TenantStatus};
pub use transfer::Transfer;
