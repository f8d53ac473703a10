use saaskit_kernel::{Code, Invalid, Page, Paged, UserId};

use super::Auth;
use crate::port::UserFilter;
use crate::{AuthError, User, UserStatus};

/// Longer ones begin no address and no name.
const LONGEST_QUERY: usize = 254;
const QUERY_TOO_LONG: Invalid = Invalid::new(Code::validation("QUERY_TOO_LONG"), "at most 254 characters");

impl Auth {
    /// Accounts whose address or name begins with the text, and whose status is that.
    pub async fn find_users(
        &self,
        begins_with: Option<&str>,
        status: Option<UserStatus>,
        page: Page<UserId>,
    ) -> Result<Paged<User>, AuthError> {
        let text = begins_with.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        if text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_QUERY) {
            return Err(AuthError::Invalid(vec![("q", QUERY_TOO_LONG)]));
        }
        Ok(self.ports.users.search(&UserFilter { begins_with: text, status }, page).await?)
    }

    /// One account, for whoever may look at all.
    pub async fn show_user(&self, id: UserId) -> Result<User, AuthError> {
        self.known(id).await
    }
}
