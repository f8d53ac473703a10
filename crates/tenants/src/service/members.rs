use saaskit_kernel::{Page, Paged, UserId};

use super::Tenants;
use crate::permissions::ReadMembers;
use crate::port::Person;
use crate::{Allowed, Membership, MembershipId, TenantsError};

/// How many may be in a workspace, and how many are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seats {
    /// How many are taken.
    pub used: u64,
    /// How many there are; `None` where nothing limits them.
    pub limit: Option<u32>,
}

impl Tenants {
    /// Who is in a workspace or comes back with the account, longest first; `None` beside whom nobody knows any more.
    pub async fn members(
        &self,
        by: &Allowed<ReadMembers>,
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
        by: &Allowed<ReadMembers>,
        id: MembershipId,
    ) -> Result<(Membership, Option<Person>), TenantsError> {
        let member = self.listed(by.tenant(), id).await?;
        let person = self.person(&member).await?;
        Ok((member, person))
    }

    /// Who a member is; `None` where nobody knows any more.
    pub async fn person(&self, member: &Membership) -> Result<Option<Person>, TenantsError> {
        Ok(self.ports.people.people(&[member.user]).await?.pop())
    }

    /// How many seats of a workspace are taken.
    pub async fn seats(&self, by: &Allowed<ReadMembers>) -> Result<Seats, TenantsError> {
        let used = self.ports.members.seats_used(by.tenant()).await?;
        Ok(Seats { used, limit: self.usable(by.tenant()).await?.seats })
    }
}
