use saaskit_kernel::{Call, Job, Outcome, Principal, retry_stale};
use serde_json::json;

use super::{Auth, TRIES, erase_account, is_contended};
use crate::port::Letter;
use crate::{AuthError, News, User, action, event};

impl Auth {
    /// Deletes the account of whoever asks, who must have proved lately who they are. It is signed out everywhere and
    /// can be restored for a while, with all that belongs to it; then what is known of the person is erased.
    pub async fn delete_account(&self, call: &Call, principal: &Principal) -> Result<(), AuthError> {
        self.check_recent(principal)?;
        retry_stale(TRIES, is_contended, || self.delete_account_once(call, principal)).await
    }

    async fn delete_account_once(&self, call: &Call, principal: &Principal) -> Result<(), AuthError> {
        let source = &self.ports.source;
        let before = self.me(principal).await?;
        let erase_at = source.now().plus(User::RESTORABLE);
        let user = before.clone().delete(Some(erase_at));
        let (id, epoch) = (user.id, user.epoch);
        let erase = Job::now(source, erase_account::KIND, None, json!({ "user": id }));
        let letter = self.ports.letters.plan(call, Letter::AccountDeleted { to: user.clone() }).await?;
        let commit = call
            .commit()
            .enqueue(Job { due_at: erase_at, ..erase })
            .emit(self.told(event::USER_DELETED, id))
            .record(call.entry(source, action::DELETE_ACCOUNT, Outcome::Success, None).on(id))
            .and(letter);
        let commit = self.saving(call, commit, &before, &user).await?;
        self.commit_news(commit, &[News::UserEpoch(id, epoch)]).await
    }
}
