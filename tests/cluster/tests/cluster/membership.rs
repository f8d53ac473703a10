use reqwest::Method;
use saaskit_journeys::Client;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};

/// Somebody in the workspace of somebody else.
pub(crate) struct Membership {
    owner: Client,
    member: Client,
    path: String,
    id: String,
}

impl Membership {
    /// Nobody can be invited yet, so it is written into the database; `None` where that is none of PostgreSQL.
    pub(crate) async fn make(database: &str, client: &Client) -> Option<Self> {
        let database = database.starts_with("postgres").then_some(database)?;
        let database: PgConnectOptions = database.parse().unwrap();
        let owner = client.become_user("owner@example.org").await;
        let member = client.become_user("member@example.org").await;
        let path = format!("/api/v1/tenants/{}", owner.make_workspace("Acme", "acme").await);
        let insert = "INSERT INTO tenants_memberships (tenant_id, id, user_id, role, created_at, version) \
             SELECT tenant.id, '0192f5a0-0000-7000-8000-000000000001', member.id, 'member', now(), 1 \
             FROM tenants_tenants tenant, auth_users member \
             WHERE tenant.slug = 'acme' AND member.email_normal = 'member@example.org'";
        let database = database.options([("search_path", "saaskit")]);
        let mut connection = PgConnection::connect_with(&database).await.unwrap();
        assert_eq!(connection.execute(insert).await.unwrap().rows_affected(), 1);

        let members = owner.get(&format!("{path}/members")).await.expect(200).json();
        let mut members = members["data"].as_array().unwrap().iter();
        let is_it = |member: &&Value| member["email"] == "member@example.org";
        let id = members.find(is_it).unwrap()["id"].as_str().unwrap().to_owned();
        Some(Self { owner, member, path, id })
    }

    /// Who sees what by it.
    pub(crate) fn shown(&self) -> (&Client, &str) {
        (&self.member, &self.path)
    }

    /// The owner ends it.
    pub(crate) async fn remove(&self) {
        let request = self.owner.request(Method::DELETE, &format!("{}/members/{}", self.path, self.id));
        let _ = self.owner.send(request).await.expect(204);
    }
}
