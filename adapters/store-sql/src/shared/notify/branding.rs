use async_trait::async_trait;
use saaskit_kernel::{Name, PortError, TenantId};
use saaskit_notify::port::Brandings;
use saaskit_notify::write::BrandingWrite;
use saaskit_notify::{Branding, Color, Logo};

use super::super::engine::sql;
use super::super::error::unreadable;
use super::super::row::Columns;
use super::super::{Conn, Row, Store};
use crate::Failure;

#[async_trait]
impl Brandings for Store {
    async fn branding(&self, tenant: TenantId) -> Result<Option<Branding>, PortError> {
        let text =
            as_tenant!("SELECT b.name, b.color, b.logo FROM notify_brandings b WHERE b.tenant_id = $1");
        let row = self.one(self.0.pools.tenant(), || sql(text).bind(tenant.uuid())).await?;
        row.as_ref().map(read).transpose()
    }
}

fn read(row: &Row) -> Result<Branding, PortError> {
    let logo: Option<String> = row.get("logo")?;
    let logo = logo.map(|logo| Logo::parse(&logo).ok_or_else(|| unreadable("logo is no address")));
    Ok(Branding {
        name: row.parsed("name", Name::parse)?,
        color: row.word("color", Color::parse)?,
        logo: logo.transpose()?,
    })
}

pub(super) async fn apply(conn: &mut Conn, write: &BrandingWrite) -> Result<(), Failure> {
    let query = match write {
        BrandingWrite::Set(tenant, branding) => {
            sql("INSERT INTO notify_brandings (tenant_id, name, color, logo) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, color = excluded.color, logo = excluded.logo")
            .bind(tenant.uuid())
            .bind(branding.name.as_str())
            .bind(String::from(branding.color))
            .bind(branding.logo.as_ref().map(Logo::as_str))
        }
        BrandingWrite::Reset(tenant) => {
            sql("DELETE FROM notify_brandings WHERE tenant_id = $1").bind(tenant.uuid())
        }
    };
    query.execute(conn).await?;
    Ok(())
}
