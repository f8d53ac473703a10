//! What tenants asks of the world. Every reading method takes the workspace first; the one that can't is the
//! listed exception: it answers which workspaces there are for a user.

use std::fmt;

use async_trait::async_trait;
use saaskit_kernel::{Email, Name, Page, Paged, PortError, TenantId, UserId};

use crate::{Membership, MembershipId, Tenant};

/// Reads workspaces and what a user is in them.
///
/// # Contract
///
/// - A stored workspace is read back as it was saved, one version up from what was saved.
/// - A membership is seen in its own workspace and in no other, and not after it ended.
/// - Pages of a user's workspaces come in the order of their ids, each workspace once, stable under inserts.
/// - Of any number of commits that take owners away at once, as many are applied as leave one.
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

/// Reads who is in a workspace.
///
/// # Contract
///
/// - A membership is found by its id in its own workspace and in no other, also after it ended.
/// - Pages of members come in the order of their ids, each member once, stable under inserts, who is gone left out.
/// - As many seats are taken as there are members.
#[async_trait]
pub trait Members: fmt::Debug + Send + Sync + 'static {
    /// By id.
    async fn membership(&self, tenant: TenantId, id: MembershipId) -> Result<Option<Membership>, PortError>;

    /// Who is in the workspace.
    async fn members(
        &self,
        tenant: TenantId,
        page: Page<MembershipId>,
    ) -> Result<Paged<Membership>, PortError>;

    /// How many are in it.
    async fn seats_used(&self, tenant: TenantId) -> Result<u64, PortError>;
}

/// Who a user is, for other members to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user.
    pub id: UserId,
    /// Where mail reaches them.
    pub email: Email,
    /// What they are called.
    pub name: Option<Name>,
}

/// Knows who users are.
///
/// # Contract
///
/// - Of those who are known each is given once, in any order; the others are left out.
#[async_trait]
pub trait People: fmt::Debug + Send + Sync + 'static {
    /// Who these users are.
    async fn people(&self, users: &[UserId]) -> Result<Vec<Person>, PortError>;
}
