use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::{Extensions, HeaderMap};
use saaskit_kernel::{RequestId, Source, Timestamp};
use tracing::Span;
use tracing::field::Empty;

use super::around::{Around, AroundLayer};

/// Wraps a request in a span, and says in one line how it was answered. The span holds the route's template and
/// never the path or the query, which may hold secrets.
pub fn trace(source: Source) -> AroundLayer<Traced> {
    AroundLayer(Traced(source))
}

/// See [`trace`].
#[derive(Debug, Clone)]
pub struct Traced(Source);

impl Around for Traced {
    type Kept = (Timestamp, Span);

    fn before(&self, request: &mut Request) -> Self::Kept {
        (self.0.now(), span(request))
    }

    fn within<T>((_, span): &Self::Kept, go_on: impl FnOnce() -> T) -> T {
        span.in_scope(go_on)
    }

    fn after(&self, (begun, span): Self::Kept, response: &mut Response) {
        let took = self.0.now().since(begun);
        span.in_scope(|| {
            tracing::info!(
                status = response.status().as_u16(),
                ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "answered"
            );
        });
    }
}

fn span(request: &Request) -> Span {
    let parent = TraceParent::of(request.headers());
    // All that is known now is said now: fields that come later cost more.
    tracing::info_span!(
        "request",
        method = request.method().as_str(),
        route = route(request.extensions()),
        request_id = request.extensions().get::<RequestId>().map(RequestId::as_str),
        trace_id = parent.map(|parent| parent.trace_id),
        parent_id = parent.map(|parent| parent.parent_id),
        user = Empty,
        tenant = Empty,
    )
}

fn route(extensions: &Extensions) -> &str {
    extensions.get::<MatchedPath>().map_or("(none)", MatchedPath::as_str)
}

/// The trace a caller's `traceparent` continues (W3C Trace Context).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceParent<'a> {
    /// 32 hexadecimal digits.
    pub trace_id: &'a str,
    /// 16 hexadecimal digits.
    pub parent_id: &'a str,
}

impl<'a> TraceParent<'a> {
    /// Reads `00-<trace id>-<parent id>-<flags>`; anything else starts a trace of its own.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (version, rest) = text.split_once('-')?;
        let (trace_id, rest) = rest.split_once('-')?;
        let (parent_id, rest) = rest.split_once('-')?;
        let (flags, more) = rest.split_once('-').map_or((rest, false), |(flags, _)| (flags, true));
        let known = version != "ff" && !(version == "00" && more);
        let shaped = is_hex(version, 2) && is_hex(flags, 2) && is_id(trace_id, 32) && is_id(parent_id, 16);
        (known && shaped).then_some(Self { trace_id, parent_id })
    }

    fn of(headers: &'a HeaderMap) -> Option<Self> {
        Self::parse(headers.get("traceparent")?.to_str().ok()?)
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_id(text: &str, length: usize) -> bool {
    is_hex(text, length) && text.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_continued_only_where_it_is_well_formed() {
        let parent = TraceParent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
        assert_eq!((parent.trace_id.len(), parent.parent_id), (32, "00f067aa0ba902b7"));
        assert!(TraceParent::parse("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what").is_some());
        for text in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceParent::parse(text), None, "{text}");
        }
    }
}
