use saaskit_kernel::{Call, Commit, Guard, Page, UserId};

use super::Tenants;
use crate::port::Belonging;
use crate::write::LAST_OWNER;
use crate::{MemberError, Membership, TenantsError, action, event};

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
        Ok(across(held.map(|member| self.keeping(call, action, event, member.ended_with_account(at)))))
    }

    /// The commit by which a user is back in every workspace that was left with the account.
    pub async fn plan_returning(&self, call: &Call, user: UserId) -> Result<Commit, TenantsError> {
        let (action, event) = (action::RETURN_WITH_ACCOUNT, event::MEMBER_RETURNED);
        let ended = self.ports.memberships.ended_with_account(user).await?.into_iter();
        Ok(across(ended.map(|member| self.keeping(call, action, event, member.returned()))))
    }

    /// Why a commit planned here was refused by that guard, if it is one of ours.
    pub fn explain_refusal(guard: Guard) -> Option<TenantsError> {
        (guard == LAST_OWNER).then(|| MemberError::LastOwner.into())
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
