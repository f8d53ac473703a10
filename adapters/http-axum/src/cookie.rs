use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponseParts, ResponseParts};
use http::header::{COOKIE, InvalidHeaderValue, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use saaskit_kernel::Secret;

use crate::caller::Caller;
use crate::{Problem, PublicUrl, RequestFault};

/// The cookies this server sets and reads. Over TLS their names bind them to this very host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cookies {
    session: &'static str,
    device: &'static str,
    registration: &'static str,
    attributes: &'static str,
}

/// The longest that browsers keep a cookie.
const DEVICE_LIFE: Duration = Duration::from_hours(400 * 24);
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// What a request holds of one cookie.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    None,
    One(&'a str),
    /// Under one name: somebody else may have set one of them.
    Several,
}

impl Found<'_> {
    fn one(&self) -> Option<Secret> {
        match self {
            Self::One(secret) => Some(Secret::new(*secret)),
            Self::None | Self::Several => None,
        }
    }
}

impl Cookies {
    pub(crate) fn of(public_url: &PublicUrl) -> Self {
        if public_url.is_https() {
            let attributes = "; Path=/; HttpOnly; SameSite=Lax; Secure";
            Self {
                session: "__Host-saaskit_session",
                device: "__Host-saaskit_device",
                registration: "__Host-saaskit_registration",
                attributes,
            }
        } else {
            let attributes = "; Path=/; HttpOnly; SameSite=Lax";
            Self {
                session: "saaskit_session",
                device: "saaskit_device",
                registration: "saaskit_registration",
                attributes,
            }
        }
    }

    /// The name of the session's cookie.
    pub(crate) fn session_name(&self) -> &'static str {
        self.session
    }

    pub(crate) fn session<'a>(&self, headers: &'a HeaderMap) -> Found<'a> {
        find(headers, self.session)
    }

    pub(crate) fn set_session(&self, secret: &Secret, max_age: Duration) -> SetCookie {
        self.set(self.session, secret, max_age)
    }

    pub(crate) fn set_device(&self, secret: &Secret) -> SetCookie {
        self.set(self.device, secret, DEVICE_LIFE)
    }

    pub(crate) fn set_registration(&self, secret: &Secret, max_age: Duration) -> SetCookie {
        self.set(self.registration, secret, max_age)
    }

    pub(crate) fn end_session(&self) -> SignedOut {
        let Self { session, attributes, .. } = self;
        SignedOut(SetCookie(header(&format!("{session}=; Max-Age=0{attributes}"))))
    }

    fn set(&self, name: &str, secret: &Secret, max_age: Duration) -> SetCookie {
        let (secret, seconds, attributes) = (secret.expose(), max_age.as_secs(), self.attributes);
        SetCookie(header(&format!("{name}={secret}; Max-Age={seconds}{attributes}")))
    }
}

/// A cookie's line, not to be printed.
fn header(line: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(line)?;
    value.set_sensitive(true);
    Ok(value)
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Found<'a> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(named, _)| *named == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (None, _) => Found::None,
        (Some(value), None) => Found::One(value),
        (Some(_), Some(_)) => Found::Several,
    }
}

/// Sets a cookie, as a part of an answer.
#[derive(Debug)]
pub struct SetCookie(Result<HeaderValue, InvalidHeaderValue>);

impl IntoResponseParts for SetCookie {
    type Error = Problem;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Problem> {
        let value = self.0.map_err(|_| RequestFault::Internal)?;
        parts.headers_mut().append(SET_COOKIE, value);
        Ok(parts)
    }
}

/// Takes the session's cookie from a browser, with all it keeps of this site, as a part of an answer.
#[derive(Debug)]
pub struct SignedOut(SetCookie);

impl IntoResponseParts for SignedOut {
    type Error = Problem;

    fn into_response_parts(self, parts: ResponseParts) -> Result<ResponseParts, Problem> {
        let mut parts = self.0.into_response_parts(parts)?;
        let everything = HeaderValue::from_static("\"cache\", \"storage\"");
        parts.headers_mut().insert(CLEAR_SITE_DATA, everything);
        Ok(parts)
    }
}

/// What a browser was given to be known again by, whoever signs in with it.
#[derive(Debug, Clone)]
pub struct Device(pub Option<Secret>);

impl<S: Send + Sync> FromRequestParts<S> for Device {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let cookies = Caller::of(&parts.extensions)?.edge().cookies;
        Ok(Self(find(&parts.headers, cookies.device).one()))
    }
}

/// The session cookie that a browser shows where nobody has to be anybody, if it is one.
#[derive(Debug, Clone)]
pub(crate) struct ShownSession(pub(crate) Option<Secret>);

impl<S: Send + Sync> FromRequestParts<S> for ShownSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let cookies = Caller::of(&parts.extensions)?.edge().cookies;
        Ok(Self(cookies.session(&parts.headers).one()))
    }
}

/// What a browser was given when an address was registered on it.
#[derive(Debug, Clone)]
pub(crate) struct ShownRegistration(pub(crate) Option<Secret>);

impl<S: Send + Sync> FromRequestParts<S> for ShownRegistration {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let cookies = Caller::of(&parts.extensions)?.edge().cookies;
        Ok(Self(find(&parts.headers, cookies.registration).one()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(url: &str) -> Cookies {
        Cookies::of(&PublicUrl::parse(url).unwrap())
    }

    fn line(cookie: SetCookie) -> String {
        cookie.0.unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn the_session_s_cookie_is_out_of_reach_of_scripts_and_other_hosts() {
        let secret = Secret::new("A".repeat(43));
        let minute = Duration::from_mins(1);
        let shown = secret.expose();
        assert_eq!(
            line(cookies("https://app.example.com").set_session(&secret, minute)),
            format!("__Host-saaskit_session={shown}; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure")
        );
        assert_eq!(
            line(cookies("http://localhost:8080").set_session(&secret, minute)),
            format!("saaskit_session={shown}; Max-Age=60; Path=/; HttpOnly; SameSite=Lax")
        );
        let device = line(cookies("https://app.example.com").set_device(&secret));
        assert!(device.starts_with("__Host-saaskit_device=") && device.contains("; Max-Age=34560000;"));
        assert!(!format!("{:?}", cookies("http://a.example").set_session(&secret, minute)).contains(shown));
    }

    #[test]
    fn one_cookie_is_found_among_others_and_two_of_a_name_are_none() {
        let found = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(COOKIE, HeaderValue::from_static(line));
            }
            match find(&headers, "a") {
                Found::None => "none".to_owned(),
                Found::One(value) => value.to_owned(),
                Found::Several => "several".to_owned(),
            }
        };
        assert_eq!(found(&[]), "none");
        assert_eq!(found(&["b=1; aa=2; a=3=4"]), "3=4");
        assert_eq!(found(&["b=1", "a=2"]), "2");
        assert_eq!(found(&["a=1; a=2"]), "several");
        assert_eq!(found(&["a=1", "a=1"]), "several");
        assert_eq!(found(&["A=1"]), "none");
    }
}
