use saaskit_kernel::{Call, Commit, Guard, Name, Outcome, Page, PortError, UserId};

use super::Tenants;
use crate::port::Belonging;
use crate::remembered::tenant_changed;
use crate::write::{LAST_OWNER, TenantWrite, TenantsWrite};
use crate::{MemberError, Membership, Tenant, TenantsError, action, event};

/// Why somebody is not back.
const NO_SEAT: &str = "no seat is free";

/// So many workspaces are left at once at most.
const MOST: usize = 500;
/// So many are read at once.
const PAGE: u32 = 100;

impl Tenants {
    /// The commit by which a user leaves every workspace because the account goes; to be joined with that, for stories.
    /// It is refused, with what [`Tenants::explain_refusal`] explains, for the last owner of one.
    pub async fn plan_leaving(&self, call: &Call, user: UserId) -> Result<Commit, TenantsError> {
        let at = self.ports.source.now();
        let (action, event) = (action::LEAVE_WITH_ACCOUNT, event::MEMBER_LEFT_WITH_ACCOUNT);
        let held = self.held_by(user).await?.into_iter();
        Ok(across(held.map(|member| {
            let ended = member.clone().ended_with_account(at);
            self.keeping(call, action, event, &member, ended)
        })))
    }

    /// The commit by which a user is back in every workspace that was left with the account and has a seat; of the
    /// others it is written down that they have none.
    pub async fn plan_returning(&self, call: &Call, user: UserId) -> Result<Commit, TenantsError> {
        let mut commits = Vec::new();
        for (tenant, member) in self.ports.memberships.ended_with_account(user).await? {
            commits.push(self.returning(call, tenant, &member).await?);
        }
        Ok(across(commits.into_iter()))
    }

    /// Where seats are counted, whoever takes one saves the workspace as it was: of two who take the last, one is late.
    async fn returning(
        &self,
        call: &Call,
        tenant: Tenant,
        member: &Membership,
    ) -> Result<Commit, TenantsError> {
        let action = action::RETURN_WITH_ACCOUNT;
        let back = member.clone().returned();
        let returning = self.keeping(call, action, event::MEMBER_RETURNED, member, back);
        let Some(seats) = tenant.seats else { return Ok(returning) };
        let source = &self.ports.source;
        if self.ports.members.seats_used(tenant.id).await? >= u64::from(seats) {
            let entry = call.entry(source, action, Outcome::Refused, Some(tenant.id));
            return Ok(Commit::new().record(entry.on(member.id).because(NO_SEAT)));
        }
        let seen = tenant_changed(tenant.id, source.now());
        Ok(returning.write(TenantsWrite::from(TenantWrite::Save(tenant))).signal(seen))
    }

    /// The commit after which a user comes back to no workspace any more, because the account is erased.
    pub async fn plan_forgetting(&self, call: &Call, user: UserId) -> Result<Commit, PortError> {
        let at = self.ports.source.now();
        let (action, event) = (action::ERASE_WITH_ACCOUNT, event::MEMBER_REMOVED);
        let ended = self.ports.memberships.ended_with_account(user).await?.into_iter();
        Ok(across(ended.map(|(_, member)| {
            let gone = member.clone().ended(at);
            self.keeping(call, action, event, &member, gone)
        })))
    }

    /// Why a commit planned here was refused by that guard, if it is one of ours.
    pub fn explain_refusal(guard: Guard) -> Option<TenantsError> {
        (guard == LAST_OWNER).then(|| MemberError::LastOwner.into())
    }

    /// What the workspaces are called that a user is in, the first hundred of them.
    pub async fn names_of(&self, user: UserId) -> Result<Vec<Name>, PortError> {
        let part = self.ports.workspaces.of_user(user, Page { after: None, limit: PAGE }).await?;
        Ok(part.items.into_iter().map(|(tenant, _)| tenant.name).collect())
    }

    /// What users are in which workspaces, the first of each by the workspaces' ids; for stories, whose asker may
    /// look at every user. Of a hundred users at most.
    pub async fn belongings(&self, users: &[UserId], each: u32) -> Result<Vec<Belonging>, TenantsError> {
        Ok(self.ports.memberships.of_users(users, each).await?)
    }

    /// Every membership that holds; what happens to those of deleted workspaces is decided when such a one is
    /// restored.
    async fn held_by(&self, user: UserId) -> Result<Vec<Membership>, TenantsError> {
        let mut held: Vec<Membership> = Vec::new();
        loop {
            let after = held.last().map(|member| member.tenant);
            let part = self.ports.workspaces.of_user(user, Page { after, limit: PAGE }).await?;
            held.extend(part.items.into_iter().map(|(_, member)| member));
            if held.len() > MOST {
                return Err(MemberError::TooManyWorkspaces.into());
            }
            if !part.has_more {
                return Ok(held);
            }
        }
    }
}

/// Commits of several workspaces as one.
fn across(mut commits: impl Iterator<Item = Commit>) -> Commit {
    let Some(first) = commits.next() else { return Commit::new() };
    commits.fold(first, Commit::and).across_tenants()
}
