use async_trait::async_trait;
use bson::{Document, doc};
use saaskit_kernel::{Name, PortError, TenantId};
use saaskit_notify::port::Brandings;
use saaskit_notify::write::BrandingWrite;
use saaskit_notify::{Branding, Color, Logo};

use crate::failure::unreadable;
use crate::row::{self, Row};
use crate::tx::{self, Tx};
use crate::{Failure, MongoStore};

const BRANDINGS: &str = "notify_brandings";

#[async_trait]
impl Brandings for MongoStore {
    async fn branding(&self, tenant: TenantId) -> Result<Option<Branding>, PortError> {
        self.one(BRANDINGS, doc! { "_id": row::id(tenant) }).await?.as_ref().map(read).transpose()
    }
}

fn read(row: &Document) -> Result<Branding, PortError> {
    let logo = row.maybe_text("logo")?;
    let logo = logo.map(|logo| Logo::parse(logo).ok_or_else(|| unreadable("logo is no address")));
    Ok(Branding {
        name: Name::parse(row.text("name")?).map_err(unreadable)?,
        color: row.word("color", Color::parse)?,
        logo: logo.transpose()?,
    })
}

pub(super) async fn apply(tx: &mut Tx<'_>, write: &BrandingWrite) -> Result<(), Failure> {
    match write {
        BrandingWrite::Set(tenant, Branding { name, color, logo }) => {
            let fields = doc! {
                "name": name.as_str(),
                "color": String::from(*color),
                "logo": row::maybe_text(logo.as_ref().map(Logo::as_str)),
            };
            tx.upsert(BRANDINGS, doc! { "_id": row::id(*tenant) }, tx::set(fields)).await.map(drop)
        }
        BrandingWrite::Reset(tenant) => {
            tx.delete(BRANDINGS, doc! { "_id": row::id(*tenant) }).await.map(drop)
        }
    }
}
