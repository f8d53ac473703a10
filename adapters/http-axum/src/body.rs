use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use saaskit_kernel::Code;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::{FieldError, Problem, RequestFault};

/// A JSON body. Fields that nobody asked for are refused by name, as is what is missing or of another type.
#[derive(Debug, Clone, Copy)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(RequestFault::UnsupportedMediaType("application/json").into());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| fault(&rejection))?;
        read(&bytes).map(Self)
    }
}

pub(crate) fn fault(rejection: &BytesRejection) -> RequestFault {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => RequestFault::TooLarge,
        _ => RequestFault::MalformedJson,
    }
}

/// All of an answer's body; it is made here and of a known length.
pub(crate) async fn whole(body: axum::body::Body) -> Result<Bytes, Problem> {
    axum::body::to_bytes(body, usize::MAX).await.map_err(|_| RequestFault::Internal.into())
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let subtype = media_type.strip_prefix("application/").unwrap_or_default();
    subtype == "json" || subtype.ends_with("+json")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(check_syntax(bytes).unwrap_or_else(|| invalid(vec![wrong_type("")])));
    }
    let mut unknown = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let value = serde_ignored::deserialize(tracked, |path| {
        if unknown.len() < MOST_ERRORS {
            unknown.push(unknown_field(&path.to_string()));
        }
    });
    match value {
        Ok(value) => match json.end() {
            Err(_) => Err(RequestFault::MalformedJson.into()),
            Ok(()) if unknown.is_empty() => Ok(value),
            Ok(()) => Err(invalid(unknown)),
        },
        Err(error) if error.classify() == Category::Data => Err(check_syntax(bytes).unwrap_or_else(|| {
            unknown.push(explain(&error, &track.path().to_string()));
            invalid(unknown)
        })),
        Err(_) => Err(RequestFault::MalformedJson.into()),
    }
}

const MISSING: Code = Code::validation("FIELD_MISSING");
const UNKNOWN: Code = Code::validation("FIELD_UNKNOWN");
const TYPE: Code = Code::validation("FIELD_TYPE");

/// More errors than these are not listed.
const MOST_ERRORS: usize = 20;
/// Longer names are cut.
const LONGEST_NAME: usize = 100;

/// What is broken behind the first wrong field: syntax comes before meaning.
fn check_syntax(bytes: &[u8]) -> Option<Problem> {
    let broken = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_err();
    broken.then(|| RequestFault::MalformedJson.into())
}

fn invalid(errors: Vec<FieldError>) -> Problem {
    Problem::from(RequestFault::Invalid(Vec::new())).about_fields(errors)
}

/// Says what is wrong without repeating what was sent, which may be a secret.
fn explain(error: &serde_json::Error, path: &str) -> FieldError {
    let path = if path == "." { "" } else { path };
    let text = error.to_string();
    match text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        Some((name, _)) if path.is_empty() => missing(name),
        Some((name, _)) => missing(&format!("{path}.{name}")),
        None => wrong_type(path),
    }
}

fn missing(field: &str) -> FieldError {
    FieldError { field: cut(field), code: MISSING.name(), message: "this field is required" }
}

pub(crate) fn unknown_field(field: &str) -> FieldError {
    FieldError { field: cut(field), code: UNKNOWN.name(), message: "there is no such field" }
}

fn wrong_type(field: &str) -> FieldError {
    FieldError { field: cut(field), code: TYPE.name(), message: "this is not of the type it should be" }
}

fn cut(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read from JSON")]
    struct Order {
        name: String,
        count: Option<u32>,
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read from JSON")]
    struct Line {
        sku: String,
    }

    fn refused(body: &str) -> (&'static str, Vec<(String, &'static str)>) {
        let problem = read::<Order>(body.as_bytes()).unwrap_err();
        let errors = problem.errors().iter().map(|error| (error.field.clone(), error.code)).collect();
        (problem.code().name(), errors)
    }

    fn fields(body: &str) -> Vec<(String, &'static str)> {
        let (code, errors) = refused(body);
        assert_eq!(code, "VALIDATION_FAILED");
        errors
    }

    #[test]
    fn what_is_no_json_is_malformed_wherever_it_breaks() {
        for body in
            ["", "{", "{]", r#"{"name":"a","lines":[]} x"#, r#"{"name": 1, "lines": [}"#, "[1,", "\u{0}"]
        {
            assert_eq!(refused(body), ("MALFORMED_JSON", Vec::new()), "{body:?}");
        }
    }

    #[test]
    fn every_unknown_field_is_named() {
        assert_eq!(
            fields(r#"{"name":"a","lines":[{"sku":"b","colour":1}],"admin":true}"#),
            [("lines.0.colour".to_owned(), "FIELD_UNKNOWN"), ("admin".to_owned(), "FIELD_UNKNOWN")]
        );
    }

    #[test]
    fn a_wrong_type_and_a_missing_field_are_named_and_values_are_not_repeated() {
        assert_eq!(fields(r#"{"name":"a","lines":[{}]}"#), [("lines[0].sku".to_owned(), "FIELD_MISSING")]);
        assert_eq!(fields(r#"{"lines":[]}"#), [("name".to_owned(), "FIELD_MISSING")]);
        assert_eq!(fields(r#"{"name":"a","count":"hunter2"}"#), [("count".to_owned(), "FIELD_TYPE")]);
        let problem = read::<Order>(br#"{"name":"a","count":"hunter2"}"#).unwrap_err();
        assert!(!format!("{problem:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in [r#"["a",1,[]]"#, r#""a""#, "null", "7"] {
            assert_eq!(fields(body), [(String::new(), "FIELD_TYPE")], "{body}");
        }
    }

    #[test]
    fn a_flood_of_unknown_fields_is_cut_short() {
        let many: Vec<String> = (0..1_000).map(|at| format!(r#""{at}{}":1"#, "x".repeat(500))).collect();
        let errors = fields(&format!(r#"{{"name":"a","lines":[],{}}}"#, many.join(",")));
        assert_eq!(errors.len(), MOST_ERRORS);
        assert!(errors.iter().all(|(field, _)| field.len() <= LONGEST_NAME));
    }
}
