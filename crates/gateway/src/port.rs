//! What the door asks of the world, besides the kernel's rate limiter and claims.

use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use saaskit_kernel::{Fault, Principal, TenantId};

/// Tells whom a credential belongs to.
///
/// # Contract
///
/// - A credential that is not believed is refused with a fault of kind `Unauthenticated`.
/// - A check that could not be made is a fault of kind `Unavailable` or `Internal`: never a refusal of the caller.
#[async_trait]
pub trait Authenticator: fmt::Debug + Send + Sync + 'static {
    /// Whom the bearer token belongs to.
    async fn bearer(&self, token: &str) -> Result<Principal, Box<dyn Fault>>;

    /// Whom the session cookie belongs to.
    async fn cookie(&self, secret: &str) -> Result<Principal, Box<dyn Fault>>;
}

/// Tells who holds a permission, and who is in which workspace.
///
/// # Contract
///
/// - A permission that is not held is refused with a fault of kind `Forbidden`; more proof that is asked for, with
///   one of kind `Unauthenticated`.
/// - Whoever is not in a workspace is refused with a fault of kind `NotFound`, as if there were none.
/// - A check that could not be made is a fault of kind `Unavailable` or `Internal`: never a refusal of the caller.
#[async_trait]
pub trait Authorizer: fmt::Debug + Send + Sync + 'static {
    /// Refuses whoever may not do what the permission names: `users:read`. `tenant` is where they act, `ip` is where
    /// they come from.
    async fn may(
        &self,
        principal: &Principal,
        tenant: Option<TenantId>,
        ip: IpAddr,
        permission: &str,
    ) -> Result<(), Box<dyn Fault>>;

    /// Refuses whoever is not in that workspace.
    async fn is_in(&self, principal: &Principal, tenant: TenantId) -> Result<(), Box<dyn Fault>>;
}
