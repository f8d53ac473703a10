use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use saaskit_auth::port::{Letter, Letters};
use saaskit_kernel::{
    Attempt, Call, Commit, Email, Handler, HandlerError, Job, PortError, Secret, Source, Timestamp,
};
use serde_json::json;

const KIND: &str = "post.deliver";

/// Delivers letters when their job is done and not before, as the port demands.
#[derive(Debug)]
pub(crate) struct Post {
    source: Source,
    drafts: Mutex<Vec<Delivered>>,
    delivered: Mutex<Vec<Delivered>>,
    forgotten: Mutex<Vec<Email>>,
}

/// A letter that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Delivered {
    pub(crate) to: Email,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Verify(Secret),
    AccountExists,
    Reset(Secret),
    PasswordChanged,
    Locked(Secret, Timestamp),
    PasswordDisabled,
    ConfirmEmail(Secret),
    EmailChanged(Secret),
    TokenReuse,
    SecurityAlert,
    AccountDeleted,
}

impl Kind {
    /// The secret of the link, where the letter has one.
    pub(crate) fn secret(self) -> Option<Secret> {
        match self {
            Self::Verify(secret)
            | Self::Reset(secret)
            | Self::Locked(secret, _)
            | Self::ConfirmEmail(secret)
            | Self::EmailChanged(secret) => Some(secret),
            _ => None,
        }
    }
}

impl Post {
    pub(crate) fn new(source: Source) -> Self {
        Self { source, drafts: Mutex::default(), delivered: Mutex::default(), forgotten: Mutex::default() }
    }

    pub(crate) fn delivered(&self) -> Vec<Delivered> {
        self.delivered.lock().unwrap().clone()
    }

    /// The addresses that are to be forgotten.
    pub(crate) fn forgotten(&self) -> Vec<Email> {
        self.forgotten.lock().unwrap().clone()
    }
}

#[async_trait]
impl Letters for Post {
    async fn plan(&self, _: &Call, letter: Letter) -> Result<Commit, PortError> {
        let (to, kind) = match letter {
            Letter::VerifyEmail { to, token } => (to.email, Kind::Verify(token)),
            Letter::AccountExists { to } => (to.email, Kind::AccountExists),
            Letter::ResetPassword { to, token } => (to.email, Kind::Reset(token)),
            Letter::PasswordChanged { to } => (to.email, Kind::PasswordChanged),
            Letter::Locked { to, token, until } => (to.email, Kind::Locked(token, until)),
            Letter::PasswordDisabled { to } => (to.email, Kind::PasswordDisabled),
            Letter::ConfirmEmail { address, token, .. } => (address, Kind::ConfirmEmail(token)),
            Letter::EmailChanged { address, token, .. } => (address, Kind::EmailChanged(token)),
            Letter::TokenReuse { to } => (to.email, Kind::TokenReuse),
            Letter::SecurityAlert { to } => (to.email, Kind::SecurityAlert),
            Letter::AccountDeleted { to } => (to.email, Kind::AccountDeleted),
        };
        let mut drafts = self.drafts.lock().unwrap();
        drafts.push(Delivered { to, kind });
        Ok(Commit::new().enqueue(Job::now(&self.source, KIND, None, json!(drafts.len() - 1))))
    }

    async fn plan_forgetting(&self, _: &Call, address: &Email) -> Result<Commit, PortError> {
        self.forgotten.lock().unwrap().push(address.clone());
        Ok(Commit::new())
    }
}

#[derive(Debug)]
pub(crate) struct Deliver(pub(crate) Arc<Post>);

#[async_trait]
impl Handler for Deliver {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn handle(&self, _: &Call, job: &Job, _: Attempt) -> Result<Commit, HandlerError> {
        let number: usize = serde_json::from_value(job.payload.clone()).unwrap();
        let draft = self.0.drafts.lock().unwrap()[number].clone();
        self.0.delivered.lock().unwrap().push(draft);
        Ok(Commit::new())
    }
}
