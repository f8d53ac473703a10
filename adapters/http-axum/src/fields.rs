use axum::Json;
use axum::extract::{Query, Request};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_LENGTH;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::{Ref, RefOr};

use crate::body::{unknown_field, whole};
use crate::route::Entry;
use crate::{Problem, RequestFault};

/// What the answers of a route consist of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Whether the fields are those of the items in `data`.
    is_list: bool,
    fields: Vec<String>,
}

impl Shape {
    /// Of what a GET is documented to answer.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        let RefOr::T(response) = entry.operation.responses.responses.get("200")? else { return None };
        let RefOr::T(content) = response.content.get("application/json")? else { return None };
        let answer = properties(entry, content.schema.as_ref()?)?;
        let (is_list, fields) = match answer.iter().find(|(name, _)| *name == "data") {
            None => (false, answer),
            Some((_, RefOr::T(Schema::Array(list)))) => match &list.items {
                ArrayItems::RefOrSchema(item) => (true, properties(entry, item)?),
                ArrayItems::False => return None,
            },
            Some(_) => return None,
        };
        Some(Self { is_list, fields: fields.into_iter().map(|(name, _)| name.to_owned()).collect() })
    }
}

/// The properties of the object that a schema stands for: written there, elsewhere, or in parts.
fn properties<'a>(entry: &'a Entry, schema: &'a RefOr<Schema>) -> Option<Vec<(&'a str, &'a RefOr<Schema>)>> {
    match found(entry, schema)? {
        Schema::Object(object) => {
            Some(object.properties.iter().map(|(name, schema)| (name.as_str(), schema)).collect())
        }
        Schema::AllOf(parts) => {
            let parts = parts.items.iter().map(|part| properties(entry, part));
            Some(parts.collect::<Option<Vec<_>>>()?.concat())
        }
        _ => None,
    }
}

fn found<'a>(entry: &'a Entry, schema: &'a RefOr<Schema>) -> Option<&'a Schema> {
    match schema {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(Ref { ref_location, .. }) => {
            let name = ref_location.rsplit('/').next()?;
            match &entry.schemas.iter().find(|(named, _)| named == name)?.1 {
                RefOr::T(schema) => Some(schema),
                RefOr::Ref(_) => None,
            }
        }
    }
}

/// The fields of an answer that are wanted.
#[derive(Debug)]
pub(crate) struct Fields {
    is_list: bool,
    wanted: Vec<String>,
}

#[derive(Deserialize)]
struct Raw {
    fields: Option<String>,
}

impl Fields {
    /// Those that `?fields=a,b` names; all where it does not. A name that no answer has is refused.
    pub(crate) fn asked(shape: &Shape, request: &Request) -> Result<Option<Self>, Problem> {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        if !is_read || !request.uri().query().is_some_and(|query| query.contains("fields=")) {
            return Ok(None);
        }
        let Query(Raw { fields }) =
            Query::try_from_uri(request.uri()).map_err(|_| RequestFault::QueryInvalid)?;
        let Some(fields) = fields else { return Ok(None) };
        let wanted: Vec<String> = fields.split(',').map(|name| name.trim().to_owned()).collect();
        let is_unknown = |name: &&String| !shape.fields.contains(name);
        let unknown: Vec<_> =
            wanted.iter().filter(is_unknown).take(20).map(|name| unknown_field(name)).collect();
        if !unknown.is_empty() {
            return Err(Problem::from(RequestFault::Invalid(Vec::new())).about_fields(unknown));
        }
        Ok(Some(Self { is_list: shape.is_list, wanted }))
    }

    /// The answer with nothing but them.
    pub(crate) async fn pick(&self, response: Response) -> Result<Response, Problem> {
        if response.status() != StatusCode::OK {
            return Ok(response);
        }
        let (mut parts, body) = response.into_parts();
        let bytes = whole(body).await?;
        let mut value: Value = serde_json::from_slice(&bytes).map_err(|_| RequestFault::Internal)?;
        match value.get_mut("data").filter(|_| self.is_list) {
            Some(Value::Array(items)) => items.iter_mut().for_each(|item| self.thin(item)),
            _ => self.thin(&mut value),
        }
        parts.headers.remove(CONTENT_LENGTH);
        Ok(Response::from_parts(parts, Json(value).into_response().into_body()))
    }

    fn thin(&self, value: &mut Value) {
        if let Value::Object(fields) = value {
            fields.retain(|name, _| self.wanted.contains(name));
        }
    }
}
