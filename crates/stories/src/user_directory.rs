use std::collections::HashMap;

use saaskit_auth::{Auth, User, UserStatus};
use saaskit_kernel::{Page, Paged, UserId};
use saaskit_tenants::Tenants;
use saaskit_tenants::port::Belonging;

use crate::StoryError;

/// So many workspaces are shown beside a user at most.
const SHOWN: u32 = 10;

/// Accounts, each with what its user is in workspaces; for whoever may look at all.
#[derive(Debug, Clone)]
pub struct UserDirectory {
    /// Knows the accounts.
    pub auth: Auth,
    /// Knows who is in which workspace.
    pub tenants: Tenants,
}

impl UserDirectory {
    /// Accounts whose address or name begins with the text, and whose status is that.
    pub async fn find(
        &self,
        begins_with: Option<&str>,
        status: Option<UserStatus>,
        page: Page<UserId>,
    ) -> Result<Paged<(User, Belonging)>, StoryError> {
        let Paged { items, has_more } = self.auth.find_users(begins_with, status, page).await?;
        Ok(Paged { items: self.with_belongings(items).await?, has_more })
    }

    /// One account.
    pub async fn show(&self, id: UserId) -> Result<(User, Belonging), StoryError> {
        let user = self.auth.show_user(id).await?;
        let belonging = self.tenants.belongings(&[id], SHOWN).await?.pop();
        Ok((user, belonging.unwrap_or_else(|| Belonging::none(id))))
    }

    async fn with_belongings(&self, users: Vec<User>) -> Result<Vec<(User, Belonging)>, StoryError> {
        let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
        let found = self.tenants.belongings(&ids, SHOWN).await?;
        let mut found: HashMap<UserId, Belonging> = found.into_iter().map(|it| (it.user, it)).collect();
        let with_belonging = |user: User| {
            // Who is in no workspace is left out of what was found.
            let belonging = found.remove(&user.id).unwrap_or_else(|| Belonging::none(user.id));
            (user, belonging)
        };
        Ok(users.into_iter().map(with_belonging).collect())
    }
}
