use saaskit_kernel::{Call, Commit, Outcome, Secret};

use super::Auth;
use super::answer_registration::{self, Registration};
use crate::write::{AuthWrite, UserWrite};
use crate::{AuthError, PasswordHash, RegistrationProof, User, action};

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
    /// answer and change the same. A worker sees which it was and writes to the owner of the address. Gives what the
    /// browser shows beside the link, so that the password counts.
    pub async fn register(&self, call: &Call, ask: Register) -> Result<RegistrationProof, AuthError> {
        let (email, password, name) =
            self.read_account(&ask.email, &ask.password, ask.name.as_deref()).await?;
        let hash = self.ports.hasher.hash(&password).await?;
        let source = &self.ports.source;
        let proof = RegistrationProof::of(&self.installation()?, &email, &hash);
        let user = User::register(source.id(), email, name, hash.clone(), source.now());
        self.ports.store.commit(self.registration(call, user, &hash)?).await?;
        Ok(proof)
    }

    fn registration(&self, call: &Call, user: User, hash: &PasswordHash) -> Result<Commit, AuthError> {
        let waiting = Registration {
            user: user.id,
            address: user.email.clone(),
            name: user.name.clone(),
            password: hash.as_str().to_owned(),
        };
        let job = self.sealed_job(answer_registration::KIND, &waiting)?;
        let entry = call.entry(&self.ports.source, action::REGISTER, Outcome::Success, None).on(user.id);
        let insert = if self.settings.reveal_existing_email {
            UserWrite::Insert(user)
        } else {
            UserWrite::InsertUnlessTaken(user)
        };
        Ok(call.commit().write(AuthWrite::User(insert)).enqueue(job).record(entry))
    }
}
