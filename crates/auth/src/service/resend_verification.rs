use async_trait::async_trait;
use saaskit_kernel::{Attempt, Call, Commit, Email, Handler, HandlerError, Job, Sealed};
use serde::Deserialize;
use serde_json::json;

use super::Auth;
use super::answer_registration::{open_address, read};
use crate::{AuthError, UserStatus};

const KIND: &str = "auth.resend_verification";

impl Auth {
    /// Asks for another mail to prove an address; the links of earlier ones die. Whether the address has an
    /// account, and an unproved one, only the worker finds out.
    pub async fn resend_verification(&self, call: &Call, email: &str) -> Result<(), AuthError> {
        let email = Email::parse(email).map_err(|fault| AuthError::Invalid(vec![("email", fault)]))?;
        let address =
            self.ports.sealer.seal(&seal_context(call.request.as_str()), email.original().as_bytes())?;
        let payload = json!({ "request": call.request.as_str(), "address": address });
        let job = Job::now(&self.ports.source, KIND, None, payload);
        Ok(self.ports.store.commit(Commit::new().enqueue(job)).await?)
    }
}

fn seal_context(request: &str) -> String {
    format!("auth.resend_verification:{request}")
}

/// Writes to the owner of an address that is not proved yet; to anybody else, nothing.
#[derive(Debug)]
pub(super) struct ResendVerification(pub(super) Auth);

#[derive(Deserialize)]
struct Payload {
    request: String,
    address: Sealed,
}

#[async_trait]
impl Handler for ResendVerification {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, call: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let Self(auth) = self;
        let Payload { request, address } = read(job)?;
        let email = open_address(&*auth.ports.sealer, &seal_context(&request), &address)?;
        match auth.ports.users.user_by_email(&email).await? {
            Some(user) if user.verified_at.is_none() && user.status == UserStatus::Active => {
                Ok(auth.plan_verification(call, user).await?)
            }
            _ => Ok(Commit::new()),
        }
    }
}
