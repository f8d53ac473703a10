use axum::extract::rejection::RawFormRejection;
use axum::extract::{FromRequest, RawForm, Request};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::caller::Caller;
use crate::{Problem, RequestFault};

/// A form that a page of ours posted; the door has seen to that. Where a cookie told who posts it, its field
/// `csrf_token` must hold the proof as well.
#[derive(Debug, Clone, Copy)]
pub struct PageForm<T>(pub T);

#[derive(Deserialize)]
struct Proof {
    #[serde(default)]
    csrf_token: String,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for PageForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let caller = Caller::of(request.extensions())?.clone();
        let RawForm(bytes) =
            RawForm::from_request(request, state).await.map_err(|rejection| fault(&rejection))?;
        let Proof { csrf_token } = read(&bytes)?;
        caller.check_form(&csrf_token)?;
        read(&bytes).map(Self)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_urlencoded::from_bytes(bytes).map_err(|_| RequestFault::MalformedForm.into())
}

fn fault(rejection: &RawFormRejection) -> RequestFault {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => RequestFault::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            RequestFault::UnsupportedMediaType("application/x-www-form-urlencoded")
        }
        _ => RequestFault::MalformedForm,
    }
}
