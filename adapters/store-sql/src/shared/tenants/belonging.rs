use async_trait::async_trait;
use saaskit_kernel::{PortError, UserId};
use saaskit_tenants::port::{Belonging, Memberships};
use saaskit_tenants::{Membership, Tenant};
use serde_json::json;
use sqlx::types::Json;

use super::super::engine::sql;
use super::super::row::Columns;
use super::super::{Row, Store};
use super::member::member_columns;
use super::read_entry;
use super::workspace::tenant_columns;

/// The first `$2` of each user of `$1`, each with its place and with how many there are.
const OF_USERS: &str = concat!(
    "SELECT * FROM (SELECT ",
    tenant_columns!(),
    ", ",
    member_columns!(),
    ", row_number() OVER (PARTITION BY m.user_id ORDER BY m.tenant_id, m.id) AS place,
       count(*) OVER (PARTITION BY m.user_id) AS total
     FROM tenants_memberships m JOIN tenants_tenants t ON t.id = m.tenant_id
     WHERE (m.removed_at IS NULL OR m.removed_with_account) AND m.user_id ",
    any_of!("SELECT ", member!(uuid "id"), " FROM ", each!()),
    ") q WHERE place <= $2 ORDER BY m_user_id, place"
);

#[async_trait]
impl Memberships for Store {
    async fn ended_with_account(&self, user: UserId) -> Result<Vec<(Tenant, Membership)>, PortError> {
        let text = concat!(
            "SELECT ",
            tenant_columns!(),
            ", ",
            member_columns!(),
            " FROM tenants_memberships m JOIN tenants_tenants t ON t.id = m.tenant_id
              WHERE m.user_id = $1 AND m.removed_with_account ORDER BY m.tenant_id, m.id"
        );
        let rows = self.all(self.0.pools.system(), || sql(text).bind(user.uuid())).await?;
        rows.iter().map(read_entry).collect()
    }

    async fn of_users(&self, users: &[UserId], each: u32) -> Result<Vec<Belonging>, PortError> {
        let users: Vec<_> = users.iter().map(|user| json!({ "id": user.uuid().to_string() })).collect();
        let query = || sql(OF_USERS).bind(Json(users.clone())).bind(i64::from(each));
        let rows = self.all(self.0.pools.system(), query).await?;
        let entry = |row: &Row| Ok((read_entry(row)?, row.number("total")?));
        Ok(Belonging::of_rows(rows.iter().map(entry).collect::<Result<Vec<_>, PortError>>()?))
    }
}
