use saaskit_kernel::{Call, Commit, Outcome, Secret, UserId};

use super::Auth;
use crate::write::{AuthWrite, OperatorWrite, UserWrite};
use crate::{AuthError, User, action};

impl Auth {
    /// Makes an operator's account from the machine itself, its address taken as proved.
    pub async fn create_admin(
        &self,
        call: &Call,
        email: &str,
        password: &Secret,
        name: Option<&str>,
    ) -> Result<UserId, AuthError> {
        let (email, password, name) = self.read_account(email, password, name).await?;
        let hash = self.ports.hasher.hash(&password).await?;
        self.keep_installation().await?;
        let source = &self.ports.source;
        let user = User::operator(source.id(), email, name, hash, source.now());
        let id = user.id;
        let entry = call.entry(source, action::CREATE_ADMIN, Outcome::Success, None).on(id);
        let commit = Commit::new()
            .write(AuthWrite::User(UserWrite::Insert(user)))
            .write(AuthWrite::Operator(OperatorWrite::Gain))
            .record(entry);
        self.ports.store.commit(commit).await?;
        Ok(id)
    }
}
