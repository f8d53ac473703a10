use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::ORIGIN;
use http::request::Parts;
use http::{Extensions, HeaderMap};
use saaskit_gateway::{Limit, Pass, Provenance, Refusal};
use saaskit_kernel::{Call, Email, Principal};

use crate::edge::Edge;
use crate::{Problem, RequestFault};

/// Whoever asks, after the door let them in.
#[derive(Debug, Clone)]
pub struct Caller {
    pub(crate) call: Call,
    pub(crate) pass: Pass,
    pub(crate) edge: Edge,
    pub(crate) is_local: bool,
}

impl Caller {
    /// The call a use case is asked with.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// Whether the request was made on the machine itself, without a proxy between.
    pub fn is_local(&self) -> bool {
        self.is_local
    }

    /// Draws a limit of the account this address names. Limiters may be shared and seen by many, so they are told
    /// a fingerprint of it.
    pub async fn draw(&self, limit: Limit, email: &str) -> Result<(), Problem> {
        // What is no address is nobody's: the use case refuses it before it does anything.
        let Ok(email) = Email::parse(email) else { return Ok(()) };
        let account = self.edge.secret.fingerprint("http.limit.account", email.normal().as_bytes());
        let account = URL_SAFE_NO_PAD.encode(account);
        self.edge.door.draw(&self.pass, limit, &account).await.map_err(Problem::refused)
    }

    /// A fresh number for one page's content security policy.
    pub(crate) fn nonce(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.edge.source.bytes::<16>())
    }

    /// Refuses a form that was not posted by a page of ours.
    pub(crate) fn check_provenance(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
        let provenance = Provenance { fetch_site: text("sec-fetch-site"), origin: text(ORIGIN.as_str()) };
        provenance.check(self.edge.settings.public_url.origin())
    }

    /// Whoever the door let in with this request.
    pub(crate) fn of(extensions: &Extensions) -> Result<&Self, Problem> {
        extensions.get::<Self>().ok_or_else(|| RequestFault::Panicked.into())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.extensions).cloned()
    }
}

/// Whoever asks, having proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker(pub Principal);

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let principal = Caller::of(&parts.extensions)?.pass.principal().cloned();
        principal.map(Self).ok_or_else(|| Refusal::Unauthenticated.into())
    }
}
