//! Every request that names itself by a key leaves its claim with its effect.

use std::time::Duration;

use saaskit_gateway::{Named, Opening};
use saaskit_http_axum::RouteInfo;
use saaskit_kernel::{Call, Principal, Secret, Source, TenantId, UserId};
use saaskit_tenants::Role;
use serde_json::{Value, json};

use crate::members::{join, me};
use crate::world::{PASSWORD, World};

/// A request that has an effect.
struct Effect {
    token: String,
    path: String,
    body: Value,
    /// Where it acts.
    tenant: Option<TenantId>,
}

/// People of its own for each route, so that none stands in another's way.
struct People<'a> {
    world: &'a World,
    number: usize,
}

impl People<'_> {
    /// Each later than the one before, whose mail is then not the newest any more.
    async fn user(&self, name: &str) -> String {
        self.world.clock.advance(Duration::from_secs(1));
        self.world.user(&format!("{name}{}@example.com", self.number)).await
    }

    async fn operator(&self) -> String {
        let (call, password) = (Call::of_operator(&Source::system()), Secret::new(PASSWORD));
        let email = format!("ops{}@example.com", self.number);
        self.world.auth.create_admin(&call, &email, &password, None).await.unwrap();
        self.world.log_in(&email).await
    }

    /// An owner, and the workspace.
    async fn workspace(&self) -> (String, TenantId) {
        let owner = self.user("owner").await;
        let tenant = self.world.tenant(&owner, &format!("acme-{}", self.number)).await;
        (owner, tenant.parse().unwrap())
    }

    /// A member beside its owner, and the membership.
    async fn member(&self, tenant: TenantId) -> (String, String) {
        let token = self.user("member").await;
        let user = me(self.world, &token).await;
        (token, join(self.world, &tenant.to_string(), &user, Role::Member).await)
    }

    /// What can be done once by that route.
    async fn effect(&self, route: &str) -> Effect {
        let post = async |token: &str, path: &str, body: &Value| {
            let answer = self.world.post(path).bypassing().bearer(token).json(body).await;
            assert!((200..300).contains(&answer.status), "{path}: {}", answer.body);
            answer
        };
        let role = json!({ "name": "Readers", "permissions": [] });
        let here = |token: String, body: Value| Effect { token, path: route.to_owned(), body, tenant: None };
        match route.trim_start_matches("/api/v1") {
            "/tenants" => {
                let slug = format!("made-{}", self.number);
                here(self.user("maker").await, json!({ "name": slug, "slug": slug }))
            }
            "/auth/logout" => here(self.user("leaver").await, Value::Null),
            "/auth/step-up" => here(self.user("prover").await, json!({ "password": PASSWORD })),
            "/auth/leave-tenant" => {
                let (owner, tenant) = self.workspace().await;
                let entered = post(&owner, &format!("/api/v1/tenants/{tenant}/enter"), &Value::Null).await;
                let token = entered.json()["access_token"].as_str().unwrap().to_owned();
                Effect { tenant: Some(tenant), ..here(token, Value::Null) }
            }
            "/users/password/change" => here(
                self.user("changer").await,
                json!({ "current_password": PASSWORD, "password": "Another-horse-8" }),
            ),
            "/users/email/change" => {
                let email = format!("moved{}@example.com", self.number);
                here(self.user("mover").await, json!({ "email": email }))
            }
            "/admin/roles" => here(self.operator().await, role),
            "/admin/suppressions" => {
                here(self.operator().await, json!({ "address": "away@example.com", "tenant_id": null }))
            }
            of_user if of_user.starts_with("/admin/users/{id}/") => {
                let user = me(self.world, &self.user("target").await).await.to_string();
                let token = self.operator().await;
                let because = json!({ "reason": "a test" });
                if of_user.ends_with("/restore") {
                    let gone = self.world.ask("DELETE", &format!("/api/v1/admin/users/{user}")).bypassing();
                    gone.bearer(&token).json(&because).await.expect(200);
                }
                Effect { token, path: route.replace("{id}", &user), body: because, tenant: None }
            }
            of_tenant if of_tenant.starts_with("/tenants/{id}/") => {
                let (owner, tenant) = self.workspace().await;
                let path = route.replace("{id}", &tenant.to_string());
                let (token, body) = match of_tenant.trim_start_matches("/tenants/{id}/") {
                    "enter" => (owner, Value::Null),
                    "roles" => (owner, role),
                    "leave" => (self.member(tenant).await.0, Value::Null),
                    "transfer" => (owner, json!({ "member": self.member(tenant).await.1 })),
                    "transfer/accept" => {
                        let (member, membership) = self.member(tenant).await;
                        let offer = json!({ "member": membership });
                        post(&owner, path.trim_end_matches("/accept"), &offer).await;
                        (member, Value::Null)
                    }
                    other => panic!("nobody knows what has an effect at {other}"),
                };
                Effect { token, path, body, tenant: None }
            }
            other => panic!("nobody knows what has an effect at {other}"),
        }
    }
}

#[tokio::test]
async fn the_claim_of_every_request_that_can_name_itself_is_there_once_its_effect_is() {
    let world = World::new().await;
    let can_name_itself = |route: &RouteInfo| route.method == "POST" && route.access.needs_credential();
    let mut tried = 0;
    for (number, route) in saaskit_http_axum::routes().iter().filter(|one| can_name_itself(one)).enumerate() {
        let effect = People { world: &world, number }.effect(&route.path).await;
        let user: UserId = me(&world, &effect.token).await;
        let by = Principal::new(user, Source::system().id(), Source::system().now());
        let ask = world.post(&effect.path).bypassing().bearer(&effect.token);
        let ask = ask.header("idempotency-key", "key-1");
        let (answer, body) = if effect.body.is_null() {
            (ask.send().await, String::new())
        } else {
            (ask.json(&effect.body).await, effect.body.to_string())
        };
        assert!((200..300).contains(&answer.status), "{}: {}", route.path, answer.body);
        let named = Named {
            by: &by,
            tenant: effect.tenant,
            key: "key-1",
            path: &effect.path,
            query: "",
            body: body.as_bytes(),
            is_secret: false,
            timeout: Duration::from_secs(30),
        };
        let opened = world.idempotency.open(&named).await;
        assert!(!matches!(opened, Ok(Opening::Serve(_))), "{} left no claim", route.path);
        let other = Named { key: "key-2", ..named };
        assert!(matches!(world.idempotency.open(&other).await, Ok(Opening::Serve(_))), "{}", route.path);
        tried += 1;
    }
    assert!(tried >= 14, "{tried} routes were tried");
}

#[tokio::test]
async fn one_key_names_two_requests_in_two_workspaces() {
    let world = World::new().await;
    let ana = world.user("ana@example.com").await;
    let mut made = Vec::new();
    for slug in ["acme", "other"] {
        let path = format!("/api/v1/tenants/{}/roles", world.tenant(&ana, slug).await);
        let ask = || world.post(&path).bearer(&ana).header("idempotency-key", "key-1");
        let role = json!({ "name": "Readers", "permissions": ["members:read"] });
        let first = ask().json(&role).await.expect(201);
        let repeated = ask().json(&role).await.expect(201);
        assert_eq!((repeated.header("idempotency-replayed"), repeated.json()), ("true", first.json()));
        made.push(first.json()["id"].clone());
    }
    assert_ne!(made[0], made[1]);
}
