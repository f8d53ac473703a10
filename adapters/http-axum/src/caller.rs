use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Extensions;
use http::request::Parts;
use saaskit_gateway::{Csrf, Limit, Pages, Pass, Refusal, Standing};
use saaskit_kernel::{Call, Claim, Email, Principal, Secret};

use crate::cookie::{SetCookie, SignedOut};
use crate::edge::Edge;
use crate::{Problem, RequestFault};

/// Whoever asks, after the door let them in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Known>);

/// What is known of a caller.
#[derive(Debug, Clone)]
struct Known {
    call: Call,
    pass: Pass,
    edge: Arc<Edge>,
    is_local: bool,
    /// Where the caller stands with what was drawn after the door.
    drawn: Arc<Mutex<Vec<Standing>>>,
}

impl Caller {
    pub(crate) fn new(call: Call, pass: Pass, edge: Arc<Edge>, is_local: bool) -> Self {
        Self(Arc::new(Known { call, pass, edge, is_local, drawn: Arc::default() }))
    }

    /// The same with a claim to be the one that has the effect.
    pub(crate) fn claiming(mut self, claim: Claim) -> Self {
        Arc::make_mut(&mut self.0).call.claim = Some(claim);
        self
    }

    pub(crate) fn edge(&self) -> &Edge {
        &self.0.edge
    }

    pub(crate) fn pass(&self) -> &Pass {
        &self.0.pass
    }

    /// Where they stand with every limit that was drawn for them.
    pub(crate) fn standings(&self) -> Vec<Standing> {
        let drawn = self.0.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        self.pass().standings().iter().chain(drawn.iter()).copied().collect()
    }

    /// The call a use case is asked with.
    pub fn call(&self) -> &Call {
        &self.0.call
    }

    /// Who it is, where the door asked or a cookie told.
    pub fn principal(&self) -> Option<&Principal> {
        self.0.pass.principal()
    }

    /// Whether the request was made on the machine itself, without a proxy between.
    pub fn is_local(&self) -> bool {
        self.0.is_local
    }

    /// Draws a limit of the account this address names.
    pub async fn draw(&self, limit: Limit, email: &str) -> Result<(), Problem> {
        // What is no address is nobody's: the use case refuses it before it does anything.
        let Ok(email) = Email::parse(email) else { return Ok(()) };
        self.draw_on(limit, email.normal().as_bytes()).await
    }

    /// Draws a limit of an account, a session or a phone, named in its one spelling. Limiters may be shared and seen
    /// by many, so they are told a fingerprint of it.
    pub async fn draw_on(&self, limit: Limit, subject: &[u8]) -> Result<(), Problem> {
        let Edge { door, secret, .. } = self.edge();
        let subject = URL_SAFE_NO_PAD.encode(secret.fingerprint("http.limit.account", subject));
        let standing = door.draw(self.pass(), limit, &subject).await.map_err(Problem::refused)?;
        self.0.drawn.lock().unwrap_or_else(PoisonError::into_inner).extend(standing);
        Ok(())
    }

    /// The proof that forms and scripts of our pages send back beside the session's cookie; none where no cookie
    /// told who asks.
    pub fn csrf_token(&self) -> Option<String> {
        self.pass().cookie().and_then(|cookie| self.csrf_token_of(cookie))
    }

    /// The same for a session whose cookie is only being set.
    pub fn csrf_token_of(&self, cookie: &Secret) -> Option<String> {
        self.csrf().map(|csrf| csrf.token(cookie.expose()))
    }

    /// Gives a browser a session, for so long.
    pub fn set_session_cookie(&self, secret: &Secret, max_age: Duration) -> SetCookie {
        self.edge().cookies.set_session(secret, max_age)
    }

    /// Gives a browser what it is known again by.
    pub fn set_device_cookie(&self, secret: &Secret) -> SetCookie {
        self.edge().cookies.set_device(secret)
    }

    /// Gives a browser what says that an address was registered on it.
    pub(crate) fn set_registration_cookie(&self, secret: &Secret, max_age: Duration) -> SetCookie {
        self.edge().cookies.set_registration(secret, max_age)
    }

    /// Takes a browser its session, when it signs out: never by a refusal.
    pub fn end_session_cookie(&self) -> SignedOut {
        self.edge().cookies.end_session()
    }

    /// A fresh number for one page's content security policy.
    pub(crate) fn nonce(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.edge().source.bytes::<16>())
    }

    /// Refuses a form that lacks the proof in its field, where a cookie told who sent it.
    pub(crate) fn check_form(&self, token: &str) -> Result<(), Refusal> {
        let Some(cookie) = self.pass().cookie() else { return Ok(()) };
        let is_good = self.csrf().is_some_and(|csrf| csrf.is_good(token, cookie.expose()));
        if is_good { Ok(()) } else { Err(Refusal::CsrfTokenInvalid) }
    }

    fn csrf(&self) -> Option<&Csrf> {
        self.edge().door.pages().map(Pages::csrf)
    }

    /// Whoever the door let in with this request.
    pub(crate) fn of(extensions: &Extensions) -> Result<&Self, Problem> {
        extensions.get::<Self>().ok_or_else(|| RequestFault::Internal.into())
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
        let principal = Caller::of(&parts.extensions)?.principal().cloned();
        principal.map(Self).ok_or_else(|| Refusal::Unauthenticated.into())
    }
}
