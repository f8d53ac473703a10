use saaskit_auth::permissions::{TENANT_ROLES_READ, TENANT_ROLES_WRITE};
use saaskit_gateway::Access;
use saaskit_http_axum::RouteInfo;
use saaskit_tenants::{Role, permissions};
use serde_json::{Map, Value, json};

use crate::world::World;

/// What the document gives as examples, and what nothing here has as its id.
const TENANT: &str = "ten_01h455vb4pex5vsknk084sn02q";
const MEMBER: &str = "mem_01h455vb4pex5vsknk084sn02q";
const USER: &str = "usr_01h455vb4pex5vsknk084sn02q";
const ROLE: &str = "rol_01h455vb4pex5vsknk084sn02q";

/// A documented route with a workspace in its path, and a request of it that says what has to be said.
pub(super) struct Route {
    /// `GET /api/v1/tenants/{id}`.
    pub(super) name: String,
    pub(super) method: &'static str,
    /// With the examples of the document for ids.
    pub(super) path: String,
    pub(super) body: Option<String>,
    /// Who may use it by what they are in the workspace, without any role beside.
    pub(super) least: Role,
    /// How who may not is refused.
    pub(super) refusal: &'static str,
}

/// What a request names.
pub(super) struct Ids {
    pub(super) tenant: String,
    pub(super) member: String,
    pub(super) user: String,
    pub(super) role: String,
}

impl Ids {
    /// Nothing in that workspace has them.
    pub(super) fn unknown_in(tenant: &str) -> Self {
        let [member, user, role] = [MEMBER, USER, ROLE].map(str::to_owned);
        Self { tenant: tenant.to_owned(), member, user, role }
    }

    /// Whether something in a workspace is named there.
    pub(super) fn names_inner(text: &str) -> bool {
        [MEMBER, USER, ROLE].iter().any(|example| text.contains(example))
    }

    pub(super) fn put_into(&self, text: &str) -> String {
        self.pairs().iter().fold(text.to_owned(), |text, (example, id)| text.replace(example, id))
    }

    pub(super) fn take_out_of(&self, text: &str) -> String {
        self.pairs().iter().fold(text.to_owned(), |text, (example, id)| text.replace(id, example))
    }

    fn pairs(&self) -> [(&'static str, &str); 4] {
        [(TENANT, &self.tenant), (MEMBER, &self.member), (USER, &self.user), (ROLE, &self.role)]
    }
}

pub(super) async fn routes(world: &World) -> Vec<Route> {
    let document = world.get("/api/openapi.json").send().await.expect(200).json();
    let of_workspaces = |route: &RouteInfo| route.path.starts_with("/api/v1/tenants/{id}");
    saaskit_http_axum::routes()
        .into_iter()
        .filter(of_workspaces)
        .map(|route| read(&document, &route))
        .collect()
}

fn read(document: &Value, route: &RouteInfo) -> Route {
    let name = format!("{} {}", route.method, route.path);
    let operation = &document["paths"][&route.path][route.method.to_lowercase()];
    assert!(operation.is_object(), "{name} is not documented");
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    let (least, refusal) = least(route.access, &name);
    let ids = [("{id}", TENANT), ("{member_id}", MEMBER), ("{user_id}", USER), ("{role_id}", ROLE)];
    let path = ids.iter().fold(route.path.clone(), |path, (name, example)| path.replace(name, example));
    assert!(!path.contains('{'), "{name} names something that has no example here");
    let body = body.is_object().then(|| example(document, body).to_string());
    Route { name, method: route.method, path, body, least, refusal }
}

fn least(access: Access, name: &str) -> (Role, &'static str) {
    match access {
        Access::Member => (Role::Member, "ROLE_TOO_LOW"),
        Access::Owner => (Role::Owner, "ROLE_TOO_LOW"),
        Access::MemberWith(TENANT_ROLES_READ | TENANT_ROLES_WRITE) => (Role::Admin, "PERMISSION_MISSING"),
        Access::MemberWith(permission) => {
            let known = permissions::ALL.iter().find(|(known, _)| *known == permission);
            (known.unwrap_or_else(|| panic!("{permission} of {name} is unknown")).1, "PERMISSION_MISSING")
        }
        Access::Public | Access::Development | Access::User | Access::Permission(_) => {
            panic!("{name} is of a workspace and asks nobody whether they are in it")
        }
    }
}

/// The least that a schema asks for, by its examples; lists are empty unless ids are in them.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return example(document, document.pointer(name.trim_start_matches('#')).unwrap());
    }
    let shown = &schema["example"];
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten();
            let fields = required.map(|field| {
                let field = field.as_str().unwrap();
                (field.to_owned(), example(document, &schema["properties"][field]))
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Some("array") if Ids::names_inner(&shown.to_string()) => shown.clone(),
        Some("array") => json!([]),
        Some("boolean") => json!(false),
        _ => shown.clone(),
    }
}
