use async_trait::async_trait;
use saaskit_kernel::{Attempt, Call, Commit, Email, Handler, HandlerError, Job};
use serde::{Deserialize, Serialize};

use super::Auth;
use crate::{AuthError, RegistrationProof, UserStatus};

const KIND: &str = "auth.resend_verification";

impl Auth {
    /// Asks for another mail to prove an address; the links of earlier ones die. Whether the address has an
    /// account, and an unproved one, only the worker finds out. The password goes with the new link only where the
    /// browser shows that it was chosen there.
    pub async fn resend_verification(
        &self,
        call: &Call,
        email: &str,
        proof: Option<&RegistrationProof>,
    ) -> Result<(), AuthError> {
        let Some(proof) = proof else { return self.ask_by_address(call, KIND, email).await };
        let address = read_address(email)?;
        let proof = proof.to_secret().expose().to_owned();
        let job = self.sealed_job(KIND, &Asked::Again { address, proof })?;
        Ok(self.ports.store.commit(call.commit().enqueue(job)).await?)
    }

    /// Asks for work on an address that somebody named; whose it is, only the worker finds out.
    pub(super) async fn ask_by_address(
        &self,
        call: &Call,
        kind: &'static str,
        email: &str,
    ) -> Result<(), AuthError> {
        let job = self.sealed_job(kind, &read_address(email)?)?;
        Ok(self.ports.store.commit(call.commit().enqueue(job)).await?)
    }
}

fn read_address(email: &str) -> Result<Email, AuthError> {
    Email::parse(email).map_err(|fault| AuthError::Invalid(vec![("email", fault)]))
}

/// What was asked for, as it waits, sealed.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Asked {
    /// By whoever registered the address, as they say.
    Again { address: Email, proof: String },
    /// By anybody.
    ByAnybody(Email),
}

impl Asked {
    fn read(self) -> (Email, Option<RegistrationProof>) {
        match self {
            Self::Again { address, proof } => (address, RegistrationProof::parse(&proof).ok()),
            Self::ByAnybody(address) => (address, None),
        }
    }
}

/// Writes to the owner of an address that is not proved yet; to anybody else, nothing.
#[derive(Debug)]
pub(super) struct ResendVerification(pub(super) Auth);

#[async_trait]
impl Handler for ResendVerification {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, call: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Self(auth) = self;
        let (email, proof) = auth.open_job::<Asked>(job)?.read();
        match auth.ports.users.user_by_email(&email).await? {
            Some(user) if user.verified_at.is_none() && user.status == UserStatus::Active => {
                let password = auth.chosen(&user, user.password.clone(), proof.as_ref());
                let password = password.map_err(|_| HandlerError::Never("auth was not refreshed yet"))?;
                Ok(auth.plan_verification(call, user, password).await?)
            }
            _ => Ok(Commit::new()),
        }
    }
}
