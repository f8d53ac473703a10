use saaskit_kernel::{Action, Call, Commit, Email, Name, Outcome, Secret, UserId, retry_stale};

use super::{Auth, TRIES, is_contended};
use crate::write::{AuthWrite, OperatorWrite, TokenWrite, UserWrite};
use crate::{AuthError, News, PasswordHash, User, action};

/// Who is to operate the installation.
pub(super) struct Operator {
    pub(super) email: Email,
    pub(super) name: Option<Name>,
    pub(super) hash: PasswordHash,
}

/// A commit that makes an operator's account, and whose sessions it ends.
pub(super) struct Planned {
    pub(super) commit: Commit,
    pub(super) user: UserId,
    pub(super) epoch: u32,
}

impl Auth {
    /// Makes an operator's account from the machine itself, its address taken as proved; one that somebody registered
    /// there, and never proved, is taken over.
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
        let operator = Operator { email, name, hash };
        retry_stale(TRIES, is_contended, || async {
            let planned = self.plan_operator(call, action::CREATE_ADMIN, &operator).await?;
            self.commit_operator(planned).await
        })
        .await
    }

    /// The commit that makes an operator's account.
    pub(super) async fn plan_operator(
        &self,
        call: &Call,
        action: Action,
        Operator { email, name, hash }: &Operator,
    ) -> Result<Planned, AuthError> {
        let source = &self.ports.source;
        let now = source.now();
        let found = self.ports.users.user_by_email(email).await?;
        let squatter = found.filter(|user| user.verified_at.is_none());
        let is_new = squatter.is_none();
        let user = match squatter {
            Some(user) => user.reinstate().take_over(name.clone(), hash.clone(), now),
            None => User::operator(source.id(), email.clone(), name.clone(), hash.clone(), now),
        };
        let (id, epoch) = (user.id, user.epoch);
        let write = if is_new { UserWrite::Insert(user) } else { UserWrite::Save(user) };
        let commit = Commit::new()
            .record(call.entry(source, action, Outcome::Success, None).on(id))
            .write(AuthWrite::Operator(OperatorWrite::Gain))
            .write(AuthWrite::Token(TokenWrite::Erase(id)))
            .write(AuthWrite::User(write));
        Ok(Planned { commit, user: id, epoch })
    }

    /// Commits it, told to every node.
    pub(super) async fn commit_operator(&self, planned: Planned) -> Result<UserId, AuthError> {
        let Planned { commit, user, epoch } = planned;
        self.commit_news(commit, &[News::UserEpoch(user, epoch)]).await?;
        Ok(user)
    }
}
