use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST, USER_AGENT};
use saaskit_gateway::{Access, Class, Knock, Pass};
use saaskit_kernel::{Actor, Agent, Call, RequestId};

use crate::Problem;
use crate::caller::Caller;
use crate::edge::Edge;
use crate::rate_limit::add_standings;

/// What the door asks at one route.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) edge: Edge,
    pub(crate) access: Access,
    pub(crate) class: Class,
}

/// Asks the door before anything of the body is read; who is let in is a [`Caller`] from here on.
pub(crate) async fn admit(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let Gate { edge, access, class } = gate;
    let (ip, is_local) = whence(&edge, &request);
    let pass = {
        let headers = request.headers();
        let knock = Knock {
            access,
            class,
            ip,
            host: host(&request),
            bearer: bearer(headers),
            bypass: text(headers, "x-benchmark-token"),
        };
        edge.door.admit(&knock).await
    };
    let pass = match pass {
        Ok(pass) => pass,
        Err(refusal) => return Problem::refused(refusal).into_response(),
    };
    let standings = pass.standings().to_vec();
    let call = call(&edge, &request, &pass);
    request.extensions_mut().insert(Caller { call, pass, edge, is_local });
    let mut response = next.run(request).await;
    add_standings(response.headers_mut(), &standings);
    response
}

/// Where a request comes from, and whether that is this machine, without a proxy between. Without a peer address
/// everybody shares one.
fn whence(edge: &Edge, request: &Request) -> (IpAddr, bool) {
    const FORWARDED: &str = "x-forwarded-for";
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(Ipv6Addr::UNSPECIFIED.into(), |ConnectInfo(address)| address.ip());
    // What can't be read is still there: left out, it would hide what a proxy wrote to the right of it.
    let named = request.headers().get_all(FORWARDED).iter();
    let forwarded: Vec<Cow<'_, str>> = named.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let is_local = peer.to_canonical().is_loopback() && !request.headers().contains_key(FORWARDED);
    (edge.settings.trusted_proxies.client_ip(peer, forwarded.iter().map(AsRef::as_ref)), is_local)
}

fn host(request: &Request) -> &str {
    let authority = request.uri().authority().map(http::uri::Authority::as_str);
    authority.or_else(|| text(request.headers(), HOST.as_str())).unwrap_or_default()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = text(headers, AUTHORIZATION.as_str())?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
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
    }
}
