use async_trait::async_trait;
use bson::{Bson, Document, doc};
use saaskit_kernel::{PortError, UserId};
use saaskit_tenants::Membership;
use saaskit_tenants::port::{Belonging, Memberships};

use super::{MEMBERS, TENANTS, member, read_entry};
use crate::MongoStore;
use crate::row::{self, Row};

#[async_trait]
impl Memberships for MongoStore {
    async fn ended_with_account(&self, user: UserId) -> Result<Vec<Membership>, PortError> {
        let pipeline = vec![
            doc! { "$match": { "user_id": row::id(user), "removed_with_account": true } },
            doc! { "$sort": { "tenant_id": 1, "id": 1 } },
        ];
        self.aggregate(MEMBERS, pipeline).await?.iter().map(member::read).collect()
    }

    async fn of_users(&self, users: &[UserId], each: u32) -> Result<Vec<Belonging>, PortError> {
        let rows = self.snapshot(MEMBERS, first_of_each(users, each)).await?;
        let entry = |row: &Document| Ok((read_entry(row.part("member")?)?, row.number("total")?));
        Ok(Belonging::of_rows(rows.iter().map(entry).collect::<Result<Vec<_>, PortError>>()?))
    }
}

/// The first of each user, in order, each with its workspace and with how many there are.
fn first_of_each(users: &[UserId], each: u32) -> Vec<Document> {
    let users: Vec<Bson> = users.iter().copied().map(row::id).collect();
    let is_meant = doc! { "$or": [{ "removed_at": null }, { "removed_with_account": true }] };
    let of_user = doc! { "_id": "$user_id", "all": { "$push": "$$ROOT" }, "total": { "$sum": 1_i64 } };
    let first = doc! { "total": 1, "member": { "$slice": ["$all", i64::from(each)] } };
    let tenant = doc! { "from": TENANTS, "localField": "member.tenant_id", "foreignField": "_id", "as": "member.tenant" };
    vec![
        doc! { "$match": { "$and": [{ "user_id": { "$in": users } }, is_meant] } },
        doc! { "$sort": { "tenant_id": 1, "id": 1 } },
        doc! { "$group": of_user },
        doc! { "$project": first },
        doc! { "$unwind": "$member" },
        doc! { "$lookup": tenant },
        doc! { "$unwind": "$member.tenant" },
        doc! { "$sort": { "_id": 1, "member.tenant_id": 1, "member.id": 1 } },
    ]
}
