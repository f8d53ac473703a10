use saaskit_kernel::{Call, Email, Outcome, UserId};

use super::Auth;
use super::erase_account::nobody;
use crate::write::{AuthWrite, TokenWrite, UserWrite};
use crate::{AuthError, UserStatus, action, event};

impl Auth {
    /// Makes room at an address that was just proved for the account `owner`: one that somebody registered there, and
    /// never proved, is nobody's. It has a commit of its own, as two accounts can't pass an address on within one.
    pub(super) async fn evict(&self, call: &Call, address: &Email, owner: UserId) -> Result<(), AuthError> {
        let found = self.ports.users.user_by_email(address).await?;
        let Some(squatter) = found.filter(|user| {
            user.id != owner && user.verified_at.is_none() && user.status == UserStatus::Active
        }) else {
            return Ok(());
        };
        let (id, source) = (squatter.id, &self.ports.source);
        let erased = squatter.delete(Some(source.now())).erase(nobody(id)?);
        let roles = self.plan_taking_all_roles(call, id).await?;
        let commit = roles
            .write(AuthWrite::Token(TokenWrite::Erase(id)))
            .write(AuthWrite::User(UserWrite::Save(erased)))
            .emit(self.told(event::USER_ERASED, id))
            .record(call.entry(source, action::ERASE_ACCOUNT, Outcome::Success, None).on(id));
        Ok(self.ports.store.commit(commit).await?)
    }
}
