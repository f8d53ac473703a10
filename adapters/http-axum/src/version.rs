use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::IF_MATCH;
use http::request::Parts;
use saaskit_kernel::Version;

use crate::{Problem, RequestFault};

/// An answer that shows one thing in that version: its `ETag` begins with it.
#[derive(Debug, Clone, Copy)]
pub struct Versioned<T>(pub Version, pub T);

impl<T: IntoResponse> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let Self(version, answer) = self;
        let mut response = answer.into_response();
        response.extensions_mut().insert(Shown(version));
        response
    }
}

/// The version an answer shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown(Version);

impl Shown {
    pub(crate) fn tag(self, hash: &str) -> String {
        format!("\"{}-{hash}\"", self.0.0)
    }
}

/// The version that a change is meant for, where its sender says so by `If-Match`. The use case compares it with
/// the one it loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<Version>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut lines = parts.headers.get_all(IF_MATCH).iter();
        match (lines.next().map(|line| line.to_str().unwrap_or_default().trim()), lines.next()) {
            (None, _) | (Some("*"), None) => Ok(Self(None)),
            (Some(tag), None) => read(tag).map(|version| Self(Some(version))).map_err(Problem::from),
            (Some(_), Some(_)) => Err(RequestFault::IfMatchInvalid.into()),
        }
    }
}

/// The version in a tag of ours. A tag that never was one matches nothing, and neither does a weak one; of several,
/// nobody can say which is meant.
fn read(tag: &str) -> Result<Version, RequestFault> {
    if tag.contains(',') {
        return Err(RequestFault::IfMatchInvalid);
    }
    let inside = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let version =
        inside.and_then(|inside| inside.split_once('-')).and_then(|(version, _)| version.parse().ok());
    version.map(Version).ok_or(RequestFault::PreconditionFailed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_tag_it_was_shown_in() {
        assert_eq!(read(&Shown(Version(7)).tag("hash-_")), Ok(Version(7)));
        for tag in ["", "7", "\"7\"", "W/\"7-hash\"", "\"x-hash\"", "\"-7-hash\"", "\"hash\""] {
            assert_eq!(read(tag), Err(RequestFault::PreconditionFailed), "{tag}");
        }
        assert_eq!(read("\"7-a\", \"8-b\""), Err(RequestFault::IfMatchInvalid));
    }
}
