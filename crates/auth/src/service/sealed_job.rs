use saaskit_kernel::{HandlerError, Job, Sealed};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Auth;
use crate::AuthError;

#[derive(Deserialize)]
struct Envelope {
    sealed: Sealed,
}

impl Auth {
    /// A job of which whoever looks at the queue learns nothing but its kind: it names addresses, or carries hashes.
    pub(super) fn sealed_job(&self, kind: &'static str, payload: &impl Serialize) -> Result<Job, AuthError> {
        let job = Job::now(&self.ports.source, kind, None, Value::Null);
        let plain = serde_json::to_vec(payload).map_err(|error| AuthError::Internal(error.into()))?;
        let sealed = self.ports.sealer.seal(&context(&job), &Zeroizing::new(plain))?;
        Ok(Job { payload: json!({ "sealed": sealed }), ..job })
    }

    /// What such a job carries.
    pub(super) fn open_job<P: DeserializeOwned>(&self, job: &Job) -> Result<P, HandlerError> {
        let Envelope { sealed } = read(&job.payload)?;
        let plain = self.ports.sealer.open(&context(job), &sealed)?;
        serde_json::from_slice(&plain).map_err(|_| UNREADABLE)
    }
}

fn context(job: &Job) -> String {
    format!("{}:{}", job.kind, job.id)
}

/// A payload that names nothing but ids.
pub(super) fn read<P: DeserializeOwned>(payload: &Value) -> Result<P, HandlerError> {
    P::deserialize(payload).map_err(|_| UNREADABLE)
}

const UNREADABLE: HandlerError = HandlerError::Never("the payload can't be read");
