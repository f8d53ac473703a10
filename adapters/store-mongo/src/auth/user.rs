use async_trait::async_trait;
use bson::{Bson, Document, doc};
use saaskit_auth::port::{UserFilter, Users};
use saaskit_auth::write::UserWrite;
use saaskit_auth::{PasswordHash, User, UserStatus};
use saaskit_kernel::{Email, Locale, Name, Page, Paged, PortError, UserId};

use crate::commit::saved;
use crate::row::{Row, id, maybe_text, maybe_time, time, version};
use crate::tx::{Tx, save};
use crate::{Failure, MongoStore};

pub(super) const USERS: &str = "auth_users";

pub(super) fn read(row: &Document) -> Result<User, PortError> {
    Ok(User {
        id: row.id("_id")?,
        email: row.email("email")?,
        name: row.maybe_name("name")?,
        locale: row.word("locale", Locale::parse)?,
        password: row.maybe_text("password")?.map(|phc| PasswordHash::from_phc(phc.to_owned())),
        verified_at: row.maybe_at("verified_at")?,
        status: row.word("status", UserStatus::parse)?,
        super_admin: row.flag("super_admin")?,
        epoch: row.number("epoch")?,
        created_at: row.at("created_at")?,
        erase_at: row.maybe_at("erase_at")?,
        barred_at: row.maybe_at("barred_at")?,
        version: row.version("version")?,
    })
}

#[async_trait]
impl Users for MongoStore {
    async fn user(&self, user: UserId) -> Result<Option<User>, PortError> {
        self.one(USERS, doc! { "_id": id(user) }).await?.as_ref().map(read).transpose()
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, PortError> {
        self.one(USERS, doc! { "email_normal": email.normal() }).await?.as_ref().map(read).transpose()
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, PortError> {
        let Some(most) = u32::try_from(ids.len()).ok().filter(|most| *most > 0) else {
            return Ok(Vec::new());
        };
        let ids: Vec<Bson> = ids.iter().copied().map(id).collect();
        let rows = self.all(USERS, doc! { "_id": { "$in": ids } }, doc! {}, most).await?;
        rows.iter().map(read).collect()
    }

    async fn search(&self, filter: &UserFilter, page: Page<UserId>) -> Result<Paged<User>, PortError> {
        let in_order = doc! { "_id": 1 };
        let rows =
            self.all(USERS, that_fit(filter, page.after), in_order, page.limit.saturating_add(1)).await?;
        let users = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Paged::from_one_more(users, page.limit))
    }

    async fn has_super_admin(&self) -> Result<bool, PortError> {
        Ok(self.one(USERS, doc! { "super_admin": true }).await?.is_some())
    }
}

/// What begins with a text stands between it and the same text with the last of all characters behind.
fn that_fit(filter: &UserFilter, after: Option<UserId>) -> Document {
    let mut fit = Document::new();
    if let Some(after) = after {
        fit.insert("_id", doc! { "$gt": id(after) });
    }
    if let Some(status) = filter.status {
        fit.insert("status", status.as_str());
    }
    if let Some(start) = filter.begins_with.as_deref().map(str::to_lowercase) {
        let range = doc! { "$gte": &start, "$lt": format!("{start}\u{10ffff}") };
        fit.insert("$or", [doc! { "email_normal": &range }, doc! { "name_normal": &range }]);
    }
    fit
}

pub(super) async fn apply(tx: &mut Tx<'_>, write: &UserWrite) -> Result<(), Failure> {
    match write {
        UserWrite::Insert(user) => tx.insert(USERS, row(user)).await,
        UserWrite::InsertUnlessTaken(user) => {
            tx.insert_unless(USERS, doc! { "email_normal": user.email.normal() }, row(user)).await
        }
        UserWrite::Save(user) => {
            let stored = doc! { "_id": id(user.id), "version": version(user.version) };
            saved(tx.update(USERS, stored, save(fields(user))).await?)
        }
        UserWrite::Rehash { user, from, to } => {
            let verified = doc! { "_id": id(*user), "password": from.as_str() };
            tx.update(USERS, verified, doc! { "$set": { "password": to.as_str() } }).await.map(drop)
        }
    }
}

fn row(user: &User) -> Document {
    let mut row = fields(user);
    row.insert("_id", id(user.id));
    row.insert("created_at", time(user.created_at));
    row.insert("version", version(user.version.next()));
    row
}

/// What can change.
fn fields(user: &User) -> Document {
    let name = user.name.as_ref().map(Name::as_str);
    doc! {
        "email": user.email.original(),
        "email_normal": user.email.normal(),
        "name": maybe_text(name),
        "name_normal": maybe_text(name.map(str::to_lowercase).as_deref()),
        "locale": user.locale.as_str(),
        "password": maybe_text(user.password.as_ref().map(PasswordHash::as_str)),
        "verified_at": maybe_time(user.verified_at),
        "status": user.status.as_str(),
        "super_admin": user.super_admin,
        "epoch": i64::from(user.epoch),
        "erase_at": maybe_time(user.erase_at),
        "barred_at": maybe_time(user.barred_at),
    }
}
