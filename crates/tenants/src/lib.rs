//! Which workspace you act in: tenants, members, roles.
//!
//! [`Tenants`] is the whole of it: a concrete struct over the ports of [`port`]. Its use cases, one a file under
//! `service/`: create, list, show and update a workspace.

pub mod action;
mod error;
pub mod event;
mod member;
mod membership;
pub mod port;
mod service;
mod tenant;
/// What tenants asks to have changed.
pub mod write;

pub use error::TenantsError;
pub use member::{Member, TenantAdmin};
pub use membership::{Membership, MembershipEntity, MembershipId, Role};
pub use service::{NewTenant, Ports, TenantChange, Tenants};
pub use tenant::{Tenant, TenantStatus};
