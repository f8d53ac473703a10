use saaskit_kernel::{Call, Commit, Email, Job, Outcome, Secret};
use serde_json::json;

use super::{Auth, answer_registration};
use crate::write::{AuthWrite, UserWrite};
use crate::{AuthError, User, action};

/// What somebody registers with.
#[derive(Debug, Clone)]
pub struct Register {
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// What the person wants to be called.
    pub name: Option<String>,
}

impl Auth {
    /// Registers an account, or nothing if the address has one: unless the operator chose to reveal that, both
    /// answer and change the same. A worker sees which it was and writes to the owner of the address.
    pub async fn register(&self, call: &Call, ask: Register) -> Result<(), AuthError> {
        let (email, password, name) =
            self.read_account(&ask.email, &ask.password, ask.name.as_deref()).await?;
        let hash = self.ports.hasher.hash(&password).await?;
        let source = &self.ports.source;
        let user = User::register(source.id(), email.clone(), name, hash, source.now());
        Ok(self.ports.store.commit(self.registration(call, user, &email)?).await?)
    }

    fn registration(&self, call: &Call, user: User, email: &Email) -> Result<Commit, AuthError> {
        let source = &self.ports.source;
        let context = answer_registration::seal_context(user.id);
        let address = self.ports.sealer.seal(&context, email.original().as_bytes())?;
        let job =
            Job::now(source, answer_registration::KIND, None, json!({ "user": user.id, "address": address }));
        let entry = call.entry(source, action::REGISTER, Outcome::Success, None).on(user.id);
        let insert = if self.settings.reveal_existing_email {
            UserWrite::Insert(user)
        } else {
            UserWrite::InsertUnlessTaken(user)
        };
        Ok(Commit::new().write(AuthWrite::User(insert)).enqueue(job).record(entry))
    }
}
