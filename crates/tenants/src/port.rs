//! What tenants asks of the world. Every reading method takes the workspace first; the two that can't are the
//! listed exception: they answer which workspaces there are for a user.

use std::fmt;

use async_trait::async_trait;
use saaskit_kernel::{Page, Paged, PortError, TenantId, UserId};

use crate::{Membership, Tenant};

/// Reads workspaces and who is in them.
///
/// # Contract
///
/// - A stored workspace is read back as it was saved, one version up from what was saved.
/// - A membership is seen in its own workspace and in no other.
/// - Pages of a user's workspaces come in the order of their ids, each workspace once, stable under inserts.
/// - What is not there is `None`.
#[async_trait]
pub trait Workspaces: fmt::Debug + Send + Sync + 'static {
    /// A workspace together with what a user is in it; `None` for a user who is not in it, or if there is none.
    async fn entry(&self, tenant: TenantId, user: UserId) -> Result<Option<(Tenant, Membership)>, PortError>;

    /// By id.
    async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, PortError>;

    /// The workspaces a user is in, deleted ones left out.
    async fn of_user(
        &self,
        user: UserId,
        page: Page<TenantId>,
    ) -> Result<Paged<(Tenant, Membership)>, PortError>;
}
