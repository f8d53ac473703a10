use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use http::HeaderMap;
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use saaskit_gateway::{Credential, CsrfProof, Knock, Provenance};

use super::Gate;
use crate::cookie::{Cookies, Found};
use crate::edge::Edge;

/// Where a request comes from.
pub(super) struct Whence {
    pub(super) ip: IpAddr,
    /// Whether that is this machine, without a proxy between.
    pub(super) is_local: bool,
}

impl Whence {
    /// Without a peer address everybody shares one.
    pub(super) fn of(edge: &Edge, request: &Request) -> Self {
        const FORWARDED: &str = "x-forwarded-for";
        /// What proxies that name no address leave of themselves.
        const TRACES: [&str; 5] = ["forwarded", "via", "x-real-ip", "x-forwarded-host", "x-forwarded-proto"];
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(Ipv6Addr::UNSPECIFIED.into(), |ConnectInfo(address)| address.ip());
        // What can't be read is still there: left out, it would hide what a proxy wrote to the right of it.
        let named = request.headers().get_all(FORWARDED).iter();
        let forwarded: Vec<Cow<'_, str>> =
            named.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let ip = edge.settings.trusted_proxies.client_ip(peer, forwarded.iter().map(AsRef::as_ref));
        let is_local = peer.to_canonical().is_loopback()
            && forwarded.is_empty()
            && !TRACES.iter().any(|name| request.headers().contains_key(*name));
        Self { ip, is_local }
    }
}

/// What the door is to judge of a request.
pub(super) fn knock<'a>(gate: &Gate, request: &'a Request, ip: IpAddr) -> Knock<'a> {
    let headers = request.headers();
    // What can't be read is still said, and by nobody of ours.
    let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let csrf =
        if gate.takes_form { CsrfProof::Form } else { CsrfProof::Header(text(headers, "x-csrf-token")) };
    Knock {
        access: gate.access,
        class: gate.class,
        ip,
        host: host(request),
        credential: credential(headers, &gate.edge.cookies),
        tenant: tenant(headers),
        changes: !request.method().is_safe(),
        provenance: Provenance { fetch_site: said("sec-fetch-site"), origin: said(ORIGIN.as_str()) },
        csrf,
        bypass: text(headers, "x-benchmark-token"),
    }
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The workspace that the header names. What can't be read, or is there several times, names none that is one.
fn tenant(headers: &HeaderMap) -> Option<&str> {
    let mut named = headers.get_all("x-tenant-id").iter();
    let first = named.next()?.to_str().unwrap_or("unreadable");
    Some(named.next().map_or(first, |_| "several"))
}

fn host(request: &Request) -> &str {
    let authority = request.uri().authority().map(http::uri::Authority::as_str);
    authority.or_else(|| text(request.headers(), HOST.as_str())).unwrap_or_default()
}

fn credential<'a>(headers: &'a HeaderMap, cookies: &Cookies) -> Credential<'a> {
    if headers.get_all(AUTHORIZATION).iter().nth(1).is_some() {
        return Credential::Ambiguous;
    }
    if let Some(token) = bearer(headers) {
        return Credential::Bearer(token);
    }
    match cookies.session(headers) {
        Found::None => Credential::None,
        Found::One(secret) => Credential::Cookie(secret),
        Found::Several => Credential::Ambiguous,
    }
}

/// The token that a request bears, unless it is ambiguous which.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut authorizations = headers.get_all(AUTHORIZATION).iter();
    match (authorizations.next(), authorizations.next()) {
        (Some(value), None) => value.to_str().ok().and_then(token),
        _ => None,
    }
}

fn token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
