//! What a custom role of a workspace opens, and where a header says one acts.

use axum::extract::State;
use http::StatusCode;
use saaskit_gateway::{Access, Class};
use saaskit_http_axum::{Resource, Row};
use saaskit_tenants::Role;
use serde_json::{Value, json};
use utoipa_axum::routes;

use crate::members::{join, me};
use crate::world::{Answer, Plan, World};

/// A workspace of ana's, and what somebody who is a plain member of it may do there.
struct Acme {
    world: World,
    ana: String,
    ben: String,
    bens: String,
    path: String,
}

impl Acme {
    async fn new() -> Self {
        Self::with(Plan::default()).await
    }

    async fn with(plan: Plan) -> Self {
        let world = World::with(plan).await;
        let (ana, ben) = (world.user("ana@example.com").await, world.user("ben@example.com").await);
        let acme = world.tenant(&ana, "acme").await;
        let user = me(&world, &ben).await;
        join(&world, &acme, &user, Role::Member).await;
        Self { world, ana, ben, bens: user.to_string(), path: format!("/api/v1/tenants/{acme}") }
    }

    async fn ask(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let ask = self.world.ask(method, &format!("{}{path}", self.path)).bypassing().bearer(token);
        if body.is_null() { ask.send().await } else { ask.json(body).await }
    }

    /// Gives ben a role that allows these, and nothing else.
    async fn give(&self, name: &str, permissions: &[&str]) {
        let role = json!({ "name": name, "permissions": permissions });
        let made = self.ask(&self.ana, "POST", "/roles", &role).await.expect(201).json();
        let given = json!({ "roles": [made["id"]] });
        self.ask(&self.ana, "PUT", &format!("/members/{}/roles", self.bens), &given).await.expect(200);
    }

    async fn is_refused(&self, method: &str, path: &str, body: &Value) -> bool {
        let answer = self.ask(&self.ben, method, path, body).await;
        if answer.status != 403 {
            answer.expect(200);
            return false;
        }
        assert_eq!(answer.problem(), "PERMISSION_MISSING", "{method} {path}");
        true
    }
}

#[tokio::test]
async fn a_custom_role_opens_what_it_names_and_nothing_else() {
    let acme = Acme::new().await;
    let name = json!({ "name": "Acme & Sons" });
    let routes = [
        ("members:read", "GET", "/members", &Value::Null),
        ("workspace:read", "GET", "/policy", &Value::Null),
        ("workspace:write", "PATCH", "", &name),
        ("tenant-roles:read", "GET", "/roles", &Value::Null),
    ];
    for (permission, ..) in [("nothing", "", "", &Value::Null)].iter().chain(&routes) {
        if *permission != "nothing" {
            acme.give(permission, &[permission]).await;
        }
        for (needed, method, path, body) in routes {
            assert_eq!(
                acme.is_refused(method, path, body).await,
                needed != *permission,
                "{method} {path} with {permission}"
            );
        }
    }
}

#[tokio::test]
async fn who_was_given_the_right_over_members_has_it_over_nobody_above_and_gives_no_more_than_that() {
    let acme = Acme::new().await;
    let eva = acme.world.user("eva@example.com").await;
    let tenant = acme.path.rsplit('/').next().unwrap();
    let evas = join(&acme.world, tenant, &me(&acme.world, &eva).await, Role::Member).await;
    let listed = acme.ask(&acme.ana, "GET", "/members", &Value::Null).await.expect(200).json();
    let owner = listed["data"].as_array().unwrap().iter().find(|member| member["role"] == "owner").unwrap();
    let [evas, anas] = [evas.as_str(), owner["id"].as_str().unwrap()].map(|id| format!("/members/{id}"));
    acme.give("Keepers", &["members:*"]).await;
    let admin = json!({ "role": "admin" });
    for (method, path, body) in
        [("PATCH", &evas, &admin), ("PATCH", &anas, &admin), ("DELETE", &anas, &Value::Null)]
    {
        let refused = acme.ask(&acme.ben, method, path, body).await.expect(403);
        assert_eq!(refused.problem(), "ROLE_TOO_LOW", "{method} {path}");
    }
    let wider = json!({ "name": "Wider", "permissions": ["members:read"] });
    let refused = acme.ask(&acme.ben, "POST", "/roles", &wider).await.expect(403);
    assert_eq!(refused.problem(), "PERMISSION_MISSING");
    acme.ask(&acme.ben, "DELETE", &evas, &Value::Null).await.expect(204);
}

/// Something of an embedder's, in whatever workspace its asker acts.
#[utoipa::path(get, path = "/test/reports", responses((status = 204, description = "There are none.")))]
async fn reports(State(()): State<()>) -> StatusCode {
    StatusCode::NO_CONTENT
}

const REPORTS: &[Row<()>] = &[Row::new(Access::Permission("members:read"), Class::Read, || routes!(reports))];

#[tokio::test]
async fn a_header_selects_the_workspace_a_permission_is_asked_for_in_and_what_that_asks_of_who_enters() {
    let acme = Acme::with(Plan { more: vec![Resource::new(REPORTS, &())], ..Plan::default() }).await;
    let tenant = acme.path.rsplit('/').next().unwrap();
    let ask = |token: &str| acme.world.get("/test/reports").bearer(token);
    let within = |token: &str| ask(token).header("x-tenant-id", tenant);
    assert_eq!(ask(&acme.ana).send().await.expect(403).problem(), "PERMISSION_MISSING");
    within(&acme.ana).send().await.expect(204);
    assert_eq!(within(&acme.ben).send().await.expect(403).problem(), "PERMISSION_MISSING");
    acme.give("Readers", &["members:read"]).await;
    within(&acme.ben).send().await.expect(204);
    let policy = json!({
        "mfa_required": false, "session_max_seconds": null, "methods": [], "ip_ranges": ["192.0.2.0/24"],
    });
    acme.ask(&acme.ana, "PUT", "/policy", &policy).await.expect(200);
    let elsewhere = within(&acme.ben).peer("198.51.100.1").send().await.expect(401);
    assert_eq!(elsewhere.problem(), "STEP_UP_REQUIRED");
}

#[tokio::test]
async fn a_header_that_names_a_workspace_of_others_is_refused_everywhere_as_the_workspace_itself_is() {
    let acme = Acme::new().await;
    let tenant = acme.path.rsplit('/').next().unwrap();
    let eve = acme.world.user("eve@example.com").await;
    let ask = |token: &str, tenant: &str| {
        acme.world.get("/api/v1/auth/me").bearer(token).header("x-tenant-id", tenant).send()
    };
    ask(&acme.ben, tenant).await.expect(200);
    for nowhere in [tenant, "ten_01h455vb4pex5vsknk084sn02q"] {
        assert_eq!(ask(&eve, nowhere).await.expect(404).problem(), "TENANT_NOT_FOUND");
    }
    let nobody = acme.world.get("/api/v1/health/ready").header("x-tenant-id", tenant);
    nobody.send().await.expect(200);
}
