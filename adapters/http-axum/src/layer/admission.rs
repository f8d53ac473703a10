use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, HeaderValue};
use saaskit_gateway::{Access, Class, Pass};
use saaskit_kernel::{Actor, Agent, Call, RequestId};

use super::knock::{Whence, knock, text};
use super::{conditional, once};
use crate::Problem;
use crate::caller::Caller;
use crate::edge::Edge;
use crate::fields::{Fields, Shape};
use crate::rate_limit::add_standings;
use crate::route::Retired;

/// About so many headers an answer is given on its way out.
const ADDED: usize = 20;
const REFRESH_SUGGESTED: HeaderName = HeaderName::from_static("x-token-refresh-suggested");

/// What the door asks at one route, and what is done there with every answer.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) edge: Arc<Edge>,
    pub(crate) access: Access,
    pub(crate) class: Class,
    /// Whether it takes forms of pages.
    pub(crate) takes_form: bool,
    /// Whether its answers hold secrets.
    pub(crate) is_secret: bool,
    pub(crate) retired: Option<Retired>,
    /// What its answers consist of, as far as that is known.
    pub(crate) shape: Option<Shape>,
}

impl Gate {
    /// Where anybody may come to be told that there is nothing.
    pub(crate) fn of_nothing(edge: Arc<Edge>) -> Self {
        Self {
            edge,
            access: Access::Public,
            class: Class::Read,
            takes_form: false,
            is_secret: false,
            retired: None,
            shape: None,
        }
    }
}

/// Asks the door before anything of the body is read; who is let in is a [`Caller`] from here on.
pub(crate) async fn admit(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let whence = Whence::of(&gate.edge, &request);
    let mut response = match gate.edge.door.admit(&knock(&gate, &request, whence.ip)).await {
        Ok(pass) => {
            let call = call(&gate.edge, &request, &pass);
            let caller = Caller::new(call, pass, gate.edge.clone(), whence.is_local);
            welcome(&gate, caller, request, next).await
        }
        Err(refusal) => Problem::refused(refusal).into_response(),
    };
    if let Some(retired) = gate.retired {
        retired.announce(response.headers_mut());
    }
    response
}

/// Serves who was let in, and tells them where they stand.
async fn welcome(gate: &Gate, caller: Caller, request: Request, next: Next) -> Response {
    let served = serve(gate, caller.clone(), request, next).await;
    let mut response = served.unwrap_or_else(IntoResponse::into_response);
    // Once for all that the layers add, rather than twice as much again and again.
    response.headers_mut().reserve(ADDED);
    add_standings(response.headers_mut(), &caller.standings());
    suggest_refresh(response.headers_mut(), &caller);
    response
}

async fn serve(gate: &Gate, caller: Caller, mut request: Request, next: Next) -> Result<Response, Problem> {
    let fields = gate.shape.as_ref().map(|shape| Fields::asked(shape, &request)).transpose()?.flatten();
    let condition = conditional::Condition::of(&request);
    condition.allow_change(request.method())?;
    let mut response = if let Some(key) = once::Key::of(&caller, &request) {
        once::serve(gate, caller.clone(), key?, &condition, request, next).await?
    } else {
        request.extensions_mut().insert(caller.clone());
        next.run(request).await
    };
    if let Some(fields) = fields {
        response = fields.pick(response).await?;
    }
    conditional::answer(&caller.edge().secret, &condition, response).await
}

fn suggest_refresh(headers: &mut HeaderMap, caller: &Caller) {
    let renew_from = caller.principal().and_then(|principal| principal.renew_from);
    if renew_from.is_some_and(|from| from <= caller.edge().source.now()) {
        headers.insert(REFRESH_SUGGESTED, HeaderValue::from_static("true"));
    }
}

fn call(edge: &Edge, request: &Request, pass: &Pass) -> Call {
    let actor = pass.principal().map_or(Actor::Nobody, |who| Actor::User(who.user, who.session));
    if let Actor::User(user, _) = actor {
        tracing::Span::current().record("user", tracing::field::display(user));
    }
    let known = request.extensions().get::<RequestId>().cloned();
    Call {
        actor,
        request: known.unwrap_or_else(|| RequestId::fresh(&edge.source)),
        ip: Some(pass.ip()),
        agent: text(request.headers(), USER_AGENT.as_str()).map(Agent::new),
        claim: None,
    }
}
