use saaskit_gateway::Access;
use utoipa::openapi::path::{Operation, Paths};
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder, Schema,
    Server,
};
use utoipa::{PartialSchema, ToSchema};

use crate::PublicUrl;
use crate::problem::ProblemBody;
use crate::route::Entry;

const BEARER: &str = "bearer";

/// The refusals that many routes share: the component's name, the status, and what it means.
const REFUSALS: [(&str, &str, &str); 10] = [
    ("Malformed", "400", "The request can't be read."),
    ("Unauthenticated", "401", "There is no credential, or it is not believed."),
    ("Forbidden", "403", "You may not do this."),
    ("NotFound", "404", "There is no such thing, or none you may know of."),
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
    let scheme = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.security_schemes.insert(BEARER.to_owned(), SecurityScheme::Http(scheme).into());
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

fn add_refusals(components: &mut Components) {
    let mut schemas = Vec::new();
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.schemas.insert("Problem".to_owned(), ProblemBody::schema());
    for (name, _, meaning) in REFUSALS {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response =
            ResponseBuilder::new().description(meaning).content("application/problem+json", problem);
        components.responses.insert(name.to_owned(), response.build().into());
    }
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
    let needs_credential = entry.info.access.needs_credential();
    let in_tenant = matches!(entry.info.access, Access::Member | Access::Admin);
    let has_body = operation.request_body.is_some();
    let has_parameters = operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty());
    for (name, status, _) in REFUSALS {
        let applies = match status {
            "401" => needs_credential,
            "403" => in_tenant,
            "404" => in_tenant || entry.info.access == Access::Development,
            "413" | "415" => has_body,
            "400" | "422" => has_body || has_parameters,
            "429" => entry.info.class.is_counted(),
            _ => true,
        };
        if applies {
            let refusal = RefOr::Ref(Ref::from_response_name(name));
            operation.responses.responses.entry(status.to_owned()).or_insert(refusal);
        }
    }
    if needs_credential {
        operation.security = Some(vec![SecurityRequirement::new(BEARER, [""; 0])]);
    }
    operation
}
