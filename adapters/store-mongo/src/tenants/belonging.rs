use async_trait::async_trait;
use bson::{Bson, Document, doc};
use saaskit_kernel::{PortError, UserId};
use saaskit_tenants::port::{Belonging, Memberships};
use saaskit_tenants::{Membership, Tenant};

use super::{MEMBERS, its_tenant, member, read_entry};
use crate::MongoStore;
use crate::row::{self, Row};

#[async_trait]
impl Memberships for MongoStore {
    async fn ended_with_account(&self, user: UserId) -> Result<Vec<(Tenant, Membership)>, PortError> {
        let filter = doc! { "user_id": row::id(user), "removed_with_account": true };
        let pipeline =
            [vec![doc! { "$match": filter }, doc! { "$sort": { "tenant_id": 1, "id": 1 } }], its_tenant()];
        self.snapshot(MEMBERS, pipeline.concat()).await?.iter().map(read_entry).collect()
    }

    async fn of_users(&self, users: &[UserId], each: u32) -> Result<Vec<Belonging>, PortError> {
        let rows = self.snapshot(MEMBERS, first_of_each(users, each)).await?;
        let entry = |row: &Document| Ok((read_entry(row)?, row.number("total")?));
        Ok(Belonging::of_rows(rows.iter().map(entry).collect::<Result<Vec<_>, PortError>>()?))
    }
}

/// The first of each user, in order, each with its workspace and with how many there are. They are numbered one by one:
/// an array of all that a user is in could outgrow a document.
fn first_of_each(users: &[UserId], each: u32) -> Vec<Document> {
    let users: Vec<Bson> = users.iter().copied().map(row::id).collect();
    let filter = doc! { "user_id": { "$in": users }, "$or": member::holds_or_may_return() };
    let numbered = doc! {
        "partitionBy": "$user_id",
        "sortBy": { "tenant_id": 1, "id": 1 },
        "output": { "place": { "$documentNumber": {} }, "total": { "$count": {} } },
    };
    let first = vec![
        doc! { "$match": filter },
        doc! { "$setWindowFields": numbered },
        doc! { "$match": { "place": { "$lte": i64::from(each) } } },
    ];
    [first, its_tenant(), vec![doc! { "$sort": { "user_id": 1, "place": 1 } }]].concat()
}
