use std::error::Error;
use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use saaskit_gateway::Refusal;
use saaskit_kernel::{Code, Fault, Kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::fault::{BODY_TOO_LARGE, METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE};
use crate::objects::{RANGE_OUTSIDE, UPLOAD_STALLED};
use crate::rate_limit::add_standings;

/// Any failure as the client sees it (RFC 9457). It is made of a [`Fault`] and nothing else, so that no internal
/// text can get into it; the fault's causes are logged here, once.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    headers: Box<HeaderMap>,
    /// The limit that was reached.
    limit: Option<&'static str>,
    bug: Option<Bug>,
}

/// What somebody has to mend. It goes beside the answer to whoever collects bugs, and never into it.
#[derive(Debug, Clone)]
pub(crate) struct Bug(pub(crate) Arc<dyn Error + Send + Sync>);

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The path of the field: `email`, `items[0].name`.
    #[schema(example = "email")]
    pub field: String,
    /// What is wrong, for programs.
    #[schema(example = "EMAIL_INVALID")]
    pub code: &'static str,
    /// What is wrong, for people.
    #[schema(example = "not an e-mail address")]
    pub message: &'static str,
}

/// Problem details (RFC 9457): any failure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// A page about this kind of problem.
    #[serde(rename = "type")]
    #[schema(format = Uri, example = "https://app.example.com/docs/errors#VALIDATION_FAILED")]
    kind: String,
    /// The kind of problem in a few words; the same for every problem of this type.
    #[schema(example = "Validation failed")]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: u16,
    /// What went wrong this time.
    #[schema(example = "some fields are not valid")]
    detail: &'a str,
    /// The path that was asked for.
    #[schema(example = "/api/v1/auth/register")]
    instance: &'a str,
    /// The stable name of this kind of problem; decide by it.
    #[schema(example = "VALIDATION_FAILED")]
    code: &'static str,
    /// Names the request in our logs.
    #[schema(example = "0193a5b0c7f17d2e9a4b3c2d1e0f9a8b")]
    request_id: &'a str,
    /// What is wrong with which field.
    errors: &'a [FieldError],
    /// Which limits were reached, by their names in `RateLimit-Policy`.
    #[serde(rename = "violated-policies", skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false, example = json!(["login"]))]
    violated: &'a [&'static str],
    /// By what to prove again who you are, where that is asked for.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false, example = json!(["password"]))]
    accepts: &'a [&'static str],
}

/// What `POST /auth/step-up` takes.
const PROOFS: &[&str] = &["password"];

/// Which request a problem is about.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct About<'a> {
    pub(crate) public_url: &'a str,
    pub(crate) instance: &'a str,
    pub(crate) request_id: &'a str,
}

impl<F: Fault> From<F> for Problem {
    fn from(fault: F) -> Self {
        log(&fault);
        let code = fault.code();
        let errors = fault.fields().into_iter().map(|(field, invalid)| FieldError {
            field: field.to_owned(),
            code: invalid.code().name(),
            message: invalid.message(),
        });
        Self {
            status: status(code),
            code,
            detail: fault.to_string(),
            errors: errors.collect(),
            headers: Box::new(headers(code, fault.retry_after())),
            limit: None,
            bug: (code.kind() == Kind::Internal).then(|| Bug(Arc::new(fault))),
        }
    }
}

impl Problem {
    /// A refusal of the door; a limit says where one stands with it.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        let standing = if let Refusal::Limited(standing) = &refusal { Some(*standing) } else { None };
        let mut problem = Self::from(refusal);
        if let Some(standing) = standing {
            add_standings(&mut problem.headers, &[standing]);
            problem.limit = Some(standing.limit.as_str());
        }
        problem
    }

    /// The same about these fields, whose names the client chose.
    pub(crate) fn about_fields(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// The same, with what is to be mended.
    pub(crate) fn because(self, bug: impl Error + Send + Sync + 'static) -> Self {
        Self { bug: Some(Bug(Arc::new(bug))), ..self }
    }

    /// What is to be mended, if it is by a bug.
    pub(crate) fn bug(&self) -> Option<&Bug> {
        self.bug.as_ref()
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The sentence for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What is wrong with which field.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The answer to that request.
    pub(crate) fn render(&self, about: About<'_>) -> Response {
        let body = ProblemBody {
            kind: format!("{}/docs/errors#{}", about.public_url, self.code),
            title: title(self.code),
            status: self.status.as_u16(),
            detail: &self.detail,
            instance: about.instance,
            code: self.code.name(),
            request_id: about.request_id,
            errors: &self.errors,
            violated: self.limit.as_slice(),
            accepts: if self.code == Code::STEP_UP_REQUIRED { PROOFS } else { &[] },
        };
        let mut response = (self.status, HeaderMap::clone(&self.headers), Json(body)).into_response();
        let media_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, media_type);
        response
    }
}

/// Complete but for what only [`crate::layer::problems`] knows of the request.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render(About::default());
        if let Some(bug) = &self.bug {
            response.extensions_mut().insert(bug.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

fn log(fault: &impl Fault) {
    let code = fault.code().name();
    let chain = || {
        let causes = std::iter::successors(fault.source(), |cause| (*cause).source());
        causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
    };
    match fault.code().kind() {
        Kind::Internal => tracing::error!(code, cause = chain(), "a request failed by a bug"),
        Kind::External | Kind::Unavailable => {
            tracing::warn!(code, cause = chain(), "a request could not be served");
        }
        _ => tracing::debug!(code, "a request was refused"),
    }
}

pub(crate) fn status(code: Code) -> StatusCode {
    match code.kind() {
        _ if code == METHOD_NOT_ALLOWED => StatusCode::METHOD_NOT_ALLOWED,
        _ if code == UNSUPPORTED_MEDIA_TYPE => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        _ if code == Code::PRECONDITION_FAILED => StatusCode::PRECONDITION_FAILED,
        _ if code == BODY_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
        _ if code == RANGE_OUTSIDE => StatusCode::RANGE_NOT_SATISFIABLE,
        _ if code == UPLOAD_STALLED => StatusCode::REQUEST_TIMEOUT,
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Validation => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Gone => StatusCode::GONE,
        Kind::Limited => StatusCode::TOO_MANY_REQUESTS,
        Kind::External => StatusCode::BAD_GATEWAY,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// `EMAIL_TAKEN` as a title: `Email taken`.
pub(crate) fn title(code: Code) -> String {
    let words = code.name().replace('_', " ").to_lowercase();
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn headers(code: Code, retry_after: Option<u64>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if code.kind() == Kind::Unauthenticated {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let may_pass = matches!(code.kind(), Kind::Limited | Kind::Unavailable);
    if let Some(seconds) = retry_after.or(may_pass.then_some(1)) {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers
}
