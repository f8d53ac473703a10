use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::caller::Caller;
use crate::{Problem, RequestFault};

/// A form that a page of ours posted.
#[derive(Debug, Clone, Copy)]
pub struct PageForm<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for PageForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Caller::of(request.extensions())?.check_provenance(request.headers())?;
        let form = Form::from_request(request, state).await;
        form.map(|Form(form)| Self(form)).map_err(|rejection| fault(&rejection).into())
    }
}

fn fault(rejection: &FormRejection) -> RequestFault {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => RequestFault::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            RequestFault::UnsupportedMediaType("application/x-www-form-urlencoded")
        }
        _ => RequestFault::MalformedForm,
    }
}
