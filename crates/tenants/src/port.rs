//! What tenants asks of the world. Every reading method takes the workspace first; those that can't are the
//! listed exceptions: they answer which workspaces there are for a user.

use std::fmt;

use async_trait::async_trait;
use saaskit_kernel::{Email, Name, Page, Paged, PortError, TenantId, UserId};

use crate::{Member, Membership, MembershipId, Tenant};

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
/// - Pages of members come in the order of their ids, each member once, stable under inserts. Whose membership ended
///   with the account is among them; who is gone otherwise is left out.
/// - As many seats are taken as there are members who are in it.
#[async_trait]
pub trait Members: fmt::Debug + Send + Sync + 'static {
    /// By id.
    async fn membership(&self, tenant: TenantId, id: MembershipId) -> Result<Option<Membership>, PortError>;

    /// Who is in the workspace, or comes back with the account.
    async fn members(
        &self,
        tenant: TenantId,
        page: Page<MembershipId>,
    ) -> Result<Paged<Membership>, PortError>;

    /// How many are in it.
    async fn seats_used(&self, tenant: TenantId) -> Result<u64, PortError>;
}

/// Reads what users are in all workspaces.
///
/// # Contract
///
/// - The memberships that ended with a user's account are given with their workspaces, each once, and no others, also
///   of deleted workspaces.
/// - Of each user the first are given in the order of the workspaces' ids, and how many there are: those that hold and
///   those that ended with the account, deleted workspaces included.
/// - A user without any is left out.
#[async_trait]
pub trait Memberships: fmt::Debug + Send + Sync + 'static {
    /// Those that ended with the user's account.
    async fn ended_with_account(&self, user: UserId) -> Result<Vec<(Tenant, Membership)>, PortError>;

    /// Those of a hundred users at most, so many of each; one statement.
    async fn of_users(&self, users: &[UserId], each: u32) -> Result<Vec<Belonging>, PortError>;
}

/// What a user is in which workspaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    /// The user.
    pub user: UserId,
    /// The first of them.
    pub first: Vec<(Tenant, Membership)>,
    /// How many there are.
    pub count: u64,
}

impl Belonging {
    /// Of a user who is in none.
    pub fn none(user: UserId) -> Self {
        Self { user, first: Vec::new(), count: 0 }
    }

    /// From workspaces in order, those of one user behind each other, each with how many that user has.
    pub fn of_rows(rows: impl IntoIterator<Item = ((Tenant, Membership), u64)>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (entry, count) in rows {
            let user = entry.1.user;
            match all.last_mut().filter(|last| last.user == user) {
                Some(last) => last.first.push(entry),
                None => all.push(Self { user, first: vec![entry], count }),
            }
        }
        all
    }
}

/// Knows what members were given in workspaces besides what their roles there allow.
///
/// # Contract
///
/// - What was given in one workspace says nothing about another.
#[async_trait]
pub trait Grants: fmt::Debug + Send + Sync + 'static {
    /// Whether a member was given that permission.
    async fn has(&self, member: &Member, permission: &str) -> Result<bool, PortError>;
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
