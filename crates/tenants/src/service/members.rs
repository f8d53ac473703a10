use saaskit_kernel::{Page, Paged, UserId};

use super::Tenants;
use crate::port::Person;
use crate::{Membership, MembershipId, TenantAdmin, TenantsError};

/// How many may be in a workspace, and how many are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seats {
    /// How many are taken.
    pub used: u64,
    /// How many there are; `None` where nothing limits them.
    pub limit: Option<u64>,
}

impl Tenants {
    /// Who is in a workspace, longest first; `None` beside whom nobody knows any more.
    pub async fn members(
        &self,
        by: &TenantAdmin,
        page: Page<MembershipId>,
    ) -> Result<Paged<(Membership, Option<Person>)>, TenantsError> {
        let part = self.ports.members.members(by.tenant(), page).await?;
        let users: Vec<UserId> = part.items.iter().map(|member| member.user).collect();
        let people = self.ports.people.people(&users).await?;
        let of = |user| people.iter().find(|person| person.id == user).cloned();
        let items = part.items.into_iter().map(|member| (member.clone(), of(member.user))).collect();
        Ok(Paged { items, has_more: part.has_more })
    }

    /// One member of a workspace.
    pub async fn member(
        &self,
        by: &TenantAdmin,
        id: MembershipId,
    ) -> Result<(Membership, Option<Person>), TenantsError> {
        let member = self.held(by.tenant(), id).await?;
        let person = self.ports.people.people(&[member.user]).await?.pop();
        Ok((member, person))
    }

    /// How many seats of a workspace are taken.
    pub async fn seats(&self, by: &TenantAdmin) -> Result<Seats, TenantsError> {
        Ok(Seats { used: self.ports.members.seats_used(by.tenant()).await?, limit: None })
    }
}
