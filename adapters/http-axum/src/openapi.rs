use saaskit_gateway::Access;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, Paths};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, Content, ContentBuilder, HttpMethod, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    ResponseBuilder, Schema, Server,
};
use utoipa::{PartialSchema, ToSchema};

use crate::PublicUrl;
use crate::cookie::Cookies;
use crate::fields::Shape;
use crate::problem::ProblemBody;
use crate::route::Entry;

const BEARER: &str = "bearer";
const COOKIE: &str = "cookie";
const FIELDS: &str = "Fields";
const IDEMPOTENCY_KEY: &str = "IdempotencyKey";

/// The refusals that many routes share: the component's name, the status, and what it means.
const REFUSALS: [(&str, &str, &str); 11] = [
    ("Malformed", "400", "The request can't be read."),
    ("Unauthenticated", "401", "There is no credential, or it is not believed."),
    ("Forbidden", "403", "You may not do this."),
    ("NotFound", "404", "There is no such thing, or none you may know of."),
    ("Conflict", "409", "It contradicts what is stored, or the request was sent before by this key."),
    ("TooLarge", "413", "The body is too large."),
    ("UnsupportedMediaType", "415", "The body is in another format."),
    ("Invalid", "422", "Some fields are not valid; `errors` says which."),
    ("Limited", "429", "Too many requests; `Retry-After` says when to come again."),
    ("Internal", "500", "A bug of ours."),
    ("Unavailable", "503", "Something needed is not there right now; `Retry-After` says when to come again."),
];

/// The OpenAPI document of these routes. What follows from a route's rule and body is added here, so that no
/// handler has to repeat it.
pub(crate) fn document<'a>(
    entries: impl IntoIterator<Item = &'a Entry, IntoIter: Clone>,
    public_url: &PublicUrl,
) -> OpenApi {
    let entries = entries.into_iter();
    let mut paths = Paths::new();
    let mut components = Components::new();
    add_refusals(&mut components);
    for entry in entries.clone() {
        components.schemas.extend(entry.schemas.iter().cloned());
        paths.add_path_operation(&entry.info.path, vec![entry.method.clone()], complete(entry));
    }
    for entry in entries {
        close_body(&mut components, &entry.operation);
    }
    add_credentials(&mut components, public_url);
    add_parameters(&mut components);
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("saaskit")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some("Accounts, workspaces and what belongs to them."))
                .build(),
        )
        .servers(Some([Server::new(public_url.origin().as_str())]))
        .paths(paths)
        .components(Some(components))
        .build()
}

fn add_credentials(components: &mut Components, public_url: &PublicUrl) {
    let bearer = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.security_schemes.insert(BEARER.to_owned(), SecurityScheme::Http(bearer).into());
    let cookie = ApiKeyValue::with_description(
        Cookies::of(public_url).session_name(),
        "The session of a browser. What is not a GET needs the header `x-csrf-token` beside it, and a page of ours \
         or an allowed origin to come from. Beside a bearer token it is not looked at.",
    );
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(cookie));
    components.security_schemes.insert(COOKIE.to_owned(), cookie.into());
}

fn add_refusals(components: &mut Components) {
    let mut schemas = Vec::new();
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.schemas.insert("Problem".to_owned(), ProblemBody::schema());
    for (name, _, meaning) in REFUSALS {
        components.responses.insert(name.to_owned(), refused(meaning).build().into());
    }
}

fn refused(meaning: &str) -> ResponseBuilder {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(meaning).content("application/problem+json", problem)
}

/// A JSON body has the fields that are listed and no others: `Body` refuses them.
fn close_body(components: &mut Components, operation: &Operation) {
    let Some(RefOr::T(body)) = &operation.request_body else { return };
    let Some(RefOr::T(content)) = body.content.get("application/json") else { return };
    let Some(RefOr::Ref(Ref { ref_location, .. })) = &content.schema else { return };
    let name = ref_location.rsplit('/').next().unwrap_or_default();
    if let Some(RefOr::T(Schema::Object(schema))) = components.schemas.get_mut(name) {
        schema.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

/// The operation with the refusals and the security that follow from its route.
fn complete(entry: &Entry) -> Operation {
    let mut operation = entry.operation.clone();
    let shared: Vec<RefOr<Parameter>> = shared_parameters(entry).collect();
    if !shared.is_empty() {
        operation.parameters.get_or_insert_default().extend(shared);
    }
    let needs_credential = entry.info.access.needs_credential();
    let changes = entry.method != HttpMethod::Get;
    let is_named = needs_credential && entry.method == HttpMethod::Post;
    let in_tenant = matches!(entry.info.access, Access::Member | Access::Owner | Access::MemberWith(_));
    let has_body = operation.request_body.is_some();
    let has_parameters = operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty());
    for (name, status, meaning) in REFUSALS {
        let applies = match status {
            "401" => needs_credential,
            "403" => in_tenant || changes || matches!(entry.info.access, Access::Permission(_)),
            "404" => {
                let names_something = entry.info.path.contains('{');
                in_tenant || names_something || entry.info.access == Access::Development
            }
            "409" => is_named,
            "413" | "415" => has_body,
            "400" => has_body || has_parameters || needs_credential,
            "422" => has_body || has_parameters,
            "429" => entry.info.class.is_counted(),
            _ => true,
        };
        if applies {
            let refusal = if entry.takes_form() {
                // Whoever pressed the button is told by the page, unless the door refused before there was one.
                refused(meaning).content("text/html", Content::default()).build().into()
            } else {
                RefOr::Ref(Ref::from_response_name(name))
            };
            operation.responses.responses.entry(status.to_owned()).or_insert(refusal);
        }
    }
    if needs_credential {
        let either = [BEARER, COOKIE].map(|scheme| SecurityRequirement::new(scheme, [""; 0]));
        operation.security = Some(either.to_vec());
    }
    operation
}

/// What many routes take: the fields of an answer, and the key that names a request.
fn add_parameters(components: &mut Components) {
    let text = |longest| ObjectBuilder::new().schema_type(Type::String).max_length(Some(longest));
    let visible = text(255).min_length(Some(1)).pattern(Some("^[!-~]+$"));
    let fields = ParameterBuilder::new()
        .name("fields")
        .parameter_in(ParameterIn::Query)
        .description(Some("The fields that are wanted, separated by commas; of a list, its items' fields."))
        .schema(Some(text(1_000)))
        .build();
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "Names the request for a day: sent again, it has no second effect and gets the same answer.",
        ))
        .schema(Some(visible))
        .build();
    for (name, parameter) in [(FIELDS, fields), (IDEMPOTENCY_KEY, key)] {
        components.parameters.insert(name.to_owned(), parameter.into());
    }
}

fn shared_parameters(entry: &Entry) -> impl Iterator<Item = RefOr<Parameter>> {
    let is_picked = entry.method == HttpMethod::Get && Shape::of(entry).is_some();
    let is_named = entry.method == HttpMethod::Post && entry.info.access.needs_credential();
    let taken = [(FIELDS, is_picked), (IDEMPOTENCY_KEY, is_named)].into_iter().filter(|(_, taken)| *taken);
    taken.map(|(name, _)| RefOr::Ref(Ref::new(format!("#/components/parameters/{name}"))))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    /// In the document the schemas of all routes stand side by side under their bare names.
    #[test]
    fn no_two_schemas_share_a_name() {
        let mut known = BTreeMap::new();
        for (name, schema) in crate::entries().into_iter().flat_map(|entry| entry.schemas) {
            let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
            assert!(*before == schema, "{name} stands for two things");
        }
    }
}
